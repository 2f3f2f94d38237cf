"""Choices: several remedies of which the customer picks one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import ChoiceHow
from models.tables.base import Base, Id, one_of, ref


class Choice(Base):
    """What an approved text left to the customer, and what was chosen: once.

    `options` are the ids of its offers in the order of the text; `key` is what a button carries. It is open
    until `chosen_at`; without a `chosen_offer_id` none was wanted, or it was withdrawn. `chosen_by` is the
    agent who pressed, None where that was the customer or nobody. `settles`: the words that the customer had
    written by then said nothing else, and are answered by it. Words up to `overruled_at` are no choice: an
    agent has said so.
    """

    __tablename__ = "choices"
    __table_args__ = (
        one_of("chosen_how", ChoiceHow),
        UniqueConstraint("approval_id", "choice_group"),
        Index("ix_choices_open", "chosen_at", "expires_at"),
    )

    id: Mapped[Id]
    approval_id: Mapped[str] = mapped_column(ref("approvals.id"))
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    choice_group: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    options: Mapped[list[Any]]
    expires_at: Mapped[datetime | None]
    chosen_offer_id: Mapped[str | None] = mapped_column(ref("offers.id"))
    chosen_how: Mapped[ChoiceHow | None] = mapped_column(String(16))
    chosen_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    chosen_at: Mapped[datetime | None]
    settles: Mapped[bool] = mapped_column(default=False)
    overruled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
