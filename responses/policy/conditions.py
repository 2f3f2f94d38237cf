"""Conditions as the policy file states them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.money import Money

Operand = bool | str | date | Decimal | Money


class Subject(StrEnum):
    """What a test looks at."""

    MESSAGE = "message"  # a field of the assessment; `name` is its key in the file
    FACT = "fact"
    DAYS_SINCE = "days_since"  # days from a fact of type date to today
    MONTHS_SINCE = "months_since"


class Operator(StrEnum):
    IS = "is"  # one of the operands
    OVER = "over"
    UNDER = "under"
    UP_TO = "up_to"
    AT_LEAST = "at_least"
    KNOWN = "known"


# Fields of the assessment that conditions read, and the name under which the classifier abstains.
MESSAGE_FIELDS = {
    "act": "act",
    "complaint": "complaint_types",
    "tone": "tone",
    "urgency": "urgency",
    "ask": "asks",
    "own_error": "own_error",
    "language": "language",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """One comparison. `text` is how the file writes it, for sentences to agents."""

    __test__ = False  # pytest would take the class for a test of its own

    subject: Subject
    name: str
    operator: Operator
    operands: tuple[Operand, ...] = ()
    negated: bool = False
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AllOf:
    """True if all are, false if one is, else open. Without parts it is true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyOf:
    """True if one is, false if all are, else open."""

    parts: tuple["Condition", ...]


Condition = Test | AllOf | AnyOf


def negate(condition: Condition) -> Condition:
    """The opposite, with the negation carried down to the single tests.

    There it must be: a test on an unavailable fact is false both as written and negated.
    """
    match condition:
        case Test():
            return Test(
                subject=condition.subject,
                name=condition.name,
                operator=condition.operator,
                operands=condition.operands,
                negated=not condition.negated,
                text=condition.text.removeprefix("not ") if condition.negated else f"not {condition.text}",
            )
        case AllOf():
            return AnyOf(parts=tuple(negate(part) for part in condition.parts))
        case AnyOf():
            return AllOf(parts=tuple(negate(part) for part in condition.parts))


def single_tests(condition: Condition) -> Iterable[Test]:
    """Every single test of a condition, in the file's order."""
    if isinstance(condition, Test):
        yield condition
        return
    for part in condition.parts:
        yield from single_tests(part)


def reads_message(condition: Condition, *names: str) -> bool:
    """Whether a condition looks at one of these fields of the message."""
    return any(test.subject is Subject.MESSAGE and test.name in names for test in single_tests(condition))
