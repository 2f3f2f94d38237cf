"""How conditions turn out: true, false, or open where nobody knows yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from models.labels import Urgency
from models.money import Money
from responses.hours import add_months
from responses.policy.conditions import (
    MESSAGE_FIELDS,
    AllOf,
    AnyOf,
    Condition,
    Operand,
    Operator,
    Subject,
    Test,
)
from responses.policy.situation import Situation

_Item = TypeVar("_Item")
_Ordered = TypeVar("_Ordered", int, Decimal, date)


class Truth(StrEnum):
    TRUE = "true"
    FALSE = "false"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a condition turned out, and by what.

    `deciding` are the tests that made it so. Of an open condition, `facts` are the facts that nobody
    knows and `unsure` the classifier's fields that cannot be relied upon; `presumed` names the facts read
    that stand by presumption only.
    """

    truth: Truth
    deciding: tuple[Test, ...] = ()
    facts: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    presumed: tuple[str, ...] = ()


def evaluate(condition: Condition, situation: Situation) -> Verdict:
    """Judge a condition. Every part is judged, so that all that is open is known at once."""
    match condition:
        case Test():
            return _evaluate_test(condition, situation)
        case AllOf():
            return _combine([evaluate(part, situation) for part in condition.parts], Truth.FALSE, Truth.TRUE)
        case AnyOf():
            return _combine([evaluate(part, situation) for part in condition.parts], Truth.TRUE, Truth.FALSE)


def _combine(verdicts: list[Verdict], decisive: Truth, otherwise: Truth) -> Verdict:
    """Join parts of which one with the `decisive` value settles the whole."""
    for truth in (decisive, Truth.OPEN, otherwise):
        relevant = [verdict for verdict in verdicts if verdict.truth is truth]
        if relevant:
            break
    if len(relevant) == 1:
        return relevant[0]
    return Verdict(
        truth=truth,
        deciding=_distinct(test for verdict in relevant for test in verdict.deciding),
        facts=_distinct(name for verdict in relevant for name in verdict.facts),
        unsure=_distinct(field for verdict in relevant for field in verdict.unsure),
        presumed=_distinct(name for verdict in relevant for name in verdict.presumed),
    )


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def _evaluate_test(test: Test, situation: Situation) -> Verdict:
    if test.subject is Subject.MESSAGE:
        return _evaluate_message(test, situation)
    if test.name in situation.unavailable:
        # False as written and negated, but for the one test that asks whether anybody knows.
        unknown = test.operator is Operator.KNOWN and test.negated
        return Verdict(truth=_truth(unknown), deciding=(test,))
    if test.name not in situation.known:
        return Verdict(truth=Truth.OPEN, deciding=(test,), facts=(test.name,))
    value = situation.known[test.name]
    holds = test.operator is Operator.KNOWN or _compare(test, value, situation.today)
    presumed = (test.name,) if test.name in situation.presumed else ()
    return Verdict(truth=_truth(holds != test.negated), deciding=(test,), presumed=presumed)


def _evaluate_message(test: Test, situation: Situation) -> Verdict:
    field = MESSAGE_FIELDS[test.name]
    if field in situation.matter.abstained:
        return Verdict(truth=Truth.OPEN, deciding=(test,), unsure=(field,))
    holds = any(_message_holds(test, value) for value in _said(test.name, situation)) != test.negated
    return Verdict(truth=_truth(holds), deciding=(test,))


def _said(name: str, situation: Situation) -> tuple[str | bool, ...]:
    """What the message says in one of the fields that conditions name."""
    matter = situation.matter
    match name:
        case "complaint":
            return () if situation.complaint_type is None else (situation.complaint_type,)
        case "act":
            return (matter.act,)
        case "tone":
            return (matter.tone,)
        case "urgency":
            return (matter.urgency,)
        case "ask":
            return matter.asks
        case "own_error":
            return (matter.own_error,)
        case _:
            return (matter.language,)


def _message_holds(test: Test, value: str | bool) -> bool:
    if test.operator is Operator.IS:
        return value in test.operands
    order = list(Urgency)  # the only field with an order; the reader refuses comparisons on the others
    left, right = order.index(Urgency(str(value))), order.index(Urgency(str(test.operands[0])))
    return _in_order(test.operator, left, right)


def _compare(test: Test, value: Operand, today: date) -> bool:
    match test.subject, value:
        case Subject.DAYS_SINCE, date():
            left: Decimal | date = Decimal((today - value).days)
            return _holds(test, left)
        case Subject.MONTHS_SINCE, date():
            # "Up to 24 months" ends with the same day 24 months on, however long the months are.
            limit = _months_on(value, int(str(test.operands[0])))
            return _in_order(test.operator, today, limit)
        case _:
            return _holds(test, value)


def _months_on(day: date, months: int) -> date:
    # A day at the end of the calendar, mistyped, is no reason to stop: from it, all is still to come.
    return add_months(day, months) if day.year + months // 12 + 1 <= date.max.year else date.max


def _holds(test: Test, value: Operand) -> bool:
    if test.operator is Operator.IS:
        return value in test.operands
    operand = test.operands[0]
    if isinstance(value, Money) and isinstance(operand, Money):
        return _in_order(test.operator, value.amount, operand.amount)
    if isinstance(value, Decimal) and isinstance(operand, Decimal):
        return _in_order(test.operator, value, operand)
    if isinstance(value, date) and isinstance(operand, date):
        return _in_order(test.operator, value, operand)
    raise TypeError(f"{test.name}: cannot compare {value!r} with {operand!r}")


def _in_order(operator: Operator, left: _Ordered, right: _Ordered) -> bool:
    match operator:
        case Operator.OVER:
            return left > right
        case Operator.UNDER:
            return left < right
        case Operator.UP_TO:
            return left <= right
        case Operator.AT_LEAST:
            return left >= right
        case _:
            raise ValueError(f"{operator} does not compare by order")


def _truth(value: bool) -> Truth:
    return Truth.TRUE if value else Truth.FALSE
