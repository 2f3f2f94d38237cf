"""A promise in an agent's own words: before the text goes out it becomes one, or is taken out of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import DecisionKind
from models.states import CaseState, PromiseKind, PromiseState
from models.tables import Agent, Approval, Case, Draft, OutboxEntry, Promise
from responses.approving.approval import Approvals
from responses.approving.withholding import Meant
from responses.checks import CheckContext
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.policy.given import USUAL_TIME
from responses.promises.word_given import Terms, WordGiven, WordGivenError, without, words_given
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.approving.test_approval import HOURS

PROMISED = Meant.PROMISED
CALL = "Buongiorno Marta, la richiamo lunedì.\nGiulia"
TODAY = date(2026, 11, 20)  # a Friday
OWN = {
    "it": "Ho letto tutto. La richiamo lunedì.",
    "en": "I have read it all. I will call you on Monday.",
    "es": "Lo he leído todo. La llamaré el lunes.",
    "fr": "J'ai tout lu. Je vous rappelle lundi.",
    "de": "Ich habe alles gelesen. Ich rufe Sie am Montag an.",
}


def found(text: str, language: str = "it", kind: str = DecisionKind.HAND_OVER) -> tuple[WordGiven, ...]:
    about = CheckContext(language=language, kind=kind, today=TODAY)
    return words_given(text, about, HOURS, utcnow())


class Conversation:
    """A case in which an agent writes words of their own."""

    def __init__(self, database: Database, config: RoadConfig) -> None:
        self.database = database
        self.approvals = Approvals(config)
        self.agent: Agent
        self.case: Case
        self.draft: Draft

    async def writes(self, text: str, kind: str = DecisionKind.HAND_OVER) -> "Conversation":
        async with self.database.writing() as session:
            self.agent, self.case = await seed_agent(session), await seed_case(session)
            await seed_draft(session, self.case)
        async with self.database.writing() as session:
            agent, case = await session.merge(self.agent), await session.get_one(Case, self.case.id)
            self.draft = await self.approvals.write(session, agent, case, text, kind=kind, language="it")
        return self

    async def sends(
        self, meant: Mapping[str, Meant] | None = None, terms: Mapping[str, Terms] | None = None
    ) -> Approval:
        async with self.database.writing() as session:
            agent = await session.merge(self.agent)
            return await self.approvals.approve(
                session, agent, bound(self.draft), HOURS, meant=meant or {}, terms=terms or {}
            )

    async def asked(self) -> tuple[WordGiven, ...]:
        with pytest.raises(WordGivenError) as asked:
            await self.sends()
        return asked.value.given

    async def takes_out(self, key: str) -> Draft:
        async with self.database.writing() as session:
            agent = await session.merge(self.agent)
            return await self.approvals.take_out(session, agent, bound(self.draft), key, HOURS)

    async def promises(self) -> list[Promise]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Promise).order_by(Promise.id)))

    async def outbox(self) -> list[str]:
        async with self.database.reading() as session:
            return [entry.content["text"] for entry in await session.scalars(select(OutboxEntry))]

    async def state(self) -> str:
        async with self.database.reading() as session:
            return (await session.get_one(Case, self.case.id)).state


@pytest.fixture
def conversation(sqlite: Database, config: RoadConfig) -> Conversation:
    return Conversation(sqlite, config)


@pytest.fixture
def any_conversation(database: Database, config: RoadConfig) -> Conversation:
    """The same on each storage."""
    return Conversation(database, config)


async def test_before_anything_is_sent_the_agent_is_told_what_it_becomes(conversation: Conversation) -> None:
    await conversation.writes(CALL)
    (given,) = await conversation.asked()
    assert (given.words, given.promise.what) == ("la richiamo lunedì", "la richiamo")
    due = given.due_at.astimezone(HOURS.zone)
    assert (due.weekday(), due > utcnow()) == (0, True)
    assert (await conversation.promises(), await conversation.outbox()) == ([], [])


@pytest.mark.parametrize("kind", [DecisionKind.HAND_OVER, DecisionKind.ASK, DecisionKind.DECLINE])
async def test_it_becomes_a_promise_of_who_approves(any_conversation: Conversation, kind: str) -> None:
    conversation = await any_conversation.writes(CALL, kind)
    (given,) = await conversation.asked()
    await conversation.sends({given.key: PROMISED})
    (promise,) = await conversation.promises()
    assert (promise.kind, promise.state) == (PromiseKind.COMMITMENT, PromiseState.OPEN)
    assert (promise.what, promise.owner_id) == ({"it": "la richiamo"}, conversation.agent.id)
    assert promise.due_at.astimezone(HOURS.zone).date() == given.due_at.astimezone(HOURS.zone).date()
    waits = CaseState.WAITING_CUSTOMER if kind == DecisionKind.ASK else CaseState.PROMISED
    assert await conversation.state() == waits


async def test_taken_out_the_text_is_read_again_and_then_promises_nothing(
    any_conversation: Conversation,
) -> None:
    conversation = await any_conversation.writes(CALL)
    (given,) = await conversation.asked()
    left = await conversation.takes_out(given.key)
    assert (left.text, left.findings) == ("Buongiorno Marta.\nGiulia", [])
    assert await conversation.outbox() == []
    conversation.draft = left
    await conversation.sends()
    assert (await conversation.promises(), await conversation.outbox()) == ([], ["Buongiorno Marta.\nGiulia"])


async def test_of_several_each_is_asked_about(conversation: Conversation) -> None:
    await conversation.writes("La richiamo lunedì.\nLe mandiamo il ricambio entro venerdì.\nGiulia")
    first, second = await conversation.asked()
    with pytest.raises(WordGivenError) as asked:
        await conversation.sends({first.key: PROMISED})
    assert asked.value.given == (second,)
    await conversation.sends({first.key: PROMISED, second.key: PROMISED})
    assert [one.what["it"] for one in await conversation.promises()] == [
        "La richiamo",
        "Le mandiamo il ricambio",
    ]


async def test_what_has_no_day_that_can_be_told_is_due_after_the_usual_time(
    conversation: Conversation,
) -> None:
    await conversation.writes("Le mandiamo il ricambio entro Natale.\nGiulia")
    (given,) = await conversation.asked()
    await conversation.sends({given.key: PROMISED})
    (promise,) = await conversation.promises()
    assert abs(promise.due_at - HOURS.add(USUAL_TIME, utcnow())) < timedelta(minutes=1)


async def test_taking_the_text_back_takes_the_promise_back(conversation: Conversation) -> None:
    await conversation.writes(CALL)
    (given,) = await conversation.asked()
    approval = await conversation.sends({given.key: PROMISED})
    async with conversation.database.writing() as session:
        agent = await session.merge(conversation.agent)
        await conversation.approvals.undo(session, agent, approval.id)
    assert [one.state for one in await conversation.promises()] == [PromiseState.WITHDRAWN]


async def test_what_the_text_does_not_promise_cannot_be_taken_out(conversation: Conversation) -> None:
    await conversation.writes(CALL)
    with pytest.raises(BlockedError, match="gone"):
        await conversation.takes_out("w3")


@pytest.mark.parametrize("language", list(OWN))
def test_it_is_found_and_taken_out_in_every_language(language: str) -> None:
    text = OWN[language]
    (given,) = found(text, language)
    assert given.promise.day == date(2026, 11, 23)
    assert without(text, given, language) == text.partition(". ")[0] + "."


def test_an_offer_does_not_ask_for_it_is_off_policy_there() -> None:
    assert found(CALL, kind=DecisionKind.OFFER) == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("Ho controllato e la richiamo domani.", "Ho controllato.", id="behind an and"),
        pytest.param(
            "La richiamo lunedì, intanto mi scusi.", "Intanto mi scusi.", id="before something else"
        ),
        pytest.param(
            "Guardo io, la richiamo lunedì, mi scusi ancora.", "Guardo io, mi scusi ancora.", id="between"
        ),
        pytest.param(
            "Buongiorno,\n\nla richiamo lunedì.\n\nGiulia", "Buongiorno,\n\nGiulia", id="a paragraph"
        ),
        pytest.param("Le chiedo scusa: la richiamo lunedì!", "Le chiedo scusa!", id="behind a colon"),
    ],
)
def test_what_is_left_is_joined_as_a_sentence_is(text: str, left: str) -> None:
    (given,) = found(text)
    assert without(text, given, "it") == left


def test_two_days_for_one_thing_are_one_promise_for_the_later() -> None:
    (given,) = found("La richiamo lunedì o martedì.")
    assert given.promise.day == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("it", "Buongiorno Marta, la richiamo oggi entro le 11:15.", "Buongiorno Marta."),
        ("en", "Good morning Marta, we'll call you by 11:15 today.", "Good morning Marta."),
        ("de", "Guten Tag Marta, wir rufen Sie heute bis 11:15 Uhr an.", "Guten Tag Marta."),
        ("it", "Ho visto la foto. La richiamo domani alle 9:30, va bene?", "Ho visto la foto. Va bene?"),
        ("it", "Buongiorno Marta, le rimborso 4,90 € lunedì. A presto", "Buongiorno Marta. A presto"),
    ],
)
def test_hours_sums_and_what_follows_stay_whole(language: str, text: str, left: str) -> None:
    (given,) = found(text, language)
    assert without(text, given, language) == left


def test_each_thing_that_is_done_has_its_own_day() -> None:
    text = "Buongiorno Marta, la richiamo lunedì e le mando il pacco martedì. A presto"
    call, parcel = found(text)
    assert (call.promise.what, call.promise.day) == ("la richiamo", date(2026, 11, 23))
    assert (parcel.promise.what, parcel.promise.day) == ("le mando il pacco", date(2026, 11, 24))
    assert without(text, call, "it") == "Buongiorno Marta, le mando il pacco martedì. A presto"
    assert without(text, parcel, "it") == "Buongiorno Marta, la richiamo lunedì. A presto"


@pytest.mark.parametrize(
    ("language", "text", "day", "what"),
    [
        ("it", "La richiamo domani o al più tardi lunedì.", 23, "La richiamo"),
        ("de", "Ich rufe Sie morgen oder Montag an.", 23, "Ich rufe Sie an"),
        ("de", "Ich rufe Sie heute Morgen an.", 20, "Ich rufe Sie an"),
        ("es", "Le llamo hoy por la mañana.", 20, "Le llamo"),
        ("es", "Le llamo el lunes por la mañana.", 23, "Le llamo por la mañana"),
        ("it", "Le mando il codice {code:1} domani.", 21, ""),
    ],
)
def test_what_is_kept_can_be_read_by_itself(language: str, text: str, day: int, what: str) -> None:
    (given,) = found(text, language)
    assert (given.promise.day, given.promise.what) == (date(2026, 11, day), what)


def test_who_names_an_hour_has_until_then() -> None:
    now = datetime(2026, 11, 20, 9, 0, tzinfo=HOURS.zone)
    about = CheckContext(language="it", kind=DecisionKind.HAND_OVER, today=TODAY)
    (given,) = words_given("La richiamo oggi entro le 11:15.", about, HOURS, now)
    assert given.due_at == datetime(2026, 11, 20, 11, 15, tzinfo=HOURS.zone)


async def test_what_says_nothing_else_has_to_be_put_in_other_words(conversation: Conversation) -> None:
    await conversation.writes("La richiamo lunedì.")
    (given,) = await conversation.asked()
    with pytest.raises(BlockedError, match="word_alone"):
        await conversation.takes_out(given.key)
