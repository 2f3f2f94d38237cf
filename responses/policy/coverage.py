"""What can be said of conditions without a case: what an entry is for, and what implies what."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
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
    reads_message,
)
from responses.policy.schema import Owed, Rule
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One time that everything is tried: for a message of that act, one complaint type or none."""

    act: str
    complaint_type: str | None


def runs(complaint_types: Collection[str]) -> tuple[Run, ...]:
    """Every run there can be."""
    of_complaints = [Run(act=Act.COMPLAINT, complaint_type=one) for one in (*complaint_types, None)]
    others = [Run(act=act, complaint_type=None) for act in Act if act is not Act.COMPLAINT]
    return (*of_complaints, *others)


def concerns(entry: Owed | Rule, act: str) -> bool:
    """Whether an entry has a say in a message of that act.

    Entries are written with complaints in mind. One that would hold for a question too must say so, by
    naming the act, what is asked for, or (a rule) whose mistake it was; for praise, spam and the rest, a
    rule must name the act.
    """
    if act == Act.COMPLAINT:
        return True
    if isinstance(entry, Owed):
        return reads_message(entry.when, "act", "ask")
    if act in (Act.REQUEST, Act.QUESTION):
        return reads_message(entry.when, "act", "ask", "own_error")
    return reads_message(entry.when, "act")


def truth_for(condition: Condition, run: Run) -> Truth:
    """What is certain about a condition when only the run is known."""
    match condition:
        case Test():
            if condition.subject is Subject.MESSAGE and condition.name in ("complaint", "act"):
                value = run.complaint_type if condition.name == "complaint" else run.act
                holds = (value in condition.operands) != condition.negated
                return Truth.TRUE if holds else Truth.FALSE
            return Truth.OPEN
        case AllOf():
            return _combined(condition.parts, run, Truth.FALSE, Truth.TRUE)
        case AnyOf():
            return _combined(condition.parts, run, Truth.TRUE, Truth.FALSE)


def _combined(parts: Iterable[Condition], run: Run, decisive: Truth, otherwise: Truth) -> Truth:
    truths = {truth_for(part, run) for part in parts}
    if decisive in truths:
        return decisive
    return Truth.OPEN if Truth.OPEN in truths else otherwise


def narrowed(condition: Condition, run: Run) -> Condition:
    """The condition without the tests that hold throughout a run anyway."""
    if not isinstance(condition, AllOf):
        return condition
    certain = [isinstance(part, Test) and truth_for(part, run) is Truth.TRUE for part in condition.parts]
    return AllOf(parts=tuple(part for part, holds in zip(condition.parts, certain, strict=True) if not holds))


def covering(rule: Rule, earlier: Sequence[Rule], complaint_types: Collection[str]) -> tuple[str, ...] | None:
    """The ids of earlier rules that together leave nothing to a rule; None when it can be reached.

    Sound but not complete: what it cannot see through, it takes for reachable.
    """
    found: list[str] = []
    for run in runs(complaint_types):
        if not may_hold(rule, run):
            continue
        by = next((other for other in earlier if other.ends_the_search and covers(other, rule, run)), None)
        if by is None:
            return None
        found.append(by.id)
    return tuple(other.id for other in earlier if other.id in found) or None


def may_hold(entry: Owed | Rule, run: Run) -> bool:
    """Whether anything in a run could make an entry apply."""
    return concerns(entry, run.act) and truth_for(entry.when, run) is not Truth.FALSE


def covers(other: Owed | Rule, rule: Rule, run: Run) -> bool:
    """Whether in that run `other` holds whenever `rule` does."""
    if not concerns(other, run.act):
        return False
    given = _conjunction(rule.when)
    for part in _parts(other.when):
        if truth_for(part, run) is Truth.TRUE:
            continue
        if not isinstance(part, Test) or not any(_implies(test, part) for test in given):
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


def _implies(test: Test, other: Test) -> bool:
    """Whether `other` holds whenever `test` does."""
    if (test.subject, test.name) != (other.subject, other.name):
        return False
    if other.operator is Operator.KNOWN:
        # A test that holds at all has a value to look at, but for the one that wants none.
        wants_none = test.operator is Operator.KNOWN and test.negated
        return wants_none is other.negated
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
