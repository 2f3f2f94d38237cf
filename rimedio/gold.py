"""The labelled messages that `rimedio evaluate` and `rimedio heads compare` go by."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from rimedio.terminal import USAGE, fail, say

if TYPE_CHECKING:
    from nlp.training.corpus import Example

PART_HELP = (
    "'test': the rows whose part is test, which 'rimedio train FILE' leaves aside (with --field it trains on "
    "every row); without a column part, a fifth that the texts themselves decide. 'all': every row. "
    "test where the file has a column part, all where it has none."
)


NEARLY = 0.8
"""Likeness of a column's name to that of a field from which on it is asked about."""


def check_part(part: str | None) -> None:
    """Refuses what is no part."""
    if part not in (None, "test", "all"):
        fail(f"--part {part!r}: expected test or all", USAGE)


def read_gold(gold: Path, types: Collection[str], part: str | None) -> "list[Example]":
    """The messages to judge by, once it is said how many are left out and why.

    Raises:
        CorpusError: The file cannot be read, or a row cannot be used.
    """
    from nlp.heads import FIELDS
    from nlp.training.corpus import read_corpus
    from nlp.training.enough import meant_field, said_columns
    from nlp.training.taught import labels_of

    examples = read_corpus([gold], types)
    if not examples:
        fail(f"{gold}: holds no message")
    if all(labels_of(one, field) is None for one in examples for field in FIELDS):
        field, column = meant_field([gold]) or ("", "")
        told = f"; did you mean {column!r} as {field}? name the column so" if field != column else ""
        fail(f"{gold}: no row is labelled: expected {', '.join(FIELDS)}{said_columns([gold])}{told}")
    _tell_of_columns(gold, examples)
    has_part = any(one.part is not None for one in examples)
    if part == "all" or (part is None and not has_part):
        return examples
    kept = [one for one in examples if one.is_held_out]
    if not kept:
        fail(f"{gold}: no message is in the test part; use --part all for a file of your own")
    if len(kept) < len(examples):
        why = (
            "not of the test part" if has_part else "no column part, so the texts decide which are for tests"
        )
        left_out = f"{len(examples) - len(kept)} of {len(examples)} messages left out"
        say(f"{gold}: {left_out} ({why}); --part all takes every one")
    return kept


def _tell_of_columns(gold: Path, examples: "Sequence[Example]") -> None:
    """A label in a column of a name nearly right is not measured, and nobody would notice."""
    from nlp.heads import FIELDS
    from nlp.training.corpus import columns_of
    from nlp.training.taught import labels_of

    missing = [field for field in FIELDS if all(labels_of(one, field) is None for one in examples)]
    for column in columns_of(gold) if gold.is_file() else ():
        meant = get_close_matches(column.strip().lower(), missing, 1, NEARLY)
        if meant:
            say(f"{gold}: the column {column!r} is not read; did you mean {meant[0]!r}?")
