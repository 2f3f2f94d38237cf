"""After an exit: what the policy leaves to people is left to them without a draft.

"Ma come?" is no new matter that a help text could answer, and "how may I help" no word to who was just told
that we stop. What the policy decides (what is owed, where a promise stands) is drafted as ever.
"""

from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, DecisionKind
from models.states import OutboxState, Verdict
from models.tables import Approval, Case, Draft, OutboxEntry
from responses.policy import Policy
from responses.policy.sentences import Sentences

_LEFT_TO_PEOPLE = (DecisionKind.HAND_OVER, DecisionKind.THANKS)


async def is_left_unworded(session: AsyncSession, case: Case, decision: Decision) -> bool:
    """Whether nothing is decided for a customer with whom the relation was ended, in this case or another."""
    return decision.kind in _LEFT_TO_PEOPLE and await _was_ended(session, case)


def told_of_exit(decision: Decision, policy: Policy, language: str) -> Decision:
    """The decision with a line for agents on why there is no draft, in the language of the desk."""
    return replace(decision, notes=(Sentences(language, policy)("after_exit"), *decision.notes))


async def _was_ended(session: AsyncSession, case: Case) -> bool:
    failed = exists().where(OutboxEntry.approval_id == Approval.id, OutboxEntry.state == OutboxState.FAILED)
    query = (
        select(Approval.id)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(Case, Case.id == Approval.case_id)
        .where(
            Case.customer_id == case.customer_id,
            Case.is_test == case.is_test,
            Draft.kind == DecisionKind.EXIT,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            ~failed,
        )
    )
    return (await session.scalars(query.limit(1))).first() is not None
