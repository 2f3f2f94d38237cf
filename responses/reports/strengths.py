"""What people thank us for: how much praise there was, week by week, and what it was about."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import Direction, Verdict
from models.tables import Agent, Approval, Case, Customer, DecisionRow, Draft, Message
from responses.approving.rights import own_case
from responses.corrections import understood
from responses.customers.said import AS_LAST_WRITTEN, Said, answered_types, said_in, types_said
from responses.reports.judged import REAL
from responses.texts import shorten

FEWEST = 5
"""Fewer are told as what they are: no share is worked out of them, and no trend."""
_AT_ONCE = 400
_QUOTES = 3
_QUOTED = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One week from its Monday on, by the business's clock: how many messages were read, and praised us."""

    monday: date
    praise: int
    read: int

    @property
    def share(self) -> float | None:
        """The part that praises, in [0, 1]; None of too few."""
        return self.praise / self.read if self.praise >= FEWEST else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """The beginning of what somebody wrote, and in which case."""

    case_number: int
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Thanked:
    """What praise was about: a complaint type that its case had, None where it had none for sure.

    `rules` say what the last answer before it rested on, with how often. `quotes` are the newest.
    """

    complaint_type: str | None
    praise: int
    rules: tuple[tuple[str, int], ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Strengths:
    """The praise of a period, every week of it, and what it was about, the most frequent first."""

    praise: int
    read: int
    weeks: tuple[Week, ...]
    thanked: tuple[Thanked, ...]


@dataclass(frozen=True, slots=True)
class _Praise:
    message: Message
    case: Case
    is_erased: bool


async def strengths_since(
    session: AsyncSession, since: datetime, now: datetime, zone: ZoneInfo, reader: Agent | None = None
) -> Strengths:
    """What customers said between the two; samples and tests are left out.

    Nobody but a `reader` gets quotes, of cases that are not their own and of people who were not erased.
    """
    read: Counter[date] = Counter()
    praising: Counter[date] = Counter()
    found: list[_Praise] = []
    after = ""
    while rows := await _messages(session, since, now, after):
        after = rows[-1].message.id
        known = await understood(session, [one.message.id for one in rows])
        for one in rows:
            if one.message.id not in known:
                continue
            monday = _monday(one.message.created_at, zone)
            read[monday] += 1
            said = Said(at=one.message.created_at, assessment=known[one.message.id].assessment)
            if said.is_praise:
                praising[monday] += 1
                found.append(one)
    return Strengths(
        praise=len(found),
        read=read.total(),
        weeks=tuple(
            Week(monday=monday, praise=praising[monday], read=read[monday])
            for monday in _mondays(_monday(since, zone), _monday(now, zone))
        ),
        thanked=tuple(await _thanked(session, found, reader)),
    )


async def _messages(session: AsyncSession, since: datetime, now: datetime, after: str) -> list[_Praise]:
    query = (
        select(Message, Case, Customer.erased_at)
        .join(Case, Case.id == Message.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .where(
            Message.id > after,
            Message.direction == Direction.IN,
            Message.created_at >= since,
            Message.created_at <= now,
            AS_LAST_WRITTEN,
            *REAL,
        )
        .order_by(Message.id)
        .limit(_AT_ONCE)
    )
    return [
        _Praise(message, case, erased_at is not None)
        for message, case, erased_at in await session.execute(query)
    ]


async def _thanked(session: AsyncSession, found: Sequence[_Praise], reader: Agent | None) -> list[Thanked]:
    about: dict[str | None, list[_Praise]] = defaultdict(list)
    rules: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(found), _AT_ONCE):
        portion = found[start : start + _AT_ONCE]
        cases = {one.case.id for one in portion}
        said, answered = await said_in(session, cases), await answered_types(session, cases)
        sent = await _rules_sent(session, cases)
        for one in portion:
            types = types_said(said.get(one.case.id, ())) | answered.get(one.case.id, frozenset())
            names: list[str | None] = [*sorted(types)]
            for name in names or [None]:
                about[name].append(one)
            before = [ids for at, ids in sent.get(one.case.id, ()) if at < one.message.created_at]
            rules[one.message.id] = before[-1] if before else ()
    return [
        Thanked(
            complaint_type=name,
            praise=len(praise),
            rules=tuple(Counter(rule for one in praise for rule in rules[one.message.id]).most_common(3)),
            quotes=tuple(await _quotes(session, praise, reader)),
        )
        for name, praise in sorted(about.items(), key=lambda item: (-len(item[1]), item[0] or ""))
    ]


async def _rules_sent(
    session: AsyncSession, cases: Iterable[str]
) -> Mapping[str, list[tuple[datetime, tuple[str, ...]]]]:
    """By case, when each answer was approved and which rules had decided it."""
    query = (
        select(Approval.case_id, Approval.created_at, DecisionRow.content)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(DecisionRow, (DecisionRow.id == Draft.decision_id) & (DecisionRow.kind == Draft.kind))
        .where(Approval.case_id.in_(cases), Approval.verdict == Verdict.SEND, Approval.undone_at.is_(None))
        .order_by(Approval.id)
    )
    found: dict[str, list[tuple[datetime, tuple[str, ...]]]] = defaultdict(list)
    for case_id, at, content in await session.execute(query):
        found[case_id].append((at, tuple(dict.fromkeys(content["rule_ids"]))))
    return found


async def _quotes(session: AsyncSession, praise: Sequence[_Praise], reader: Agent | None) -> list[Quote]:
    quotes: list[Quote] = []
    for one in reversed(praise):
        if reader is None or len(quotes) == _QUOTES:
            break
        words = " ".join(one.message.text.split())
        if words and not one.is_erased and not await own_case(session, reader, one.case):
            quotes.append(Quote(case_number=one.case.number, words=shorten(words, _QUOTED)))
    return quotes


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _mondays(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1))
