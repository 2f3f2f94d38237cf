"""The commands that use the classifier: assess, evaluate, heads."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.gold import PART_HELP, check_part, read_gold
from rimedio.pages import check_page
from rimedio.terminal import fail, say, settings_or_fail

if TYPE_CHECKING:
    from nlp.training.corpus import Example
    from rimedio.heads_store import HeadsStore

heads_app = typer.Typer(
    help="The classifier's heads: those that ship, and those you trained yourself.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    for command in (assess, evaluate):
        app.command()(command)
    app.add_typer(heads_app, name="heads")


def assess(
    text: Annotated[str, typer.Argument(help="The message, or - to read it from standard input.")],
    why: Annotated[
        bool, typer.Option("--why", help="Name the words that carried each label as well.")
    ] = False,
) -> None:
    """Say what one message is: JSON with every label and its probability.

    Example: rimedio assess --why "Il pacco non è mai arrivato, voglio il rimborso"
    """
    import json

    from nlp.errors import NlpError
    from nlp.evidence import find_evidence
    from nlp.render import as_dict, evidence_as_list
    from rimedio.errors import ProgramError
    from rimedio.model import load_classifier

    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    # An argument that is no UTF-8 arrives with halves of characters, which could not be printed again.
    text = text.encode("utf-8", "replace").decode()
    try:
        classifier = load_classifier(settings_or_fail())
    except (NlpError, ProgramError) as error:
        fail(str(error))
    (assessment,) = classifier.classify([text])
    told = as_dict(assessment)
    if why:
        told["why"] = evidence_as_list(text, find_evidence(classifier, text, assessment))
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def evaluate(
    gold: Annotated[Path, typer.Argument(help="JSON lines or CSV with the true labels beside each text.")],
    part: Annotated[str | None, typer.Option(help=PART_HELP)] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with pictures and the worst errors: OUT.html.")
    ] = None,
) -> None:
    """Compare the classifier with labelled messages: precision, recall and F1 of every label.

    Example: rimedio evaluate nlp/data/corpus.jsonl --report evaluation.html
    """
    from rich.console import Console

    from nlp.errors import NlpError
    from nlp.evaluation.scores import evaluate as compare
    from nlp.evaluation.scores import render
    from rimedio.errors import ProgramError
    from rimedio.heads_store import complaint_types_of
    from rimedio.model import load_classifier

    check_part(part)
    check_page("--report", report, "evaluation.html")
    console, settings = Console(stderr=True), settings_or_fail()
    try:
        types = complaint_types_of(settings.heads_folder)
        examples = read_gold(gold, types, part)
        with console.status("loading the model") as status:
            classifier = load_classifier(settings)
            status.update(f"reading {len(examples)} messages")
            reading = classifier.read([row.text for row in examples])
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    Console().print(render(compare(examples, reading.assessments)))
    _tell_of_training(settings.heads_folder, "these heads", examples)
    if report is None:
        return
    from rimedio.evaluating import write_page

    try:
        with console.status("drawing the pictures"):
            write_page(report, gold, examples, reading, classifier)
    except OSError as error:
        fail(f"--report {report}: {error.strerror}")
    say(f"the page with pictures is {report}")


@heads_app.command("list")
def heads_list() -> None:
    """List the heads that are kept here, with their macro-F1 when they were trained; * marks those in use.

    Under each stands how good your own labels were, with the 95 % interval.

    Example: rimedio heads list
    """
    from nlp.heads import TRAINED
    from rimedio.errors import ProgramError
    from rimedio.heads_store import SHIPPED, StoredHeads, describe, own_figures

    settings = settings_or_fail()
    store = _store()
    try:
        shipped = StoredHeads(name=SHIPPED, description=describe(TRAINED), in_use=store.in_use() is None)
        for one in [shipped, *store.kept()]:
            scores = "  ".join(f"{field} {score:.3f}" for field, score in one.scores.items())
            typer.echo(f"{'*' if one.in_use else ' '} {one.name}\t{scores}")
            for line in own_figures(one.description):
                typer.echo(f"    {line}")
    except ProgramError as error:
        fail(str(error))
    if settings.heads is not None:
        say(f"RIMEDIO_HEADS={settings.heads} is set, and wins over what is in use here")


@heads_app.command("use")
def heads_use(
    heads: Annotated[
        str, typer.Argument(help="A folder that 'rimedio train' wrote, or a name of 'heads list'.")
    ],
) -> None:
    """Put heads in use from the next start on; a copy is kept in the data folder.

    Types that the heads in use tell and these do not are named: new messages are not labelled with them any
    more, and cases that have them keep showing them.

    \b
    Examples:
        rimedio heads use heads
        rimedio heads use shipped
    """
    from nlp.errors import NlpError
    from nlp.heads import TRAINED, load_heads
    from rimedio.errors import ProgramError
    from rimedio.heads_store import SHIPPED, complaint_types_of
    from rimedio.model import costs_of

    settings, store = settings_or_fail(), _store()
    try:
        told = complaint_types_of(store.in_use())
    except ProgramError:
        told = ()  # what was in use is gone, and other heads are the way out
    try:
        folder = store.find(heads)
        chosen = load_heads(folder or TRAINED)
        costs = costs_of(settings)
        if costs is not None:
            costs.check(chosen.fields)
        name = SHIPPED if folder is None else chosen.id
        store.use(folder, name)
        gone = [label for label in told if label not in complaint_types_of(folder)]
    except (ProgramError, NlpError, OSError) as error:
        fail(str(error))
    if gone:
        say(f"no longer told: {', '.join(gone)}. Cases that have such a label keep showing it;")
        say("whether your rules name one, says: rimedio policy check")
    say(f"in use from the next start on: {name}")


@heads_app.command("compare")
def heads_compare(
    first: Annotated[str, typer.Argument(help="A folder, or a name of 'heads list'.")],
    second: Annotated[str, typer.Argument(help="The same.")],
    gold: Annotated[Path, typer.Argument(help="JSON lines or CSV with the true labels beside each text.")],
    part: Annotated[str | None, typer.Option(help=PART_HELP)] = None,
) -> None:
    """Compare two heads on the same labelled messages: macro-F1, and the difference with its interval.

    Example: rimedio heads compare shipped heads labelled.jsonl
    """
    from rich.console import Console

    from nlp.errors import NlpError
    from nlp.evaluation.comparison import render_comparison
    from rimedio.errors import ProgramError
    from rimedio.heads_store import complaint_types_of
    from rimedio.model import compare_heads

    check_part(part)
    settings, store = settings_or_fail(), _store()
    console = Console(stderr=True)
    try:
        folders = store.find(first), store.find(second)
        types = [label for folder in folders for label in complaint_types_of(folder)]
        examples = read_gold(gold, types, part)
        with console.status(f"{first} and {second} read {len(examples)} messages"):
            (compared,) = compare_heads(settings, folders, [examples])
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    Console().print(render_comparison((first, second), compared))
    for name, folder in zip((first, second), folders, strict=True):
        _tell_of_training(folder, name, examples)


def _tell_of_training(folder: Path | None, name: str, judged: "Sequence[Example]") -> None:
    """How good the business's own labels were in training; whether heads are judged by what they learned."""
    from nlp.heads import TRAINED
    from nlp.training.corpus import corpus_sha256
    from rimedio.heads_store import describe, own_figures

    description = describe(folder or TRAINED)
    for line in own_figures(description) if folder is not None else ():
        typer.echo(f"{name}, when they were trained: {line}")
    if corpus_sha256(judged) in (description.get("corpus_sha256"), *description.get("own", {}).values()):
        say(f"{name} learned from these very messages, which flatters them: judge by messages they never saw")


def _store() -> "HeadsStore":
    from rimedio.heads_store import HeadsStore

    return HeadsStore(settings_or_fail().home)
