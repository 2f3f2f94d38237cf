import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels import Language
from responses.drafts.brief import Formality
from responses.sending.standing import (
    StandingTextError,
    StandingWording,
    standing,
    standing_text,
    standing_texts,
)
from tests.golden.make_wordings import STANDING, golden_standing

NAMES = """
greeting greeting_known receipt status_none status_open status_answered status_promise status_late status_kept
privacy
person unsupported voice_kept file_too_large group_refused flood promise_kept promise_withdrawn reminder
rating rating_thanks emergency
choice_kept choice_voucher choice_default choice_default_voucher choice_again choice_late
forget_ask forget_ask_open forget_button forget_done forget_late forget_nothing
"""


def test_every_text_is_there_in_every_language_once() -> None:
    listed = [(each.name, each.language) for each in standing_texts()]
    assert sorted(listed) == sorted((name, language) for name in NAMES.split() for language in Language)


@pytest.mark.parametrize("language", Language)
def test_every_text_is_as_its_golden_file_has_it(language: Language) -> None:
    assert golden_standing(language) == (STANDING / f"{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("wording", standing_texts(), ids=lambda one: f"{one.name}-{one.language}")
class TestEveryWording:
    def test_is_short_and_calm(self, wording: StandingWording) -> None:
        assert max(len(wording.addressed(each).split()) for each in get_args(Formality)) <= 60
        assert "!" not in wording.text

    def test_has_no_amount_of_its_own(self, wording: StandingWording) -> None:
        assert not re.search(r"[€$£%]|\bEUR\b|euro", wording.text)

    def test_never_speaks_of_a_case_or_of_formulas(self, wording: StandingWording) -> None:
        bureaucratic = (
            r"\bcaso\b|presa in carico|gentile cliente|disagio|dear customer|estimad|veuillez|\bFall\b"
        )
        assert not re.search(bureaucratic, wording.text, re.IGNORECASE)

    def test_is_the_same_in_its_version(self, wording: StandingWording) -> None:
        other = StandingWording(name=wording.name, language=wording.language, text=f"{wording.text} ")
        assert re.fullmatch("[0-9a-f]{64}", wording.sha256)
        assert other.sha256 != wording.sha256


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["greeting", "greeting_known"])
def test_a_greeting_says_that_it_is_automatic_and_names_a_person(name: str, language: str) -> None:
    text = standing_text(name, language).text
    assert re.search(r"automati|automát", text)
    assert re.search(r"person|Mensch", text)
    assert "{business}" in text


def test_a_receipt_has_number_and_time() -> None:
    assert standing("receipt", "it", number="123", when="oggi entro le 18:30") == (
        "Il suo messaggio è arrivato: è la richiesta n. 123. Le risponde una persona oggi entro le 18:30."
    )


def test_french_marks_do_not_begin_a_line() -> None:
    assert "arrivé\u00a0: c'est" in standing("receipt", "fr", number="1", when="demain")


@given(st.text())
def test_values_are_taken_as_they_are(value: str) -> None:
    assert standing("group_refused", "it", link=value).endswith(f"in privato: {value}")


@pytest.mark.parametrize("fields", [{}, {"number": "1"}, {"number": "1", "when": "oggi", "amount": "5"}])
def test_other_fields_than_the_wordings_own_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(StandingTextError, match=r"receipt \(it\) has the fields number, when"):
        standing("receipt", "it", **fields)


@pytest.mark.parametrize(("name", "language"), [("apology", "it"), ("receipt", "pt")])
def test_an_unknown_text_or_language_is_refused(name: str, language: str) -> None:
    with pytest.raises(StandingTextError, match="no standing text"):
        standing(name, language)
