"""Customers in their private chat: what they say is filed, what they ask the bot is answered."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message, User

from bot import forgetting
from bot.address import source_of
from bot.context import Context
from bot.envelope import Command, read_command
from bot.messages import incoming_of, is_service, language_of
from models.clock import utcnow
from models.labels import Language, Urgency
from models.states import CaseState
from models.tables import Case, Customer, Identity, Promise, Update
from responses.drafts.dates import day_forms, format_due, format_when
from responses.drafts.phrases import phrases
from responses.events import record
from responses.filing import MAX_FILE_BYTES
from responses.incoming import Incoming, MessageKind
from responses.order_links import open_link, order_of_code
from responses.person_wanted import want_person
from responses.promised import owed_to, words_of

_Say = Callable[..., Awaitable[None]]

_MEGABYTE = 1024 * 1024
_WITH_US = (CaseState.DRAFTING, CaseState.WAITING_AGENT, CaseState.TAKEN_OVER)


async def customer_wrote(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    user: User,
    *,
    is_edit: bool,
    is_test: bool,
) -> None:
    """Files a customer's message, or answers what it asks the bot.

    Args:
        context: the bot at work.
        session: the transaction that marks `row` as processed.
        row: the update.
        message: what it brought.
        user: who wrote it.
        is_edit: whether it is a new version of an earlier message.
        is_test: whether an agent plays a customer.
    """
    incoming = incoming_of(
        message,
        user,
        channel=source_of(context.bot_id),
        chat_key=row.chat_key,
        is_edit=is_edit,
        is_test=is_test,
    )
    command = read_command(message.text) if message.text is not None else None
    if command is not None:
        if not is_edit:
            await _obey(context, session, row, command, incoming, user)
        return
    if is_service(message):
        record(session, "system", "update.ignored", update=row.id)
        return
    filed = await context.road.filing.file(session, row, incoming)
    language = _language(filed.case, filed.customer, user, context)
    if filed.message is None or is_edit:
        return
    case_id = filed.case.id if filed.case is not None else None

    async def say(name: str, dedupe_key: str, **fields: str) -> None:
        await context.road.texts.enqueue(
            session,
            name,
            chat_key=row.chat_key,
            language=language,
            dedupe_key=dedupe_key,
            case_id=case_id,
            **fields,
        )

    # At most once an hour to one person: somebody who sends ten voice notes needs no ten answers.
    hourly = f"{filed.identity.id}:{utcnow():%Y%m%d%H}"
    if filed.flood:
        await say("flood", f"flood:{hourly}")
        return
    if filed.rejected_files:
        await say("file_too_large", f"too_large:{row.id}", size=f"{MAX_FILE_BYTES // _MEGABYTE} MB")
    elif incoming.kind == MessageKind.VOICE:
        await say("voice_kept", f"voice:{hourly}")
    elif incoming.kind == MessageKind.STICKER and filed.case is not None:
        # A sticker in a conversation is a gesture: it wants no answer.
        return
    elif incoming.kind not in (MessageKind.TEXT, MessageKind.PHOTO, MessageKind.FILE):
        await say("unsupported", f"unsupported:{hourly}")


async def _obey(
    context: Context,
    session: AsyncSession,
    row: Update,
    command: Command,
    incoming: Incoming,
    user: User,
) -> None:
    road = context.road
    identity = await _identity(session, incoming)
    case = await _newest_case(session, identity) if identity is not None else None
    customer = await session.get(Customer, identity.customer_id) if identity is not None else None
    language = _language(case, customer, user, context)

    async def say(name: str, of: Case | None = None, **fields: str) -> None:
        await road.texts.enqueue(
            session,
            name,
            chat_key=row.chat_key,
            language=language,
            dedupe_key=f"{name}:{row.id}:{of.number if of is not None else ''}",
            case_id=of.id if of is not None else None,
            **fields,
        )

    match command.name:
        case "status":
            await _say_status(context, session, case, customer, language, say)
        case "privacy":
            await say("privacy", notice=road.config.business.privacy or "")
        case "forget":
            await forgetting.asked(context, session, row, identity, language)
        case "person":
            asked = Incoming(
                channel=incoming.channel,
                person_id=incoming.person_id,
                chat_key=incoming.chat_key,
                external_id=incoming.external_id,
                sent_at=incoming.sent_at,
                text=command.rest,
                display_name=incoming.display_name,
                language_hint=incoming.language_hint,
                is_test=incoming.is_test,
            )
            wanted = await want_person(session, road.filing, row, asked)
            await say("person", wanted, when=await _when(context, session, wanted, language))
        case _:
            if command.name == "start" and command.rest:
                await _open_order(context, session, incoming, command.rest)
            await say("greeting")


async def _open_order(context: Context, session: AsyncSession, incoming: Incoming, code: str) -> None:
    """Takes the link of an order for the proof that it is theirs; a wrong one changes nothing."""
    if order_of_code(context.road.config.link_key, code) is None:
        return
    identity, _ = await context.road.filing.known(session, incoming)
    await open_link(session, context.road.config.link_key, code, identity)


async def _say_status(
    context: Context,
    session: AsyncSession,
    case: Case | None,
    customer: Customer | None,
    language: str,
    say: _Say,
) -> None:
    """Where the newest case stands, and every promise that is still to be kept, also those that are late."""
    now, timezone = utcnow(), context.road.config.timezone
    owed = await owed_to(session, customer.id, now) if customer is not None else []
    with_us = case is not None and case.state in _WITH_US
    if case is not None and with_us:
        when = await _when(context, session, case, language)
        await say("status_open", case, number=str(case.number), when=when)
    for each in owed:
        for name, promises in (("status_late", each.late), ("status_promise", each.coming)):
            if promises:
                what = _listed(promises, language, timezone, now)
                await say(name, each.case, number=str(each.case.number), what=what)
    if owed or with_us:
        return
    if case is None or case.state == CaseState.SPAM:
        await say("status_none")
    else:
        last = (case.answered_at or case.closed_at or now).astimezone(timezone).date()
        day = day_forms(last, language, today=now.astimezone(timezone).date())["on"]
        await say("status_answered", case, number=str(case.number), day=day)


def _listed(promises: Sequence[Promise], language: str, timezone: ZoneInfo, now: datetime) -> str:
    """ "rispediamo il pacco, entro giovedì 21 novembre; il rimborso, entro lunedì 25 novembre"."""
    today = now.astimezone(timezone).date()
    days = [format_due(promise.due_at, language, timezone, today=today) for promise in promises]
    said = [
        f"{words_of(promise, language).rstrip('.')}, {day}"
        for promise, day in zip(promises, days, strict=True)
    ]
    return phrases(language).listed(said, "items")


async def _when(context: Context, session: AsyncSession, case: Case, language: str) -> str:
    """When a person answers: by the case's deadline, or by a new one when that has passed."""
    now = utcnow()
    due = case.due_at
    if due is None or due <= now:
        policy = await context.road.policies.in_force(session, case.audience, case.incident_at)
        deadline = policy.deadlines.get(case.urgency or "") or policy.deadlines.get(Urgency.NORMAL)
        due = policy.hours.add(deadline, now) if deadline is not None else now
    return format_when(due, now, language, context.road.config.timezone)


async def _identity(session: AsyncSession, incoming: Incoming) -> Identity | None:
    query = select(Identity).where(
        Identity.channel == incoming.channel, Identity.external_id == incoming.person_id
    )
    return (await session.scalars(query)).one_or_none()


async def _newest_case(session: AsyncSession, identity: Identity) -> Case | None:
    query = select(Case).where(Case.identity_id == identity.id).order_by(Case.id.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


def _language(case: Case | None, customer: Customer | None, user: User, context: Context) -> str:
    """As an agent says, else what the person wrote in, before what the person's Telegram is set to."""
    known = [
        customer.preferred_language if customer is not None else None,
        case.language if case is not None else None,
        customer.language if customer is not None else None,
    ]
    spoken = [language for language in known if language in set(Language)]
    return str(spoken[0]) if spoken else language_of(user, context.road.config.language)
