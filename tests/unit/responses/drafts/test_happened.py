"""What went wrong is said as exactly as it is known, and no more exactly."""

from dataclasses import replace
from decimal import Decimal

import pytest

from benchmarks.draft_situations import SITUATIONS, brief_of
from models.decision import Commitment, Duration, DurationUnit, FactValue
from responses.drafts import ComposedDraft, DraftBrief, compose
from responses.drafts.templates import in_register
from tests.unit.responses.drafts.golden_drafts import LANGUAGES, LATE_CHOICE, brief, euros, known

DOWN = {
    "service_down.what_is_down.internet": {"it": "il wifi non andava"},
    "service_down.urgent_line.yes": {"it": "la linea d'emergenza è ferma"},
    "service_down.urgent_line.no": {"it": "la linea di casa è ferma"},
    "service_down.days_counted.yes": {"it": "la linea è ferma da {days_down}"},
    "service_down": {"it": "il servizio si è fermato"},
}


def made(one: DraftBrief) -> ComposedDraft:
    draft = compose(one)
    assert draft is not None
    return draft


def said(**facts: object) -> str:
    return told(known(**facts))


def told(facts: object, **more: object) -> str:
    fields = {"complaint_types": ("service_down",), "what_happened": DOWN, "facts": facts, **more}
    return dict(made(brief(LATE_CHOICE, **fields)).parts)["understanding"].lower()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"what_is_down": "internet"}, "il wifi non andava"),
        ({"what_is_down": "spa"}, "il servizio si è fermato"),
        ({}, "il servizio si è fermato"),
        ({"urgent_line": True}, "la linea d'emergenza è ferma"),
        ({"urgent_line": False}, "la linea di casa è ferma"),
        ({"urgent_line": Decimal(1)}, "il servizio si è fermato"),
        ({"what_is_down": "internet", "urgent_line": True}, "il wifi non andava"),
        ({"days_counted": True, "days_down": Decimal(3)}, "la linea è ferma da 3 giorni"),
        ({"days_counted": True, "days_down": Decimal(1)}, "la linea è ferma da un giorno"),
        ({"days_counted": True, "days_down": Decimal(0)}, "il servizio si è fermato"),
        ({"days_counted": True}, "il servizio si è fermato"),
    ],
)
def test_the_words_are_those_of_what_is_known(facts: dict[str, object], words: str) -> None:
    assert words in said(**facts)


@pytest.mark.parametrize(
    "fact",
    [
        FactValue(value="internet", source="presumed"),
        FactValue(value="internet", source="agent", unavailable=True),
    ],
    ids=["presumed", "unavailable"],
)
def test_what_nobody_knows_is_not_said(fact: FactValue) -> None:
    assert "il servizio si è fermato" in told({"what_is_down": fact})


def test_a_value_that_the_decision_presumed_is_not_said() -> None:
    presumed = replace(LATE_CHOICE, presumed=("what_is_down",))
    one = brief(
        presumed,
        complaint_types=("service_down",),
        what_happened=DOWN,
        facts=known(what_is_down="internet"),
    )
    assert "il servizio si è fermato" in made(one).text.lower()


def test_a_language_without_the_exact_words_has_those_for_every_case() -> None:
    own = {**DOWN, "service_down": {"it": "si è fermato", "fr": "le service s'est arrêté"}}
    text = told(known(what_is_down="internet"), what_happened=own, language="fr")
    assert "le service s'est arrêté" in text


def test_without_words_that_hold_the_built_in_ones_stand() -> None:
    own = {"billing_error": {"it": "le abbiamo chiesto {overcharged} di troppo"}}
    fields = {"complaint_types": ("billing_error",), "what_happened": own}
    assert "le abbiamo chiesto 4,90 € di troppo" in told(known(overcharged=euros("4.90")), **fields)
    assert "non è quello giusto" in told(known(overcharged=euros("0")), **fields)


def test_the_article_stands_beside_the_order() -> None:
    own = {"service_down": {"it": "il servizio si è fermato"}}
    text = told(known(order_id="N-7", item="Luna"), what_happened=own, order_ids=("N-7",))
    assert text.endswith("si è fermato (ordine n-7, luna).")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("happened", "key"),
    [
        ("The room had been sold twice", "booking_error.overbooked.yes"),
        ("No hot water", "service_down.what_is_down.hot_water"),
        ("A lamp arrived broken", "item_damaged.photo_shows_damage.yes"),
        ("A night without sleep", "quality_below.what_was_wrong.noise"),
    ],
)
def test_the_sample_policies_say_what_it_was(happened: str, key: str, language: str) -> None:
    situation = next(one for one in SITUATIONS if one.happened.startswith(happened))
    one = brief_of(replace(situation, languages={language: ("formal", None)}), language)
    words = in_register(one.what_happened[key][language], True)
    assert words.lower() in dict(made(one).parts)["understanding"].lower()


@pytest.mark.parametrize("tone", ["calm", "abusive"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bill_that_is_wrong_is_our_mistake_whatever_the_tone(language: str, tone: str) -> None:
    situation = next(one for one in SITUATIONS if one.happened.startswith("Insults"))
    asked = replace(situation, tone=tone, languages={language: ("formal", None)})
    names = [name for name, _ in made(brief_of(asked, language)).parts]
    assert names.count("responsibility") == names.count("apology") == 1


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_the_day_of_a_promise_is_said_once_and_never_after_a_comma_and_a_stop(variant: int) -> None:
    collect = Commitment(
        rule_id="ritiro",
        what={"en": "we'll collect the item, free of charge"},
        within=Duration(count=2, unit=DurationUnit.DAYS),
    )
    one = brief(replace(LATE_CHOICE, commitments=(collect,)), language="en", variant=variant)
    said = next(words for name, words in made(one).parts if name == "next")
    assert said.endswith(("free of charge, {due:1}.", "{due:1}: we'll collect the item, free of charge."))
