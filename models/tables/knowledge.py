"""What we have learned: answers worth keeping, and where messages lie in meaning."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy import text as condition
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.tables.base import Base, Id, ref

_STANDING = "ended_at IS NULL"


class AnswerEntry(Base):
    """An answer that an agent saved for all: it waits for an admin, is used once accepted, until it is ended.

    `questions` are how it is asked for, `answer` holds the words by language code. `sha256` is over the first
    question as it is compared: there is one standing entry for it.
    """

    __tablename__ = "answer_entries"
    __table_args__ = (
        CheckConstraint("(accepted_by IS NULL) = (accepted_at IS NULL)", name="accepted_whole"),
        CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_whole"),
        Index(
            "uq_answer_entries_standing",
            "sha256",
            unique=True,
            sqlite_where=condition(_STANDING),
            postgresql_where=condition(_STANDING),
        ),
    )

    id: Mapped[Id]
    questions: Mapped[list[Any]]
    answer: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    written_by: Mapped[str] = mapped_column(ref("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    accepted_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    accepted_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    ended_at: Mapped[datetime | None]


class EmbeddingRow(Base):
    """The embedding of a customer's message: float16, and empty once the words are erased.

    Only vectors of the same `encoder` can be compared.
    """

    __tablename__ = "embeddings"

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(ref("messages.id"), unique=True)
    vector: Mapped[bytes]
    encoder: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
