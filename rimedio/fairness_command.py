"""The command that says whether tone, language or agent change what people get."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.policy_commands import policy_app
from rimedio.terminal import USAGE, fail, say, with_database

if TYPE_CHECKING:
    from models.database import Database
    from responses.approving.off_policy import WentOff
    from responses.reports.fairness import Compared
    from rimedio.settings import Settings

_HEAD = (
    *("what", "who", "answers", "mean", "difference", "low", "high", "verdict"),
    *("at", "case", "decided", "given", "reason"),
)
_USUAL = timedelta(days=90)
_WEEK = timedelta(days=7)

_WORDS = {
    "it": {
        "few": "Ancora niente da dire: servono {fewest} risposte per gruppo e {fewest} da confrontare.",
        "off": "Fuori regola questa settimana, chi e perché:",
        "nobody": "Fuori regola questa settimana: nessuno.",
        "answers": "{n} risposte dal {day}; di {unknown} altre nessuno sa quanto valgono",
    },
    "en": {
        "few": "Nothing to say yet: it takes {fewest} answers of a group, and {fewest} to compare them with.",
        "off": "Off policy this week, who and why:",
        "nobody": "Off policy this week: nobody.",
        "answers": "{n} answers since {day}; of {unknown} more nobody knows what they are worth",
    },
}


def register() -> None:
    """Adds the command to those about the policy."""
    policy_app.command("fairness")(fairness)


def fairness(
    since: Annotated[
        str | None, typer.Option(help="The first day, such as 2026-11-01; 90 days ago if none.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write it into this file, with everything that went off policy since.")
    ] = None,
) -> None:
    """Say whether tone, language or agent change what people get, facts being equal, and who went off policy.

    Of groups with fewer than 20 answers nothing is said. Everything is read in the desk's language.

    \b
    Examples:
        rimedio policy fairness
        rimedio policy fairness --since 2026-11-01 --csv fairness.csv
    """
    from models.clock import utcnow
    from responses.approving.off_policy import went_off_policy
    from responses.policies import NoPolicyError, PolicyBook
    from responses.reports.fairness import FEWEST, compare
    from responses.reports.fairness_words import sentence
    from responses.reports.treatment import treated
    from rimedio.policy_commands import complaint_types_told

    async def work(database: "Database", settings: "Settings") -> None:
        now = utcnow()
        begin = now - _USUAL if since is None else _day(since, settings)
        async with database.reading() as session:
            try:
                given = await treated(session, PolicyBook(complaint_types_told()), begin)
            except NoPolicyError:
                fail("no policy is in use yet: rimedio policy use FILE")
            went = await went_off_policy(session, begin if csv is not None else now - _WEEK)
        compared = compare(given.answers)
        language = settings.language if settings.language in _WORDS else "en"
        words = _WORDS[language]
        if csv is not None:
            _write(csv, compared, went, language)
        else:
            for one in compared:
                typer.echo(sentence(one, given.currency, language))
            if not compared:
                typer.echo(words["few"].format(fewest=FEWEST))
            typer.echo()
            typer.echo(words["off" if went else "nobody"])
            for line in _lines(went, language, settings):
                typer.echo(f"  {line}")
        say(words["answers"].format(n=len(given.answers), day=f"{begin:%Y-%m-%d}", unknown=given.unknown))

    with_database(work)


def _day(written: str, settings: "Settings") -> datetime:
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=settings.zone)
    except ValueError:
        fail(f"--since {written!r}: expected a day such as 2026-11-01", USAGE)


def _lines(went: "Sequence[WentOff]", language: str, settings: "Settings") -> Iterator[str]:
    from responses.reports.fairness_words import decided, given

    for one in went:
        at = one.at.astimezone(settings.zone)
        found = (decided(one, language) or "–", given(one, language) or "–")
        yield f"{at:%Y-%m-%d %H:%M}  {one.agent}  #{one.case_number}  {found[0]} → {found[1]}  {one.reason}"


def _write(path: Path, compared: "Sequence[Compared]", went: "Sequence[WentOff]", language: str) -> None:
    import csv

    from responses.reports.fairness_words import decided, given

    empty = [""] * 5
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEAD)
            for one in compared:
                figures = (one.mean, one.difference, one.low, one.high)
                shown = [f"{figure:.2f}" for figure in figures]
                writer.writerow([one.dimension, one.group, one.answers, *shown, one.verdict, *empty])
            for off in went:
                told = (decided(off, language), given(off, language), off.reason)
                row = [off.at.isoformat(timespec="seconds"), off.case_number, *told]
                writer.writerow(["off_policy", off.agent, *[""] * 6, *row])
    except OSError as error:
        fail(f"{path}: {error.strerror}")
