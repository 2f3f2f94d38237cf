"""Labelled messages: reading them from JSON lines or CSV, and the fixed split into train and test."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from nlp.errors import BatchError, CorpusError
from nlp.tables import (
    CSV_SUFFIXES,
    PARQUET_SUFFIXES,
    SHEET_SUFFIXES,
    TEXT_NAMES,
    Cells,
    find_text_column,
    open_table,
    value_at,
)
from nlp.tables.message_text import message_at

SHIPPED = Path(__file__).parents[1] / "data" / "corpus.jsonl"
"""The corpus that comes with the package."""

WRITTEN = date(2026, 11, 27)
"""The day of the corpus, which "tomorrow" in a message of it is counted from, whenever it is read."""

TRAIN, TEST = "train", "test"
_PARTS = (TRAIN, TEST)

TEST_BYTES = 51
"""Without a `part` of its own, a text whose sha256 begins with a byte below this is held out: 19.9 %."""

_TRUTHS = {"yes": True, "true": True, "1": True, "sì": True, "no": False, "false": False, "0": False}
_CHOICES: dict[str, Collection[str]] = {
    "act": tuple(Act),
    "tone": tuple(Tone),
    "urgency": tuple(Urgency),
}
_LABELLED = (*_CHOICES, "complaint_types", "asks", "own_error")
_TABLE_SUFFIXES = (*CSV_SUFFIXES, *SHEET_SUFFIXES, *PARQUET_SUFFIXES)
_LIST, _HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{"), 1024  # of JSON objects, in so many bytes


T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One labelled message; a field that nobody labelled is None and neither trained nor measured.

    `origin` says where it is from, the kind of business first: "business | who writes | device". `part` is
    `train` or `test` where the corpus itself says so.
    """

    text: str
    act: str | None = None
    complaint_types: tuple[str, ...] | None = None
    tone: str | None = None
    urgency: str | None = None
    asks: tuple[str, ...] | None = None
    own_error: bool | None = None
    language: str | None = None
    origin: str | None = None
    part: str | None = None

    @property
    def business(self) -> str | None:
        """The kind of business it was written to, the first part of `origin`."""
        return self.origin.partition("|")[0].strip() if self.origin is not None else None

    @property
    def is_held_out(self) -> bool:
        """Whether it is in the test part: as the corpus says, or by a rule on the text alone."""
        if self.part is not None:
            return self.part == TEST
        # A rule on the text alone, so that no later corpus moves a row across.
        digest = hashlib.sha256(self.text.encode(errors="surrogatepass")).digest()
        return digest[0] < TEST_BYTES


def read_corpus(
    paths: Iterable[Path], complaint_types: Collection[str] = tuple(ComplaintType)
) -> list[Example]:
    """Read JSON lines, a JSON list or a table; a text that comes twice with equal labels is kept once.

    A table has the fields as columns, with lists joined by `|`, as `rimedio classify` writes them. An empty
    cell of a field with several labels says that there is none, of another that nobody labelled it. Capitals
    in the names of columns make no difference.

    Raises:
        CorpusError: A file cannot be read, or a row is broken, has an unknown label or contradicts an
            earlier row; names file and line.
    """
    seen: dict[str, tuple[Example, str]] = {}
    for path in paths:
        for line, row in _rows(path):
            example = _example(_named(row), complaint_types, path, line)
            earlier, place = seen.setdefault(example.text, (example, f"{path}:{line}"))
            if _labels(earlier) != _labels(example):
                raise CorpusError(path, line, f"the same text came before with other labels, at {place}")
    return [example for example, _ in seen.values()]


def columns_of(path: Path) -> list[str]:
    """The columns of a file that `read_corpus` reads, in order of appearance.

    Raises:
        CorpusError: It cannot be read.
    """
    if not _is_table(path):
        return list(dict.fromkeys(name for _, row in _json_rows(path) for name in row))
    try:
        return list(open_table(path).columns)
    except BatchError as error:
        raise CorpusError(path, None, str(error).removeprefix(f"{path}: ")) from error


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The train part and the test part, each in the given order."""
    train = [example for example in examples if not example.is_held_out]
    test = [example for example in examples if example.is_held_out]
    return train, test


def corpus_sha256(examples: Sequence[Example]) -> str:
    """A hash of all texts and labels, whatever their order or file."""
    rows = sorted(repr((example.text, _labels(example))) for example in examples)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _labels(example: Example) -> tuple[object, ...]:
    several = (frozenset(field or ()) for field in (example.complaint_types, example.asks))
    return (example.act, example.tone, example.urgency, example.own_error, *several)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    if _is_table(path):
        yield from _table_rows(path)
    else:
        yield from _json_rows(path)


def _is_table(path: Path) -> bool:
    if path.suffix.lower() in _TABLE_SUFFIXES:
        return True
    if not path.is_file():  # a pipe can be read only once
        return False
    with path.open("rb") as file:
        return _LIST.match(file.read(_HEAD)) is not None


def _named(row: Mapping[str, T]) -> dict[str, T]:
    """The row with its text and labels under our names for them, where it has others: "Tone", "testo"."""
    named = dict(row)
    for name in row:
        plain = name.strip().lower()
        if plain in _LABELLED:
            named.setdefault(plain, row[name])
    texts = {name.strip().lower(): value for name, value in row.items()}
    called = next((name for name in TEXT_NAMES if name in texts), None)
    if called is not None:
        named.setdefault("text", texts[called])
    return named


def _table_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        table = open_table(path)
        text = find_text_column(table)
    except BatchError as error:
        raise CorpusError(path, None, str(error).removeprefix(f"{path}: ")) from error
    for row in table.rows():
        if row.error is not None:
            raise CorpusError(path, row.line, row.error)
        if table.cells is Cells.JSON:
            yield row.line, {**row.values, "text": _message(value_at(row.values, text))}
            continue
        cells = _named({name: _cell(value) for name, value in row.values.items()})
        values: dict[str, object] = {name: cell for name, cell in cells.items() if cell}
        values["text"] = _message(row.values[text])
        for field in ("complaint_types", "asks"):
            if field in cells:
                values[field] = [label for part in cells[field].split("|") if (label := part.strip())]
        if cells.get("own_error"):
            values["own_error"] = _TRUTHS.get(cells["own_error"].lower(), cells["own_error"])
        yield row.line, values


def _message(value: object) -> object:
    """The words as `rimedio classify` reads them; what is no text stays, for its place to be named."""
    message = message_at(value)
    return value if message is None else message


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "" if value is None else str(value).strip()


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(path, None, f"cannot be read ({error.strerror})") from error
    for line, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw.decode())
        except UnicodeDecodeError as error:
            raise CorpusError(path, line, f"byte {error.start + 1} is not UTF-8") from error
        except json.JSONDecodeError as error:
            raise CorpusError(path, line, f"not JSON: {error.msg} at character {error.colno}") from error
        except (ValueError, RecursionError) as error:
            raise CorpusError(path, line, f"not JSON: {error}") from error
        if not isinstance(row, dict):
            raise CorpusError(path, line, f"expected a JSON object, found {type(row).__name__}")
        yield line, row


def _example(row: dict[str, object], complaint_types: Collection[str], path: Path, line: int) -> Example:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise CorpusError(path, line, f"`text` must be a text that is not empty, found {text!r}")
    choices = {field: _choice(row, field, allowed, path, line) for field, allowed in _CHOICES.items()}
    types = _several(row, "complaint_types", complaint_types, path, line)
    if types and choices["act"] not in (None, Act.COMPLAINT):
        raise CorpusError(path, line, f"act {choices['act']!r} cannot have complaint_types {list(types)}")
    own_error = row.get("own_error")
    if own_error is not None and not isinstance(own_error, bool):
        raise CorpusError(path, line, f"`own_error` must be true or false, found {own_error!r}")
    return Example(
        text=text,
        act=choices["act"],
        tone=choices["tone"],
        urgency=choices["urgency"],
        complaint_types=types,
        asks=_several(row, "asks", tuple(Ask), path, line),
        own_error=own_error,
        language=_text(row, "language", path, line),
        origin=_text(row, "origin", path, line),
        part=_choice(row, "part", _PARTS, path, line),
    )


def _choice(
    row: dict[str, object], field: str, allowed: Collection[str], path: Path, line: int
) -> str | None:
    value = row.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or value not in allowed:
        raise CorpusError(path, line, f"`{field}` is {value!r}, expected one of {', '.join(allowed)}")
    return value


def _several(
    row: dict[str, object], field: str, allowed: Collection[str], path: Path, line: int
) -> tuple[str, ...] | None:
    values = row.get(field)
    if values is None:
        return None
    if not isinstance(values, list):
        raise CorpusError(path, line, f"`{field}` must be a list, found {values!r}")
    for value in values:
        if not isinstance(value, str) or value not in allowed:
            raise CorpusError(path, line, f"`{field}` holds {value!r}, expected {', '.join(allowed)}")
    return tuple(dict.fromkeys(values))


def _text(row: dict[str, object], field: str, path: Path, line: int) -> str | None:
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        raise CorpusError(path, line, f"`{field}` must be a text, found {value!r}")
    return value
