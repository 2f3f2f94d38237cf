"""Calls: a critical case rings until somebody takes it."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref


class Call(Base):
    """One alarm for a critical case, of which a case has at most one at a time.

    `rings` counts how often it has rung; each ring is an outbox entry `ring:<call>:<number>:<chat>`.
    `answered_by` is who took the case, None when it no longer needed anybody.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index(
            "uq_calls_ringing",
            "case_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"))
    rings: Mapped[int] = mapped_column(default=0)
    next_ring_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
