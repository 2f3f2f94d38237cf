"""What every command needs: a word to the person at the terminal, and the settings."""

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rimedio.settings import Settings

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
