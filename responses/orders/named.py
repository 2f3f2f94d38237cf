"""Orders that a message names by their number alone: "il pacco RS4821", or nothing but "RS4821".

What stands around such a number says that it is something else, a parcel's for instance, or says nothing. The
book of orders knows better, and where there is no book, the owner's examples of what an order number looks
like.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.database import Database
from models.tables import Order
from responses.orders.keys import order_key, shape_of, written_apart
from responses.orders.look_up import SOURCE
from responses.policies import PolicyBook
from responses.policy.situation import ORDER
from responses.reading import Reading

_MOST = 50  # numbers of one message that are looked for: whoever pastes a whole list names no order by it


async def with_named_orders(database: Database, policies: PolicyBook, reading: Reading) -> Reading:
    """The reading in which such numbers are orders, where no words of the message name another.

    Of "RS 1234" the letters belong to the number where it is known so.
    """
    texts = {message.id: message.text for message in reading.messages}
    apart = {
        key: written_apart(texts.get(key, ""), _numbers(one)[:_MOST]) for key, one in reading.assessed.items()
    }
    doubtful = {key: one for key, one in reading.assessed.items() if apart[key] or _is_doubtful(one)}
    if not doubtful:
        return reading
    numbers = {
        number for key, one in doubtful.items() for number in (*_numbers(one)[:_MOST], *apart[key].values())
    }
    async with database.reading() as session:
        orders = await _orders_among(session, policies, reading, numbers)
    named = {key: _naming(one, orders, apart[key]) for key, one in doubtful.items()}
    return replace(reading, assessed={**reading.assessed, **named})


def _is_doubtful(assessment: Assessment) -> bool:
    return bool(assessment.entities.other_numbers) and not assessment.entities.order_ids


def _numbers(assessment: Assessment) -> tuple[str, ...]:
    return (*assessment.entities.order_ids, *assessment.entities.other_numbers)


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


def _naming(assessment: Assessment, orders: Collection[str], apart: Mapping[str, str]) -> Assessment:
    entities = assessment.entities
    whole = {number: with_letters for number, with_letters in apart.items() if with_letters in orders}
    named = tuple(whole.get(number, number) for number in entities.order_ids)
    if not named:
        named = tuple(
            whole.get(number, number)
            for number in entities.other_numbers
            if number in orders or number in whole
        )
    others = tuple(one for one in entities.other_numbers if whole.get(one, one) not in named)
    return replace(assessment, entities=replace(entities, order_ids=named, other_numbers=others))
