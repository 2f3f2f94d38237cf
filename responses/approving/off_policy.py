"""Going off policy: who may give what was not decided, for which reason, and how it is kept in the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Decision, DecisionKind, Given, RemedyKind, Role
from models.money import Money
from models.serial import from_json
from models.states import PromiseKind, PromiseState, Verdict
from models.tables import Agent, Approval, Case, DecisionRow, Draft, LedgerEntry, Promise
from responses.approving.withholding import Withheld
from responses.checks import OVERRULABLE, Beyond, CheckContext, Finding, Severity, beyond_in
from responses.checks.advising import refusal_of
from responses.checks.undecided import UNDECIDED
from responses.drafts.promises import by_hand_words
from responses.errors import BlockedError
from responses.hours import OpeningHours
from responses.people.agents import rank
from responses.policy.amounts import DIVISIBLE
from responses.policy.given import USUAL_TIME
from responses.promises.word_given import open_promises

MAX_REASON = 300
"""How long a reason may be, in characters."""


def check_overrulable(agent: Agent, text: str, wrong: Sequence[Finding], about: CheckContext) -> None:
    """The errors are such as somebody may overrule, and this agent is one who may; before more is asked.

    Raises:
        BlockedError: `findings`.
    """
    if not wrong:
        return
    found = beyond_in(text, wrong, about, frozenset())
    if found is None:
        raise _hopeless(wrong)
    if rank(agent.role) < rank(Role.SUPERVISOR):
        raise refusal_of(replace(wrong[0], needs_tier=_lowest(found, about.limits)))


def overruled(
    agent: Agent,
    text: str,
    wrong: Sequence[Finding],
    about: CheckContext,
    withheld: Withheld,
    reason: str | None,
) -> Beyond | None:
    """What is off policy, where this agent may send it and says why; None where nothing is.

    That is more than was decided or something else, and less of what is owed. Whoever is a supervisor or
    more, and within the smaller of the role's and their own limit: the whole goodwill of the text counts. A
    deputy stands in for what was decided, not for this.

    Raises:
        BlockedError: `findings`, or `text_long` for the reason.
    """
    first = wrong[0] if wrong else _of_owed(withheld, about.language)
    if first is None:
        return None
    found = beyond_in(text, wrong, about, withheld.places)
    if found is None:
        raise _hopeless(wrong or [first])
    who = _lowest(found, about.limits)
    if not _may(agent, found, about.limits):
        own_limit = who is not None and rank(agent.role) >= rank(who)
        raise refusal_of(replace(first, needs_tier=who), own_limit=own_limit)
    if reason is None or not reason.strip():
        raise refusal_of(replace(first, needs_tier=None), may_overrule=True)
    if len(reason) > MAX_REASON:
        raise BlockedError("text_long", most=str(MAX_REASON))
    return replace(
        found,
        # What stands there in other words is a promise of the decision's, for the day that is named. In a
        # text that is no offer somebody has said of each whether it is one, see `word_given`.
        promises=tuple(
            one
            for one in found.promises
            if about.kind == DecisionKind.OFFER and (withheld.day is None or one.day != withheld.day)
        ),
        withheld=tuple(one.told(about.language) for one in withheld.owed),
    )


def _hopeless(wrong: Sequence[Finding]) -> BlockedError:
    # First what nobody may overrule: the rest may be right once that is.
    stopped = next((one for one in wrong if one.code not in OVERRULABLE), wrong[0])
    return refusal_of(replace(stopped, needs_tier=None))


def _of_owed(withheld: Withheld, language: str) -> Finding | None:
    if not withheld.owed:
        return None
    kinds = [str(remedy.kind) for one in withheld.owed for remedy in one.remedies]
    return Finding(
        code="owed_withheld" if kinds else "owed_unpromised",
        severity=Severity.ERROR,
        words="" if kinds else withheld.owed[0].told(language),
        named=",".join(dict.fromkeys(kinds)),
        needs_tier=Role.SUPERVISOR,
    )


def _may(agent: Agent, found: Beyond, limits: Mapping[Role, Money | None]) -> bool:
    role = Role(agent.role)
    return (
        rank(role) >= rank(Role.SUPERVISOR)
        and _covers(limits, role, found)
        and _is_within(found, agent.limit_minor)
    )


def _lowest(found: Beyond, limits: Mapping[Role, Money | None]) -> Role | None:
    """The lowest role that may send it, with no limit of one's own."""
    return next((role for role in (Role.SUPERVISOR, Role.ADMIN) if _covers(limits, role, found)), None)


def _covers(limits: Mapping[Role, Money | None], role: Role, found: Beyond) -> bool:
    limit = limits.get(role)
    return _is_within(found, limit.minor if limit is not None else None)


def _is_within(found: Beyond, limit_minor: int | None) -> bool:
    return limit_minor is None or (found.total is not None and found.total.minor <= limit_minor)


async def book_by_hand(
    session: AsyncSession,
    *,
    case: Case,
    draft: Draft,
    approval: Approval,
    found: Beyond,
    hours: OpeningHours,
    now: datetime,
    tracked: bool = False,
) -> None:
    """Puts into the books what an agent gives and promises beyond what the decision has put there.

    `tracked` says that somebody keeps it already, in the agent's own words.
    """
    extra = found.extra
    if extra is not None and extra.amount != 0 and not case.is_sample and not case.is_test:
        session.add(
            LedgerEntry(
                customer_id=case.customer_id,
                case_id=case.id,
                approval_id=approval.id,
                basis=Basis.GOODWILL,
                amount_minor=extra.minor,
                currency=extra.currency,
                agent_id=approval.agent_id,
            )
        )
    open_promises(session, found.promises, draft=draft, approval=approval, hours=hours, now=now)
    await session.flush()
    promised = select(Promise.id).where(
        Promise.approval_id == approval.id,
        Promise.state == PromiseState.OPEN,
        Promise.kind != PromiseKind.ANSWER,
    )
    in_words = UNDECIDED in found.codes
    to_be_done = _gives(found) and not found.told and not tracked
    if in_words or (to_be_done and (await session.execute(promised.limit(1))).first() is None):
        # No rule has said who sees to it: whoever has written it.
        session.add(
            Promise(
                case_id=case.id,
                approval_id=approval.id,
                kind=PromiseKind.REMEDY,
                what=by_hand_words(),
                owner_id=approval.agent_id,
                due_at=hours.add(USUAL_TIME, now),
            )
        )


def given_by_hand(
    found: Beyond,
    decision: Decision | None,
    *,
    case_id: str,
    at: datetime,
    promise_state: str | None,
    due_at: datetime | None,
    settled_at: datetime | None,
    order_id: str | None,
    committed: bool,
) -> tuple[Given, ...]:
    """What a text gave off policy, as a gift of that worth: a follow-up about it earns nothing more.

    Its kind is none that anybody owes: a favour by hand settles nothing that the law gives.
    """
    if not _gives(found):
        return ()
    return tuple(
        Given(
            case_id=case_id,
            complaint_type=complaint_type,
            at=at,
            kind=RemedyKind.GIFT if place == 0 else RemedyKind.WORDS,
            basis=Basis.GOODWILL,
            worth=found.extra if place == 0 else None,
            our_fault=decision is not None and decision.fault_of(complaint_type) is True,
            promise_state=promise_state,
            due_at=due_at,
            settled_at=settled_at,
            order_id=order_id,
            committed=committed,
        )
        for place, complaint_type in enumerate(found.complaint_types or (None,))
    )


def lowered(given: Sequence[Given], found: Beyond) -> list[Given]:
    """What an answer gave as decided, where its text gave less: favours are worth less, the dearest first."""
    left = -found.extra.amount if found.extra is not None else Decimal(0)
    worths: dict[int, Money] = {}
    favours = [
        (place, one.worth)
        for place, one in enumerate(given)
        if one.basis is Basis.GOODWILL and one.worth is not None and one.kind in DIVISIBLE
    ]
    for place, worth in sorted(favours, key=lambda favour: -favour[1].amount):
        less = min(max(left, Decimal(0)), worth.amount)
        worths[place] = replace(worth, amount=worth.amount - less)
        left -= less
    return [replace(one, worth=worths.get(place, one.worth)) for place, one in enumerate(given)]


def _gives(found: Beyond) -> bool:
    """Whether it is more than was decided, or may be."""
    return found.extra is None or found.extra.amount > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class WentOff:
    """One answer that went off policy: who sent it, what was decided and what was given instead, and why.

    `reason` and the words are empty once the customer's data were erased.
    """

    at: datetime
    agent: str
    case_number: int
    decision: Decision | None
    found: Beyond
    reason: str


async def went_off_policy(session: AsyncSession, since: datetime) -> list[WentOff]:
    """What went off policy since then and was not taken back, newest first; samples and tests left out."""
    query = (
        select(Approval, Agent.name, Case.number, DecisionRow.content)
        .join(Agent, Agent.id == Approval.agent_id)
        .join(Case, Case.id == Approval.case_id)
        .join(Draft, Draft.id == Approval.draft_id)
        .outerjoin(DecisionRow, DecisionRow.id == Draft.decision_id)
        .where(
            Approval.verdict == Verdict.SEND,
            Approval.off_policy.is_not(None),
            Approval.undone_at.is_(None),
            Approval.created_at >= since,
            Case.is_sample.is_(False),
            Case.is_test.is_(False),
        )
        .order_by(Approval.created_at.desc(), Approval.id.desc())
    )
    return [
        WentOff(
            at=approval.created_at,
            agent=name,
            case_number=number,
            decision=from_json(Decision, content) if content is not None else None,
            found=from_json(Beyond, approval.off_policy),
            reason=approval.reason or "",
        )
        for approval, name, number, content in (await session.execute(query)).all()
    ]
