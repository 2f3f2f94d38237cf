"""Answers as people write them, in five languages: what is found in them, under the sample policies."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.decision import PROOF_FACT, MissingFact
from models.tables import Message
from nlp.entities.finder import EntityFinder
from responses.asking.answers import answers_in, as_typed
from responses.asking.lacking import lacking
from responses.asking.only_answers import only_answers
from responses.asking.questions import Question
from tests.unit.responses.asking.sample_policies import asked_of, sample
from tests.unit.responses.triage_road import assessed

TODAY = date(2026, 11, 27)  # a Friday
FINDER = EntityFinder([r"(?:RS|RV|TL)\d+"])
PROOF = MissingFact(name=PROOF_FACT, type="text", ask={"it": "l'e-mail o il CAP"}, from_agent=False)
ASKED = {
    "number": asked_of(sample("negozio"), "order_id"),
    "proof": (*asked_of(sample("negozio"), "order_id"), PROOF),
    "photo": asked_of(sample("negozio"), "order_id", "photo_shows_damage"),
    "day": asked_of(sample("negozio"), "withdrawn_on"),
    "stay": asked_of(sample("albergo"), "guest_in_house"),
    "both": asked_of(sample("albergo"), "order_id", "guest_in_house"),
    "down": asked_of(sample("telefonia"), "days_down"),
    "slow": asked_of(sample("telefonia"), "days_down", "days_slow"),
    "years": asked_of(sample("telefonia"), "years_with_number"),
    "notice": asked_of(sample("telefonia"), "price_notice_on", "cancelled_on"),
}
POLICY = dict.fromkeys(ASKED, "negozio")
POLICY |= {"stay": "albergo", "both": "albergo"}
POLICY |= dict.fromkeys(("down", "slow", "years", "notice"), "telefonia")


def read(about: str, language: str, text: str) -> tuple[dict[str, str], dict[str, str], bool]:
    """What the answer gives, what it seems to say, and whether it does nothing but answer."""
    policy, asked = sample(POLICY[about]), ASKED[about]
    entities = FINDER.find(text, language=language, today=TODAY)
    seen = replace(assessed("complaint", "staff_conduct"), language=language, entities=entities)
    found = answers_in(asked, [text], [seen], policy, today=TODAY)
    message = Message(id="m", text=text, created_at=datetime(2026, 11, 27, 9, tzinfo=UTC))
    question = Question(at=datetime(2026, 11, 26, 9, tzinfo=UTC), asked=asked)
    alone = only_answers([message], {"m": seen}, [question], policy)
    given = {name: as_typed(value) for name, value in found.given.items()}
    return given, dict(found.likely), alone == {"m"}


@pytest.mark.parametrize(
    ("about", "language", "text", "given"),
    [
        ("day", "it", "ieri", {"withdrawn_on": "2026-11-26"}),
        ("day", "it", "3/11", {"withdrawn_on": "2026-11-03"}),
        ("day", "it", "una settimana fa", {"withdrawn_on": "2026-11-20"}),
        ("day", "en", "two weeks ago", {"withdrawn_on": "2026-11-13"}),
        ("day", "es", "el lunes pasado", {"withdrawn_on": "2026-11-23"}),
        ("day", "fr", "il y a dix jours", {"withdrawn_on": "2026-11-17"}),
        ("day", "de", "am 3.11.", {"withdrawn_on": "2026-11-03"}),
        ("stay", "it", "sì sono ancora qui", {"guest_in_house": "True"}),
        ("stay", "it", "Sì, il soggiorno è ancora in corso", {"guest_in_house": "True"}),
        ("stay", "it", "no siamo partiti ieri", {"guest_in_house": "False"}),
        ("stay", "en", "Yes, we are still staying with you", {"guest_in_house": "True"}),
        ("stay", "de", "ja, bis Sonntag", {"guest_in_house": "True"}),
        ("both", "it", "RV1204, sì siamo ancora qui", {"guest_in_house": "True"}),
        ("both", "it", "RV1204\nsì", {"guest_in_house": "True"}),
        ("both", "en", "RV1204 and yes", {"guest_in_house": "True"}),
        ("down", "it", "tre", {"days_down": "3"}),
        ("down", "it", "sono tre giorni", {"days_down": "3"}),
        ("down", "de", "drei", {"days_down": "3"}),
        ("down", "fr", "une semaine", {"days_down": "7"}),
        ("slow", "it", "ferma da 2 giorni, prima era lenta da 10", {"days_down": "2", "days_slow": "10"}),
        ("years", "en", "twelve", {"years_with_number": "12"}),
        ("years", "fr", "douze ans", {"years_with_number": "12"}),
        ("years", "de", "zwölf Jahre", {"years_with_number": "12"}),
        ("years", "it", "15 anni", {"years_with_number": "15"}),
    ],
)
def test_an_answer_that_says_it_gives_it_and_nothing_else(
    about: str, language: str, text: str, given: dict[str, str]
) -> None:
    assert read(about, language, text) == (given, {}, True)


@pytest.mark.parametrize(
    ("about", "language", "text", "likely"),
    [
        ("down", "it", "da ieri", {"days_down": "1"}),
        ("down", "it", "da lunedì", {"days_down": "4"}),
        ("down", "it", "dal 20 novembre", {"days_down": "7"}),
        ("down", "en", "since Monday", {"days_down": "4"}),
        ("down", "es", "desde ayer", {"days_down": "1"}),
        ("down", "de", "seit gestern", {"days_down": "1"}),
        ("years", "it", "più di 15 anni", {"years_with_number": "15"}),
        ("years", "en", "about 12 years", {"years_with_number": "12"}),
        ("day", "it", "forse il 3 novembre", {"withdrawn_on": "2026-11-03"}),
        ("day", "de", "ungefähr am 3. November", {"withdrawn_on": "2026-11-03"}),
    ],
)
def test_an_answer_that_leaves_a_doubt_is_for_an_agent_to_confirm(
    about: str, language: str, text: str, likely: dict[str, str]
) -> None:
    assert read(about, language, text)[:2] == ({}, likely)


@pytest.mark.parametrize(
    ("about", "language", "text"),
    [
        ("down", "it", "da 48 ore"),
        ("down", "it", "da lunedì o martedì"),
        ("down", "it", "boh, qualche giorno"),
        ("down", "it", "sei gentile"),
        ("years", "it", "dal 2005"),
        ("years", "it", "6 mesi"),
        ("years", "it", "da sei mesi"),
        ("slow", "it", "ferma da 2 giorni, lenta da 3 mesi"),
        ("stay", "it", "no siamo ancora qui"),
        ("stay", "it", "sì, siamo già partiti"),
        ("stay", "en", "no we're still here"),
        ("stay", "de", "nein, wir sind noch hier"),
        ("day", "it", "3/11 o 4/11"),
        ("day", "it", "24/48 ore fa"),
        ("day", "it", "il 12/13"),
        ("notice", "it", "l'avviso non l'ho mai ricevuto, il recesso il 5 ottobre"),
    ],
)
def test_what_would_be_read_wrongly_is_not_read(about: str, language: str, text: str) -> None:
    given, likely, _ = read(about, language, text)
    assert (given, likely) == ({}, {})


ALL = {"order_id", "photo_shows_damage"}
PHOTO = {"photo_shows_damage"}


@pytest.mark.parametrize(
    ("about", "text", "names"),
    [
        ("number", "boh", {"order_id"}),
        ("number", "boh!", {"order_id"}),
        ("number", "non mi ricordo", {"order_id"}),
        ("number", "non lo so ma era blu", {"order_id"}),
        ("number", "dunno", {"order_id"}),
        ("number", "no clue, sorry", {"order_id"}),
        ("number", "j'en sais rien", {"order_id"}),
        ("number", "kann ich leider nicht sagen", {"order_id"}),
        ("proof", "non ho il numero ma la mail è marta@example.org", {"order_id"}),
        ("photo", "l'ho buttato via", ALL),
        ("photo", "la foto non riesco a farla", PHOTO),
        ("photo", "non posso fare foto, l'ho già reso", PHOTO),
        ("photo", "I can't take a photo, I sent it back", PHOTO),
        ("photo", "no puedo hacer fotos", PHOTO),
        ("photo", "je ne peux pas prendre de photo", PHOTO),
        ("photo", "Foto habe ich keins gemacht", PHOTO),
        ("photo", "ich kann kein Foto machen", PHOTO),
        ("number", "boh, i primi di novembre", set()),
        ("number", "non so perché me lo chiedete", set()),
        ("photo", "la foto ve la mando domani", set()),
        ("photo", "je n'ai pas ma facture mais une photo", {"order_id"}),
    ],
)
def test_who_says_that_it_cannot_be_had_is_not_asked_again(about: str, text: str, names: set[str]) -> None:
    assert lacking(ASKED[about], [text]) == names
