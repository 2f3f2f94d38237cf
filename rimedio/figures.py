"""Figures of the whole desk, counted in the database: whichever process is asked says the same."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models.clock import utcnow
from models.database import Database
from models.states import CaseState, DraftState, OutboxState
from models.tables import Approval, Case, Draft, Event, OutboxEntry, Process, Rating, Update


class _Counted(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


async def count_figures(database: Database) -> Collector:
    """Counts everything at one moment."""
    async with database.reading() as session:
        return _Counted([*await _totals(session), *await _present(session, utcnow())])


async def _totals(session: AsyncSession) -> list[Metric]:
    received = CounterMetricFamily("rimedio_received", "Updates stored, by source", labels=["source"])
    sources: Counter[str] = Counter()
    for source, count in await session.execute(select(Update.source, func.count()).group_by(Update.source)):
        # Without the rest, which names a bot.
        sources[source.partition(":")[0]] += count
    for source, count in sources.items():
        received.add_metric([source], count)
    approved = CounterMetricFamily("rimedio_approved", "Verdicts on drafts, by verdict", labels=["verdict"])
    for verdict, count in await session.execute(
        select(Approval.verdict, func.count()).group_by(Approval.verdict)
    ):
        approved.add_metric([verdict], count)
    sent = CounterMetricFamily("rimedio_sent", "Messages sent, by purpose", labels=["purpose"])
    for purpose, count in await session.execute(
        select(OutboxEntry.purpose, func.count())
        .where(OutboxEntry.state == OutboxState.SENT)
        .group_by(OutboxEntry.purpose)
    ):
        sent.add_metric([purpose], count)
    # No counter: who is erased takes their mark along.
    rated = GaugeMetricFamily("rimedio_rated", "Marks that customers gave, by mark", labels=["mark"])
    marks = (
        select(Rating.mark, func.count())
        .join(Case, Case.id == Rating.case_id)
        .where(Rating.mark.is_not(None), Case.is_sample.is_(False), Case.is_test.is_(False))
        .group_by(Rating.mark)
    )
    for mark, count in await session.execute(marks):
        rated.add_metric([str(mark)], count)
    done = Counter[str]()
    for action, count in await session.execute(
        select(Event.action, func.count())
        .where(Event.action.in_(("case.drafted", "outbox.unconfirmed")))
        .group_by(Event.action)
    ):
        done[action] = count
    return [
        received,
        CounterMetricFamily("rimedio_triaged", "Cases decided", value=done["case.drafted"]),
        approved,
        sent,
        rated,
        CounterMetricFamily(
            "rimedio_unconfirmed", "Sendings that ended in doubt", value=done["outbox.unconfirmed"]
        ),
    ]


async def _present(session: AsyncSession, now: datetime) -> list[Metric]:
    outbox = GaugeMetricFamily("rimedio_outbox", "Messages now in each state", labels=["state"])
    for state, count in await session.execute(
        select(OutboxEntry.state, func.count()).group_by(OutboxEntry.state)
    ):
        outbox.add_metric([state], count)
    age = GaugeMetricFamily(
        "rimedio_oldest_seconds", "For how long the oldest has waited, 0 for none", labels=["queue"]
    )
    due = or_(OutboxEntry.not_before.is_(None), OutboxEntry.not_before <= now)
    waiting = {
        "updates": await _oldest(session, Update.received_at, Update.processed_at.is_(None)),
        "triage": await _oldest(session, Case.triage_due_at, Case.triage_due_at <= now),
        "approval": await _oldest(
            session,
            Draft.created_at,
            Draft.state == DraftState.PROPOSED,
            Draft.case_id.in_(select(Case.id).where(Case.state == CaseState.WAITING_AGENT)),
        ),
        "outbox": await _oldest(
            session, OutboxEntry.created_at, OutboxEntry.state == OutboxState.PENDING, due
        ),
    }
    for queue, since in waiting.items():
        age.add_metric([queue], (now - since).total_seconds() if since is not None else 0.0)
    processes = GaugeMetricFamily("rimedio_processes", "Processes that live, by role", labels=["role"])
    for role, count in await session.execute(select(Process.role, func.count()).group_by(Process.role)):
        processes.add_metric([role], count)
    return [outbox, age, processes]


async def _oldest(
    session: AsyncSession,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    *where: ColumnElement[bool],
) -> datetime | None:
    oldest: datetime | None = (await session.scalars(select(func.min(column)).where(*where))).one()
    return oldest
