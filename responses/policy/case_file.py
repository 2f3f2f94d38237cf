"""Case files: sentences about what a policy decides, kept beside it and tried after every change.

    today: 2026-11-23
    cases:
      - case: more than five days late is a choice
        message: {complaint: delivery_late}
        facts: {order_id: RS1234, days_late: 8}
        expect:
          offers: ["goodwill: discount 15% of next_order up to 20 EUR | voucher 10 EUR"]
          tier: agent

Whatever a case does not mention is a calm, normal complaint in Italian of which nothing is known.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from models.decision import Basis, Decision, FactValue, Given, Matter, Offer, Remedy, RemedyKind, Role, Spent
from models.labels import Act, Ask, ComplaintType, Language, Tone, Urgency
from models.money import Money
from models.record import Dismissal, Happening, Record
from responses.policy.decide import decide
from responses.policy.errors import PolicyFileError
from responses.policy.given import still_counts
from responses.policy.reader import (
    Document,
    Entries,
    Item,
    RefusedError,
    read_all,
    read_enum,
    read_name,
    read_with,
    read_yes_no,
)
from responses.policy.scalars import parse_date, parse_money, parse_number
from responses.policy.schema import Count, FactSpec, FactType, Place, Policy
from responses.policy.sentences import plain

SUFFIX = ".cases.yaml"
"""The cases of `negozio.yaml` are in `negozio.cases.yaml` beside it."""

UNAVAILABLE = "unavailable"
"""What stands for a fact that nobody can supply."""

_NOON = time(11, tzinfo=UTC)
_CASE_KEYS = ("case", "message", "facts", "asked", "given", "history", "signals", "spent", "expect")
_MESSAGE_KEYS = (*("act", "complaint", "tone", "urgency", "ask", "own_error", "language", "unsure_of"),)
_IN_MESSAGE = dict.fromkeys(_MESSAGE_KEYS, "it belongs inside message:")
_IN_CASE = dict.fromkeys(_CASE_KEYS, "it belongs beside message:, not inside")
_GIVEN_KEYS = (
    *("complaint", "remedy", "worth", "days_ago", "basis", "our_fault", "promise", "commitment", "order"),
)
_PAST_KEYS = ("given", "history", "signals")
_SPENT_KEYS = ("day", "month")
_RECORD_KEYS = (*Count, "dismissed")
_FIELDS = ("act", "complaint_types", "tone", "urgency", "asks", "own_error")
_CLASSIFIED = {"complaint": "complaint_types", "ask": "asks"}
_PROMISES = ("open", "overdue", "kept", "broken", "withdrawn", "none")

_Read = TypeVar("_Read")

Expected = str | bool | int | tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyCase:
    """One sentence: what is known of a matter, and what is expected of the decision."""

    name: str
    place: Place
    matter: Matter
    expected: Mapping[str, Expected]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """What a decision says otherwise than expected; `offers` are those of the decision."""

    key: str
    expected: Expected
    found: Expected
    offers: tuple[str, ...] = ()

    def __str__(self) -> str:
        which = f" ({'; '.join(self.offers)})" if self.key == "kind" and self.offers else ""
        return f"{self.key}: expected {_shown(self.expected)}, found {_shown(self.found)}{which}"


def policy_beside(path: Path) -> Path:
    """The policy file that a case file is about."""
    return path.with_name(path.name.removesuffix(SUFFIX) + ".yaml")


def read_cases(
    path: Path, policy: Policy, complaint_types: Collection[str] = tuple(ComplaintType)
) -> tuple[PolicyCase, ...]:
    """Read a case file about a policy. `complaint_types` are the ones that its messages may be labelled with.

    Raises:
        OSError: the file cannot be read.
        PolicyFileError: the file is wrong; every problem found in it is there.
    """
    document = Document(str(path))
    text = _text_of(path, document)
    try:
        head = Entries(document.root(text), ("today", "cases"))
        today = head.required("today", read_with(parse_date, "a date such as 2026-11-23"), date.max)
        about = _About(policy=policy, complaint_types=complaint_types, today=today)
        cases = head.required("cases", lambda item: _cases(item, about), ())
    except RefusedError:
        raise PolicyFileError(tuple(document.problems)) from None
    document.raise_problems()
    return cases


@dataclass(frozen=True, kw_only=True, slots=True)
class _About:
    """What the cases of a file are about."""

    policy: Policy
    complaint_types: Collection[str]
    today: date

    def read_type(self, item: Item) -> str:
        return read_name(self.complaint_types, "complaint type")(item)


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What a customer was given before, in this case and in others, and what their history shows."""

    given_here: tuple[Given, ...]
    history: tuple[Given, ...]
    record: Record | None

    def joined(self, other: "Past") -> "Past":
        """Both together; of two records the other's."""
        return Past(
            given_here=(*self.given_here, *other.given_here),
            history=(*self.history, *other.history),
            record=other.record or self.record,
        )

    def counted(self) -> "Past":
        """With the cases in which a favour was given in the record."""
        return replace(self, record=_with_remedies(self.record, (*self.given_here, *self.history)))


def read_past(
    policy: Policy,
    now: datetime,
    *,
    given: Sequence[str],
    history: Sequence[str],
    signals: str | None,
    complaint_types: Collection[str] = tuple(ComplaintType),
) -> Past:
    """Read the `given`, `history` and `signals` of a case, each entry in a line of its own.

    Raises:
        PolicyFileError: an entry is wrong; every problem found in it is there.
    """
    about = _About(policy=policy, complaint_types=complaint_types, today=now.date())

    def all_given(option: str, texts: Sequence[str], case_id: str) -> tuple[Given, ...]:
        return tuple(_line(text, option, lambda item: _given(item, case_id, now, about)) for text in texts)

    here = all_given("--given", given, "this case")
    elsewhere = all_given("--history", history, "another case")
    record = _line(signals, "--signals", lambda item: _record(item, about, now)) if signals else None
    return Past(given_here=here, history=elsewhere, record=record)


def read_past_file(
    policy: Policy, now: datetime, path: Path, *, complaint_types: Collection[str] = tuple(ComplaintType)
) -> Past:
    """Read a file with the `given`, `history` and `signals` of a case, or with a list of what is history.

    Raises:
        OSError: the file cannot be read.
        PolicyFileError: the file is wrong; every problem found in it is there.
    """
    about = _About(policy=policy, complaint_types=complaint_types, today=now.date())
    document = Document(str(path))
    try:
        item = document.root(_text_of(path, document))
        if item.is_list:
            past = Past(given_here=(), history=_all_given(item, "another case", now, about), record=None)
        else:
            past = _past(Entries(item, _PAST_KEYS), now, about)
    except RefusedError:
        raise PolicyFileError(tuple(document.problems)) from None
    document.raise_problems()
    return past


def _past(entries: Entries, now: datetime, about: _About) -> Past:
    return Past(
        given_here=entries.optional("given", lambda one: _all_given(one, "this case", now, about), ()),
        history=entries.optional("history", lambda one: _all_given(one, "another case", now, about), ()),
        record=entries.optional("signals", lambda one: _record(one, about, now), None),
    )


def _text_of(path: Path, document: Document) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        document.note(Place(line=1, column=1), "", "not UTF-8: save the file with that encoding")
        raise PolicyFileError(tuple(document.problems)) from None


def _line(text: str, option: str, read: Callable[[Item], _Read]) -> _Read:
    """One mapping, with its braces or without."""
    document = Document(f"{option} {text!r}")
    try:
        value = read(document.root(text if text.lstrip().startswith("{") else f"{{{text}}}"))
    except RefusedError:
        raise PolicyFileError(tuple(document.problems)) from None
    document.raise_problems()
    return value


def _with_remedies(record: Record | None, given: Sequence[Given]) -> Record | None:
    """The record, with the cases in which a favour was given."""
    if record is None:
        return None
    favours = [one for one in given if still_counts(one)]
    return replace(record, remedies=tuple(Happening(id=one.case_id, at=one.at) for one in favours))


def try_case(policy: Policy, case: PolicyCase, *, language: str = "it") -> tuple[Decision, list[Mismatch]]:
    """Decide a case; also what came out otherwise than expected."""
    decision = decide(policy, case.matter, language=language)
    found = observed(decision)
    offers = tuple(map(told, decision.offers))
    return decision, [
        Mismatch(key=key, expected=expected, found=found[key], offers=offers)
        for key, expected in case.expected.items()
        if found[key] != expected
    ]


def observed(decision: Decision) -> dict[str, Expected]:
    """What of a decision a case may speak of."""
    return {
        "kind": str(decision.kind),
        "offers": tuple(told(offer) for offer in decision.offers),
        "ask": tuple(fact.name for fact in decision.asks_customer),
        "missing": tuple(fact.name for fact in decision.missing),
        "tier": str(decision.tier),
        "apologise": decision.apologise,
        "at_fault": {True: "ours", False: "not ours", None: "unknown"}[decision.at_fault],
        "second_time": decision.second_time,
        "rules": decision.rule_ids,
        "promises": tuple(commitment.rule_id for commitment in decision.commitments),
        "presumed": decision.presumed,
        "manner": None if decision.manner is None else str(decision.manner),
        "cut": len(decision.limits_cut),
        "refusals": tuple(refusal.rule_id for refusal in decision.refusals),
        "status_of": decision.status_of,
        "says_why_not": bool(decision.refusals),
        "alternative": any(refusal.alternative is not None for refusal in decision.refusals),
        "signals": decision.signals,
        "show_worth": decision.show_worth,
        "sooner": decision.sooner,
    }


def told(offer: Offer) -> str:
    """An offer as case files write it: `owed: replacement | repair`."""
    return f"{offer.basis}: {' | '.join(map(_told_remedy, offer.options))}"


def _told_remedy(remedy: Remedy) -> str:
    parts: list[str] = [] if remedy.basis is None else [f"{remedy.basis}:"]
    parts += [remedy.kind]
    parts += ["full"] if remedy.full else []
    # A share that was cut stays the share that the rule names.
    percent, amount, at_most = remedy.percent, remedy.amount, remedy.at_most
    if remedy.cut_from is not None:
        percent, amount, at_most = remedy.cut_from.percent, None, remedy.amount
    parts += [f"{percent.normalize():f}%"] if percent is not None else []
    parts += [plain(amount)] if amount is not None else []
    parts += [f"of {remedy.of}"] if remedy.of == "next_order" else []
    parts += [f"up to {plain(at_most)}"] if at_most is not None else []
    return " ".join(parts)


def _cases(item: Item, about: _About) -> tuple[PolicyCase, ...]:
    cases = read_all(lambda one: _case(one, about), item.items())
    names: set[str] = set()
    for case, one in zip(cases, item.items(), strict=False):
        if case.name in names:
            one.document.note(case.place, one.key, f'"{case.name}" stands here twice: say it otherwise')
        names.add(case.name)
    return cases


def _case(item: Item, about: _About) -> PolicyCase:
    entries = Entries(item, _CASE_KEYS, elsewhere=_IN_MESSAGE)
    policy = about.policy
    now = datetime.combine(min(about.today, date.max - timedelta(days=1)), _NOON)
    name = entries.required("case", Item.text, "")
    message = entries.optional("message", lambda one: Entries(one, _MESSAGE_KEYS, elsewhere=_IN_CASE), None)

    def said(key: str, read: Callable[[Item], str], default: str) -> str:
        return message.optional(key, read, default) if message is not None else default

    def listed(key: str, read: Callable[[Item], str]) -> tuple[str, ...]:
        return message.optional(key, read_several(read), ()) if message is not None else ()

    past = _past(entries, now, about).counted()
    matter = Matter(
        act=said("act", read_enum(Act, "act"), Act.COMPLAINT),
        complaint_types=listed("complaint", about.read_type),
        tone=said("tone", read_enum(Tone, "tone"), Tone.CALM),
        urgency=said("urgency", read_enum(Urgency, "urgency"), Urgency.NORMAL),
        asks=listed("ask", read_enum(Ask, "ask")),
        own_error=message is not None and message.optional("own_error", read_yes_no, False),
        language=said("language", read_enum(Language, "language"), Language.ITALIAN),
        abstained=frozenset(listed("unsure_of", _field)),
        facts=entries.optional("facts", lambda one: _facts(one, policy), {}),
        asked=frozenset(entries.optional("asked", read_several(read_name(policy.facts, "fact")), ())),
        given_here=past.given_here,
        history=past.history,
        now=now,
        record=past.record,
        spent=entries.optional("spent", lambda one: _spent(one, policy), None),
    )
    expected = entries.required("expect", _expected, {})
    return PolicyCase(name=name, place=item.place, matter=matter, expected=expected)


def _field(item: Item) -> str:
    """A field of the classifier, which are not called as in the conditions of rules."""
    text = item.text()
    if text in _CLASSIFIED:
        raise item.refuse(f'unknown field "{text}": the classifier\'s field is called "{_CLASSIFIED[text]}"')
    return read_name(_FIELDS, "field")(item)


def read_several(read: Callable[[Item], str]) -> Callable[[Item], tuple[str, ...]]:
    """One value, or a list of them, which may be empty."""

    def parse(item: Item) -> tuple[str, ...]:
        if item.is_list:
            return read_all(read, item.items()) if item.node.value else ()
        return (read(item),)

    return parse


def _facts(item: Item, policy: Policy) -> dict[str, FactValue]:
    return {name: _fact(policy.facts[name], one) for name, one in item.entries(policy.facts, "fact").items()}


def _fact(spec: FactSpec, item: Item) -> FactValue:
    text = item.text()
    if text == UNAVAILABLE:
        return FactValue(value=None, source="customer", unavailable=True)
    value: bool | str | date | Decimal | Money
    match spec.type:
        case FactType.YES_NO:
            value = read_yes_no(item)
        case FactType.MONEY:
            value = read_with(parse_money, "an amount such as 12.50 EUR")(item)
        case FactType.DAYS | FactType.NUMBER:
            value = read_with(parse_number, "a number")(item)
        case FactType.DATE:
            value = read_with(parse_date, "a date such as 2026-11-23")(item)
        case FactType.CHOICE:
            value = read_name(spec.choices, "choice")(item)
        case FactType.TEXT:
            value = text
    return FactValue(value=value, source="agent")


def _all_given(item: Item, case_id: str, now: datetime, about: _About) -> tuple[Given, ...]:
    return read_all(lambda one: _given(one, case_id, now, about), item.items())


def _given(item: Item, case_id: str, now: datetime, about: _About) -> Given:
    entries = Entries(item, _GIVEN_KEYS)
    promise = entries.optional("promise", read_name(_PROMISES, "state"), "open")
    days = entries.optional("days_ago", read_with(parse_number, "a number of days"), Decimal(3))
    overdue = promise == "overdue"
    return Given(
        case_id=case_id,
        complaint_type=entries.required("complaint", about.read_type, ""),
        at=now - timedelta(days=float(days)),
        kind=entries.required("remedy", read_enum(RemedyKind, "remedy"), RemedyKind.WORDS),
        basis=entries.optional("basis", read_enum(Basis, "basis"), Basis.GOODWILL),
        worth=entries.optional("worth", read_with(parse_money, "an amount such as 5 EUR"), None),
        our_fault=entries.optional("our_fault", read_yes_no, True),
        promise_state="open" if overdue else None if promise == "none" else promise,
        due_at=now if overdue else None,
        committed=entries.optional("commitment", read_yes_no, False),
        order_id=entries.optional("order", Item.text, None),
    )


def _spent(item: Item, policy: Policy) -> Spent:
    """The favours to everybody before this one; a month without a figure has had those of the day alone."""
    entries = Entries(item, _SPENT_KEYS)

    def parse(one: Item) -> Money:
        money = read_with(parse_money, "an amount such as 290 EUR")(one)
        if money.currency != policy.currency:
            raise one.refuse(f"is in {money.currency}: expected {policy.currency}")
        return money

    day = entries.optional("day", parse, Money(amount=Decimal(0), currency=policy.currency))
    return Spent(day=day, month=entries.optional("month", parse, day))


def _record(item: Item, about: _About, now: datetime) -> Record:
    """What of the customer's history counts, each case by how many days ago it was: 0 is the case at hand."""
    entries = Entries(item, _RECORD_KEYS, "thing to count")

    def counted(key: str, default: tuple[Happening, ...] | None) -> tuple[Happening, ...] | None:
        return entries.optional(key, lambda one: _happenings(one, now), default)

    years = entries.optional(Count.YEARS_KNOWN, read_with(parse_number, "a number of years"), None)
    names = [signal.name for signal in about.policy.signals]
    dismissed = entries.optional("dismissed", read_several(read_name(names, "signal")), ())
    record = Record(
        cases=counted(Count.CASES, ()),
        claims=counted(Count.CLAIMS, ()),
        threats=counted(Count.CASES_WITH_THREAT, ()),
        critical=counted(Count.CRITICAL_CASES, ()),
        unbought=counted(Count.CLAIMS_WITHOUT_ORDER, None),
        paid_orders=counted(Count.PAID_ORDERS, None),
        since=None if years is None else now - timedelta(days=366 * float(years)),
        present=_day_id(Decimal(0)),
    )
    sources = (record.cases, record.claims, record.threats, record.critical)
    of_book = (record.unbought, record.paid_orders)
    everything = tuple(one.id for source in (*sources, *of_book) for one in source or ())
    return replace(record, dismissed=tuple(Dismissal(signal=name, evidence=everything) for name in dismissed))


def _happenings(item: Item, now: datetime) -> tuple[Happening, ...]:
    read = read_with(parse_number, "a number of days")
    days = read_all(read, item.items()) if item.node.value else ()
    return tuple(Happening(id=_day_id(ago), at=now - timedelta(days=float(ago))) for ago in days)


def _day_id(days_ago: Decimal) -> str:
    return f"{days_ago.normalize():f} days ago"


EXPECTATIONS: Mapping[str, Callable[[Item], Expected]] = {
    "kind": Item.text,
    "offers": read_several(Item.text),
    "ask": read_several(Item.text),
    "missing": read_several(Item.text),
    "tier": read_enum(Role, "role"),
    "apologise": read_yes_no,
    "at_fault": read_name(("ours", "not ours", "unknown"), "answer"),
    "second_time": read_yes_no,
    "rules": read_several(Item.text),
    "promises": read_several(Item.text),
    "presumed": read_several(Item.text),
    "manner": lambda item: None if item.text() == "none" else item.text(),
    "cut": lambda item: int(read_with(parse_number, "a number")(item)),
    "refusals": read_several(Item.text),
    "status_of": read_several(Item.text),
    "says_why_not": read_yes_no,
    "alternative": read_yes_no,
    "signals": read_several(Item.text),
    "show_worth": read_yes_no,
    "sooner": read_yes_no,
}
"""What may be expected of a decision, and how it is written."""


def _expected(item: Item) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    for key, one in item.entries(EXPECTATIONS, "expectation").items():
        value = EXPECTATIONS[key](one)
        found[key] = str(value) if isinstance(value, Role) else value
    return found


def _shown(value: Expected) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "none"
        case tuple():
            return ", ".join(value) or "nothing"
        case _:
            return str(value)
