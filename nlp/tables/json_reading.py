"""JSON read so that it can be written as it stood: 1.10 is not 1.1, and no key hides another unseen."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress

_KINDS = {
    type(None): "null",
    bool: "true or false",
    str: "a text",
    list: "a list",
    dict: "an object",
}
_COMPACT = (",", ":")
_NESTED = frozenset((list, dict))
_HALF = re.compile("[\ud800-\udfff]")


_LONG = 4096
"""Letters of a text in which there may be so many numbers that a step in Python for each takes long."""


class WrittenNumber(float):
    """A number that Python would write otherwise; `text` is how it stood."""

    __slots__ = ("text",)

    text: str


class JsonReader:
    """Reads JSON values, and counts in `doubled` the keys that stood in their object before."""

    def __init__(self) -> None:
        self.doubled = 0
        # Line breaks and tabs in texts are read as they stand.
        self._decoder = json.JSONDecoder(
            strict=False, parse_int=_integer, parse_float=_number, object_pairs_hook=self._object
        )

    def read(self, text: str) -> object:
        """The one value of a text.

        Raises:
            ValueError: It is none; `json.JSONDecodeError` knows where.
            RecursionError: It is nested too deep.
        """
        value: object = _plain.decode(text) if len(text) > _LONG else None
        if value is None or not _is_as_written(value, text):
            value = self._decoder.decode(text)
        return value

    def read_from(self, text: str, place: int) -> tuple[object, int]:
        """The value that begins there, and where it ends; raises as `read`."""
        return self._decoder.raw_decode(text, place)

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        self.doubled += len(pairs) - len(found)
        return found


_plain = json.JSONDecoder(strict=False)


def _is_as_written(value: object, text: str) -> bool:
    """Whether a value would be written like the text it was read from: then no number or key got lost."""
    apart = (", ", ": ") if '": ' in text[:_LONG] else _COMPACT
    with suppress(RecursionError):
        return json.dumps(value, ensure_ascii=text.isascii(), separators=apart) == text.strip()
    return False


def json_kind(value: object) -> str:
    """What a value is called in JSON."""
    return _KINDS.get(type(value), "a number")


def json_text(value: object, *, ensure_ascii: bool = False) -> str:
    """A value as JSON without blanks, its numbers as they stood."""
    if isinstance(value, WrittenNumber):
        return value.text
    if isinstance(value, list | dict) and _holds_written(value):
        # Of what is nested hundreds of times over, numbers are written as Python has them.
        with suppress(RecursionError):
            return _joined(value, ensure_ascii=ensure_ascii)
    return json.dumps(value, ensure_ascii=ensure_ascii, separators=_COMPACT, default=str)


def written_json(value: object) -> str:
    """The same, for a file: half a character is kept as an escape, for no UTF-8 could hold it."""
    written = json_text(value)
    return written if written.isascii() or not _HALF.search(written) else json_text(value, ensure_ascii=True)


def _integer(text: str) -> float:
    return int(text) if text != "-0" else _number(text)


def _number(text: str) -> float:
    number = float(text)
    if repr(number) == text:
        return number
    written = WrittenNumber(number)
    written.text = text
    return written


def _holds_written(value: object) -> bool:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        inside = one.values() if isinstance(one, dict) else one
        if not isinstance(inside, Iterable) or isinstance(inside, str):
            continue
        kinds = set(map(type, inside))
        if WrittenNumber in kinds:
            return True
        if not _NESTED.isdisjoint(kinds):
            waiting += inside
    return False


def _joined(value: "list[object] | dict[str, object]", *, ensure_ascii: bool) -> str:
    if isinstance(value, list):
        return f"[{','.join(json_text(item, ensure_ascii=ensure_ascii) for item in value)}]"
    members = (
        f"{json.dumps(key, ensure_ascii=ensure_ascii)}:{json_text(item, ensure_ascii=ensure_ascii)}"
        for key, item in value.items()
    )
    return f"{{{','.join(members)}}}"
