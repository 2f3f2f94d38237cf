"""Cases, what is said in them, and the files that come with it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import CaseState, Direction
from models.tables.base import Base, Id, one_of, ref


class Case(Base):
    """One matter of one customer.

    `revision` rises with everything that could change what an agent would decide; an approval names
    the revision it was made for. `triage_due_at` is set while unread messages wait for triage;
    `first_unread_at` is when the oldest of them arrived (the three-minute cap counts from it).
    `reopened_from` remembers the state a message was added to, until triage has read the message.
    `triage_attempts` counts triages that broke off with an error, since the last one that did not.
    While we wait for the customer, `silence_at` is when their silence next has a consequence, and until
    `answer_until` an answer reopens the case. `asked_until` is when what we asked for counts as unavailable,
    None until the policy was looked at for it.
    `book_failed_at` is when the order book could not be reached, until it could.
    `blanked_at` is when its words were last deleted, because they had been kept for long enough.
    """

    __tablename__ = "cases"
    __table_args__ = (
        one_of("state", CaseState),
        CheckConstraint("revision >= 0", name="revision_not_negative"),
        Index("ix_cases_due", "triage_due_at"),
        Index("ix_cases_chat", "chat_key", "state"),
    )

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)
    customer_id: Mapped[str] = mapped_column(ref("customers.id"), index=True)
    identity_id: Mapped[str] = mapped_column(ref("identities.id"))
    channel: Mapped[str] = mapped_column(String(64))
    chat_key: Mapped[str]
    audience: Mapped[str] = mapped_column(String(32), default="customer")
    state: Mapped[CaseState] = mapped_column(String(32), default=CaseState.DRAFTING)
    revision: Mapped[int] = mapped_column(default=0)
    urgency: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(8))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    triage_due_at: Mapped[datetime | None]
    triage_attempts: Mapped[int] = mapped_column(default=0)
    silence_at: Mapped[datetime | None] = mapped_column(index=True)
    answer_until: Mapped[datetime | None]
    asked_until: Mapped[datetime | None]
    first_unread_at: Mapped[datetime | None]
    reopened_from: Mapped[str | None] = mapped_column(String(32))
    incident_at: Mapped[datetime] = mapped_column(default=utcnow)
    answered_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    claimed_until: Mapped[datetime | None]
    passed_to: Mapped[str | None] = mapped_column(ref("agents.id"))
    passed_to_role: Mapped[str | None] = mapped_column(String(16))
    flag: Mapped[str | None]
    linked_case_id: Mapped[str | None] = mapped_column(ref("cases.id"))
    book_failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    closed_at: Mapped[datetime | None]
    blanked_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    is_test: Mapped[bool] = mapped_column(default=False)

    @property
    def answered_by_hand(self) -> bool:
        """Whether its words came from elsewhere: what is approved is copied by an agent, and not sent."""
        return self.channel == "desk"


class Message(Base):
    """Something said in a case: by the customer, by us, or among us.

    `edit` is 0 for what was first written; an edited text is a further row, the earlier stays.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("identity_id", "external_id", "edit"),
        one_of("direction", Direction),
        Index(
            "uq_messages_outbox_id",
            "outbox_id",
            unique=True,
            sqlite_where=text("outbox_id IS NOT NULL"),
            postgresql_where=text("outbox_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[str | None] = mapped_column(ref("cases.id"), index=True)
    identity_id: Mapped[str | None] = mapped_column(ref("identities.id"), index=True)
    update_id: Mapped[str | None] = mapped_column(ref("updates.id"))
    outbox_id: Mapped[str | None] = mapped_column(ref("outbox.id"))
    external_id: Mapped[str | None]
    edit: Mapped[int] = mapped_column(BigInteger, default=0)
    direction: Mapped[Direction] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(32), default="text")
    text: Mapped[str]
    language: Mapped[str | None] = mapped_column(String(8))
    sent_at: Mapped[datetime]
    reply_to: Mapped[str | None]
    album_key: Mapped[str | None]
    sent_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Attachment(Base):
    """A file that came in or went out.

    `rejected` says why its content was not kept, `name` what its sender calls it, `heard_at` when a speech
    model has listened to it.
    """

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("message_id", "provider_id"),)

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(ref("messages.id"), index=True)
    provider_id: Mapped[str]
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    mime: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    stored_as: Mapped[str | None]
    rejected: Mapped[str | None]
    heard_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
