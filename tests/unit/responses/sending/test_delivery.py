"""Delivery: every outcome leads to the right state, and nothing is sent twice by itself."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Alarm, Job
from models.channel import Outcome, Outgoing, SendResult
from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.states import OutboxState, Purpose, Verdict
from models.tables import Approval, Case, Identity, Message, OutboxEntry
from responses.errors import BlockedError, NotAllowedError
from responses.sending.delivery import Delivery, give_up_lost
from responses.sending.delivery import sent as note_sent
from responses.sending.outbox import enqueue, enqueue_parts, overdue_entries, settle_by_hand
from responses.sending.settling import settle
from tests.seed import seed_agent, seed_case, seed_draft


class Recorder:
    """A channel that answers as it was told, and remembers what it was handed."""

    def __init__(self, *results: SendResult) -> None:
        self.results = list(results)
        self.seen: list[Outgoing] = []

    async def ready(self, chat_key: str, purpose: Purpose) -> None: ...

    async def send(self, message: Outgoing) -> SendResult:
        self.seen.append(message)
        number = str(len(self.seen))
        return self.results.pop(0) if self.results else SendResult(outcome=Outcome.SENT, provider_id=number)


async def entry_for(database: Database, text: str = "Arriva domani.") -> str:
    async with database.writing() as session:
        case = await seed_case(session)
        entry = await enqueue(
            session,
            purpose=Purpose.STANDING,
            dedupe_key="receipt:1",
            chat_key=case.chat_key,
            content={"text": text},
            case_id=case.id,
        )
    assert entry is not None
    return entry


async def sendable(session: AsyncSession, channels: Collection[str]) -> list[str]:
    return [alarm.row_id for alarm in await overdue_entries(session, utcnow(), 9, channels=channels)]


async def state_of(database: Database, entry: str) -> OutboxEntry:
    async with database.reading() as session:
        return await session.get_one(OutboxEntry, entry)


async def test_a_sent_message_joins_the_conversation(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    await Delivery(sqlite, {"web": Recorder()}, "p").run(entry)
    assert (await state_of(sqlite, entry)).state == OutboxState.SENT
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Message.text))).all() == ["Arriva domani."]


async def test_an_entry_is_sent_once_however_often_it_is_run(sqlite: Database) -> None:
    entry, channel = await entry_for(sqlite), Recorder()
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.run(entry)
    await delivery.run(entry)
    assert len(channel.seen) == 1


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.FAILED, OutboxState.FAILED),
        (Outcome.BLOCKED, OutboxState.FAILED),
        (Outcome.UNCONFIRMED, OutboxState.UNCONFIRMED),
        (Outcome.RETRY, OutboxState.PENDING),
    ],
    ids=str,
)
async def test_each_outcome_has_its_state(sqlite: Database, outcome: Outcome, state: OutboxState) -> None:
    entry = await entry_for(sqlite)
    await Delivery(sqlite, {"web": Recorder(SendResult(outcome=outcome, error="x"))}, "p").run(entry)
    assert (await state_of(sqlite, entry)).state == state


async def test_a_retry_waits_as_long_as_it_was_told(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    channel = Recorder(SendResult(outcome=Outcome.RETRY, retry_after=timedelta(minutes=5)))
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.run(entry)
    await delivery.run(entry)
    row = await state_of(sqlite, entry)
    assert len(channel.seen) == 1
    assert row.not_before is not None
    assert row.not_before > utcnow() + timedelta(minutes=4)


async def test_an_unconfirmed_message_is_never_sent_again_by_itself(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    channel = Recorder(SendResult(outcome=Outcome.UNCONFIRMED))
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.run(entry)
    await delivery.run(entry)
    assert len(channel.seen) == 1


async def test_a_person_can_have_it_sent_again(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    channel = Recorder(SendResult(outcome=Outcome.UNCONFIRMED))
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.run(entry)
    async with sqlite.writing() as session:
        assert await settle_by_hand(session, await session.get_one(OutboxEntry, entry), arrived=False)
    await delivery.run(entry)
    assert (await state_of(sqlite, entry)).state == OutboxState.SENT
    assert len(channel.seen) == 2


async def test_a_person_can_say_that_it_arrived(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    await Delivery(sqlite, {"web": Recorder(SendResult(outcome=Outcome.UNCONFIRMED))}, "p").run(entry)
    async with sqlite.writing() as session:
        row = await session.get_one(OutboxEntry, entry)
        assert await settle_by_hand(session, row, arrived=True)
        await note_sent(session, row)
    assert (await state_of(sqlite, entry)).state == OutboxState.SENT
    async with sqlite.writing() as session:
        assert not await settle_by_hand(session, await session.get_one(OutboxEntry, entry), arrived=False)


async def test_a_customer_who_blocked_us_is_flagged(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    await Delivery(sqlite, {"web": Recorder(SendResult(outcome=Outcome.BLOCKED))}, "p").run(entry)
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Identity.blocked_since))).one() is not None
        assert (await session.scalars(select(Case.flag))).one() == "blocked"


async def test_a_moved_chat_is_followed(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    moved = SendResult(outcome=Outcome.MOVED, moved_to="web:elsewhere")
    channel = Recorder(moved)
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.run(entry)
    await delivery.run(entry)
    assert channel.seen[1].chat_key == "web:elsewhere"
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Identity.chat_key))).one() == "web:elsewhere"


async def test_a_part_waits_for_the_one_before_and_goes_on_where_it_failed(sqlite: Database) -> None:
    rung: list[Alarm] = []

    async def ring(alarms: Sequence[Alarm]) -> None:
        rung.extend(alarms)

    sqlite.ring = ring
    async with sqlite.writing() as session:
        case = await seed_case(session)
        parts = await enqueue_parts(
            session,
            purpose=Purpose.STANDING,
            dedupe_key="long",
            chat_key=case.chat_key,
            contents=[{"text": "uno"}, {"text": "due"}, {"text": "tre"}],
            case_id=case.id,
        )
    channel = Recorder(
        SendResult(outcome=Outcome.SENT, provider_id="1"), SendResult(outcome=Outcome.FAILED, error="x")
    )
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.run(parts[1])
    assert channel.seen == []
    await delivery.run(parts[0])
    await delivery.run(parts[2])
    assert [message.content["text"] for message in channel.seen] == ["uno", "due"]
    async with sqlite.writing() as session:
        await settle_by_hand(session, await session.get_one(OutboxEntry, parts[1]), arrived=False)
    await delivery.run(parts[1])
    assert [message.content["text"] for message in channel.seen] == ["uno", "due", "due", "tre"]
    assert Alarm(job=Job.DELIVER, row_id=parts[2]) in rung


async def test_what_a_crash_left_sending_becomes_unconfirmed(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    async with sqlite.writing() as session:
        row = await session.get_one(OutboxEntry, entry)
        row.state, row.sending_by, row.sending_since = OutboxState.SENDING, "old", utcnow()
    async with sqlite.writing() as session:
        assert await give_up_lost(session, utcnow()) == 0
        assert await give_up_lost(session, utcnow(), living=["new", "old"]) == 0
        assert await give_up_lost(session, utcnow(), living=["new"]) == 1
    assert (await state_of(sqlite, entry)).state == OutboxState.UNCONFIRMED
    async with sqlite.reading() as session:
        case_flag = (await session.scalars(select(Case.flag))).one()
    assert case_flag is None


async def test_an_old_sending_is_given_up_whoever_began_it(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    async with sqlite.writing() as session:
        row = await session.get_one(OutboxEntry, entry)
        row.state, row.sending_by = OutboxState.SENDING, "p"
        row.sending_since = utcnow() - timedelta(minutes=3)
    async with sqlite.writing() as session:
        assert await give_up_lost(session, utcnow()) == 1


async def test_a_chat_without_its_channel_waits(sqlite: Database) -> None:
    entry = await entry_for(sqlite)
    await Delivery(sqlite, {}, "p").run(entry)
    assert (await state_of(sqlite, entry)).state == OutboxState.PENDING


class Slow(Recorder):
    """A channel whose answer is awaited until `door` opens."""

    def __init__(self) -> None:
        super().__init__()
        self.door = asyncio.Event()
        self.asked = asyncio.Event()
        self.turns = 0

    async def ready(self, chat_key: str, purpose: Purpose) -> None:
        self.turns += 1

    async def send(self, message: Outgoing) -> SendResult:
        self.asked.set()
        await self.door.wait()
        return await super().send(message)


async def test_stopping_lets_a_try_that_has_begun_come_to_its_end(sqlite: Database) -> None:
    entry, channel = await entry_for(sqlite), Slow()
    delivery = Delivery(sqlite, {"web": channel}, "p")
    running = asyncio.create_task(delivery.run(entry))
    await channel.asked.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await state_of(sqlite, entry)).state == OutboxState.SENDING
    channel.door.set()
    await delivery.finish()
    assert (await state_of(sqlite, entry)).state == OutboxState.SENT


async def test_once_the_program_ends_no_other_try_begins(sqlite: Database) -> None:
    entry, channel = await entry_for(sqlite), Slow()
    delivery = Delivery(sqlite, {"web": channel}, "p")
    await delivery.finish()
    await delivery.run(entry)
    assert (await state_of(sqlite, entry)).state == OutboxState.PENDING


@pytest.mark.parametrize(
    ("jump", "state"),
    [(timedelta(hours=1), OutboxState.UNCONFIRMED), (timedelta(hours=-1), OutboxState.SENT)],
    ids=["forward", "back"],
)
async def test_a_clock_that_jumps_during_a_try_leads_to_no_second_one(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, jump: timedelta, state: OutboxState
) -> None:
    entry, channel = await entry_for(sqlite), Slow()
    delivery = Delivery(sqlite, {"web": channel}, "p")
    running = asyncio.create_task(delivery.run(entry))
    await channel.asked.wait()
    monkeypatch.setattr("responses.sending.delivery.utcnow", lambda: utcnow() + jump)
    async with sqlite.writing() as session:
        await give_up_lost(session, utcnow() + jump)
    again = asyncio.create_task(delivery.run(entry))
    channel.door.set()
    await asyncio.gather(running, again)
    assert ((await state_of(sqlite, entry)).state, len(channel.seen)) == (state, 1)


async def test_what_was_cancelled_while_it_waited_uses_no_turn_of_its_chat(sqlite: Database) -> None:
    channel = Slow()
    delivery = Delivery(sqlite, {"web": channel}, "p")
    async with sqlite.writing() as session:
        case = await seed_case(session)
        first, second = [
            await enqueue(
                session,
                purpose=Purpose.CARD,
                dedupe_key=f"card:{number}",
                chat_key=case.chat_key,
                content={"text": "uno"},
            )
            for number in range(2)
        ]
    assert first is not None
    assert second is not None
    sending = asyncio.create_task(delivery.run(first))
    await channel.asked.wait()
    waiting = asyncio.create_task(delivery.run(second))
    await asyncio.sleep(0.2)  # it has looked at its entry by then, and stands in the chat's queue
    async with sqlite.writing() as session:
        (await session.get_one(OutboxEntry, second)).state = OutboxState.CANCELLED
    channel.door.set()
    await asyncio.gather(sending, waiting)
    assert channel.turns == 1


async def test_the_sweep_passes_over_what_cannot_be_sent_now(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        parts = await enqueue_parts(
            session,
            purpose=Purpose.CARD,
            dedupe_key="card:1",
            chat_key=case.chat_key,
            contents=[{"text": "uno"}, {"text": "due"}],
        )
        elsewhere = await enqueue(
            session, purpose=Purpose.CARD, dedupe_key="card:2", chat_key="telegram:1:2", content={"text": "x"}
        )
        assert elsewhere is not None
        assert await sendable(session, {"web"}) == parts[:1]
        assert await sendable(session, {"telegram"}) == [elsewhere]
        (await session.get_one(OutboxEntry, parts[0])).state = OutboxState.SENT
        assert await sendable(session, {"web"}) == parts[1:]
        assert await sendable(session, ()) == []


@pytest.mark.parametrize("state", [OutboxState.UNCONFIRMED, OutboxState.FAILED])
async def test_who_did_not_approve_an_answer_does_not_settle_it(sqlite: Database, state: OutboxState) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        author, other = await seed_agent(session), await seed_agent(session, "Piero")
        boss = await seed_agent(session, "Sara", Role.SUPERVISOR)
        draft = await seed_draft(session, case)
        approval = Approval(
            case_id=case.id,
            draft_id=draft.id,
            agent_id=author.id,
            verdict=Verdict.SEND,
            revision=1,
            sha256="0",
        )
        session.add(approval)
        await session.flush()
        entry = await enqueue(
            session,
            purpose=Purpose.ANSWER,
            dedupe_key="answer:1:0",
            chat_key=case.chat_key,
            content={"text": "Arriva domani."},
            case_id=case.id,
            approval_id=approval.id,
        )
        assert entry is not None
        (await session.get_one(OutboxEntry, entry)).state = state
        case.flag = "unconfirmed"
        with pytest.raises(NotAllowedError):
            await settle(session, other, entry, arrived=True)
        settled = await settle(session, boss, entry, arrived=True)
        assert settled.flag is None
        with pytest.raises(BlockedError, match="settled"):
            await settle(session, author, entry, arrived=False)
