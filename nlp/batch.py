"""Classifying a whole file: one row in, one row out, in order."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Protocol, TextIO

from models.assessment import Assessment
from nlp.errors import BatchError
from nlp.render import COLUMNS, Value, as_columns
from nlp.tables import CSV_SUFFIXES, JSON_SUFFIXES, Row, Table, find_text_column, open_table

WINDOW = 1024
"""Rows that are held in memory and classified together."""

ERROR = "error"
"""The column that says what is wrong with a row; only there when some row has something wrong."""

Progress = Callable[[int, int], None]


class Assessor(Protocol):
    """What the batch needs of a classifier."""

    def classify(self, texts: Sequence[str]) -> list[Assessment]:
        """Assess messages, one result each and in their order."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchCounts:
    """What came of a file: all rows, those without a text to classify, those with something wrong."""

    rows: int
    unclassified: int
    errors: int
    needs_review: int


def classify_file(
    input: Path,
    output: Path,
    classifier: Assessor,
    *,
    text_column: str | None = None,
    progress: Progress = lambda done, total: None,
) -> BatchCounts:
    """Classify the messages of a CSV or JSON-lines file into another file.

    The input's own columns come first, then those of `nlp.render.COLUMNS`; an own column of the same name
    as one of these is kept as `input_<name>`. Lists stay lists in JSON lines and are joined by `|` in CSV. A
    row that cannot be read is kept, with an `error`. The output appears whole or not at all; CSV is
    written in UTF-8, with the input's delimiter. `progress` is told the rows done and the rows in all.

    Raises:
        BatchError: The input cannot be read as a whole, has no such text column, or the output cannot be
            written.
    """
    table = open_table(input)
    column = _text_column(table, text_column, input)
    total, has_errors = 0, False
    for row in table.rows():
        total += 1
        has_errors = has_errors or _problem(row, column) is not None
    temporary = output.with_name(f".{output.name}.partial")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = _writer(output, file, table, with_errors=has_errors)
            counts = _run(table, column, classifier, writer, lambda done: progress(done, total))
        temporary.replace(output)
    except OSError as error:
        raise BatchError(f"{output}: cannot be written ({error.strerror})") from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    return counts
