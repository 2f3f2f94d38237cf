"""Whom the order book does not know, although it was asked by everything that is known of them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models.tables import Case, Contact, Fact, OpenedLink, Order
from responses.facts import ORDER_FACT
from responses.orders.contacts import EMAIL, PHONE
from responses.orders.keys import order_key
from responses.orders.look_up import SOURCE
from responses.orders.purchases import purchases

FRESH = timedelta(days=31)
"""A book into which nothing was imported for longer than this cannot tell who has not bought."""


async def is_unknown_to_book(
    session: AsyncSession, case: Case, named: Collection[str], now: datetime
) -> bool | None:
    """Whether the book has no order of the case's customer; None where it cannot tell.

    It is asked by every number that they named (`named`, and those of their cases and links), every e-mail
    address and telephone number that they wrote, and their Telegram accounts. It cannot tell while it is not
    fresh or did not answer in any of their cases, nor of whom nothing is known that it has of others. An
    order that they only claim is taken for theirs.
    """
    imported = select(func.max(Order.imported_at)).where(Order.source != SOURCE)
    newest: datetime | None = (await session.scalars(imported)).one()
    if newest is None or newest <= now - FRESH:
        return None
    customer = case.customer_id
    # Numbers come from all their cases: what one of them named may be in the book that did not answer then.
    failed = select(Case.id).where(Case.customer_id == customer, Case.book_failed_at.is_not(None)).limit(1)
    if (await session.execute(failed)).first() is not None:
        return None
    contacts = (
        await session.execute(select(Contact.kind, Contact.value).where(Contact.customer_id == customer))
    ).all()
    emails = {value for kind, value in contacts if kind == EMAIL}
    phones = {value for kind, value in contacts if kind == PHONE}
    numbers = {key for number in named if (key := order_key(number))}
    of_cases = select(Fact.order_key).join(Case, Case.id == Fact.case_id)
    of_cases = of_cases.where(Case.customer_id == customer, Fact.name == ORDER_FACT)
    numbers |= {key for key in await session.scalars(of_cases) if key}
    links = select(OpenedLink.order_key).where(OpenedLink.customer_id == customer)
    numbers |= {*await session.scalars(links)}
    asked = bool(numbers)
    asked |= bool(emails) and await _has_any(session, Order.email)
    asked |= bool(phones) and await _has_any(session, Order.phone)
    if not asked:
        # A Telegram account that the shop was never told says nothing by itself.
        return None
    theirs = select(Order.id).where(
        or_(
            Order.key.in_(numbers),
            Order.email.in_(emails),
            Order.phone.in_(phones),
        )
    )
    found = (await session.execute(theirs.limit(1))).first() is not None
    # What the book has of their Telegram accounts, and what was proven.
    return not found and not (await purchases(session, [customer])).get(customer)


async def _has_any(session: AsyncSession, column: InstrumentedAttribute[str | None]) -> bool:
    query = select(Order.id).where(column.is_not(None)).limit(1)
    return (await session.execute(query)).first() is not None
