"""The command that says what agents keep correcting."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import USAGE, fail, say, with_database

if TYPE_CHECKING:
    from models.database import Database
    from responses.learning import Count, Learned
    from rimedio.settings import Settings

report_app = typer.Typer(help="Figures of the desk.", no_args_is_help=True)

_HEAD = ("what", "name", "detail", "words", "changed", "of", "share")
USUAL = timedelta(days=90)


def register(app: typer.Typer) -> None:
    """Adds the command to the program's."""
    app.add_typer(report_app, name="report")


@report_app.command("agents")
def agents(
    since: Annotated[
        str | None, typer.Option(help="The first day, such as 2026-11-01; 90 days ago if none.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the figures into this file.")] = None,
) -> None:
    """Say which wordings are rewritten, which rules overruled, which labels corrected, and how often.

    Counts under five are left out. Nothing is said of who did it.

    \b
    Examples:
        rimedio report agents
        rimedio report agents --since 2026-11-01 --csv corrections.csv
    """
    from models.clock import utcnow
    from responses.learning import learned

    async def work(database: "Database", settings: "Settings") -> None:
        begin = utcnow() - USUAL if since is None else _day(since, settings)
        async with database.reading() as session:
            found = await learned(session, begin)
        if csv is not None:
            _write(csv, found)
        else:
            _show(found)
        say(f"{found.approved} drafts approved since {begin:%Y-%m-%d}, {found.edited} of them edited")

    with_database(work)


def _day(written: str, settings: "Settings") -> datetime:
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=settings.zone)
    except ValueError:
        fail(f"--since {written!r}: expected a day such as 2026-11-01", USAGE)


def _rows(found: "Learned") -> "Iterator[tuple[str, str, str, str, Count]]":
    for reason, count in found.reasons:
        yield "reason", str(reason), "", "", count
    for part in found.rewritten:
        yield "wording", part.part, f"{part.variant} {part.language}", part.example or "", part.count
    for rule in found.overruled:
        yield "rule", rule.rule_id, "", "", rule.count
    for label in found.relabelled:
        yield "label", f"{label.field}: {label.label}", label.instead or "", "", label.count


def _write(path: Path, found: "Learned") -> None:
    import csv

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEAD)
            for what, name, detail, words, count in _rows(found):
                writer.writerow((what, name, detail, words, count.changed, count.of, f"{count.share:.3f}"))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _show(found: "Learned") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*_HEAD)
    for what, name, detail, words, count in _rows(found):
        table.add_row(what, name, detail, words, str(count.changed), str(count.of), f"{count.share:.0%}")
    if table.row_count:
        Console().print(table)
