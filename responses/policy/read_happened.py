"""Reads `what_happened`: how the owner says a complaint back to the customer."""

import re
from collections.abc import Collection
from functools import partial

from responses.policy.context import Context
from responses.policy.reader import Entries, Item, attempt, did_you_mean
from responses.policy.schema import FactType, Texts

_VALUE = re.compile(r"\{(\w+)\}")
_TELLING = (FactType.YES_NO, FactType.CHOICE)
_SPOKEN = (FactType.DAYS, FactType.MONEY)


def read_what_happened(item: Item, context: Context) -> dict[str, Texts]:
    """`{service_down: {what_is_down: {internet: {it: …}}, it: …}}`, by the path of each text.

    Of one complaint type the words for a value of a fact come before those for every case.
    """
    found: dict[str, Texts] = {}
    for name, part in Entries(item, context.complaint_types, "complaint type").found.items():
        found |= attempt(partial(_read_type, name=name, context=context), part, {})
    return found


def _read_type(item: Item, name: str, context: Context) -> dict[str, Texts]:
    entries = item.entries() if item.is_mapping else {}
    by_fact = {key: part for key, part in entries.items() if key not in context.languages and part.is_mapping}
    found: dict[str, Texts] = {}
    for fact, part in by_fact.items():
        found |= attempt(partial(_read_values, name=name, fact=fact, context=context), part, {})
    if not by_fact or len(by_fact) < len(entries):
        found[name] = _read_texts(item, context, beside=by_fact)
    return found


def _read_values(item: Item, name: str, fact: str, context: Context) -> dict[str, Texts]:
    spec = context.facts[context.fact_of_type(item, fact, _TELLING)]
    values = spec.choices if spec.type is FactType.CHOICE else ("yes", "no")
    named = item.entries(values, f"value of {fact}")
    return {
        f"{name}.{fact}.{value}": attempt(partial(_read_texts, context=context), part, {})
        for value, part in named.items()
    }


def _read_texts(item: Item, context: Context, *, beside: Collection[str] = ()) -> Texts:
    texts = context.read_texts(item, beside=beside)
    for words in texts.values():
        for fact in _VALUE.findall(words):
            spec = context.facts.get(fact)
            if spec is None:
                item.forbid(f'unknown fact "{{{fact}}}"{did_you_mean(fact, context.facts)}')
            elif spec.type not in _SPOKEN:
                item.forbid(f'"{{{fact}}}" is of type {spec.type}, expected {" or ".join(_SPOKEN)}')
    return texts
