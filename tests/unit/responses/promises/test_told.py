"""A promise as those who keep it see it: its words, and what it gives beside them."""

import pytest

from models.decision import Remedy, RemedyKind
from models.money import Money
from models.tables import Case, Customer, Promise
from responses.drafts.promises import remedy_words
from responses.promises.told import Pledge, gives_beside


def promised(remedy: Remedy | None, what: dict[str, str]) -> Pledge:
    return Pledge(
        promise=Promise(what=what), case=Case(), customer=Customer(), charged=None, remedy=remedy, sent=()
    )


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_remedy_that_the_words_name_is_not_named_twice(language: str) -> None:
    replacement = Remedy(kind=RemedyKind.REPLACEMENT)
    assert gives_beside(promised(replacement, remedy_words(replacement, formal=True)), language) is None


def test_the_sum_of_a_refund_stands_beside_its_words() -> None:
    refund = Remedy(kind=RemedyKind.REFUND, amount=Money.from_minor(3000, "EUR"))
    assert gives_beside(promised(refund, remedy_words(refund, formal=True)), "it") == "rimborso di 30 €"


def test_a_promise_without_a_remedy_has_nothing_beside_it() -> None:
    assert gives_beside(promised(None, {"it": "cerchiamo il pacco"}), "it") is None
