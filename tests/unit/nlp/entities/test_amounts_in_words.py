from decimal import Decimal

import pytest

from nlp.entities.amounts import find_amounts


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("ho speso centotrentacinque euro", "it", "135"),
        ("milleduecento euro", "it", "1200"),
        ("mille e duecento euro", "it", "1200"),
        ("cinquantadue euro e trenta il 16/06", "it", "52.30"),
        ("centoventi euro e cinquanta centesimi", "it", "120.50"),
        ("50 centesimi", "it", "0.50"),
        ("18 euri e 30", "it", "18.30"),
        ("un euro", "it", "1"),
        ("taxi 38€50", "fr", "38.50"),
        ("cent quatre-vingts euros", "fr", "180"),
        ("zwanzig Euro", "de", "20"),
        ("sesenta y cinco euros", "es", "65"),
        ("duzentos e quinze euros", "pt", "215"),
        ("18 euros and 40 cents", "en", "18.40"),
        ("20mila euro", "it", "20000"),
        ("2 milioni di euro", "it", "2000000"),
        ("1’234,50 CHF", "de", "1234.50"),
        ("twenty quid", "en", "20"),
        ("ho perso mezzo milione di euro", "it", "500000"),
        ("un milione e mezzo di euro", "it", "1500000"),
        ("2 milioni e mezzo di euro", "it", "2500000"),
        ("due euro e mezzo al chilo", "it", "2.50"),
        ("half a million euros", "en", "500000"),
        ("one and a half million pounds", "en", "1500000"),
        ("medio millón de euros", "es", "500000"),
        ("cinco euros y medio", "es", "5.50"),
        ("un demi-million d'euros", "fr", "500000"),
        ("3 millions d’euros", "fr", "3000000"),
        ("eine halbe Million Euro", "de", "500000"),
        ("anderthalb Millionen Euro", "de", "1500000"),
        ("zweieinhalb Euro", "de", "2.50"),
        ("um milhão e meio de euros", "pt", "1500000"),
        ("das waren zwanzig Euro fünfzig", "de", "20.50"),
        ("20 Euro 50.", "de", "20.50"),
        ("vingt euros cinquante", "fr", "20.50"),
        ("38 euros 50 pour le taxi", "fr", "38.50"),
        ("veinte euros con cincuenta", "es", "20.50"),
        ("vinte euros com dez cêntimos", "pt", "20.10"),
    ],
)
def test_sums_in_words_are_found(text: str, language: str, value: str) -> None:
    ((_, _, amount),) = find_amounts(text, language=language)
    assert amount.value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "un quid in più",
        "qualche centinaio di euro",
        "pochi euro",
        "milioni di euro",
        "mezzo milione di persone",
        "ho tre figli",
        "tantissimi soldi",
        "in tutto",
    ],
)
def test_vague_sums_are_none(text: str) -> None:
    assert find_amounts(text, language="it") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("pagai 50 euro e 20 minuti dopo", "it"),
        ("50 euro e dodici ore dopo", "it"),
        ("50 euro e 12 bottiglie", "it"),
        ("50 euro e mezzo pollo", "it"),
        ("50 euro e ²", "it"),
        ("50 euros y diez minutos", "es"),
        ("50 euros et deux cents grammes", "fr"),
        ("fünfzig Euro und zwölf Tage später", "de"),
        ("50 Euro zehn Tage später", "de"),
        ("50 Euro 20 Stück", "de"),
        ("50 euros 30 minutes après", "fr"),
        ("50 euros 10 días después", "es"),
        ("50 euros 15 de marzo", "es"),
        ("50 euros 12 en espèces", "fr"),
        ("50 euro con 20 di sconto", "it"),
        ("50 euros con 20 de descuento", "es"),
    ],
)
def test_what_else_is_counted_after_a_sum_is_no_cents(text: str, language: str) -> None:
    ((_, _, amount),) = find_amounts(text, language=language)
    assert amount.value == 50


def test_two_sums_joined_by_and_are_two() -> None:
    found = find_amounts("cento euro e venti dollari", language="it")
    assert [(amount.value, amount.currency) for _, _, amount in found] == [(100, "EUR"), (20, "USD")]


def test_a_currency_belongs_to_the_figures_after_it() -> None:
    ((start, end, amount),) = find_amounts("ho pagato € 1.234,56", language="it")
    assert amount.value == Decimal("1234.56")
    assert (start, end) == (10, 20)


def test_both_ends_of_a_range_are_sums() -> None:
    found = find_amounts("mi avevate detto 20-30€, poi tra 1.000 – 1.200 euro", language="it")

    assert [amount.value for _, _, amount in found] == [20, 30, 1000, 1200]


@pytest.mark.parametrize(
    "text",
    ["prefisso 02-30 euro", "pratica 7741-30 euro", "da 30-20 euro", "camera 3 - 20 €", "ordine 12 - 30 €"],
)
def test_what_only_stands_before_a_sum_is_none(text: str) -> None:
    assert len(find_amounts(text, language="it")) == 1


@pytest.mark.parametrize("text", ["€20-€30", "EUR 20-EUR 30", "€ 20-30 €"])
def test_no_end_of_a_range_is_found_twice(text: str) -> None:
    assert [amount.value for _, _, amount in find_amounts(text, language="it")] == [20, 30]
