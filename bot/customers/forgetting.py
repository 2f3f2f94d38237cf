"""`/dimenticami`: a customer has everything about them erased, after one question."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import User

from bot.buttons import Action, data_of
from bot.context import Context
from bot.posts import post
from bot.telegram.address import chat_id_of, source_of
from bot.telegram.messages import language_of
from bot.words import words_for
from models.clock import utcnow
from models.tables import Agent, Card, Case, Customer, Identity, OutboxEntry, Update
from responses.privacy.erasure import FAREWELL, blank, erase_person, unsettled_cases
from responses.privacy.personal import Scope

ASKED_LASTS = timedelta(minutes=15)
_ASKED = "forget_ask:"


async def asked(
    context: Context, session: AsyncSession, row: Update, identity: Identity | None, language: str
) -> None:
    """Asks whether everything is to be erased; says what remains to be done and would be missed."""
    if identity is None:
        await _forget_stranger(session, row)
        await context.road.texts.enqueue(
            session,
            "forget_nothing",
            chat_key=row.chat_key,
            language=language,
            dedupe_key=f"{FAREWELL}{row.id}",
        )
        return
    customer = await session.get_one(Customer, identity.customer_id)
    waiting = await unsettled_cases(session, customer)
    await context.road.texts.enqueue(
        session,
        "forget_ask_open" if waiting else "forget_ask",
        chat_key=row.chat_key,
        language=language,
        dedupe_key=f"{_ASKED}{row.id}",
        button="forget_button",
        button_data=data_of(Action.FORGET_ME, row.id),
        **({"number": ", ".join(str(case.number) for case in waiting)} if waiting else {}),
    )


async def confirmed(context: Context, session: AsyncSession, row: Update, user: User, key: str) -> None:
    """Erases who pressed the button, if it is theirs and not too old, and says so one last time."""
    query = select(OutboxEntry).where(
        OutboxEntry.dedupe_key == f"{_ASKED}{key}", OutboxEntry.chat_key == row.chat_key
    )
    question = (await session.scalars(query)).one_or_none()
    language = question.content.get("language") if question is not None else None
    language = language or language_of(user, context.road.config.language)
    # Who is erased has no register any more: the last word speaks as the question did.
    formality = question.content.get("formality") if question is not None else None
    name = "forget_late"
    if question is not None and question.created_at > utcnow() - ASKED_LASTS:
        await _erase(context, session, row, user)
        name = "forget_done"
    await _forget_stranger(session, row)
    await context.road.texts.enqueue(
        session,
        name,
        chat_key=row.chat_key,
        language=language,
        dedupe_key=f"{FAREWELL}{row.id}",
        formality=formality,
    )


async def _erase(context: Context, session: AsyncSession, row: Update, user: User) -> None:
    people = (
        select(Customer)
        .join(Identity, Identity.customer_id == Customer.id)
        .where(
            Identity.channel == source_of(context.bot_id),
            Identity.external_id.in_((str(user.id), f"test:{user.id}")),
            Identity.chat_key == row.chat_key,
        )
    )
    for customer in (await session.scalars(people)).all():
        erased = await erase_person(session, customer, "customer", until=row.id)
        for case in erased.unsettled if erased is not None else ():
            await _tell_agents(session, case)


async def _forget_stranger(session: AsyncSession, row: Update) -> None:
    """Of a chat that nobody known is behind, commands and presses may have been kept: those go as well."""
    known = select(Identity.id).where(Identity.chat_key == row.chat_key)
    works_here = select(Agent.id).where(Agent.telegram_id == chat_id_of(row.chat_key))
    if (await session.execute(known.union(works_here).limit(1))).first() is None:
        await blank(session, Scope(cases=(), chats=(row.chat_key,), until=row.id))


async def _tell_agents(session: AsyncSession, case: Case) -> None:
    """Whoever had the case before them learns that there is nobody left to write to."""
    query = (
        select(Card.chat_key, Agent)
        .join(Agent, Agent.id == Card.agent_id)
        .where(Card.case_id == case.id)
        .order_by(Card.id)
    )
    for chat_key, agent in (await session.execute(query)).all():
        # A case has many cards in one chat; the dedupe key lets the first of these posts through.
        await post(
            session,
            chat_key,
            words_for(agent)("person_erased", number=case.number),
            case_id=case.id,
            dedupe_key=f"erased:{case.id}:{chat_key}",
        )
