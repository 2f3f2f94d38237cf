"""The order book: finding an order, keeping what an import or a look-up brings, forgetting what is old."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import FactValue
from models.money import Money
from models.once import insert_once
from models.serial import fact_from_json, fact_to_json
from models.tables import Case, Fact, Order, OrderProof
from responses.cases import OPEN_STATES
from responses.orders.keys import order_key
from responses.orders.values import CONTACTS, NUMBER, OrderEntry
from responses.policy.situation import PRICE

BOOK = "book"
"""The source of facts that the book says."""
CONTACT = "contact"
"""The source of an order's number that was found by the address or the telephone number they wrote.

They have not named it: until they do, no draft may tell them.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """How many orders were new, had changed, and were as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            new=self.new + other.new, changed=self.changed + other.changed, same=self.same + other.same
        )


async def find_order(session: AsyncSession, number: str) -> Order | None:
    """The order of this number, however it is written; None when the book has none."""
    key = order_key(number)
    if not key:
        return None
    return (await session.scalars(select(Order).where(Order.key == key))).one_or_none()


async def as_in_the_book(session: AsyncSession, number: str) -> str:
    """The number as the book writes it, so that one order has one name; without blanks where it has none.

    What holds no letter or figure stays as it is.
    """
    written = await all_as_in_the_book(session, [number])
    return written[0] if written else number


async def all_as_in_the_book(session: AsyncSession, numbers: Iterable[str]) -> tuple[str, ...]:
    """These numbers, each order's once, as the book writes them; without blanks where it has none.

    What holds no letter or figure is left out.
    """
    typed: dict[str, str] = {}
    for number in numbers:
        typed.setdefault(order_key(number), number)
    typed.pop("", None)
    known = {
        order.key: order.number for order in await session.scalars(select(Order).where(Order.key.in_(typed)))
    }
    return tuple(known.get(key, "".join(number.split())) for key, number in typed.items())


async def keep_orders(
    session: AsyncSession, entries: Sequence[OrderEntry], source: str, now: datetime
) -> Kept:
    """Puts these orders into the book; one that is there already takes what the entry says of it.

    What an entry says nothing of stays as it was. Of several entries of one number the later ones go before
    the earlier.
    """
    wanted: dict[str, dict[str, Any]] = {}
    for entry in entries:
        key = order_key(entry.number)
        wanted[key] = _over(wanted.get(key, {}), _said(entry))
    # Held until the end: a look-up that read the facts before an import would take the import's back.
    held = select(Order).where(Order.key.in_(wanted)).order_by(Order.key)
    held = held.with_for_update().execution_options(populate_existing=True)
    known = {order.key: order for order in await session.scalars(held)}
    new = changed = 0
    for key, said in sorted(wanted.items()):
        order = known.get(key)
        if order is None:
            values = {"facts": {}, **said}
            made = await insert_once(session, Order, key=key, source=source, imported_at=now, **values)
            if made is not None:
                new += 1
                continue
            # Another import or a look-up was quicker.
            order = (await session.scalars(select(Order).where(Order.key == key).with_for_update())).one()
        values = _over({"facts": order.facts}, said)
        changed += any(getattr(order, name) != value for name, value in values.items())
        for name, value in {**values, "source": source, "imported_at": now}.items():
            setattr(order, name, value)
    return Kept(new=new, changed=changed, same=len(wanted) - new - changed)


def facts_of(order: Order) -> dict[str, FactValue]:
    """Everything that the book says of an order, by the names of facts."""
    found = {name: fact_from_json(content) for name, content in order.facts.items()}
    if order.value_minor is not None and order.currency is not None:
        found[PRICE] = Money.from_minor(order.value_minor, order.currency)
    return {name: FactValue(value=value, source=BOOK) for name, value in found.items()}


async def last_import(session: AsyncSession) -> datetime | None:
    """When anything was last put into the book; None while it is empty."""
    newest: datetime | None = (await session.scalars(select(func.max(Order.imported_at)))).one()
    return newest


async def forget_old_orders(session: AsyncSession, horizon: datetime, limit: int) -> int:
    """Deletes orders that no import or look-up has brought since `horizon`; returns how many.

    One that an open case is about stays until that is closed.
    """
    busy = exists().where(Fact.order_key == Order.key, Fact.case_id == Case.id, Case.state.in_(OPEN_STATES))
    query = select(Order.id).where(Order.imported_at < horizon, ~busy).order_by(Order.id).limit(limit)
    old = (await session.scalars(query)).all()
    await session.execute(delete(OrderProof).where(OrderProof.order_id.in_(old)))
    await session.execute(delete(Order).where(Order.id.in_(old)))
    return len(old)


def _said(entry: OrderEntry) -> dict[str, Any]:
    """The columns that the entry says something of."""
    columns = {name: getattr(entry, name) for name in (NUMBER, *CONTACTS)}
    if entry.value is not None:
        columns |= {"value_minor": entry.value.minor, "currency": entry.value.currency}
    said = {name: value for name, value in columns.items() if value is not None}
    if entry.facts:
        said["facts"] = {
            name: fact_to_json(FactValue(value=fact, source=BOOK)) for name, fact in entry.facts.items()
        }
    return said


def _over(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said before with what is said now over it, fact by fact."""
    both = {**before, **said}
    if "facts" in both:
        both["facts"] = {**before.get("facts", {}), **said.get("facts", {})}
    return both
