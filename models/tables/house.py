"""The business itself: its agents, rules, fixed texts, running processes and audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy import text as condition
from sqlalchemy.orm import Mapped, mapped_column

from models.clock import utcnow
from models.decision import Role
from models.tables.base import Base, Id, one_of, ref


class Agent(Base):
    """A person who works here. Without this row nothing in Telegram or on the web acts.

    `limit_minor` is the agent's own limit where it is below the role's; None means the role's.
    `private_cards`: cards also come to the private chat when there is an agents' group.
    """

    __tablename__ = "agents"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(16), default=Role.AGENT)
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    password_hash: Mapped[str | None]
    languages: Mapped[list[Any]] = mapped_column(default=lambda: ["it"])
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    testing_since: Mapped[datetime | None]
    private_cards: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class LoginLink(Base):
    """A one-time way in. Only the hash of its code is kept. `purpose` is `web` or `telegram`."""

    __tablename__ = "login_links"

    id: Mapped[Id]
    agent_id: Mapped[str] = mapped_column(ref("agents.id"))
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Session(Base):
    """A signed-in browser. Only the hash of its token is kept; deleting the row signs it out."""

    __tablename__ = "sessions"

    id: Mapped[Id]
    agent_id: Mapped[str] = mapped_column(ref("agents.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class PolicyVersion(Base):
    """A policy file ever put in use, whole. `effective` is the day that the file itself gives."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("sha256", "effective"),)

    id: Mapped[Id]
    name: Mapped[str]
    audience: Mapped[str] = mapped_column(String(32))
    file: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    effective: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class PolicyUse(Base):
    """From `effective` on, a policy judges what its audience then begins to say.

    Going back to an earlier text is a further use of it. `used_by` is the name of who put it in use, None
    where the program itself did at its first start.
    """

    __tablename__ = "policy_uses"
    __table_args__ = (Index("ix_policy_uses_audience", "audience", "effective"),)

    id: Mapped[Id]
    policy_id: Mapped[str] = mapped_column(ref("policies.id"))
    audience: Mapped[str] = mapped_column(String(32))
    effective: Mapped[datetime]
    used_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


_WAITING = "written_by IS NOT NULL AND ended_at IS NULL AND approved_at IS NULL"
_IN_FORCE = "approved_at IS NOT NULL AND ended_at IS NULL"
_OWN = "written_by IS NULL"


class StandingText(Base):
    """A fixed text in one exact wording: the program's own (`written_by` is None), or one written here.

    What is written here waits for approval, is in force from then on, and ends when another takes its place
    or it is given up for the program's own, which holds wherever nothing else is in force.
    """

    __tablename__ = "standing_texts"
    __table_args__ = (
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_whole"),
        CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_whole"),
        Index(
            "uq_standing_texts_own",
            "name",
            "language",
            "sha256",
            unique=True,
            sqlite_where=condition(_OWN),
            postgresql_where=condition(_OWN),
        ),
        Index(
            "uq_standing_texts_waiting",
            "name",
            "language",
            unique=True,
            sqlite_where=condition(_WAITING),
            postgresql_where=condition(_WAITING),
        ),
        Index(
            "uq_standing_texts_in_force",
            "name",
            "language",
            unique=True,
            sqlite_where=condition(_IN_FORCE),
            postgresql_where=condition(_IN_FORCE),
        ),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    written_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    approved_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ref("agents.id"))
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Event(Base):
    """The audit trail: who did what to what, when. Ids and numbers only, never texts."""

    __tablename__ = "events"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[str | None] = mapped_column(ref("cases.id"), index=True)
    details: Mapped[dict[str, Any]]


class Process(Base):
    """A running process and when it last gave a sign of life, by the database's clock.

    `slot` tells apart processes of one role on one host. Whoever stops takes the row along; a row whose
    heartbeat is too old is somebody else's to delete, and its process, should it still run, stops then.
    """

    __tablename__ = "processes"
    __table_args__ = (UniqueConstraint("host", "role", "slot"),)

    id: Mapped[Id]
    role: Mapped[str] = mapped_column(String(16))
    host: Mapped[str]
    slot: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    heartbeat_at: Mapped[datetime] = mapped_column(default=utcnow)


class Lease(Base):
    """Something that one process at a time may do. It is free when its holder is no living process."""

    __tablename__ = "leases"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    holder: Mapped[str] = mapped_column(String(36))


class Setting(Base):
    """A fact about this installation that the program itself must remember (e.g. samples loaded)."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
