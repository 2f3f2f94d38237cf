"""Signals: what a customer's history shows, counted in distinct cases and named by what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.decision import Duration, DurationUnit
from models.record import Happening, Record
from responses.drafts.numbers import format_span
from responses.policy.given import later
from responses.policy.schema import Count, Policy, Signal
from responses.policy.sentences import Sentences

LOUD = frozenset({Count.CASES_WITH_THREAT, Count.CRITICAL_CASES})
"""What is counted by how something was said: of the case at hand it changes no amount."""

_COMPLAINING = frozenset({Count.CASES, Count.CLAIMS, Count.CLAIMS_WITHOUT_ORDER, Count.CASES_WITH_THREAT})

_A_YEAR = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """A signal that holds, with what it rests on (the oldest first).

    `number` is how many there are, `after_remedy` how many of them came after a favour, `within` how far back
    they were looked for. `since` is when the first of them was, `until` when they no longer suffice.
    `before` says that it would hold without the case at hand.
    """

    name: str
    count: Count
    number: int
    within: Duration
    after_remedy: int = 0
    since: datetime | None = None
    until: datetime
    evidence: tuple[Happening, ...] = ()
    before: bool = True


def raised(policy: Policy, record: Record | None, now: datetime) -> tuple[Raised, ...]:
    """The signals that the record raises, in the order of the policy.

    One whose source is missing is open, and so is every one without a record; neither is ever raised. What an
    agent has dismissed comes back when there is more evidence than then.
    """
    if record is None:
        return ()
    found = (_raised(signal, record, now) for signal in policy.signals)
    return tuple(one for one in found if one is not None and not _is_dismissed(one, record))


def told(one: Raised, language: str) -> str:
    """A signal in the words of what happened: "3 richieste in 60 giorni, 2 dopo un rimedio".

    `language` is the agent's; `it`, else English.
    """
    say = Sentences(language)
    number = {0: "none", 1: "one"}.get(one.number, "other")
    span = format_span(one.within, "it" if language == "it" else "en")
    seen = say(f"{one.count}_{number}", number=str(one.number), span=span)
    return say("after_remedy", seen=seen, number=str(one.after_remedy)) if one.after_remedy else seen


def may_be_a_bad_day(one: Raised) -> bool:
    """Whether the signal could be held against somebody: what they bought, or what befell them, could not."""
    return one.count in _COMPLAINING


def _raised(signal: Signal, record: Record, now: datetime) -> Raised | None:
    if signal.count is Count.YEARS_KNOWN:
        return _known_for_years(signal, record, now)
    source = _source(signal.count, record)
    if source is None or len(source) < (signal.at_least or 0):
        return None
    each = {one.id: one for one in source if one.at <= now < later(one.at, signal.within)}
    seen = sorted(each.values(), key=lambda one: one.at, reverse=True)
    followed = [one for one in seen if _follows_a_remedy(one, record, signal.within)]
    if not _holds(signal, seen, followed):
        return None
    return Raised(
        name=signal.name,
        count=signal.count,
        number=len(seen),
        within=signal.within,
        after_remedy=len(followed) if signal.after_remedy is not None else 0,
        since=seen[-1].at if seen else None,
        until=_until(signal, seen, followed, now),
        evidence=tuple(reversed(seen)),
        before=_holds(signal, _without(seen, record.present), _without(followed, record.present)),
    )


def _source(count: Count, record: Record) -> tuple[Happening, ...] | None:
    match count:
        case Count.CASES:
            return record.cases
        case Count.CLAIMS:
            return record.claims
        case Count.CASES_WITH_THREAT:
            return record.threats
        case Count.CRITICAL_CASES:
            return record.critical
        case Count.CLAIMS_WITHOUT_ORDER:
            return record.unbought
        case _:
            return record.paid_orders


def _holds(signal: Signal, seen: Sequence[Happening], followed: Sequence[Happening]) -> bool:
    if signal.at_least is None:
        return len(seen) <= (signal.at_most or 0)
    return len(seen) >= signal.at_least and len(followed) >= (signal.after_remedy or 0)


def _follows_a_remedy(one: Happening, record: Record, within: Duration) -> bool:
    return any(remedy.at < one.at < later(remedy.at, within) for remedy in record.remedies)


def _until(
    signal: Signal, seen: Sequence[Happening], followed: Sequence[Happening], now: datetime
) -> datetime:
    """When the oldest that is needed falls out of the period; what was not there, a whole period from now."""
    needed = [seen[signal.at_least - 1]] if signal.at_least is not None else []
    needed += [followed[signal.after_remedy - 1]] if signal.after_remedy else []
    return later(min((one.at for one in needed), default=now), signal.within)


def _without(seen: Sequence[Happening], present: str | None) -> list[Happening]:
    return [one for one in seen if one.id != present]


def _known_for_years(signal: Signal, record: Record, now: datetime) -> Raised | None:
    if record.since is None or now < later(record.since, signal.within):
        return None
    years = signal.at_least or 0
    while later(record.since, _years(years + 1)) <= now:
        years += 1
    return Raised(
        name=signal.name,
        count=signal.count,
        number=years,
        within=signal.within,
        since=record.since,
        until=later(record.since, _years(years + 1)),
    )


def _years(count: int) -> Duration:
    return Duration(count=_A_YEAR * count, unit=DurationUnit.MONTHS)


def _is_dismissed(one: Raised, record: Record) -> bool:
    seen = {happening.id for happening in one.evidence}
    return any(
        dismissal.signal == one.name and seen <= {*dismissal.evidence} for dismissal in record.dismissed
    )
