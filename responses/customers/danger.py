"""Danger: whether body or life is at stake, so that the customer is told whom to call at once."""

import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML


def in_danger(complaint_types: Iterable[str], texts: Iterable[str], *, dangerous: Collection[str]) -> bool:
    """Whether a critical case is one of body or life, and not of a deadline or of money.

    Args:
        complaint_types: those of the case, in doubt or not: the words harm nobody.
        texts: what the customer wrote.
        dangerous: the types that the policy takes for a danger.
    """
    return not set(dangerous).isdisjoint(complaint_types) or any(_words().search(text) for text in texts)


@cache
def _words() -> re.Pattern[str]:
    source = files("responses").joinpath("phrases", "danger.yaml").read_text(encoding="utf-8")
    by_language: dict[str, list[str]] = YAML(typ="safe").load(source)
    joined = "|".join(expression for expressions in by_language.values() for expression in expressions)
    return re.compile(rf"(?<!\w)(?:{joined})", re.IGNORECASE)
