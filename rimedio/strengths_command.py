"""The command that says what people thank for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.report_command import USUAL, day, report_app
from rimedio.terminal import fail, say, with_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database
    from responses.reports.strengths import Strengths
    from rimedio.settings import Settings

_HEAD = ("what", "name", "praise", "read", "share")


def register() -> None:
    """Adds the command to those of `rimedio report`."""
    report_app.command("strengths")(strengths)


def strengths(
    since: Annotated[
        str | None, typer.Option(help="The first day, such as 2026-11-01; 90 days ago if none.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the figures into this file.")] = None,
) -> None:
    """Say how much praise there was, after which complaints and answers, and in which week.

    Nobody's words are shown: those stand on the desk's page, for who may read cases.

    \b
    Examples:
        rimedio report strengths
        rimedio report strengths --since 2026-11-01 --csv strengths.csv
    """
    from models.clock import utcnow
    from responses.reports.strengths import strengths_since

    async def work(database: "Database", settings: "Settings") -> None:
        now = utcnow()
        begin = now - USUAL if since is None else day(since, settings)
        async with database.reading() as session:
            found = await strengths_since(session, begin, now, settings.zone)
        if csv is not None:
            _write(csv, found)
        else:
            _show(found)
        say(f"{found.praise} of {found.read} messages since {begin:%Y-%m-%d} were praise")

    with_database(work)


def _rows(found: "Strengths") -> "Iterator[tuple[str, str, str, str, str]]":
    for one in found.thanked:
        yield "about", one.complaint_type or "", str(one.praise), "", ""
        for rule, times in one.rules:
            yield "rule", rule, str(times), "", ""
    for week in found.weeks:
        share = f"{week.share:.3f}" if week.share is not None else ""
        yield "week", week.monday.isoformat(), str(week.praise), str(week.read), share


def _write(path: Path, found: "Strengths") -> None:
    import csv

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEAD)
            writer.writerows(_rows(found))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _show(found: "Strengths") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*_HEAD)
    for row in _rows(found):
        table.add_row(*row)
    Console().print(table)
