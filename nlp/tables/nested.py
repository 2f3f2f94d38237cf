"""Values inside the objects of a row, by a path such as `review.text`."""

from collections.abc import Iterator, Mapping
from typing import cast

_DEEPEST = 6
"""Objects in each other that are looked into for texts."""

Path = tuple[str, ...]
"""The keys that lead to a value, that of the column first."""


def path_of(values: Mapping[str, object], name: str) -> Path | None:
    """The keys that a name leads by, None where nothing stands there.

    A key may have dots itself; the column of that very name comes first. Through a list a name leads where it
    does through one of its objects.
    """
    if name in values:
        return (name,)
    for place, letter in enumerate(name):
        inner = values.get(name[:place]) if letter == "." else None
        for one in _objects(inner):
            if (rest := path_of(one, name[place + 1 :])) is not None:
                return (name[:place], *rest)
    return None


def value_at(values: Mapping[str, object], name: str) -> object:
    """The value of a column, or of what a path in it names; None where nothing stands there.

    Of a path through lists it is the list of what the objects in them have there.
    """
    if name in values or "." not in name:
        return values.get(name)
    path = path_of(values, name)
    return None if path is None else _value(values, path)


def _value(value: object, path: Path) -> object:
    if not path:
        return value
    if isinstance(value, list):
        # Objects of one list need not be alike: each is asked for its own way.
        rest = ".".join(path)
        inner = [value_at(one, rest) for one in _objects(value) if path_of(one, rest) is not None]
        return [item for one in inner for item in (one if isinstance(one, list) else [one])]
    return _value(cast(Mapping[str, object], value)[path[0]], path[1:])


def _objects(value: object) -> list[Mapping[str, object]]:
    """An object, or those of a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def leaves(values: Mapping[str, object], above: Path = ()) -> Iterator[tuple[Path, object]]:
    """All values with the keys that lead to them; for an object those in it."""
    for key, value in values.items():
        path = (*above, key)
        if isinstance(value, dict) and len(path) < _DEEPEST:
            yield from leaves(value, path)
        else:
            yield path, value
