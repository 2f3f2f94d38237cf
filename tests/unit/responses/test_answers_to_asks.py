"""What customers answer when we ask: what they do not have, or a word, a number, a day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.assessment import Amount, Assessment, Entities
from models.decision import MissingFact
from models.money import Money
from responses.answers_to_asks import answers_in
from responses.lacking import lacking
from responses.policy import Policy, load_policy_text
from tests.unit.responses.test_order_book import POLICY
from tests.unit.responses.test_triage import assessed

FACTS = """
  days_late: {type: days, from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  paid: {type: money, from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  withdrawn_on: {type: date, from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  booked_what: {type: choice, of: [room, table], from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  photo: {type: yes_no, from: [agent], after: {ask: {it: una foto, en: a, es: a, fr: a, de: a}}}
presume:"""
RULES = load_policy_text(POLICY.replace("presume:", FACTS.lstrip("\n"), 1), "regole.yaml")


def asked(*names: str, policy: Policy = RULES) -> list[MissingFact]:
    specs = [policy.facts[name] for name in names]
    return [
        MissingFact(name=spec.name, type=spec.type, ask=spec.ask, from_agent=False, choices=spec.choices)
        for spec in specs
    ]


def read(**entities: object) -> list[Assessment]:
    return [replace(assessed("other"), entities=Entities(**entities))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Non ce l'ho",
        "purtroppo non ce l’ho più.",
        "Il numero non lo trovo, mi dispiace",
        "l'ho buttata",
        "Sorry, I don't have it",
        "I can't find it anywhere",
        "I’ve lost it.",
        "No la tengo",
        "lo siento, no lo encuentro",
        "Je ne l'ai pas",
        "je l'ai jetée",
        "aucune idée",
        "Habe ich nicht",
        "Die habe ich leider nicht mehr",
        "Keine Ahnung",
    ],
)
def test_who_does_not_have_it_says_so_in_five_languages(text: str) -> None:
    assert lacking(asked("order_id"), [text]) == {"order_id"}


@pytest.mark.parametrize(
    "text",
    [
        "Non ho ricevuto il pacco",
        "Non ce l'ho ancora, arriva domani",
        "non ce l'ho qui, lo cerco stasera",
        "Non l'ho ordinato io",
        "Non li ho ricevuti",
        "Das habe ich nicht bestellt",
        "Je ne l'ai pas reçu",
        "I don't have it with me right now",
        "I don't have time for this",
        "Todavía no lo tengo aquí",
        "No la tengo a mano, luego se la mando",
        "Je ne l'ai pas sous la main",
        "Habe ich gerade nicht dabei",
        "Habe ich nicht hier, schicke ich heute Abend",
        "Eccolo: RS1234",
        "",
    ],
)
def test_what_is_lacking_for_now_or_something_else_is_no_answer(text: str) -> None:
    assert lacking(asked("order_id"), [text]) == frozenset()


@pytest.mark.parametrize(
    ("name", "text", "entities", "value"),
    [
        ("days_late", "5 giorni", {}, Decimal(5)),
        ("days_late", "12", {}, Decimal(12)),
        ("days_late", "tre giorni", {}, Decimal(3)),
        ("days_late", "Da una settimana", {}, Decimal(7)),
        ("days_late", "2 settimane", {}, Decimal(14)),
        ("days_late", "It has been four days.", {}, Decimal(4)),
        ("days_late", "a week", {}, Decimal(7)),
        ("days_late", "dos semanas", {}, Decimal(14)),
        ("days_late", "depuis six jours", {}, Decimal(6)),
        ("days_late", "seit fünf Tagen", {}, Decimal(5)),
        ("days_late", "há cinco dias", {}, Decimal(5)),
        ("days_late", "seit 9 Tagen", {}, Decimal(9)),
        ("paid", "ho pagato 40 €", {"amounts": (Amount(value=Decimal(40), currency="EUR"),)}, None),
        ("withdrawn_on", "il 3 novembre", {"dates": (date(2026, 11, 3),)}, date(2026, 11, 3)),
        ("arrived", "Sì, grazie", {}, True),
        ("arrived", "Sì, il pacco è arrivato ieri mattina", {}, True),
        ("arrived", "Yes, it has finally arrived on Monday morning", {}, True),
        ("arrived", "Oui, le colis est bien arrivé hier matin", {}, True),
        ("arrived", "Sim, obrigado", {}, True),
        ("arrived", "Não", {}, False),
        ("arrived", "Nein, leider nicht", {}, False),
        ("booked_what", "la camera", {}, "room"),
        ("booked_what", "une table", {}, "table"),
        ("order_id", "RS-1234", {}, "RS-1234"),
    ],
)
def test_one_thing_that_fits_is_taken(
    name: str, text: str, entities: dict[str, object], value: object
) -> None:
    expected = value if value is not None else Money(amount=Decimal(40), currency="EUR")
    assert answers_in(asked(name), [text], read(**entities), RULES) == {name: expected}


@pytest.mark.parametrize(
    ("names", "text", "entities"),
    [
        (["days_late"], "tre o quattro giorni", {}),
        (["days_late"], "più di tre giorni", {}),
        (["days_late"], "quasi una settimana", {}),
        (["days_late"], "una settimana e due giorni", {}),
        (["days_late"], "un giorno vi scriverò", {}),
        (["days_late"], "tre mesi", {}),
        (["days_late"], "due settimane fa, il 3 novembre", {"dates": (date(2026, 11, 3),)}),
        (["days_late"], "3 o 4 giorni", {}),
        (["paid"], "40 dollari", {"amounts": (Amount(value=Decimal(40), currency="USD"),)}),
        (["withdrawn_on"], "il 3 o il 4", {"dates": (date(2026, 11, 3), date(2026, 11, 4))}),
        (["arrived"], "sì e no", {}),
        (["arrived"], "no perché il corriere non è mai passato da casa", {}),
        (["arrived"], "Sì, vorrei sapere che fine ha fatto il pacco", {}),
        (["arrived"], "Sì, il pacco è arrivato ma era vuoto e rotto", {}),
        (["arrived"], "Sì, capisco, però non è ancora arrivato niente", {}),
        (["arrived"], "Yes, sure, please tell me when it has arrived", {}),
        (["arrived"], "sì, è arrivato, oppure era un altro pacco il mio?", {}),
        (["booked_what"], "camera e tavolo", {}),
        (["photo"], "sì", {}),
        (["order_id"], "RS1234 oppure RS1235", {}),
        (["order_id"], "sono tre giorni che aspetto", {}),
        (["order_id"], "chiamatemi al 3331234567", {"phone_numbers": ("+393331234567",)}),
    ],
    ids=str,
)
def test_what_may_mean_two_things_is_left_to_an_agent(
    names: list[str], text: str, entities: dict[str, object]
) -> None:
    assert answers_in(asked(*names), [text], read(**entities), RULES) == {}
