"""The command line. Each command imports what it needs when it runs, so that help is there at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio import (
    answer_commands,
    causes_command,
    classify_command,
    explain_command,
    fairness_command,
    model_commands,
    orders_commands,
    policy_commands,
    report_command,
    rules_commands,
    simulate_command,
    strengths_command,
    train_command,
    voucher_commands,
)
from rimedio.terminal import USAGE, fail, say, settings_or_fail, with_database

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.database import Database
    from models.tables import Customer
    from responses.intake.files import FileStore
    from rimedio.settings import Settings

app = typer.Typer(
    name="rimedio",
    help="A complaint desk: understands what customers write, drafts the answer you decided beforehand, "
    "and sends what a person approved.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
agents_app = typer.Typer(help="The people who answer.", no_args_is_help=True)
samples_app = typer.Typer(help="The sample messages of a new desk.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(agents_app, name="agents")
app.add_typer(samples_app, name="samples")
app.add_typer(db_app, name="db")


@app.command()
def run(
    samples: Annotated[
        bool, typer.Option(help="On a new desk without a bot: put twenty sample messages on it.")
    ] = True,
) -> None:
    """Start everything: the web desk, the customers' chat, and Telegram when a token is set.

    Example: RIMEDIO_TELEGRAM_TOKEN=123456:ABC… rimedio run
    """
    _start("run", samples=samples)


@app.command()
def bot() -> None:
    """Start only the Telegram bot: receives, and sends everything that goes there. PostgreSQL only.

    A second one waits, and takes over when the first is gone.

    Example: RIMEDIO_DATABASE_URL=postgresql://rimedio@db/rimedio rimedio bot
    """
    _start("bot")


@app.command()
def web() -> None:
    """Start only the web desk, the customers' chat and the webhook, as often as you like. PostgreSQL only.

    Example: RIMEDIO_DATABASE_URL=postgresql://rimedio@db/rimedio rimedio web
    """
    _start("web")


@app.command()
def worker() -> None:
    """Start only the reading and drafting of messages, as often as you like. PostgreSQL only.

    Example: RIMEDIO_DATABASE_URL=postgresql://rimedio@db/rimedio rimedio worker
    """
    _start("worker")


def _start(duty: str, *, samples: bool = False) -> None:
    import gc

    # What is imported stays: to look for garbage in it again and again takes a tenth of the start.
    gc.disable()
    from models.errors import ModelsError
    from rimedio.duty import Duty
    from rimedio.errors import ProgramError
    from rimedio.start import start

    gc.freeze()
    gc.enable()
    settings = settings_or_fail()
    try:
        start(settings, duty=Duty(duty), samples=samples)
    except (ProgramError, ModelsError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        say("stopped")


model_commands.register(app)
classify_command.register(app)
train_command.register(app)
policy_commands.register(app)
explain_command.register()
rules_commands.register()
fairness_command.register()
simulate_command.register(policy_commands.policy_app)
orders_commands.register(app)
answer_commands.register(app)
report_command.register(app)
causes_command.register()
strengths_command.register()
voucher_commands.register(app)


@agents_app.command("add")
def agents_add(
    name: Annotated[str, typer.Argument(help="As customers will see it under an answer.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin")] = "agent",
) -> None:
    """Add a colleague, and print the one-time links that let them in.

    Example: rimedio agents add Giulia --role supervisor
    """
    from models.decision import Role
    from responses.people.agents import add_agent, make_link

    if role not in {known.value for known in Role}:
        fail(f"--role {role!r}: expected agent, supervisor or admin", USAGE)

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.writing() as session:
            agent = await add_agent(session, name, Role(role))
            web = await make_link(session, agent, "web")
            telegram = await make_link(session, agent, "telegram")
        say(f"{agent.name} ({agent.role}) can come in for 48 hours, once each:")
        typer.echo(f"{settings.address}/login/{web}")
        if settings.telegram_token is not None:
            typer.echo(await _telegram_link(settings, telegram))

    with_database(work)


async def _telegram_link(settings: "Settings", code: str) -> str:
    from rimedio.telegram_name import telegram_name

    username = await telegram_name(settings)
    if username is None:
        return f"(Telegram does not answer) in the bot's chat, send: /start {code}"
    return f"https://t.me/{username}?start={code}"


@agents_app.command("list")
def agents_list() -> None:
    """List the colleagues with their roles and ways in."""
    from responses.people.agents import working_agents

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.reading() as session:
            for agent in await working_agents(session):
                ways = [
                    "Telegram" if agent.telegram_id is not None else "",
                    "password" if agent.password_hash is not None else "",
                ]
                typer.echo(
                    f"{agent.name}\t{agent.role}\t{', '.join(way for way in ways if way) or 'link only'}"
                )

    with_database(work)


@agents_app.command("remove")
def agents_remove(name: Annotated[str, typer.Argument(help="As in 'rimedio agents list'.")]) -> None:
    """Take away a colleague's ways in. What they did keeps their name."""
    from responses.people.agents import remove_agent

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.writing() as session:
            agent = await remove_agent(session, name)
        say(f"{agent.name} is out: signed off everywhere, Telegram unlinked")

    with_database(work)


@app.command()
def login(name: Annotated[str, typer.Argument(help="As in 'rimedio agents list'.")]) -> None:
    """Print a new one-time link to the web desk, good for 48 hours.

    Example: rimedio login admin
    """
    from responses.people.agents import agent_by_name, make_link

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.writing() as session:
            code = await make_link(session, await agent_by_name(session, name), "web")
        typer.echo(f"{settings.address}/login/{code}")

    with_database(work)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write; it must not exist yet.")],
) -> None:
    """Write everything into one archive: database, files, secret, rules, heads. The program may run.

    Example: rimedio backup /backup/rimedio-2026-11-26.tar
    """
    from rimedio.backup import back_up
    from rimedio.errors import ProgramError

    try:
        manifest = back_up(settings_or_fail(), file)
    except ProgramError as error:
        fail(str(error))
    say(
        f"{file}: {len(manifest.members)} parts, schema {manifest.schema}; whoever has it can read everything"
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive that 'rimedio backup' wrote.")],
    force: Annotated[bool, typer.Option(help="Overwrite the data that is there.")] = False,
) -> None:
    """Put a backup's content in the place of the settings. The program must be stopped.

    Messages that were waiting to be sent when the backup was made are shown as unconfirmed afterwards.

    Example: rimedio restore /backup/rimedio-2026-11-26.tar
    """
    from models.errors import ModelsError
    from rimedio.backup import restore as put_back
    from rimedio.errors import ProgramError

    try:
        manifest = put_back(settings_or_fail(), file, force=force)
    except (ProgramError, ModelsError) as error:
        fail(str(error))
    say(f"restored what was backed up at {manifest.made_at}; start the program as usual")


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="A case's number, a Telegram id, or the whole name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person: words, files and name go for good; amounts, dates and labels stay.

    Example: rimedio erase 123
    """
    from responses.privacy.erasure import erase_person, finish_erasing

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.reading() as session:
            found, shown = await _one_person(session, person)
        if not yes:
            typer.confirm(f"{shown}: erase for good?", abort=True, err=True)
        async with database.writing() as session:
            erased = await erase_person(session, found, "system")
        await finish_erasing(database, _files(settings), rebuild=True)
        if erased is None:
            fail("somebody has erased this person in the meantime")
        say(f"{shown}: erased")
        if erased.unsettled:
            numbers = ", ".join(f"#{case.number}" for case in erased.unsettled)
            say(f"still to be settled by an agent, without content: {numbers}")

    with_database(work)


@app.command()
def export(
    customer: Annotated[str, typer.Option(help="A case's number, a Telegram id, or the whole name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where it goes: a .json file.")],
) -> None:
    """Write down everything that is held about a person, with their files.

    Example: rimedio export --customer 123 -o marta.json
    """
    import json

    from responses.events import record
    from responses.privacy.export import export_person

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.writing() as session:
            found, shown = await _one_person(session, customer)
            everything = await export_person(session, found, _files(settings))
            record(session, "system", "person.exported", customer=found.id)
        try:
            output.write_text(json.dumps(everything, ensure_ascii=False, indent=2), encoding="utf-8")
        except OSError as error:
            fail(f"{output}: {error.strerror}")
        say(f"{shown}: written to {output}")

    with_database(work)


def _files(settings: "Settings") -> "FileStore":
    from responses.errors import FileStoreError
    from responses.intake.files import FileStore

    try:
        return FileStore(settings.files or str(settings.home / "files"))
    except FileStoreError as error:
        fail(str(error))


async def _one_person(session: "AsyncSession", wanted: str) -> "tuple[Customer, str]":
    """The one person who is meant, and how to call them here."""
    from responses.privacy.export import find_people, numbers_of

    people = await find_people(session, wanted)
    shown = [f"{one.name or 'no name'} ({', '.join(await numbers_of(session, one))})" for one in people]
    if not people:
        fail(f"nobody is found by {wanted!r}: give a case's number, a Telegram id, or the whole name")
    if len(people) > 1:
        fail(f"{wanted!r} may be {'; '.join(shown)}: give the number of a case", USAGE)
    return people[0], shown[0]


@samples_app.command("remove")
def samples_remove() -> None:
    """Delete the sample messages with everything that hangs on them."""
    from responses.intake.samples import remove_samples

    async def work(database: "Database", settings: "Settings") -> None:
        async with database.writing() as session:
            removed = await remove_samples(session, "system")
        say(f"{removed} sample cases deleted")

    with_database(work)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database's schema to what this version expects."""
    from models.upgrade import upgrade

    async def work(database: "Database", settings: "Settings") -> None:
        _, now = await upgrade(database)
        say(f"the database has schema {now}")

    with_database(work)


def main() -> None:
    """The command `rimedio`."""
    app()
