"""What was understood and decided: assessments, facts, decisions and offers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import OfferState
from models.tables.base import Base, Id, one_of, ref


class AssessmentRow(Base):
    """One run of the classifier on one message; `fields` holds every label with its probability.

    `evidence` says which stretches of the text carried the labels: what an agent is shown, found after the
    draft, and never where nobody looks.
    """

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("message_id", "encoder", "heads"),)

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(ref("messages.id"), index=True)
    fields: Mapped[dict[str, Any]]
    evidence: Mapped[list[Any] | None]
    needs_review: Mapped[bool]
    encoder: Mapped[str]
    heads: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Fact(Base):
    """A known fact about a case; the newest row of a name counts.

    `order_key` is the `Order.key` of the order that is named, or in whose row of the book the value stood: of
    the book's facts only those of the case's order count. `message_id` is the message that says by itself
    what stands there; what an agent, the book or an answer to a question of ours says goes before it.
    """

    __tablename__ = "facts"

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    name: Mapped[str]
    value: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(32))
    unavailable: Mapped[bool] = mapped_column(default=False)
    agent_id: Mapped[str | None] = mapped_column(ref("agents.id"))
    order_key: Mapped[str | None] = mapped_column(index=True)
    message_id: Mapped[str | None] = mapped_column(ref("messages.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class DecisionRow(Base):
    """One run of the policy on one revision of a case; `content` is the whole decision."""

    __tablename__ = "decisions"

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, Any]]
    policy_sha256: Mapped[str] = mapped_column(String(64))
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class OfferRow(Base):
    """One remedy of a decision; remedies of one `choice_group` exclude each other."""

    __tablename__ = "offers"
    __table_args__ = (one_of("state", OfferState),)

    id: Mapped[Id]
    decision_id: Mapped[str] = mapped_column(ref("decisions.id"), index=True)
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    complaint_type: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(32))
    basis: Mapped[str] = mapped_column(String(16))
    rule_id: Mapped[str]
    content: Mapped[dict[str, Any]]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    worth_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    choice_group: Mapped[int]
    our_fault: Mapped[bool] = mapped_column(default=False)
    state: Mapped[OfferState] = mapped_column(String(16), default=OfferState.OFFERED)
    approval_id: Mapped[str | None] = mapped_column(ref("approvals.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
