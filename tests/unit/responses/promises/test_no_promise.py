"""Words that a check takes for a promise and that are none: an agent says so, and it can be looked up."""

import pytest
from sqlalchemy import select

from models.database import Database
from models.tables import Case, Draft, Event
from responses.approving.withholding import Meant
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.promises.word_given import WordGivenError
from responses.views import view_case
from tests.seed import bound
from tests.unit.responses.approving.test_approval import HOURS
from tests.unit.responses.promises.test_word_given import Conversation

NO_PROMISE, PROMISED = Meant.NO_PROMISE, Meant.PROMISED


@pytest.fixture(params=["la riceviamo lunedì", "la richiamo"], ids=["with a day", "without one"])
async def conversation(
    request: pytest.FixtureRequest, database: Database, config: RoadConfig
) -> Conversation:
    """Each on each storage."""
    return await Conversation(database, config).writes(f"Buongiorno Marta, {request.param}.\nGiulia")


async def denied(conversation: Conversation) -> list[tuple[str, str]]:
    """Who said of which words that they are no promise, as the case's history tells it."""
    async with conversation.database.reading() as session:
        case = await session.get_one(Case, conversation.case.id)
        view = await view_case(session, case, HOURS.zone)
    return [(event.actor, view.denied[event.id]) for event in view.events if event.id in view.denied]


async def undoes(conversation: Conversation, approval_id: str) -> None:
    async with conversation.database.writing() as session:
        agent = await session.merge(conversation.agent)
        again = await conversation.approvals.undo(session, agent, approval_id)
    assert again is not None
    conversation.draft = again


async def edits(conversation: Conversation, text: str) -> None:
    async with conversation.database.writing() as session:
        agent = await session.merge(conversation.agent)
        conversation.draft = await conversation.approvals.edit(
            session, agent, bound(conversation.draft), text
        )


async def test_it_goes_out_as_it_stands_and_nothing_is_promised(conversation: Conversation) -> None:
    (given,) = await conversation.asked()
    await conversation.sends({given.key: NO_PROMISE})
    assert await conversation.promises() == []
    assert await conversation.outbox() == [conversation.draft.text]
    assert await denied(conversation) == [(conversation.agent.id, given.words)]


async def test_the_trail_holds_places_and_no_words(conversation: Conversation) -> None:
    (given,) = await conversation.asked()
    await conversation.sends({given.key: NO_PROMISE})
    async with conversation.database.reading() as session:
        query = select(Event.details).where(Event.action == "approval.no_promise")
        (details,) = (await session.scalars(query)).all()
    assert sorted(details) == ["approval", "begin", "draft", "until"]
    assert (details["begin"], details["until"]) == (given.begin, given.until)


async def test_it_holds_for_that_text_and_not_for_the_next(conversation: Conversation) -> None:
    (given,) = await conversation.asked()
    approval = await conversation.sends({given.key: NO_PROMISE})
    await undoes(conversation, approval.id)
    await edits(conversation, conversation.draft.text.replace("Marta,", "Marta, grazie:"))
    (again,) = await conversation.asked()
    assert again.words == given.words
    await edits(conversation, conversation.draft.text.replace(" grazie:", ""))
    await conversation.sends()
    assert await conversation.promises() == []


async def test_of_several_each_is_answered_by_itself(conversation: Conversation) -> None:
    await edits(
        conversation, conversation.draft.text.replace("\nGiulia", " Le mando martedì il buono.\nGiulia")
    )
    first, second = await conversation.asked()
    with pytest.raises(WordGivenError) as asked:
        await conversation.sends({first.key: NO_PROMISE})
    assert asked.value.given == (second,)
    await conversation.sends({first.key: NO_PROMISE, second.key: PROMISED})
    assert [one.what["it"] for one in await conversation.promises()] == ["Le mando il buono"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param("Le rimborsiamo 90 € lunedì.", "amount_above", id="a sum"),
        pytest.param("Il suo buono da 10 € arriva lunedì.", "amount_above", id="a voucher"),
        pytest.param("Le scriviamo lunedì da [nome].", "blank", id="a blank"),
    ],
)
async def test_what_else_stops_the_text_goes_on_stopping_it(
    sqlite: Database, config: RoadConfig, words: str, reason: str
) -> None:
    conversation = await Conversation(sqlite, config).writes(f"Buongiorno Marta. {words}\nGiulia")
    every = {f"w{place}": NO_PROMISE for place in range(len(conversation.draft.text))}
    with pytest.raises(BlockedError) as stopped:
        await conversation.sends(every)
    assert reason in (stopped.value.reason, stopped.value.details.get("code"))
    assert await denied(conversation) == []


async def test_of_a_text_that_was_erased_no_words_are_shown(sqlite: Database, config: RoadConfig) -> None:
    conversation = await Conversation(sqlite, config).writes("Buongiorno Marta, la richiamo.\nGiulia")
    (given,) = await conversation.asked()
    await conversation.sends({given.key: NO_PROMISE})
    async with sqlite.writing() as session:
        (await session.get_one(Draft, conversation.draft.id)).text = ""
    assert await denied(conversation) == []
