"""What the clock asks for: absences, calls that ring, summaries at opening, promises to be kept, notices."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.database import Database
from models.states import CaseState, DraftState
from models.tables import Case, Draft
from responses.approving.rights import beyond_all
from responses.channels import AgentChat
from responses.intake.silence import forget_silence
from responses.notices import TELL_AFTER, NoticeKind, put_up, standing_notices, take_down, tell_admins
from responses.people.agents import working_agents
from responses.people.nights import sum_up
from responses.people.oncall import go_on_ringing, people_on_call
from responses.people.turns import turn_over
from responses.policies import NoPolicyError, PolicyBook
from responses.policy.schema import Codes, Policy
from responses.promises.reminders import remind
from responses.triage import Triage
from responses.vouchers.by_hand import let_go_lost
from responses.vouchers.codes import expire_codes, plain, running_low

_AT_ONCE = 200


class Watch:
    """Looks whether the time has come for something; every look may be the first after a crash.

    Args:
        database: where everything is.
        triage: deals cards.
        policies: gives the opening hours and who is on call.
        agent_chat: where an agent is told things.
    """

    def __init__(
        self, *, database: Database, triage: Triage, policies: PolicyBook, agent_chat: AgentChat
    ) -> None:
        self._database = database
        self._triage = triage
        self._policies = policies
        self._agent_chat = agent_chat

    async def look(self, now: datetime) -> None:
        """Does what is due at `now`; without a policy there are no hours, and nobody is on call."""
        async with self._database.writing() as session:
            try:
                policy = await self._policies.current(session)
            except NoPolicyError:
                return
            await turn_over(session, self._triage, now)
            await go_on_ringing(session, policies=self._policies, agent_chat=self._agent_chat, now=now)
            await sum_up(session, policy.hours, self._agent_chat, now)
            await remind(session, policy.hours, self._agent_chat, now)
            await _check_approvers(session, now)
            await self._check_on_call(session, policy, now)
            await _check_codes(session, policy, now)
            await forget_silence(session, now)
            for notice in await standing_notices(session):
                if now - notice.since >= TELL_AFTER:
                    await tell_admins(session, notice, self._agent_chat, policy.hours, now)

    async def _check_on_call(self, session: AsyncSession, policy: Policy, now: datetime) -> None:
        """Puts a notice up while nobody whom the policy names would hear a call; without chats none rings."""
        reachable = any(self._agent_chat(agent) is not None for agent in await working_agents(session))
        if not reachable or await people_on_call(session, policy, self._agent_chat, now):
            await take_down(session, NoticeKind.NOBODY_ON_CALL)
        else:
            await put_up(session, NoticeKind.NOBODY_ON_CALL, now)


async def _check_codes(session: AsyncSession, policy: Policy, now: datetime) -> None:
    """Puts a notice up while few codes are left of a value that the policy gives; takes old ones out."""
    today = now.astimezone(policy.timezone).date()
    await let_go_lost(session)
    await expire_codes(session, today)
    low = await running_low(session, policy, today) if policy.codes is Codes.LOADED else ()
    if low:
        await put_up(session, NoticeKind.VOUCHERS_LOW, now, left=", ".join(plain(supply) for supply in low))
    else:
        await take_down(session, NoticeKind.VOUCHERS_LOW)


async def _check_approvers(session: AsyncSession, now: datetime) -> None:
    """Puts a notice up while a draft waits that nobody here may approve."""
    query = (
        select(Draft, Case.number)
        .join(Case, Case.id == Draft.case_id)
        .where(
            Case.state == CaseState.WAITING_AGENT,
            Case.is_sample.is_(False),
            Draft.state == DraftState.PROPOSED,
        )
        .order_by(Case.due_at.is_(None), Case.due_at, Case.id)
        .limit(_AT_ONCE)
    )
    waiting: list[tuple[Draft, int]] = [(row[0], row[1]) for row in await session.execute(query)]
    numbers = {draft.id: number for draft, number in waiting}
    stuck = await beyond_all(session, [draft for draft, _ in waiting])
    if not stuck:
        await take_down(session, NoticeKind.NOBODY_MAY_APPROVE)
        return
    first, decision = stuck[0]
    await put_up(
        session,
        NoticeKind.NOBODY_MAY_APPROVE,
        now,
        number=str(numbers[first.id]),
        count=str(len(stuck)),
        role=decision.tier,
    )
