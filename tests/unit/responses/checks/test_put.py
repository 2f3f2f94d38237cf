"""Vouchers by hand in an agent's own words: what the code explains, and what comes on top of it."""

from datetime import date
from decimal import Decimal

import pytest

from models.decision import Basis, Decision, DecisionKind, Offer, Remedy, RemedyKind
from models.money import Money
from responses.checks import Beyond, CheckContext, beyond_in, check_text, errors_in
from responses.checks.about import Put
from tests.unit.responses.approving.test_approval import a_decision

MONDAY = date(2026, 11, 23)
SENTENCES = {
    "it": "Le mandiamo un buono da 10 €: il codice è NATALE-17.",
    "en": "Here is a voucher for €10: the code is NATALE-17.",
}


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def refunding(amount: str) -> Decision:
    remedy = Remedy(kind=RemedyKind.REFUND, amount=euros(amount), worth=euros(amount))
    offer = Offer(basis=Basis.GOODWILL, options=(remedy,), rule_id="ritardo", complaint_type="delivery_late")
    return a_decision(offers=(offer,), worth=euros(amount))


def found_in(
    text: str,
    *codes: str,
    language: str = "it",
    kind: str = DecisionKind.HAND_OVER,
    refund: str = "",
    said: str = "",
) -> Beyond | None:
    own = SENTENCES.get(language, "-")
    about = CheckContext(
        language=language,
        kind=kind,
        today=MONDAY,
        decision=refunding(refund) if refund else None,
        said=(said,),
        names=("Marta",),
        put=tuple(
            Put(code=code, amount=euros("10"), sentences=(own.replace("NATALE-17", code),))
            for code in codes or ("NATALE-17",)
        ),
    )
    return beyond_in(text, errors_in(check_text(text, about)), about)


def counted(found: Beyond | None) -> tuple[Money | None, bool]:
    assert found is not None
    return found.extra, found.told


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Le rimborsiamo 10 € e le mandiamo un buono da 10 €: il codice è NATALE-17.", id="ours"),
        pytest.param("Le rimborsiamo 10 € e le spediamo un buono da 10 €, codice NATALE-17.", id="before"),
        pytest.param("Le rimborsiamo 10 €, e il suo buono ha il codice NATALE-17.", id="the only sum"),
        pytest.param("Le rimborsiamo 10 €. Il codice del suo buono è NATALE-17.", id="a clause before"),
        pytest.param("Le spediamo un buono da 10 €, codice NATALE-17, e le rimborsiamo 10 €.", id="after"),
        pytest.param("Le diamo un buono e 10 € in contanti: il codice è NATALE-17.", id="and"),
        pytest.param("Ecco un buono da 10 €. Ecco un altro buono da 10 €: NATALE-17.", id="two vouchers"),
    ],
)
def test_a_sum_beside_the_voucher_comes_on_top(text: str) -> None:
    assert counted(found_in(text)) == (euros("20"), False)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le spediamo un buono da 10 €: il codice è NATALE-17."),
        ("it", "Le regaliamo un buono da 10 €. Il codice è NATALE-17."),
        ("it", "Le regaliamo un buono da 10 €; il codice è NATALE-17."),
        ("it", "Le regaliamo un buono da 10 €:\nNATALE-17"),
        ("it", "Le mandiamo un codice da 10 €: NATALE-17."),
        ("it", "Per lei un codice sconto da 10 €: NATALE-17."),
        ("en", "We're sending you a €10 voucher: the code is NATALE-17."),
        ("en", "We give you a voucher worth €10. Its code is NATALE-17."),
        ("es", "Le regalamos un vale de 10 €. El código es NATALE-17."),
        ("fr", "Nous vous offrons un bon d’achat de 10 €. Le code est NATALE-17."),
        ("de", "Wir schenken Ihnen einen Gutschein über 10 €. Der Code lautet NATALE-17."),
    ],
)
def test_its_own_sum_counts_once(language: str, text: str) -> None:
    assert counted(found_in(text, language=language)) == (euros("10"), True)


def test_each_code_explains_one_sum() -> None:
    text = "Le spediamo un buono da 10 €: UNO-17. Le spediamo un altro buono da 10 €: DUE-17."
    assert counted(found_in(text, "UNO-17", "DUE-17")) == (euros("20"), True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le mandiamo un buono da 50 €: il codice è NATALE-17."),
        ("it", "Le mandiamo un buono da 5 €: il codice è NATALE-17."),
        ("it", "Le regaliamo un buono da 50 €. Il codice è NATALE-17."),
        ("it", "Con il codice NATALE-17 riceve un buono da 50 €."),
        ("en", "We're sending you a €50 voucher: the code is NATALE-17."),
        ("de", "Wir schenken Ihnen einen Gutschein über 50 €: NATALE-17."),
    ],
)
def test_a_code_of_another_worth_is_sent_by_nobody(language: str, text: str) -> None:
    assert found_in(text, language=language) is None


def test_nor_under_the_sum_of_another_remedy() -> None:
    text = "Marta, le mandiamo un buono da 50 €: il codice è NATALE-17."
    assert found_in(text, kind=DecisionKind.OFFER, refund="50") is None


def test_a_voucher_that_the_customer_asked_for_is_another() -> None:
    text = "Ho visto che ci ha chiesto un buono da 50 €. Intanto ecco per lei: NATALE-17."
    assert counted(found_in(text, said="Voglio un buono da 50 €")) == (euros("10"), True)


@pytest.mark.parametrize(
    "text",
    [
        "Le mandiamo un buono: il codice è NATALE-17.",
        "Le mandiamo un buono. Il codice è NATALE-17.",
    ],
)
def test_a_voucher_without_a_sum_is_that_of_the_code(text: str) -> None:
    found = found_in(f"Marta, le rimborsiamo 7 €. {text}", kind=DecisionKind.OFFER, refund="7")
    assert found is not None
    assert (found.extra, found.told, found.codes) == (euros("10"), True, ("voucher_by_hand",))


def test_a_second_voucher_without_a_sum_is_undecided() -> None:
    text = "Marta, le rimborsiamo 7 €. Le mandiamo un buono: il codice è NATALE-17. Poi le diamo un buono."
    found = found_in(text, kind=DecisionKind.OFFER, refund="7")
    assert found is not None
    assert (found.extra, found.told) == (None, False)


def test_a_code_in_a_longer_one_is_not_named() -> None:
    put = (Put(code="NATALE-17", amount=euros("10"), sentences=()),)
    about = CheckContext(language="it", kind=DecisionKind.HAND_OVER, today=MONDAY, put=put)
    assert errors_in(check_text("Il codice è NATALE-17-B, l'altro X-NATALE-17.", about)) == []
