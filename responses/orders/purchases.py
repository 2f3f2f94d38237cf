"""What customers have bought, as the order book knows it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.record import Happening
from models.serial import fact_from_json
from models.tables import Identity, Order, OrderProof

ORDERED_ON = "ordered_on"


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """An order known to be a customer's, by the business's `number`; `day` is None where the book says none.

    `known_from` is when it was proven to be theirs, None where the book has said so itself.
    """

    order_id: str
    number: str
    day: date | None
    paid: bool
    known_from: datetime | None = None

    def is_known_at(self, moment: datetime) -> bool:
        """Whether it was known then to be theirs."""
        return self.known_from is None or self.known_from <= moment


async def purchases(
    session: AsyncSession, customer_ids: Collection[str]
) -> Mapping[str, tuple[Purchase, ...]]:
    """The orders known to be each customer's; of whom none is known has no entry."""
    found: dict[str, dict[str, Purchase]] = defaultdict(dict)
    named = (
        select(Identity.customer_id, Order)
        .join(Order, Order.telegram_id == Identity.external_id)
        .where(Identity.customer_id.in_(customer_ids), Identity.channel.startswith("telegram:"))
    )
    for customer_id, order in await session.execute(named):
        found[customer_id][order.id] = _purchase(order, None)
    proven = (
        select(OrderProof, Order)
        .join(Order, Order.id == OrderProof.order_id)
        .where(OrderProof.customer_id.in_(customer_ids))
    )
    for proof, order in await session.execute(proven):
        found[proof.customer_id].setdefault(order.id, _purchase(order, proof.created_at))
    return {customer_id: tuple(orders.values()) for customer_id, orders in found.items()}


def _purchase(order: Order, known_from: datetime | None) -> Purchase:
    day = fact_from_json(order.facts[ORDERED_ON]) if ORDERED_ON in order.facts else None
    return Purchase(
        order_id=order.id,
        number=order.number,
        day=day if isinstance(day, date) else None,
        paid=order.value_minor != 0,
        known_from=known_from,
    )


def paid_orders(known: Collection[Purchase]) -> tuple[Happening, ...] | None:
    """Those of a customer's known orders that cost something, each on the day it was made.

    None where the book cannot tell: it knows nobody of whom no order is proven, or of an order it does not
    say the day. A stranger to the book is not somebody who never buys.
    """
    if not known or not all(one.day is not None for one in known):
        return None
    return tuple(
        Happening(id=one.order_id, at=datetime.combine(one.day, time(), UTC))
        for one in known
        if one.day is not None and one.paid
    )
