"""How much memory the values of a row take, so that what is held of many rows has a limit."""

from sys import getsizeof

from nlp.tables.json_reading import WrittenNumber

_CONTAINERS = frozenset((list, tuple, dict))
_WALKED = _CONTAINERS | {WrittenNumber}


def held_bytes(value: object) -> int:
    """The bytes of a value and of all that is in it; what is in it twice counts twice.

    A list of nothing but plain numbers and texts is gone through by the interpreter itself: an embedding has
    a thousand of them.
    """
    if isinstance(value, WrittenNumber):
        return getsizeof(value) + getsizeof(value.text)
    if type(value) not in _CONTAINERS:
        return getsizeof(value)
    own = getsizeof(value)
    if isinstance(value, dict):
        own += sum(map(getsizeof, value))
        inside = list(value.values())
    else:
        inside = list(value)  # type: ignore[call-overload]
    is_plain = _WALKED.isdisjoint(map(type, inside))
    return own + sum(map(getsizeof if is_plain else held_bytes, inside))
