"""Rows for tests, made through the same functions that the program uses where there are any."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Role
from models.states import CaseState
from models.tables import Agent, Case, Customer, Draft, Identity
from responses.approving.rights import Bound
from responses.cases import open_case, raise_revision
from responses.people.agents import add_agent
from responses.proposed import text_sha256


async def seed_agent(session: AsyncSession, name: str = "Giulia", role: Role = Role.AGENT) -> Agent:
    return await add_agent(session, name, role)


async def seed_identity(session: AsyncSession, *, channel: str = "web", name: str = "Marta") -> Identity:
    customer = Customer(name=name, language="it")
    session.add(customer)
    await session.flush()
    person = uuid4().hex
    identity = Identity(
        customer_id=customer.id,
        channel=channel,
        external_id=person,
        chat_key=f"{channel}:{person}",
        display_name=name,
    )
    session.add(identity)
    await session.flush()
    return identity


async def seed_case(session: AsyncSession, identity: Identity | None = None) -> Case:
    identity = identity or await seed_identity(session)
    return await open_case(session, identity, is_sample=False, is_test=False)


async def seed_draft(
    session: AsyncSession,
    case: Case,
    text: str = "Buongiorno Marta, le rispondo io.\nGiulia",
    *,
    kind: str = "hand_over",
) -> Draft:
    revision = await raise_revision(session, case)
    case.state = CaseState.WAITING_AGENT
    draft = Draft(
        case_id=case.id,
        revision=revision,
        kind=kind,
        language="it",
        text=text,
        parts=[],
        findings=[],
        sha256=text_sha256(text),
    )
    session.add(draft)
    await session.flush()
    return draft


def bound(draft: Draft) -> Bound:
    return Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)


def now() -> datetime:
    return utcnow()
