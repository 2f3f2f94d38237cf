"""The command that makes the classifier: on a corpus, on own labels, with added types, on corrections."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.terminal import USAGE, fail, say, settings_or_fail, with_database
from rimedio.training_progress import telling

if TYPE_CHECKING:
    from rich.console import Console

    from models.database import Database
    from nlp.training.corpus import Example
    from responses.corrections import DeskExample
    from rimedio.settings import Settings

HELD_OUT_BYTES = 51
"""Cases whose sha256 begins with a byte below this are judged, not learned from: a fifth."""

_ROUNDS = ".rounds"  # what is done of an adaptation, in the folder of the heads to be

LARGEST_LOSS = 0.01
"""Macro-F1 that any field may lose on the corpus for what it learns from corrections."""


def register(app: typer.Typer) -> None:
    """Adds the command to the program's."""
    app.command()(train)


def train(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="JSON lines or CSV with all fields; with --field: with your labels."),
    ] = None,
    *,
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
    types: Annotated[
        Path | None,
        typer.Option(help="Add the complaint types of this YAML file to the usual ones; the others stay."),
    ] = None,
    from_desk: Annotated[
        bool,
        typer.Option(
            "--from-desk",
            help="Learn from what agents corrected on the desk; put it in use if it is not worse.",
        ),
    ] = False,
    adapt: Annotated[
        bool,
        typer.Option(
            "--adapt",
            help="Adapt the encoder's upper layers as well: better, and takes an hour for 5,000 messages. "
            "Stopped in between, the same command goes on behind the last of four rounds.",
        ),
    ] = False,
    rounds: Annotated[
        Path | None,
        typer.Option(
            help="With --adapt: keep the rounds in this folder, for trainings to come, instead of in the "
            "output until it is done.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and messages give the same heads.")] = 0,
) -> None:
    """Train the classifier on labelled messages.

    Your own complaint types take a table with a column of messages and a column of labels, and at least
    eight messages a label; everything else that is told of a message stays as it was. To add types to the
    usual ones, describe them in a YAML file with eight examples each.

    \b
    Examples:
        rimedio train tickets.csv --field complaint_types -o heads
        rimedio train --types types.yaml -o heads
        rimedio train --from-desk -o heads
        rimedio train nlp/data/corpus.jsonl -o heads --adapt
    """
    from rich.console import Console

    from nlp.errors import NlpError
    from rimedio.errors import ProgramError

    if sum((bool(files), types is not None, from_desk)) != 1:
        fail("give files to train on, or --types FILE, or --from-desk: one of them", USAGE)
    if field is None and (text_column or label_column or skip_unusable):
        fail("--text-column, --label-column and --skip-unusable go with --field", USAGE)
    if not files and (field is not None or adapt):
        fail("--field and --adapt go with files to train on", USAGE)
    if rounds is not None and (not adapt or field is not None):
        fail("--rounds goes with --adapt, and not with --field", USAGE)
    console = Console(stderr=True)
    try:
        if from_desk:
            _learn_from_desk(console, output, seed=seed)
            return
        if types is not None:
            _add_types(console, types, output, seed=seed)
        elif field is None:
            _train_all(console, files or [], output, adapt=adapt, rounds=rounds, seed=seed)
        else:
            from nlp.training.own_labels import read_own_labels

            examples = read_own_labels(
                files or [],
                field,
                text_column=text_column,
                label_column=label_column,
                skip_unusable=skip_unusable,
                tell=say,
            )
            _train_field(console, examples, output, field, adapt=adapt, seed=seed)
    except (NlpError, ProgramError, OSError) as error:
        fail(str(error))
    say(f"heads written to {output}; put them in use with: rimedio heads use {output}")


def _train_all(
    console: "Console", files: list[Path], output: Path, *, adapt: bool, rounds: Path | None, seed: int
) -> None:
    from nlp.encoders.encoder import Precision, load_encoder
    from nlp.training.corpus import read_corpus
    from nlp.training.enough import check_labels
    from nlp.training.heads import train as train_heads

    own = output / _ROUNDS
    if all(file.is_file() for file in files):  # a pipe can be read only once
        check_labels(read_corpus(files), files)
    with telling(console) as told:
        encoder = load_encoder(settings_or_fail().encoder, Precision.FLOAT32)
        heads = train_heads(
            files, output, encoder=encoder, seed=seed, adapt=adapt, rounds=rounds or own, progress=told
        )
    if adapt and rounds is None:
        shutil.rmtree(own, ignore_errors=True)
    for name, figures in heads.figures.items():
        say(f"{name}: macro-F1 {figures['macro_f1']:.3f} on the test part")


def _train_field(
    console: "Console", examples: "list[Example]", output: Path, field: str, *, adapt: bool, seed: int
) -> None:
    from nlp.encoders.encoder import load_encoder
    from nlp.evaluation.scores import Report, render
    from nlp.heads import TRAINED, check_folder, load_heads
    from nlp.training.one_field import train_field

    settings = settings_or_fail()
    base = load_heads(settings.heads_folder or TRAINED)
    check_folder(output)
    with telling(console) as told:
        encoder = load_encoder(settings.encoder)
        heads, report = train_field(
            examples, field, base, encoder=encoder, adapt=adapt, seed=seed, progress=told
        )
        heads.save(output)
    console.print(render(Report(fields=(report,), rows=len(examples))))
    say("each message judged by a model that had not seen it; view and thresholds were chosen on that")


def _add_types(console: "Console", file: Path, output: Path, *, seed: int) -> None:
    from nlp.encoders.encoder import load_encoder
    from nlp.evaluation.scores import Report, render
    from nlp.heads import TRAINED, check_folder, load_heads
    from nlp.training.corpus import SHIPPED, read_corpus
    from nlp.training.own_types import add_types, added_types, read_own_types

    settings = settings_or_fail()
    base = load_heads(settings.heads_folder or TRAINED)
    types = read_own_types(file)
    check_folder(output)
    gone = [name for name in added_types(base) if name not in {one.name for one in types}]
    if gone:
        say(f"{', '.join(gone)}: told by the heads in use, and not in {file}: the new ones will not tell it.")
        say("Cases that have such a label keep showing it. To keep telling it, put it into the file")
    with telling(console) as told:
        encoder = load_encoder(settings.encoder)
        heads, report = add_types(
            types, read_corpus([SHIPPED]), base, encoder=encoder, seed=seed, progress=told
        )
        heads.save(output)
    console.print(render(Report(fields=(report,), rows=report.rows)))
    say("your examples among the complaints of the corpus, each judged by a model that had not seen it")


def _learn_from_desk(console: "Console", output: Path, *, seed: int) -> None:
    from nlp.encoders.encoder import load_encoder
    from nlp.evaluation.comparison import keeps_up, render_comparison
    from nlp.heads import TRAINED, check_folder, load_heads
    from nlp.training.corpus import SHIPPED as CORPUS
    from nlp.training.corpus import read_corpus, split
    from nlp.training.own_types import begun_again
    from nlp.training.refining import LEAST_CORRECTIONS, check_corrections, refine
    from rimedio.heads_store import SHIPPED, HeadsStore
    from rimedio.model import compare_heads

    settings = settings_or_fail()
    store, before = HeadsStore(settings.home), settings.heads_folder
    if before is not None and output.resolve() == before.resolve():
        fail(f"-o {output}: the heads in use are there; name another folder", USAGE)
    found = _corrections()
    learned = [one for one in found if not _is_held_out(one)]
    check_corrections(len(learned))
    judged = [_as_example(one) for one in found if _is_held_out(one)]
    training, test = split(read_corpus([CORPUS]))
    base = load_heads(before or TRAINED)
    if base.provenance.refined is not None:
        # What was learned from corrections before is learned again, from where it began.
        first = load_heads(store.first_of(base.provenance.refined) or TRAINED)
        if first.id == base.provenance.refined:
            base = begun_again(first, base)
        elif not base.provenance.own:
            base = first
    check_folder(output)
    with telling(console) as told:
        encoder = load_encoder(settings.encoder)
        refined = refine(
            base,
            [_as_example(one) for one in learned],
            training,
            encoder=encoder,
            groups=[one.case_id for one in learned],
            seed=seed,
            progress=told,
        )
    for field, strength in refined.strengths.items():
        taught = refined.taught[field]
        if field in base.own_adapters:
            say(f"{field}: trained on labels of your own, and learns from those alone")
        elif taught < LEAST_CORRECTIONS:
            say(f"{field}: {taught} messages are too few")
        else:
            say(f"{field}: {'learned from' if strength else 'nothing to be gained from'} {taught} messages")
    if not any(refined.strengths.values()):
        say("nothing learned: the heads in use stay")
        return
    refined.heads.save(output)
    if "complaint_types" in base.provenance.own:
        # Of types of one's own the corpus says nothing.
        test = [replace(one, complaint_types=None) for one in test]
    sets = [judged, test] if judged else [test]
    with console.status("comparing with the heads in use, on messages kept aside"):
        compared = compare_heads(settings, (before, output), sets)
    for examples, fields in zip(sets, compared, strict=True):
        where = "corrected on the desk" if examples is judged else "of the corpus"
        console.print(f"{len(examples)} messages {where}, kept aside:")
        console.print(render_comparison(("in use", "new"), fields))
    if not judged:
        say(f"no corrected case to judge by yet: the heads in use stay. The new ones are in {output}")
    elif not all(keeps_up(one) for one in compared) or not keeps_up(compared[-1], least=-LARGEST_LOSS):
        say(f"worse on messages kept aside: the heads in use stay. The new ones are in {output}")
    elif settings.heads is not None:
        say(
            f"not worse. RIMEDIO_HEADS={settings.heads} is set: set it to {output} to put the new ones in use"
        )
    else:
        store.use(output, refined.heads.id)
        say(f"not worse: in use from the next start on: {refined.heads.id}")
        say(f"back with: rimedio heads use {before.name if before is not None else SHIPPED}")


def _corrections() -> "Sequence[DeskExample]":
    found: list[DeskExample] = []

    async def work(database: "Database", _settings: "Settings") -> None:
        from responses.corrections import desk_examples

        async with database.reading() as session:
            found.extend(await desk_examples(session))

    with_database(work)
    return found


def _is_held_out(one: "DeskExample") -> bool:
    return hashlib.sha256(one.case_id.encode()).digest()[0] < HELD_OUT_BYTES


def _as_example(one: "DeskExample") -> "Example":
    from nlp.training.corpus import Example

    labels = one.labels
    return Example(
        text=one.text,
        act=labels.act,
        complaint_types=labels.complaint_types,
        tone=labels.tone,
        urgency=labels.urgency,
        asks=labels.asks,
        own_error=labels.own_error,
        part="train",
    )
