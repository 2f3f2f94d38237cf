"""What customers have said in cases, and which complaint types those cases have for sure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.assessment import Assessment
from models.labels import Act
from models.states import Direction, Verdict
from models.tables import Approval, DecisionRow, Draft, Message
from responses.corrections import understood

_Later = aliased(Message)

AS_LAST_WRITTEN: ColumnElement[bool] = ~exists().where(
    _Later.identity_id == Message.identity_id,
    _Later.external_id == Message.external_id,
    _Later.edit > Message.edit,
)
"""Of a message that its writer has edited, the newest text alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A customer's message as it was read, or as an agent says that it is to be read."""

    at: datetime
    assessment: Assessment

    @property
    def is_complaint(self) -> bool:
        """Whether it complains, as far as the classifier can tell."""
        return self.assessment.act.label == Act.COMPLAINT

    @property
    def is_praise(self) -> bool:
        """Whether it praises or thanks, for sure."""
        return self.assessment.act.label == Act.PRAISE and "act" not in self.assessment.abstained

    @property
    def sure_types(self) -> frozenset[str]:
        """The complaint types that nobody has to look at again."""
        if not self.is_complaint or self.assessment.abstained & {"act", "complaint_types"}:
            return frozenset()
        return frozenset(one.label for one in self.assessment.complaint_types)


async def said_in(session: AsyncSession, cases: Collection[str]) -> Mapping[str, list[Said]]:
    """By case, the messages of its customer that were read, in their order."""
    query = (
        select(Message.id, Message.case_id, Message.created_at)
        .where(Message.case_id.in_(cases), Message.direction == Direction.IN, AS_LAST_WRITTEN)
        .order_by(Message.id)
    )
    rows = (await session.execute(query)).all()
    known = await understood(session, [row.id for row in rows])
    found: dict[str, list[Said]] = defaultdict(list)
    for row in rows:
        if row.id in known:
            found[row.case_id].append(Said(at=row.created_at, assessment=known[row.id].assessment))
    return found


async def answered_types(session: AsyncSession, cases: Collection[str]) -> Mapping[str, frozenset[str]]:
    """By case, the complaint types that an approved answer was about: who approves it has looked."""
    query = (
        select(Approval.case_id, DecisionRow.content)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(DecisionRow, (DecisionRow.id == Draft.decision_id) & (DecisionRow.kind == Draft.kind))
        .where(Approval.case_id.in_(cases), Approval.verdict == Verdict.SEND, Approval.undone_at.is_(None))
    )
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for case_id, content in await session.execute(query):
        found[case_id] |= frozenset(content["complaint_types"])
    return found


def types_said(messages: Iterable[Said]) -> frozenset[str]:
    """All types that these messages name for sure."""
    return frozenset(name for one in messages for name in one.sure_types)
