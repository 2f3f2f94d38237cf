"""Offers: the remedies of a decision as rows, in its order, and which of them an answer withheld."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import OfferState
from models.tables import Draft, OfferRow
from responses.policy.withheld import Place


async def offers_of(session: AsyncSession, draft: Draft) -> Sequence[OfferRow]:
    """The remedies of the decision that a draft was composed from, in the decision's order."""
    query = select(OfferRow).where(OfferRow.decision_id == draft.decision_id).order_by(OfferRow.id)
    return (await session.scalars(query)).all()


async def withheld_by(session: AsyncSession, approvals: Collection[str]) -> dict[str, frozenset[Place]]:
    """What each of these approvals withheld of its decision; those that withheld nothing are left out."""
    if not approvals:
        return {}
    found: dict[str, set[Place]] = defaultdict(set)
    for place, row in await _withheld(session, OfferRow.approval_id.in_(approvals)):
        if row.approval_id in approvals:
            found[str(row.approval_id)].add(place)
    return {approval: frozenset(places) for approval, places in found.items()}


async def withheld_of(session: AsyncSession, decisions: Collection[str]) -> dict[str, frozenset[Place]]:
    """What the answers to these decisions withheld of them; those of which nothing was are left out."""
    found: dict[str, set[Place]] = defaultdict(set)
    for place, row in await _withheld(session, OfferRow.decision_id.in_(decisions)):
        found[row.decision_id].add(place)
    return {decision: frozenset(places) for decision, places in found.items()}


async def _withheld(session: AsyncSession, which: ColumnElement[bool]) -> list[tuple[Place, OfferRow]]:
    """What answers withheld of the decisions of which they withheld something that is `which`."""
    of_these = select(OfferRow.decision_id).where(
        which, OfferRow.state == OfferState.WITHDRAWN, OfferRow.approval_id.is_not(None)
    )
    query = select(OfferRow).where(OfferRow.decision_id.in_(of_these)).order_by(OfferRow.id)
    decisions: dict[str, list[OfferRow]] = defaultdict(list)
    for row in await session.scalars(query):
        decisions[row.decision_id].append(row)
    return [
        (place, row)
        for rows in decisions.values()
        for place, row in placed(rows)
        if row.state == OfferState.WITHDRAWN and row.approval_id is not None
    ]


def placed(offers: Sequence[OfferRow]) -> list[tuple[Place, OfferRow]]:
    """The rows of one decision, in its order, each with its place."""
    found: list[tuple[Place, OfferRow]] = []
    before: dict[int, int] = {}
    for row in offers:
        place = before.get(row.choice_group, 0)
        before[row.choice_group] = place + 1
        found.append(((row.choice_group, place), row))
    return found
