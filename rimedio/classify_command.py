"""The command that classifies whole files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rimedio.pages import check_page
from rimedio.terminal import USAGE, fail, one_line, say, settings_or_fail

if TYPE_CHECKING:
    from nlp.batch.exports import Input
    from nlp.batch.packing import Source
    from nlp.batch.running import Cluster
    from nlp.tables import Given
    from rimedio.telling import Teller


_OVERRIDES = (
    "--text-column",
    "--input-encoding",
    "--input-delimiter",
    "--input-quote",
    "--header or --no-header",
    "--sheet",
)
"""What is recognised can be said instead."""

_RECOGNISED = "as recognised"


class Engine(StrEnum):
    """Where the model runs."""

    LOCAL = "local"
    RAY = "ray"


def register(app: typer.Typer) -> None:
    """Adds the command to the program's."""
    app.command()(classify)


def classify(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Files, folders, patterns such as 'chats/*.csv', addresses such as s3://…, or - for what "
            "comes in on standard input.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where the result goes: .csv, .tsv, .jsonl, .json or .parquet."),
    ],
    *,
    text_column: Annotated[
        list[str] | None,
        typer.Option(
            help="The column with the texts; found by name or content otherwise. Of several the "
            "first that a file has."
        ),
    ] = None,
    input_encoding: Annotated[
        str | None, typer.Option(help="The charset of the input, such as cp1251; recognised otherwise.")
    ] = None,
    input_delimiter: Annotated[
        str | None, typer.Option(help="What stands between the cells of the input; recognised otherwise.")
    ] = None,
    input_quote: Annotated[
        str | None, typer.Option(help="What surrounds cells of the input; recognised otherwise.")
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header", help="Whether the first line names columns; found out otherwise."
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            help="Of a workbook the sheet to read, by name or number, or 'all': every one with texts. The "
            "first with texts otherwise."
        ),
    ] = None,
    id_column: Annotated[
        list[str] | None, typer.Option(help="The column that names a row where something is wrong with it.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="Where the model runs: in this process, or on a Ray cluster.")
    ] = Engine.LOCAL,
    ray_address: Annotated[
        str | None, typer.Option(help="The cluster, such as 10.0.0.5:6379; one on this machine otherwise.")
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Let a small model answer what it is sure of.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run of this output that was cut off.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with pictures about it all: OUT.html.")
    ] = None,
    redact: Annotated[
        bool,
        typer.Option("--redact", help="Hide names, phone numbers, addresses and the like in the output."),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Read so many rows only.")] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What stands between the cells of a CSV; as in the input otherwise.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="The charset of a CSV, such as cp1252; UTF-8 otherwise.")
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Leave cells that a spreadsheet would run as formulas.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Classify exports of messages: one row in, one row out, in order, with the labels added.

    Exit status: 0 all rows, 3 some rows could not be read (see the column "error"), 2 wrong usage,
    1 failure, 130 stopped by Ctrl-C, to be gone on with by --resume.

    \b
    Examples:
        rimedio classify reviews.csv -o labelled.csv
        rimedio classify 'exports/*.csv.gz' -o labelled.parquet --report report.html
        rimedio classify result.json -o chat.csv --redact
        zcat tickets.jsonl.gz | rimedio classify - -o labelled.jsonl --text-column body
        rimedio classify year.csv -o year-labelled.csv --resume
    """
    from nlp.batch.allocator import share_one_arena

    # Before what is imported next begins threads: with an arena for each, what one has freed stays its own,
    # and long exports came to hold a tenth more (docs/speed.md).
    share_one_arena()

    from nlp.batch.csv_writer import check_form
    from nlp.batch.exports import Task, yes_or_no
    from nlp.batch.workspace import copies_of_inputs
    from nlp.batch.writers import Format, check_target
    from nlp.errors import NlpError, WrongUsageError
    from nlp.tables import Given
    from rimedio.batch_model import batch_model
    from rimedio.classifying import Wish, run
    from rimedio.telling import Teller

    settings = settings_or_fail()
    between = _one_character("--delimiter", delimiter)
    given = Given(
        encoding=_charset("--input-encoding", input_encoding),
        delimiter=_one_character("--input-delimiter", input_delimiter),
        quote=_one_character("--input-quote", input_quote),
        has_header=header,
        sheet=sheet,
        text_columns=tuple(text_column or ()),
    )
    check_page("--report", report, "report.html")
    _check_columns(given.text_columns, id_column or [])
    try:
        check_target(output)
        check_form(between or ",", encoding or "utf-8")
        with copies_of_inputs(output) as copies, Teller(quiet=quiet) as teller:
            scratch = output.absolute().parent
            tables, said = _open(inputs, copies, given, scratch, teller)
            teller.now(None)
            check_target(output, [table.path for table in tables])
            _check_apart(report, [table.path for table in tables])
            for line in () if quiet else said:
                say(one_line(line))
            model = batch_model(settings, fast=fast)
            encoder, heads = model.names
            task = Task(
                model=model.identity,
                options={
                    "--engine": engine.value,
                    "--fast": yes_or_no(fast),
                    "the encoder": encoder,
                    "the heads": heads,
                    **_reading(given),
                },
                redact=redact,
                order_patterns=settings.order_patterns,
                limit=limit,
                id_column=next(iter(id_column or []), None),
                form=Format(delimiter=between, encoding=encoding, raw=raw),
            )
            wish = Wish(
                output=output,
                task=task,
                encoder=encoder,
                heads=heads,
                told=_told(given, fast=fast, redact=redact, limit=limit),
                resume=resume,
                report=report,
                language=settings.language,
                zone=settings.zone,
                quiet=quiet,
            )
            cluster = _cluster(engine, ray_address)
            if cluster is not None:
                model = replace(model, threads=cluster.threads)
            run(tables, model, wish, cluster, teller)
    except WrongUsageError as error:
        fail(one_line(str(error)), USAGE)
    except (NlpError, OSError) as error:
        fail(one_line(str(error)))


def _check_columns(text_columns: Sequence[str], id_columns: Sequence[str]) -> None:
    again = [name for name, times in Counter(text_columns).items() if times > 1]
    if again:
        fail(f"--text-column {again[0]!r} is given twice; columns given: {', '.join(text_columns)}", USAGE)
    if len(id_columns) > 1:
        fail(f"--id-column: one column names the rows; columns given: {', '.join(id_columns)}", USAGE)


def _check_apart(report: Path | None, inputs: list[Path]) -> None:
    if report is not None and report.exists() and any(report.samefile(one) for one in inputs):
        fail(f"--report {report}: is an input; give the page another name", USAGE)


def _told(given: "Given", *, fast: bool, redact: bool, limit: int | None) -> tuple[str, ...]:
    chosen = {"--fast": fast, "--redact": redact, f"--limit {limit}": limit is not None}
    reading = (f"{name} {value}" for name, value in _reading(given).items() if value != _RECOGNISED)
    return (*reading, *(name for name, is_on in chosen.items() if is_on))


def _reading(given: "Given") -> dict[str, str]:
    """What is said of how the input is written, by the names of the options."""
    said = {
        "--input-encoding": given.encoding,
        "--input-delimiter": given.delimiter,
        "--input-quote": given.quote,
        "--header": None if given.has_header is None else ("yes" if given.has_header else "no"),
        "--sheet": given.sheet,
    }
    return {name: value or _RECOGNISED for name, value in said.items()}


def _one_character(option: str, given: str | None) -> str | None:
    between = None if given is None else given.replace("\\t", "\t")
    if between is not None and (len(between) != 1 or between in "\r\n\0"):
        fail(f"{option} {given!r}: expected one character, such as ; or \\t", USAGE)
    return between


def _charset(option: str, given: str | None) -> str | None:
    from nlp.tables.charset import is_charset

    if given is not None and not is_charset(given):
        fail(f"{option} {given!r}: no such charset; expected one such as cp1251 or utf-8", USAGE)
    return given


def _open(
    inputs: list[str], folder: Path, given: "Given", scratch: Path, teller: "Teller"
) -> "tuple[list[Input], list[str]]":
    """The tables of all inputs, and what is said of them; `folder` takes what can be read only once."""
    from nlp.batch.exports import Input
    from nlp.batch.packing import unread_source
    from nlp.errors import BatchError, WrongUsageError
    from nlp.tables import SHEET_SUFFIXES, listed

    files, said = _located(inputs, folder, teller)
    tables: list[Input] = []
    problems: list[BatchError] = []
    for path, name in files.items():
        teller.now(partial("reading: looking at {}".format, name))
        try:
            sources = _sources_of(path, name, given, scratch)
        except WrongUsageError:
            raise
        except BatchError as error:
            problems.append(error)
            # Of many files one that cannot be read does not stop the others.
            plain = str(error).removeprefix(f"{path}: ").removeprefix(f"{name}: ")
            sources = [unread_source(name, plain)]
        tables += [Input(source=source, path=path) for source in sources]
        said += [f"{source.called}: {'; '.join(source.said)}" for source in sources]
    said.append(f"if that is wrong: {', '.join(_OVERRIDES)}")
    if given.sheet is not None and not any(_may_have_sheets(table) for table in tables):
        raise WrongUsageError(
            f"--sheet {given.sheet!r}: {listed(list(files.values()))}: no workbook; sheets are looked for in "
            f"{', '.join(SHEET_SUFFIXES)}"
        )
    if len(problems) == len(files):
        more = f" (and {len(problems) - 1} more files that cannot be read)" if len(problems) > 1 else ""
        raise BatchError(f"{problems[0]}{more}")
    return tables, said


def _may_have_sheets(one: "Input") -> bool:
    """Whether it is of a workbook, or might have been one if it could be read."""
    from nlp.tables import SHEET_SUFFIXES, SheetTable
    from nlp.tables.compression import plain_suffix

    return isinstance(one.source.table, SheetTable) or (
        not one.is_read and plain_suffix(one.path) in SHEET_SUFFIXES
    )


def _located(inputs: list[str], folder: Path, teller: "Teller") -> tuple[dict[Path, str], list[str]]:
    """The files of all inputs with what they are called, and what is said of that."""
    import sys

    from nlp.errors import WrongUsageError
    from nlp.tables import STANDARD_INPUT, fetch, is_remote, locate, matching

    files: dict[Path, str] = {}
    said = [f"{name} is named twice and read once" for name, times in Counter(inputs).items() if times > 1]
    for place, name in enumerate(dict.fromkeys(inputs)):
        teller.now(partial("fetching {}".format, name))
        if is_remote(name):
            files |= {fetch(one, folder): one for one in matching(name)}
            continue
        spool = folder / str(place)
        spool.mkdir()
        try:
            located = locate([name], sys.stdin.buffer, spool)
        except WrongUsageError as error:
            fail(one_line(str(error)), USAGE)
        said += located.said
        again = [path for path in located.files if path in files]
        said += [f"{path} is named twice and read once" for path in again]
        files |= {path: name if name == STANDARD_INPUT else str(path) for path in located.files}
    return files, said


def _sources_of(path: Path, name: str, given: "Given", scratch: Path) -> "list[Source]":
    """What is read of a file, which may be a copy that nobody but this program knows of."""
    from nlp.batch.packing import source_of
    from nlp.errors import BatchError
    from nlp.tables import ALL_SHEETS, STANDARD_INPUT, SheetTable, open_tables

    try:
        tables = open_tables(path, given, scratch=scratch)
    except BatchError as error:
        shown = "standard input" if name == STANDARD_INPUT else name
        raise type(error)(str(error).replace(str(path), shown)) from error
    first, others = next(iter(given.text_columns), None), given.text_columns[1:]
    return [
        replace(
            source_of(name, table, first, *others),
            sheet=table.sheet if isinstance(table, SheetTable) and given.sheet == ALL_SHEETS else None,
        )
        for table in tables
    ]


def _cluster(engine: Engine, address: str | None) -> "Cluster | None":
    if engine is Engine.LOCAL:
        if address is not None:
            fail("--ray-address goes with --engine ray", USAGE)
        return None
    from nlp.batch.running import join_cluster

    return join_cluster(address)
