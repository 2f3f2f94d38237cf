"""What a case's page calls the facts of the sample policies, and what may be said of them."""

from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from desk.fact_names import FactNames
from desk.present import Present
from desk.words import words_in
from models.decision import FactValue, MissingFact
from responses.policy import Policy, load_policy_text


def sample(name: str) -> Policy:
    text = files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")
    return load_policy_text(text, f"{name}.yaml")


def names(policy: Policy | None, language: str = "it") -> FactNames:
    words = words_in(language)
    return FactNames(policy, words, Present(words=words, timezone=ZoneInfo("Europe/Rome")))


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("business", ["negozio", "albergo", "telefonia"])
def test_every_fact_and_choice_of_the_samples_has_words_in_the_readers_language(business, language):
    policy, wordings, called = (
        sample(business),
        words_in(language).wordings,
        names(sample(business), language),
    )
    bare = [
        name
        for name in policy.facts
        if called.name(name) == name.replace("_", " ") and f"facts.{name}" not in wordings
    ]
    bare += [
        f"{spec.name}: {choice}"
        for spec in policy.facts.values()
        for choice in spec.choices
        if (spec.name, choice) not in called.own.choices and f"choices.{choice}" not in wordings
    ]
    assert bare == []


def test_the_owners_words_go_before_the_desks():
    hotel = names(sample("albergo"))
    assert hotel.name("order_value") == "quanto l'ospite ha già pagato"
    assert hotel.name("guest_in_house") == "l'ospite è da noi"
    assert hotel.name("what_was_wrong") == "il problema è …"
    assert hotel.choice("what_was_wrong", "cleaning") == "la pulizia"
    assert hotel.choice("fault", "portal") == "del portale"


def test_what_is_known_or_likely_is_said_with_the_owners_word_for_it():
    hotel = names(sample("albergo"))
    assert hotel.value("season", FactValue(value="high", source="agent")) == "alta stagione"
    assert (
        hotel.value("season", FactValue(value=None, unavailable=True, source="agent")) == "non si può sapere"
    )
    assert hotel.value("guest_in_house", FactValue(value=True, source="agent")) == "sì"
    asked = MissingFact(
        name="season", type="choice", ask=None, from_agent=True, choices=("high", "low"), likely="low"
    )
    assert hotel.likely(asked) == "bassa stagione"


def test_without_a_policy_a_fact_has_the_desks_words_or_its_own_name():
    assert names(None).name("order_id") == "numero d'ordine"
    assert names(None).name("room_rate") == "room rate"
