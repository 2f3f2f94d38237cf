"""All that an evaluation shows: scores with intervals, calibration, coverage, confusions, worst errors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.labels import Act
from nlp.classifier import Reading
from nlp.evaluation.calibration import (
    Calibration,
    CoveragePoint,
    Flags,
    Floats,
    Interval,
    calibrate,
    coverage,
    macro_interval,
)
from nlp.evaluation.scores import FieldReport, as_flags, assessed, evaluate, labelled
from nlp.heads import Head, Heads
from nlp.training.corpus import Example

WORST = 20
NOTHING = "—"
"""Stands for no label in a table of confusions."""

_NOT_RULED_OUT = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Confusion:
    """How often a label that is there (row) met a label that was found (column).

    For a field with several labels a row counts the messages in which its label was missed: under the
    labels wrongly found in them, or under nothing. The diagonal counts what is right. `messages` says how
    many have the row's label.
    """

    labels: tuple[str, ...]
    found: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    messages: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldMeasure:
    """One field: its scores, the interval of its macro-F1, and what its probabilities are worth."""

    report: FieldReport
    interval: Interval
    calibration: Calibration
    coverage: tuple[CoveragePoint, ...]
    confusion: Confusion


@dataclass(frozen=True, kw_only=True, slots=True)
class WorstError:
    """A decision that was wrong and sure of itself."""

    text: str
    field: str
    true: tuple[str, ...]
    found: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """The evaluation of every field that the gold labels."""

    rows: int
    fields: tuple[FieldMeasure, ...]
    worst: tuple[WorstError, ...]


def measure(gold: Sequence[Example], reading: Reading, heads: Heads, *, seed: int = 0) -> Measurement:
    """Compare a reading with the labels that people gave, row by row.

    Calibration of complaint types counts complaints only: nothing else is ever given one. Of fields with
    several labels it counts what the model does not rule out.
    """
    fields, errors = [], []
    for report in evaluate(gold, reading.assessments).fields:
        head = heads.fields[report.field]
        true = [labelled(one)[report.field] for one in gold]
        rows = [index for index, labels in enumerate(true) if labels is not None]
        labels = tuple(dict.fromkeys([*head.labels, *(score.label for score in report.labels)]))
        found = [assessed(reading.assessments[index])[report.field] for index in rows]
        there = as_flags([true[index] or set() for index in rows], labels)
        said = as_flags(found, labels)
        right = (there == said).all(axis=1)
        probabilities = reading.probabilities[report.field][rows].astype(float)
        confidence = np.array([_confidence(heads, reading, index, report.field) for index in rows])
        # A text without a visible character has no probabilities.
        kept = _kept(gold, rows, report.field) & probabilities.any(axis=1)
        fields.append(
            FieldMeasure(
                report=report,
                interval=macro_interval(there, said, seed=seed),
                calibration=_calibration(head, probabilities[kept], there[kept], labels, seed),
                coverage=coverage(confidence[kept], right[kept]),
                confusion=_confusion(there, said, labels, several=head.several),
            )
        )
        errors += [
            WorstError(
                text=gold[index].text,
                field=report.field,
                true=tuple(sorted(true[index] or ())),
                found=tuple(sorted(found[place])),
                confidence=float(confidence[place]),
            )
            for place, index in enumerate(rows)
            if not right[place]
        ]
    errors.sort(key=lambda error: -error.confidence)
    return Measurement(rows=len(gold), fields=tuple(fields), worst=tuple(errors[:WORST]))


def _confidence(heads: Heads, reading: Reading, index: int, field: str) -> float:
    if field == "complaint_types" and reading.assessments[index].act.label != Act.COMPLAINT:
        # What is no complaint has no types: that was decided by the act.
        field = "act"
    return float(heads.fields[field].certainties(reading.probabilities[field][index][None])[0])


def _kept(gold: Sequence[Example], rows: Sequence[int], field: str) -> Flags:
    if field != "complaint_types":
        return np.ones(len(rows), bool)
    return np.array([gold[index].act in (None, Act.COMPLAINT) for index in rows], bool)


def _calibration(
    head: Head, probabilities: Floats, there: Flags, labels: Sequence[str], seed: int
) -> Calibration:
    known = there[:, [labels.index(label) for label in head.labels]]
    if head.several:
        return calibrate(probabilities, known, at_least=_NOT_RULED_OUT, seed=seed)
    top = probabilities.argmax(axis=1)
    rows = np.arange(len(top))
    return calibrate(probabilities[rows, top][:, None], known[rows, top][:, None], seed=seed)


def _confusion(there: Flags, said: Flags, labels: Sequence[str], *, several: bool) -> Confusion:
    occurring = [place for place, label in enumerate(labels) if there[:, place].any() or said[:, place].any()]
    counts: list[tuple[int, ...]] = []
    for row in occurring:
        messages = there[:, row]
        missed = messages & ~said[:, row]
        line = []
        for column in occurring:
            wrong = said[:, column] & ~there[:, column]
            line.append(int((messages & said[:, row]).sum() if row == column else (missed & wrong).sum()))
        if several:
            line.append(int((missed & ~(said & ~there).any(axis=1)).sum()))
        counts.append(tuple(line))
    names = tuple(labels[place] for place in occurring)
    return Confusion(
        labels=names,
        found=(*names, NOTHING) if several else names,
        counts=tuple(counts),
        messages=tuple(int(there[:, place].sum()) for place in occurring),
    )
