"""Starting the program from a terminal: what it says, and how it is stopped."""

import asyncio
import logging
import os
import re
import shutil
import socket
import sys
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import structlog

from responses.notices import Notice
from rimedio.duty import Duty
from rimedio.errors import ProgramError
from rimedio.installation import (
    Prepared,
    alone,
    check_reachable,
    listen,
    make_home,
    only_program,
    open_database,
    prepare,
)
from rimedio.model import Model
from rimedio.presence import enter
from rimedio.program import Program
from rimedio.settings import Settings

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WORDS = {
    "it": {
        "desk": "La scrivania è su {address}",
        "chat": "I clienti scrivono su {address}/chat",
        "first": "Primo accesso (una volta sola, entro 48 ore): {address}/login/{code}",
        "next_samples": "Poi: apri il link, approva una bozza di prova, e leggi le regole in {policy}.",
        "next_chat": "Poi: apri il link, scrivi come cliente su {address}/chat, approva la bozza, e leggi le "
        "regole in {policy}.",
        "next_telegram": "Poi: apri il link, collega il tuo Telegram alla pagina Colleghi, scrivi al bot "
        "come cliente, e leggi le regole in {policy}.",
        "bot": "Per collegare un bot Telegram: RIMEDIO_TELEGRAM_TOKEN=… (vedi il README).",
        "again": "Un nuovo link per entrare: {command} login admin",
        "model": "Il modello si sta caricando: i messaggi aspettano senza perdersi.",
        "stop": "Per fermare: Ctrl-C",
        "policy_refused": "{problems}\nRestano in vigore le regole di prima.",
        "policy_changed": "{path} è cambiato da quando è in uso, e valgono ancora le regole di prima.\n"
        "  Per metterlo in uso: rimedio policy use {path}",
        "policy_beside": "{path} non è in uso: al suo posto vale {instead}.\n"
        "  Per metterlo in uso: rimedio policy use {path}",
        "policy_none": "{path} non è in uso.\n  Per metterlo in uso: rimedio policy use {path}",
        "messages_lost": "ATTENZIONE: Rimedio è rimasto spento a lungo. Telegram conserva i messaggi per 24 "
        "ore: quelli scritti tra il {since} e il {until} possono essere andati persi.",
        "messages_nearly_lost": "Rimedio è rimasto spento dal {since} al {until}. Telegram conserva i "
        "messaggi per 24 ore: ci sono ancora tutti, ma mancava poco.",
    },
    "en": {
        "desk": "The desk is at {address}",
        "chat": "Customers write at {address}/chat",
        "first": "First sign-in (once, within 48 hours): {address}/login/{code}",
        "next_samples": "Then: open the link, approve a sample draft, and read the rules in {policy}.",
        "next_chat": "Then: open the link, write at {address}/chat as a customer would, approve the draft, "
        "and read the rules in {policy}.",
        "next_telegram": "Then: open the link, connect your Telegram on the page Colleagues, write to the "
        "bot as a customer would, and read the rules in {policy}.",
        "bot": "To connect a Telegram bot: RIMEDIO_TELEGRAM_TOKEN=… (see the README).",
        "again": "A new link to sign in: {command} login admin",
        "model": "The model is loading: messages wait and none is lost.",
        "stop": "To stop: Ctrl-C",
        "policy_refused": "{problems}\nThe earlier rules stay in force.",
        "policy_changed": "{path} has changed since it was put in use, and the earlier rules still hold.\n"
        "  To put it in use: rimedio policy use {path}",
        "policy_beside": "{path} is not in use: {instead} is, in its place.\n"
        "  To put it in use: rimedio policy use {path}",
        "policy_none": "{path} is not in use.\n  To put it in use: rimedio policy use {path}",
        "messages_lost": "ATTENTION: Rimedio was off for long. Telegram keeps messages for 24 hours: those "
        "written between {since} and {until} may be lost.",
        "messages_nearly_lost": "Rimedio was off from {since} to {until}. Telegram keeps messages for 24 "
        "hours: all are still there, but it was close.",
    },
}


def start(
    settings: Settings, *, duty: Duty = Duty.RUN, samples: bool = False, model: type[Model] = Model
) -> None:
    """Runs the program, or one duty's part of it, until it is stopped. `model` is what reads messages.

    Raises:
        ProgramError: the port is taken, no policy can be loaded, or the duty cannot be done here.
        DatabaseLockedError: another program serves the same data folder.
    """
    _refuse_impossible(settings, duty)
    _log_to_stderr()
    make_home(settings)
    lock = only_program(settings) if settings.is_sqlite else None
    port = settings.port if duty.serves else settings.monitor_port
    listener = listen(settings, port) if port is not None else None
    try:
        asyncio.run(
            _serve(settings, listener, duty, samples=samples and settings.telegram_token is None, model=model)
        )
    finally:
        if listener is not None:
            listener.close()
        if lock is not None:
            lock.release()


def _refuse_impossible(settings: Settings, duty: Duty) -> None:
    if duty != Duty.RUN and settings.is_sqlite:
        raise ProgramError(
            f"'rimedio {duty}' shares its work with other processes, and SQLite serves only one: "
            "use 'rimedio run', or set RIMEDIO_DATABASE_URL to a PostgreSQL database"
        )
    if duty == Duty.BOT and settings.telegram_token is None:
        raise ProgramError("'rimedio bot' needs the bot's token: set RIMEDIO_TELEGRAM_TOKEN")
    # Every process that may show or make a link needs the same one: better to know now than at the first.
    _ = settings.signing_secret


async def _serve(
    settings: Settings, listener: socket.socket | None, duty: Duty, *, samples: bool, model: type[Model]
) -> None:
    database = open_database(settings)
    try:
        await check_reachable(settings, database)
        async with alone(database):
            # Bots and workers bring no rules: what is in force is what the desk's machine has loaded.
            prepared = await prepare(settings, database, samples=samples, rules=duty.serves)
            presence = await enter(database, duty)
        try:
            program = Program(settings, database, model(settings), presence)
            notice = await program.note_silence()
            if duty.serves:
                _greet(settings, prepared, notice, samples=samples and prepared.first)
            await program.serve(listener)
        finally:
            await presence.leave()
    finally:
        await database.close()


def _greet(settings: Settings, prepared: Prepared, notice: Notice | None, *, samples: bool) -> None:
    words = _WORDS[settings.language]
    policy = settings.policy or settings.home / "policies"
    lines = [words["desk"], words["chat"]]
    if prepared.first and prepared.code is not None:
        has_bot = settings.telegram_token is not None
        following = "next_samples" if samples else "next_telegram" if has_bot else "next_chat"
        lines += [words["first"], words[following], *([] if has_bot else [words["bot"]])]
    else:
        lines.append(words["again"])
    lines += [words["model"], words["stop"]]
    text = "\n".join(lines).format(
        address=settings.address, code=prepared.code, policy=policy, command=_command()
    )
    warnings = policy_lines(prepared, settings)
    if warnings:
        text = f"{warnings}\n\n{text}"
    if notice is not None:
        text = f"{_told(notice, settings)}\n\n{text}"
    # Not through the log: this is for the person at the terminal, and holds a link that lets in.
    sys.stderr.write(f"\n{text}\n\n")
    sys.stderr.flush()


def _command() -> str:
    """How this program is called here: in a virtual environment that nobody has entered, by its path."""
    called = Path(sys.argv[0])
    if called.name != "rimedio" or shutil.which("rimedio") is not None:
        return "rimedio"
    return os.path.relpath(called)


def policy_lines(prepared: Prepared, settings: Settings) -> str:
    """What in the policy folder judges nothing, and what is wrong there."""
    words = _WORDS[settings.language]
    lines = [words["policy_refused"].format(problems=error) for error in prepared.refused]
    for one in prepared.not_in_use:
        key = "policy_changed" if one.changed else "policy_beside" if one.instead else "policy_none"
        lines.append(words[key].format(path=one.file.path, instead=one.instead))
    return "\n".join(lines)


def _told(notice: Notice, settings: Settings) -> str:
    times = {
        name: f"{datetime.fromisoformat(value).astimezone(settings.zone):%d/%m/%Y %H:%M}"
        for name, value in notice.details.items()
    }
    return _WORDS[settings.language][notice.kind].format(**times)


def _where_only(out: TextIO, info: tuple[type[BaseException], BaseException, TracebackType | None]) -> None:
    """Frames and kinds only: messages and variables may hold what a customer wrote."""
    error: BaseException | None = info[1]
    while error is not None:
        out.write(f"\n{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}")
        error = error.__cause__ or error.__context__


def _one_line(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Control characters are written out: no value can begin a line of its own or colour a terminal."""
    return {
        name: _CONTROL.sub(lambda match: repr(match[0])[1:-1], value) if isinstance(value, str) else value
        for name, value in event.items()
    }


def _log_to_stderr() -> None:
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _one_line,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_where_only),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # These name addresses that hold the bot's token, or repeat what customers wrote.
    for noisy in (
        "httpx",
        "httpcore",
        "telegram",
        "alembic",
        "dbos",
        "sentence_transformers",
        "transformers",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
