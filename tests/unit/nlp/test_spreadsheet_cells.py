"""A file of labelled messages opens in a spreadsheet without running what a customer wrote."""

import csv
from pathlib import Path

import pytest

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


def test_no_heading_begins_a_formula(tmp_path: Path) -> None:
    assert "'=cmd()" in labelled(tmp_path, "ciao", header="=cmd()")
