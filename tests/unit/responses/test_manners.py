"""The model's reading of what agents write: before it is checked, or after where no model was."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

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
        self.loaded = True

    async def judge(self, passages: Sequence[str]) -> Sequence[str | None] | None:
        if not self.loaded:
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
    text = f"{composed.text}\n{BLAMES}"
    if first:
        await approvals.read_first(text)
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
    assert await road.number(OutboxEntry, OutboxEntry.dedupe_key == f"manner:{draft.id}") == 0


async def test_what_was_not_is_read_afterwards_and_told_once(
    road: Road, agent: Agent, manners: Manners
) -> None:
    draft = await rewritten(road, agent, manners, first=False)
    assert "manner" not in dict(codes(draft))
    for _ in range(2):
        await manners.run(draft.id)
    async with road.database.reading() as session:
        kept = await session.get_one(Draft, draft.id)
        (told,) = [one for one in await entries(road) if one.dedupe_key == f"manner:{draft.id}"]
    assert codes(kept).count(("manner", BLAMES)) == 1
    assert told.chat_key == f"telegram:{agent.name}"
    assert BLAMES in told.content["text"]


async def entries(road: Road) -> Sequence[OutboxEntry]:
    async with road.database.reading() as session:
        return (await session.scalars(select(OutboxEntry))).all()


async def test_nobody_waits_for_a_model_that_is_loading(
    road: Road, agent: Agent, manners: Manners, reader: Reader
) -> None:
    reader.loaded = False
    draft = await rewritten(road, agent, manners, first=True)
    await manners.run(draft.id)
    async with road.database.reading() as session:
        assert "manner" not in dict(codes(await session.get_one(Draft, draft.id)))


async def test_a_draft_that_left_the_table_meanwhile_stays_as_it_is(
    road: Road, agent: Agent, manners: Manners
) -> None:
    draft = await rewritten(road, agent, manners, first=False)
    async with road.database.writing() as session:
        (await session.get_one(Draft, draft.id)).state = DraftState.SUPERSEDED
    await manners.run(draft.id)
    assert await road.number(OutboxEntry, OutboxEntry.dedupe_key == f"manner:{draft.id}") == 0


async def test_without_any_model_the_words_alone_are_checked(road: Road, agent: Agent) -> None:
    draft = await rewritten(road, agent, Manners(road.database, None), first=True)
    assert "manner" not in dict(codes(draft))
