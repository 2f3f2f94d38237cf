"""What every command needs: a word to the person at the terminal, and the settings."""

import time
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
    from responses.errors import ResponsesError
    from rimedio.installation import open_database

    settings = settings_or_fail()

    async def go() -> None:
        database = open_database(settings)
        try:
            await upgrade(database)
            await work(database, settings)
        finally:
            await database.close()

    try:
        asyncio.run(go())
    except (ModelsError, ResponsesError) as error:
        fail(str(error))
