"""Builds matters and policies for the tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from textwrap import dedent
from typing import Any

from models.decision import Basis, Decision, FactValue, Given, Matter, Remedy, RemedyKind
from models.money import Money
from responses.policy import Policy, load_policy_text
from responses.policy.case_file import told

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def euro(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def known(**values: object) -> dict[str, FactValue]:
    return {name: FactValue(value=value, source="agent") for name, value in values.items()}


def unavailable(*names: str) -> dict[str, FactValue]:
    return {name: FactValue(value=None, source="customer", unavailable=True) for name in names}


def matter(*complaint_types: str, **changes: Any) -> Matter:
    """A calm Italian complaint of these types about which nothing is known, with changes."""
    fields: dict[str, Any] = {
        "act": "complaint",
        "complaint_types": complaint_types,
        "tone": "calm",
        "urgency": "normal",
        "asks": (),
        "own_error": False,
        "language": "it",
        "abstained": frozenset(),
        "facts": {},
        "given_here": (),
        "history": (),
        "now": NOW,
    }
    return Matter(**(fields | changes))


def gave(kind: str, complaint_type: str | None, worth: str | None, **changes: Any) -> Given:
    """Goodwill given three days ago for our fault, its promise open, with changes."""
    fields: dict[str, Any] = {
        "case_id": "case-1",
        "complaint_type": complaint_type,
        "at": NOW - timedelta(days=3),
        "kind": RemedyKind(kind),
        "basis": Basis.GOODWILL,
        "worth": None if worth is None else euro(worth),
        "our_fault": True,
        "promise_state": "open",
    }
    return Given(**(fields | changes))


HEAD = """\
policy: prova
effective: 2025-01-01
currency: EUR
timezone: Europe/Rome
facts:
  fault: {type: choice, of: [ours, courier, theirs], from: [agent]}
  days_late: {type: days, from: [agent]}
  order_value: {type: money, from: [book]}
  order_id: {type: text, from: [customer], ask: {it: "il numero d'ordine"}}
  photo: {type: yes_no, from: [agent], after: {ask: {it: "una foto"}}}
  bought_on: {type: date, from: [agent]}
  lines: {type: number, from: [agent]}
  business_line: {type: yes_no, from: [agent]}
"""


def policy_of(text: str, *, price_from: str = "book", more: str = "") -> Policy:
    """A policy with a head and facts already there; `text` begins with `rules:` or what else it needs.

    `more` are lines of more facts.
    """
    head = HEAD.replace("{type: money, from: [book]}", f"{{type: money, from: [{price_from}]}}")
    return load_policy_text(head + more + dedent(text), "prova.yaml")


def offers(decision: Decision) -> list[str]:
    return [told(offer) for offer in decision.offers]


def owed_in(decision: Decision) -> list[Remedy]:
    """What is owed, wherever it stands: a choice may hold favours beside it."""
    return [
        replace(option, basis=None)
        for offer in decision.offers
        for option in offer.options
        if offer.basis_of(option) is Basis.OWED
    ]
