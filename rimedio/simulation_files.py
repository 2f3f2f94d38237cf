"""A simulation as CSV files, for spreadsheets: figures as they are, without words around them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from nlp.batch import spreadsheet_cell
from responses.drafts.lines import offer_line
from responses.policy.schema import Owed
from responses.policy.simulate import Change, Heeded, Simulation, Tally

_Rows = Iterable[Sequence[object]]


def write_files(folder: Path, simulation: Simulation, language: str) -> list[Path]:
    """Write one file for each kind of figure into a folder, which is made when absent.

    Raises:
        OSError: something cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tallies = [simulation.tally, *([simulation.against] if simulation.against is not None else [])]
    tables: dict[str, tuple[tuple[str, ...], _Rows]] = {
        "costs.csv": (
            ("policy", "month", "complaint_type", "basis", "cases", "offers", "cost", "unpriced", "currency"),
            _each(tallies, _costs),
        ),
        "outcomes.csv": (("policy", "complaint_type", "outcome", "cases"), _each(tallies, _outcomes)),
        "rules.csv": (("policy", "rule", "entry", "cases"), _each(tallies, _rules)),
        "missing.csv": (("policy", "fact", "asked_of", "cases"), _each(tallies, _missing)),
        "signals.csv": (
            ("policy", "signal", "cases", "customers", "customers_changed", "cost", "unheeded", "currency"),
            _each(tallies, _signals),
        ),
        "budget.csv": (("policy", "day", "goodwill", "limit", "over"), _each(tallies, _days)),
    }
    if simulation.comparison is not None:
        tables["changes.csv"] = (
            ("case", "at", "complaint_types", "change", "before", "after", "difference"),
            _changes(simulation, language),
        )
    written = []
    for name, (header, rows) in tables.items():
        path = folder / name
        temporary = path.with_name(f".{name}.partial")
        try:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                writer.writerows([spreadsheet_cell(_plain(cell)) for cell in row] for row in rows)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        written.append(path)
    return written


def _each(tallies: Sequence[Tally], rows: Callable[[Tally], _Rows]) -> Iterator[Sequence[object]]:
    for tally in tallies:
        for row in rows(tally):
            yield (tally.policy.file, *row)


def _costs(tally: Tally) -> _Rows:
    for (month, complaint_type, basis), cell in sorted(tally.cells.items(), key=lambda one: str(one[0])):
        counts = (cell.cases, cell.offers, cell.cost, cell.unpriced)
        yield (month, complaint_type, basis, *counts, tally.policy.currency)


def _outcomes(tally: Tally) -> _Rows:
    for (complaint_type, kind), cases in sorted(tally.outcomes.items(), key=str):
        yield complaint_type, kind, cases


def _rules(tally: Tally) -> _Rows:
    for entry in tally.policy.entries:
        yield entry.id, "owed" if isinstance(entry, Owed) else "rule", tally.fired[entry.id]


def _missing(tally: Tally) -> _Rows:
    for (fact, asked), cases in sorted(tally.missing.items()):
        yield fact, "customer" if asked else "agent", cases


def _signals(tally: Tally) -> _Rows:
    for signal in tally.policy.signals:
        one = tally.heeded.get(signal.name, Heeded())
        people = (one.cases, len(one.customers), len(one.changed))
        yield signal.name, *people, one.cost, one.unheeded, tally.policy.currency


def _days(tally: Tally) -> _Rows:
    limit = tally.policy.limits.budget_day
    broken = set(tally.broken_days)
    for day, goodwill in sorted(tally.days.items()):
        yield day.isoformat(), goodwill, None if limit is None else limit.amount, day in broken


def _changes(simulation: Simulation, language: str) -> _Rows:
    comparison = simulation.comparison
    if comparison is None:
        return
    for change in Change:
        for one in comparison.largest(change):
            lines = offer_line(one.before, language), offer_line(one.after, language)
            yield one.case_id, one.at.isoformat(), list(one.complaint_types), change, *lines, one.difference


def _plain(cell: object) -> object:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
