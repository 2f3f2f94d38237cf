"""The inbox: updates are stored before they are acknowledged, and worked off in order, chat by chat."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.exc import DataError, InterfaceError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Alarm, Job, set_alarm
from models.clock import utcnow
from models.database import Database
from models.once import insert_once
from models.states import CaseState, DraftState
from models.tables import Draft, Update
from responses.cases import active_case, raise_revision
from responses.errors import ResponsesError, UnreadableUpdateError
from responses.intake.filing import due_now

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
_FIRST_PAUSE = timedelta(seconds=1)
# Trying again helps against what is busy or out of reach, never against what an update says.
_LASTING = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    DataError,
    InterfaceError,
    ProgrammingError,
)

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Handler = Callable[[Update, Transaction], Awaitable[None]]
"""Works one update off. What it writes goes into the one transaction it is handed, which also marks the
update as processed; before and after it may use the network."""


class AlreadyProcessedError(ResponsesError):
    """Somebody else has processed this update in the meantime."""


async def receive(
    session: AsyncSession, *, source: str, external_id: str, chat_key: str, raw: str, customer_says: bool
) -> str | None:
    """Stores an update, once; its id, or None when it was stored before.

    A customer's words raise the revision of the case they will most likely join, in the same
    transaction: from this moment no approval of the old state goes through.
    """
    update_id = await insert_once(
        session,
        Update,
        source=source,
        external_id=external_id,
        chat_key=chat_key,
        # PostgreSQL keeps no NUL, in no text; JSON writes one as an escape, so only garbage is changed.
        raw=raw.replace("\x00", "\ufffd"),
        customer_says=customer_says,
        received_at=utcnow(),
        attempts=0,
    )
    if update_id is None:
        return None
    if customer_says:
        case = await active_case(session, chat_key)
        if case is not None:
            await raise_revision(session, case)
    set_alarm(session, Job.PROCESS, update_id)
    return update_id


class Inbox:
    """Works updates off. `handlers` maps the first part of a source (`telegram`, `web`, …) to its own."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        give_up: Callable[[AsyncSession, Update], Awaitable[None]],
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._give_up = give_up
        self._asked: dict[str, bool] = {}

    @property
    def sources(self) -> frozenset[str]:
        """The first parts of the sources whose updates this process works off."""
        return frozenset(self._handlers)

    async def process(self, update_id: str) -> None:
        """Works off the chat of this update, oldest first, until it is empty or has to wait.

        Where several processes do this for one chat, the row of its oldest update is the lock: marking it
        begins each transaction, whoever comes second waits there, and then finds the next one the oldest.
        """
        async with self._database.reading() as session:
            row = await session.get(Update, update_id)
        if row is None or row.processed_at is not None:
            return
        if row.chat_key in self._asked:
            # Somebody works this chat off; they look once more before they end, or the sweep does.
            self._asked[row.chat_key] = True
            return
        self._asked[row.chat_key] = True
        try:
            while self._asked[row.chat_key]:
                self._asked[row.chat_key] = False
                await self._work_off_chat(row.chat_key)
        finally:
            del self._asked[row.chat_key]

    async def _work_off_chat(self, chat_key: str) -> None:
        while (waiting := await self._oldest(chat_key)) is not None:
            if waiting.next_try_at is not None and waiting.next_try_at > utcnow():
                return
            if not await self._work_off(waiting):
                return

    async def _oldest(self, chat_key: str) -> Update | None:
        async with self._database.reading() as session:
            query = (
                select(Update)
                .where(Update.chat_key == chat_key, Update.processed_at.is_(None))
                .order_by(Update.id)
                .limit(1)
            )
            return (await session.scalars(query)).one_or_none()

    async def _work_off(self, row: Update) -> bool:
        """Whether the chat may go on with its next update."""

        @asynccontextmanager
        async def transaction() -> AsyncIterator[AsyncSession]:
            async with self._database.writing() as session:
                await _mark(session, row.id)
                yield session
                if row.customer_says:
                    await _look_again(session, row.chat_key)

        handler = self._handlers[row.source.partition(":")[0]]
        try:
            await handler(row, transaction)
        except AlreadyProcessedError:
            return True
        except UnreadableUpdateError as error:
            return await self._set_aside(row, error, final=True)
        except Exception as error:  # noqa: BLE001 - a worker's outermost loop: the chat must go on
            lasting = isinstance(error, _LASTING) or row.attempts + 1 >= MAX_ATTEMPTS
            return await self._set_aside(row, error, final=lasting)
        return True

    async def _set_aside(self, row: Update, error: Exception, *, final: bool) -> bool:
        name = type(error).__name__
        trace = None if isinstance(error, UnreadableUpdateError) else error
        log.error("update.failed", extra={"update": row.id, "error": name}, exc_info=trace)
        async with self._database.writing() as session:
            if final:
                await _mark(session, row.id, attempts=row.attempts + 1, error=name)
                await self._give_up(session, row)
                return True
            again = utcnow() + _FIRST_PAUSE * 2**row.attempts
            await session.execute(
                update(Update)
                .where(Update.id == row.id)
                .values(attempts=row.attempts + 1, next_try_at=again, error=name)
            )
            set_alarm(session, Job.PROCESS, row.id, again)
            return False


async def _mark(session: AsyncSession, update_id: str, **values: object) -> None:
    marked = await session.execute(
        update(Update)
        .where(Update.id == update_id, Update.processed_at.is_(None))
        .values(processed_at=utcnow(), **values)
        .returning(Update.id)
    )
    if marked.scalar_one_or_none() is None:
        raise AlreadyProcessedError(update_id)


async def _look_again(session: AsyncSession, chat_key: str) -> None:
    """Arrival raised the revision: what brought nothing new must not leave the draft out of date."""
    case = await active_case(session, chat_key)
    if case is None or case.state != CaseState.WAITING_AGENT:
        return
    current = select(Draft.id).where(
        Draft.case_id == case.id, Draft.revision == case.revision, Draft.state == DraftState.PROPOSED
    )
    if (await session.execute(current.limit(1))).first() is None:
        await due_now(session, case)


async def has_unprocessed(session: AsyncSession, chat_key: str) -> bool:
    """Whether words of the customer in this chat are stored and not yet worked off."""
    query = select(Update.id).where(
        Update.chat_key == chat_key, Update.processed_at.is_(None), Update.customer_says
    )
    return (await session.execute(query.limit(1))).first() is not None


def _is_of(source: str) -> ColumnElement[bool]:
    return or_(Update.source == source, Update.source.startswith(f"{source}:"))


async def overdue_updates(
    session: AsyncSession, until: datetime, limit: int, *, sources: Collection[str]
) -> list[Alarm]:
    """The first update of each chat that waits to be worked off before `until`, oldest first.

    One a chat: working it off goes on to the chat's next, and a chat that has to wait holds up no other.
    Only updates whose source begins with one of `sources`.
    """
    first = select(func.min(Update.id)).where(Update.processed_at.is_(None)).group_by(Update.chat_key)
    query = (
        select(Update.id, Update.next_try_at)
        .where(
            Update.id.in_(first),
            or_(Update.next_try_at.is_(None), Update.next_try_at <= until),
            or_(*(_is_of(source) for source in sources), false()),
        )
        .order_by(Update.id)
        .limit(limit)
    )
    return [Alarm(job=Job.PROCESS, row_id=row, at=at) for row, at in await session.execute(query)]
