"""Addresses and telephone numbers that customers wrote, and the order of the book that they are about."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Entities
from models.clock import utcnow
from models.once import insert_once
from models.serial import fact_from_json
from models.tables import Case, Contact, Order

EMAIL, PHONE = "email", "phone"
MOST_TRIES = 3
"""Who gives more addresses, numbers or postcodes than this is guessing: an agent has to say then."""
RECENT = timedelta(days=90)
"""An order with a day that is no longer past than this may be the one that somebody writes about."""
_DAYS = ("ordered_on", "promised_on", "delivered_on", "booked_for")
_MOST_ORDERS = 50


async def note_contacts(session: AsyncSession, case: Case, named: Sequence[Entities]) -> None:
    """Keeps the addresses and telephone numbers that the customer wrote."""
    values = {(EMAIL, email.casefold()) for one in named for email in one.emails}
    values |= {(PHONE, phone) for one in named for phone in one.phone_numbers}
    for kind, value in sorted(values):
        await insert_once(
            session, Contact, customer_id=case.customer_id, kind=kind, value=value, created_at=utcnow()
        )


async def contacts_in(session: AsyncSession, customer_id: str, order: Order) -> tuple[str, ...]:
    """What of the order's address and number the customer has written, without guessing."""
    written = await _written(session, customer_id)
    return tuple(kind for kind in (EMAIL, PHONE) if getattr(order, kind) in written[kind])


async def order_by_contact(session: AsyncSession, case: Case, zone: ZoneInfo) -> Order | None:
    """The order that the customer's address or number is in, where only one recent order has them."""
    written = await _written(session, case.customer_id)
    if not any(written.values()):
        return None
    query = select(Order).where(or_(Order.email.in_(written[EMAIL]), Order.phone.in_(written[PHONE])))
    found = (await session.scalars(query.limit(_MOST_ORDERS + 1))).all()
    since = case.incident_at.astimezone(zone).date() - RECENT
    recent = [order for order in found if _is_recent(order, since)]
    return recent[0] if len(recent) == 1 and len(found) <= _MOST_ORDERS else None


async def _written(session: AsyncSession, customer_id: str) -> Mapping[str, set[str]]:
    said = await session.execute(
        select(Contact.kind, Contact.value).where(Contact.customer_id == customer_id)
    )
    written: dict[str, set[str]] = {EMAIL: set(), PHONE: set()}
    for kind, value in said:
        written[kind].add(value)
    return {kind: values if len(values) <= MOST_TRIES else set() for kind, values in written.items()}


def _is_recent(order: Order, since: date) -> bool:
    """Whether any of its days is; one of which the book says no day may be."""
    days = [fact_from_json(order.facts[name]) for name in _DAYS if name in order.facts]
    known = [day for day in days if isinstance(day, date)]
    return not known or max(known) >= since
