"""Whether files have the labels that training takes: asked before anything that takes long."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from nlp.errors import TrainingError
from nlp.heads import FIELDS
from nlp.training.corpus import Example, columns_of, split
from nlp.training.heads import MIN_EXAMPLES
from nlp.training.own_labels import LABEL_COLUMNS
from nlp.training.taught import are_exclusive, taught_by


def check_labels(examples: Sequence[Example], paths: Sequence[Path]) -> None:
    """Refuse what cannot train every field.

    Raises:
        TrainingError: The train part is empty, or a field has too few labels in it; says how many rows
            of each such field are labelled, and the columns that `paths` have.
    """
    training, _ = split(examples)
    if not training:
        raise TrainingError("the corpus has no message in its train part: add messages")
    lacking = []
    for field in FIELDS:
        sets = [taught_by(example, field) for example in training]
        taught = [labels for labels in sets if labels is not None]
        counts = Counter(label for labels in taught for label in labels)
        enough = sum(count >= MIN_EXAMPLES for count in counts.values())
        if enough < (2 if are_exclusive(field, sets) else 1):
            lacking.append(f"{field} ({len(taught)} of {len(training)} messages labelled)")
    if lacking:
        where = ", ".join(str(path) for path in paths)
        meant = meant_field(paths)
        told = (
            f"; did you mean --field {meant[0]}?" if meant is not None else "; --field trains one field alone"
        )
        raise TrainingError(
            f"{where}: too few labels with {MIN_EXAMPLES} messages or more each in the train part, of "
            f"{', '.join(lacking)}{said_columns(paths)}{told}"
        )


def said_columns(paths: Sequence[Path]) -> str:
    """What columns the files have, to be put behind what is missing."""
    found = [column for path in paths for column in _columns(path)]
    return f"; columns found: {', '.join(dict.fromkeys(found))}" if found else ""


def meant_field(paths: Sequence[Path]) -> tuple[str, str] | None:
    """The field that files with one column of labels are for, and that column; None where none seems so."""
    columns = {column.strip().lower(): column for path in paths for column in _columns(path)}
    named = [field for field in FIELDS if field in columns]
    if named:
        return (named[0], columns[named[0]]) if len(named) == 1 else None
    return next((("complaint_types", columns[name]) for name in LABEL_COLUMNS if name in columns), None)


def _columns(path: Path) -> Sequence[str]:
    # What came through a pipe is gone.
    return columns_of(path) if path.is_file() else ()
