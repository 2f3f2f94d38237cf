"""The order book: orders, bookings or contracts, whose they are, and how customers can be reached."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import ProofHow
from models.tables.base import Base, Id, one_of, ref


class Order(Base):
    """One order of the book, as it was when last imported or looked up.

    `number` is as the business writes it, `key` the same for comparing. `phone` is in E.164. `facts` holds,
    by the name of a fact, what `models.serial.fact_to_json` makes of its value. `source` is the file's name,
    or `look-up`.
    """

    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[Id]
    number: Mapped[str]
    key: Mapped[str]
    name: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    postcode: Mapped[str | None] = mapped_column(String(32))
    telegram_id: Mapped[str | None] = mapped_column(String(32), index=True)
    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    facts: Mapped[dict[str, Any]]
    source: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(index=True)


class OrderProof(Base):
    """This customer has shown that the order is theirs; `agent_id` is who said so, where an agent did."""

    __tablename__ = "order_proofs"
    __table_args__ = (UniqueConstraint("customer_id", "order_id"), one_of("how", ProofHow))

    id: Mapped[Id]
    customer_id: Mapped[str] = mapped_column(ref("customers.id"))
    order_id: Mapped[str] = mapped_column(ref("orders.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ref("cases.id"), index=True)
    how: Mapped[ProofHow] = mapped_column(String(16))
    agent_id: Mapped[str | None] = mapped_column(ref("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class OpenedLink(Base):
    """A customer opened the start link of an order, `opened_at` for the last time.

    `number` is as the link has it and `order_key` the same for comparing: the book may not have that order.
    """

    __tablename__ = "opened_links"
    __table_args__ = (UniqueConstraint("customer_id", "order_key"),)

    id: Mapped[Id]
    customer_id: Mapped[str] = mapped_column(ref("customers.id"))
    number: Mapped[str]
    order_key: Mapped[str]
    opened_at: Mapped[datetime]


class Contact(Base):
    """An e-mail address or a telephone number (E.164) that a customer wrote to us; small letters."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("customer_id", "kind", "value"),
        Index("ix_contacts_value", "kind", "value"),
    )

    id: Mapped[Id]
    customer_id: Mapped[str] = mapped_column(ref("customers.id"))
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
