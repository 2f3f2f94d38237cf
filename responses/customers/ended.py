"""After an exit: what the policy leaves to people is left to them without a draft.

"Ma come?" is no new matter that a help text could answer, and "how may I help" no word to who was just told
that we stop. What the policy decides (what is owed, where a promise stands) is drafted as ever, and until the
day of the exit so is everything.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, DecisionKind
from models.serial import from_json
from models.states import OutboxState, Verdict
from models.tables import Approval, Case, DecisionRow, Draft, OutboxEntry
from responses.policy import Policy
from responses.policy.sentences import Sentences

_LEFT_TO_PEOPLE = (DecisionKind.HAND_OVER, DecisionKind.THANKS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """The relation with a customer was ended, from that day on; None for exits that kept no day."""

    from_day: date | None

    def has_come(self, day: date) -> bool:
        """Whether it holds for what is written on that day, in the business's time zone."""
        return self.from_day is None or self.from_day <= day


async def ending_of(session: AsyncSession, case: Case) -> Ending | None:
    """The last exit that was sent to the customer, in this case or another."""
    failed = exists().where(OutboxEntry.approval_id == Approval.id, OutboxEntry.state == OutboxState.FAILED)
    query = (
        select(DecisionRow.content)
        .select_from(Approval)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(Case, Case.id == Approval.case_id)
        .join(DecisionRow, DecisionRow.id == Draft.decision_id)
        .where(
            Case.customer_id == case.customer_id,
            Case.is_test == case.is_test,
            Draft.kind == DecisionKind.EXIT,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            ~failed,
        )
        .order_by(Approval.id.desc())
        .limit(1)
    )
    content = (await session.scalars(query)).first()
    return None if content is None else Ending(from_day=from_json(Decision, content).exit_from)


def is_left_unworded(decision: Decision, ending: Ending, day: date) -> bool:
    """Whether nothing is decided for what was written on that day, and the relation was ended by then."""
    return decision.kind in _LEFT_TO_PEOPLE and ending.has_come(day)


def told_of_exit(decision: Decision, ending: Ending, policy: Policy, language: str) -> Decision:
    """The decision with a line for agents on why there is no draft, in the language of the desk."""
    say = Sentences(language, policy)
    day = ending.from_day
    told = say("after_exit") if day is None else say("after_exit_from", day=day)
    return replace(decision, notes=(told, *decision.notes))
