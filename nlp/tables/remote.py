"""Inputs that are not on this machine: fetched into a folder before they are read."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nlp.errors import BatchError

_STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "hf")
_WEB = ("http", "https")
_PIECE = 1 << 22
_TIMEOUT = 60  # seconds without a byte
_LONGEST_NAME = 100


def is_remote(place: str) -> bool:
    """Whether an input is an address that `fetch` knows."""
    return urlsplit(place).scheme in (*_STORES, *_WEB) and "://" in place


def matching(place: str) -> list[str]:
    """The objects of a store that an address with `*`, `?` or `[…]` stands for, sorted; others as they are.

    Raises:
        BatchError: There is none, or the store cannot be asked.
    """
    if urlsplit(place).scheme in _WEB or not re.search(r"[*?\[]", place):
        return [place]
    # Imported where needed: it takes a second or two.
    from nlp.quiet_daft import daft

    try:
        found = daft.from_glob_path(place).to_pydict()["path"]
    except (OSError, daft.exceptions.DaftCoreException) as error:
        raise BatchError(_refused(place, error)) from error
    return sorted(str(path) for path in found)


def fetch(place: str, folder: Path) -> Path:
    """Copy an object of a store (S3, Google, Azure, Hugging Face) or of the web into a folder, in pieces.

    The copy has the name of the object, whose ending may say what it is, in a new folder of its own. Stores
    take their credentials from where their own programs do: environment, profile, machine.

    Raises:
        BatchError: There is no such object, it may not be read, or the copy broke off; nothing is left then.
    """
    own = Path(tempfile.mkdtemp(dir=folder))
    target = own / _name(place)
    pieces = _from_web(place) if urlsplit(place).scheme in _WEB else _from_store(place)
    try:
        with target.open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        shutil.rmtree(own)
        raise BatchError(f"{_shown(place)}: cannot be copied to {target} ({error.strerror})") from error
    except BaseException:
        shutil.rmtree(own)
        raise
    return target


def _from_web(place: str) -> Iterator[bytes]:
    # Not through Daft: it holds the whole answer where a server knows no ranges, and asks by HEAD first,
    # which signed links refuse.
    import httpx

    try:
        with httpx.stream("GET", place, follow_redirects=True, timeout=_TIMEOUT) as answer:
            if answer.is_error:
                raise BatchError(f"{_shown(place)}: {_meaning(answer.status_code)}")
            yield from answer.iter_bytes(_PIECE)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BatchError(f"{_shown(place)}: cannot be fetched: {error}") from error


def _from_store(place: str) -> Iterator[bytes]:
    from nlp.quiet_daft import daft

    try:
        with daft.File(place).open() as file:
            while piece := file.read(_PIECE):
                yield piece
    except FileNotFoundError as error:
        raise BatchError(f"{place}: not found") from error
    except (OSError, daft.exceptions.DaftCoreException) as error:
        raise BatchError(_refused(place, error)) from error


def _meaning(status: int) -> str:
    match status:
        case 401 | 403:
            return f"may not be read without other credentials (status {status})"
        case 404 | 410:
            return f"not found (status {status})"
        case _:
            return f"cannot be fetched (status {status})"


def _refused(place: str, error: Exception) -> str:
    causes = [re.sub(r"^\s*\d+: ", "", line).strip() for line in str(error).splitlines()]
    told = "; ".join(cause for cause in causes if cause and not cause.startswith("Caused by"))
    return f"{place}: cannot be fetched (is it there, and do the credentials allow it?): {told}"


def _shown(place: str) -> str:
    """An address without passwords and signatures."""
    parts = urlsplit(place)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


def _name(place: str) -> str:
    last = unquote(urlsplit(place).path).rpartition("/")[2]
    return re.sub(r"[^\w.() -]", "_", last)[-_LONGEST_NAME:].strip(". ") or "input"
