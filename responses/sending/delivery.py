"""Delivery: one try at a time, each decided in the database before and settled in it after.

There is no idempotency key at the other end. So `sending` is committed before the call, and a try whose
result nobody knows becomes `unconfirmed`: a person decides, never a timer.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Job, set_alarm
from models.channel import Channel, Outcome, Outgoing, SendResult
from models.clock import utcnow
from models.database import Database
from models.ids import new_id
from models.states import Direction, OfferState, OutboxState, Purpose, VoucherState
from models.tables import (
    Agent,
    Approval,
    Attachment,
    Card,
    Case,
    Identity,
    Message,
    OfferRow,
    OutboxEntry,
    Voucher,
)
from responses.events import record
from responses.intake.incoming import MessageKind
from responses.people.groups import move_chat

log = logging.getLogger(__name__)

LOST_AFTER = timedelta(seconds=120)
MAX_CARD_ATTEMPTS = 3
_UNREACHED_PAUSE = timedelta(seconds=5)
_FINISH_WITHIN = 5.0


class Delivery:
    """Sends outbox entries. `channels` maps the first part of a chat key to the way there."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], process_id: str) -> None:
        self._database = database
        self._channels = channels
        self._process_id = process_id
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tries: set[asyncio.Task[str | None]] = set()
        self._ending = False

    @property
    def channels(self) -> frozenset[str]:
        """The first parts of the chat keys that this process can send to."""
        return frozenset(self._channels)

    async def run(self, outbox_id: str) -> None:
        """Sends one entry if it is due, and the parts that follow it; does nothing otherwise."""
        entry = await self._pending(outbox_id)
        if entry is None:
            return
        channel = self._channels.get(entry.chat_key.partition(":")[0])
        if channel is None:
            # The bot this chat belongs to is not connected at present; the sweep comes back to it.
            return
        lock = self._locks.setdefault(entry.chat_key, asyncio.Lock())
        outdated = lock.locked()
        async with lock:
            # All parts of a message in a row: another card between head and buttons would mislead.
            next_part: str | None = outbox_id
            while next_part is not None:
                if outdated and await self._pending(next_part) is None:
                    # Cancelled while others were sent: it must not use up the chat's turn.
                    return
                outdated = True
                # The pacing is waited for first: while an entry is `sending`, a crash leaves doubt.
                await channel.ready(entry.chat_key, Purpose(entry.purpose))
                if self._ending:
                    return
                trying = asyncio.create_task(self._try(channel, next_part))
                self._tries.add(trying)
                trying.add_done_callback(self._tries.discard)
                # Stopping the program ends the waiting, never a try that has begun: that would leave doubt.
                next_part = await asyncio.shield(trying)

    async def finish(self) -> None:
        """Begins no more tries, and waits for those under way, for a few seconds at most."""
        self._ending = True
        if self._tries:
            await asyncio.wait(self._tries, timeout=_FINISH_WITHIN)

    async def _pending(self, outbox_id: str) -> OutboxEntry | None:
        async with self._database.reading() as session:
            entry = await session.get(OutboxEntry, outbox_id)
        return entry if entry is not None and entry.state == OutboxState.PENDING else None

    async def _try(self, channel: Channel, outbox_id: str) -> str | None:
        """Sends an entry once; the next part's id when it was sent and has one."""
        attempt = new_id()
        claimed = await self._claim(outbox_id, attempt)
        if claimed is None:
            return None
        result = await channel.send(claimed)
        return await self._settle(outbox_id, attempt, result)

    async def _claim(self, outbox_id: str, attempt: str) -> Outgoing | None:
        async with self._database.writing() as session:
            entry = await session.get(OutboxEntry, outbox_id)
            if entry is None or not await _previous_part_sent(session, entry):
                return None
            now = utcnow()
            claimed = await session.execute(
                update(OutboxEntry)
                .where(
                    OutboxEntry.id == outbox_id,
                    OutboxEntry.state == OutboxState.PENDING,
                    or_(OutboxEntry.not_before.is_(None), OutboxEntry.not_before <= now),
                )
                .values(
                    state=OutboxState.SENDING,
                    attempt_id=attempt,
                    attempts=OutboxEntry.attempts + 1,
                    sending_by=self._process_id,
                    sending_since=now,
                )
                .returning(OutboxEntry.id)
                .execution_options(synchronize_session=False)
            )
            if claimed.scalar_one_or_none() is None:
                return None
            return Outgoing(
                outbox_id=entry.id,
                chat_key=entry.chat_key,
                purpose=Purpose(entry.purpose),
                content=entry.content,
            )

    async def _settle(self, outbox_id: str, attempt: str, result: SendResult) -> str | None:
        next_part = None
        async with self._database.writing() as session:
            entry = await session.get_one(OutboxEntry, outbox_id, with_for_update=True)
            if entry.attempt_id != attempt or entry.state != OutboxState.SENDING:
                # The sweep has given this try up; what a person says about it counts now.
                log.warning("delivery.late_result", extra={"outbox": outbox_id, "outcome": result.outcome})
                return None
            entry.error = result.error
            match result.outcome:
                case Outcome.SENT:
                    entry.state, entry.sent_at, entry.provider_id = (
                        OutboxState.SENT,
                        utcnow(),
                        result.provider_id,
                    )
                    next_part = await sent(session, entry)
                case Outcome.RETRY:
                    entry.state = OutboxState.PENDING
                    entry.not_before = utcnow() + (result.retry_after or _UNREACHED_PAUSE)
                    set_alarm(session, Job.DELIVER, entry.id, entry.not_before)
                case Outcome.MOVED:
                    if result.moved_to is not None:
                        await move_chat(session, entry.chat_key, result.moved_to)
                        entry.chat_key = result.moved_to
                    entry.state = OutboxState.PENDING
                    set_alarm(session, Job.DELIVER, entry.id)
                case Outcome.FAILED | Outcome.BLOCKED:
                    entry.state = OutboxState.FAILED
                    await _flag(
                        session, entry, "blocked" if result.outcome == Outcome.BLOCKED else "send_failed"
                    )
                case Outcome.UNCONFIRMED:
                    await _doubt(session, entry)
            hand = await _hand(session, entry) if entry.state == OutboxState.SENT else None
            record(
                session,
                hand or "system",
                "outbox.by_hand" if hand else f"outbox.{result.outcome}",
                entry.case_id,
                outbox=entry.id,
                purpose=entry.purpose,
            )
        return next_part


async def _previous_part_sent(session: AsyncSession, entry: OutboxEntry) -> bool:
    if entry.part == 0:
        return True
    stem, _, _ = entry.dedupe_key.rpartition(":")
    query = select(OutboxEntry.state).where(OutboxEntry.dedupe_key == f"{stem}:{entry.part - 1}")
    return (await session.scalars(query)).one_or_none() == OutboxState.SENT


async def sent(session: AsyncSession, entry: OutboxEntry) -> str | None:
    """What follows from a message having been sent: it is part of the conversation, the next part may go.

    Returns the next part's id, where there is one that has not been sent.
    """
    stem, _, _ = entry.dedupe_key.rpartition(":")
    following = (
        await session.scalars(
            select(OutboxEntry.id).where(
                OutboxEntry.dedupe_key == f"{stem}:{entry.part + 1}",
                OutboxEntry.part == entry.part + 1,
                OutboxEntry.state == OutboxState.PENDING,
            )
        )
    ).one_or_none()
    if following is not None:
        set_alarm(session, Job.DELIVER, following)
    if entry.purpose == Purpose.CARD:
        card_id = entry.content.get("card")
        if card_id is not None and entry.provider_id is not None:
            card = await session.get_one(Card, card_id)
            card.message_ids = [*card.message_ids, entry.provider_id]
        return following
    identity = (
        await session.scalars(select(Identity).where(Identity.chat_key == entry.chat_key).limit(1))
    ).one_or_none()
    file = entry.content.get("file")
    message = Message(
        case_id=entry.case_id,
        identity_id=identity.id if identity is not None else None,
        outbox_id=entry.id,
        external_id=entry.provider_id,
        direction=Direction.OUT,
        kind=_kind_of(file),
        text=str(entry.content.get("text", "")),
        language=entry.content.get("language"),
        sent_at=entry.sent_at or utcnow(),
        sent_by=await _author(session, entry),
    )
    session.add(message)
    if file is not None:
        await session.flush()
        session.add(
            Attachment(
                message_id=message.id,
                provider_id=file["sha256"],
                kind=file["kind"],
                name=file["name"],
                size=file["size"],
                mime=file["mime"],
                sha256=file["sha256"],
                stored_as=file["stored_as"],
            )
        )
    case = await session.get(Case, entry.case_id) if entry.case_id is not None else None
    if case is not None and entry.purpose == Purpose.ANSWER:
        case.answered_at = utcnow()
        case.flag = None
    if entry.approval_id is not None:
        await _activate_vouchers(session, entry.approval_id)
    return following


def _kind_of(file: Mapping[str, Any] | None) -> MessageKind:
    if file is None:
        return MessageKind.TEXT
    return MessageKind.PHOTO if file["kind"] == "photo" else MessageKind.FILE


async def _activate_vouchers(session: AsyncSession, approval_id: str) -> None:
    """A code that the customer has been told can be used, once the whole answer has been sent.

    Those that are kept for a choice are not told before it is made.
    """
    unsent = exists().where(
        OutboxEntry.approval_id == approval_id, OutboxEntry.state.not_in((OutboxState.SENT,))
    )
    given = select(OfferRow.id).where(OfferRow.state == OfferState.ACCEPTED)
    await session.flush()
    await session.execute(
        update(Voucher)
        .where(
            Voucher.approval_id == approval_id,
            Voucher.state == VoucherState.RESERVED,
            or_(Voucher.offer_id.is_(None), Voucher.offer_id.in_(given)),
            ~unsent,
        )
        .values(state=VoucherState.ACTIVE)
    )


async def _author(session: AsyncSession, entry: OutboxEntry) -> str:
    if entry.approval_id is None:
        return "standing"
    approval = await session.get_one(Approval, entry.approval_id)
    return (await session.get_one(Agent, approval.agent_id)).name


async def _hand(session: AsyncSession, entry: OutboxEntry) -> str | None:
    """The id of the agent by whose hand the text goes out, where nothing is sent from here."""
    if entry.approval_id is None or entry.case_id is None:
        return None
    case = await session.get_one(Case, entry.case_id)
    if not case.answered_by_hand:
        return None
    return (await session.get_one(Approval, entry.approval_id)).agent_id


async def _doubt(session: AsyncSession, entry: OutboxEntry) -> None:
    """Nobody knows whether it arrived. For customers a person decides; a card is posted again.

    A second card carries the same buttons and does no harm; a case that no agent ever sees does.
    """
    if entry.purpose == Purpose.CARD and entry.attempts < MAX_CARD_ATTEMPTS:
        entry.state = OutboxState.PENDING
        entry.not_before = utcnow() + _UNREACHED_PAUSE
        set_alarm(session, Job.DELIVER, entry.id, entry.not_before)
        return
    entry.state = OutboxState.UNCONFIRMED
    await _flag(session, entry, "unconfirmed")


async def _flag(session: AsyncSession, entry: OutboxEntry, flag: str) -> None:
    if entry.purpose == Purpose.CARD:
        return
    if flag == "blocked":
        await session.execute(
            update(Identity).where(Identity.chat_key == entry.chat_key).values(blocked_since=utcnow())
        )
    if entry.case_id is not None and (entry.purpose == Purpose.ANSWER or flag == "blocked"):
        await session.execute(update(Case).where(Case.id == entry.case_id).values(flag=flag))


async def give_up_lost(session: AsyncSession, now: datetime, *, living: Collection[str] | None = None) -> int:
    """Turns sendings that nobody can still be making into `unconfirmed`; returns how many.

    Those older than two minutes always; with `living` (the ids of the processes that run) also those that
    were begun by any other.
    """
    lost = OutboxEntry.sending_since < now - LOST_AFTER
    if living is not None:
        lost = or_(lost, OutboxEntry.sending_by.not_in(living))
    query = select(OutboxEntry).where(OutboxEntry.state == OutboxState.SENDING, lost)
    entries = (await session.scalars(query.with_for_update(skip_locked=True))).all()
    for entry in entries:
        entry.error = "interrupted"
        await _doubt(session, entry)
        record(session, "system", "outbox.unconfirmed", entry.case_id, outbox=entry.id, purpose=entry.purpose)
    return len(entries)
