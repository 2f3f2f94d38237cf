"""JSON of any size, read value by value."""

import json
import re
from typing import TextIO

_PIECE = 1 << 20
_LONGEST = 1 << 25  # characters of one value; what is longer was never one
_CUT_MARK = 16  # characters; no mark of JSON that the end of a piece can cut is longer
_BLANK = re.compile(r"[ \t\r\n]*")


class DamagedJsonError(ValueError):
    """The text is not JSON where the stream stands."""


class JsonStream:
    """Walks through one JSON text; only the value that is being read is in memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._line = 1
        self._counted = 0

    @property
    def line(self) -> int:
        """The line the stream stands in, counted from 1."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def mark(self) -> str:
        """The next character that is not blank, left where it is; "" at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            self._at = self._at if blank is None else blank.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Go past a character.

        Raises:
            DamagedJsonError: Another one is there.
        """
        found = self.mark()
        if found != expected:
            raise DamagedJsonError(f"expected {expected!r}, found {found!r}" if found else "it breaks off")
        self._at += 1

    def value(self) -> object:
        """Read the next value whole.

        Raises:
            DamagedJsonError: It is none, or it breaks off.
        """
        self.mark()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                rest = len(self._text) - error.pos
                cut = rest < _CUT_MARK or error.msg.startswith("Unterminated")
                if not cut or len(self._text) - self._at > _LONGEST:
                    raise DamagedJsonError(error.msg) from error
                if not self._more():
                    raise DamagedJsonError("it breaks off") from error
            except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a plain ValueError
                raise DamagedJsonError(str(error)) from error
            else:
                # A number at the end of a piece may go on in the next.
                if end < len(self._text) or not self._more():
                    self._at = end
                    return value

    def skip_to(self, pattern: re.Pattern[str], *, longest: int) -> str:
        """Go on to the next match behind this place, and give it; "" at the end of the text.

        `longest` is the number of characters that a match may have.
        """
        self._at += 1
        while True:
            found = pattern.search(self._text, self._at)
            if found is not None:
                self._at = found.start()
                return found.group()
            self._at = max(self._at, len(self._text) - longest)
            if not self._more():
                self._at = len(self._text)
                return ""

    def _more(self) -> bool:
        """Read on, and forget what was passed."""
        _ = self.line  # counts what is forgotten
        rest = self._text[self._at :]
        piece = self._file.read(max(_PIECE, len(rest)))
        self._text = rest + piece
        self._at = self._counted = 0
        return bool(piece)
