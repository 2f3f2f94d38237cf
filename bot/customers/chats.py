"""Customers in their private chat: what they say is filed, what they ask the bot is answered."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message, User

from bot.context import Context
from bot.customers import forgetting
from bot.telegram.address import source_of
from bot.telegram.envelope import Command, read_command
from bot.telegram.messages import incoming_of, is_service, language_of
from models.clock import utcnow
from models.tables import Case, Customer, Identity, Update
from responses.customers.person_wanted import want_person
from responses.drafts.names import usable_name
from responses.events import record
from responses.intake.filing import MAX_FILE_BYTES
from responses.intake.incoming import Incoming, MessageKind
from responses.orders.links import open_link, order_of_code
from responses.sending.status import newest_case, spoken, status_of, when_answered

_MEGABYTE = 1024 * 1024


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
    case = await newest_case(session, identity) if identity is not None else None
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
            zone, now = road.config.timezone, utcnow()
            for line in await status_of(
                session,
                road.policies,
                case=case,
                customer_id=customer.id if customer is not None else None,
                language=language,
                zone=zone,
                now=now,
            ):
                await say(line.text, line.case, **line.fields)
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
            zone, now = road.config.timezone, utcnow()
            when = await when_answered(session, road.policies, wanted, language, zone, now)
            await say("person", wanted, when=when)
        case _:
            if command.name == "start" and command.rest:
                await _open_order(context, session, incoming, command.rest)
            known = usable_name(customer.name) if customer is not None and case is not None else None
            if known:
                await say("greeting_known", customer=known)
            else:
                await say("greeting")


async def _open_order(context: Context, session: AsyncSession, incoming: Incoming, code: str) -> None:
    """Takes the link of an order for the proof that it is theirs; a wrong one changes nothing."""
    if order_of_code(context.road.config.link_key, code) is None:
        return
    identity, _ = await context.road.filing.known(session, incoming)
    await open_link(session, context.road.config.link_key, code, identity)


async def _identity(session: AsyncSession, incoming: Incoming) -> Identity | None:
    query = select(Identity).where(
        Identity.channel == incoming.channel, Identity.external_id == incoming.person_id
    )
    return (await session.scalars(query)).one_or_none()


def _language(case: Case | None, customer: Customer | None, user: User, context: Context) -> str:
    """As an agent says, else what the person wrote in, before what the person's Telegram is set to."""
    return spoken(case, customer) or language_of(user, context.road.config.language)
