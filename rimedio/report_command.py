"""The commands that say what agents keep correcting, and how the wording variants do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import USAGE, fail, say, with_database

if TYPE_CHECKING:
    from models.database import Database
    from responses.reports.learning import Count, Learned
    from responses.reports.variants import Variants
    from rimedio.settings import Settings

report_app = typer.Typer(help="Figures of the desk.", no_args_is_help=True)

_HEAD = ("what", "name", "detail", "words", "changed", "of", "share", "low", "high")
_VARIANT_HEAD = (
    *("what", "language", "variant", "other", "used", "people", "outcome", "count", "of", "share"),
    *("other_share", "difference", "low", "high", "verdict", "lacking"),
)
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

    Each with its interval at 95 %, and of wordings the most frequent changes. Counts under five are left out,
    and for words that fewer than five people were written stands "…". Nothing is said of who did it.

    Under each rule stands what was given instead, of all drafts that it made: "more" or "less" than decided,
    "another" remedy, "withheld" (nothing in its place), "declined" (a no), "asked" (a question first),
    "discarded" (the draft was thrown away), "reworded" (the same in other words).

    \b
    Examples:
        rimedio report agents
        rimedio report agents --since 2026-11-01 --csv corrections.csv
        rimedio report agents --csv corrections.csv && grep -E "^(rule|instead)," corrections.csv
    """
    from models.clock import utcnow
    from responses.reports.learning import learned

    async def work(database: "Database", settings: "Settings") -> None:
        begin = utcnow() - USUAL if since is None else day(since, settings)
        async with database.reading() as session:
            found = await learned(session, begin)
        if csv is not None:
            _write(csv, found)
        else:
            _show(found)
        say(
            f"{found.approved} drafts approved since {begin:%Y-%m-%d}, {found.edited} of them edited; "
            f"{found.discarded} discarded; {found.superseded} edited and then superseded, "
            f"{found.taken_over} left for a text of the agent's own"
        )

    with_database(work)


@report_app.command("wordings")
def wordings(
    since: Annotated[
        str | None, typer.Option(help="The first day, such as 2026-11-01; 90 days ago if none.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the figures into this file.")] = None,
) -> None:
    """Say how often each wording variant was used and rewritten, what came after, and whether they differ.

    Each person counts once, with their first answer. Variants are compared from 100 people each on, with
    an interval at 95 %; below that it says how many are lacking.

    \b
    Examples:
        rimedio report wordings
        rimedio report wordings --since 2026-11-01 --csv wordings.csv
    """
    from models.clock import utcnow
    from responses.reports.variants import variants_since

    async def work(database: "Database", settings: "Settings") -> None:
        now = utcnow()
        begin = now - USUAL if since is None else day(since, settings)
        async with database.reading() as session:
            found = await variants_since(session, begin, now)
        if csv is not None:
            _write_variants(csv, found)
        else:
            _show_variants(found, settings.language)
        people = sum(one.people for one in found.figures)
        say(f"{sum(one.used for one in found.figures)} answers to {people} people since {begin:%Y-%m-%d}")

    with_database(work)


def day(written: str, settings: "Settings") -> datetime:
    """The beginning of a day as it was typed; ends the program where it is none."""
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=settings.zone)
    except ValueError:
        fail(f"--since {written!r}: expected a day such as 2026-11-01", USAGE)


def _rows(found: "Learned") -> "Iterator[tuple[str, str, str, str, Count]]":
    from responses.reports.learning import Count

    for reason, count in found.reasons:
        yield "reason", str(reason), "", "", count
    if found.unsaid:
        of = found.edited + found.discarded
        yield "reason", "not said", "", "", Count(changed=found.unsaid, of=of)
    for how, times in (("superseded", found.superseded), ("taken over", found.taken_over)):
        if times:
            of = found.edited + found.superseded + found.taken_over
            yield "left", how, "", "", Count(changed=times, of=of)
    for part in found.rewritten:
        detail = f"{part.variant} {part.language}"
        yield "wording", part.part, detail, part.words, part.count
        for change, times in part.examples:
            told = f"{change.old or '+'} → {change.new or '–'}"
            yield "change", part.part, detail, told, Count(changed=times, of=part.count.changed)
    for rule in found.overruled:
        yield "rule", rule.rule_id, "", "", rule.count
        for instead, times in rule.instead:
            yield "instead", rule.rule_id, str(instead), "", Count(changed=times, of=rule.count.of)
    for label in found.relabelled:
        yield "label", f"{label.field}: {label.label}", label.instead or "", "", label.count


def _write(path: Path, found: "Learned") -> None:
    import csv

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEAD)
            for what, name, detail, words, count in _rows(found):
                bounds = count.interval
                figures = (f"{one:.3f}" for one in (count.share, bounds.low, bounds.high))
                writer.writerow((what, name, detail, words, count.changed, count.of, *figures))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _show(found: "Learned") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*_HEAD)
    for what, name, detail, words, count in _rows(found):
        bounds = count.interval
        figures = (f"{one:.0%}" for one in (count.share, bounds.low, bounds.high))
        table.add_row(what, name, detail, words, str(count.changed), str(count.of), *figures)
    if table.row_count:
        Console().print(table)


def _show_variants(found: "Variants", language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from responses.reports.variant_words import contrast_sentence, lacking_sentence, outcome_words
    from responses.reports.variants import Outcome

    table = Table("", "used", "people", *(outcome_words(one, language) for one in Outcome), "mark")
    for one in found.figures:
        shares = [f"{share.count}/{share.of}" for share in one.shares.values()]
        mark = f"{one.mark:.1f}" if one.mark is not None else "–"
        table.add_row(f"{one.language} {one.variant}", str(one.used), str(one.people), *shares, mark)
    if table.row_count:
        Console().print(table)
    for contrast in found.contrasts:
        typer.echo(contrast_sentence(contrast, language))
    for lacking in found.lacking:
        typer.echo(lacking_sentence(lacking, language))


def _write_variants(path: Path, found: "Variants") -> None:
    import csv

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _VARIANT_HEAD)
            writer.writeheader()
            writer.writerows(_variant_rows(found))
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _variant_rows(found: "Variants") -> Iterator[dict[str, object]]:
    for one in found.figures:
        for outcome, share in one.shares.items():
            bounds = share.interval()
            yield {
                "what": "variant",
                "language": one.language,
                "variant": one.variant,
                "used": one.used,
                "people": one.people,
                "outcome": outcome,
                "count": share.count,
                "of": share.of,
                "share": f"{share.share:.3f}",
                "low": f"{bounds.low:.3f}",
                "high": f"{bounds.high:.3f}",
            }
    for contrast in found.contrasts:
        yield {
            "what": "comparison",
            "language": contrast.language,
            "variant": contrast.variants[0],
            "other": contrast.variants[1],
            "outcome": contrast.outcome,
            "share": f"{contrast.shares[0].share:.3f}",
            "other_share": f"{contrast.shares[1].share:.3f}",
            "difference": f"{contrast.difference:.3f}",
            "low": f"{contrast.interval.low:.3f}",
            "high": f"{contrast.interval.high:.3f}",
            "verdict": contrast.verdict,
        }
    for lacking in found.lacking:
        for variant, people in lacking.people.items():
            yield {
                "what": "lacking",
                "language": lacking.language,
                "variant": variant,
                "outcome": lacking.outcome,
                "lacking": people,
            }
