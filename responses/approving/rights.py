"""What an agent may do with a case at this moment, and what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Basis, Decision, DecisionKind, Role
from models.serial import from_json
from models.states import DraftState
from models.tables import Absence, Agent, Case, DecisionRow, Draft, Identity
from responses.cases import holder_of
from responses.errors import BlockedError, NotAllowedError
from responses.intake.inbox import has_unprocessed
from responses.people.agents import rank, working_agents
from responses.people.presence import absences_at
from responses.privacy.erasure import check_not_erased


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


async def decision_as_sent(session: AsyncSession, draft: Draft) -> Decision | None:
    """The decision as far as the draft carries it out: a text of another kind gives nothing of an offer."""
    decision = await decision_of(session, draft)
    return None if decision is None else replace(decision, kind=DecisionKind(draft.kind))


def check_tier(agent: Agent, decision: Decision | None) -> None:
    """The agent's role and own limit reach to what was decided.

    Raises:
        NotAllowedError: `above_limit`, with the role that may.
    """
    if decision is None:
        return
    if rank(agent.role) < rank(decision.tier):
        raise NotAllowedError("above_limit", role=decision.tier)
    if not _within(decision, agent.limit_minor):
        raise NotAllowedError("above_limit", role=Role.SUPERVISOR if agent.role == Role.AGENT else Role.ADMIN)


async def check_reach(session: AsyncSession, agent: Agent, decision: Decision | None) -> Absence | None:
    """The agent's own rights reach to what was decided, or those of somebody absent whose deputy they are.

    Returns the absence in which the agent stands in, None where their own rights suffice.

    Raises:
        NotAllowedError: `above_limit`, with the role that may.
    """
    try:
        check_tier(agent, decision)
    except NotAllowedError:
        absence = _reach(await _people(session), decision).deputies.get(agent.id)
        if absence is None:
            raise
        return absence
    return None


async def may_approve(session: AsyncSession, draft: Draft) -> list[Agent]:
    """Who may approve this draft: by role and limit and, where all of those are away, their deputies."""
    return _approvers(await _people(session), await decision_as_sent(session, draft))


async def here_to_approve(session: AsyncSession, draft: Draft) -> list[Agent]:
    """Those of them who are not away."""
    people = await _people(session)
    able = _approvers(people, await decision_as_sent(session, draft))
    return [agent for agent in able if agent.id not in people.away]


async def beyond_all(session: AsyncSession, drafts: Sequence[Draft]) -> list[tuple[Draft, Decision]]:
    """Those of the drafts that nobody who is here may approve, with the decisions they come from."""
    rows = await session.execute(
        select(DecisionRow.id, DecisionRow.content).where(
            DecisionRow.id.in_([draft.decision_id for draft in drafts])
        )
    )
    decisions = {row_id: from_json(Decision, content) for row_id, content in rows}
    people = await _people(session)
    beyond = []
    for draft in drafts:
        decision = decisions.get(draft.decision_id or "")
        if decision is None:
            continue
        reach = _reach(people, replace(decision, kind=DecisionKind(draft.kind)))
        if reach.able <= people.away.keys() and not reach.deputies:
            beyond.append((draft, decision))
    return beyond


@dataclass(frozen=True, kw_only=True, slots=True)
class _People:
    """Who works here, and who of them is away."""

    agents: Sequence[Agent]
    away: Mapping[str, Absence]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reach:
    """Who reaches to a decision: `able` in their own right, `deputies` for somebody absent."""

    able: frozenset[str]
    deputies: Mapping[str, Absence]


async def _people(session: AsyncSession) -> _People:
    return _People(agents=await working_agents(session), away=await absences_at(session, utcnow()))


def _approvers(people: _People, decision: Decision | None) -> list[Agent]:
    reach = _reach(people, decision)
    return [agent for agent in people.agents if agent.id in reach.able or agent.id in reach.deputies]


def _reach(people: _People, decision: Decision | None) -> _Reach:
    able = frozenset(agent.id for agent in people.agents if _reaches(agent, decision))
    # Somebody here who may makes every deputy superfluous.
    absences = [people.away[agent_id] for agent_id in able] if able <= people.away.keys() else []
    present = {agent.id for agent in people.agents} - people.away.keys()
    deputies = {
        absence.deputy_id: absence
        for absence in absences
        if absence.deputy_id is not None
        and absence.deputy_id in present
        and (decision is None or _within(decision, absence.deputy_limit_minor))
    }
    return _Reach(able=able, deputies=deputies)


def _reaches(agent: Agent, decision: Decision | None) -> bool:
    try:
        check_tier(agent, decision)
    except NotAllowedError:
        return False
    return True


def gives_goodwill(decision: Decision) -> bool:
    """Whether anything that it offers is a favour."""
    bases = {offer.basis_of(option) for offer in decision.offers for option in offer.options}
    return Basis.GOODWILL in bases


def _within(decision: Decision, limit_minor: int | None) -> bool:
    """Whether the goodwill is at most so much; what nobody can put a figure to is not.

    Offers beside a hand-over are for agents to see, and given by nobody.
    """
    if limit_minor is None or decision.kind is not DecisionKind.OFFER:
        return True
    if decision.worth is None:
        return not gives_goodwill(decision)
    return decision.worth.minor <= limit_minor
