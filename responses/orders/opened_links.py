"""Which start links a customer opened, and which of them says what a case is about."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import FactValue
from models.once import insert_once
from models.states import Direction
from models.tables import Case, Message, OpenedLink
from responses.facts import ORDER_FACT
from responses.orders.book import BOOK, CONTACT
from responses.orders.keys import order_key

LINK = "link"
"""The source of an order's number that a link gave and the book does not have."""
LINK_COUNTS_FOR = timedelta(days=30)
"""For so long a message without a number is about the order whose link was opened."""


async def note_opened(session: AsyncSession, customer_id: str, number: str) -> None:
    """Keeps that the link of this order was opened now."""
    key, now = order_key(number), utcnow()
    if not await insert_once(
        session, OpenedLink, customer_id=customer_id, number=number, order_key=key, opened_at=now
    ):
        theirs = update(OpenedLink).where(OpenedLink.customer_id == customer_id, OpenedLink.order_key == key)
        await session.execute(theirs.values(number=number, opened_at=now))


async def has_opened(session: AsyncSession, customer_id: str, key: str) -> bool:
    """Whether the customer ever opened the link of the order with this key."""
    query = exists().where(OpenedLink.customer_id == customer_id, OpenedLink.order_key == key)
    return bool((await session.scalars(select(query))).one())


async def linked_number(session: AsyncSession, case: Case, known: Mapping[str, FactValue]) -> str | None:
    """The order number that the last opened link gives the case; None where it gives nothing new.

    What the customer or an agent has said of the number stays. Of a case whose number a link gave, another
    link makes one about another order once something is written after it was opened. `known` are the facts
    of the case.
    """
    query = (
        select(OpenedLink)
        .where(
            OpenedLink.customer_id == case.customer_id,
            OpenedLink.opened_at > case.created_at - LINK_COUNTS_FOR,
        )
        .order_by(OpenedLink.opened_at.desc(), OpenedLink.id.desc())
        .limit(1)
    )
    opened = (await session.scalars(query)).one_or_none()
    if opened is None:
        return None
    number = known.get(ORDER_FACT)
    if number is None or (number.unavailable and number.source == "customer"):
        return opened.number
    if number.source not in (BOOK, LINK, CONTACT) or order_key(str(number.value)) == opened.order_key:
        return None
    written = exists().where(
        Message.case_id == case.id,
        Message.direction == Direction.IN,
        Message.created_at >= opened.opened_at,
    )
    return opened.number if (await session.scalars(select(written))).one() else None
