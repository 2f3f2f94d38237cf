"""Two things promised for one day: that one of them is in the books says nothing about the other."""

from datetime import date, timedelta

import pytest

from models.clock import utcnow
from models.database import Database
from models.decision import DecisionKind
from responses.approving.withholding import Meant
from responses.checks import CheckContext
from responses.checks.about import Kept
from responses.checks.promises import untracked_in
from responses.checks.undertakings import is_same
from responses.config import RoadConfig
from responses.drafts.promises import answer_words, by_hand_words
from tests.seed import bound
from tests.unit.responses.approving.test_approval import HOURS
from tests.unit.responses.approving.test_withholding import RESEND, SIGNED, SORRY, Table, decided
from tests.unit.responses.promises.test_word_given import Conversation

PROMISED = Meant.PROMISED
TODAY = date(2026, 11, 20)  # a Friday
TOMORROW = TODAY + timedelta(days=1)
MONDAY = date(2026, 11, 23)
BOTH = {
    "it": ("La richiamo {} e le mando {} il buono.", "domani", "la richiamo"),
    "en": ("I'll call you {} and I'll send you the voucher {}.", "tomorrow", "I'll call you"),
    "es": ("La llamaré {} y le enviaré el vale {}.", "mañana", "la llamo"),
    "fr": ("Je vous rappellerai {} et je vous enverrai le bon {}.", "demain", "je vous rappelle"),
    "de": ("Ich rufe Sie {} an und ich schicke Ihnen {} den Gutschein.", "morgen", "ich rufe Sie an"),
}


def untracked(text: str, *kept: Kept, language: str = "it") -> list[str]:
    about = CheckContext(
        language=language,
        kind=DecisionKind.HAND_OVER,
        today=TODAY,
        days=tuple(one.day for one in kept),
        kept=kept,
    )
    return [one.said.strip(" .") for one in untracked_in(text, about)]


@pytest.fixture
async def conversation(sqlite: Database, config: RoadConfig) -> Conversation:
    """A call was promised for tomorrow, and that text has gone out."""
    conversation = await Conversation(sqlite, config).writes("Buongiorno Marta, la richiamo domani.\nGiulia")
    (given,) = await conversation.asked()
    await conversation.sends({given.key: PROMISED})
    return conversation


async def writes_again(conversation: Conversation, text: str) -> None:
    async with conversation.database.writing() as session:
        agent, case = await session.merge(conversation.agent), await session.merge(conversation.case)
        await session.refresh(case)
        conversation.draft = await conversation.approvals.write(
            session, agent, case, text, kind=DecisionKind.HAND_OVER, language="it"
        )


@pytest.mark.parametrize("language", list(BOTH))
def test_the_second_is_found_beside_the_first_in_every_language(language: str) -> None:
    sentence, tomorrow, call = BOTH[language]
    found = untracked(sentence.format(tomorrow, tomorrow), Kept(day=TOMORROW, words=call), language=language)
    assert len(found) == 1
    assert not is_same(call, found[0], language)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("la richiamo", "Come promesso, la richiamerò lunedì."),
        ("rispediamo il pacco", "Le rimandiamo il pacco entro lunedì."),
        (answer_words()["it"], "Le scrivo entro lunedì."),
        (answer_words()["it"], "Le facciamo sapere entro il 23 novembre."),
        ("il rimborso", "Le restituiremo la somma entro lunedì."),
        ("la sostituzione", "Le spediamo il maglione nuovo lunedì."),
        ("la riparazione", "Ritiriamo il maglione lunedì."),
        ("il regalo", "Le mandiamo la sciarpa entro lunedì."),
        ("", "La richiamo lunedì."),
    ],
)
def test_what_is_in_the_books_may_be_said_again_in_other_words(words: str, text: str) -> None:
    assert untracked(text, Kept(day=MONDAY, words=words)) == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("le mando il buono", "Le mando lunedì la ricevuta."),
        (answer_words()["it"], "La chiamo lunedì."),
        ("il rimborso", "Le mando lunedì un altro pacco."),
        ("la riparazione", "Lo sostituiamo lunedì."),
        ("la sostituzione", "Le rimborsiamo la spedizione lunedì."),
    ],
)
def test_another_thing_for_that_day_is_another_promise(words: str, text: str) -> None:
    assert len(untracked(text, Kept(day=MONDAY, words=words))) == 1
    assert untracked(text, Kept(day=MONDAY, words=words), Kept(day=MONDAY, words="")) == []


@pytest.mark.parametrize(
    ("language", "words", "text"),
    [
        ("en", "the replacement", "We'll send you the new jumper on Monday."),
        ("en", "the gift", "We'll send you the scarf on Monday."),
        ("es", "el regalo", "Le enviaremos la bufanda el lunes."),
        ("fr", "le cadeau", "Nous vous enverrons l'écharpe lundi."),
        ("de", "das Geschenk", "Wir schicken Ihnen den Schal am Montag."),
        ("de", "die Reparatur", "Wir holen den Pullover am Montag."),
    ],
)
def test_how_a_remedy_is_carried_out_is_no_second_promise(language: str, words: str, text: str) -> None:
    assert untracked(text, Kept(day=MONDAY, words=""), language=language) == []
    assert untracked(text, language=language) != []
    assert untracked(text, Kept(day=MONDAY, words=words), language=language) == []


async def test_the_books_tell_what_is_kept_and_the_rest_is_asked_about(conversation: Conversation) -> None:
    await writes_again(conversation, "La richiamo domani e le mando domani il buono.\nGiulia")
    (given,) = await conversation.asked()
    assert given.words == "le mando domani il buono"
    await conversation.sends({given.key: PROMISED})
    assert [one.what["it"] for one in await conversation.promises()] == ["la richiamo", "le mando il buono"]


async def test_what_is_kept_without_words_is_known_by_its_day(conversation: Conversation) -> None:
    (promise,) = await conversation.promises()
    async with conversation.database.writing() as session:
        (await session.merge(promise)).what = by_hand_words()
    await writes_again(conversation, "Le mando domani il buono.\nGiulia")
    await conversation.sends()
    assert len(await conversation.promises()) == 1


async def test_a_call_is_no_parcel_in_other_words(sqlite: Database, config: RoadConfig) -> None:
    table = await Table(sqlite, config).lays(
        decided(commitments=(RESEND,)), f"{SORRY} Rispediamo il pacco {{due:1}}.{SIGNED}"
    )
    in_nine = utcnow().astimezone(HOURS.zone).date() + timedelta(days=9)
    async with table.database.writing() as session:
        agent = await session.merge(table.agent)
        agent.role = "supervisor"
        table.draft = await table.approvals.edit(
            session,
            agent,
            bound(table.draft),
            f"{SORRY} Rimandiamo tutto. La richiamo il {in_nine.day}/{in_nine.month}.{SIGNED}",
        )
    table.agent.role = "supervisor"
    await table.sends({"d1": Meant.WORDED}, reason="Lo ha chiesto.")
    assert sorted(await table.promised()) == ["La richiamo", "rispediamo il pacco"]
