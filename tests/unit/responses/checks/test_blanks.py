"""Fields that somebody meant to fill, and brackets that are none."""

from datetime import date

import pytest

from responses.checks import CheckContext
from responses.checks.blanks import check_blanks


def blanks(text: str, *said: str) -> list[str]:
    about = CheckContext(language="it", kind="ask", today=date(2026, 11, 27), said=said)
    return [one.words for one in check_blanks(text, about)]


@pytest.mark.parametrize(
    "field",
    [
        *("[your name]", "[Ihr Name]", "[votre nom]", "[su nombre]", "[à compléter]", "[da completare]"),
        *("[rellenar]", "[hier einfügen]", "[order number]", "[agente]", "[due:1]", "[?]", "[ ]"),
        *("{{order}}", "{{ name }}", "%NOME%", "%ORDER_ID%", "$NOME", "${NAME}", "#NUM#", "(…)", "(...)"),
        *("n. ...", "Nr. …", "número ...", "[…]", "{nome}"),
        *("(nome)", "(nome del cliente)", "( first name )", "(montant)", "(DATA)", "( )", "()", "(???)"),
        *("(inserire la data)", "(insert date)", "(à compléter)", "(bitte einsetzen)", "(\u00a0…\u00a0)"),
    ],
)
def test_a_field_left_over_is_a_blank(field: str) -> None:
    assert blanks(f"Ciao, è per {field} di oggi.") == [field]


@pytest.mark.parametrize(
    "text",
    [
        "{greeting} Marta, {due:1}, {voucher:1}. {agent}",
        "Si scrive {{agent}} oppure {{due:1}}.",
        "Lo trova [qui](https://example.org/resi).",
        "Come nella nota [1] e nel catalogo [2026].",
        "La XXL [quella blu] è tornata; the XL [the blue one] too.",
        "Costa $20, il 20% in meno, ordine #4471, n. 4471...",
        "Non so... (vedi sotto) (sic), C#, AB%20CD.",
        "Il pulsante con f() e il giorno (data della consegna).",
        "Nel modulo manca il primo campo (nome).",
        "Mi scriva chi ha firmato (nome) e la data (giorno e mese).",
    ],
)
def test_other_signs_are_none(text: str) -> None:
    assert blanks(text) == []


def test_what_the_customer_wrote_may_be_quoted() -> None:
    assert blanks("Nella sua mail «[Reso] taglia M» lo dice.", "[Reso] taglia M non va bene") == []
    assert blanks("Nella sua mail «[Reso] taglia M» lo dice.") == ["[Reso]"]


@pytest.mark.parametrize(
    "text",
    [
        "Lei ha scritto «il pacco (...) era rotto» e ha ragione.",
        "You wrote “the parcel […] was broken”, and so it was.",
        "Usted escribió «el paquete (…) llegó roto» y así fue.",
        "Vous écriviez « le colis [...] était cassé » à raison.",
        "Sie schrieben „das Paket […] war kaputt“ und so war es.",
        "Sie schrieben »das Paket (…) war kaputt« und so war es.",
    ],
)
def test_a_quotation_that_is_shortened_has_no_blank(text: str) -> None:
    assert blanks(text) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Lei ha scritto «[…]» e ha ragione.", "[…]"),
        ("Lei ha scritto «il pacco» (…) e ha ragione.", "(…)"),
        ("You wrote “the parcel [number] was broken”.", "[number]"),
        ("Usted escribió «roto» el […] y así fue.", "[…]"),
        ("Vous écriviez « cassé » le (...) et « vide » après.", "(...)"),
        ("Sie schrieben „kaputt“ am […] und so war es.", "[…]"),
    ],
)
def test_outside_of_a_quotation_or_alone_in_it_the_same_is_a_blank(text: str, field: str) -> None:
    assert blanks(text) == [field]
