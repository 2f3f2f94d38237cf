"""Splitting, merging and typing the words of voice notes: messages end up where they belong, none is lost."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.states import CaseState, Direction, DraftState, Verdict
from models.tables import Agent, Approval, Case, Draft, Fact, Identity, Message, Promise
from responses.cases import open_case
from responses.errors import BlockedError
from responses.intake.incoming import MessageKind
from responses.intake.transcripts import transcribe
from responses.rearranging import merge, split_off
from tests.seed import seed_agent, seed_case, seed_draft, seed_identity

_numbers = count(1)


class Desk:
    """A customer with cases, and an agent."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.agent = ""
        self.identity = ""

    async def prepare(self) -> None:
        async with self.database.writing() as session:
            self.agent = (await seed_agent(session)).id
            self.identity = (await seed_identity(session)).id

    async def case(self, *texts: str, kind: MessageKind = MessageKind.TEXT) -> str:
        async with self.database.writing() as session:
            identity = await session.get_one(Identity, self.identity)
            case = await open_case(session, identity, is_sample=False, is_test=False)
            case.state = CaseState.WAITING_AGENT
            for text in texts:
                session.add(
                    Message(
                        case_id=case.id,
                        identity_id=identity.id,
                        external_id=str(next(_numbers)),
                        direction=Direction.IN,
                        kind=kind,
                        text=text,
                        sent_at=utcnow(),
                    )
                )
            return case.id

    async def messages(self, case: str) -> list[Message]:
        async with self.database.reading() as session:
            query = select(Message).where(Message.case_id == case).order_by(Message.id)
            return list((await session.scalars(query)).all())

    async def get(self, case: str) -> Case:
        async with self.database.reading() as session:
            return await session.get_one(Case, case)

    async def splits(self, message: Message) -> str:
        async with self.database.writing() as session:
            agent = await session.get_one(Agent, self.agent)
            return (await split_off(session, agent, message.id)).id

    async def merges(self, case: str, into: str) -> None:
        async with self.database.writing() as session:
            agent = await session.get_one(Agent, self.agent)
            await merge(session, agent, await session.get_one(Case, case), await session.get_one(Case, into))

    async def types(self, message: Message, words: str) -> None:
        async with self.database.writing() as session:
            agent = await session.get_one(Agent, self.agent)
            await transcribe(session, agent, message.id, words)

    async def answered(self, case: str) -> str:
        """Approves some answer; returns the approval's id."""
        async with self.database.writing() as session:
            row = await session.get_one(Case, case)
            draft = await seed_draft(session, row)
            approval = Approval(
                case_id=case,
                draft_id=draft.id,
                agent_id=self.agent,
                verdict=Verdict.SEND,
                revision=draft.revision,
                sha256=draft.sha256,
                created_at=utcnow() + timedelta(seconds=1),
            )
            session.add(approval)
            draft.state, row.state, row.answered_at = DraftState.APPROVED, CaseState.ANSWERED, utcnow()
            await session.flush()
            return approval.id


@pytest.fixture
async def desk(sqlite: Database) -> Desk:
    desk = Desk(sqlite)
    await desk.prepare()
    return desk


async def test_a_message_becomes_a_case_of_its_own_and_both_are_read_again(desk: Desk) -> None:
    case = await desk.case("Il pacco è in ritardo", "E la fattura è sbagliata")
    before = await desk.get(case)
    new = await desk.splits((await desk.messages(case))[1])
    assert [one.text for one in await desk.messages(case)] == ["Il pacco è in ritardo"]
    assert [one.text for one in await desk.messages(new)] == ["E la fattura è sbagliata"]
    old, made = await desk.get(case), await desk.get(new)
    assert old.revision > before.revision
    assert made.linked_case_id == case
    assert old.triage_due_at is not None
    assert made.triage_due_at is not None


async def test_the_only_message_stays(desk: Desk) -> None:
    case = await desk.case("Il pacco è in ritardo")
    with pytest.raises(BlockedError, match="only_message"):
        await desk.splits((await desk.messages(case))[0])


async def test_what_is_answered_is_not_split_off(desk: Desk) -> None:
    case = await desk.case("Il pacco è in ritardo", "E la fattura è sbagliata")
    await desk.answered(case)
    with pytest.raises(BlockedError, match="gone"):
        await desk.splits((await desk.messages(case))[1])


async def test_what_is_unanswered_goes_on_in_the_other_case_with_what_is_known(desk: Desk) -> None:
    case, into = await desk.case("Dov'è RS12345?"), await desk.case("Il pacco è in ritardo")
    async with desk.database.writing() as session:
        for owner, name, value in ((case, "order_id", "RS12345"), (case, "item", "A"), (into, "item", "B")):
            session.add(Fact(case_id=owner, name=name, value={"value": value}, source="agent"))
        draft = await seed_draft(session, await session.get_one(Case, case))
    await desk.merges(case, into)
    assert {one.text for one in await desk.messages(into)} == {"Dov'è RS12345?", "Il pacco è in ritardo"}
    closed, goes_on = await desk.get(case), await desk.get(into)
    assert (closed.state, closed.linked_case_id) == (CaseState.CLOSED, into)
    assert (goes_on.state, closed.triage_due_at) == (CaseState.DRAFTING, None)
    async with desk.database.reading() as session:
        facts = await session.scalars(select(Fact).where(Fact.case_id == into))
        assert {(fact.name, fact.value["value"]) for fact in facts} == {
            ("order_id", "RS12345"),
            ("item", "B"),
        }
        assert (await session.get_one(Draft, draft.id)).state == DraftState.SUPERSEDED


async def test_what_was_answered_stays_with_its_answer(desk: Desk) -> None:
    case, into = await desk.case("Il pacco è in ritardo"), await desk.case("E la fattura?")
    await desk.answered(case)
    await desk.merges(case, into)
    assert [one.text for one in await desk.messages(case)] == ["Il pacco è in ritardo"]
    assert [one.text for one in await desk.messages(into)] == ["E la fattura?"]


async def test_a_case_with_an_open_promise_is_not_merged_away(desk: Desk) -> None:
    case, into = await desk.case("Il pacco è in ritardo"), await desk.case("E la fattura?")
    approval = await desk.answered(case)
    async with desk.database.writing() as session:
        session.add(Promise(case_id=case, approval_id=approval, what={"it": "il rimborso"}, due_at=utcnow()))
    with pytest.raises(BlockedError, match="promise_open"):
        await desk.merges(case, into)


async def test_cases_of_different_customers_are_not_merged(desk: Desk) -> None:
    case = await desk.case("Il pacco è in ritardo")
    async with desk.database.writing() as session:
        other = (await seed_case(session)).id
    with pytest.raises(BlockedError, match="gone"):
        await desk.merges(case, other)


async def test_typed_words_of_a_voice_note_are_read_like_written_ones(desk: Desk) -> None:
    case = await desk.case("", kind=MessageKind.VOICE)
    await desk.types((await desk.messages(case))[0], "Il pacco è rotto")
    first, second = await desk.messages(case)
    assert (first.text, second.text, second.edit, second.sent_by) == ("", "Il pacco è rotto", 1, "Giulia")
    assert (await desk.get(case)).triage_due_at is not None


async def test_words_for_an_answered_voice_note_bring_nothing_new(desk: Desk) -> None:
    case = await desk.case("", kind=MessageKind.VOICE)
    await desk.answered(case)
    await desk.types((await desk.messages(case))[0], "Il pacco è rotto")
    row = await desk.get(case)
    assert (row.state, row.triage_due_at) == (CaseState.ANSWERED, None)


@pytest.mark.parametrize(
    ("kind", "words", "reason"),
    [
        (MessageKind.TEXT, "Il pacco è rotto", "gone"),
        (MessageKind.VOICE, " \n", "text_empty"),
        (MessageKind.VOICE, "a" * 20_001, "text_long"),
    ],
    ids=["a written message", "no words", "too many words"],
)
async def test_only_voice_notes_get_words(desk: Desk, kind: MessageKind, words: str, reason: str) -> None:
    case = await desk.case("x", kind=kind)
    with pytest.raises(BlockedError, match=reason):
        await desk.types((await desk.messages(case))[0], words)
