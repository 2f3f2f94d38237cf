"""Signals: what a customer's history showed, until when, and what an agent said of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref


class SignalRow(Base):
    """One signal of one customer: ids, dates and numbers, no words of theirs. After `expires_at` it is gone.

    `name` is the policy's. `case_id` is the case that raised it. One that was dismissed stays until then, so
    that the same evidence does not raise it again.
    """

    __tablename__ = "signals"
    __table_args__ = (
        CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_reason IS NULL)", name="dismissed_with_a_reason"
        ),
        Index(
            "uq_signals_standing",
            "customer_id",
            "name",
            unique=True,
            sqlite_where=text("dismissed_at IS NULL"),
            postgresql_where=text("dismissed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    customer_id: Mapped[str] = mapped_column(ref("customers.id"), index=True)
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    name: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    raised_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    dismissed_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    dismissed_at: Mapped[datetime | None]
    dismissed_reason: Mapped[str | None]
