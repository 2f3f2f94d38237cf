"""How much a text gives in all: several times, in words, in plain notations, as a part of the price."""

from decimal import Decimal

import pytest

from models.decision import DecisionKind
from responses.checks import CheckContext, Finding, Severity, check_text
from responses.checks.sums import sums_in
from tests.checks.examples import DECISIONS, LIMITS, TODAY, VOUCHER, decided


def found(decision: str, language: str, text: str) -> list[Finding]:
    made = DECISIONS[decision]
    context = CheckContext(
        language=language,
        kind=made.kind if made is not None else DecisionKind.HAND_OVER,
        decision=made,
        today=TODAY,
        names=("Marta Rossi",),
        own=("Maglieria Rossi",),
        limits=LIMITS,
    )
    return [one for one in check_text(text, context) if one.code.startswith("amount")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le mandiamo due buoni da 10 €: {voucher:1}"),
        ("it", "Le mandiamo altri tre buoni del valore di 10 €: {voucher:1}"),
        ("it", "Le rimborsiamo 2 x 10 €. {voucher:1}"),
        ("en", "We're giving you two €10 vouchers: {voucher:1}"),
        ("en", "We're giving you a couple of vouchers worth €10: {voucher:1}"),
        ("es", "Le enviamos dos vales de 10 €: {voucher:1}"),
        ("fr", "Nous vous envoyons trois bons d'achat de 10 € : {voucher:1}"),
        ("de", "Wir schicken Ihnen zwei Gutscheine über 10 €: {voucher:1}"),
        ("de", "Wir geben Ihnen zwei 10-€-Gutscheine: {voucher:1}"),
        ("de", "Wir erstatten Ihnen zweimal 10 €. {voucher:1}"),
    ],
)
def test_a_sum_given_several_times_is_more_than_one(language: str, text: str) -> None:
    (finding,) = found("voucher10", language, text)
    assert (finding.code, finding.severity) == ("amount_above", Severity.ERROR)
    assert finding.worth is not None
    assert finding.worth.amount >= 20


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le mandiamo un buono da 10 € al mese: {voucher:1}"),
        ("it", "Le mandiamo ogni mese un buono da 10 €: {voucher:1}"),
        ("it", "Per ogni ordine riceve un buono da 10 €: {voucher:1}"),
        ("en", "We're giving you a €10 voucher every month: {voucher:1}"),
        ("en", "We're giving you a monthly €10 voucher: {voucher:1}"),
        ("es", "Le enviamos un vale de 10 € cada mes: {voucher:1}"),
        ("fr", "Nous vous envoyons un bon d'achat de 10 € par mois : {voucher:1}"),
        ("de", "Wir schicken Ihnen jeden Monat einen Gutschein über 10 €: {voucher:1}"),
        ("de", "Wir schicken Ihnen einen Gutschein über 10 € pro Bestellung: {voucher:1}"),
    ],
)
def test_a_sum_with_a_period_has_no_end_and_no_worth(language: str, text: str) -> None:
    (finding,) = found("voucher10", language, text)
    assert (finding.code, finding.severity, finding.worth) == ("amount_above", Severity.ERROR, None)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le mandiamo un buono da 10 € valido per un mese: {voucher:1}"),
        ("it", "Le mandiamo un buono da 10 €, utilizzabile su ogni articolo: {voucher:1}"),
        ("en", "We're giving you a €10 voucher, valid for a year: {voucher:1}"),
        ("en", "You get one €10 voucher for the two late parcels: {voucher:1}"),
        ("es", "Le enviamos un vale de 10 € por los dos retrasos: {voucher:1}"),
        ("fr", "Nous vous envoyons un bon d'achat de 10 € valable un an : {voucher:1}"),
        ("de", "Wir erstatten Ihnen einmal 10 €. {voucher:1}"),
        ("de", "Wir schicken Ihnen einen Gutschein über 10 €, drei Monate gültig: {voucher:1}"),
    ],
)
def test_once_is_what_was_decided(language: str, text: str) -> None:
    assert found("voucher10", language, text) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Entro 14 giorni rimborsiamo 25 €."),
        ("it", "Il 12 dicembre rimborsiamo 25 €."),
        ("it", "Per l'ordine 512 rimborsiamo 25 €."),
        ("it", "Entro 3 giorni scontiamo 25 € dal conto."),
        ("it", "Per ogni disagio le rimborsiamo 25 €."),
        ("it", "Le rimborsiamo 25 € su ogni carta che preferisce."),
        ("it", "Le rimborsiamo 25 €, ogni volta che vuole ci scriva."),
        ("it", "Le rimborsiamo 25 € la settimana prossima."),
        ("en", "Your order 123 refund of €25 is on its way."),
        ("en", "Within 14 days we refund you €25."),
        ("en", "On 12 December we refund you €25."),
        ("en", "We're refunding you €25 to each card's own account."),
        ("es", "En 14 días reembolsamos 25 €."),
        ("es", "El 12 de diciembre le reembolsamos 25 €."),
        ("es", "Por el pedido 512 reembolsamos 25 €."),
        ("es", "Le reembolsamos 25 € al día siguiente."),
        ("fr", "Sous 14 jours remboursement de 25 €."),
        ("fr", "Le 12 décembre nous vous remboursons 25 €."),
        ("fr", "Pour la commande 512 remboursons 25 €."),
        ("fr", "Pour chaque désagrément nous vous remboursons 25 €."),
        ("de", "Innerhalb von 14 Tagen erstatten wir Ihnen 25 €."),
        ("de", "Am 12. Dezember erstatten wir Ihnen 25 €."),
        ("de", "Zur Bestellung 512 erstatten wir Ihnen 25 €."),
        ("de", "Für jeden Ärger erstatten wir Ihnen 25 €."),
        ("de", "Wir erstatten Ihnen 25 € in der Woche nach Weihnachten."),
    ],
)
def test_a_span_a_day_and_a_number_of_an_order_count_no_gifts(language: str, text: str) -> None:
    assert found("refund25", language, text) == []


@pytest.mark.parametrize(
    ("language", "text", "worth"),
    [
        ("it", "Entro 14 giorni le facciamo due rimborsi da 25 €.", 50),
        ("it", "Le rimborsiamo 25 € per ogni nuovo ordine.", None),
        ("it", "Le rimborsiamo 25 €, ogni mese.", None),
        ("en", "Within 14 days we make you two refunds of €25.", 50),
        ("en", "We're refunding you €25 for each of your orders.", None),
        ("en", "We're refunding you €25 a month from January.", None),
        ("es", "En 14 días le hacemos dos devoluciones de 25 €.", 50),
        ("es", "Le reembolsamos 25 € por cada pedido.", None),
        ("es", "Le reembolsamos 25 € al mes desde enero.", None),
        ("fr", "Sous 14 jours nous vous offrons deux remboursements de 25 €.", 50),
        ("fr", "Nous vous remboursons 25 € à chaque commande.", None),
        ("de", "Innerhalb von 14 Tagen überweisen wir Ihnen zwei Rückzahlungen von 25 €.", 50),
        ("de", "Wir erstatten Ihnen 25 € für jede weitere Bestellung.", None),
        ("de", "Wir erstatten Ihnen 25 € pro Monat ab Januar.", None),
    ],
)
def test_gifts_in_the_plural_and_orders_and_periods_are_counted(
    language: str, text: str, worth: int | None
) -> None:
    (finding,) = found("refund25", language, text)
    assert (finding.code, finding.severity) == ("amount_above", Severity.ERROR)
    assert (finding.worth.amount if finding.worth is not None else None) == worth


def test_two_complaints_may_be_worth_the_same_voucher_each() -> None:
    twice = decided(DecisionKind.OFFER, VOUCHER)
    twice = decided(DecisionKind.OFFER, offers=twice.offers * 2)
    context = CheckContext(language="it", kind=twice.kind, decision=twice, today=TODAY, limits=LIMITS)
    text = "Le mandiamo due buoni da 10 €: {voucher:1} e {voucher:2}"
    assert [one for one in check_text(text, context) if one.code.startswith("amount")] == []
    (three,) = [
        one for one in check_text(text.replace("due", "tre"), context) if one.code.startswith("amount")
    ]
    assert three.worth is not None
    assert three.worth.amount == 30


@pytest.mark.parametrize(
    ("language", "words", "amount"),
    [
        ("it", "trentacinque euro", 35),
        ("en", "thirty-five euros", 35),
        ("es", "treinta y cinco euros", 35),
        ("fr", "trente-cinq euros", 35),
        ("fr", "quatre-vingt-dix euros", 90),
        ("de", "fünfunddreißig Euro", 35),
        ("en", "fifty-euro", 50),
        ("de", "30,- €", 30),
        ("de", "30,-", 30),
        ("en", "€25-35", 35),
        ("de", "€25 bis 35", 35),
        ("fr", "1\u202f250,00\u00a0€", 1250),
        ("it", "trenta\u00a0euro", 30),
        ("en", "€\u202f30", 30),
    ],
)
def test_a_sum_is_read_whole(language: str, words: str, amount: int) -> None:
    text = f"… {words}, …"
    (said,) = sums_in(text, language)
    assert said.money is not None
    assert (text[said.start : said.end], said.money.amount) == (words, Decimal(amount))


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("it", "Le rimborsiamo 25 € più altri 5.", "5"),
        ("it", "Le rimborsiamo 25 euro e altri 25 €.", "25 €"),
        ("it", "Le rimborsiamo 30.", "30"),
        ("it", "Le rimborsiamo subito trenta.", "trenta"),
        ("en", "We'll refund you 30.", "30"),
        ("en", "We're refunding you €25 and another 10.", "10"),
        ("es", "Le devolvemos 30.", "30"),
        ("fr", "Nous vous remboursons 25 € plus 10.", "10"),
        ("de", "Wir erstatten Ihnen 30.", "30"),
        ("de", "Wir erstatten Ihnen 25 € und weitere 25 €.", "25 €"),
    ],
)
def test_what_comes_on_top_and_bare_numbers_count(language: str, text: str, words: str) -> None:
    (finding,) = found("refund25", language, text)
    assert (finding.code, finding.severity, finding.words) == ("amount_above", Severity.ERROR, words)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le rimborsiamo 25 € più 2 paia di calzini."),
        ("it", "Le rimborsiamo 25 € e altri 15 giorni può pensarci."),
        ("it", "Le rimborsiamo 25 € entro il 30."),
        ("en", "We'll refund you €25 in 5 days."),
        ("de", "Wir erstatten Ihnen 25 € in 14 Tagen."),
        ("fr", "Nous vous remboursons 25 € sous 5 jours."),
    ],
)
def test_other_numbers_are_no_sums(language: str, text: str) -> None:
    assert found("refund25", language, text) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le scontiamo la metà."),
        ("it", "Le scontiamo un terzo sul prossimo ordine."),
        ("it", "Facciamo metà prezzo."),
        ("en", "We're giving you half off your next order."),
        ("en", "You get a third off."),
        ("es", "Le hacemos la mitad de descuento."),
        ("es", "Le devolvemos dos tercios del importe."),
        ("fr", "Nous vous offrons la moitié du prix."),
        ("fr", "Nous vous remboursons les trois quarts du montant."),
        ("de", "Wir geben Ihnen ein Drittel Rabatt."),
        ("de", "Wir erlassen Ihnen die Hälfte des Kaufpreises."),
    ],
)
def test_a_part_of_the_price_is_weighed_against_the_decided_share(language: str, text: str) -> None:
    (finding,) = found("discount15", language, text)
    assert (finding.code, finding.severity) == ("amount_above", Severity.ERROR)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Metà dei clienti ci ha già scritto, e il rimborso arriva tra un quarto d'ora."),
        ("en", "The refund takes half an hour, a third of our customers asked the same."),
        ("es", "El reembolso tarda media hora; la mitad de los clientes pregunta lo mismo."),
        ("fr", "Le remboursement prend un quart d'heure, la moitié des clients le demande."),
        ("de", "Die Erstattung dauert eine Viertelstunde, die Hälfte der Kunden fragt das."),
    ],
)
def test_parts_of_other_things_give_nothing(language: str, text: str) -> None:
    assert found("none", language, text) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "La maglia è 100 % cotone."),
        ("it", "Il prezzo comprende il 22 % di IVA."),
        ("it", "Carichi la batteria fino all'80 %."),
        ("en", "The jumper is 70 % wool."),
        ("en", "VAT is 22 %."),
        ("es", "El jersey es 70 % de lana, y el IVA es del 21 %."),
        ("fr", "Le pull contient 70 % de laine, et la TVA est de 20 %."),
        ("de", "Der Akku hat noch 80 % Kapazität."),
        ("de", "Die Mehrwertsteuer beträgt 19 %."),
    ],
)
def test_a_percentage_of_a_thing_is_no_offer(language: str, text: str) -> None:
    assert found("none", language, text) == []


def test_what_a_thing_consists_of_is_not_given_beside_a_voucher() -> None:
    assert (
        found("voucher10", "it", "Le mandiamo un buono da 10 € per la maglia 100 % cotone: {voucher:1}") == []
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le diamo un 20 % extra."),
        ("it", "Le rimborsiamo il 50 % della spedizione."),
        ("en", "We give you 20 % extra."),
        ("en", "We'll refund you 50 % of the shipping cost."),
        ("es", "Le damos un 20 % en su próximo pedido."),
        ("fr", "Nous vous remboursons 50 % des frais."),
        ("de", "Wir geben Ihnen 20 % auf die nächste Bestellung."),
    ],
)
def test_a_percentage_that_a_verb_gives_is_one(language: str, text: str) -> None:
    assert [one.code for one in found("none", language, text)] == ["amount_above"]
