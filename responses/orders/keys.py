"""How numbers of orders are compared."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1024)
def order_key(number: str) -> str:
    """An order number for comparing: "RS 1234-5" and "rs12345" are the same."""
    plain = unicodedata.normalize("NFKC", number).casefold()
    return "".join(character for character in plain if character.isalnum()).upper()


def shape_of(number: str) -> str:
    """What a number looks like, whatever its digits: "RS 1234-5" and "rs99999" are both "RS00000"."""
    return "".join("0" if character.isdigit() else character for character in order_key(number))
