"""The outbox: everything that leaves is first a row here."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.alarm import Alarm, Job, set_alarm
from models.clock import utcnow
from models.once import insert_once
from models.states import OutboxState, Purpose
from models.tables import Agent, Card, Case, Draft, OutboxEntry
from responses.texts import split_text


async def enqueue(
    session: AsyncSession,
    *,
    purpose: Purpose,
    dedupe_key: str,
    chat_key: str,
    content: dict[str, Any],
    case_id: str | None = None,
    approval_id: str | None = None,
    standing_text: str | None = None,
    part: int = 0,
    not_before: datetime | None = None,
) -> str | None:
    """Puts one message into the outbox; None when `dedupe_key` says it is there already."""
    entry = await insert_once(
        session,
        OutboxEntry,
        purpose=purpose,
        dedupe_key=dedupe_key,
        chat_key=chat_key,
        content=content,
        case_id=case_id,
        approval_id=approval_id,
        standing_text=standing_text,
        part=part,
        not_before=not_before,
        state=OutboxState.PENDING,
    )
    if entry is not None and part == 0:
        # A later part is woken by the one before it.
        set_alarm(session, Job.DELIVER, entry, not_before)
    return entry


async def enqueue_parts(
    session: AsyncSession,
    *,
    purpose: Purpose,
    dedupe_key: str,
    chat_key: str,
    contents: Sequence[dict[str, Any]],
    case_id: str | None = None,
    approval_id: str | None = None,
    not_before: datetime | None = None,
) -> list[str]:
    """Puts a message of several parts into the outbox; each waits for the one before to be sent."""
    made = []
    for part, content in enumerate(contents):
        entry = await enqueue(
            session,
            purpose=purpose,
            dedupe_key=f"{dedupe_key}:{part}",
            chat_key=chat_key,
            content=content,
            case_id=case_id,
            approval_id=approval_id,
            part=part,
            not_before=not_before,
        )
        if entry is not None:
            made.append(entry)
    return made


async def enqueue_card(
    session: AsyncSession,
    case: Case,
    agent: Agent | None,
    chat_key: str,
    draft: Draft | None,
    *,
    again: bool = False,
    then: dict[str, Any] | None = None,
) -> Card | None:
    """A case's card for a chat: a head, then the whole draft with the buttons under its last post.

    `agent` is whose chat it is, None for a group's. None is returned when this chat has the card of this
    revision already; with `again` it gets it once more, unless one is on its way. `then` is a message that
    follows the card.
    """
    card = Card(
        key=secrets.token_urlsafe(9),
        case_id=case.id,
        draft_id=draft.id if draft is not None else None,
        agent_id=agent.id if agent is not None else None,
        chat_key=chat_key,
        message_ids=[],
        draft_sha256=draft.sha256 if draft is not None else None,
        revision=case.revision,
    )
    key = f"card:{case.id}:{chat_key}:{case.revision}"
    here = select(OutboxEntry.id).where(OutboxEntry.dedupe_key.startswith(f"{key}:", autoescape=True))
    if again:
        here = here.where(OutboxEntry.state.in_((OutboxState.PENDING, OutboxState.SENDING)))
    if (await session.execute(here.limit(1))).first() is not None:
        return None
    if again:
        key = f"{key}:{card.key}"
    session.add(card)
    await session.flush()
    shown: dict[str, Any] = {"card": card.id, "case": case.id, "again": again}
    contents: list[dict[str, Any]] = [{**shown, "piece": "head"}]
    if draft is not None:
        chunks = split_text(draft.text)
        contents += [
            {**shown, "piece": "draft", "text": chunk, "buttons": chunk is chunks[-1]} for chunk in chunks
        ]
    else:
        contents[0]["buttons"] = True
    if then is not None:
        contents.append(then)
    await enqueue_parts(
        session, purpose=Purpose.CARD, dedupe_key=key, chat_key=chat_key, contents=contents, case_id=case.id
    )
    return card


async def cancel_cards(session: AsyncSession, case: Case) -> None:
    """Cancels the case's cards that have not left yet: they would show what is no longer so."""
    await session.execute(
        update(OutboxEntry)
        .where(
            OutboxEntry.case_id == case.id,
            OutboxEntry.purpose == Purpose.CARD,
            OutboxEntry.state == OutboxState.PENDING,
            OutboxEntry.dedupe_key.startswith(f"card:{case.id}:", autoescape=True),
        )
        .values(state=OutboxState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


async def cancel_pending(session: AsyncSession, *, approval_id: str) -> bool:
    """Cancels an approval's answer while nothing of it has left; False when it is too late."""
    entries = (await session.scalars(select(OutboxEntry).where(OutboxEntry.approval_id == approval_id))).all()
    cancelled = await session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.approval_id == approval_id, OutboxEntry.state == OutboxState.PENDING)
        .values(state=OutboxState.CANCELLED)
        .returning(OutboxEntry.id)
        .execution_options(synchronize_session=False)
    )
    # A part that has left makes the undoing impossible: the caller's transaction is rolled back then.
    return len(cancelled.scalars().all()) == len(entries) > 0


async def overdue_entries(
    session: AsyncSession, until: datetime, limit: int, *, channels: Collection[str]
) -> list[Alarm]:
    """Pending entries that can be sent before `until`, oldest first.

    Neither those of a channel that is not among `channels` nor parts whose forerunner has not been sent:
    they would come back at every sweep and, being the oldest, keep the others out.
    """
    before = aliased(OutboxEntry)
    stem = func.substr(
        OutboxEntry.dedupe_key,
        1,
        func.length(OutboxEntry.dedupe_key) - func.length(cast(OutboxEntry.part, String)),
    )
    forerunner_sent = exists().where(
        before.dedupe_key == stem + cast(OutboxEntry.part - 1, String), before.state == OutboxState.SENT
    )
    query = (
        select(OutboxEntry.id, OutboxEntry.not_before)
        .where(
            OutboxEntry.state == OutboxState.PENDING,
            or_(OutboxEntry.not_before.is_(None), OutboxEntry.not_before <= until),
            or_(*(OutboxEntry.chat_key.startswith(f"{channel}:") for channel in channels), false()),
            or_(OutboxEntry.part == 0, forerunner_sent),
        )
        .order_by(OutboxEntry.id)
        .limit(limit)
    )
    return [Alarm(job=Job.DELIVER, row_id=row, at=at) for row, at in await session.execute(query)]


async def settle_by_hand(session: AsyncSession, entry: OutboxEntry, *, arrived: bool) -> bool:
    """A person says of an unconfirmed or failed message that it arrived, or that it be sent again."""
    target = OutboxState.SENT if arrived else OutboxState.PENDING
    values: dict[str, Any] = {"state": target, "not_before": None, "error": None}
    if arrived:
        values["sent_at"] = utcnow()
    settled = await session.execute(
        update(OutboxEntry)
        .where(
            OutboxEntry.id == entry.id,
            OutboxEntry.state.in_((OutboxState.UNCONFIRMED, OutboxState.FAILED)),
        )
        .values(**values)
        .returning(OutboxEntry.id)
        .execution_options(synchronize_session=False)
    )
    if settled.scalar_one_or_none() is None:
        return False
    await session.refresh(entry)
    if not arrived:
        set_alarm(session, Job.DELIVER, entry.id)
    return True
