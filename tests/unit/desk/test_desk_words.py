"""The desk's words and how values are written."""

import string
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from desk.limits import Limit
from desk.present import Present
from desk.words import words_in
from models.clock import utcnow
from models.money import Money


def fields(wording: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


def test_both_languages_say_the_same_things():
    italian, english = words_in("it").wordings, words_in("en").wordings
    assert italian.keys() == english.keys()
    assert {key: fields(text) for key, text in italian.items()} == {
        key: fields(text) for key, text in english.items()
    }


def present(language: str) -> Present:
    return Present(words=words_in(language), timezone=ZoneInfo("Europe/Rome"))


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [("it", "20", "20\u202f€"), ("it", "4.90", "4,90\u202f€"), ("en", "20", "€20"), ("en", "4.90", "€4.90")],
)
def test_money_is_written_as_the_reader_writes_it(language, amount, written):
    assert present(language).money(Money(amount=Decimal(amount), currency="EUR")) == written


def test_deadlines_are_seen_from_now():
    show = present("it")
    assert show.deadline(utcnow() + timedelta(hours=2, minutes=1)) == "entro 2 h"
    assert show.deadline(utcnow() - timedelta(minutes=37)) == "in ritardo di 37 min"


def test_a_limit_counts_each_key_for_itself():
    limit = Limit(most=2, seconds=60)
    assert [limit.allow("a"), limit.allow("a"), limit.allow("a"), limit.allow("b")] == [
        True,
        True,
        False,
        True,
    ]
