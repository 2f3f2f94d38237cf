"""Reads `when`: the conditions of rules and of what is owed."""

import re
from collections.abc import Callable
from decimal import Decimal

from models.labels import Act, Ask, Tone, Urgency
from responses.policy.conditions import (
    MESSAGE_FIELDS,
    AllOf,
    AnyOf,
    Condition,
    Operand,
    Operator,
    Subject,
    Test,
    negate,
)
from responses.policy.context import MOST_MONTHS, Context, read_date, read_number
from responses.policy.reader import Item, read_all, read_enum, read_name, read_with, read_yes_no
from responses.policy.scalars import parse_number
from responses.policy.schema import FactSpec, FactType

# What `months_since_delivery` counts from.
DELIVERY = "delivered_on"

_COMPOUNDS = ("all_of", "any_of", "not")
_SPANS = {"days_since": Subject.DAYS_SINCE, "months_since": Subject.MONTHS_SINCE}
_COMPARISONS = (Operator.OVER, Operator.UNDER, Operator.UP_TO, Operator.AT_LEAST)
_LANGUAGE_CODE = re.compile("[a-z]{2,3}")

_ReadOperand = Callable[[Item], Operand]


def read_when(item: Item, context: Context) -> Condition:
    """A whole `when`: keys that must all hold, or the word `always`."""
    if item.is_scalar:
        if item.text() != "always":
            raise item.refuse(f'expected conditions or the word always, found "{item.text()}"')
        return AllOf(parts=())
    return _read_all_of(item, context)


def _read_all_of(item: Item, context: Context) -> Condition:
    known = (*MESSAGE_FIELDS, *_COMPOUNDS, *_SPANS, "months_since_delivery", *context.facts)
    entries = item.entries(known, "condition or fact")
    if not entries:
        raise item.refuse("there is no condition; for a rule that always holds write when: always")
    return AllOf(parts=read_all(lambda entry: _read_entry(entry, context), entries.values()))


def _read_entry(item: Item, context: Context) -> Condition:
    name = item.key.rpartition(".")[2]
    if name in context.facts:
        return _Tests(Subject.FACT, name, *fact_operand(context.facts[name], context)).read(item)
    if name in MESSAGE_FIELDS:
        return _Tests(Subject.MESSAGE, name, *_message_field(name, context)).read(item)
    if name == "months_since_delivery":
        return _Tests(Subject.MONTHS_SINCE, DELIVERY, _read_months, ordered=True).read(item)
    if name in _SPANS:
        return _read_span(item, _SPANS[name], context)
    if name == "not":
        return negate(_read_all_of(item, context))
    parts = read_all(lambda part: _read_all_of(part, context), item.items())
    return AnyOf(parts=parts) if name == "any_of" else AllOf(parts=parts)


def _read_span(item: Item, subject: Subject, context: Context) -> Condition:
    dates = [name for name, spec in context.facts.items() if spec.type is FactType.DATE]
    entries = item.entries(dates, "fact of type date")
    if not entries:
        raise item.refuse("expected a fact of type date, as in {withdrawn_on: {over: 14}}")
    read = _read_months if subject is Subject.MONTHS_SINCE else read_number
    parts = [_Tests(subject, name, read, ordered=True).read(entry) for name, entry in entries.items()]
    return AllOf(parts=tuple(parts))


class _Tests:
    """Reads what may stand beside one subject: a value, a list of values, or operators."""

    def __init__(self, subject: Subject, name: str, read_operand: _ReadOperand, ordered: bool) -> None:
        self.subject = subject
        self.name = name
        self.read_operand = read_operand
        self.ordered = ordered

    def read(self, item: Item) -> Condition:
        if not item.is_mapping:
            return self._read_values(item)
        allowed = ["not", "any_of", "one_of"]
        allowed += [*_COMPARISONS] if self.ordered else []
        allowed += ["known"] if self.subject is Subject.FACT else []
        entries = item.entries(allowed, "comparison")
        if not entries:
            raise item.refuse(f"expected a comparison: {', '.join(allowed)}")
        parts = read_all(lambda entry: self._read_comparison(entry), entries.values())
        return parts[0] if len(parts) == 1 else AllOf(parts=parts)

    def _read_comparison(self, item: Item) -> Condition:
        word = item.key.rpartition(".")[2]
        if word == "not":
            return negate(self._read_values(item))
        if word in ("any_of", "one_of"):
            return self._read_values(item)
        if word == "known":
            known = self._test(Operator.KNOWN, (), "known")
            return known if read_yes_no(item) else negate(known)
        operator = Operator(word)
        operand = self.read_operand(item)
        return self._test(operator, (operand,), f"{word.replace('_', ' ')} {item.text()}")

    def _read_values(self, item: Item) -> Condition:
        if self.subject in (Subject.DAYS_SINCE, Subject.MONTHS_SINCE):
            raise item.refuse("expected a comparison such as {over: 14}")
        if item.is_list:
            items = item.items()
            operands = read_all(self.read_operand, items)
            return self._test(Operator.IS, operands, " | ".join(part.text() for part in items))
        if self.subject is Subject.FACT and item.text() == "known":
            return self._test(Operator.KNOWN, (), "known")
        return self._test(Operator.IS, (self.read_operand(item),), item.text())

    def _test(self, operator: Operator, operands: tuple[Operand, ...], text: str) -> Test:
        return Test(subject=self.subject, name=self.name, operator=operator, operands=operands, text=text)


def _message_field(name: str, context: Context) -> tuple[_ReadOperand, bool]:
    match name:
        case "act":
            return read_enum(Act, "act"), False
        case "complaint":
            return read_name(context.complaint_types, "complaint type"), False
        case "tone":
            return read_enum(Tone, "tone"), False
        case "urgency":
            return read_enum(Urgency, "urgency"), True
        case "ask":
            return read_enum(Ask, "ask"), False
        case "own_error":
            return read_yes_no, False
        case _:
            return _read_language, False


def fact_operand(spec: FactSpec, context: Context) -> tuple[Callable[[Item], Operand], bool]:
    """How a value of a fact is read, and whether values of its type have an order."""
    match spec.type:
        case FactType.MONEY:
            return context.read_money, True
        case FactType.DAYS:
            return _read_days, True
        case FactType.NUMBER:
            return read_number, True
        case FactType.YES_NO:
            return read_yes_no, False
        case FactType.DATE:
            return read_date, True
        case FactType.CHOICE:
            return read_name(spec.choices, f"value of {spec.name}"), False
        case FactType.TEXT:
            return Item.text, False


def _read_months(item: Item) -> Decimal:
    months = _read_whole_number(item)
    if months > MOST_MONTHS:
        item.forbid(f'expected at most {MOST_MONTHS} months, found "{item.text()}"')
    return months


_read_days = read_with(
    lambda text: parse_number(text.removesuffix("days").removesuffix("day").strip()), "a number of days"
)
_read_whole_number = read_with(parse_number, "a whole number", allow=lambda number: number == int(number))
_read_language = read_with(
    lambda text: text if _LANGUAGE_CODE.fullmatch(text) else None, "a language code such as it"
)
