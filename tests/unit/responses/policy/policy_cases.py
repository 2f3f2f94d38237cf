"""Builds matters for the tests, and reads the cases of `tests/policy/*.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

from ruamel.yaml import YAML

from models.decision import Basis, Decision, FactValue, Given, Matter, Offer, Remedy, RemedyKind
from models.money import Money
from responses.policy import Policy, load_policy_text
from responses.policy.scalars import parse_date, parse_money, parse_number
from responses.policy.schema import FactSpec, FactType
from responses.policy.sentences import plain

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


def told(offer: Offer) -> str:
    """An offer as the case files write it: `owed: replacement | repair`."""
    return f"{offer.basis}: {' | '.join(map(_told_remedy, offer.options))}"


def _told_remedy(remedy: Remedy) -> str:
    parts: list[str] = [remedy.kind]
    parts += ["full"] if remedy.full else []
    parts += [f"{remedy.percent.normalize():f}%"] if remedy.percent is not None else []
    parts += [plain(remedy.amount)] if remedy.amount is not None else []
    parts += [f"of {remedy.of}"] if remedy.of == "next_order" else []
    parts += [f"up to {plain(remedy.at_most)}"] if remedy.at_most is not None else []
    return " ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    matter: Matter
    expected: Mapping[str, object]


def read_cases(path: Path, policy: Policy) -> list[Case]:
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return [
        Case(name=case["case"], matter=_matter(case, policy), expected=case["expect"])
        for case in content["cases"]
    ]


def observed(decision: Decision) -> dict[str, object]:
    """What of a decision case files may speak of."""
    return {
        "kind": str(decision.kind),
        "offers": [told(offer) for offer in decision.offers],
        "ask": [fact.name for fact in decision.asks_customer],
        "missing": [fact.name for fact in decision.missing],
        "tier": str(decision.tier),
        "apologise": decision.apologise,
        "at_fault": {True: "ours", False: "not ours", None: "unknown"}[decision.at_fault],
        "second_time": decision.second_time,
        "rules": list(decision.rule_ids),
        "promises": [commitment.rule_id for commitment in decision.commitments],
        "presumed": list(decision.presumed),
        "manner": None if decision.manner is None else str(decision.manner),
        "cut": len(decision.limits_cut),
        "says_why_not": decision.decline_reason is not None,
        "alternative": decision.alternative is not None,
    }


def _matter(case: Mapping[str, Any], policy: Policy) -> Matter:
    message = case.get("message", {})
    facts = {name: _fact(policy.facts[name], text) for name, text in case.get("facts", {}).items()}
    return matter(
        *_listed(message.get("complaint")),
        act=message.get("act", "complaint"),
        tone=message.get("tone", "calm"),
        urgency=message.get("urgency", "normal"),
        asks=tuple(_listed(message.get("ask"))),
        own_error=message.get("own_error") == "yes",
        language=message.get("language", "it"),
        abstained=frozenset(_listed(message.get("unsure_of"))),
        facts=facts,
        asked=frozenset(_listed(case.get("asked"))),
        given_here=tuple(_given(given, "this case") for given in case.get("given", ())),
        history=tuple(_given(given, "another case") for given in case.get("history", ())),
    )


def _given(given: Mapping[str, Any], case_id: str) -> Given:
    return gave(
        given["remedy"],
        given["complaint"],
        given["worth"].removesuffix(" EUR") if "worth" in given else None,
        case_id=case_id,
        at=NOW - timedelta(days=given.get("days_ago", 3)),
        basis=Basis(given.get("basis", "goodwill")),
        our_fault=given.get("our_fault", "yes") == "yes",
        promise_state=given.get("promise", "open"),
    )


def _fact(spec: FactSpec, written: object) -> FactValue:
    text = str(written)
    if text == "unavailable":
        return FactValue(value=None, source="customer", unavailable=True)
    value: bool | str | date | Decimal | Money | None
    match spec.type:
        case FactType.YES_NO:
            value = text in ("yes", "True")
        case FactType.MONEY:
            value = parse_money(text)
        case FactType.DAYS | FactType.NUMBER:
            value = parse_number(text)
        case FactType.DATE:
            value = parse_date(text)
        case FactType.CHOICE | FactType.TEXT:
            value = text
    assert value is not None, f"{spec.name}: {text}"
    return FactValue(value=value, source="agent")


def _listed(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


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


def policy_of(text: str, *, price_from: str = "book") -> Policy:
    """A policy with a head and facts already there; `text` begins with `rules:` or what else it needs."""
    head = HEAD.replace("{type: money, from: [book]}", f"{{type: money, from: [{price_from}]}}")
    return load_policy_text(head + dedent(text), "prova.yaml")
