"""Orders that a message names by their number alone: "il pacco RS4821", or nothing but "RS4821".

What stands around such a number says that it is something else, a parcel's for instance, or says nothing. The
book of orders knows better, and where there is no book, the owner's examples of what an order number looks
like.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.database import Database
from models.tables import Order
from responses.orders.keys import order_key, shape_of
from responses.orders.look_up import SOURCE
from responses.policies import PolicyBook
from responses.policy.situation import ORDER
from responses.reading import Reading

_MOST = 50  # numbers of one message that are looked for: whoever pastes a whole list names no order by it


async def with_named_orders(database: Database, policies: PolicyBook, reading: Reading) -> Reading:
    """The reading in which such numbers are orders, where no words of the message name another."""
    doubtful = {key: one for key, one in reading.assessed.items() if _is_doubtful(one)}
    if not doubtful:
        return reading
    numbers = {number for one in doubtful.values() for number in one.entities.other_numbers[:_MOST]}
    async with database.reading() as session:
        orders = await _orders_among(session, policies, reading, numbers)
    named = {key: _naming(one, orders) for key, one in doubtful.items()}
    return replace(reading, assessed={**reading.assessed, **named})


def _is_doubtful(assessment: Assessment) -> bool:
    return bool(assessment.entities.other_numbers) and not assessment.entities.order_ids


async def _orders_among(
    session: AsyncSession, policies: PolicyBook, reading: Reading, numbers: Collection[str]
) -> frozenset[str]:
    keys = {order_key(number) for number in numbers}
    known = (await session.scalars(select(Order.key).where(Order.key.in_(keys)))).all()
    if known:
        return frozenset(number for number in numbers if order_key(number) in known)
    # What a look-up has brought is no book: it holds only what was asked for.
    if (await session.scalars(select(exists().where(Order.source != SOURCE)))).one():
        return frozenset()
    case = reading.case
    fact = (await policies.in_force(session, case.audience, case.incident_at)).facts.get(ORDER)
    shapes = fact.shapes if fact is not None else frozenset()
    return frozenset(number for number in numbers if shape_of(number) in shapes)


def _naming(assessment: Assessment, orders: Collection[str]) -> Assessment:
    entities = assessment.entities
    return replace(
        assessment,
        entities=replace(
            entities,
            order_ids=tuple(number for number in entities.other_numbers if number in orders),
            other_numbers=tuple(number for number in entities.other_numbers if number not in orders),
        ),
    )
