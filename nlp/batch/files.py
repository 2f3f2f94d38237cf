"""Classifying a whole file: one row in, one row out, in order."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol, TextIO

from models.assessment import Assessment
from nlp.batch.cells import spreadsheet_cell
from nlp.batch.own_names import ERROR, own_names
from nlp.errors import BatchError
from nlp.render import COLUMNS, Value, as_columns
from nlp.tables import CSV_SUFFIXES, JSON_SUFFIXES, Row, Table, find_text_column, open_table

WINDOW = 1024
"""Rows that are held in memory and classified together."""

Progress = Callable[[int, int], None]
_Write = Callable[[Row, Assessment | None, str | None], None]


class Assessor(Protocol):
    """What the batch needs of a classifier."""

    def classify(self, texts: Sequence[str]) -> list[Assessment]:
        """Assess messages, one result each and in their order."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchCounts:
    """What came of a file: all rows, those with something wrong, those without labels, those unsure of."""

    rows: int = 0
    errors: int = 0
    unclassified: int = 0
    needs_review: int = 0


def classify_file(
    source: Path,
    target: Path,
    classifier: Assessor,
    *,
    text_column: str | None = None,
    progress: Progress = lambda done, total: None,
) -> BatchCounts:
    """Classify the messages of a CSV or JSON-lines file into another file.

    The source's own columns come first, then those of `nlp.render.COLUMNS`; an own column that has the name
    of one of these is kept as `input_<name>`, with as many `input_` as it takes. Lists stay lists in JSON
    lines and are joined by `|` in CSV. A row that cannot be read is kept, with an `error`. The target
    appears whole or not at all, in UTF-8; a CSV keeps the source's delimiter. `progress` is told the rows
    done and the rows in all.

    Raises:
        BatchError: The source cannot be read as a whole, it has no such text column, or the target
            cannot be written.
    """
    if target.suffix.lower() not in CSV_SUFFIXES + JSON_SUFFIXES:
        raise BatchError(f"{target}: expected a file ending in {', '.join(CSV_SUFFIXES + JSON_SUFFIXES)}")
    table = open_table(source)
    column = text_column or find_text_column(table)
    if column not in table.columns:
        raise BatchError(f"{source}: no column {column!r}; found: {', '.join(table.columns) or 'none'}")
    if target.resolve() == source.resolve():
        raise BatchError(f"{target}: is the input itself; write the result to another file")
    names = own_names(table.columns)
    problems = [_problem(row, column) is not None for row in table.rows()]
    temporary = target.with_name(f".{target.name}.partial")
    try:
        encoding = _target_encoding(target, table)
        # A text may hold half a character (a lone surrogate in the source's escapes), which UTF-8 cannot.
        with temporary.open("w", encoding=encoding, errors="replace", newline="") as file:
            write = _writer(target, file, table, names, with_errors=any(problems))
            counts = _run(table, column, classifier, write, lambda done: progress(done, len(problems)))
        temporary.replace(target)
    except OSError as error:
        raise BatchError(f"{target}: cannot be written ({error.strerror})") from error
    finally:
        with suppress(OSError):  # it is not there when all went well, nor where it could not be made
            temporary.unlink()
    return counts


def _run(
    table: Table,
    column: str,
    classifier: Assessor,
    write: _Write,
    progress: Callable[[int], None],
) -> BatchCounts:
    counts = BatchCounts()
    rows = table.rows()
    while window := list(islice(rows, WINDOW)):
        readable = [isinstance(row.values.get(column), str) for row in window]
        texts = [str(row.values[column]) for row, ok in zip(window, readable, strict=True) if ok]
        results = iter(classifier.classify(texts))
        for row, ok in zip(window, readable, strict=True):
            assessment = next(results) if ok else None
            problem = _problem(row, column)
            write(row, assessment, problem)
            counts = BatchCounts(
                rows=counts.rows + 1,
                errors=counts.errors + (problem is not None),
                unclassified=counts.unclassified + (assessment is None),
                needs_review=counts.needs_review + (assessment is not None and assessment.needs_review),
            )
        progress(counts.rows)
    return counts


def _problem(row: Row, column: str) -> str | None:
    if row.error is not None:
        return row.error
    text = row.values.get(column)
    if not isinstance(text, str):
        return f"`{column}` is {'missing' if text is None else 'no text'}"
    return None


def _output_row(
    row: Row, assessment: Assessment | None, problem: str | None, names: Mapping[str, str]
) -> dict[str, object]:
    own = {names[name]: value for name, value in row.values.items()}
    labels: Mapping[str, Value | None] = (
        dict.fromkeys(COLUMNS) if assessment is None else as_columns(assessment)
    )
    return {**own, **labels, **({} if problem is None else {ERROR: problem})}


def _target_encoding(target: Path, table: Table) -> str:
    # Whoever exports in a Windows charset opens the result in a program that needs the mark to see UTF-8.
    marked = target.suffix.lower() in CSV_SUFFIXES and table.encoding not in ("utf-8-sig", "utf-8")
    return "utf-8-sig" if marked else "utf-8"


def _writer(
    target: Path, file: TextIO, table: Table, renamed: Mapping[str, str], *, with_errors: bool
) -> _Write:
    if target.suffix.lower() in JSON_SUFFIXES:

        def write_line(row: Row, assessment: Assessment | None, problem: str | None) -> None:
            values = _output_row(row, assessment, problem, renamed)
            file.write(json.dumps(values, ensure_ascii=False) + "\n")

        return write_line
    names = [*renamed.values(), *COLUMNS, *([ERROR] if with_errors else [])]
    delimiter = table.delimiter if table.delimiter.isprintable() or table.delimiter == "\t" else ","
    writer = csv.DictWriter(file, names, delimiter=delimiter, lineterminator="\n", restval="")
    writer.writerow({name: spreadsheet_cell(name) for name in names})

    def write_record(row: Row, assessment: Assessment | None, problem: str | None) -> None:
        values = _output_row(row, assessment, problem, renamed)
        writer.writerow({name: spreadsheet_cell(value) for name, value in values.items()})

    return write_record
