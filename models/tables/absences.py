"""Who of the people who work here is away, and who stands in for them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref


class Absence(Base):
    """A stretch of time in which an agent is away, `ends_at` no longer part of it.

    `deputy_limit_minor` is how much the deputy may approve in the absent agent's place; None means as much
    as the absent agent. `begun_at` and `over_at` say when the program has acted upon its beginning and end.
    """

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        CheckConstraint("deputy_id <> agent_id", name="deputy_is_another"),
    )

    id: Mapped[Id]
    agent_id: Mapped[str] = mapped_column(ref("agents.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    deputy_id: Mapped[str | None] = mapped_column(ref("agents.id"))
    deputy_limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
