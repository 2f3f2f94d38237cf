"""Offering: what each rule of a policy gives, whatever else its file says of it."""

from collections.abc import Mapping

from responses.policy.schema import Policy

Offering = Mapping[str, object]
"""By the id of a rule, all that a customer gets of it: two that are equal give the same."""


def offering_of(policy: Policy) -> Offering:
    """What its rules, and those of what is owed, give; their conditions and reasons do not count."""
    owed = {one.id: (one.give, one.promise) for one in policy.owed}
    rules = {
        one.id: (one.apologise, one.give, one.promise, one.decline, one.hand_over) for one in policy.rules
    }
    return {**owed, **rules}


def unchanged(one: Offering, other: Offering) -> frozenset[str]:
    """The rules that give the same in both."""
    return frozenset(rule for rule, gives in one.items() if rule in other and other[rule] == gives)
