from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.drafts.errors import PlaceholderLeftError, UnfilledSlotError, UnknownSlotError
from responses.drafts.slots import escape, fill, greeting_for, has_placeholder, placeholder_in, slots_in

texts = st.text(st.sampled_from("{}agentdue:vouchrgi 1x\n")) | st.lists(
    st.sampled_from(["{", "}", "{{", "agent", "due:1", "voucher:2", "greeting", " ", "x"])
).map("".join)


def filled(text: str) -> str:
    return fill(
        text, agent="Giulia", greeting="Buongiorno", due={"1": "entro lunedì"}, vouchers={"2": "AB-12"}
    )


def test_slots_are_named_in_order_and_once() -> None:
    assert slots_in("{greeting}, {due:2} e {due:1}, {due:2} {agent}") == (
        "greeting",
        "due:2",
        "due:1",
        "agent",
    )


def test_the_day_of_a_choice_is_filled_where_there_is_one() -> None:
    text = "Scelga {choose_by}."
    assert (
        fill(text, agent="Giulia", greeting="Ciao", due={}, vouchers={}, choose_by="entro lunedì")
        == "Scelga entro lunedì."
    )
    with pytest.raises(UnfilledSlotError):
        filled(text)


def test_every_slot_gets_its_value() -> None:
    text = "{greeting}: pronto {due:1}, codice {voucher:2}. {agent}"
    assert filled(text) == "Buongiorno: pronto entro lunedì, codice AB-12. Giulia"


@pytest.mark.parametrize(
    "text", ["{ciao}", "{}", "f(x) = {x}", "{ agent }", "}{", "{agenti}", "{due giorni}"]
)
def test_ordinary_braces_survive(text: str) -> None:
    assert slots_in(text) == ()
    assert filled(text) == text


def test_doubled_braces_say_the_words_themselves() -> None:
    assert filled("scriva {{agent}} e {{due:1}}") == "scriva {agent} e {due:1}"


@given(texts)
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert slots_in(escape(text)) == ()
    assert filled(escape(text)) == text


def test_values_are_not_filled_again() -> None:
    assert fill("{agent}", agent="{greeting}", greeting="Ciao", due={}, vouchers={}) == "{greeting}"


@pytest.mark.parametrize(
    "text",
    ["{due}", "{due:x}", "{due:0}", "{Agent}", "{voucher:}", "{voucher: 1}", "{agent:1}", "{choose_by:1}"],
)
def test_a_misspelt_slot_is_refused(text: str) -> None:
    with pytest.raises(UnknownSlotError, match=r"unknown slot"):
        slots_in(f"bene {text}")
    with pytest.raises(UnknownSlotError, match=r"double the braces"):
        filled(text)


def test_a_slot_without_a_value_is_refused_by_name() -> None:
    with pytest.raises(
        UnfilledSlotError, match=r"\{due:3\}: values given for agent, greeting, due:1, voucher:2"
    ):
        filled("{due:3}")


@pytest.mark.parametrize("text", ["ecco: […]", "[...]", "[… «può cambiarlo»]", "[ … ]"])
def test_a_blank_is_a_placeholder_and_is_not_sent(text: str) -> None:
    assert has_placeholder(text)
    with pytest.raises(PlaceholderLeftError, match="placeholder left"):
        filled(text)


@pytest.mark.parametrize("text", ["e poi…", "[nota]", "(…)", "[1]…"])
def test_dots_elsewhere_are_no_placeholder(text: str) -> None:
    assert placeholder_in(text) is None


@pytest.mark.parametrize(
    ("language", "formality", "hour", "words"),
    [
        ("it", "formal", 9, "Buongiorno"),
        ("it", "formal", 17, "Buongiorno"),
        ("it", "formal", 18, "Buonasera"),
        ("it", "formal", 2, "Buonasera"),
        ("it", "informal", 20, "Ciao"),
        ("en", "formal", 13, "Good afternoon"),
        ("en", "informal", 13, "Hi"),
        ("es", "formal", 15, "Buenas tardes"),
        ("fr", "informal", 19, "Bonsoir"),
        ("de", "formal", 8, "Guten Morgen"),
        ("de", "formal", 11, "Guten Tag"),
    ],
)
def test_the_greeting_goes_by_the_hour(language: str, formality: str, hour: int, words: str) -> None:
    assert greeting_for(language, formality, time(hour)) == words


def test_the_greeting_takes_a_moment_as_well() -> None:
    assert (
        greeting_for("it", "formal", datetime(2026, 11, 19, 18, tzinfo=ZoneInfo("Europe/Rome")))
        == "Buonasera"
    )
