"""A case's card in the agents' group: changed in place, and posted anew only to tell of new words.

A group takes few messages a minute. A card that follows from what agents did, or from words that come
within two minutes of an earlier alert, takes the place of the card before it.
"""

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards.keyboards import approval_of
from models.clock import utcnow
from models.states import Direction
from models.tables import Card, Case, Draft, Message, OutboxEntry

ONE_ALERT_IN = timedelta(minutes=2)


async def post_replaced(session: AsyncSession, card: Card) -> int | None:
    """The post that the next piece of `card` takes the place of; None: it is posted anew."""
    if card.agent_id is not None:
        return None
    query = (
        select(Card)
        .where(Card.case_id == card.case_id, Card.chat_key == card.chat_key, Card.id < card.id)
        .order_by(Card.id.desc())
    )
    earlier = [one for one in (await session.scalars(query)).all() if one.message_ids]
    if not earlier:
        return None
    # The newest that has all its pieces: a card cancelled half way has only taken over some of them.
    head, pieces = earlier[0].message_ids[0], await _pieces(session, card)
    whole = next(
        (one for one in earlier if one.message_ids[0] == head and len(one.message_ids) == pieces), None
    )
    if whole is None:
        return None
    at = len(card.message_ids)
    if at:
        return int(whole.message_ids[at]) if card.message_ids[0] == head else None
    if await _is_answered(session, whole) or await _alerts(session, earlier, head):
        return None
    return int(head)


async def retire_earlier(session: AsyncSession, card: Card) -> None:
    """The posts of the case's earlier cards belong to `card` now: nobody else changes them any more."""
    await session.execute(
        update(Card)
        .where(
            Card.case_id == card.case_id,
            Card.chat_key == card.chat_key,
            Card.id < card.id,
            Card.closed_at.is_(None),
        )
        .values(closed_at=utcnow())
    )


async def newest_post(session: AsyncSession, case: Case, chat_key: str) -> int | None:
    """The last post of the case's newest card in this chat, if there is one."""
    query = (
        select(Card.message_ids)
        .where(Card.case_id == case.id, Card.chat_key == chat_key)
        .order_by(Card.id.desc())
    )
    posted = next((ids for ids in (await session.scalars(query)).all() if ids), None)
    return int(posted[-1]) if posted is not None else None


async def present_post(session: AsyncSession, case: Case, chat_key: str) -> int | None:
    """The last post of the card that shows the case as it stands now, if this chat has it."""
    query = (
        select(Card.message_ids)
        .where(
            Card.case_id == case.id,
            Card.chat_key == chat_key,
            Card.revision == case.revision,
            Card.closed_at.is_(None),
        )
        .order_by(Card.id.desc())
    )
    posted = next((ids for ids in (await session.scalars(query)).all() if ids), None)
    return int(posted[-1]) if posted is not None else None


async def _pieces(session: AsyncSession, card: Card) -> int:
    query = select(func.count(OutboxEntry.id)).where(
        OutboxEntry.chat_key == card.chat_key,
        OutboxEntry.case_id == card.case_id,
        OutboxEntry.content["card"].as_string() == card.id,
    )
    return (await session.scalars(query)).one()


async def _is_answered(session: AsyncSession, card: Card) -> bool:
    draft = await session.get(Draft, card.draft_id) if card.draft_id is not None else None
    return draft is not None and await approval_of(session, draft) is not None


async def _alerts(session: AsyncSession, earlier: list[Card], head: object) -> bool:
    """Whether the customer has written since the newest card, and the last alert is a while ago."""
    posted = min(card.created_at for card in earlier if card.message_ids[0] == head)
    if posted > utcnow() - ONE_ALERT_IN:
        return False
    written = select(Message.id).where(
        Message.case_id == earlier[0].case_id,
        Message.direction == Direction.IN,
        Message.created_at > earlier[0].created_at,
    )
    return (await session.execute(written.limit(1))).first() is not None
