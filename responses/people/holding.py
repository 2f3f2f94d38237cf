"""Who a case is with: passed on to somebody, taken over in person, and given back."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Role
from models.states import CaseState, Verdict
from models.tables import Agent, Case
from responses.approving.rights import check_free
from responses.cases import (
    broken_since,
    claim,
    has_open_promise,
    holder_of,
    move,
    open_messages,
    raise_revision,
    release,
)
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.intake.filing import due_now
from responses.people.agents import rank
from responses.proposed import propose, proposed_draft, supersede, verdict_on


async def pass_on(
    session: AsyncSession, agent: Agent, case: Case, *, to: Agent | None, reason: str | None
) -> None:
    """Hands the case to another agent, or (`to` None) to whoever is a supervisor.

    Raises:
        BlockedError: `claimed`.
    """
    await check_free(session, agent, case)
    case.passed_to = to.id if to is not None else None
    case.passed_to_role = None if to is not None else Role.SUPERVISOR
    release(case)
    draft = await proposed_draft(session, case)
    if case.state == CaseState.TAKEN_OVER:
        await raise_revision(session, case)
        await draft_anew(session, case)
    elif draft is not None:
        session.add(verdict_on(draft, agent, Verdict.PASS_ON, reason))
        # A row of its own for the next reader: who passed it on may still approve it one day.
        await propose(session, case, draft, text=draft.text, agent=None)
    record(session, agent.id, "case.passed_on", case.id, to=to.id if to is not None else "supervisor")


async def take_over(session: AsyncSession, agent: Agent, case: Case, *, force: bool = False) -> Agent | None:
    """The agent goes on in person: no drafts until given back. Returns from whom the case was taken.

    Raises:
        BlockedError: `claimed`, unless `force`.
        NotAllowedError: `own_case`.
    """
    if not force:
        await check_free(session, agent, case)
    taken_from = await claim(session, case, agent, force=force)
    await supersede(session, case)
    unread = case.triage_due_at is not None
    move(case, CaseState.TAKEN_OVER)
    case.triage_due_at = case.first_unread_at = None
    if unread:
        # Nothing is drafted for it any more, but whoever took over is shown it.
        await due_now(session, case)
    await raise_revision(session, case)
    record(session, agent.id, "case.taken_over", case.id)
    return taken_from


async def give_back(session: AsyncSession, agent: Agent, case: Case) -> None:
    """Ends a take-over; what the customer wrote meanwhile is read and drafted for again.

    Raises:
        BlockedError: `not_taken_over`.
        NotAllowedError: `not_yours`.
    """
    if case.state != CaseState.TAKEN_OVER:
        raise BlockedError("not_taken_over")
    holder = await holder_of(session, case, utcnow())
    if holder is not None and holder.id != agent.id and rank(agent.role) < rank(Role.SUPERVISOR):
        raise NotAllowedError("not_yours")
    await raise_revision(session, case)
    await draft_anew(session, case)
    record(session, agent.id, "case.given_back", case.id)


async def draft_anew(session: AsyncSession, case: Case) -> None:
    """Ends a take-over: nobody holds the case, and what is unanswered is drafted for again."""
    release(case)
    unanswered = await open_messages(session, case.id) or await broken_since(session, case.id)
    if case.answered_at is not None and not unanswered:
        move(case, CaseState.PROMISED if await has_open_promise(session, case) else CaseState.ANSWERED)
        case.triage_due_at = case.first_unread_at = None
        return
    move(case, CaseState.DRAFTING)
    await due_now(session, case)
