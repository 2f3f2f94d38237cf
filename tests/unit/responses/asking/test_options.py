"""The options of a choice, in the words in which the question lists them."""

from dataclasses import replace

import pytest

from models.assessment import Entities
from models.decision import MissingFact
from responses.asking.answers import answers_in
from responses.policy.options import options_listed
from tests.unit.responses.asking.sample_policies import asked_of, sample
from tests.unit.responses.triage_road import assessed

PHONE = sample("telefonia")
LATE = asked_of(PHONE, "what_is_late")
BOTH = asked_of(PHONE, "order_id", "what_is_late")
PARTS = MissingFact(
    name="what_is_late",
    type="choice",
    ask={"it": "che cosa si è rotto: il telaio, il vetro o il vetrino", "en": "what broke"},
    from_agent=False,
    choices=("frame", "glass", "cover"),
)


def said(text: str, asked: tuple[MissingFact, ...] = LATE, **found: object) -> object:
    read = assessed("other", entities=Entities(**found))  # type: ignore[arg-type]
    return answers_in(asked, [text], [read], PHONE).given.get("what_is_late")


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("l'attivazione", "activation"),
        ("Aspetto l'attivazione della linea", "activation"),
        ("il passaggio da un altro operatore", "switch"),
        ("il numero", "number"),
        ("Un apparecchio.", "device"),
        ("the switch", "switch"),
        ("the device please", "device"),
        ("el alta", "activation"),
        ("el cambio", "switch"),
        ("la mise en service", "activation"),
        ("un appareil", "device"),
        ("die Freischaltung", "activation"),
        ("auf den Anbieterwechsel", "switch"),
    ],
)
def test_an_option_is_known_by_its_words_in_the_question(text: str, option: str) -> None:
    assert said(text) == option


@pytest.mark.parametrize(
    "text",
    [
        "forse l'attivazione",
        "non l'attivazione",
        "l'attivazione e il numero",
        "il numero è quello di prima",
        "meine Rufnummer ist 0391 44",
        "boh",
        "l'attivazione?? sono tre settimane che vi chiamo per il numero e il passaggio",
    ],
)
def test_what_is_doubtful_or_may_be_another_thing_is_left_to_an_agent(text: str) -> None:
    assert said(text) is None


def test_the_number_that_answers_another_question_is_no_option() -> None:
    assert said("il numero è TL55120", BOTH, order_ids=("TL55120",)) is None
    assert said("TL55120, l'attivazione", BOTH, order_ids=("TL55120",)) == "activation"


@pytest.mark.parametrize(
    ("text", "option"), [("il telaio", "frame"), ("il vetrino", "cover"), ("vetro", "glass")]
)
def test_options_behind_a_colon_are_listed_too(text: str, option: str) -> None:
    assert said(text, (PARTS,)) == option


def test_the_question_is_read_in_the_register_that_it_is_asked_in() -> None:
    asked = replace(PARTS, ask={"it": "che cosa si è rotto (il (suo|tuo) telaio, il vetro o il vetrino)"})

    assert said("il telaio", (asked,)) == "frame"


def test_without_a_list_only_the_values_themselves_are_known() -> None:
    unlisted = replace(PARTS, ask={"it": "che cosa si è rotto (il telaio o il vetro)"})
    assert said("il telaio", (unlisted,)) is None
    assert said("frame", (unlisted,)) == "frame"


@pytest.mark.parametrize(
    ("ask", "options"),
    [
        ("che cosa (sta|stai) aspettando (il pacco o il rimborso)", ["il pacco", "il rimborso"]),
        ("what broke: the frame, the glass, or the motor.", ["the frame", "the glass", "the motor"]),
        ("was kaputt ist (Rahmen oder Glas)", ["rahmen", "glas"]),
        ("se il pacco è arrivato", []),
    ],
)
def test_options_are_read_out_of_a_question(ask: str, options: list[str]) -> None:
    assert options_listed(ask) == options
