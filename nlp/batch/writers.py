"""Writing a result: one file in the kind that its name says, whole or not at all."""

import gzip
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self, cast

import pyarrow as pa
import zstandard

from nlp.batch.csv_writer import CsvWriter
from nlp.batch.json_writer import JsonWriter
from nlp.batch.own_names import ERROR
from nlp.batch.parquet_writer import ParquetWriter
from nlp.errors import BatchError, WrongUsageError

_TEXT_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
_COMPRESSED = (".gz", ".zst")
_PARQUET = ".parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How a CSV is written: None as the input is, without one as usual; `raw` leaves formulas as they are."""

    delimiter: str | None = None
    encoding: str | None = None
    raw: bool = False


AS_IN_INPUT = Format()


class _Form(Protocol):
    defused: int
    replaced: int

    def write(self, batch: pa.RecordBatch) -> None: ...

    def finish(self) -> None: ...


class Writer:
    """A file that appears under its name when the `with` block ends well, and leaves nothing otherwise."""

    def __init__(
        self,
        target: Path,
        schema: pa.Schema,
        form: Format,
        *,
        with_errors: bool,
        sealed: Callable[[os.stat_result], None],
    ) -> None:
        self._shown = target
        self._sealed = sealed
        self._target = Path(os.path.realpath(target))  # what stands behind a link is written, not the link
        self._temporary = self._target.with_name(f".{self._target.name}.partial")
        self._names = [name for name in schema.names if with_errors or name != ERROR]
        self._schema = pa.schema([schema.field(name) for name in self._names], metadata=schema.metadata)
        self._delimiter, self._encoding = form.delimiter or ",", form.encoding or "utf-8"
        self._raw = form.raw

    @property
    def defused(self) -> int:
        """Cells that a spreadsheet would have run and that were made plain text, headings included."""
        return self._form.defused

    @property
    def replaced(self) -> int:
        """Characters that the file cannot hold: written as `?` in a charset without them, else as `�`."""
        return self._form.replaced

    def __enter__(self) -> Self:
        with _naming(self._shown):
            self._disk = self._temporary.open("wb")
            self._file: BinaryIO = self._disk
            try:
                self._file = _compressing(self._disk, self._shown)
                self._form = self._begin()
            except BaseException:
                self._discard()
                raise
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the next rows, in the schema that the file was opened with.

        Raises:
            BatchError: The disk is full, or something else of the kind.
        """
        with _naming(self._shown):
            # Engines hand texts and lists back with longer offsets than they were given.
            self._form.write(batch.select(self._names).cast(self._schema))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with suppress(OSError, ValueError):  # where rows could not be written, their end cannot either
                self._form.finish()
            self._discard()
            return
        with _naming(self._shown):
            try:
                self._put_in_place()
            except BaseException:
                self._discard()
                raise

    def _begin(self) -> _Form:
        match _kind(self._shown):
            case ".parquet":
                return ParquetWriter(self._file, self._schema)
            case ".csv" | ".tsv" as kind:
                delimiter = "\t" if kind == ".tsv" else self._delimiter
                return CsvWriter(
                    self._file, self._schema, delimiter=delimiter, encoding=self._encoding, raw=self._raw
                )
            case kind:
                return JsonWriter(self._file, self._schema, array=kind == ".json")

    def _put_in_place(self) -> None:
        self._form.finish()
        if self._file is not self._disk:
            self._file.close()
        self._disk.flush()
        os.fsync(self._disk.fileno())
        self._disk.close()
        self._sealed(self._temporary.stat())
        self._temporary.replace(self._target)
        folder = os.open(self._target.parent, os.O_RDONLY)
        try:
            with suppress(OSError):  # not every network disk can; the file itself is safe
                os.fsync(folder)
        finally:
            os.close(folder)

    def _discard(self) -> None:
        for file in (self._file, self._disk):
            with suppress(OSError):
                file.close()
        with suppress(OSError):
            self._temporary.unlink()


def open_writer(
    target: Path,
    schema: pa.Schema,
    form: Format = AS_IN_INPUT,
    *,
    inputs: Sequence[Path] = (),
    with_errors: bool,
    sealed: Callable[[os.stat_result], None] = lambda status: None,
) -> Writer:
    """A file for batches of `schema`, for a `with` block; written beside its name, then renamed.

    Columns are the input's own (strings; strings of JSON, marked by the field's metadata `cells`; or any
    Arrow type), then ours, with names that differ. `with_errors` keeps the last one, `error`. `form`
    counts for CSV alone; a .tsv has tabs. `sealed` is told of the whole file before it gets its name.

    Raises:
        BatchError: As `check_target` says, and on entering the block where the charset or delimiter is none.
    """
    check_target(target, inputs)
    return Writer(target, schema, form, with_errors=with_errors, sealed=sealed)


def check_target(target: Path, inputs: Sequence[Path] = ()) -> None:
    """Say before the work begins that its result could not be written.

    Raises:
        WrongUsageError: The name has no known ending, its folder is missing, or it is a folder or an input.
    """
    if _kind(target) is None:
        text = ", ".join(_TEXT_ENDINGS)
        raise WrongUsageError(
            f"{target}: expected a file ending in {text} (also with {' or '.join(_COMPRESSED)}) or {_PARQUET}"
        )
    with _naming(target, WrongUsageError):
        if target.is_dir():
            raise WrongUsageError(f"{target}: is a folder; expected the name of a file")
        if not target.parent.is_dir():
            raise WrongUsageError(f"{target}: cannot be written (there is no folder {target.parent})")
        if target.exists() and any(one.exists() and one.samefile(target) for one in inputs):
            raise WrongUsageError(f"{target}: is the input itself; write the result to another file")


def _kind(target: Path) -> str | None:
    """The ending that says how to write, in small letters and without that of the compression."""
    name = target.name.lower()
    if name.endswith(_PARQUET):
        return _PARQUET
    if target.suffix.lower() in _COMPRESSED:
        name = name.removesuffix(target.suffix.lower())
    return next((ending for ending in _TEXT_ENDINGS if name.endswith(ending)), None)


def _compressing(disk: BinaryIO, target: Path) -> BinaryIO:
    match target.suffix.lower():
        case ".gz":
            # Without a name and a time, so that the same rows make the same bytes.
            return cast(BinaryIO, gzip.GzipFile("", "wb", compresslevel=6, fileobj=disk, mtime=0))
        case ".zst":
            return cast(BinaryIO, zstandard.ZstdCompressor().stream_writer(disk, closefd=False))
        case _:
            return disk


@contextmanager
def _naming(target: Path, kind: type[BatchError] = BatchError) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise kind(f"{target}: cannot be written ({error.strerror or error})") from error
