"""From a proposed text to a sent one: drafts, approvals, the outbox and cards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import DraftState, EditReason, OutboxState, Purpose, Verdict
from models.tables.base import Base, Id, one_of, ref


class Draft(Base):
    """A text proposed for one revision of a case, with the files that go out with it.

    `sha256` is over the text with its slots, and over the sha256 of each of `files`. `answer_by` is until
    when the text says that an answer follows, None where it is an answer itself or names no day. `answers`
    are the ready answers that came near the customer's question, the nearest first. `twins` are the same
    parts by language, for agents who do not read the draft's.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        one_of("state", DraftState),
        Index(
            "uq_drafts_proposed",
            "case_id",
            "revision",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    decision_id: Mapped[str | None] = mapped_column(ref("decisions.id"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str]
    twins: Mapped[dict[str, Any]] = mapped_column(default=dict)
    files: Mapped[list[Any]] = mapped_column(default=list)
    parts: Mapped[list[Any]]
    variant: Mapped[str | None]
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[DraftState] = mapped_column(String(16), default=DraftState.PROPOSED)
    valid_until: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    findings: Mapped[list[Any]]
    answers: Mapped[list[Any]] = mapped_column(default=list)
    edited_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    edited_from: Mapped[str | None] = mapped_column(ref("drafts.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class OpenEdit(Base):
    """A text an agent is writing, kept as it is typed so that a closed tab loses nothing."""

    __tablename__ = "edits_open"
    __table_args__ = (UniqueConstraint("case_id", "agent_id"),)

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"))
    draft_id: Mapped[str | None] = mapped_column(ref("drafts.id"))
    agent_id: Mapped[str] = mapped_column(ref("agents.id"))
    text: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)


class Approval(Base):
    """A person's verdict on a draft; `filled_text` is what goes out, slots filled.

    `difference` is what the agents changed in the composed draft, `edit_reason` why they changed it or threw
    it away, None where they did not say.
    `off_policy` is what the text gives that was not decided, `reason` why it went out all the same.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        one_of("verdict", Verdict),
        one_of("edit_reason", EditReason),
        UniqueConstraint("draft_id", "agent_id"),
        Index(
            "uq_approvals_send",
            "case_id",
            "revision",
            unique=True,
            sqlite_where=text("verdict = 'send'"),
            postgresql_where=text("verdict = 'send'"),
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    draft_id: Mapped[str] = mapped_column(ref("drafts.id"))
    agent_id: Mapped[str] = mapped_column(ref("agents.id"))
    verdict: Mapped[Verdict] = mapped_column(String(16))
    revision: Mapped[int]
    filled_text: Mapped[str | None]
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None]
    difference: Mapped[str | None]
    edit_reason: Mapped[EditReason | None] = mapped_column(String(16))
    off_policy: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    previous_state: Mapped[str | None] = mapped_column(String(32))
    undone_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class OutboxEntry(Base):
    """A message to be sent. What goes to a customer as an answer always has an approval.

    `content` holds what the channel needs: text, buttons, silent, reply to. `attempt_id` marks one
    try, so that a late result of an earlier try cannot settle a later one.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OutboxState),
        one_of("purpose", Purpose),
        CheckConstraint("purpose <> 'answer' OR approval_id IS NOT NULL", name="answer_is_approved"),
        Index("ix_outbox_state", "state", "not_before"),
    )

    id: Mapped[Id]
    purpose: Mapped[Purpose] = mapped_column(String(16))
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    chat_key: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(ref("cases.id"), index=True)
    approval_id: Mapped[str | None] = mapped_column(ref("approvals.id"), index=True)
    standing_text: Mapped[str | None]
    part: Mapped[int] = mapped_column(default=0)
    content: Mapped[dict[str, Any]]
    state: Mapped[OutboxState] = mapped_column(String(16), default=OutboxState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    sending_by: Mapped[str | None]
    sending_since: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Card(Base):
    """A case's card in an agent's chat. `key` is what its buttons carry: opaque and unguessable.

    `message_ids` are the provider's ids of the posts, the last of which holds the buttons.
    """

    __tablename__ = "cards"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    draft_id: Mapped[str | None] = mapped_column(ref("drafts.id"))
    agent_id: Mapped[str | None] = mapped_column(ref("agents.id"))
    chat_key: Mapped[str]
    message_ids: Mapped[list[Any]]
    draft_sha256: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Prompt(Base):
    """A question the bot put to an agent; the reply to it is what it was asked for.

    `purpose` is `edit`, `ask`, `decline`, `fact`, `keep`, `break`, `withdraw` or `off_policy`.
    """

    __tablename__ = "prompts"

    id: Mapped[Id]
    agent_id: Mapped[str] = mapped_column(ref("agents.id"))
    case_id: Mapped[str] = mapped_column(ref("cases.id"))
    draft_id: Mapped[str | None] = mapped_column(ref("drafts.id"))
    outbox_id: Mapped[str | None] = mapped_column(ref("outbox.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
