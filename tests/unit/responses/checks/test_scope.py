"""How far an offer reaches: one option of a choice, one order, and no more than the cap."""

import pytest

from responses.checks import CheckContext, check_text
from responses.checks.advising import advice_for
from tests.checks.examples import DECISIONS, LIMITS, TODAY, euros


def codes(decision: str, language: str, text: str) -> list[str]:
    made = DECISIONS[decision]
    assert made is not None
    context = CheckContext(language=language, kind=made.kind, decision=made, today=TODAY, limits=LIMITS)
    return [one.code for one in check_text(text, context)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le diamo il 15% sul prossimo ordine (fino a 20 €) e anche un buono da 10 €: {voucher:1}."),
        (
            "en",
            "You get 15% off your next order (up to €20). We're also giving you a €10 voucher: {voucher:1}.",
        ),
        ("es", "Le damos un 15 % en su próximo pedido (hasta 20 €) y además un vale de 10 €: {voucher:1}."),
        (
            "fr",
            "Nous vous offrons 15 % sur votre commande (jusqu'à 20 €) ainsi qu'un bon de 10 € : {voucher:1}.",
        ),
        ("de", "Wir geben Ihnen 15 % Rabatt (bis 20 €) und dazu einen Gutschein über 10 €: {voucher:1}."),
    ],
)
def test_both_options_of_a_choice_are_more_than_the_one_decided(language: str, text: str) -> None:
    assert codes("choice", language, text) == ["choice_both"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le diamo il 15% sul prossimo ordine (fino a 20 €) oppure un buono da 10 €: {voucher:1}."),
        ("it", "Può scegliere tra il 15% sul prossimo ordine (fino a 20 €) e un buono da 10 €: {voucher:1}."),
        ("it", "Decida lei tra il 15% sul prossimo ordine (fino a 20 €) e un buono da 10 €: {voucher:1}."),
        ("en", "You get 15% off your next order (up to €20) or a €10 voucher: {voucher:1}."),
        ("es", "Le damos un 15 % en su próximo pedido (hasta 20 €) o un vale de 10 €: {voucher:1}."),
        ("fr", "Nous vous offrons 15 % sur votre commande (jusqu'à 20 €) ou un bon de 10 € : {voucher:1}."),
        ("de", "Wir geben Ihnen 15 % Rabatt (bis 20 €) oder einen Gutschein über 10 €: {voucher:1}."),
    ],
)
def test_a_choice_is_what_was_decided(language: str, text: str) -> None:
    assert codes("choice", language, text) == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("it", "Le diamo il 15% di sconto sul prossimo ordine.", ["cap_missing"]),
        ("en", "You get 15% off your next order.", ["cap_missing"]),
        ("es", "Le damos un 15 % de descuento en su próximo pedido.", ["cap_missing"]),
        ("fr", "Nous vous offrons 15 % de remise sur votre prochaine commande.", ["cap_missing"]),
        ("de", "Wir geben Ihnen 15 % Rabatt auf Ihre nächste Bestellung.", ["cap_missing"]),
        ("it", "Le diamo il 15% di sconto su tutti i prossimi ordini, senza limiti.", ["amount_above"]),
        ("en", "You get 15% off every order for a year, up to €20.", ["amount_above"]),
        ("es", "Le damos un 15 % de descuento en todos sus pedidos, hasta 20 €.", ["amount_above"]),
        ("fr", "Nous vous offrons 15 % sur toutes vos commandes, jusqu'à 20 €.", ["amount_above"]),
        ("de", "Wir geben Ihnen 15 % Rabatt auf alle künftigen Bestellungen, bis 20 €.", ["amount_above"]),
        ("it", "Le diamo il 15% di sconto sul prossimo ordine, fino a 20 €, e vale per un anno.", []),
        ("en", "You get 15% off your next order, up to €20, valid for a year.", []),
        ("de", "Wir geben Ihnen 15 % Rabatt auf Ihre nächste Bestellung, bis 20 €, gültig ein Jahr.", []),
    ],
)
def test_a_discount_reaches_as_far_as_decided(language: str, text: str, expected: list[str]) -> None:
    assert codes("discount15", language, text) == expected


@pytest.mark.parametrize(("language", "says"), [("it", "una cosa sola"), ("en", "only one")])
def test_the_advice_says_that_only_one_was_decided(language: str, says: str) -> None:
    made = DECISIONS["choice"]
    assert made is not None
    context = CheckContext(language="it", kind=made.kind, decision=made, today=TODAY, limits=LIMITS)
    text = "Le diamo il 15% sul prossimo ordine (fino a 20 €) e anche un buono da 10 €: {voucher:1}."
    (finding,) = check_text(text, context)
    assert says in advice_for(finding, language)
    assert finding.worth == euros("10")
