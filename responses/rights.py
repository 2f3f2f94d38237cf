"""What an agent may do with a case at this moment, and what stands in the way."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Basis, Decision, Role
from models.serial import from_json
from models.states import DraftState
from models.tables import Agent, Case, DecisionRow, Draft, Identity
from responses.agents import rank
from responses.cases import holder_of
from responses.erasure import check_not_erased
from responses.errors import BlockedError, NotAllowedError
from responses.inbox import has_unprocessed


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What an agent saw when pressing: the verdict holds for exactly this."""

    draft_id: str
    revision: int
    sha256: str


async def own_case(session: AsyncSession, agent: Agent, case: Case) -> bool:
    """Whether the customer of the case is the agent in person (test cases do not count)."""
    if case.is_test or agent.telegram_id is None or not case.channel.startswith("telegram"):
        return False
    identity = await session.get_one(Identity, case.identity_id)
    return identity.external_id == str(agent.telegram_id)


async def check_free(session: AsyncSession, agent: Agent, case: Case) -> None:
    """Nobody else holds the case, and it is not the agent's own.

    Raises:
        NotAllowedError: `own_case`.
        BlockedError: `claimed`, with who holds it, or `erased`.
    """
    await check_not_erased(session, case)
    if await own_case(session, agent, case):
        raise NotAllowedError("own_case")
    holder = await holder_of(session, case, utcnow())
    if holder is not None and holder.id != agent.id:
        until = case.claimed_until.isoformat() if case.claimed_until else ""
        raise BlockedError("claimed", by=holder.name, until=until)


async def bound_draft(session: AsyncSession, bound: Bound) -> tuple[Draft, Case]:
    """The draft an agent saw, if it is still exactly that one.

    Raises:
        BlockedError: `gone`, `new_message` or `stale`.
    """
    await session.flush()
    # The lock alone does not refresh what this session has read before.
    draft = await session.get(Draft, bound.draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise BlockedError("gone")
    case = await session.get_one(Case, draft.case_id, with_for_update=True, populate_existing=True)
    if await has_unprocessed(session, case.chat_key) or case.triage_due_at is not None:
        raise BlockedError("new_message")
    if (
        draft.state != DraftState.PROPOSED
        or draft.sha256 != bound.sha256
        or draft.revision != bound.revision
        or case.revision != bound.revision
    ):
        raise BlockedError("stale")
    return draft, case


async def decision_of(session: AsyncSession, draft: Draft) -> Decision | None:
    """The decision a draft was composed from; None for a text without one."""
    if draft.decision_id is None:
        return None
    row = await session.get_one(DecisionRow, draft.decision_id)
    return from_json(Decision, row.content)


def check_tier(agent: Agent, decision: Decision | None) -> None:
    """The agent's role and own limit reach to what was decided.

    Raises:
        NotAllowedError: `above_limit`, with the role that may.
    """
    if decision is None:
        return
    if rank(agent.role) < rank(decision.tier):
        raise NotAllowedError("above_limit", role=decision.tier)
    gives = any(offer.basis is Basis.GOODWILL for offer in decision.offers)
    unknown = gives and decision.worth is None
    above = decision.worth is not None and decision.worth.minor > (agent.limit_minor or 0)
    if agent.limit_minor is not None and (unknown or above):
        raise NotAllowedError("above_limit", role=Role.SUPERVISOR if agent.role == Role.AGENT else Role.ADMIN)


async def may_approve(session: AsyncSession, draft: Draft) -> list[Agent]:
    """The working agents whose role and limit reach to this draft."""
    decision = await decision_of(session, draft)
    agents = (await session.scalars(select(Agent).where(Agent.removed_at.is_(None)))).all()
    able = []
    for agent in agents:
        try:
            check_tier(agent, decision)
        except NotAllowedError:
            continue
        able.append(agent)
    return able
