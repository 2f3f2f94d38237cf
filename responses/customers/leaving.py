"""Ending a relation: a supervisor has an exit drafted, which lists what is still open for the customer.

Nothing starts it but a press, and like every draft it waits for approval. What is owed is given first.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Decision, DecisionKind, Remedy, Role
from models.labels import Act, Tone
from models.serial import from_json
from models.states import CaseState, OfferState, PromiseKind, PromiseState
from models.tables import Agent, Case, Customer, DecisionRow, Draft, Identity, OfferRow, Promise
from responses.approving.rights import check_free
from responses.cases import OPEN_STATES, move, raise_revision
from responses.config import RoadConfig
from responses.customers.registers import register_of
from responses.drafts import DraftBrief, PromiseLine
from responses.drafts.lines import options_line
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.people.agents import rank
from responses.policy import Policy
from responses.promises.told import words_of
from responses.proposing import greeted_name, put_on_table, wording_of

MAX_INSTEAD = 300
"""How long the words about whom to turn to may be, in characters."""
_WAITING = (CaseState.DRAFTING, CaseState.WAITING_AGENT, CaseState.TAKEN_OVER)


async def propose_exit(
    session: AsyncSession,
    agent: Agent,
    case: Case,
    *,
    policy: Policy,
    config: RoadConfig,
    from_day: date,
    instead: str,
    now: datetime,
) -> Draft:
    """Puts the exit on the table of the case, in place of what was proposed there.

    Args:
        session: the caller's writing transaction.
        agent: who ends the relation.
        case: the case in which the customer is told.
        policy: the one in force for the case: form of address and signature come from it.
        config: the road's.
        from_day: from when nothing new is taken on, in the business's time zone.
        instead: whom to turn to, in the customer's language; empty where there is nobody to name.
        now: the time of the press.

    Raises:
        NotAllowedError: `exit_role` or `own_case`.
        BlockedError: `claimed`, `erased`, `new_message`; `exit_past` when the day is over, `exit_owed` while
            something owed to this customer is not approved yet, `text_long`.
    """
    if rank(agent.role) < rank(Role.SUPERVISOR):
        raise NotAllowedError("exit_role")
    await check_free(session, agent, case)
    if case.triage_due_at is not None and case.state != CaseState.TAKEN_OVER:
        raise BlockedError("new_message")
    today = now.astimezone(config.timezone).date()
    if from_day < today:
        raise BlockedError("exit_past")
    if len(instead) > MAX_INSTEAD:
        raise BlockedError("text_long", most=str(MAX_INSTEAD))
    cases = await _cases_of(session, case)
    if await _owes_more(session, [one for one in cases if one.state in OPEN_STATES]):
        raise BlockedError("exit_owed")
    if case.state not in _WAITING:
        move(case, CaseState.DRAFTING)
        move(case, CaseState.WAITING_AGENT)
    revision = await raise_revision(session, case)
    decision = Decision(
        kind=DecisionKind.EXIT,
        policy=policy.name,
        policy_sha256=policy.sha256,
        complaint_types=(),
        tier=Role.SUPERVISOR,
        exit_from=from_day,
        notice=from_day > today,
    )
    customer = await session.get_one(Customer, case.customer_id)
    language = customer.preferred_language or case.language or customer.language or config.language
    brief = DraftBrief(
        decision=decision,
        act=Act.OTHER,
        complaint_types=(),
        tone=Tone.CALM,
        asks=(),
        own_error=False,
        language=language,
        formality=await register_of(session, customer, policy, language),
        customer_name=greeted_name(await session.get_one(Identity, case.identity_id), policy),
        business=config.business.name,
        signature=policy.signature,
        promises=await _promises(
            session, case, cases, (language, config.language), config, now, notice=decision.notice
        ),
        hand_over_contact=config.business.contact,
        variant=wording_of(case),
        concerns=policy.concerns,
        today=today,
        exit_from=decision.exit_from,
        instead=instead.strip() or None,
    )
    draft = await put_on_table(session, case, brief, policy=policy, config=config, now=now)
    if draft is None:
        raise AssertionError("an exit is always worded")
    record(session, agent.id, "exit.proposed", case.id, draft=draft.id, revision=revision)
    return draft


async def _cases_of(session: AsyncSession, case: Case) -> Sequence[Case]:
    query = select(Case).where(Case.customer_id == case.customer_id, Case.is_test == case.is_test)
    return (await session.scalars(query.order_by(Case.id))).all()


async def _owes_more(session: AsyncSession, cases: Sequence[Case]) -> bool:
    """Whether what the policy last decided in one of the cases is owed, and nobody has approved it."""
    for case in cases:
        query = select(DecisionRow).where(
            DecisionRow.case_id == case.id, DecisionRow.kind != DecisionKind.EXIT
        )
        row = (await session.scalars(query.order_by(DecisionRow.id.desc()).limit(1))).one_or_none()
        if row is None:
            continue
        offered = select(OfferRow.id).where(
            OfferRow.decision_id == row.id,
            OfferRow.basis == Basis.OWED,
            OfferRow.state == OfferState.OFFERED,
            OfferRow.approval_id.is_(None),
        )
        if (await session.scalars(offered.limit(1))).one_or_none() is not None:
            return True
    return False


async def _promises(
    session: AsyncSession,
    case: Case,
    cases: Sequence[Case],
    languages: tuple[str, ...],
    config: RoadConfig,
    now: datetime,
    *,
    notice: bool,
) -> tuple[PromiseLine, ...]:
    """What was done in this case, and everything that any case of the customer still leaves to be done.

    An answer that was announced in this case and has its time yet is given by the letter itself, unless that
    is a notice only.
    """
    rows = await session.scalars(
        select(Promise)
        .where(Promise.case_id.in_([one.id for one in cases]), Promise.state != PromiseState.WITHDRAWN)
        .order_by(Promise.due_at)
    )
    lines = []
    for promise in rows.all():
        if promise.state == PromiseState.KEPT and promise.case_id != case.id:
            continue
        late = promise.state == PromiseState.OPEN and promise.due_at < now
        pending = promise.state == PromiseState.OPEN and not late
        if pending and promise.kind == PromiseKind.ANSWER and promise.case_id == case.id and not notice:
            continue
        lines.append(
            PromiseLine(
                what={language: await _what(session, promise, language) for language in languages},
                due=promise.due_at.astimezone(config.timezone).date(),
                state=PromiseState.BROKEN if late else promise.state,
            )
        )
    return (*lines, *await _choices(session, cases, languages))


async def _what(session: AsyncSession, promise: Promise, language: str) -> str:
    """A remedy with its amount, else the promise's own words."""
    if promise.offer_id is None:
        return words_of(promise, language)
    offer = await session.get_one(OfferRow, promise.offer_id)
    return options_line([from_json(Remedy, offer.content)], language)


async def _choices(
    session: AsyncSession, cases: Sequence[Case], languages: tuple[str, ...]
) -> list[PromiseLine]:
    """Choices that were sent and that the customer has not made yet."""
    rows = await session.scalars(
        select(OfferRow)
        .where(
            OfferRow.case_id.in_([one.id for one in cases]),
            OfferRow.state == OfferState.OFFERED,
            OfferRow.approval_id.is_not(None),
        )
        .order_by(OfferRow.id)
    )
    groups: dict[tuple[str, int], list[Remedy]] = {}
    for row in rows.all():
        groups.setdefault((row.decision_id, row.choice_group), []).append(from_json(Remedy, row.content))
    return [
        PromiseLine(
            what={language: options_line(options, language) for language in languages}, due=None, state="open"
        )
        for options in groups.values()
    ]
