"""What is promised beside the policy's commitments: in every language, and without a sum."""

import re
from decimal import Decimal

import pytest

from models.decision import Duration, DurationUnit, Remedy, RemedyKind
from models.money import Money
from responses.drafts.phrases import LANGUAGES
from responses.drafts.promises import answer_words, remedy_words

TEN = Money(amount=Decimal(10), currency="EUR")
TISANE = {"it": "una tisana.", "en": "a box of herbal tea"}
REMEDIES = [
    pytest.param(Remedy(kind=RemedyKind.REFUND, full=True, amount=TEN), "il rimborso completo", id="all"),
    pytest.param(Remedy(kind=RemedyKind.REFUND, amount=TEN), "il rimborso", id="a sum"),
    pytest.param(Remedy(kind=RemedyKind.REFUND, percent=Decimal(30)), "il rimborso", id="a part"),
    pytest.param(
        Remedy(kind=RemedyKind.DISCOUNT, percent=Decimal(15), of="order"),
        "lo sconto su questo ordine",
        id="off",
    ),
    pytest.param(Remedy(kind=RemedyKind.REPLACEMENT, worth=TEN), "la sostituzione", id="new"),
    pytest.param(Remedy(kind=RemedyKind.REPAIR), "la riparazione", id="repaired"),
    pytest.param(Remedy(kind=RemedyKind.REDO), "il lavoro rifatto da capo", id="again"),
    pytest.param(
        Remedy(kind=RemedyKind.FREE_PERIOD, period=Duration(count=1, unit=DurationUnit.MONTHS)),
        "un mese gratis",
        id="free",
    ),
]


@pytest.mark.parametrize(("remedy", "italian"), REMEDIES)
def test_a_remedy_is_told_in_every_language_without_its_sum(remedy: Remedy, italian: str) -> None:
    words = remedy_words(remedy, formal=True)
    assert words["it"] == italian
    assert list(words) == list(LANGUAGES)
    assert [text for text in words.values() if re.search(r"[€%<\[]|10|30", text)] == []


def test_a_gift_is_told_in_the_languages_that_the_policy_has_for_it() -> None:
    gift = Remedy(kind=RemedyKind.GIFT, wording=TISANE)
    assert remedy_words(gift, formal=True) == {"it": "una tisana", "en": "a box of herbal tea"}


@pytest.mark.parametrize(
    ("formal", "words"), [(True, "la cena che preferisce"), (False, "la cena che preferisci")]
)
def test_a_gift_is_told_as_the_text_addressed_the_customer(formal: bool, words: str) -> None:
    gift = Remedy(kind=RemedyKind.GIFT, wording={"it": "la cena che (preferisce|preferisci)."})
    assert remedy_words(gift, formal=formal) == {"it": words}


def test_an_answer_is_told_in_every_language() -> None:
    assert list(answer_words()) == list(LANGUAGES)
    assert answer_words()["it"] == "una risposta nel merito"
