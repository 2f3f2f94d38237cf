"""A complaint in the owner's own words, and the more exact ones where more of it is known."""

import re
from collections.abc import Mapping
from decimal import Decimal

from models.decision import Duration, DurationUnit, FactValue
from models.money import Money
from responses.drafts.brief import DraftBrief
from responses.drafts.numbers import format_money, format_span
from responses.drafts.voice import Voice, told_facts

_VALUE = re.compile(r"\{(\w+)\}")


def own_words(brief: DraftBrief, voice: Voice, complaint_type: str) -> str | None:
    """What went wrong as the owner says it; None where the built-in words have to do.

    The first that hold: what they say of a fact is known, and so is every value they name. What the owner
    presumes is not told.
    """
    facts = told_facts(brief)
    for key, texts in brief.what_happened.items():
        name, _, rest = key.partition(".")
        fact, _, value = rest.partition(".")
        if name != complaint_type or not texts or (fact and not _is(facts.get(fact), value)):
            continue
        language = brief.language
        if language not in texts and not fact:
            return voice.translated(texts).rstrip(".")
        words = _with_values(texts.get(language, ""), facts, language)
        if words:
            return voice.translated({language: words}).rstrip(".")
    return None


def _is(fact: FactValue | None, value: str) -> bool:
    if fact is None:
        return False
    known = {True: "yes", False: "no"}[fact.value] if isinstance(fact.value, bool) else fact.value
    return known == value


def _with_values(words: str, facts: Mapping[str, FactValue], language: str) -> str | None:
    """The words with the values that they name; None where one is not known, or is nothing."""
    for name in _VALUE.findall(words):
        value = _said(facts.get(name), language)
        if value is None:
            return None
        words = words.replace(f"{{{name}}}", value)
    return words


def _said(fact: FactValue | None, language: str) -> str | None:
    match fact:
        case FactValue(value=Money() as money) if money.amount > 0:
            return format_money(money, language)
        case FactValue(value=Decimal() as days) if days >= 1:
            return format_span(Duration(count=int(days), unit=DurationUnit.DAYS), language)
        case _:
            return None
