"""How numbers of orders are compared."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

_LETTERS_APART = r"(?<!\w)[A-Za-z]{1,5}\s?[-–./]?\s?"
"""What stands before the figures of a number that is written with a blank in it."""


@lru_cache(maxsize=1024)
def order_key(number: str) -> str:
    """An order number for comparing: "RS 1234-5" and "rs12345" are the same."""
    plain = unicodedata.normalize("NFKC", number).casefold()
    return "".join(character for character in plain if character.isalnum()).upper()


def shape_of(number: str) -> str:
    """What a number looks like, whatever its digits: "RS 1234-5" and "rs99999" are both "RS00000"."""
    return "".join("0" if character.isdigit() else character for character in order_key(number))


def written_apart(text: str, numbers: Collection[str]) -> Mapping[str, str]:
    """The numbers before which letters stand that may belong to them, each with these: "RS 1234" for 1234."""
    found = {}
    for number in numbers:
        if number[:1].isdigit():
            match = re.search(rf"{_LETTERS_APART}{re.escape(number)}(?!\w)", text)
            if match is not None:
                found[number] = match.group()
    return found
