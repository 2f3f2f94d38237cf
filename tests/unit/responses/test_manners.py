"""The model's reading of what agents write: before it is checked, or after where no model was."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.alarm import Job, alarms_of
from models.states import DraftState
from models.tables import Agent, Draft, OutboxEntry
from responses.approving.approval import Approvals
from responses.manners import Manners
from tests.seed import bound
from tests.unit.responses.triage_road import LATE_ORDER, Road, agent, road

__all__ = ["agent", "road"]

BLAMES = "Quel modulo lo compila anche mio nipote."


class Reader:
    """A model that knows one bad sentence, or is still loading."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.loaded = asyncio.Event()
        self.loaded.set()

    async def judge(self, passages: Sequence[str], *, wait: bool) -> Sequence[str | None] | None:
        if wait:
            await self.loaded.wait()
        if not self.loaded.is_set():
            return None
        self.read += passages
        return ["blame_customer" if one == BLAMES else None for one in passages]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def manners(road: Road, reader: Reader) -> Manners:
    return Manners(road.database, reader.judge, lambda agent: f"telegram:{agent.name}")


async def rewritten(road: Road, agent: Agent, manners: Manners, *, first: bool) -> Draft:
    """The composed answer with a bad sentence in it, read first or not."""
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    composed = await road.draft(case)
    approvals = Approvals(road.config, road.policies, manners)
    text = f"{BLAMES} {composed.text}"
    if first:
        await approvals.read_first(text, composed.language)
    async with road.database.writing() as session:
        return await approvals.edit(session, await session.merge(agent), bound(composed), text)


def codes(draft: Draft) -> list[tuple[str, str]]:
    return [(one["code"], one["words"]) for one in draft.findings]


async def test_what_was_read_first_is_found_when_the_text_is_kept(
    road: Road, agent: Agent, manners: Manners, reader: Reader
) -> None:
    draft = await rewritten(road, agent, manners, first=True)
    assert ("manner", BLAMES) in codes(draft)
    read = len(reader.read)
    await manners.run(draft.id)
    assert len(reader.read) == read
    assert await road.number(OutboxEntry, OutboxEntry.dedupe_key == f"manner:{draft.id}:0") == 0


async def test_what_was_not_is_read_afterwards_and_told_once(
    road: Road, agent: Agent, manners: Manners
) -> None:
    draft = await rewritten(road, agent, manners, first=False)
    assert "manner" not in dict(codes(draft))
    for _ in range(2):
        await manners.run(draft.id)
    async with road.database.reading() as session:
        kept = await session.get_one(Draft, draft.id)
        (told,) = [one for one in await entries(road) if one.dedupe_key == f"manner:{draft.id}:0"]
    assert codes(kept).count(("manner", BLAMES)) == 1
    assert told.chat_key == f"telegram:{agent.name}"
    assert BLAMES in told.content["text"]


async def entries(road: Road) -> Sequence[OutboxEntry]:
    async with road.database.reading() as session:
        return (await session.scalars(select(OutboxEntry))).all()


async def test_nobody_who_writes_waits_for_a_model_that_is_loading_and_the_draft_is_read_when_it_is_there(
    road: Road, agent: Agent, manners: Manners, reader: Reader
) -> None:
    reader.loaded.clear()
    draft = await rewritten(road, agent, manners, first=True)
    assert "manner" not in dict(codes(draft))
    reads = asyncio.create_task(manners.run(draft.id))
    await asyncio.sleep(0)
    reader.loaded.set()
    await reads
    async with road.database.reading() as session:
        assert "manner" in dict(codes(await session.get_one(Draft, draft.id)))


async def test_a_long_text_is_read_whole_whatever_was_read_before(
    road: Road, agent: Agent, manners: Manners, reader: Reader
) -> None:
    many = " ".join(f"Questa è la frase numero {number} di oggi." for number in range(450))
    for part in range(6):
        await manners.read(many.replace("oggi", f"ieri {part}"), "it")
    await manners.read(f"{BLAMES} {many}", "it")
    found = manners.found(f"{BLAMES} {many}", None, "it", [])
    assert found is not None
    assert [one.words for one in found] == [BLAMES]


async def test_an_approval_that_is_undone_before_anybody_read_it_is_read_then(
    road: Road, agent: Agent, manners: Manners
) -> None:
    draft = await rewritten(road, agent, manners, first=False)
    approvals = Approvals(replace(road.config, undo=timedelta(seconds=10)), road.policies, manners)
    async with road.database.writing() as session:
        policy = await road.policies.current(session)
        approval = await approvals.approve(session, await session.merge(agent), bound(draft), policy.hours)
    await manners.run(draft.id)
    async with road.database.writing() as session:
        again = await approvals.undo(session, await session.merge(agent), approval.id)
        assert again is not None
        assert [one.job for one in alarms_of(session) if one.row_id == again.id] == [Job.JUDGE]
    await manners.run(again.id)
    async with road.database.reading() as session:
        assert "manner" in dict(codes(await session.get_one(Draft, again.id)))


async def test_a_draft_that_left_the_table_meanwhile_stays_as_it_is(
    road: Road, agent: Agent, manners: Manners
) -> None:
    draft = await rewritten(road, agent, manners, first=False)
    async with road.database.writing() as session:
        (await session.get_one(Draft, draft.id)).state = DraftState.SUPERSEDED
    await manners.run(draft.id)
    assert await road.number(OutboxEntry, OutboxEntry.dedupe_key == f"manner:{draft.id}:0") == 0


async def test_without_any_model_the_words_alone_are_checked(road: Road, agent: Agent) -> None:
    draft = await rewritten(road, agent, Manners(road.database, None), first=True)
    assert "manner" not in dict(codes(draft))
