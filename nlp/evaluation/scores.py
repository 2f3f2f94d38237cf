"""How good the classifier is on labelled messages: precision, recall and F1 per label and field."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

import numpy as np
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from models.assessment import Assessment
from nlp.evaluation.calibration import Flags, Interval, counts_resampled, f1_of, interval, macro_interval
from nlp.heads import YES
from nlp.training.corpus import Example

NONE = "–"
"""Stands for a figure where there is nothing to measure."""

_FIELDS = ("act", "complaint_types", "tone", "urgency", "asks", "own_error")


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelScore:
    """One label's counts: found and right, found and wrong, missed."""

    label: str
    right: int
    wrong: int
    missed: int

    @property
    def support(self) -> int:
        """How many messages carry the label."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 0 when nothing was found."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of what is there that was found; 0 when nothing is there."""
        return self.right / max(self.support, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelIntervals:
    """The 95 % intervals of one label's figures; None of a precision where nothing was found."""

    precision: Interval | None
    recall: Interval
    f1: Interval


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldReport:
    """One field over all messages in which it is labelled.

    `reviewed` counts the messages on which the classifier abstained for this field; its labels are
    counted all the same. `truth` and `found` say which labels are there and which were found, of shape
    (rows, labels).
    """

    field: str
    labels: tuple[LabelScore, ...]
    rows: int
    reviewed: int
    truth: Flags = dataclass_field(repr=False, compare=False)
    found: Flags = dataclass_field(repr=False, compare=False)

    @property
    def macro_f1(self) -> float:
        """The mean F1 over the labels that occur in the gold."""
        scores = [score.f1 for score in self.labels if score.support]
        return sum(scores) / max(len(scores), 1)

    @property
    def is_measured(self) -> bool:
        """Whether any message has a label of the field; without one, an F1 of 0 says nothing."""
        return any(score.support for score in self.labels)

    @property
    def micro_f1(self) -> float:
        """F1 over all decisions together; for a field with exactly one label that is the accuracy."""
        return LabelScore(
            label="",
            right=sum(score.right for score in self.labels),
            wrong=sum(score.wrong for score in self.labels),
            missed=sum(score.missed for score in self.labels),
        ).f1

    def interval(self) -> Interval:
        """The 95 % interval of the macro-F1, by resampling the messages."""
        return macro_interval(self.truth, self.found)

    def micro_interval(self) -> Interval:
        """The same of the micro-F1."""
        return interval(f1_of(counts_resampled(self.truth, self.found).sum(axis=2)))

    def label_intervals(self) -> tuple[LabelIntervals | None, ...]:
        """The same of the figures of each of `labels`; None for one that no message has.

        A precision counts in those resamplings in which something was found.
        """
        counts = counts_resampled(self.truth, self.found)
        right, wrong, missed = counts
        with np.errstate(invalid="ignore"):
            precision, recall = right / (right + wrong), right / (right + missed)
        return tuple(
            LabelIntervals(
                precision=interval(precision[:, at]) if score.right + score.wrong else None,
                recall=interval(recall[:, at]),
                f1=interval(f1_of(counts[:, :, at])),
            )
            if score.support
            else None
            for at, score in enumerate(self.labels)
        )

    def figures(self) -> dict[str, object]:
        """The figures as they are stored with heads, rounded to four digits."""
        return {
            "rows": self.rows,
            "macro_f1": round(self.macro_f1, 4),
            "interval": _ends(self.interval()),
            "micro_f1": round(self.micro_f1, 4),
            "reviewed": self.reviewed,
            "labels": {
                score.label: {
                    "precision": round(score.precision, 4),
                    "recall": round(score.recall, 4),
                    "f1": round(score.f1, 4),
                    "interval": _ends(between.f1 if between is not None else None),
                    "support": score.support,
                }
                for score, between in zip(self.labels, self.label_intervals(), strict=True)
            },
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The evaluation of every field that the gold labels."""

    fields: tuple[FieldReport, ...]
    rows: int

    def field(self, name: str) -> FieldReport:
        """The report of one field; `KeyError` when the gold does not label it."""
        return {report.field: report for report in self.fields}[name]

    def figures(self) -> dict[str, object]:
        """The figures as they are stored with heads, rounded to four digits."""
        return {report.field: report.figures() for report in self.fields}


def evaluate(gold: Sequence[Example], assessments: Sequence[Assessment]) -> Report:
    """Compare assessments with the labels that people gave, row by row."""
    return _compared(gold, [assessed(one) for one in assessments], [one.abstained for one in assessments])


def compare(
    field: str, gold: Sequence[Example], found: Sequence[set[str]], unsure: Sequence[bool]
) -> FieldReport:
    """Compare what was found of one field with the labels that people gave it, row by row."""
    true = [labelled(one)[field] or set() for one in gold]
    return _report(field, list(zip(true, found, unsure, strict=True)))


def agreement(first: Sequence[Example], second: Sequence[Example]) -> Report:
    """Compare two readings of the same messages, row by row; F1 is the same either way round."""
    return _compared(
        first,
        [{field: labels or set() for field, labels in labelled(one).items()} for one in second],
        [frozenset()] * len(second),
    )


def _compared(
    gold: Sequence[Example], found: Sequence[Mapping[str, set[str]]], abstained: Sequence[Collection[str]]
) -> Report:
    reports = []
    true = [labelled(example) for example in gold]
    for field in _FIELDS:
        rows = [
            (labels, there[field], field in unsure)
            for one, there, unsure in zip(true, found, abstained, strict=True)
            if (labels := one[field]) is not None
        ]
        if rows:
            reports.append(_report(field, rows))
    return Report(fields=tuple(reports), rows=len(gold))


def labelled(example: Example) -> dict[str, set[str] | None]:
    """What people said of one message, by field; None where nobody labelled the field."""
    return {
        "act": _one(example.act),
        "complaint_types": _several(example.complaint_types),
        "tone": _one(example.tone),
        "urgency": _one(example.urgency),
        "asks": _several(example.asks),
        "own_error": _yes_no(example.own_error),
    }


def assessed(assessment: Assessment) -> dict[str, set[str]]:
    """What the classifier said of one message, by field."""
    return {
        "act": {assessment.act.label},
        "complaint_types": {label.label for label in assessment.complaint_types},
        "tone": {assessment.tone.label},
        "urgency": {assessment.urgency.label},
        "asks": {label.label for label in assessment.asks},
        "own_error": _yes_no(assessment.own_error.label == YES) or set(),
    }


def render(report: Report) -> Group:
    """The report as tables for a terminal: one for all fields, then one a field."""
    overview = Table(title=f"{report.rows} messages", title_justify="left")
    for column in ("field", "messages", "macro-F1", "95 % interval", "micro-F1", "needs review"):
        overview.add_column(column, justify="left" if column == "field" else "right")
    for field in report.fields:
        overview.add_row(
            field.field,
            str(field.rows),
            *_overall(field),
            f"{field.reviewed / max(field.rows, 1):.0%}",
        )
    return Group(overview, *(_table(field) for field in report.fields))


def _overall(field: FieldReport) -> tuple[str, str, str]:
    if not field.is_measured:
        return NONE, NONE, NONE
    return f"{field.macro_f1:.3f}", _told(field.interval()), f"{field.micro_f1:.3f}"


def _table(report: FieldReport) -> Table:
    table = Table(title=report.field, title_justify="left")
    for column in ("label", "precision", "recall", "F1", "95 % interval", "support"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for score, between in zip(report.labels, report.label_intervals(), strict=True):
        table.add_row(
            escape(score.label),
            f"{score.precision:.3f}",
            f"{score.recall:.3f}",
            f"{score.f1:.3f}",
            _told(between.f1) if between is not None else "",
            str(score.support),
        )
    return table


def _report(field: str, rows: Sequence[tuple[set[str], set[str], bool]]) -> FieldReport:
    labels = sorted(set().union(*(true | predicted for true, predicted, _ in rows)))
    return FieldReport(
        field=field,
        labels=tuple(_score(label, rows) for label in labels),
        rows=len(rows),
        reviewed=sum(abstained for _, _, abstained in rows),
        truth=as_flags([true for true, _, _ in rows], labels),
        found=as_flags([predicted for _, predicted, _ in rows], labels),
    )


def as_flags(sets: Sequence[Collection[str]], labels: Sequence[str]) -> Flags:
    """Which of the labels are in each set: bool of shape (sets, labels)."""
    flags = np.array([[label in one for label in labels] for one in sets], np.bool_)
    return flags.reshape(len(sets), len(labels))


def _told(between: Interval) -> str:
    return f"{between.low:.3f} to {between.high:.3f}"


def _ends(between: Interval | None) -> tuple[float, float] | None:
    return None if between is None else (round(between.low, 4), round(between.high, 4))


def _score(label: str, rows: Iterable[tuple[set[str], set[str], bool]]) -> LabelScore:
    pairs = [(label in true, label in predicted) for true, predicted, _ in rows]
    return LabelScore(
        label=label,
        right=pairs.count((True, True)),
        wrong=pairs.count((False, True)),
        missed=pairs.count((True, False)),
    )


def _one(label: str | None) -> set[str] | None:
    return None if label is None else {label}


def _several(labels: Sequence[str] | None) -> set[str] | None:
    return None if labels is None else set(labels)


def _yes_no(value: bool | None) -> set[str] | None:
    return None if value is None else {YES} if value else set()
