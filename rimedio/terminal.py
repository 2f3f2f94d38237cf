"""What every command needs: a word to the person at the terminal, and the settings."""

import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from models.database import Database
    from rimedio.settings import Settings

BEGAN = time.monotonic()
"""When the program was started, but for what Python itself takes."""

FAILURE, USAGE, SOME_ROWS = 1, 2, 3


def say(text: str = "") -> None:
    """A line for the person at the terminal; data goes to standard output by `typer.echo`."""
    typer.echo(text, err=True)


def one_line(text: str) -> str:
    """The text with line breaks and other controls, which names of files and columns may have, as escapes."""
    return "".join(
        letter if letter.isprintable() or letter == " " else ascii(letter)[1:-1] for letter in text
    )


def fail(message: str, code: int = FAILURE) -> NoReturn:
    """Ends the command with one clear message."""
    say(f"rimedio: {message}")
    raise typer.Exit(code)


def settings_or_fail() -> "Settings":
    """The settings; a wrong one ends the command with its name, its value and what is expected."""
    from rimedio.errors import SettingError
    from rimedio.settings import load_settings

    try:
        return load_settings()
    except SettingError as error:
        fail(str(error), USAGE)


def with_database(work: "Callable[[Database, Settings], Coroutine[Any, Any, None]]") -> None:
    """Runs `work` on an up-to-date database; what is wrong with it ends the command with a clear message."""
    import asyncio

    from models.errors import ModelsError
    from models.upgrade import upgrade
    from responses.errors import BlockedError, ResponsesError
    from rimedio.errors import ProgramError
    from rimedio.installation import check_reachable, open_database

    settings = settings_or_fail()

    async def go() -> None:
        database = open_database(settings)
        try:
            await check_reachable(settings, database)
            await upgrade(database)
            await work(database, settings)
        finally:
            await database.close()

    try:
        asyncio.run(go())
    except BlockedError as error:
        from desk.words import words_in

        words = words_in("en").wordings.get(f"blocked.{error.reason}")
        fail(words.format_map(defaultdict(str, error.details)) if words else str(error))
    except (ModelsError, ResponsesError, ProgramError) as error:
        fail(str(error))
