"""The page about the policy file: its pieces are one file, which is sound, decides what it says, and has all
that a file may say."""

import re
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from models.labels import ComplaintType
from responses.policy import Severity, check, load, load_policy_text, schema
from responses.policy.case_file import read_cases, try_case
from responses.policy.reader import Item

PAGE = Path(__file__).parents[4] / "docs" / "policy.md"
PIECES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
FILE = "".join(piece for piece in PIECES if not piece.startswith("today:"))
POLICY = load_policy_text(FILE, "bottega.yaml")
(CASES,) = (piece for piece in PIECES if piece.startswith("today:"))
NAMES = re.findall(r"- case: (.*)", CASES)


def accepted() -> set[str]:
    """Every key that the reader would have accepted where the page's file has some."""
    found: set[str] = set()
    entries = Item.entries

    def noting(item: Item, allowed: Collection[str] | None = None, *rest: Any) -> dict[str, Item]:
        found.update(allowed or ())
        return entries(item, allowed, *rest)

    with patch.object(Item, "entries", noting):
        # Under another name: the same text of the same file is not read again.
        load_policy_text(FILE, "noted.yaml")
    return found


# What the owner names, and what is the same everywhere, no page has to list.
_NAMES = {*POLICY.facts, *ComplaintType}
KEYS = sorted(accepted() - _NAMES)
VALUES = sorted(
    {
        str(value)
        for kind in vars(schema).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__module__ == schema.__name__
        for value in kind
    }
)
SAID = " ".join([*re.findall(r"`([^`\n]+)`", PAGE.read_text(encoding="utf-8")), *PIECES])


@pytest.mark.parametrize("word", [*KEYS, *VALUES])
def test_whatever_the_reader_accepts_stands_on_the_page(word: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", SAID) is not None


@pytest.mark.parametrize("key", sorted(load.KEYS))
def test_every_section_of_a_file_has_an_example(key: str) -> None:
    assert key in POLICY.places


def test_every_place_where_keys_are_read_is_reached_by_the_example() -> None:
    sources = [*Path(load.__file__).parent.glob("read_*.py"), Path(load.__file__)]
    written = " ".join(source.read_text(encoding="utf-8") for source in sources)
    named = {
        word
        for keys in re.findall(r"Entries\(\s*\w+,\s*\(([^()]*)\)", written)
        for word in re.findall(r'"(\w+)"', keys)
    }
    assert len(named) > 40
    assert named - set(KEYS) == set()


def test_the_pieces_are_one_file_without_errors() -> None:
    assert len(PIECES) > 6
    errors = [str(found) for found in check(POLICY, ("it", "en")) if found.severity is Severity.ERROR]
    assert errors == []


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_case_of_the_page(index: int, tmp_path: Path) -> None:
    path = tmp_path / "bottega.cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    _, mismatches = try_case(POLICY, read_cases(path, POLICY)[index])
    assert [str(mismatch) for mismatch in mismatches] == []
