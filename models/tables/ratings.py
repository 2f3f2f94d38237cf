"""Ratings: how it went, in the customer's own view."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref

LOWEST_MARK, HIGHEST_MARK = 1, 5


class Rating(Base):
    """The mark that a customer gave a closed case: one a case, 5 the best. None when they were erased."""

    __tablename__ = "ratings"
    __table_args__ = (CheckConstraint(f"mark BETWEEN {LOWEST_MARK} AND {HIGHEST_MARK}", name="mark_known"),)

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"), unique=True)
    mark: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
