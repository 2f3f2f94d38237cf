"""Orders as other systems write them: numbers, sums, days, telephone numbers, and what cannot be read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money import Money
from responses.errors import OrderValueError
from responses.orders.values import (
    Reader,
    order_key,
    read_date,
    read_money,
    read_number,
    read_phone,
    read_yes_no,
)
from responses.policy.schema import FactSpec, FactType, Supplier


def spec(name: str, kind: FactType, *choices: str) -> FactSpec:
    return FactSpec(name=name, type=kind, suppliers=frozenset({Supplier.BOOK}), choices=choices)


READER = Reader(
    specs={
        "days_late": spec("days_late", FactType.DAYS),
        "fault": spec("fault", FactType.CHOICE, "ours", "courier"),
        "delivered_on": spec("delivered_on", FactType.DATE),
    },
    currency="EUR",
    region="IT",
    counted=frozenset({"EUR"}),
)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.5", "1234.5"),
        ("12,5", "12.5"),
        ("1.234", "1234"),
        ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("0.125", "0.125"),
        ("1.234.567", "1234567"),
        (12, "12"),
        (19.9, "19.9"),
    ],
    ids=str,
)
def test_numbers_are_read_as_italians_and_as_english_write_them(written: object, number: str) -> None:
    assert read_number(written) == Decimal(number)


@pytest.mark.parametrize(
    "written", ["", "dodici", "-3", "1.2.3", "1,2,3", "12,5,6", "inf", "1e9999999", True]
)
def test_what_is_no_number_is_refused(written: object) -> None:
    with pytest.raises(OrderValueError, match="expected a number"):
        read_number(written)


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_italian_and_english_writing_of_a_sum_mean_the_same(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02}"
    italian = english.translate(str.maketrans(".,", ",."))
    expected = Money(amount=Decimal(f"{whole}.{cents:02}"), currency="EUR")
    assert read_money(f"{italian} €", "GBP") == read_money(english, "EUR") == expected


@pytest.mark.parametrize(
    ("written", "currency"),
    [("€ 20", "EUR"), ("20 euro", "EUR"), ("£20", "GBP"), ("USD 20", "USD"), ("20", "CHF")],
)
def test_a_sum_has_the_currency_beside_it(written: str, currency: str) -> None:
    assert read_money(written, "CHF") == Money(amount=Decimal(20), currency=currency)


def test_a_currency_that_nobody_knows_is_not_taken_for_ours() -> None:
    with pytest.raises(OrderValueError, match="currency"):
        read_money("20 dollari", "EUR")


@pytest.mark.parametrize(
    "written",
    [
        "3/11/2026",
        "03.11.26",
        "2026-11-03",
        "2026/11/03",
        "2026-11-03T10:15:00Z",
        "3-11-2026 10:15",
        datetime(2026, 11, 3, 9, tzinfo=UTC),
    ],
    ids=str,
)
def test_days_are_read(written: object) -> None:
    assert read_date(written) == date(2026, 11, 3)


@pytest.mark.parametrize("written", ["11/25/2026", "31/2/2026", "2026/11-03", "ieri", "2026"])
def test_a_day_in_another_order_or_none_is_refused(written: str) -> None:
    with pytest.raises(OrderValueError, match="day"):
        read_date(written)


def test_telephone_numbers_come_out_in_one_form() -> None:
    assert read_phone("333 123 4567", "IT") == read_phone("+39 333-1234567", "GB") == "+393331234567"


def test_yes_and_no_are_read_in_our_languages() -> None:
    assert [read_yes_no(word) for word in ("Sì", "oui", "JA", "1")] == [True] * 4
    assert [read_yes_no(word) for word in ("No", "non", "nein", "0")] == [False] * 4


@pytest.mark.parametrize("written", ["RS 1234-5", "rs12345", " Rs/123.45 ", "#RS12345", "ＲＳ12345"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert order_key(written) == "RS12345"


@given(st.text())
def test_comparing_a_number_twice_changes_nothing(number: str) -> None:
    assert order_key(order_key(number)) == order_key(number)


def test_a_cell_that_cannot_be_read_costs_nothing_but_itself() -> None:
    row = {
        "number": "RS1",
        "email": "Marta@Example.ORG",
        "phone": "boh",
        "value": "49,90",
        "days_late": "tre",
        "fault": "Courier",
        "delivered_on": "3/11/2026",
        "postcode": 20121.0,
    }
    entry, problems = READER.read(row)
    assert (entry.email, entry.phone, entry.postcode) == ("marta@example.org", None, "20121")
    assert entry.value == Money(amount=Decimal("49.90"), currency="EUR")
    assert entry.facts == {"fault": "courier", "delivered_on": date(2026, 11, 3)}
    assert problems == [
        "days_late 'tre': expected a number",
        "phone 'boh': expected a telephone number",
    ]


@pytest.mark.parametrize(("written", "read"), [(184.0, "00184"), ("184", "00184"), ("sw1a 1aa", "SW1A 1AA")])
def test_a_postcode_gets_back_the_zeros_that_a_spreadsheet_dropped(written: object, read: str) -> None:
    assert READER.read({"number": "RS1", "postcode": written})[0].postcode == read


@pytest.mark.parametrize("written", ["00184 Roma", "I-00184 Roma (RM)", "00184, Roma"])
def test_of_a_postcode_with_its_town_the_figures_are_kept(written: str) -> None:
    assert READER.read({"number": "RS1", "postcode": written})[0].postcode == "00184"


@pytest.mark.parametrize("number", ["5,51235E+12", "5.5e+12", "6E+11"])
def test_a_number_that_a_spreadsheet_has_rounded_is_that_of_many_orders_and_of_none(number: str) -> None:
    with pytest.raises(OrderValueError, match="rounded by a spreadsheet"):
        READER.read({"number": number})
    assert READER.read({"number": "RS1", "postcode": number})[0].postcode is None


@pytest.mark.parametrize("written", ["-", "n/d", "—", "--- ---", "ND"])
def test_what_stands_for_no_postcode_is_none(written: str) -> None:
    entry, problems = READER.read({"number": "RS1", "postcode": written})
    assert entry.postcode is None
    assert "expected a postcode" in problems[0]


@pytest.mark.parametrize("number", [None, "", "  ", "---"])
def test_without_a_number_there_is_no_order(number: object) -> None:
    with pytest.raises(OrderValueError, match="number"):
        READER.read({"number": number, "email": "marta@example.org"})


@given(
    st.dictionaries(st.sampled_from(["email", "phone", "value", "days_late", "fault", "currency"]), st.text())
)
def test_no_cell_whatever_it_holds_stops_the_reading(cells: dict[str, str]) -> None:
    entry, _ = READER.read({**cells, "number": "RS1"})
    assert entry.number == "RS1"


def test_a_sign_that_keeps_figures_as_text_belongs_to_none_of_them() -> None:
    entry, problems = READER.read({"number": "'00471", "postcode": "'00184"})
    assert (entry.number, entry.postcode, problems) == ("00471", "00184", [])
