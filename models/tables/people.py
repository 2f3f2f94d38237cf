"""Customers and the ways to reach them."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref


class Customer(Base):
    """A person who writes to the business.

    `language` is what the first message came with: the browser's or Telegram's. What an agent says of the
    person stands in `preferred_language`, `formality` and `preferred_remedy`, None where nobody has.
    """

    __tablename__ = "customers"

    id: Mapped[Id]
    name: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(String(8))
    preferred_language: Mapped[str | None] = mapped_column(String(8))
    formality: Mapped[str | None] = mapped_column(String(16))
    preferred_remedy: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    receipt_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    is_test: Mapped[bool] = mapped_column(default=False)


class Identity(Base):
    """One way to reach a customer.

    `chat_key` is where answers go (`telegram:<bot>:<chat>`,
    `web:<visitor>`).
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[Id]
    customer_id: Mapped[str] = mapped_column(ref("customers.id"), index=True)
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str]
    chat_key: Mapped[str] = mapped_column(index=True)
    display_name: Mapped[str | None]
    blocked_since: Mapped[datetime | None]
    proven_how: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
