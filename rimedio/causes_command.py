"""The command that says which failures cost most and which come back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.report_command import USUAL, day, report_app
from rimedio.terminal import fail, say, with_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.database import Database
    from models.money import Money
    from responses.reports.causes import Cause
    from rimedio.settings import Settings

_HEAD = ("type", "cases", "returned", "again", "second_time", "broken", "currency", "given", "favours")


def register() -> None:
    """Adds the command to those of `rimedio report`."""
    report_app.command("causes")(causes)


def causes(
    since: Annotated[
        str | None, typer.Option(help="The first day, such as 2026-11-01; 90 days ago if none.")
    ] = None,
    by_return: Annotated[
        bool, typer.Option("--by-return", help="What came back in most cases first, not what cost most.")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the figures into this file.")] = None,
) -> None:
    """Say which complaint types cost most, and which come back.

    Of the cases opened since that day: how many there were of each type, how many came back (another
    complaint after an answer, the same failure for the second time, a promise that was not kept), and what
    was given by currency, with the favours in it. A case of two types stands under both.

    \b
    Examples:
        rimedio report causes
        rimedio report causes --by-return
        rimedio report causes --since 2026-11-01 --csv causes.csv
    """
    from models.clock import utcnow
    from responses.reports.causes import causes_since

    async def work(database: "Database", settings: "Settings") -> None:
        begin = utcnow() - USUAL if since is None else day(since, settings)
        async with database.reading() as session:
            found = await causes_since(session, begin)
        ordered = found.by_return() if by_return else found.by_cost()
        if csv is not None:
            _write(csv, ordered)
        else:
            _show(ordered)
        say(
            f"{found.cases} cases with a complaint since {begin:%Y-%m-%d}, {found.returned} of them came back"
        )

    with_database(work)


def _write(path: Path, found: "Sequence[Cause]") -> None:
    import csv

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEAD)
            for one in found:
                for money in _by_currency(one):
                    writer.writerow((one.complaint_type or "", *_counts(one), *money))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _show(found: "Sequence[Cause]") -> None:
    from rich.console import Console
    from rich.table import Column, Table

    sums = (Column(name, justify="right", no_wrap=True) for name in _HEAD[-2:])
    counts = ("cases", "back", "again", "2nd time", "broken")
    table = Table(Column("type", no_wrap=True), *counts, *sums)
    for one in found:
        given, favours = ("\n".join(_written(money)) or "–" for money in (one.given, one.favours))
        table.add_row(one.complaint_type or "(unsure)", *map(str, _counts(one)), given, favours)
    if table.row_count:
        Console().print(table)


def _counts(one: "Cause") -> tuple[int, ...]:
    return one.cases, one.returned, *one.ways.values()


def _by_currency(one: "Cause") -> "Iterator[tuple[str, str, str]]":
    """A line for each currency; one without any where nothing was given."""
    given = {money.currency: money.amount for money in one.given}
    favours = {money.currency: money.amount for money in one.favours}
    for currency in sorted(given | favours) or [""]:
        yield currency, str(given.get(currency, 0)), str(favours.get(currency, 0))


def _written(money: "Sequence[Money]") -> "Iterator[str]":
    return (f"{one.amount} {one.currency}" for one in money)
