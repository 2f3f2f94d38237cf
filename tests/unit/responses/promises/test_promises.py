"""Promises: opened with the text that makes them, kept with a proof, broken with a reason, told again."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Self

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.assessment import Assessment, Entities
from models.clock import utcnow
from models.database import Database
from models.decision import DecisionKind, Role
from models.states import CaseState, OutboxState, PromiseKind, PromiseState, Purpose
from models.tables import Agent, Approval, Case, Customer, Draft, OutboxEntry, Promise
from responses.approving.approval import Approvals
from responses.approving.withholding import Meant, UnsaidError
from responses.cases import close, open_messages
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.facts import give_fact
from responses.people.holding import give_back, take_over
from responses.promises.keeping import break_, keep
from responses.promises.told import owed_to, words_of
from responses.views import queue
from tests.seed import bound, seed_agent
from tests.unit.responses.triage_road import Road, assessed

ORDER = Entities(order_ids=("RS1234",))
LATE = assessed("complaint", "delivery_late", entities=ORDER)
VAGUE = assessed("complaint", entities=ORDER)
WORDS = "Il pacco RS1234 è in ritardo"


class Desk(Road):
    """The road with a supervisor at its end."""

    agent: Agent

    async def hire(self) -> Self:
        await self.prepare()
        async with self.database.writing() as session:
            self.agent = await seed_agent(session, "Sara", Role.SUPERVISOR)
        return self

    async def prepare_with(self, other: "Desk") -> "Desk":
        """The same desk, where what was approved can be taken back."""
        self.agent, self.policies, self.texts = other.agent, other.policies, other.texts
        return self

    async def promised(self, text: str = WORDS, labels: Assessment = LATE) -> Case:
        """A case whose draft was approved as it stood."""
        case = await self.writes(text, labels)
        await self.answers(self.agent, case)
        return await self.case(case)

    async def approves(
        self, case: Case, text: str | None = None, kind: str | None = None, **meant: Meant
    ) -> Approval:
        draft = await self.draft(case)
        approvals = Approvals(self.config)
        async with self.database.writing() as session:
            policy = await self.policies.current(session)
            if text is not None:
                draft = await approvals.edit(session, self.agent, bound(draft), text, kind)
            return await approvals.approve(session, self.agent, bound(draft), policy.hours, meant=meant)

    async def writes_back(self, case: Case, text: str, kind: str = DecisionKind.HAND_OVER) -> Approval:
        """A text of the agent's own, sent at once."""
        approvals = Approvals(self.config)
        async with self.database.writing() as session:
            row = await session.get_one(Case, case.id)
            policy = await self.policies.current(session)
            draft = await approvals.write(session, self.agent, row, text, kind=kind, language="it")
            return await approvals.approve(session, self.agent, bound(draft), policy.hours)

    async def takes_back(self, approval: Approval) -> None:
        async with self.database.writing() as session:
            await Approvals(self.config).undo(session, self.agent, approval.id)

    async def keeps(self, promise: Promise, proof: str = "spedizione BRT 4471") -> None:
        async with self.database.writing() as session:
            await keep(session, self.texts, await session.merge(self.agent), promise.id, proof)

    async def breaks(self, promise: Promise, reason: str = "il corriere l'ha perso") -> None:
        async with self.database.writing() as session:
            await break_(session, await session.merge(self.agent), promise.id, reason)

    async def promises(self) -> Sequence[Promise]:
        async with self.database.reading() as session:
            return (await session.scalars(select(Promise).order_by(Promise.id))).all()

    async def one(self) -> Promise:
        (promise,) = await self.promises()
        return promise

    async def states(self) -> list[tuple[str, str]]:
        return [(promise.kind, promise.state) for promise in await self.promises()]

    async def case(self, case: Case) -> Case:
        async with self.database.reading() as session:
            return await session.get_one(Case, case.id)

    async def told(self) -> list[str]:
        """What the customer was told of promises that were kept."""
        async with self.database.reading() as session:
            query = select(OutboxEntry).where(OutboxEntry.dedupe_key.startswith("kept:"))
            return [entry.content["text"] for entry in await session.scalars(query)]

    async def waiting(self) -> list[int]:
        async with self.database.reading() as session:
            return [line.case.number for line in await queue(session)]


@pytest_asyncio.fixture
async def desk(sqlite: Database, config: RoadConfig) -> Desk:
    return await Desk(sqlite, config).hire()


@pytest_asyncio.fixture
async def any_desk(database: Database, config: RoadConfig) -> Desk:
    """The same on each storage."""
    return await Desk(database, config).hire()


async def test_keeping_tells_the_customer_in_their_language_and_the_case_is_answered(any_desk: Desk) -> None:
    desk = any_desk
    case = await desk.promised("My parcel RS1234 is late again", replace(LATE, language="en"))
    promise = await desk.one()
    await desk.keeps(promise)
    kept = await desk.one()
    assert (kept.state, kept.proof) == (PromiseState.KEPT, "spedizione BRT 4471")
    assert kept.settled_at is not None
    assert (await desk.case(case)).state == CaseState.ANSWERED
    assert await desk.told() == [
        "Request no. 101, done: “we'll trace the parcel and write to tell you where it is and when it will"
        " arrive”. If anything isn't right, write to me here."
    ]


async def test_a_second_press_changes_nothing(any_desk: Desk) -> None:
    desk = any_desk
    await desk.promised()
    promise = await desk.one()
    done = await asyncio.gather(
        desk.keeps(promise, "una"), desk.keeps(promise, "due"), desk.breaks(promise), return_exceptions=True
    )
    assert sorted(str(one) for one in done) == ["None", "gone", "gone"]
    settled = await desk.one()
    with pytest.raises(BlockedError, match="gone"):
        await desk.breaks(promise)
    assert (await desk.one()).state == settled.state
    assert len(await desk.told()) == (settled.state == PromiseState.KEPT)


@pytest.mark.parametrize("nothing", ["", "  \n "])
async def test_money_and_parcels_want_a_proof_and_what_is_broken_a_reason(desk: Desk, nothing: str) -> None:
    await desk.promised()
    promise = await desk.one()
    with pytest.raises(BlockedError, match="proof_missing"):
        await desk.keeps(promise, nothing)
    with pytest.raises(BlockedError, match="reason_missing"):
        await desk.breaks(promise, nothing)
    assert (await desk.one()).state == PromiseState.OPEN
    assert await desk.told() == []


async def test_a_case_closes_once_its_last_promise_was_kept(desk: Desk) -> None:
    case = await desk.promised()
    promise = await desk.one()
    async with desk.database.writing() as session:
        second = Promise(
            case_id=case.id, approval_id=promise.approval_id, what={"it": "il rimborso"}, due_at=utcnow()
        )
        session.add(second)
    await desk.keeps(promise)
    assert (await desk.case(case)).state == CaseState.PROMISED
    with pytest.raises(BlockedError, match="promise_open"):
        async with desk.database.writing() as session:
            await close(session, await session.get_one(Case, case.id), desk.agent.id)
    await desk.keeps(second)
    async with desk.database.writing() as session:
        row = await session.get_one(Case, case.id)
        await session.execute(update(OutboxEntry).values(state=OutboxState.SENT))
        await close(session, row, desk.agent.id)
    assert row.state == CaseState.CLOSED


@pytest.mark.parametrize("of_whom", ["is_sample", "is_test"])
async def test_samples_and_tests_are_told_nothing(desk: Desk, of_whom: str) -> None:
    case = await desk.promised()
    async with desk.database.writing() as session:
        setattr(await session.get_one(Case, case.id), of_whom, True)
    await desk.keeps(await desk.one())
    assert (await desk.one()).state == PromiseState.KEPT
    assert await desk.told() == []


async def test_what_is_owed_to_an_erased_person_is_kept_without_a_word(desk: Desk) -> None:
    case = await desk.promised()
    async with desk.database.writing() as session:
        (await session.get_one(Customer, case.customer_id)).erased_at = utcnow()
    await desk.keeps(await desk.one())
    assert (await desk.case(case)).state == CaseState.ANSWERED
    assert await desk.told() == []


async def test_a_broken_promise_is_decided_anew_and_the_draft_owns_up_to_it(any_desk: Desk) -> None:
    desk = any_desk
    case = await desk.promised()
    first = await desk.one()
    await desk.breaks(first)
    broken = await desk.case(case)
    assert (broken.state, (await desk.one()).broken_reason) == (
        CaseState.DRAFTING,
        "il corriere l'ha perso",
    )
    assert broken.triage_due_at is not None
    await desk.triage.run(case.id)
    assert (await desk.case(case)).state == CaseState.WAITING_AGENT
    draft = await desk.draft(case)
    assert draft.kind == DecisionKind.OFFER
    assert "la responsabilità è nostra: le avevamo promesso «cerchiamo il pacco" in draft.text
    assert "10\u00a0€" in draft.text  # the second time: one step up the ladder
    assert "non è la prima volta" not in draft.text


async def test_once_owned_up_to_a_broken_promise_is_over(desk: Desk) -> None:
    case = await desk.promised()
    await desk.breaks(await desk.one())
    await desk.triage.run(case.id)
    await desk.approves(case)
    assert await desk.states() == [("commitment", "broken"), ("commitment", "open")]
    case = await desk.writes("Allora, dov'è il pacco?", LATE)
    draft = await desk.draft(case)
    assert draft.kind == DecisionKind.STATUS
    assert (await desk.case(case)).state == CaseState.WAITING_AGENT


async def test_of_an_earlier_answer_the_matter_comes_back_although_a_later_one_went_out(desk: Desk) -> None:
    case = await desk.promised()
    await desk.writes("Allora, a che punto siamo?", LATE)
    await desk.approves(case)
    await desk.breaks(await desk.one())
    await desk.triage.run(case.id)
    draft = await desk.draft(case)
    assert draft.kind == DecisionKind.OFFER
    assert "non abbiamo mantenuto" in draft.text


async def test_who_holds_the_case_goes_on_and_what_was_broken_is_drafted_afterwards(desk: Desk) -> None:
    case = await desk.promised()
    async with desk.database.writing() as session:
        await take_over(session, desk.agent, await session.get_one(Case, case.id))
    await desk.breaks(await desk.one())
    await desk.triage.run(case.id)
    assert (await desk.case(case)).state == CaseState.TAKEN_OVER
    async with desk.database.writing() as session:
        await give_back(session, desk.agent, await session.get_one(Case, case.id))
    await desk.triage.run(case.id)
    assert "non abbiamo mantenuto" in (await desk.draft(case)).text


async def test_a_draft_that_says_it_is_still_to_be_done_is_made_anew_when_it_is_kept(desk: Desk) -> None:
    case = await desk.promised()
    await desk.writes("Allora, a che punto siamo?", LATE)
    assert "come promesso" in (await desk.draft(case)).text
    await desk.keeps(await desk.one())
    await desk.triage.run(case.id)
    text = (await desk.draft(case)).text
    assert "come promesso" not in text
    assert re.search(r"già fatto: «|già mantenuta: «|ed è fatto: «", text)


async def test_a_promise_whose_day_was_taken_out_of_the_text_is_none(desk: Desk) -> None:
    case = await desk.writes(WORDS, LATE)
    await desk.approves(case, "Le mandiamo un buono: {voucher:1}.\n{agent}", d1=Meant.WITHHELD)
    assert await desk.promises() == []
    assert (await desk.case(case)).state == CaseState.ANSWERED


async def test_an_undone_text_promises_nothing(desk: Desk) -> None:
    slow = await Desk(desk.database, replace(desk.config, undo=timedelta(seconds=10))).prepare_with(desk)
    case = await slow.writes(WORDS, LATE)
    approval = await slow.approves(case)
    assert await slow.states() == [("commitment", "open")]
    await slow.takes_back(approval)
    assert await slow.states() == [("commitment", "withdrawn")]


async def test_an_announced_answer_is_a_promise_and_the_case_stays_in_the_queue(any_desk: Desk) -> None:
    desk = any_desk
    case = await desk.promised("Non sono contento di voi", VAGUE)
    promise = await desk.one()
    draft_day = promise.due_at.astimezone(desk.config.timezone)
    assert (promise.kind, promise.what["fr"]) == (PromiseKind.ANSWER, "une réponse précise")
    assert draft_day.hour == 18 or draft_day.hour == 12  # when the shop closes that day
    assert case.state == CaseState.PROMISED
    assert case.due_at == promise.due_at
    assert await desk.waiting() == [case.number]
    await desk.writes_back(case, "Abbiamo controllato: ha ragione lei.")
    assert await desk.states() == [("answer", "kept")]
    assert (await desk.case(case)).state == CaseState.ANSWERED
    assert await desk.waiting() == []
    assert await desk.told() == []


async def test_a_question_leaves_an_announced_answer_owed(desk: Desk) -> None:
    case = await desk.promised("Non sono contento di voi", VAGUE)
    await desk.writes_back(case, "Mi dice il giorno?", DecisionKind.ASK)
    assert await desk.states() == [("answer", "open")]


async def test_announcing_it_again_names_the_same_day_and_promises_no_second_time(desk: Desk) -> None:
    case = await desk.promised("Non sono contento di voi", VAGUE)
    first = await desk.one()
    await desk.writes("Pronto, c'è nessuno?", VAGUE)
    assert "siamo in ritardo" not in (await desk.draft(case)).text
    await desk.approves(case)
    assert [promise.id for promise in await desk.promises()] == [first.id]
    assert (await desk.case(case)).state == CaseState.PROMISED


async def test_another_day_takes_the_place_of_one_that_is_over(desk: Desk) -> None:
    case = await desk.promised("Non sono contento di voi", VAGUE)
    async with desk.database.writing() as session:
        await session.execute(update(Promise).values(due_at=utcnow() - timedelta(days=2)))
    await desk.writes("Pronto, c'è nessuno?", VAGUE)
    assert (
        "con un impegno siamo in ritardo, e dipende da noi: le avevamo promesso «una risposta nel merito»"
        in (await desk.draft(case)).text
    )
    await desk.approves(case)
    assert await desk.states() == [("answer", "withdrawn"), ("answer", "open")]


async def test_a_text_without_the_day_is_the_answer(desk: Desk) -> None:
    case = await desk.writes("Non sono contento di voi", VAGUE)
    await desk.approves(case, "Ha ragione, abbiamo sistemato tutto.\n{agent}")
    assert await desk.promises() == []
    assert (await desk.case(case)).state == CaseState.ANSWERED


async def test_an_answer_announced_for_another_day_is_promised_for_that_one(any_desk: Desk) -> None:
    desk = any_desk
    case = await desk.writes("Non sono contento di voi", VAGUE)
    day = utcnow().astimezone(desk.config.timezone).date() + timedelta(days=9)
    text = f"Guardo che cosa è successo e le rispondo entro il {day.day}/{day.month}.\n{{agent}}"
    with pytest.raises(UnsaidError):
        await desk.approves(case, text)
    await desk.approves(case, text, a=Meant.WORDED)
    promise = await desk.one()
    async with desk.database.reading() as session:
        hours = (await desk.policies.current(session)).hours
    assert (promise.kind, promise.due_at) == ("answer", hours.end_of(day, utcnow()))
    assert (await desk.case(case)).state == CaseState.PROMISED


async def test_an_undone_answer_is_owed_as_before(desk: Desk) -> None:
    slow = await Desk(desk.database, replace(desk.config, undo=timedelta(seconds=10))).prepare_with(desk)
    case = await slow.promised("Non sono contento di voi", VAGUE)
    approval = await slow.writes_back(case, "Abbiamo controllato: ha ragione lei.")
    assert await slow.states() == [("answer", "kept")]
    await slow.takes_back(approval)
    assert await slow.states() == [("answer", "open")]


async def test_what_an_agent_finds_out_after_announcing_an_answer_is_decided(desk: Desk) -> None:
    bill = assessed("complaint", "billing_error", entities=ORDER)
    case = await desk.promised("Mi avete addebitato troppo per RS1234", bill)
    assert await desk.states() == [("answer", "open")]
    async with desk.database.writing() as session:
        policy = await desk.policies.current(session)
        row = await session.get_one(Case, case.id)
        await give_fact(session, desk.agent, row, "overcharged", "12,50", policy)
    await desk.triage.run(case.id)
    assert (await desk.draft(case)).kind == DecisionKind.OFFER
    await desk.approves(case)
    # "facciamo partire il rimborso" is what carries the refund out: one promise, not two.
    (answer, refund) = await desk.promises()
    assert (answer.state, refund.kind, refund.state) == ("kept", "commitment", "open")
    assert refund.offer_id is not None


async def test_a_customer_is_owed_what_is_late_and_what_is_coming_each_by_its_day(desk: Desk) -> None:
    case = await desk.promised()
    promise = await desk.one()
    async with desk.database.writing() as session:
        session.add(
            Promise(
                case_id=case.id,
                approval_id=promise.approval_id,
                what={"it": "il rimborso"},
                due_at=utcnow() - timedelta(days=1),
            )
        )
    async with desk.database.reading() as session:
        (owed,) = await owed_to(session, case.customer_id, utcnow())
    assert [words_of(one, "de") for one in owed.late] == ["il rimborso"]
    assert [words_of(one, "de")[:21] for one in owed.coming] == ["wir suchen das Paket "]


async def test_the_messages_of_the_customer_stay_answered_while_a_promise_is_broken(desk: Desk) -> None:
    case = await desk.promised()
    await desk.breaks(await desk.one())
    async with desk.database.reading() as session:
        assert await open_messages(session, case.id) == []
        purposes = set((await session.scalars(select(OutboxEntry.purpose))).all())
        drafts = (await session.scalars(select(Draft.state))).all()
    assert purposes == {Purpose.ANSWER, Purpose.STANDING}
    assert list(drafts) == ["approved"]
