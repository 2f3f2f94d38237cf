"""Corrections: what an agent says of a message, over the classifier's word."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref


class Correction(Base):
    """An agent's verdict on one version of a message; the newest counts, the earlier ones stay.

    `labels` holds all of them, those that the classifier had right as well: act, complaint types, tone,
    urgency, asks and own error.
    """

    __tablename__ = "corrections"

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(ref("messages.id"), index=True)
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    agent_id: Mapped[str] = mapped_column(ref("agents.id"))
    labels: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
