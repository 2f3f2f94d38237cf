"""Values inside the objects of a row, by a path such as `review.text`."""

from collections.abc import Iterator, Mapping
from typing import cast

_DEEPEST = 6
"""Objects in each other that are looked into for texts."""

Path = tuple[str, ...]
"""The keys that lead to a value, that of the column first."""


def path_of(values: Mapping[str, object], name: str) -> Path | None:
    """The keys that a name leads by, None where nothing stands there.

    A key may have dots itself; the column of that very name comes first.
    """
    if name in values:
        return (name,)
    for place, letter in enumerate(name):
        inner = values.get(name[:place]) if letter == "." else None
        if isinstance(inner, dict) and (rest := path_of(inner, name[place + 1 :])) is not None:
            return (name[:place], *rest)
    return None


def value_at(values: Mapping[str, object], name: str) -> object:
    """The value of a column, or of what a path in it names; None where nothing stands there."""
    if name in values or "." not in name:
        return values.get(name)
    value: object = values
    for key in path_of(values, name) or ():
        value = cast(Mapping[str, object], value)[key]
    return None if value is values else value


def leaves(values: Mapping[str, object], above: Path = ()) -> Iterator[tuple[Path, object]]:
    """All values with the keys that lead to them; for an object those in it."""
    for key, value in values.items():
        path = (*above, key)
        if isinstance(value, dict) and len(path) < _DEEPEST:
            yield from leaves(value, path)
        else:
            yield path, value
