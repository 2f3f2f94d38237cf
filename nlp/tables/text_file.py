"""A text file of unknown origin: unpacked, decoded and cut into lines, in flat memory."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.charset import CharsetFinder
from nlp.tables.compression import open_bytes

LONGEST_LINE = 1 << 24
"""Characters that are read of one line; what is beyond them is left out."""

_PIECE = 1 << 20
_ENDS = ("\n", "\r")


class TextFile:
    """Text that can be read more than once.

    `damage` says why the file cannot be read to its end, where it cannot; `said` what was recognised.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        """Look at all of a file's bytes once; without an `encoding` it is recognised.

        Raises:
            BatchError: It is missing, may not be read, or is an archive of which nothing can be read.
        """
        self.path = path
        charset, ends = CharsetFinder(), _LineEnds()
        size = nuls = 0
        reader, source = open_bytes(path)
        with reader:
            while piece := reader.read(_PIECE):
                size += len(piece)
                charset.add(piece)
                ends.add(piece)
                nuls += piece.count(0)
        if source.damage is not None and not size:
            raise BatchError(f"{path}: nothing can be read: {source.damage}")
        found = charset.found() if encoding is None else charset.given(encoding)
        self.encoding = found.encoding
        self.damage = source.damage
        self.is_empty = not size
        self._errors = found.errors
        self._has_long_lines = ends.longest >= LONGEST_LINE
        said = [f"{source.packing} archive"] if source.packing else []
        said.append(f"charset {found.name}")
        if not charset.is_wide:
            said += [ends.mixed] if ends.mixed else []
            said += [f"{nuls:,} NUL characters"] if nuls else []
        self.said = tuple(said)

    @contextmanager
    def opened(self, newline: str | None = "") -> Iterator[io.TextIOWrapper]:
        """The decoded text; `newline` as in `open`."""
        reader, _ = open_bytes(self.path)
        with io.TextIOWrapper(reader, encoding=self.encoding, errors=self._errors, newline=newline) as text:
            yield text

    def lines(self) -> Iterator[str]:
        """Every line with its end; one of `LONGEST_LINE` characters without an end was longer."""
        with self.opened() as text:
            if not self._has_long_lines:
                yield from text
                return
            while line := text.readline(LONGEST_LINE):
                yield line
                while is_cut(line):
                    line = text.readline(LONGEST_LINE)

    def problem_of(self, line: str) -> str | None:
        """What keeps one of the lines, or what ends with it, from being whole."""
        if line.endswith(_ENDS):
            return None
        if is_cut(line):
            return f"a line has more than {LONGEST_LINE:,} characters: the rest of it is left out"
        return f"cut short: {self.damage}" if self.damage is not None else None

    def loss_after(self, last_line: str) -> str | None:
        """What is said in a row of its own after the last line, where more followed in the file."""
        # A line that was cut short says so itself.
        if self.damage is None or not last_line.endswith(_ENDS):
            return None
        return f"what follows is lost: {self.damage}"


def is_cut(line: str) -> bool:
    """Whether a line of `TextFile.lines` was longer in the file."""
    return len(line) >= LONGEST_LINE and not line.endswith(_ENDS)


class _LineEnds:
    """Counts the ends of lines and the bytes of the longest line."""

    def __init__(self) -> None:
        self.longest = 0
        self._windows = self._unix = self._mac = 0
        self._length = 0
        self._after_return = False

    def add(self, piece: bytes) -> None:
        windows, feeds, returns = piece.count(b"\r\n"), piece.count(b"\n"), piece.count(b"\r")
        if self._after_return and piece.startswith(b"\n"):
            self._windows, self._mac, self._unix = self._windows + 1, self._mac - 1, self._unix - 1
        self._windows += windows
        self._unix += feeds - windows
        self._mac += returns - windows
        self._after_return = piece.endswith(b"\r")
        self._measure(piece)

    @property
    def mixed(self) -> str:
        """What is said of a file whose lines do not all end alike."""
        counts = {"Windows": self._windows, "Unix": self._unix, "old Mac": self._mac}
        used = [f"{count:,} of {name}" for name, count in counts.items() if count]
        return f"mixed line ends: {', '.join(used)}" if len(used) > 1 else ""

    def _measure(self, piece: bytes) -> None:
        ends = [place for mark in (b"\n", b"\r") if (place := piece.find(mark)) >= 0]
        if ends:
            self.longest = max(self.longest, self._length + min(ends))
            self._length = len(piece) - max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        else:
            self._length += len(piece)
        self.longest = max(self.longest, self._length)
