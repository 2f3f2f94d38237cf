"""The commands about the rules in force: show them, put others in use."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.policy_commands import AUDIENCES, check_language, complaint_types_told, load_or_fail, policy_app
from rimedio.terminal import FAILURE, USAGE, fail, say, settings_or_fail, with_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.database import Database
    from responses.policies import PolicyBook, Used
    from responses.policy import Policy
    from responses.policy.words import Sheet
    from rimedio.settings import Settings


def register() -> None:
    """Adds the commands to those about the policy."""
    policy_app.command("show")(show)
    policy_app.command("use")(use)


def show(
    file: Annotated[
        Path | None, typer.Argument(help="A policy file; the rules in force if none is given.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Say it in it or en; RIMEDIO_LANGUAGE if not given.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page of HTML here, to print on one side of A4.")
    ] = None,
    audience: Annotated[str, typer.Option(help="Whose rules in force: customer or colleague.")] = "customer",
) -> None:
    """Say the rules in plain sentences, as a sheet to pin to the wall.

    \b
    Examples:
        rimedio policy show
        rimedio policy show policies/negozio.yaml --language en
        rimedio policy show --html regole.html
    """
    check_language(language)
    if audience not in AUDIENCES:
        fail(f"--audience {audience!r}: expected customer or colleague", USAGE)
    if file is not None:
        _tell(load_or_fail(file), language or settings_or_fail().language, html)
        return

    async def work(database: "Database", settings: "Settings") -> None:
        from models.clock import utcnow

        async with database.reading() as session:
            used = await _book().used(session, audience)
        current = _judging(used, utcnow())
        if current is None:
            fail(f"no rules for {audience}s are in use yet: rimedio policy use FILE")
        _tell(current.policy, language or settings.language, html)

    with_database(work)


def _tell(policy: "Policy", language: str, html: Path | None) -> None:
    from responses.policy.words import page, sheet

    told = sheet(policy, language)
    if html is None:
        typer.echo(told.text())
        _say_paper(told)
        return
    try:
        html.write_text(page(told), encoding="utf-8")
    except OSError as error:
        fail(f"{html}: {error.strerror}")
    fits = _say_paper(told)
    say(f"{html}: open it in a browser, and print it" + (" on one page" if fits else ""))


def _say_paper(told: "Sheet") -> bool:
    """Says where the sheet is too long for one side of A4, and what would shorten it; whether it fits."""
    from responses.policy.words import paper

    taken = paper(told)
    if not taken.fits:
        longest = ", ".join(f"{part.title} ({part.lines} lines)" for part in taken.longest)
        say(
            f"printed it takes about {taken.sides} sides of A4, not one. Longest: {longest}. What "
            'saves most are shorter words for facts (under "words"), and rules of one complaint type that '
            "share their conditions"
        )
    return taken.fits


def use(
    file: Annotated[Path, typer.Argument(help="The policy file (YAML).")],
    since: Annotated[
        str | None,
        typer.Option("--from", help="The day it begins to hold, YYYY-MM-DD; the file's own if not given."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a policy in use, for what begins from then on; what began before keeps its rules.

    An earlier file is put in use again in the same way. A running program need not be started anew.

    \b
    Examples:
        rimedio policy use policies/negozio.yaml
        rimedio policy use policies/negozio.yaml --from 2027-01-01
    """
    policy = load_or_fail(file)
    text = _text(file, policy)
    _refuse_errors(policy)
    begins = _begins(since, policy)

    async def work(database: "Database", settings: "Settings") -> None:
        book = _book()
        async with database.reading() as session:
            before = _judging(await book.used(session, policy.audience), begins)
        if before is not None and before.policy.sha256 == policy.sha256:
            say(f"{file}: the same text is in use from {_when(before.effective, policy)} already")
            return
        _say_difference(before, policy, begins, settings.language)
        if not yes:
            typer.confirm(f"Put {file} in use?", abort=True, err=True)
        async with database.writing() as session:
            now = _judging(await book.used(session, policy.audience), begins)
            if now is not None and (before is None or now.policy.sha256 != before.policy.sha256):
                fail("somebody else has put another policy in use in the meantime: look at it again")
            effective = await book.use(session, policy, text, by=_who(), since=begins)
            await _look_at_folder(session, book, settings)
            used = await book.used(session, policy.audience)
        say(f"{file}: in use from {_when(effective or begins, policy)}")
        for later in used:
            if effective is not None and later.effective > effective:
                say(f"from {_when(later.effective, policy)} on {later.policy.file} takes its place")

    with_database(work)


def _text(file: Path, policy: "Policy") -> str:
    from hashlib import sha256

    content = file.read_bytes()
    if sha256(content).hexdigest() != policy.sha256:
        fail(f"{file}: changed while it was read; try again")
    return content.decode()


def _refuse_errors(policy: "Policy") -> None:
    from responses.policy import check

    findings = check(policy, complaint_types=complaint_types_told())
    for finding in findings:
        if finding.severity != "info":
            typer.echo(str(finding))
    if any(finding.severity == "error" for finding in findings):
        fail(f"{policy.file}: has errors and is not put in use", FAILURE)


def _begins(since: str | None, policy: "Policy") -> datetime:
    """From when it is to hold: a coming day's midnight, or now."""
    from models.clock import utcnow
    from responses.policy.scalars import parse_date

    now = utcnow()
    day = policy.effective if since is None else parse_date(since)
    if day is None:
        fail(f"--from {since!r}: expected a day such as 2027-01-01", USAGE)
    if since is not None and day < now.astimezone(policy.timezone).date():
        fail(f"--from {since}: that day is over, and what began then was judged by its own rules", USAGE)
    return max(datetime.combine(day, time(), policy.timezone).astimezone(UTC), now)


def _book() -> "PolicyBook":
    from responses.policies import PolicyBook

    return PolicyBook(complaint_types_told())


def _judging(used: "Sequence[Used]", at: datetime) -> "Used | None":
    from responses.policies import holding

    return holding(used, at)[0]


def _say_difference(before: "Used | None", policy: "Policy", begins: datetime, language: str) -> None:
    from responses.policy.words import difference

    typer.echo(f"For {policy.audience}s whose matter begins from {_when(begins, policy)} on:")
    if before is None:
        typer.echo(f"  the first rules they have: {len(policy.rules)}, and {len(policy.owed)} owed")
        return
    for point in difference(before.policy, policy, language):
        typer.echo("  " + point.replace("\n", "\n  "))


def _when(at: datetime, policy: "Policy") -> str:
    return f"{at.astimezone(policy.timezone):%Y-%m-%d %H:%M}"


def _who() -> str:
    """The name under which somebody is signed in to this machine."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # in a container the number may have no name
        return "?"


async def _look_at_folder(session: "AsyncSession", book: "PolicyBook", settings: "Settings") -> None:
    """What the notices to the admins say of the folder's files holds no longer, or holds now."""
    from models.clock import utcnow
    from responses.policy_files import compare, read_folder

    folder = settings.policy or settings.home / "policies"
    if folder.is_dir():
        await compare(session, book, read_folder(folder, complaint_types_told()), utcnow())
