"""Where a customer's matter stands, as they are told when they ask for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.labels import Language, Urgency
from models.states import CaseState
from models.tables import Case, Customer, Identity, Promise
from responses.deadlines import due_by, is_sooner
from responses.drafts.dates import day_forms, format_due, format_when
from responses.drafts.phrases import phrases
from responses.policies import PolicyBook
from responses.promises.told import kept_for, owed_to, words_of

COMMANDS = ("stato", "status", "estado", "statut")
"""What customers type after a slash to be told, in any of the languages."""

_ASKED = re.compile(rf"\s*/(?:{'|'.join(COMMANDS)})\s*", re.IGNORECASE)
_WITH_US = (CaseState.DRAFTING, CaseState.WAITING_AGENT, CaseState.TAKEN_OVER)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusLine:
    """A standing text that says a part of it, with its fields; None for what is said of no case."""

    text: str
    case: Case | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def asks_for_status(text: str) -> bool:
    """Whether somebody has typed nothing but the word that asks for it."""
    return _ASKED.fullmatch(text) is not None


def spoken(case: Case | None, customer: Customer | None) -> str | None:
    """The language in which a customer is told, as far as we write it: as an agent says, else their own."""
    known = [
        customer.preferred_language if customer is not None else None,
        case.language if case is not None else None,
        customer.language if customer is not None else None,
    ]
    return next((str(language) for language in known if language in set(Language)), None)


async def newest_case(session: AsyncSession, identity: Identity) -> Case | None:
    """The case that a customer is asking about."""
    query = select(Case).where(Case.identity_id == identity.id).order_by(Case.id.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def status_of(
    session: AsyncSession,
    policies: PolicyBook,
    *,
    case: Case | None,
    customer_id: str | None,
    language: str,
    zone: ZoneInfo,
    now: datetime,
) -> list[StatusLine]:
    """Where the newest case stands, and every promise that is to be kept, late, or was kept of late.

    Args:
        session: any transaction.
        policies: say by when a case is answered whose deadline has passed.
        case: the newest case of who asks, None where they have none.
        customer_id: who asks, None where we do not know them.
        language: in which they are told.
        zone: of the business.
        now: when they ask.
    """
    owed = await owed_to(session, customer_id, now) if customer_id is not None else []
    kept = await kept_for(session, customer_id, now) if customer_id is not None else []
    lines = []
    with_us = case is not None and case.state in _WITH_US
    if case is not None and with_us:
        when = await when_answered(session, policies, case, language, zone, now)
        lines.append(_of(case, "status_open", when=when))
    for each in owed:
        for text, promises in (("status_late", each.late), ("status_promise", each.coming)):
            if promises:
                lines.append(_of(each.case, text, what=_due(promises, language, zone, now)))
    if not lines:
        lines.append(_nothing_open(case, language, zone, now))
    lines += [_of(done, "status_kept", what=_done(promises, language, zone, now)) for done, promises in kept]
    return lines


async def when_answered(
    session: AsyncSession, policies: PolicyBook, case: Case, language: str, zone: ZoneInfo, now: datetime
) -> str:
    """When a person answers: by the case's deadline, or by a new one like it when that has passed."""
    due = case.due_at
    if due is None or due <= now:
        policy = await policies.in_force(session, case.audience, case.incident_at)
        urgency = Urgency(case.urgency or Urgency.NORMAL)
        due = due_by(policy, urgency, now, sooner=await is_sooner(session, case, policy))
        due = due or due_by(policy, Urgency.NORMAL, now) or now
    return format_when(due, now, language, zone)


def _of(case: Case, text: str, **fields: str) -> StatusLine:
    return StatusLine(text=text, case=case, fields={"number": str(case.number)} | fields)


def _nothing_open(case: Case | None, language: str, zone: ZoneInfo, now: datetime) -> StatusLine:
    if case is None or case.state == CaseState.SPAM:
        return StatusLine(text="status_none")
    last = case.answered_at or case.closed_at or now
    return _of(case, "status_answered", day=_on(last, language, zone, now))


def _due(promises: Sequence[Promise], language: str, zone: ZoneInfo, now: datetime) -> str:
    """ "rispediamo il pacco, entro giovedì 21 novembre; il rimborso, entro lunedì 25 novembre"."""
    today = now.astimezone(zone).date()
    said = [
        f"{_what(promise, language)}, {format_due(promise.due_at, language, zone, today=today)}"
        for promise in promises
    ]
    return phrases(language).listed(said, "items")


def _done(promises: Sequence[Promise], language: str, zone: ZoneInfo, now: datetime) -> str:
    """ "rispediamo il pacco (il 20 novembre); il rimborso (il 21 novembre)"."""
    said = [
        f"{_what(promise, language)} ({_on(promise.settled_at or promise.due_at, language, zone, now)})"
        for promise in promises
    ]
    return phrases(language).listed(said, "items")


def _what(promise: Promise, language: str) -> str:
    return words_of(promise, language).rstrip(".")


def _on(at: datetime, language: str, zone: ZoneInfo, now: datetime) -> str:
    return day_forms(at.astimezone(zone).date(), language, today=now.astimezone(zone).date())["on"]
