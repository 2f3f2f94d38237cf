"""Signals as agents are shown them: with the words, cases and orders that each rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.record import Happening
from models.serial import from_json
from models.tables import Agent, Case, Message, Order, SignalRow
from responses.customers.signalling import standing_signals
from responses.orders.purchases import purchases
from responses.policy.schema import Count
from responses.policy.signals import Raised


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseSeen:
    """A case that counts, with the messages that show it; `number` is None where it is gone."""

    number: int | None
    at: datetime
    messages: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderSeen:
    """An order; `number` is None where the book no longer has it, `day` where the book does not say it."""

    number: str | None
    day: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalView:
    """A signal with what it rests on, the oldest first: cases, or orders.

    `bought` is for somebody without a paid order in the period: those that the book has of them.
    `dismissed_by` is the name of the agent who has dismissed it, None while it stands.
    """

    row: SignalRow
    seen: Raised
    cases: tuple[CaseSeen, ...]
    orders: tuple[OrderSeen, ...]
    bought: tuple[OrderSeen, ...]
    dismissed_by: str | None


async def signals_shown(session: AsyncSession, customer_id: str, now: datetime) -> tuple[SignalView, ...]:
    """The customer's signals whose time is not over, those that were dismissed as well."""
    rows = await standing_signals(session, customer_id, now)
    if not rows:
        return ()
    seen = {row.id: from_json(Raised, row.evidence) for row in rows}
    happenings = [one for each in seen.values() for one in each.evidence]
    ids = {one.id for one in happenings}
    cases = await session.scalars(select(Case).where(Case.id.in_(ids)))
    orders = await session.scalars(select(Order).where(Order.id.in_(ids)))
    said = {message for one in happenings for message in one.messages}
    messages = await session.scalars(select(Message).where(Message.id.in_(said)))
    agents = await session.scalars(select(Agent).where(Agent.id.in_([row.dismissed_by for row in rows])))
    names = {agent.id: agent.name for agent in agents}
    case_numbers = {case.id: case.number for case in cases}
    order_numbers = {order.id: order.number for order in orders}
    by_id = {message.id: message for message in messages}
    without = any(each.count is Count.PAID_ORDERS and not each.evidence for each in seen.values())
    bought = await _bought(session, customer_id) if without else ()
    return tuple(
        SignalView(
            row=row,
            seen=each,
            cases=tuple(_case(one, case_numbers, by_id) for one in each.evidence)
            if each.count is not Count.PAID_ORDERS
            else (),
            orders=tuple(
                OrderSeen(number=order_numbers.get(one.id), day=one.at.date()) for one in each.evidence
            )
            if each.count is Count.PAID_ORDERS
            else (),
            bought=bought if each.count is Count.PAID_ORDERS and not each.evidence else (),
            dismissed_by=names.get(row.dismissed_by or ""),
        )
        for row, each in ((row, seen[row.id]) for row in rows)
    )


def _case(one: Happening, numbers: Mapping[str, int], messages: Mapping[str, Message]) -> CaseSeen:
    found = (messages.get(message) for message in one.messages)
    return CaseSeen(
        number=numbers.get(one.id),
        at=one.at,
        messages=tuple(message for message in found if message is not None),
    )


async def _bought(session: AsyncSession, customer_id: str) -> tuple[OrderSeen, ...]:
    known = (await purchases(session, [customer_id])).get(customer_id, ())
    paid = sorted((one for one in known if one.paid), key=lambda one: one.day or date.min)
    return tuple(OrderSeen(number=one.number, day=one.day) for one in paid)
