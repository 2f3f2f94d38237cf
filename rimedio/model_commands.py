"""The commands that read messages, and that make the classifier: assess, classify, train, evaluate, heads."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import SOME_ROWS, USAGE, fail, say, settings_or_fail

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from nlp.corpus import Example
    from nlp.heads import Heads
    from nlp.training import Progress as Told
    from rimedio.heads_store import HeadsStore

heads_app = typer.Typer(
    help="The classifier's heads: those that ship, and those you trained yourself.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    for command in (assess, classify, train, evaluate):
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


def classify(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="A .csv or .jsonl file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the result goes: .csv or .jsonl.")],
    text_column: Annotated[
        str | None, typer.Option(help="The column with the texts; found by name or content otherwise.")
    ] = None,
) -> None:
    """Classify a file of messages: one row in, one row out, in order, with the labels added.

    Exit status: 0 all rows, 3 some rows could not be read (see the column "error"), 1 failure.

    Example: rimedio classify reviews.csv -o labelled.csv
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from nlp.batch import classify_file
    from nlp.errors import NlpError
    from rimedio.errors import ProgramError
    from rimedio.model import load_classifier

    settings = settings_or_fail()
    if not source.is_file():
        fail(f"{source} is not a file", USAGE)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("loading the model", total=None)
            classifier = load_classifier(settings)
            progress.update(task, description="classifying")
            counts = classify_file(
                source,
                output,
                classifier,
                text_column=text_column,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    say(f"{counts.rows} rows written to {output}, {counts.errors} of them with an error")
    if counts.errors:
        raise typer.Exit(SOME_ROWS)


def train(
    files: Annotated[
        list[Path],
        typer.Argument(help="JSON lines or CSV with all fields; with --field: with your labels."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for the trained heads.")],
    field: Annotated[
        str | None,
        typer.Option(
            help="Train this field alone on your own labels: complaint_types (any labels of yours), or act, "
            "tone, urgency, asks, own_error with the usual ones."
        ),
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option(help="With --field: the column with the messages; found by its name."),
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="With --field: the column with the labels, several joined by |.")
    ] = None,
    skip_unusable: Annotated[
        bool,
        typer.Option(
            "--skip-unusable",
            help="With --field: leave out broken rows, texts labelled in two ways, and labels with fewer "
            "than 8 messages.",
        ),
    ] = False,
    adapt: Annotated[
        bool,
        typer.Option(
            "--adapt",
            help="Adapt the encoder's upper layers as well: better, and takes an hour for 5,000 messages. "
            "With --field the field then has an encoder of its own: every message is read twice.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed and messages give the same heads.")] = 0,
) -> None:
    """Train the classifier on labelled messages.

    Your own complaint types take a table with a column of messages and a column of labels, and at least
    eight messages a label; everything else that is told of a message stays as it was.

    Examples:
        rimedio train tickets.csv --field complaint_types -o heads
        rimedio train nlp/data/corpus.jsonl -o heads --adapt
    """
    from rich.console import Console

    from nlp.errors import NlpError
    from nlp.own_labels import read_own_labels
    from rimedio.errors import ProgramError

    if field is None and (text_column or label_column or skip_unusable):
        fail("--text-column, --label-column and --skip-unusable go with --field", USAGE)
    console = Console(stderr=True)
    try:
        if field is None:
            heads = _train_all(console, files, output, adapt=adapt, seed=seed)
        else:
            examples = read_own_labels(
                files, field, text_column=text_column, label_column=label_column, skip_unusable=skip_unusable
            )
            heads = _train_field(console, examples, output, field, adapt=adapt, seed=seed)
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    if field is None:
        for name, figures in heads.figures.items():
            say(f"{name}: macro-F1 {figures['macro_f1']:.3f} on the test part")
    say(f"heads written to {output}; put them in use with: rimedio heads use {output}")


def _train_all(console: "Console", files: list[Path], output: Path, *, adapt: bool, seed: int) -> "Heads":
    from nlp.encoder import Precision, load_encoder
    from nlp.training import train as train_heads

    with _bar(console) as bar:
        told = _told(bar)
        encoder = load_encoder(settings_or_fail().encoder, Precision.FLOAT32)
        return train_heads(files, output, encoder=encoder, seed=seed, adapt=adapt, progress=told)


def _train_field(
    console: "Console", examples: "list[Example]", output: Path, field: str, *, adapt: bool, seed: int
) -> "Heads":
    from nlp.encoder import Precision, load_encoder
    from nlp.evaluation import Report, render
    from nlp.field_training import train_field
    from nlp.heads import TRAINED, check_folder, load_heads

    settings = settings_or_fail()
    base = load_heads(settings.heads_folder or TRAINED)
    check_folder(output)
    with _bar(console) as bar:
        told = _told(bar)
        encoder = load_encoder(settings.encoder, Precision.FLOAT32)
        heads, report = train_field(
            examples, field, base, encoder=encoder, adapt=adapt, seed=seed, progress=told
        )
        heads.save(output)
    console.print(render(Report(fields=(report,), rows=len(examples))))
    say("each message judged by a model that had not seen it; thresholds were chosen on these judgements")
    return heads


def _bar(console: "Console") -> "Progress":
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    return Progress(*columns, console=console, transient=True)


def _told(bar: "Progress") -> "Told":
    task = bar.add_task("loading the encoder", total=1.0)

    def told(step: str, done: float) -> None:
        bar.update(task, description=step, completed=done)

    return told


def evaluate(
    gold: Annotated[Path, typer.Argument(help="JSON lines or CSV with the true labels beside each text.")],
    part: Annotated[
        str, typer.Option(help="'test': only the texts that training never sees; 'all': every one.")
    ] = "test",
    report: Annotated[
        Path | None, typer.Option(help="Write a page with pictures and the worst errors: OUT.html.")
    ] = None,
) -> None:
    """Compare the classifier with labelled messages: precision, recall and F1 of every label.

    Example: rimedio evaluate nlp/data/corpus.jsonl --report evaluation.html
    """
    from rich.console import Console

    from nlp.corpus import read_corpus
    from nlp.errors import NlpError
    from nlp.evaluation import evaluate as compare
    from nlp.evaluation import render
    from rimedio.errors import ProgramError
    from rimedio.heads_store import complaint_types_of
    from rimedio.model import load_classifier

    if part not in ("test", "all"):
        fail(f"--part {part!r}: expected test or all", USAGE)
    if report is not None and (not report.name or report.is_dir()):
        fail(f"--report {report}: expected the name of a file, such as evaluation.html", USAGE)
    if report is not None and not report.absolute().parent.is_dir():
        fail(f"--report {report}: there is no folder {report.parent}", USAGE)
    console, settings = Console(stderr=True), settings_or_fail()
    try:
        types = complaint_types_of(settings.heads_folder)
        examples = [row for row in read_corpus([gold], types) if part == "all" or row.is_held_out]
        if not examples:
            fail(f"{gold}: no message is in the test part; use --part all for a file of your own")
        with console.status("loading the model") as status:
            classifier = load_classifier(settings)
            status.update(f"reading {len(examples)} messages")
            reading = classifier.read([row.text for row in examples])
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    Console().print(render(compare(examples, reading.assessments)))
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

    Example: rimedio heads list
    """
    from nlp.heads import TRAINED
    from rimedio.errors import ProgramError
    from rimedio.heads_store import SHIPPED, StoredHeads, describe

    settings = settings_or_fail()
    store = _store()
    try:
        shipped = StoredHeads(name=SHIPPED, description=describe(TRAINED), in_use=store.in_use() is None)
        for one in [shipped, *store.kept()]:
            scores = "  ".join(f"{field} {score:.3f}" for field, score in one.scores.items())
            typer.echo(f"{'*' if one.in_use else ' '} {one.name}\t{scores}")
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

    Examples:
        rimedio heads use heads
        rimedio heads use shipped
    """
    from nlp.errors import NlpError
    from nlp.heads import TRAINED, load_heads
    from rimedio.errors import ProgramError
    from rimedio.heads_store import SHIPPED
    from rimedio.model import costs_of

    settings, store = settings_or_fail(), _store()
    try:
        folder = store.find(heads)
        chosen = load_heads(folder or TRAINED)
        costs = costs_of(settings)
        if costs is not None:
            costs.check(chosen.fields)
        name = SHIPPED if folder is None else chosen.id
        store.use(folder, name)
    except (ProgramError, NlpError, OSError) as error:
        fail(str(error))
    say(f"in use from the next start on: {name}")


@heads_app.command("compare")
def heads_compare(
    first: Annotated[str, typer.Argument(help="A folder, or a name of 'heads list'.")],
    second: Annotated[str, typer.Argument(help="The same.")],
    gold: Annotated[Path, typer.Argument(help="JSON lines or CSV with the true labels beside each text.")],
    part: Annotated[
        str, typer.Option(help="'test': only the texts that training never sees; 'all': every one.")
    ] = "test",
) -> None:
    """Compare two heads on the same labelled messages: macro-F1, and the difference with its interval.

    Example: rimedio heads compare shipped heads labelled.jsonl --part all
    """
    from rich.console import Console

    from nlp.comparison import compare_readings, render_comparison
    from nlp.corpus import read_corpus
    from nlp.errors import NlpError
    from rimedio.errors import ProgramError
    from rimedio.heads_store import complaint_types_of
    from rimedio.model import load_classifier_with

    if part not in ("test", "all"):
        fail(f"--part {part!r}: expected test or all", USAGE)
    settings, store = settings_or_fail(), _store()
    console = Console(stderr=True)
    try:
        folders = [store.find(name) for name in (first, second)]
        types = [label for folder in folders for label in complaint_types_of(folder)]
        examples = [row for row in read_corpus([gold], types) if part == "all" or row.is_held_out]
        if not examples:
            fail(f"{gold}: no message is in the test part; use --part all for a file of your own")
        found = []
        for name, folder in zip((first, second), folders, strict=True):
            with console.status(f"{name} reads {len(examples)} messages"):
                classifier = load_classifier_with(settings, folder, weigh=False)
                found.append(classifier.classify([row.text for row in examples]))
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    Console().print(render_comparison((first, second), compare_readings(examples, *found)))


def _store() -> "HeadsStore":
    from rimedio.heads_store import HeadsStore

    return HeadsStore(settings_or_fail().home)
