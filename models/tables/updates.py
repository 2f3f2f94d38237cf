"""Raw messages as their sources gave them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id


class Update(Base):
    """One delivery from a source, stored before the source is told that it was received.

    `source` is `telegram:<bot id>`, `web`, `sample` or `desk`. Ids order the updates of one chat
    by arrival: `update_id` starts anew after a quiet week and cannot. `customer_says` is true
    for what can change a customer's case; while such an update is unprocessed nothing is approved.
    """

    __tablename__ = "updates"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index(
            "ix_updates_waiting",
            "chat_key",
            "id",
            sqlite_where=text("processed_at IS NULL"),
            postgresql_where=text("processed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    source: Mapped[str]
    external_id: Mapped[str]
    chat_key: Mapped[str]
    raw: Mapped[str]
    customer_says: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Cursor(Base):
    """How far a source was read: the next `offset` for a bot's getUpdates."""

    __tablename__ = "cursors"

    source: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    polled_at: Mapped[datetime | None]
