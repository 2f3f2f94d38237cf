"""Promises as they are told again: to the customer who was given them, and to those who have to keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Remedy, Role
from models.labels import Language
from models.serial import from_json
from models.states import CaseState, PromiseKind, PromiseState
from models.tables import Absence, Agent, Approval, Case, Customer, OfferRow, Promise
from responses.checks import Beyond
from responses.drafts.lines import remedy_line
from responses.people.agents import working_agents
from responses.people.presence import absences_at

TOLD_AFTER_CLOSING = timedelta(days=30)
"""For how long a customer is still told what was kept in a case that is closed."""


def words_of(promise: Promise, language: str) -> str:
    """What was promised in that language; in another where there are no words in it."""
    what = promise.what
    return str(what.get(language) or what.get(Language.ENGLISH) or next(iter(what.values()), ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """What a customer still has to get in one case: what is late, and what is to come, each by its day."""

    case: Case
    late: tuple[Promise, ...]
    coming: tuple[Promise, ...]


async def owed_to(session: AsyncSession, customer_id: str, now: datetime) -> list[Owed]:
    """Every open promise to a customer, the newest case first."""
    query = (
        select(Promise, Case)
        .join(Case, Case.id == Promise.case_id)
        .where(Case.customer_id == customer_id, Promise.state == PromiseState.OPEN)
        .order_by(Case.id.desc(), Promise.due_at, Promise.id)
    )
    cases: dict[str, tuple[Case, list[Promise]]] = {}
    for promise, case in (await session.execute(query)).all():
        cases.setdefault(case.id, (case, []))[1].append(promise)
    return [
        Owed(
            case=case,
            late=tuple(one for one in promises if one.due_at <= now),
            coming=tuple(one for one in promises if one.due_at > now),
        )
        for case, promises in cases.values()
    ]


async def kept_for(
    session: AsyncSession, customer_id: str, now: datetime
) -> list[tuple[Case, tuple[Promise, ...]]]:
    """What was kept in a customer's open cases and in those closed of late, the newest case first.

    An answer that was announced tells itself when it comes.
    """
    query = (
        select(Promise, Case)
        .join(Case, Case.id == Promise.case_id)
        .where(
            Case.customer_id == customer_id,
            Case.state != CaseState.SPAM,
            or_(Case.state != CaseState.CLOSED, Case.closed_at >= now - TOLD_AFTER_CLOSING),
            Promise.state == PromiseState.KEPT,
            Promise.kind != PromiseKind.ANSWER,
        )
        .order_by(Case.id.desc(), Promise.settled_at, Promise.id)
    )
    cases: dict[str, tuple[Case, list[Promise]]] = {}
    for promise, case in (await session.execute(query)).all():
        cases.setdefault(case.id, (case, []))[1].append(promise)
    return [(case, tuple(promises)) for case, promises in cases.values()]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pledge:
    """An open promise with everything that whoever keeps it wants to know.

    `charged` is who has to see to it now: who gave it, or the deputy while they are away; None where they do
    not work here any more. `remedy` is what keeping it gives, where it is one of the policy's remedies;
    `sent` are the words of the text that gave something else than was decided.
    """

    promise: Promise
    case: Case
    customer: Customer
    charged: Agent | None
    remedy: Remedy | None
    sent: tuple[str, ...]


def gives_beside(pledge: Pledge, language: str) -> str | None:
    """The remedy in short, to stand beside the promise's words; None where they say as much already."""
    if pledge.remedy is None:
        return None
    line = remedy_line(pledge.remedy, language, pledge.sent)
    return None if line.casefold() in words_of(pledge.promise, language).casefold() else line


async def pledges(session: AsyncSession, now: datetime) -> list[Pledge]:
    """Every open promise, the earliest day first; samples and tests left out."""
    return await _pledges(session, now, *_LISTED)


async def pledges_of(session: AsyncSession, case: Case, now: datetime) -> list[Pledge]:
    """The open promises of one case, the earliest day first."""
    return await _pledges(session, now, Promise.state == PromiseState.OPEN, Case.id == case.id)


async def pledge(session: AsyncSession, promise_id: str, now: datetime) -> Pledge | None:
    """One promise; None when it is no longer open."""
    found = await _pledges(session, now, Promise.state == PromiseState.OPEN, Promise.id == promise_id)
    return found[0] if found else None


async def _pledges(session: AsyncSession, now: datetime, *where: ColumnElement[bool]) -> list[Pledge]:
    query = (
        select(Promise, Case, Customer, OfferRow, Approval.off_policy)
        .join(Case, Case.id == Promise.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(OfferRow, OfferRow.id == Promise.offer_id)
        .outerjoin(Approval, Approval.id == Promise.approval_id)
        .where(*where)
        .order_by(Promise.due_at, Promise.id)
    )
    rows = (await session.execute(query)).all()
    away = await absences_at(session, now)
    here = {agent.id: agent for agent in await working_agents(session)}
    return [
        Pledge(
            promise=promise,
            case=case,
            customer=customer,
            charged=_charged(promise, here, away),
            remedy=from_json(Remedy, offer.content) if offer is not None else None,
            sent=from_json(Beyond, off_policy).words if offer is not None and off_policy is not None else (),
        )
        for promise, case, customer, offer, off_policy in rows
    ]


async def pressing(session: AsyncSession, agent: Agent, now: datetime, until: datetime) -> int:
    """How many of the promises that this agent has to see to are due by then."""
    query = (
        select(func.count())
        .select_from(Promise)
        .join(Case, Case.id == Promise.case_id)
        .where(*_LISTED, Promise.due_at < until, _is_charge_of(agent, now))
    )
    return int((await session.scalars(query)).one())


async def pressing_pledges(
    session: AsyncSession, agent: Agent, now: datetime, until: datetime
) -> list[Pledge]:
    """The promises that this agent has to see to and that are due by then, the earliest first."""
    return await _pledges(session, now, *_LISTED, Promise.due_at < until, _is_charge_of(agent, now))


def _is_charge_of(agent: Agent, now: datetime) -> ColumnElement[bool]:
    """One's own, and those that somebody away left to them; of an admin also what nobody here sees to."""
    away = select(Absence.agent_id).where(Absence.starts_at <= now, Absence.ends_at > now)
    left_to = away.where(Absence.deputy_id == agent.id)
    own = or_(Promise.owner_id == agent.id, Promise.owner_id.in_(left_to))
    if agent.role != Role.ADMIN:
        return own
    here = select(Agent.id).where(Agent.removed_at.is_(None), Agent.id.not_in(away))
    stood_in_for = away.where(Absence.deputy_id.in_(here))
    orphaned = and_(Promise.owner_id.not_in(here), Promise.owner_id.not_in(stood_in_for))
    return or_(own, Promise.owner_id.is_(None), orphaned)


def _charged(promise: Promise, here: Mapping[str, Agent], away: Mapping[str, Absence]) -> Agent | None:
    owner = here.get(promise.owner_id or "")
    absence = away.get(owner.id) if owner is not None else None
    deputy = here.get(absence.deputy_id or "") if absence is not None else None
    return deputy if deputy is not None and deputy.id not in away else owner


_LISTED: Sequence[ColumnElement[bool]] = (
    Promise.state == PromiseState.OPEN,
    Case.is_sample.is_(False),
    Case.is_test.is_(False),
)
