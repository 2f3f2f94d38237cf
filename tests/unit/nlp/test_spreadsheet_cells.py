"""A file of labelled messages opens in a spreadsheet without running what a customer wrote."""

import csv
import json
from pathlib import Path

import pytest

from nlp.batch.cells import spreadsheet_cell
from tests.batch_bench import classified
from tests.hostile import HOSTILE


def labelled(folder: Path, text: str, header: str = "text") -> dict[str, str]:
    """The row of the result whose message is `text`."""
    source, target = folder / "in.csv", folder / "out.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", header], ["1", text], ["2", "Il pacco non è arrivato"]])
    classified(source, target, text_column=header)
    with target.open(newline="", encoding="utf-8") as file:
        return next(csv.DictReader(file))


@pytest.mark.parametrize("words", [*HOSTILE.values(), "@SUM(A1)", "-1+2|cmd", "\t=1+1", "＝1+1"])
def test_no_cell_begins_a_formula(tmp_path: Path, words: str) -> None:
    text = labelled(tmp_path, words)["text"]
    assert text in (words, f"'{words}")
    assert not text.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


@pytest.mark.parametrize("words", ["-12,50", "+39 333 1234567", "-5", "Prezzo = 5", "12"])
def test_a_number_with_a_sign_stays_as_it_is(tmp_path: Path, words: str) -> None:
    assert labelled(tmp_path, words)["text"] == words


PLAIN = [
    "-$12.50",
    "-$ 1,234.50",
    "+$5",
    "- $5",
    "-£3",
    "-¥500",
    "-€ 12",
    "-€12,50",
    "- 12,50 €",
    "-12.50$",
    "-R$ 12,00",
    "-R$12",
    "-US$ 12.00",
    "-12,50 EUR",
    "-12,50EUR",
    "- CHF 12.50",
    "+EUR 12",
    "-12 euro",
    "-1.5e-3",
    "-50%",
    "-1/2",
    "+39 02 …",
    "+39 02 1234567",
    "+39-02-1234567",
    "+39 (02) 123.45.67",
    "+39 02 1234567 / 02 7654321",
    "-\xa012,50\xa0€",
    "--",
]

FORMULAS = [
    "-$A$1",
    "-$A1",
    "+$1:$2A",
    "-$12+A1",
    "-EUR12",
    "-CHF12.50",
    "+EUR EUR",
    "-EUR",
    "-12 EUR+A1",
    "-12|EUR",
    "-EUR(1)",
    "-EUR 12!A1",
    "-R12",
    "-R1C1",
    "-USD",
    "-US$A1",
    "+SUM(1)",
    "-12 SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
    "=12",
    "=€12",
    "@12",
    "\t-12 EUR",
    "-12\n=1+1",
    "+39 02 …A1",
]


@pytest.mark.parametrize("words", PLAIN)
def test_an_amount_or_a_number_stays_as_it_is(words: str) -> None:
    assert spreadsheet_cell(words) == words


@pytest.mark.parametrize("words", FORMULAS)
def test_what_only_begins_like_an_amount_is_defused(words: str) -> None:
    assert spreadsheet_cell(words) == f"'{words}"


def test_arrow_tells_amounts_from_formulas_as_python_does(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.csv"
    cells = [*PLAIN, *FORMULAS]
    source.write_text("\n".join(json.dumps({"n": place, "text": cell}) for place, cell in enumerate(cells)))
    outcome = classified(source, target, text_column="text")
    with target.open(newline="", encoding="utf-8") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [*PLAIN, *(f"'{cell}" for cell in FORMULAS)]
    assert outcome.defused == len(FORMULAS)


PHONES = [
    "+39 02 1234 int 5",
    "+39 02 1234567 interno 12",
    "+49 30 901820, Durchwahl 7",
    "+33 1 42 68 53 00 poste 214",
    "+34 912 345 678 ext. 3",
    "+44 20 7946 0958 x12",
    "(+39) 02 1234567",
    " +39 333 1234567 int.4",
]


@pytest.mark.parametrize("words", PHONES)
def test_a_telephone_number_with_an_extension_stays_as_it_is(words: str) -> None:
    assert spreadsheet_cell(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "+39 02 1234567 int 5+cmd()",
        "+39 02 1234567|int!5",
        "+39 02 1234567 SUM(A1)",
        "+1 int 5",
        "=39 02 1234567 int 5",
        "+393331234567-A1",
        "+393331234567/A1",
        "-39 02 1234567 int 5",
        "+39 02 1234567 int 5 e int 6",
    ],
)
def test_what_goes_on_behind_a_telephone_number_is_defused(words: str) -> None:
    assert spreadsheet_cell(words) == f"'{words}"


def test_telephone_numbers_with_an_extension_are_told_from_formulas_in_a_table(tmp_path: Path) -> None:
    assert labelled(tmp_path, PHONES[0])["text"] == PHONES[0]


def test_no_heading_begins_a_formula(tmp_path: Path) -> None:
    assert "'=cmd()" in labelled(tmp_path, "ciao", header="=cmd()")
