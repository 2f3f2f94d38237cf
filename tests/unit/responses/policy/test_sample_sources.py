"""The laws that the samples name: each stands in the table above `owed`, with the day it was compared with a
copy or sought in vain."""

import re
from pathlib import Path

import pytest

from responses.policy import load_policy
from responses.policy.schema import Owed

FOLDER = Path(__file__).parents[4] / "responses" / "policy" / "samples"
PATHS = [path for path in sorted(FOLDER.glob("*.yaml")) if "." not in path.stem]
OWED = [(path, owed) for path in PATHS for owed in load_policy(path).owed]
LAW = r"(AGCOM|Codice (?:civile|del consumo|delle comunicazioni elettroniche))"
ARTICLE = re.compile(r"\d+(?:-\w+)*(?: decies)?")
COMPARED = re.compile(r"\b(?:confrontat[oi]|mai; cercato invano) il \d{1,2}\.\d{1,2}\.\d{4}\b")


def articles(text: str) -> set[tuple[str, str]]:
    """Every article that a text names, with its law: of "Codice civile, artt. 1218 e 1223" two."""
    found: set[tuple[str, str]] = set()
    plain = re.sub(r"\([^()]*\)|\bc\. \d+(?: e \d\b(?!-))*|\bpunto \d+", "", text)
    # The text before the first law, then each law with what is said of it.
    _, *parts = re.split(LAW, plain)
    for law, said in zip(parts[::2], parts[1::2], strict=True):
        for listed in re.findall(r"\bartt?\. ([^:;—]*)", said):
            found |= {(law, number) for number in ARTICLE.findall(listed)}
    return found


def rows(path: Path) -> list[str]:
    """The table of a sample, an entry a row."""
    above = path.read_text(encoding="utf-8").partition("\nowed:\n")[0].rpartition("\n\n")[2]
    return [" ".join(row.split()) for row in above.replace("\n# ", "\n ").split("\n   - ")[1:]]


@pytest.mark.parametrize(
    ("path", "owed"), [pytest.param(path, owed, id=f"{path.stem}-{owed.id}") for path, owed in OWED]
)
def test_every_article_of_a_source_was_compared_or_sought_in_vain(path: Path, owed: Owed) -> None:
    told = {one for row in rows(path) if COMPARED.search(row) for one in articles(row)}
    assert articles(owed.source) - told == set()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_row_of_the_table_has_its_day(path: Path) -> None:
    assert len(rows(path)) > 2
    assert [row for row in rows(path) if COMPARED.search(row) is None] == []


@pytest.mark.parametrize(
    ("path", "owed"), [pytest.param(path, owed, id=f"{path.stem}-{owed.id}") for path, owed in OWED]
)
def test_a_comparison_with_a_copy_takes_no_mark_away(path: Path, owed: Owed) -> None:
    assert owed.source.endswith(" — esempio, da verificare")


def test_articles_are_told_from_paragraphs_and_from_numbers_of_laws() -> None:
    assert articles("Codice del consumo (d.lgs. 206/2005), artt. 129, 133 c. 1 e 135-bis c. 2 — esempio") == {
        ("Codice del consumo", "129"),
        ("Codice del consumo", "133"),
        ("Codice del consumo", "135-bis"),
    }
    assert articles("AGCOM, delibera 347/18/CONS, allegato A, art. 9 c. 1 e 2 — esempio") == {("AGCOM", "9")}
    assert articles("Codice civile, art. 1453 c. 1, e condizioni della casa, punto 4") == {
        ("Codice civile", "1453")
    }
