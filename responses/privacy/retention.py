"""Keeping no longer than the business has set: the words of settled cases go when their time is over."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.decision import Duration, DurationUnit
from models.states import CaseState, PromiseState
from models.tables import Case, Contact, Customer, Identity, Message, OpenedLink, Promise, Setting, Update
from responses.customers.signalling import are_over, forget_signals
from responses.events import record
from responses.intake.files import FileStore
from responses.orders.book import forget_old_orders
from responses.privacy.erasure import blank, erase_person, finish_erasing
from responses.privacy.personal import Scope
from responses.privacy.strays import remove_strays

_DONE = "retention_done"
_SETTLED = (CaseState.ANSWERED, CaseState.CLOSED, CaseState.SPAM)
_AT_ONCE = 100


def kept_since(now: datetime, length: Duration) -> datetime:
    """The moment before which nothing is kept. `length` is in days or months."""
    if length.unit == DurationUnit.DAYS:
        return now - timedelta(days=length.count)
    months = now.year * 12 + now.month - 1 - length.count
    first = now.replace(year=months // 12, month=months % 12 + 1, day=1)
    # The 31st of a shorter month is its last day.
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(now.day, last.day))


class Retention:
    """The daily step. Without a `length` it only removes what erasing a person has left behind."""

    def __init__(
        self, database: Database, files: FileStore, length: Duration | None, timezone: ZoneInfo
    ) -> None:
        self._database = database
        self._files = files
        self._length = length
        self._timezone = timezone

    async def run(self) -> None:
        """Does the day's work once a day, in portions; whoever calls often loses nothing.

        Signals go when their time is over, whatever the length.
        """
        now = utcnow()
        async with self._database.reading() as session:
            over = await are_over(session, now)
        if over:
            async with self._database.writing() as session:
                await forget_signals(session, now)
        if self._length is not None:
            today = now.astimezone(self._timezone).date().isoformat()
            horizon = kept_since(now, self._length)
            async with self._database.writing() as session:
                if not await _done(session, today):
                    busy = await blank_old_cases(session, horizon, _AT_ONCE)
                    busy = busy or await forget_old_orders(session, horizon, _AT_ONCE)
                    if not busy and not await forget_old_people(session, horizon, _AT_ONCE):
                        await _forget_deliveries(session, horizon)
                        await session.merge(Setting(name=_DONE, value=today))
        await finish_erasing(self._database, self._files)
        await remove_strays(self._database, self._files)


async def blank_old_cases(session: AsyncSession, horizon: datetime, limit: int) -> int:
    """Blanks settled cases in which nothing has happened since `horizon`; returns how many."""
    heard = exists().where(Message.case_id == Case.id, Message.created_at >= horizon)
    new = exists().where(Message.case_id == Case.id, Message.created_at > Case.blanked_at)
    owed = exists().where(Promise.case_id == Case.id, Promise.state == PromiseState.OPEN)
    query = (
        select(Case.id)
        .where(
            Case.state.in_(_SETTLED),
            Case.flag.is_(None),
            func.coalesce(Case.closed_at, Case.created_at) < horizon,
            or_(Case.blanked_at.is_(None), new),
            ~heard,
            ~owed,
        )
        .order_by(Case.id)
        .limit(limit)
    )
    cases = (await session.scalars(query)).all()
    if cases:
        await blank(session, Scope(cases=tuple(cases)))
        for case in cases:
            record(session, "system", "case.blanked", case)
    return len(cases)


async def forget_old_people(session: AsyncSession, horizon: datetime, limit: int) -> int:
    """Erases those of whom nothing but a name and an address is left; returns how many."""
    alive = exists().where(
        Case.customer_id == Customer.id, or_(Case.blanked_at.is_(None), Case.state.not_in(_SETTLED))
    )
    heard = exists().where(
        Message.identity_id == Identity.id,
        Identity.customer_id == Customer.id,
        Message.created_at >= horizon,
    )
    query = (
        select(Customer)
        .where(Customer.erased_at.is_(None), Customer.created_at < horizon, ~alive, ~heard)
        .order_by(Customer.id)
        .limit(limit)
    )
    people = (await session.scalars(query)).all()
    for person in people:
        await erase_person(session, person, "system")
    return len(people)


async def _done(session: AsyncSession, today: str) -> bool:
    done = await session.get(Setting, _DONE)
    return done is not None and done.value == today


async def _forget_deliveries(session: AsyncSession, horizon: datetime) -> None:
    """What sources delivered has become rows long ago, or never could be read and belongs to nobody.

    Addresses and numbers were read out of words that have gone by now.
    """
    await session.execute(delete(Contact).where(Contact.created_at < horizon))
    await session.execute(delete(OpenedLink).where(OpenedLink.opened_at < horizon))
    await session.execute(
        update(Update).where(Update.processed_at < horizon, Update.raw != "{}").values(raw="{}")
    )
