"""What a customer has bought, as the order book knows it."""

from datetime import UTC, date, datetime, time

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.record import Happening
from models.serial import fact_from_json
from models.tables import Identity, Order, OrderProof

ORDERED_ON = "ordered_on"


async def paid_orders(session: AsyncSession, customer_id: str) -> tuple[Happening, ...] | None:
    """The orders known to be the customer's that cost something, each on the day it was made.

    None where the book cannot tell: it knows nobody of whom no order is proven, or of an order it does not
    say the day. A stranger to the book is not somebody who never buys.
    """
    proven = select(OrderProof.order_id).where(OrderProof.customer_id == customer_id)
    accounts = select(Identity.external_id).where(
        Identity.customer_id == customer_id, Identity.channel.startswith("telegram:")
    )
    known = or_(Order.id.in_(proven), Order.telegram_id.in_(accounts))
    orders = (await session.scalars(select(Order).where(known))).all()
    days = [
        fact_from_json(order.facts[ORDERED_ON]) if ORDERED_ON in order.facts else None for order in orders
    ]
    if not orders or not all(isinstance(day, date) for day in days):
        return None
    return tuple(
        Happening(id=order.id, at=datetime.combine(day, time(), UTC))
        for order, day in zip(orders, days, strict=True)
        if isinstance(day, date) and order.value_minor != 0
    )
