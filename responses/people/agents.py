"""The people who work here: who they are, how they get in, and what they may approve."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Role
from models.tables import Agent, LoginLink, Session
from responses.errors import BlockedError, UnknownAgentError
from responses.events import record

LINK_LIFETIME = timedelta(hours=48)
SESSION_LIFETIME = timedelta(days=14)
MIN_PASSWORD_LENGTH = 10
_RANK = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
_hasher = PasswordHasher()


def rank(role: str) -> int:
    """Roles in rising order of rights, as a number."""
    return _RANK[Role(role)]


def hash_code(code: str) -> str:
    """What is stored of a secret that has enough entropy of its own."""
    return hashlib.sha256(code.encode()).hexdigest()


async def add_agent(session: AsyncSession, name: str, role: Role) -> Agent:
    """A new agent; a removed one of the same name comes back.

    Raises:
        BlockedError: `name_taken`, or `name_empty`.
    """
    name = " ".join(name.split())
    if not name:
        raise BlockedError("name_empty")
    agent = (await session.scalars(select(Agent).where(Agent.name == name))).one_or_none()
    if agent is not None and agent.removed_at is None:
        raise BlockedError("name_taken", name=name)
    if agent is None:
        agent = Agent(name=name, role=role)
        session.add(agent)
        await session.flush()
    agent.role, agent.removed_at = role, None
    record(session, "system", "agent.added", agent=agent.id)
    return agent


async def remove_agent(session: AsyncSession, name: str) -> Agent:
    """Takes away every way in. The row stays: what the agent did keeps a name.

    Raises:
        UnknownAgentError: there is no such agent.
        BlockedError: `last_admin`; somebody must be able to let people in.
    """
    agent = await agent_by_name(session, name)
    admins = (
        await session.scalars(select(Agent).where(Agent.role == Role.ADMIN, Agent.removed_at.is_(None)))
    ).all()
    if agent.role == Role.ADMIN and len(admins) == 1:
        raise BlockedError("last_admin", name=name)
    now = utcnow()
    agent.removed_at, agent.telegram_id, agent.password_hash = now, None, None
    await session.execute(update(Session).where(Session.agent_id == agent.id).values(expires_at=now))
    await session.execute(
        update(LoginLink)
        .where(LoginLink.agent_id == agent.id, LoginLink.used_at.is_(None))
        .values(used_at=now)
    )
    record(session, "system", "agent.removed", agent=agent.id)
    return agent


async def agent_by_name(session: AsyncSession, name: str) -> Agent:
    """The working agent of that name.

    Raises:
        UnknownAgentError: there is none.
    """
    agent = (
        await session.scalars(select(Agent).where(Agent.name == name, Agent.removed_at.is_(None)))
    ).one_or_none()
    if agent is None:
        raise UnknownAgentError(f"no agent is called {name!r}: 'rimedio agents list' shows them all")
    return agent


async def agent_by_telegram(session: AsyncSession, telegram_id: int) -> Agent | None:
    """The working agent with this Telegram account."""
    query = select(Agent).where(Agent.telegram_id == telegram_id, Agent.removed_at.is_(None))
    return (await session.scalars(query)).one_or_none()


async def working_agents(session: AsyncSession) -> list[Agent]:
    """Everyone who works here, by name."""
    return list(
        (await session.scalars(select(Agent).where(Agent.removed_at.is_(None)).order_by(Agent.name))).all()
    )


async def make_link(session: AsyncSession, agent: Agent, purpose: str) -> str:
    """A one-time code (`purpose`: `web` or `telegram`), good for 48 hours; earlier unused ones end."""
    code = secrets.token_urlsafe(24)
    now = utcnow()
    await session.execute(
        update(LoginLink)
        .where(LoginLink.agent_id == agent.id, LoginLink.purpose == purpose, LoginLink.used_at.is_(None))
        .values(used_at=now)
    )
    session.add(
        LoginLink(
            agent_id=agent.id, code_sha256=hash_code(code), purpose=purpose, expires_at=now + LINK_LIFETIME
        )
    )
    record(session, "system", "link.made", agent=agent.id)
    return code


async def use_link(session: AsyncSession, code: str, purpose: str) -> Agent | None:
    """Redeems a one-time code: once, and only in time. None for any other code."""
    now = utcnow()
    redeemed = await session.execute(
        update(LoginLink)
        .where(
            LoginLink.code_sha256 == hash_code(code),
            LoginLink.purpose == purpose,
            LoginLink.used_at.is_(None),
            LoginLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(LoginLink.agent_id)
    )
    agent_id = redeemed.scalar_one_or_none()
    if agent_id is None:
        return None
    agent = await session.get_one(Agent, agent_id)
    if agent.removed_at is not None:
        return None
    record(session, agent.id, "link.used")
    return agent


async def link_telegram(session: AsyncSession, agent: Agent, telegram_id: int) -> None:
    """Binds a Telegram account to the agent; another agent's account gives way to this one."""
    await session.execute(
        update(Agent).where(Agent.telegram_id == telegram_id, Agent.id != agent.id).values(telegram_id=None)
    )
    agent.telegram_id = telegram_id
    record(session, agent.id, "agent.linked")


async def open_session(session: AsyncSession, agent: Agent) -> tuple[str, datetime]:
    """Signs a browser in: the token for its cookie, and when it ends."""
    token = secrets.token_urlsafe(32)
    expires = utcnow() + SESSION_LIFETIME
    session.add(Session(agent_id=agent.id, token_sha256=hash_code(token), expires_at=expires))
    record(session, agent.id, "session.opened")
    return token, expires


async def agent_of_session(session: AsyncSession, token: str) -> Agent | None:
    """Who is signed in with this token, if anyone still is."""
    query = (
        select(Agent)
        .join(Session, Session.agent_id == Agent.id)
        .where(
            Session.token_sha256 == hash_code(token),
            Session.expires_at > utcnow(),
            Agent.removed_at.is_(None),
        )
    )
    return (await session.scalars(query)).one_or_none()


async def close_session(session: AsyncSession, token: str) -> None:
    """Signs this browser out."""
    await session.execute(
        update(Session).where(Session.token_sha256 == hash_code(token)).values(expires_at=utcnow())
    )


async def close_sessions(session: AsyncSession, agent: Agent, *, but: str | None = None) -> None:
    """Signs the agent out everywhere, except (`but`) in the browser with this token."""
    others = update(Session).where(Session.agent_id == agent.id, Session.expires_at > utcnow())
    if but is not None:
        others = others.where(Session.token_sha256 != hash_code(but))
    await session.execute(others.values(expires_at=utcnow()))
    record(session, agent.id, "sessions.closed")


def hash_password(password: str) -> str:
    """What is stored of a password.

    Raises:
        BlockedError: `password_short`.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise BlockedError("password_short", least=str(MIN_PASSWORD_LENGTH))
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """A hash that no password fits. Made when first needed: whoever asks first waits twice as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


def password_fits(agent: Agent | None, password: str) -> bool:
    """Whether it is this agent's password. Takes as long for an agent who does not exist."""
    stored = agent.password_hash if agent is not None else None
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except VerifyMismatchError:
        return False
