"""Dismissals: what a dismissed signal has changed in the customer's other cases is decided anew."""

import logging
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.database import Database
from models.states import CaseState, DraftState
from models.tables import Case, DecisionRow, Draft, SignalRow
from responses.approving.spending import decide_anew

log = logging.getLogger(__name__)


async def decide_dismissed_at_once(database: Database, customer_id: str) -> None:
    """Has the customer's cases decided anew now; should that fail, it is logged and the rounds do it.

    The dismissal is kept by then: whoever pressed has no part in what fails here.
    """
    try:
        await decide_dismissed_anew(database, customer_id)
    except Exception as error:
        # As at the end of a worker's loop: of whatever kind it is, it must not have the press tried again.
        name = type(error).__name__
        log.error("signal.not_decided_anew", extra={"customer": customer_id, "error": name}, exc_info=error)


async def decide_dismissed_anew(database: Database, customer_id: str | None = None) -> int:
    """Has every case decided anew whose draft heeds what an agent has dismissed; returns how many.

    One by one, each in a transaction of its own. Which cases these are stands in the rows: whoever asks
    again goes on where the last one was cut off, and after a fresh decision a case is none of them.

    Args:
        database: where.
        customer_id: whose cases; everybody's if None.
    """
    of_customer = true() if customer_id is None else Case.customer_id == customer_id
    async with database.reading() as session:
        ids = [case.id for case in await _heeding(session, _query(of_customer))]
    done = 0
    for case_id in ids:
        async with database.writing() as session:
            # It may have been answered, or read again, since it was found.
            still = _query(Case.id == case_id).with_for_update(of=Case)
            for case in await _heeding(session, still):
                await decide_anew(session, case)
                done += 1
    return done


def _query(which: ColumnElement[bool]) -> Select[tuple[Case, str, dict[str, Any]]]:
    """Drafts on the table beside each signal of the customer that was dismissed and not raised again.

    The draft of an older revision is nobody's any more: there a fresh decision was tried in vain.
    """
    again = aliased(SignalRow)
    raised_again = exists().where(
        again.customer_id == SignalRow.customer_id,
        again.name == SignalRow.name,
        again.dismissed_at.is_(None),
    )
    return (
        select(Case, SignalRow.name, DecisionRow.content)
        .join(SignalRow, SignalRow.customer_id == Case.customer_id)
        .join(Draft, (Draft.case_id == Case.id) & (Draft.revision == Case.revision))
        .join(DecisionRow, DecisionRow.id == Draft.decision_id)
        .where(
            which,
            Case.state == CaseState.WAITING_AGENT,
            Draft.state == DraftState.PROPOSED,
            SignalRow.dismissed_at.is_not(None),
            ~raised_again,
        )
        .order_by(Case.id)
    )


async def _heeding(
    session: AsyncSession, query: Select[tuple[Case, str, dict[str, Any]]]
) -> Collection[Case]:
    """The cases among these whose decision heeds that signal."""
    rows = await session.execute(query)
    found = {case.id: case for case, name, content in rows if name in content.get("signals", ())}
    return found.values()
