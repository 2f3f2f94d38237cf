"""Judged drafts: what Rimedio composed, what agents made of it, and the verdict on that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision
from models.serial import from_json
from models.states import Verdict
from models.tables import Approval, Case, DecisionRow, Draft
from responses.drafts.compose import MOVED
from responses.drafts.slots import has_placeholder
from responses.reports.rewriting import stands_in, words_in

REAL = (Case.is_sample.is_(False), Case.is_test.is_(False))
"""What a case has to be to count in a report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A verdict on what came of a composed draft; `customer_id` is whose case it is."""

    approval: Approval
    composed: Draft
    last: Draft
    decision: Decision | None
    customer_id: str

    @property
    def is_sent(self) -> bool:
        """Whether it went out."""
        return self.approval.verdict == Verdict.SEND

    @property
    def is_of_its_kind(self) -> bool:
        """Whether it is still the kind of answer that was composed: who writes another one has found no fault
        with the wording."""
        return self.last.kind == self.composed.kind


async def judged_since(session: AsyncSession, since: datetime) -> list[Judged]:
    """The drafts sent or thrown away since then, in order, without samples, tests and what was taken back.

    Those of which nobody can tell what was changed are left out too: an agent began from nothing, or the
    words were erased.
    """
    rows = await session.execute(
        select(Approval, Draft, DecisionRow, Case.customer_id)
        .join(Case, Case.id == Approval.case_id)
        .join(Draft, Draft.id == Approval.draft_id)
        .outerjoin(DecisionRow, DecisionRow.id == Draft.decision_id)
        .where(
            Approval.created_at >= since,
            Approval.verdict.in_((Verdict.SEND, Verdict.DISCARD)),
            Approval.undone_at.is_(None),
            *REAL,
        )
        .order_by(Approval.id)
    )
    found = []
    for approval, draft, row, customer_id in rows:
        composed = draft
        while composed.edited_from is not None:
            composed = await session.get_one(Draft, composed.edited_from)
        if composed.edited_by is None and composed.text:
            decision = from_json(Decision, row.content) if row is not None else None
            found.append(
                Judged(
                    approval=approval,
                    composed=composed,
                    last=draft,
                    decision=decision,
                    customer_id=customer_id,
                )
            )
    return found


def variant_of(draft: Draft) -> str:
    """The name of its wording variant, without the form of address."""
    return (draft.variant or "").partition("-")[0].partition("+")[0]


def variant_of_part(draft: Draft, part: str) -> str:
    """The variant in which one part is worded: an apology after an earlier one has another than the rest."""
    own, _, moved = (draft.variant or "").partition("-")[0].partition("+")
    return moved if moved and part in MOVED else own


def parts_of(draft: Draft) -> Iterator[tuple[str, str]]:
    """The parts that a person could have left as they were: not those with a blank to be filled."""
    for name, words in draft.parts:
        if not has_placeholder(words):
            yield str(name), str(words)


def says(text: str, words: str) -> bool:
    """Whether those words stand in the text, however they are spaced and written large or small."""
    return stands_in(words_in(words), words_in(text)) is not None
