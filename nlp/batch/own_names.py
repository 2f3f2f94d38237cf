"""What the input's columns are called in the output."""

from collections.abc import Sequence, Set

from nlp.render import COLUMNS

ERROR = "error"
"""The column that says what is wrong with a row; only there when some row has something wrong."""


def own_names(columns: Sequence[str], reserved: Set[str] = frozenset()) -> dict[str, str]:
    """The name in the output of each of the input's columns, so that none hides another.

    A column that has the name of one of ours, or a `reserved` one, becomes `input_<name>`, with as many
    `input_` as it takes. Half a character (a lone surrogate), which no file of ours can hold, becomes `�`.
    """
    names: dict[str, str] = {}
    taken = {*COLUMNS, ERROR, *reserved}
    # Those that can stay as they are come first: no renamed column takes the name of another.
    for column in sorted(columns, key=lambda one: one in taken or whole_characters(one) != one):
        name = whole_characters(column)
        while name in taken:
            name = f"input_{name}"
        names[column] = name
        taken.add(name)
    return {column: names[column] for column in columns}


def whole_characters(text: str) -> str:
    """The text with `�` for every half of a character (a lone surrogate)."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
