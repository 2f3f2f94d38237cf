"""A business's own labels for one field: reading them from a table or JSON lines, with clear complaints."""

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.labels import Act, Ask, Tone, Urgency
from nlp.errors import BatchError, LabelsError
from nlp.heads import CHOICE_FIELDS, FIELDS, NO, YES
from nlp.tables import Table, find_text_column, has_column, open_table, value_at
from nlp.tables.message_text import message_at
from nlp.training.corpus import Example

LEAST_EXAMPLES = 8
"""Messages that each label needs."""

LABEL_COLUMNS = (
    *("label", "labels", "category", "categories", "class", "type", "intent", "topic", "tag", "tags"),
    *("etichetta", "etichette", "categoria", "categorie", "classe", "tipo", "argomento", "motivo"),
)
"""Names of the column that holds the labels, after the field's own name, in order of preference."""

SEPARATOR = "|"

_FIXED: Mapping[str, tuple[str, ...]] = {
    "act": tuple(Act),
    "tone": tuple(Tone),
    "urgency": tuple(Urgency),
    "asks": tuple(Ask),
    "own_error": (YES, NO),
}
_TRUTHS = {"yes": YES, "true": YES, "1": YES, "sì": YES, "si": YES, "no": NO, "false": NO, "0": NO}
_SHOWN = 20
_SHOWN_ROWS = 3  # of each label with too few messages
_LONGEST_LABEL = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class _Labelled:
    text: str
    labels: tuple[str, ...]
    path: Path
    line: int


@dataclass(kw_only=True, slots=True)
class _Problems:
    found: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, path: Path, line: int | None, what: str) -> None:
        if len(self.found) == _SHOWN:
            self.more += 1
        else:
            self.found.append(f"{path}:{line}: {what}" if line is not None else f"{path}: {what}")

    def leave_out(self, tell: Callable[[str], None]) -> None:
        """Forget what was found, and tell of how many rows that was."""
        if self.found:
            rows = _counted(len(self.found) + self.more, "row")
            tell(f"{rows} that cannot be used: left out; the first is {self.found[0]}")
        self.found, self.more = [], 0

    def stop(self, *others: str) -> None:
        """Raise what was found, and then what `others` say; nothing where no row is wrong."""
        if self.found:
            tail = [f"and {self.more} more like these"] if self.more else []
            raise LabelsError("\n".join([*self.found, *tail, *others]))


def read_own_labels(
    paths: Sequence[Path],
    wanted: str,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    skip_unusable: bool = False,
    tell: Callable[[str], None] | None = None,
) -> list[Example]:
    """Read messages labelled for the field `wanted`, from CSV or JSON lines; the same text is kept once.

    The columns are found by their names unless given. Several labels stand in a list, or joined by `|`. Of
    `complaint_types` the labels are the business's own; those of the other fields are fixed. Rows without
    a label are no message of none: they are left out, save for fields that may be empty (`asks`), and `tell`
    hears how many of each file. With `skip_unusable` rows that cannot be used are left out: broken ones,
    those that contradict each other, and those with a label that too few messages have; `tell` hears of
    each kind how many.

    Raises:
        LabelsError: Columns or labels are not usable; says with file and line what is wrong.
    """
    if wanted not in FIELDS:
        raise LabelsError(f"field {wanted!r}: expected one of {', '.join(FIELDS)}")
    problems = _Problems()
    say = tell or _nobody
    rows = []
    for path in paths:
        read = _rows(path, wanted, text_column, label_column, problems)
        labelled = [row for row in read if row.labels or wanted == "asks"]
        if len(labelled) < len(read):
            first = next(row.line for row in read if not row.labels)
            left_out = f"{len(read) - len(labelled)} of {len(read)} messages without a label"
            say(f"{path}: {left_out}, from line {first} on: left out")
        rows += labelled
    rows = _spelled_alike(rows, problems)
    if skip_unusable:
        problems.leave_out(say)
    agreeing = _agreeing(rows, problems, skip_unusable=skip_unusable)
    if skip_unusable and len(agreeing) < (texts := len({row.text.strip() for row in rows})):
        say(f"{_counted(texts - len(agreeing), 'text')} labelled in two ways: left out")
    where = ", ".join(map(str, paths))
    try:
        kept = _frequent(agreeing, wanted, where, skip_rare=skip_unusable)
    except LabelsError as error:
        # What is wrong with the rows is said with it: one correction of the file, not one for each kind.
        problems.stop(*[str(error)] * bool(rows))
        raise
    problems.stop()
    if len(kept) < len(agreeing):
        say(_said_left_out(agreeing, kept))
    return [_example(row, wanted) for row in kept]


def _nobody(_said: str) -> None:
    """Where nobody wants to hear."""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _said_left_out(rows: Sequence[_Labelled], kept: Sequence[_Labelled]) -> str:
    gone = {label for row in rows for label in row.labels} - {label for row in kept for label in row.labels}
    some = sorted(gone)[:_SHOWN]
    more = ", …" if len(gone) > _SHOWN else ""
    return (
        f"{_counted(len(rows) - len(kept), 'message')} with labels of fewer than {LEAST_EXAMPLES} messages: "
        f"left out ({', '.join(some)}{more})"
    )


def _rows(
    path: Path, wanted: str, text_column: str | None, label_column: str | None, problems: _Problems
) -> list[_Labelled]:
    try:
        table = open_table(path)
    except BatchError as error:
        raise _with_path(path, error) from error
    missing: list[str] = []
    text, labels = text_column, label_column
    try:
        text = text or find_text_column(table)
    except BatchError as error:
        missing.append(str(_with_path(path, error)))
    try:
        labels = labels or _label_column(table, wanted, path)
    except LabelsError as error:
        missing.append(str(error))
    if text is None or labels is None:
        raise LabelsError("\n".join(missing))
    missing = [
        f"{path}: no column {column!r}; found: {', '.join(table.columns) or 'none'}"
        + _nearest(column, table.columns)
        for column in (text, labels)
        if not has_column(table, column)
    ]
    if missing:
        raise LabelsError("\n".join(missing))
    if text == labels:
        raise LabelsError(f"{path}: {text!r} cannot hold the messages and the labels: name both columns")
    rows = []
    for row in table.rows():
        if row.error is not None:
            problems.add(path, row.line, row.error)
            continue
        cell = value_at(row.values, text)
        message = message_at(cell)
        if message is None or not message.strip():
            problems.add(path, row.line, f"{text!r} holds no message, found {cell!r}")
            continue
        found = _labels(value_at(row.values, labels), wanted)
        if isinstance(found, str):
            problems.add(path, row.line, f"{labels!r} {found}")
        else:
            rows.append(_Labelled(text=message, labels=found, path=path, line=row.line))
    return rows


def _with_path(path: Path, error: BatchError) -> LabelsError:
    said = str(error)
    return LabelsError(said if str(path) in said else f"{path}: {said}")


def _label_column(table: Table, wanted: str, path: Path) -> str:
    by_name = {column.strip().lower(): column for column in reversed(table.columns)}
    for name in (wanted, *LABEL_COLUMNS):
        if name in by_name:
            return by_name[name]
    raise LabelsError(
        f"{path}: no column with labels: expected {wanted!r} or 'label', found "
        f"{', '.join(table.columns) or 'none'}; name yours with --label-column"
    )


def _labels(value: object, wanted: str) -> tuple[str, ...] | str:
    """The labels of one cell, or what is wrong with it."""
    if isinstance(value, bool) and wanted == "own_error":
        value = YES if value else NO
    if value is None or value != value:  # a cell that some program has left empty is no number
        value = ""
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, (str, int, float)) and not isinstance(part, bool) for part in parts):
        return f"holds {value!r}, expected a label or a list of labels"
    if not isinstance(value, list):
        parts = str(value).split(SEPARATOR)
    names = tuple(dict.fromkeys(name for part in parts if (name := str(part).strip())))
    if wanted == "own_error":
        names = tuple(_TRUTHS.get(name.lower(), name) for name in names)
    allowed = _FIXED.get(wanted)
    for name in names:
        if allowed is not None and name not in allowed:
            return f"has the unknown label {name!r}, expected {', '.join(allowed)}{_nearest(name, allowed)}"
        if len(name) > _LONGEST_LABEL or not name.isprintable():
            return f"holds {name[:_LONGEST_LABEL]!r}…, which is no label: at most {_LONGEST_LABEL} characters"
    if len(names) > 1 and (wanted in CHOICE_FIELDS or wanted == "own_error"):
        return f"has {len(names)} labels ({', '.join(names)}), expected exactly one for {wanted}"
    return names


def _agreeing(rows: Sequence[_Labelled], problems: _Problems, *, skip_unusable: bool) -> list[_Labelled]:
    first: dict[str, _Labelled] = {}
    contradicted: set[str] = set()
    for row in rows:
        earlier = first.setdefault(row.text.strip(), row)
        if set(earlier.labels) == set(row.labels):
            continue
        contradicted.add(row.text.strip())
        if not skip_unusable:
            problems.add(
                row.path,
                row.line,
                f"the same text is labelled {_said(row)} here and {_said(earlier)} at "
                f"{_place(earlier)}: correct one, or leave both out with --skip-unusable",
            )
    return [row for text, row in first.items() if text not in contradicted]


def _spelled_alike(rows: Sequence[_Labelled], problems: _Problems) -> list[_Labelled]:
    """The rows whose labels are spelled as most rows have them: "Mensa" and "mensa" would be two labels."""
    spellings: dict[str, Counter[str]] = {}
    for label, count in Counter(label for row in rows for label in row.labels).items():
        spellings.setdefault(label.casefold(), Counter())[label] = count
    usual = {folded: counts.most_common(1)[0][0] for folded, counts in spellings.items()}
    kept = []
    for row in rows:
        other = next((label for label in row.labels if label != usual[label.casefold()]), None)
        if other is None:
            kept.append(row)
        else:
            meant = usual[other.casefold()]
            problems.add(
                row.path, row.line, f"the label {other!r} is {meant!r} elsewhere: write it in one way"
            )
    return kept


def _said(row: _Labelled) -> str:
    return SEPARATOR.join(row.labels) or "nothing"


def _frequent(rows: list[_Labelled], wanted: str, where: str, *, skip_rare: bool) -> list[_Labelled]:
    counts = Counter(label for row in rows for label in row.labels)
    rare = {label for label, count in counts.items() if count < LEAST_EXAMPLES}
    if rare and not skip_rare:
        raise LabelsError(_said_rare(rows, {label: counts[label] for label in rare}))
    kept = [row for row in rows if not rare.intersection(row.labels)]
    if rare and kept:
        # With the rows of rare labels others may have gone that stood beside them.
        return _frequent(kept, wanted, where, skip_rare=skip_rare)
    fewest = 1 if wanted == "asks" else 2
    if len(counts.keys() - rare) < fewest:
        raise LabelsError(
            f"{where}: {_counted(len(rows), 'labelled message')} with "
            f"{_counted(len(counts.keys() - rare), 'label')} of at least {LEAST_EXAMPLES} messages: "
            f"training {wanted} takes {fewest} or more"
        )
    return kept


def _said_rare(rows: Sequence[_Labelled], counts: Mapping[str, int]) -> str:
    """The labels with too few messages, the rarest first, and where the first messages of each stand."""
    told = "1 label has" if len(counts) == 1 else f"{len(counts)} labels have"
    them = "it" if len(counts) == 1 else "them"
    lines = [
        f"{told} fewer than {LEAST_EXAMPLES} messages: add messages, or leave {them} out with --skip-unusable"
    ]
    for label in sorted(counts, key=lambda one: (counts[one], one))[:_SHOWN]:
        first, *others = [row for row in rows if label in row.labels][:_SHOWN_ROWS]
        also = ", ".join(f"{row.line}" if row.path == first.path else _place(row) for row in others)
        messages = "1 message" if counts[label] == 1 else f"{counts[label]} messages"
        more = ", …" if counts[label] > _SHOWN_ROWS else ""
        lines.append(f"{_place(first)}: {label} ({messages}{f'; also {also}{more}' if also else ''})")
    if len(counts) > _SHOWN:
        lines.append(f"and {len(counts) - _SHOWN} more like these")
    return "\n".join(lines)


def _place(row: _Labelled) -> str:
    return f"{row.path}:{row.line}"


def _example(row: _Labelled, wanted: str) -> Example:
    # A training part of its own: what is measured, is measured by cross-validation.
    if wanted == "own_error":
        return Example(text=row.text, own_error=row.labels == (YES,), part="train")
    value: object = row.labels[0] if wanted in CHOICE_FIELDS else row.labels
    known: dict[str, object] = {wanted: value}
    return Example(text=row.text, part="train", **known)  # type: ignore[arg-type]


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {str(near[0])!r}?" if near else ""
