"""A customer is asked once how it went, and the first mark stays."""

import asyncio

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.states import CaseState, PromiseState, Purpose, Verdict
from models.tables import Approval, Case, Customer, Identity, OutboxEntry, Promise, Rating
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.sending.rating import asked_case, close_and_ask, rate
from responses.sending.standing_texts import StandingTexts
from tests.seed import seed_agent, seed_case, seed_draft, seed_identity


class Answered:
    """A case on Telegram that somebody has answered."""

    def __init__(self, database: Database, texts: StandingTexts) -> None:
        self.database = database
        self.texts = texts
        self.case_id = ""

    async def closes(self) -> None:
        async with self.database.writing() as session:
            await close_and_ask(session, self.texts, await session.get_one(Case, self.case_id), "system")

    async def reopens(self) -> None:
        async with self.database.writing() as session:
            (await session.get_one(Case, self.case_id)).state = CaseState.DRAFTING
        async with self.database.writing() as session:
            (await session.get_one(Case, self.case_id)).state = CaseState.WAITING_AGENT

    async def rates(self, mark: int) -> bool:
        async with self.database.writing() as session:
            return await rate(session, self.texts, await session.get_one(Case, self.case_id), mark)

    async def said(self) -> list[str]:
        async with self.database.reading() as session:
            query = select(OutboxEntry.content).where(OutboxEntry.purpose == Purpose.STANDING)
            return [content["text"] for content in await session.scalars(query.order_by(OutboxEntry.id))]

    async def marks(self) -> list[int | None]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Rating.mark)))


async def answered(database: Database, config: RoadConfig, *, by: str = "telegram:1") -> Answered:
    one = Answered(database, StandingTexts(config))
    async with database.writing() as session:
        await one.texts.seed(session)
        case = await seed_case(session, await seed_identity(session, channel=by))
        draft = await seed_draft(session, case)
        agent = await seed_agent(session)
        session.add(
            Approval(
                draft_id=draft.id,
                case_id=case.id,
                agent_id=agent.id,
                verdict=Verdict.SEND,
                filled_text=draft.text,
                sha256=draft.sha256,
                revision=draft.revision,
            )
        )
        case.state, case.answered_at, case.language = CaseState.ANSWERED, utcnow(), "it"
        one.case_id = case.id
    return one


async def test_who_was_answered_is_asked_at_closing(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    await case.closes()
    (question,) = await case.said()
    assert (
        question == "Com'è andata con la richiesta n. 101? Un voto da 1 (male) a 5 (bene) ci aiuta a capire."
    )


async def test_a_case_that_is_reopened_and_closed_again_is_not_asked_again(
    sqlite: Database, config: RoadConfig
) -> None:
    case = await answered(sqlite, config)
    await case.closes()
    await case.reopens()
    await case.closes()
    assert len(await case.said()) == 1


async def test_the_first_mark_stays_and_is_thanked_for_once(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    await case.closes()
    assert [await case.rates(2), await case.rates(5)] == [True, False]
    assert await case.marks() == [2]
    assert len(await case.said()) == 2


async def test_of_two_presses_at_the_same_moment_one_counts(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    await case.closes()
    assert sorted(await asyncio.gather(case.rates(1), case.rates(5))) == [False, True]
    assert len(await case.marks()) == 1


async def test_a_mark_leaves_a_case_that_was_reopened_as_open_as_it_is(
    sqlite: Database, config: RoadConfig
) -> None:
    case = await answered(sqlite, config)
    await case.closes()
    await case.reopens()
    async with sqlite.reading() as session:
        before = await session.get_one(Case, case.case_id)
    assert await case.rates(3)
    async with sqlite.reading() as session:
        after = await session.get_one(Case, case.case_id)
    assert (after.state, after.revision) == (CaseState.WAITING_AGENT, before.revision)


@pytest.mark.parametrize("state", [CaseState.SPAM, CaseState.WAITING_CUSTOMER])
async def test_a_case_in_which_we_have_settled_nothing_is_not_asked_about(
    sqlite: Database, config: RoadConfig, state: CaseState
) -> None:
    case = await answered(sqlite, config)
    async with sqlite.writing() as session:
        (await session.get_one(Case, case.case_id)).state = state
    await case.closes()
    assert await case.said() == []


async def test_who_was_never_answered_is_not_asked(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    async with sqlite.writing() as session:
        (await session.scalars(select(Approval))).one().verdict = Verdict.DISCARD
    await case.closes()
    assert await case.said() == []


@pytest.mark.parametrize("channel", ["desk", "sample"])
async def test_only_where_one_press_can_answer_anybody_is_asked(
    sqlite: Database, config: RoadConfig, channel: str
) -> None:
    case = await answered(sqlite, config, by=channel)
    await case.closes()
    assert await case.said() == []


async def test_who_has_blocked_us_is_not_asked(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    async with sqlite.writing() as session:
        (await session.scalars(select(Identity))).one().blocked_since = utcnow()
    await case.closes()
    assert await case.said() == []


async def test_who_was_erased_is_not_asked(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    async with sqlite.writing() as session:
        (await session.scalars(select(Customer))).one().erased_at = utcnow()
    await case.closes()
    assert await case.said() == []


async def test_a_case_that_may_not_close_is_not_asked_about(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    async with sqlite.writing() as session:
        approval = (await session.scalars(select(Approval))).one()
        session.add(
            Promise(
                case_id=case.case_id,
                approval_id=approval.id,
                what={"it": "rispediamo il pacco"},
                due_at=utcnow(),
                state=PromiseState.OPEN,
            )
        )
    with pytest.raises(BlockedError, match="promise_open"):
        await case.closes()
    assert await case.said() == []


async def test_only_the_chat_that_was_asked_may_give_the_mark(sqlite: Database, config: RoadConfig) -> None:
    case = await answered(sqlite, config)
    async with sqlite.reading() as session:
        chat = (await session.get_one(Case, case.case_id)).chat_key
        assert await asked_case(session, chat, case.case_id) is None
    await case.closes()
    async with sqlite.reading() as session:
        found = await asked_case(session, chat, case.case_id)
        assert found is not None
        assert found.id == case.case_id
        assert await asked_case(session, "telegram:1:other", case.case_id) is None
