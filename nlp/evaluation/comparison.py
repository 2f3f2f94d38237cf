"""Two classifiers on the same labelled messages: which is better, and is that more than chance?"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from models.assessment import Assessment
from nlp.evaluation.calibration import Interval, interval, macro_resampled
from nlp.evaluation.scores import as_flags, assessed, evaluate, labelled
from nlp.training.corpus import Example


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldComparison:
    """One field's macro-F1 by both, and the 95 % interval of the second's gain over the first.

    Both are judged on the same resamplings of the messages.
    """

    field: str
    rows: int
    first: float
    second: float
    gain: Interval

    @property
    def worse(self) -> bool:
        """Whether the second is worse by more than chance."""
        return self.gain.high < 0


def compare_readings(
    gold: Sequence[Example], first: Sequence[Assessment], second: Sequence[Assessment], *, seed: int = 0
) -> tuple[FieldComparison, ...]:
    """Compare two readings of the same messages, field by field that the gold labels."""
    by_first, by_second = evaluate(gold, first), evaluate(gold, second)
    compared = []
    for report in by_first.fields:
        field = report.field
        true = [labelled(one)[field] for one in gold]
        rows = [index for index, labels in enumerate(true) if labels is not None]
        sets = [[assessed(reading[index])[field] for index in rows] for reading in (first, second)]
        there = [true[index] or set() for index in rows]
        labels = sorted(set().union(*there, *sets[0], *sets[1]))
        truth, *found = (as_flags(one, labels) for one in (there, *sets))
        before, after = (macro_resampled(truth, one, seed=seed) for one in found)
        compared.append(
            FieldComparison(
                field=field,
                rows=len(rows),
                first=report.macro_f1,
                second=by_second.field(field).macro_f1,
                gain=interval(after - before),
            )
        )
    return tuple(compared)


def keeps_up(compared: Sequence[FieldComparison], *, least: float = -1.0) -> bool:
    """Whether the second is in no field worse by more than chance, nor by more than `least` says."""
    return all(not one.worse and one.second - one.first >= least for one in compared)


def render_comparison(names: tuple[str, str], fields: Sequence[FieldComparison]) -> Table:
    """The comparison as a table for a terminal."""
    table = Table()
    for column in ("field", "messages", *map(escape, names), "difference", "95 % interval", ""):
        table.add_column(column, justify="left" if column in ("field", "") else "right")
    for one in fields:
        verdict = "worse" if one.worse else "better" if one.gain.low > 0 else "no difference to speak of"
        table.add_row(
            one.field,
            str(one.rows),
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            f"{one.second - one.first:+.3f}",
            f"{one.gain.low:+.3f} to {one.gain.high:+.3f}",
            verdict,
        )
    return table
