"""What was decided and a rewritten text leaves out, or only says in other words."""

from dataclasses import replace

import pytest

from responses.checks import CheckContext
from tests.checks.examples import RESEND
from tests.unit.responses.checks.checked import about, codes

PUT = {
    "it": "Può scegliere: il 15% sul prossimo ordine (fino a 20 €) oppure un buono da 10 €.",
    "en": "You can choose: 15% off your next order (up to €20) or a €10 voucher.",
    "es": "Puede elegir: un 15 % en su próximo pedido (hasta 20 €) o un vale de 10 €.",
    "fr": "Vous pouvez choisir : 15 % sur votre prochaine commande (jusqu'à 20 €) ou un bon d'achat de 10 €.",
    "de": "Sie können wählen: 15 % auf Ihre nächste Bestellung (bis zu 20 €) oder einen Gutschein über 10 €.",
}


def a_choice(language: str) -> CheckContext:
    """A choice beside a commitment, as it was composed."""
    context = about("choice", language=language, composed=f"{PUT[language]} {said(language, due=True)}")
    assert context.decision is not None
    return replace(context, decision=replace(context.decision, commitments=(RESEND,)))


def said(language: str, *, due: bool) -> str:
    what = RESEND.what[language]
    return f"{what[0].upper()}{what[1:]}{' {due:1}' if due else ''}."


@pytest.mark.parametrize("language", PUT)
def test_a_deadline_that_is_taken_out_is_missed_beside_a_choice_too(language: str) -> None:
    context = a_choice(language)
    assert codes(f"{PUT[language]} {said(language, due=True)}", context) == []
    assert "promise_missing" in codes(f"{PUT[language]} {said(language, due=False)}", context)
    assert "promise_missing" in codes(PUT[language], context)


def test_a_deadline_said_literally_or_by_another_number_is_none() -> None:
    context = a_choice("it")
    for slot in ("{{due:1}}", "{due:2}"):
        assert "promise_missing" in codes(f"{PUT['it']} Rispediamo il pacco {slot}.", context)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Anziché il buono da 10 € le diamo il 15% sul prossimo ordine (fino a 20 €)."),
        ("it", "Ha chiesto il buono da 10 €: abbiamo il 15% sul prossimo ordine (fino a 20 €)."),
        ("en", "Instead of the €10 voucher you get 15% off your next order (up to €20)."),
        ("es", "En lugar del vale de 10 € le damos un 15 % en su próximo pedido (hasta 20 €)."),
        ("fr", "Au lieu du bon d'achat de 10 €, nous vous offrons 15 % (jusqu'à 20 €)."),
        ("de", "Statt des Gutscheins über 10 € geben wir Ihnen 15 % auf die Bestellung (bis zu 20 €)."),
        ("de", "Den Gutschein über 10 € gibt es nicht, aber 15 % auf die Bestellung (bis zu 20 €)."),
    ],
)
def test_an_option_in_whose_place_another_is_given_is_left_out(language: str, text: str) -> None:
    assert codes(text, about("choice", language=language, composed=PUT[language])) == ["option_missing"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Un buono da 10 €, oppure il 15% sul prossimo ordine, non oltre i 20 €."),
        ("en", "15% off your next order, no more than €20, or ten euros, as a voucher."),
        ("es", "Un vale de 10 €, o el 15 % en su próximo pedido, no más de 20 €."),
        ("fr", "Il y a le bon d'achat de 10 €, ou 15 % sur la prochaine commande, pas plus de 20 €."),
        ("de", "Ein Gutschein über 10 €, oder 15 % auf die nächste Bestellung, nicht mehr als 20 €."),
    ],
)
def test_an_option_needs_no_verb_that_gives_it(language: str, text: str) -> None:
    assert codes(text, about("choice", language=language, composed=PUT[language])) == []


def test_a_sum_without_its_name_is_no_option() -> None:
    text = "15% sul prossimo ordine, fino a 20 €. Il resto costa 10 €."
    assert "option_missing" in codes(text, about("choice", composed=PUT["it"]))
