"""The command that tries a policy on the past."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import SOME_ROWS, USAGE, fail, say, settings_or_fail, with_database

if TYPE_CHECKING:
    from rich.console import Console

    from models.database import Database
    from models.decision import FactValue
    from responses.policy import Policy
    from responses.policy.replay import Past
    from responses.policy.schema import FactSpec
    from responses.policy.simulate import Simulation
    from rimedio.histories import History, Wanted
    from rimedio.settings import Settings
    from rimedio.simulation_report import Report

DESK = "desk"
"""What stands for the desk's own cases in the place of a file."""

_CHANGES_SHOWN = 10
_FILE_WIDTH = 140


def register(policy_app: typer.Typer) -> None:
    """Adds the command to those about the policy."""
    policy_app.command("simulate")(simulate)


def simulate(
    history: Annotated[
        str,
        typer.Argument(help="A table that 'rimedio classify' wrote, or 'desk' for the desk's own cases."),
    ],
    *,
    policy: Annotated[Path, typer.Option(help="The policy file to try.")],
    against: Annotated[Path | None, typer.Option(help="The policy file to compare it with.")] = None,
    customer_column: Annotated[
        str | None, typer.Option(help="The column that tells customers apart; found by its name.")
    ] = None,
    date_column: Annotated[
        str | None, typer.Option(help="The column with the day or the time; found by its name or its dates.")
    ] = None,
    case_column: Annotated[
        str | None, typer.Option(help="The column with the case's number; found by its name.")
    ] = None,
    paid_column: Annotated[
        str | None, typer.Option(help="The column with what was really given; none if not said.")
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option(help="The column with the words, by which threats are counted; found by its name."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="A fact of the policy and its column: FACT=COLUMN, again for each."),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(help="What to take where a fact is not known: FACT=VALUE, again for each."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the figures as CSV files into this folder.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with charts: OUT.html.")] = None,
) -> None:
    """Try a policy on the past: what it costs by month and complaint type, and for whom it changes anything.

    Every case is decided in the order of time, with what the policy itself would have given before. Exit
    status: 0 all rows, 3 some rows could not be used, 1 failure.

    \b
    Examples:
        rimedio policy simulate labelled.csv --policy new.yaml --against old.yaml --html what-changes.html
        rimedio policy simulate labelled.csv --policy new.yaml --map order_value=importo --assume fault=ours
        rimedio policy simulate desk --policy new.yaml --csv figures
    """
    from rich.console import Console

    from nlp.errors import NlpError
    from responses.errors import ResponsesError
    from rimedio.policy_commands import known_or_fail, load_or_fail

    settings = settings_or_fail()
    new, old = load_or_fail(policy), load_or_fail(against) if against is not None else None
    specs = _specs(new, old)
    assumed = known_or_fail(specs, new.currency, assume or [], "--assume")
    told = dict(one.partition("=")[::2] for one in assume or [])
    _check_outputs(csv, html)
    console = Console(stderr=True)
    named = [customer_column, date_column, case_column, paid_column, text_column, map_]
    if history == DESK:
        if any(named):
            fail("the desk's own cases have no columns: --…-column and --map go with a file", USAGE)
        found = _on_desk(console, new, old, assumed)
        broken = False
    else:
        from rimedio.histories import Wanted

        wanted = Wanted(
            customer=customer_column,
            date=date_column,
            case=case_column,
            paid=paid_column,
            text=text_column,
            facts=_mapped(map_ or [], specs),
        )
        try:
            found, broken = _on_file(console, Path(history), wanted, specs, new, old, assumed)
        except (NlpError, ResponsesError, OSError) as error:
            fail(str(error))
    if not found.tally.cases:
        fail(f"{history}: no case in it can be used")
    _tell(found, told, settings, history, csv, html)
    if broken:
        raise typer.Exit(SOME_ROWS)


def _specs(policy: "Policy", against: "Policy | None") -> "dict[str, FactSpec]":
    """The facts of both policies; of one that both have, as the new one has it."""
    if against is None:
        return dict(policy.facts)
    if against.currency != policy.currency:
        fail(
            f"{against.file} is in {against.currency}, {policy.file} in {policy.currency}: no comparing them",
            USAGE,
        )
    for name, spec in policy.facts.items():
        other = against.facts.get(name)
        if other is not None and (other.type, other.choices) != (spec.type, spec.choices):
            say(f"fact {name}: not the same in both policies; what one of them cannot read counts as unknown")
    return {**against.facts, **policy.facts}


def _mapped(pairs: Sequence[str], specs: "Mapping[str, FactSpec]") -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            fail(f"--map {pair!r}: expected FACT=COLUMN, such as order_value=importo", USAGE)
        if name not in specs:
            fail(f"--map {pair!r}: the policy has no fact {name!r}; it asks about {', '.join(specs)}", USAGE)
        found[name] = column
    return found


def _check_outputs(csv: Path | None, html: Path | None) -> None:
    if csv is not None and csv.exists() and not csv.is_dir():
        fail(f"--csv {csv}: expected a folder", USAGE)
    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        fail(
            f"--html {html}: expected the name of a file, such as simulation.html, in a folder that is there",
            USAGE,
        )


def _on_file(
    console: "Console",
    path: Path,
    wanted: "Wanted",
    specs: "Mapping[str, FactSpec]",
    policy: "Policy",
    against: "Policy | None",
    assumed: "Mapping[str, FactValue]",
) -> "tuple[Simulation, bool]":
    from responses.policy.simulate import simulate as replay
    from rimedio.histories import History, in_time_order
    from rimedio.simulation_progress import watching

    with console.status("looking through the file"):
        history = History(path, specs, policy.currency, policy.timezone, wanted)
    _say_columns(history)
    _say_uncounted(history, policy)
    with watching(console) as watch:
        pasts: Iterable[Past] = history.pasts()
        if not history.in_order:
            pasts = in_time_order(watch.following("sorting", pasts, history.rows))
        pasts = watch.following("trying the rules", pasts, history.rows)
        found = replay(pasts, policy, against, assumed=assumed)
    return found, _say_problems(history)


def _on_desk(
    console: "Console", policy: "Policy", against: "Policy | None", assumed: "Mapping[str, FactValue]"
) -> "Simulation":
    from responses.policy.simulate import simulate as replay
    from responses.reports.past_cases import past_cases
    from rimedio.histories import in_time_order
    from rimedio.simulation_progress import watching

    found: list[Simulation] = []

    async def work(database: "Database", settings: "Settings") -> None:
        with console.status("reading the desk's cases"):
            async with database.reading() as session:
                pasts = [past async for past in past_cases(session, policy.audience, policy.currency)]
        with watching(console) as watch:
            ordered = watch.following("trying the rules", in_time_order(pasts), len(pasts))
            found.append(replay(ordered, policy, against, assumed=assumed))

    with_database(work)
    return found[0]


def _say_columns(history: "History") -> None:
    columns = history.columns
    if columns.guessed:
        say(
            "taken from the columns: " + ", ".join(f"{what} = {column!r}" for what, column in columns.guessed)
        )
    if columns.customer is None:
        say("no column tells customers apart (--customer-column): nobody writes twice")
    if columns.case is None:
        say("no column holds the case's number (--case-column): cases are called by their line")
    if history.ambiguous:
        say(f"{columns.date}: nothing tells whether day or month comes first; taken as day/month/year")
    if not history.in_order:
        say("the rows are not in the order of time: sorted")


def _say_uncounted(history: "History", policy: "Policy") -> None:
    """Says which signals a file cannot show, so that nobody takes their silence for an answer."""
    from responses.policy.schema import Count

    def counting(*counts: Count) -> str:
        return ", ".join(signal.name for signal in policy.signals if signal.count in counts)

    threats = counting(Count.CASES_WITH_THREAT)
    orders = counting(Count.PAID_ORDERS, Count.CLAIMS_WITHOUT_ORDER)
    if threats and history.columns.text is None:
        say(f"no column holds the words (--text-column): threats cannot be told, never raised: {threats}")
    if orders:
        say(f"a file has no book of orders: never raised: {orders}")


def _say_problems(history: "History") -> bool:
    """Says what could not be used; whether whole rows were left out."""
    for problems, left_out in ((history.unusable, "rows left out"), (history.unreadable, "cells not read")):
        for what, count in problems.counts.most_common():
            lines = ", ".join(map(str, problems.lines[what]))
            more = ", …" if count > len(problems.lines[what]) else ""
            say(f"{count} {left_out}: {what} (line {lines}{more})")
    if history.review:
        say(
            f"of {history.review} rows the classifier is unsure (needs_review): their labels count as they "
            "are, but for the fields that a column 'abstained' names"
        )
    return bool(history.unusable.counts)


def _tell(
    found: "Simulation",
    assumed: Mapping[str, str],
    settings: "Settings",
    source: str,
    csv: Path | None,
    html: Path | None,
) -> None:
    from datetime import datetime

    from rich.console import Console

    from rimedio.simulation_report import Report

    report = Report(found, language=settings.language, assumed=assumed)
    # A file or another program has no width of its own.
    console = Console() if sys.stdout.isatty() else Console(width=_FILE_WIDTH)
    for line in report.head():
        console.print(line, highlight=False, markup=False)
    _print(console, report)
    try:
        if csv is not None:
            from rimedio.simulation_files import write_files

            written = write_files(csv, found, settings.language)
            say(f"written to {csv}: {', '.join(path.name for path in written)}")
        if html is not None:
            from rimedio.simulation_page import simulation_page

            made = f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"
            page = simulation_page(report, source=Path(source).name, made=made)
            temporary = html.with_name(f".{html.name}.partial")
            try:
                temporary.write_text(page, encoding="utf-8")
                temporary.replace(html)
            finally:
                temporary.unlink(missing_ok=True)
            say(f"the page with charts is {html}")
    except OSError as error:
        fail(f"{error.filename}: cannot be written ({error.strerror})")


def _print(console: "Console", report: "Report") -> None:
    from rich import box
    from rich.table import Table

    for section in report.sections(_CHANGES_SHOWN):
        console.print()
        console.print(section.title, style="bold", highlight=False, markup=False)
        for note in section.notes:
            console.print(note, style="dim", highlight=False, markup=False)
        if not section.rows:
            continue
        table = Table(box=box.SIMPLE_HEAD, show_footer=section.total is not None, padding=(0, 1, 0, 0))
        for place, name in enumerate(section.header):
            numeric = place >= section.texts
            table.add_column(
                name,
                footer=section.total[place] if section.total is not None else "",
                justify="right" if numeric else "left",
                no_wrap=numeric or section.texts == 1,
            )
        for row in section.rows:
            table.add_row(*map(_unmarked, row))
        console.print(table, highlight=False)


def _unmarked(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)
