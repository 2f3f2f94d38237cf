"""From what is said on the command line to the files that are meant."""

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from nlp.errors import BatchError, WrongUsageError
from nlp.tables.compression import plain_suffix
from nlp.tables.opening import KNOWN_SUFFIXES

STANDARD_INPUT = "-"

_HIDDEN = (".", "~$")
"""How names begin that nobody gave a file: the second are of documents that are open in an office program."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """Files in the order in which they are read, each once; `said` tells what was left out."""

    files: tuple[Path, ...]
    said: tuple[str, ...] = ()


def locate(inputs: Sequence[str], standard_input: BinaryIO, spool: Path) -> Located:
    """Find the files behind paths, `file://` addresses, patterns, folders and `-`.

    Folders are searched with all that is in them, for endings of known kinds, but for hidden files and those
    that stand beside a document while it is open. What can be read only once,
    the standard input (`-`) or a pipe by name, is first copied into the folder `spool`.

    Raises:
        WrongUsageError: Something is missing, may not be read, or there is nothing to read in it; names it.
        BatchError: The copy cannot be made.
    """
    files: dict[Path, None] = {}
    said: list[str] = []
    for place, name in enumerate(inputs):
        found = _located(name, standard_input, spool / f"input-{place}")
        again = [file for file in found.files if file in files]
        said += [*found.said, *(f"{file} is named twice and read once" for file in again)]
        files.update(dict.fromkeys(found.files))
    return Located(files=tuple(files), said=tuple(said))


def _located(name: str, standard_input: BinaryIO, copy: Path) -> Located:
    name = _plain(name)
    path = Path(name)
    try:
        if name == STANDARD_INPUT:
            _copy(standard_input, copy, "standard input")
            return Located(files=(copy,))
        mode = path.stat().st_mode
        if stat.S_ISFIFO(mode):
            with path.open("rb") as pipe:
                _copy(pipe, copy, name)
            return Located(files=(copy,))
    except (FileNotFoundError, ValueError):  # a name with a NUL is a ValueError
        return _matching(name)
    except OSError as error:
        raise WrongUsageError(f"{name}: cannot be read ({error.strerror})") from error
    if stat.S_ISDIR(mode):
        return _inside(path)
    if not stat.S_ISREG(mode):
        raise WrongUsageError(f"{name}: is neither a file nor a folder")
    return Located(files=(path,))


def _plain(name: str) -> str:
    """The path that a `file://` address stands for; others as they are."""
    if not name.lower().startswith("file:"):
        return name
    parts = urlsplit(name)
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise WrongUsageError(f"{name}: no file of this machine; expected a path, or file:///path/of/it")
    return unquote(parts.path)


def _copy(source: BinaryIO, target: Path, name: str) -> None:
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(source, file)
    except OSError as error:
        raise BatchError(f"{name}: cannot be copied to {target.parent} ({error.strerror})") from error


def _matching(pattern: str) -> Located:
    files = sorted(path for path in map(Path, glob(pattern, recursive=True)) if path.is_file())
    if not files:
        wanted = "no file matches" if any(sign in pattern for sign in "*?[") else "no such file or folder"
        raise WrongUsageError(f"{pattern}: {wanted}")
    return Located(files=tuple(files))


def _inside(folder: Path) -> Located:
    files: list[Path] = []
    hidden: list[Path] = []
    others: list[Path] = []
    for path in _walked(folder):
        if any(part.startswith(_HIDDEN) for part in path.relative_to(folder).parts):
            hidden.append(path)
        else:
            (files if plain_suffix(path) in KNOWN_SUFFIXES else others).append(path)
    if not files:
        left_out = f"; there are {len(others) + len(hidden)} of other kinds" if others or hidden else ""
        raise WrongUsageError(f"{folder}: no file in it ends in {', '.join(KNOWN_SUFFIXES)}{left_out}")
    told = [f"{len(hidden)} hidden"] if hidden else []
    if others:
        endings = sorted({path.suffix.lower() or "no ending" for path in others})
        told.append(f"{len(others)} of other kinds ({', '.join(endings[:5])})")
    left_out = f", left out {' and '.join(told)}" if told else ""
    return Located(files=tuple(files), said=(f"{folder}: {len(files)} files read{left_out}",))


def _walked(folder: Path) -> Iterator[Path]:
    def stop(error: OSError) -> None:
        raise WrongUsageError(f"{error.filename}: cannot be read ({error.strerror})") from error

    for root, folders, names in os.walk(folder, onerror=stop):
        folders.sort()
        yield from (Path(root, name) for name in sorted(names))
