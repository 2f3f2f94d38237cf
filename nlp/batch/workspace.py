"""What is kept of a run until its output is whole: shards of rows, shards of labels, and what they are of.

A shard appears under its name only when it is whole and on the disk, so that a run that was killed between
any two steps is gone on with from the shards that are there.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from nlp.batch.handing_on import HandedOn
from nlp.errors import BatchError, WrongUsageError

READING = 1
"""How files become rows, and what of a text the heads are shown.

To be raised with every change of it, so that no run is gone on with by another way of reading than it was
begun with: a test holds for each number what the reading gives.
"""

_FORMAT = 4
_MANIFEST, _COUNT, _OUTPUT, _LOCK = "manifest.json", "rows.json", "output.json", "lock"
_COPIES = "copies"
_OWNER_ALONE = 0o700


@dataclass(frozen=True, kw_only=True, slots=True)
class InputFile:
    """A file as it was when its rows were read."""

    name: str
    size: int
    modified_ns: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What the shards of a run are of: shards of another input or of other options must not be mixed in.

    `options` are those on which the result depends, as people call them; `model` tells whatever gives
    the labels from all else. `day` is that on which the run was begun, in ISO 8601: "tomorrow" is counted
    from it in all of its texts.
    """

    inputs: tuple[InputFile, ...]
    options: dict[str, str]
    model: str
    day: str

    def difference(self, other: "Manifest") -> str | None:
        """What is not the same in another run, in words; None where it can be gone on with."""
        if [file.name for file in self.inputs] != [file.name for file in other.inputs]:
            return "the input files are others"
        for before, now in zip(self.inputs, other.inputs, strict=True):
            if before.sha256 and not now.sha256:
                return f"{now.name} cannot be read any more"
            if (before.size, before.sha256) != (now.size, now.sha256):
                return f"{now.name} has changed since it was begun"
        changed = [
            f"{name} {self.options.get(name)} then, {other.options.get(name)} now"
            for name in sorted(self.options.keys() | other.options.keys())
            if self.options.get(name) != other.options.get(name)
        ]
        if changed:
            return f"the options are others ({'; '.join(changed)})"
        return None if self.model == other.model else "the model is another (what the settings say of it)"


@contextmanager
def copies_of_inputs(target: Path) -> Iterator[Path]:
    """An empty folder for what can be read only once, in the folder of the run, for the time of a block.

    Nobody else may look into it. What a killed run has left there goes when the next run of the same
    output begins.

    Raises:
        BatchError: Another run of the same output is going on, or the folder cannot be made.
    """
    folder = Workspace(target).folder / _COPIES
    with _holding(target, FileLock(folder / _LOCK)):
        try:
            for leftover in folder.iterdir():
                if leftover.name != _LOCK:
                    shutil.rmtree(leftover)
            yield Path(mkdtemp(dir=folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # what is classified is kept, or another run has begun
                folder.parent.rmdir()


@contextmanager
def _holding(target: Path, lock: FileLock) -> Iterator[None]:
    folder = Path(lock.lock_file).parent
    try:
        folder.parent.mkdir(mode=_OWNER_ALONE, parents=True, exist_ok=True)
        folder.mkdir(mode=_OWNER_ALONE, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise BatchError(f"{target}: is being written by another run") from None
    except OSError as error:
        raise BatchError(f"{target}: cannot be written ({error.strerror})") from error
    try:
        yield
    finally:
        lock.release()


class Workspace:
    """The folder of a run, beside its output.

    `mended` is the number of shards of an earlier run that were damaged, and are done again.
    """

    def __init__(self, target: Path) -> None:
        """Name the folder; nothing is made yet."""
        self.folder = target.with_name(f".{target.name}.run")
        self.mended = 0
        self._target = target
        self._lock = FileLock(self.folder / _LOCK)

    @property
    def is_begun(self) -> bool:
        """Whether something was classified by a run that has not been finished."""
        return (self.folder / _MANIFEST).is_file() and any(self.folder.glob("labels-*.parquet"))

    @contextmanager
    def opened(self, manifest: Manifest, *, resume: bool) -> Iterator[Manifest]:
        """Hold the folder for the time of a block, with the shards that can be used; says what they are of.

        Raises:
            BatchError: A run is going on, or one was begun that must not or cannot be gone on with.
        """
        with _holding(self._target, self._lock):
            try:
                kept = self._begin(manifest, resume=resume)
                try:
                    yield kept
                except WrongUsageError:
                    raise
                except BatchError as error:
                    if not self.is_begun:
                        raise
                    raise BatchError(f"{error}; what is classified is kept, and --resume goes on") from error
            finally:
                if not self.is_begun:
                    self.remove()

    def _begin(self, manifest: Manifest, *, resume: bool) -> Manifest:
        if self.is_begun and not resume and not self._is_written():
            raise BatchError(
                f"{self._target}: a run of it was begun and not finished; go on with --resume, "
                f"or delete the folder {self.folder} to begin anew"
            )
        if self.is_begun and resume:
            kept = self._manifest()
            different = kept.difference(manifest)
            if different is not None:
                raise BatchError(
                    f"{self._target}: cannot be resumed, as {different}; give the command as it was, "
                    f"or delete the folder {self.folder} to begin anew"
                )
            for unfinished in self.folder.glob("*.partial"):
                unfinished.unlink()
            self._drop_damaged()
            return kept
        for leftover in self.folder.iterdir():
            if leftover.name not in (_LOCK, _COPIES):
                leftover.unlink()
        self._put_manifest(manifest)
        return manifest

    def _drop_damaged(self) -> None:
        """Take away what a disk has lost of the shards: it is read or classified again."""
        for path in sorted(self.folder.glob("*.parquet")):
            try:
                _opened(path, _whole)
            except BatchError:
                path.unlink()
                self.mended += 1

    def _put_manifest(self, manifest: Manifest, **found: object) -> None:
        told = {"format": _FORMAT, "reading": READING} | asdict(manifest) | found
        self._write(_MANIFEST, json.dumps(told, indent=1).encode())

    def _manifest(self) -> Manifest:
        path = self.folder / _MANIFEST
        try:
            told = json.loads(path.read_text("utf-8"))
            if (told["format"], told.get("reading")) != (_FORMAT, READING):
                raise BatchError(
                    f"{self._target}: cannot be resumed, as another version of Rimedio began the run, which "
                    f"reads otherwise; go on with that version, or delete the folder {self.folder} to begin "
                    "anew"
                )
            return Manifest(
                inputs=tuple(InputFile(**file) for file in told["inputs"]),
                options=told["options"],
                model=told["model"],
                day=told["day"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BatchError(f"{path}: cannot be read ({error}); delete {self.folder}") from error

    def row_count(self) -> int | None:
        """The rows of all shards, once the input has been read to its end."""
        return None if (told := self._told_of_reading()) is None else told[0]

    def left_out(self) -> dict[str, Mapping[str, int]]:
        """By table what was left out of it, once the input has been read to its end."""
        return {} if (told := self._told_of_reading()) is None else told[1]

    def _told_of_reading(self) -> tuple[int, dict[str, Mapping[str, int]]] | None:
        try:
            told = json.loads((self.folder / _COUNT).read_text("utf-8"))
            return int(told["rows"]), dict(told["left_out"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def finish_reading(self, rows: int, left_out: Mapping[str, Mapping[str, int]]) -> None:
        """Say that the input has been read to its end, and what was left out of it."""
        self._write(_COUNT, json.dumps({"rows": rows, "left_out": left_out}).encode())

    def finish_classifying(self, manifest: Manifest, handed_on: HandedOn | None) -> None:
        """Say in the manifest what a fast model has handed on, if one read first."""
        if handed_on is not None:
            self._put_manifest(manifest, handed_on=asdict(handed_on))

    def has_rows(self, index: int) -> bool:
        """Whether the rows of a shard are kept."""
        return self._rows(index).is_file()

    def has_labels(self, index: int) -> bool:
        """Whether a shard has been classified."""
        return self._labels(index).is_file()

    def seal(self, status: os.stat_result) -> None:
        """Say which file the output will be, before it gets its name: what has it then is whole."""
        self._write(_OUTPUT, json.dumps(_identity(status)).encode())

    def _is_written(self) -> bool:
        """Whether the output is that of this run, which was killed before it took its folder away."""
        try:
            told = json.loads((self.folder / _OUTPUT).read_text("utf-8"))
            return bool(told == _identity(self._target.stat()))
        except (OSError, ValueError):
            return False

    def rows_in(self, index: int) -> int:
        """How many rows a shard has."""
        return int(_opened(self._rows(index), lambda path: pq.read_metadata(path).num_rows))

    def put_rows(self, index: int, batch: pa.RecordBatch) -> None:
        """Keep the rows of a shard."""
        self._put(self._rows(index), batch)

    def put_labels(self, index: int, batch: pa.RecordBatch) -> None:
        """Keep the labels of a shard."""
        self._put(self._labels(index), batch)

    def rows(self, index: int, columns: list[str] | None = None) -> pa.Table:
        """The rows of a shard, or some of their columns."""
        return _opened(self._rows(index), lambda path: _whole(path, columns))

    def labels(self, index: int) -> pa.Table:
        """The labels of a shard."""
        return _opened(self._labels(index), _whole)

    def remove(self) -> None:
        """Take the folder away; the output is whole."""
        # The manifest goes first: what is left without it is of no run.
        (self.folder / _MANIFEST).unlink(missing_ok=True)
        with suppress(OSError):
            for leftover in self.folder.iterdir():
                if leftover.name != _COPIES:
                    leftover.unlink()
            self.folder.rmdir()

    def _rows(self, index: int) -> Path:
        return self.folder / f"rows-{index:07}.parquet"

    def _labels(self, index: int) -> Path:
        return self.folder / f"labels-{index:07}.parquet"

    def _put(self, path: Path, batch: pa.RecordBatch) -> None:
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(sink, batch.schema, compression="zstd", write_page_checksum=True) as writer:
            writer.write_batch(batch)
        self._write(path.name, sink.getvalue().to_pybytes())

    def _write(self, name: str, content: bytes) -> None:
        path, partial = self.folder / name, self.folder / f"{name}.partial"
        try:
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise BatchError(f"{path}: cannot be written ({error.strerror})") from error


def _opened(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except (OSError, pa.ArrowException) as error:
        raise BatchError(f"{path}: cannot be read ({error})") from error


def _whole(path: Path, columns: list[str] | None = None) -> pa.Table:
    return pq.read_table(path, columns=columns, page_checksum_verification=True)


def _identity(status: os.stat_result) -> dict[str, int]:
    return {"inode": status.st_ino, "size": status.st_size, "modified_ns": status.st_mtime_ns}
