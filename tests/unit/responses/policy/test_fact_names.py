"""What agents read of facts. All names of the samples' facts are in tests/golden/fact_names."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.decision import PROOF_FACT, Decision, DecisionKind, FactValue, MissingFact
from models.money import Money
from responses.policy import load_policy_text
from responses.policy.fact_names import FactNames
from tests.golden.make_fact_names import FOLDER, SAMPLES, golden, sample

PLAIN = """
policy: prova
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
facts:
  days_of_rain: {type: days, from: [agent]}
  weather: {type: choice, of: [very_bad, fine], from: [agent]}
  umbrella_lost: {type: yes_no, from: [agent]}
  colour: {type: text, from: [customer], ask: {it: "il colore (della fodera): è scritto"}}
rules:
  - {id: all, when: {act: complaint}, hand_over: agent}
"""
WORDS = """
words:
  it:
    days_of_rain: "la pioggia è di {}"
    weather: {is: "è {}", very_bad: brutto, fine: bello}
"""


def plain(words: str = "") -> FactNames:
    return FactNames(load_policy_text(PLAIN + words, "prova.yaml"), "it")


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_name_of_the_samples_is_the_golden_one(language: str) -> None:
    assert golden(language) == (FOLDER / f"{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_have_words_for_every_fact_and_none_is_doubled_or_blank(name: str, language: str) -> None:
    policy = sample(name)
    names = FactNames(policy, language)
    said = {one: (names.over(one), names.needed(one)) for one in policy.facts}
    said |= {
        f"{spec.name}.{one}": (names.choice(spec.name, one),)
        for spec in policy.facts.values()
        for one in spec.choices
    }
    bare = {one.rpartition(".")[2].replace("_", " ") for one in said} - {"ours", "flexible", "high", "low"}
    assert {one: texts for one, texts in said.items() if bare & set(texts)} == {}
    doubled = re.compile(r"\b(\w{3,})(?: of| \w+l+[ao]?) (?:the )?\1\b|…|\{|_|«", re.IGNORECASE)
    assert {one: texts for one, texts in said.items() if any(map(doubled.search, texts))} == {}


def test_a_fact_without_words_has_its_own_name_with_blanks() -> None:
    names = plain()
    assert (names.over("days_of_rain"), names.needed("umbrella_lost")) == ("days of rain", "umbrella lost")
    assert names.choice("weather", "very_bad") == "very bad"
    assert names.over("not_in_the_file") == "not in the file"


def test_of_a_sentence_that_says_what_something_is_the_name_is_what_stands_before_it() -> None:
    assert plain(WORDS).over("days_of_rain") == "la pioggia"
    assert plain(WORDS).over("weather") == "weather"


def test_what_the_customer_is_asked_for_names_a_fact_without_other_words_and_without_its_options() -> None:
    assert plain().over("colour") == "il colore"


@pytest.mark.parametrize(
    ("fact", "value", "italian", "english"),
    [
        ("what_was_wrong", "cleaning", "la pulizia", "the cleaning"),
        ("guest_in_house", True, "sì", "yes"),
        ("guest_in_house", False, "no", "no"),
        ("hours_late", Decimal("2.50"), "2,5", "2.5"),
        ("deposit", Money(amount=Decimal("12.5"), currency="EUR"), "12,50 €", "€12.50"),
        ("delivered_on", date(2026, 11, 8), "8 novembre 2026", "8 November 2026"),
        ("order_id", "RV_1204", "RV_1204", "RV_1204"),
    ],
)
def test_a_value_is_written_as_the_reader_writes_it(
    fact: str, value: object, italian: str, english: str
) -> None:
    known = FactValue(value=value, source="agent")
    hotel = sample("albergo")
    assert FactNames(hotel, "it").value(fact, known) == italian
    assert FactNames(hotel, "en").value(fact, known) == english


def test_days_are_said_as_days() -> None:
    days = FactValue(value=Decimal(6), source="agent")
    assert FactNames(sample("telefonia"), "it").value("days_down", days) == "6 giorni"


def test_that_nobody_can_know_it_stands_over_the_same_name() -> None:
    hotel = FactNames(sample("albergo"), "it")
    unavailable = FactValue(value=None, unavailable=True, source="customer")
    said = f"{hotel.over('what_was_wrong')}: {hotel.value('what_was_wrong', unavailable)}"
    assert said == "il problema: non si sa"


@pytest.mark.parametrize(
    ("name", "kind", "likely", "said"),
    [
        ("what_was_wrong", "choice", "room_type", "il tipo di camera"),
        ("deposit", "money", "150.5", "150,50 €"),
        ("refund_since", "date", "2026-11-03", "3 novembre 2026"),
        ("nights", "number", "2", "2"),
        ("order_id", "text", "RV1204", "RV1204"),
    ],
)
def test_what_the_customer_seems_to_have_said_is_written_like_a_value(
    name: str, kind: str, likely: str, said: str
) -> None:
    fact = MissingFact(name=name, type=kind, ask=None, from_agent=True, likely=likely)
    assert FactNames(sample("albergo"), "it").likely(fact) == said


def test_the_customer_is_asked_for_the_photo_and_for_the_proof_not_for_what_they_show() -> None:
    shop = FactNames(sample("negozio"), "it")
    spec = sample("negozio").facts["photo_shows_damage"]
    photo = MissingFact(name=spec.name, type=spec.type, ask=spec.ask, from_agent=False)
    proof = MissingFact(name=PROOF_FACT, type="text", ask={"it": "la sua e-mail"}, from_agent=False)
    assert (shop.wanted(photo), shop.wanted(proof)) == ("una foto del danno", "la sua e-mail")
    assert shop.needed(PROOF_FACT) == "la prova che l'ordine è suo"


def test_what_is_presumed_is_told_with_its_value_for_the_complaint() -> None:
    shop = sample("negozio")
    decision = Decision(
        kind=DecisionKind.OFFER,
        policy=shop.name,
        policy_sha256=shop.sha256,
        complaint_types=("delivery_late",),
        presumed=("fault",),
    )
    assert FactNames(shop, "it").presumed(decision) == (("fault", "nostra"),)
    late = replace(decision, complaint_types=(), presumed=("days_late", "order_value"))
    assert FactNames(shop, "it").presumed(late) == (("days_late", "non si sa"), ("order_value", "non si sa"))
    assert FactNames(None, "it").presumed(decision) == ()
