"""What we said we would do, and what was given."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.states import PromiseKind, PromiseState, VoucherState
from models.tables.base import Base, Id, one_of, ref


class Promise(Base):
    """Something we said we would do, with who does it and until when.

    `what` is in words by language. `offer_id` is the remedy that keeping it carries out, where it is one.
    `settled_by` is the approved text that settled it, where a text did and no press. `reminded_at` is when
    whoever owes it was last reminded. `broken_reason` says why it was not kept, or in other words than the
    event's why it was withdrawn.
    """

    __tablename__ = "promises"
    __table_args__ = (
        one_of("state", PromiseState),
        one_of("kind", PromiseKind),
        Index("ix_promises_due", "state", "due_at"),
    )

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    approval_id: Mapped[str] = mapped_column(ref("approvals.id"))
    offer_id: Mapped[str | None] = mapped_column(ref("offers.id"))
    kind: Mapped[PromiseKind] = mapped_column(String(16), default=PromiseKind.COMMITMENT)
    what: Mapped[dict[str, Any]]
    owner_id: Mapped[str | None] = mapped_column(ref("agents.id"))
    due_at: Mapped[datetime]
    state: Mapped[PromiseState] = mapped_column(String(16), default=PromiseState.OPEN)
    proof: Mapped[str | None]
    broken_reason: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(ref("approvals.id"))
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Voucher(Base):
    """A code worth money: reserved by the approval that gives it, active once the customer has been told.

    `is_loaded`: the business has brought it, and it is free until it is reserved. It can be used up to and
    including `expires_on`. `offer_id` is the remedy that it is.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        one_of("state", VoucherState),
        Index("ix_vouchers_pool", "state", "currency", "amount_minor"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[VoucherState] = mapped_column(String(16), default=VoucherState.RESERVED)
    case_id: Mapped[str | None] = mapped_column(ref("cases.id"))
    approval_id: Mapped[str | None] = mapped_column(ref("approvals.id"))
    offer_id: Mapped[str | None] = mapped_column(ref("offers.id"))
    is_loaded: Mapped[bool] = mapped_column(default=False)
    expires_on: Mapped[date | None]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class LedgerEntry(Base):
    """Money's worth given or owed to a customer; a withdrawal is a further, negative entry."""

    __tablename__ = "ledger"

    id: Mapped[Id]
    customer_id: Mapped[str] = mapped_column(ref("customers.id"), index=True)
    case_id: Mapped[str] = mapped_column(ref("cases.id"), index=True)
    approval_id: Mapped[str] = mapped_column(ref("approvals.id"))
    offer_id: Mapped[str | None] = mapped_column(ref("offers.id"))
    basis: Mapped[str] = mapped_column(String(16))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    rule_id: Mapped[str | None]
    agent_id: Mapped[str | None] = mapped_column(ref("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
