"""What can be said of conditions without a case: which types a rule is for, and what implies what."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from models.labels import Act, Urgency
from models.money import Money
from responses.policy.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Operand,
    Operator,
    Subject,
    Test,
    negate,
)
from responses.policy.schema import Rule
from responses.policy.verdicts import Truth

_OPPOSITES = {
    Operator.OVER: Operator.UP_TO,
    Operator.UP_TO: Operator.OVER,
    Operator.UNDER: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.UNDER,
}
_LOWER = (Operator.OVER, Operator.AT_LEAST)
_UPPER = (Operator.UNDER, Operator.UP_TO)
_URGENCIES = tuple(Urgency)


def truth_for(condition: Condition, complaint_type: str) -> Truth:
    """What is certain about a condition when only the complaint type is known."""
    match condition:
        case Test():
            if condition.subject is Subject.MESSAGE and condition.name in ("complaint", "act"):
                value = complaint_type if condition.name == "complaint" else Act.COMPLAINT
                holds = (value in condition.operands) != condition.negated
                return Truth.TRUE if holds else Truth.FALSE
            return Truth.OPEN
        case AllOf():
            return _combined(condition.parts, complaint_type, Truth.FALSE, Truth.TRUE)
        case AnyOf():
            return _combined(condition.parts, complaint_type, Truth.TRUE, Truth.FALSE)


def _combined(parts: Iterable[Condition], complaint_type: str, decisive: Truth, otherwise: Truth) -> Truth:
    truths = {truth_for(part, complaint_type) for part in parts}
    if decisive in truths:
        return decisive
    return Truth.OPEN if Truth.OPEN in truths else otherwise


def covering(rule: Rule, earlier: Sequence[Rule], complaint_types: Collection[str]) -> tuple[str, ...] | None:
    """The ids of earlier rules that together leave nothing to a rule; None when it can be reached.

    Sound but not complete: what it cannot see through, it takes for reachable.
    """
    types = [one for one in complaint_types if truth_for(rule.when, one) is not Truth.FALSE]
    found: list[str] = []
    for one in types:
        by = next((other for other in earlier if other.ends_the_search and _covers(other, rule, one)), None)
        if by is None:
            return None
        found.append(by.id)
    if not _only_complaints(rule):
        by = next((other for other in earlier if other.ends_the_search and _covers(other, rule, None)), None)
        if by is None:
            return None
        found.append(by.id)
    return tuple(other.id for other in earlier if other.id in found) or None


def _only_complaints(rule: Rule) -> bool:
    tests = _conjunction(rule.when)
    return any(_is_message(test, "complaint") and not test.negated for test in tests) or any(
        _is_message(test, "act") and not test.negated and test.operands == (Act.COMPLAINT,) for test in tests
    )


def _covers(other: Rule, rule: Rule, complaint_type: str | None) -> bool:
    """Whether `other` holds whenever `rule` does, for one complaint type."""
    given = _conjunction(rule.when)
    for part in _parts(other.when):
        if not isinstance(part, Test):
            return False
        if complaint_type is not None and truth_for(part, complaint_type) is Truth.TRUE:
            continue
        if not any(_implies(test, part) for test in given):
            return False
    return True


def contradiction(condition: Condition) -> tuple[Test, Test] | None:
    """Two tests that must both hold and never can."""
    tests = _conjunction(condition)
    for index, test in enumerate(tests):
        for other in tests[index + 1 :]:
            if (test.subject, test.name) != (other.subject, other.name) or test.name == "ask":
                continue  # several things may be asked for at once
            opposite = negate(other)
            if isinstance(opposite, Test) and _implies(test, opposite):
                return test, other
    return None


def _parts(condition: Condition) -> list[Condition]:
    """Everything that must hold, nested all-of opened up."""
    if isinstance(condition, AllOf) or (isinstance(condition, AnyOf) and len(condition.parts) == 1):
        return [inner for part in condition.parts for inner in _parts(part)]
    return [condition]


def _conjunction(condition: Condition) -> list[Test]:
    return [part for part in _parts(condition) if isinstance(part, Test)]


def _is_message(test: Test, name: str) -> bool:
    return test.subject is Subject.MESSAGE and test.name == name


def _implies(test: Test, other: Test) -> bool:
    """Whether `other` holds whenever `test` does."""
    if (test.subject, test.name) != (other.subject, other.name):
        return False
    if other.operator is Operator.KNOWN:
        return not other.negated  # a test that holds at all has a value to look at
    test, other = _straight(test), _straight(other)
    if test.operator is Operator.KNOWN:
        return False
    if other.operator is Operator.IS:
        return _implies_equality(test, other)
    bound = other.operands[0]
    if test.operator is Operator.IS:
        return not test.negated and all(_fits(value, other.operator, bound) for value in test.operands)
    if (test.operator in _LOWER) != (other.operator in _LOWER):
        return False
    # "At least 5" does not make it over 5; every other pair of bounds on one side goes by their numbers.
    strict = other.operator in (Operator.OVER, Operator.UNDER) and test.operator is not other.operator
    side = Operator.OVER if other.operator in _LOWER else Operator.UNDER
    beyond = _fits(test.operands[0], side, bound)
    return beyond or (not strict and test.operands[0] == bound)


def _implies_equality(test: Test, other: Test) -> bool:
    values, others = set(test.operands), set(other.operands)
    if test.operator is not Operator.IS:
        return other.negated and not any(
            _fits(value, test.operator, test.operands[0]) for value in other.operands
        )
    if test.negated:
        return other.negated and others <= values
    return not values & others if other.negated else values <= others


def _straight(test: Test) -> Test:
    """A comparison without negation: not over is up to."""
    if not test.negated or test.operator not in _OPPOSITES:
        return test
    return Test(
        subject=test.subject,
        name=test.name,
        operator=_OPPOSITES[test.operator],
        operands=test.operands,
        text=test.text,
    )


def _fits(value: Operand, operator: Operator, bound: Operand) -> bool:
    left, right = _measure(value), _measure(bound)
    if left is None or right is None:
        return False
    match operator:
        case Operator.OVER:
            return left > right
        case Operator.AT_LEAST:
            return left >= right
        case Operator.UNDER:
            return left < right
        case _:
            return left <= right


def _measure(value: Operand) -> Decimal | None:
    """Where a value stands among others of its type; None for those without an order."""
    match value:
        case Money():
            return value.amount
        case Decimal():
            return value
        case date():
            return Decimal(value.toordinal())
        case str() if value in _URGENCIES:
            return Decimal(_URGENCIES.index(value))
        case _:
            return None
