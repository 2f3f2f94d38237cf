"""The commands about ready answers: check, find, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import FAILURE, fail, say, settings_or_fail, with_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Database
    from models.embedding import Embeddings
    from rimedio.settings import Settings

answers_app = typer.Typer(help="Ready answers to everyday questions (answers.yaml).", no_args_is_help=True)


_FEWEST = 3


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.add_typer(answers_app, name="answers")


@answers_app.command("check")
def check(file: Annotated[Path, typer.Argument(help="The file (YAML).")]) -> None:
    """Look for mistakes in a file of answers; each with its line and what is expected.

    Exit status: 0 nothing wrong (there may be remarks), 1 errors.

    Example: rimedio answers check var/policies/answers.yaml
    """
    from models.clock import utcnow
    from responses.knowledge.entries import read_answers
    from responses.knowledge.file import missing_languages
    from responses.policy import PolicyFileError

    if not file.is_file():
        fail(f"{file}: no such file")
    try:
        entries = read_answers(file)
    except PolicyFileError as error:
        for problem in error.problems:
            typer.echo(str(problem))
        raise typer.Exit(FAILURE) from None
    today = utcnow().astimezone(settings_or_fail().zone).date()
    for entry in entries:
        if not entry.holds_on(today):
            say(f"{entry.id}: ended on {entry.until}, and is not used any more")
        if len(entry.questions) < _FEWEST:
            say(f"{entry.id}: {len(entry.questions)} question; with {_FEWEST} or more it is found better")
    for language, ids in missing_languages(entries).items():
        if ids:
            say(f"not in {language}: {', '.join(ids)}")
    say(f"{file}: {len(entries)} answers, {sum(len(one.questions) for one in entries)} questions; no errors")


@answers_app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="A question, or - to read it from standard input.")],
) -> None:
    """Show which answers come nearest to a question, and whether the first would stand in the draft.

    Saved answers in use are looked at as well. Loads the model, which takes some seconds.

    Example: rimedio answers find "A che ora aprite?"
    """
    import sys
    from functools import partial

    from nlp.errors import NlpError
    from responses.knowledge.entries import THRESHOLD, Knowledge, read_answers
    from responses.policy.files import ANSWERS
    from rimedio.installation import policy_folder
    from rimedio.model import embedded, load_classifier

    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")

    async def work(database: "Database", settings: "Settings") -> None:
        file = policy_folder(settings) / ANSWERS
        read_answers(file)
        try:
            read = partial(embedded, load_classifier(settings))
        except NlpError as error:
            fail(str(error))

        async def embed(texts: "Sequence[str]") -> "Embeddings":
            return read(texts)

        near = await Knowledge(database, file, embed, settings.zone).nearest(text, 5)
        if not near:
            fail(f"{file}: no answers there, and none saved")
        for one in near:
            mark = "→" if one.fits else " "
            typer.echo(f"{mark} {one.nearness:.2f}  {one.id}  «{one.question}»")
        say("the first stands in the draft" if near[0].fits else f"none is near enough: it takes {THRESHOLD}")

    with_database(work)


@answers_app.command("export")
def export() -> None:
    """Print the saved answers in use as entries of answers.yaml, to be taken over into the file.

    Example: rimedio answers export >> var/policies/answers.yaml
    """
    import sys

    from ruamel.yaml import YAML

    from responses.knowledge.saved import saved_entries

    async def work(database: "Database", _settings: "Settings") -> None:
        async with database.reading() as session:
            entries = await saved_entries(session)
        rows = [
            {"id": entry.id, "questions": list(entry.questions), "answer": dict(entry.answer)}
            for entry in entries
        ]
        yaml = YAML()
        yaml.allow_unicode, yaml.width = True, 4096
        yaml.indent(mapping=2, sequence=4, offset=2)
        if rows:
            yaml.dump(rows, sys.stdout)
        say(f"{len(rows)} saved answers")

    with_database(work)
