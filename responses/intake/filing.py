"""Filing: a customer's message becomes a row, joins a case, and sets the clock for triage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Job, set_alarm
from models.clock import utcnow
from models.once import insert_once
from models.states import CaseState, Direction
from models.tables import Attachment, Case, Customer, Identity, Message, Update
from responses.cases import active_case, joined_case, move, open_case, raise_revision
from responses.config import RoadConfig
from responses.events import record
from responses.intake.flood import is_flooding
from responses.intake.incoming import Incoming, MessageKind
from responses.orders.keys import written_apart

MAX_FILE_BYTES = 20 * 1024 * 1024
_SILENT = frozenset(
    {
        MessageKind.STICKER,
        MessageKind.LOCATION,
        MessageKind.CONTACT,
        MessageKind.POLL,
        MessageKind.UNSUPPORTED,
    }
)

FindOrders = Callable[[str], Sequence[str]]
"""The numbers in a text that may be those of orders, the surest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """Where a message went. `case` is None for what is only kept (a sticker without a case).

    `flood`: the person writes so much that it is read together, later.
    """

    message: Message | None
    identity: Identity
    customer: Customer
    case: Case | None
    rejected_files: int = 0
    flood: bool = False


class Filing:
    """Files customers' messages. `find_orders` reads numbers of orders out of a text."""

    def __init__(self, config: RoadConfig, find_orders: FindOrders) -> None:
        self._config = config
        self._find_orders = find_orders

    def orders_in(self, text: str) -> Sequence[str]:
        """The numbers in a text that may be those of orders; of "RS 1234" with the letters and without."""
        numbers = self._find_orders(text)
        return (*written_apart(text, numbers).values(), *numbers)

    async def file(self, session: AsyncSession, update: Update, incoming: Incoming) -> Filed:
        """Stores the message and its files' names; the same message again changes nothing."""
        now = utcnow()
        identity, customer = await self.known(session, incoming)
        expected = await active_case(session, identity.chat_key)
        earlier = await _earlier(session, identity, incoming)
        edit = incoming.edit
        if earlier is not None:
            if edit == 0 or clean(incoming.text) == earlier.text:
                record(session, "customer", "message.repeated", earlier.case_id, update=update.id)
                return Filed(message=None, identity=identity, customer=customer, case=None)
            edit = max(edit, earlier.edit + 1)
        text = clean(incoming.text)
        silent = incoming.kind in _SILENT
        case = (
            await session.get(Case, earlier.case_id)
            if earlier is not None and earlier.case_id is not None
            else await joined_case(
                session,
                identity,
                reply_to=incoming.reply_to,
                album_key=incoming.album_key,
                order_ids=self.orders_in(text),
                now=now,
                active=expected,
                audience=incoming.audience,
            )
        )
        if case is None and not silent:
            case = await open_case(
                session,
                identity,
                is_sample=incoming.is_sample,
                is_test=incoming.is_test,
                incident_at=update.received_at,
                audience=incoming.audience,
            )
        message = Message(
            case_id=case.id if case is not None else None,
            identity_id=identity.id,
            update_id=update.id,
            external_id=incoming.external_id,
            edit=edit,
            direction=Direction.IN,
            kind=incoming.kind,
            text=text,
            sent_at=incoming.sent_at,
            reply_to=incoming.reply_to,
            album_key=incoming.album_key,
        )
        session.add(message)
        await session.flush()
        rejected, flood = _attach(session, message, incoming), False
        if case is not None:
            flood = await is_flooding(session, identity, now)
            await self._touch(session, case, incoming, text, silent=silent, flood=flood, now=now)
            record(
                session,
                "customer",
                "message.edited" if earlier else "message.filed",
                case.id,
                kind=incoming.kind,
            )
        elsewhere = case is None or expected is None or case.id != expected.id
        if expected is not None and elsewhere and expected.state == CaseState.WAITING_AGENT:
            # Its revision was raised on arrival, in the belief that the message was for it.
            await due_now(session, expected)
        return Filed(
            message=message,
            identity=identity,
            customer=customer,
            case=case,
            rejected_files=rejected,
            flood=flood,
        )

    async def known(self, session: AsyncSession, incoming: Incoming) -> tuple[Identity, Customer]:
        """The person who writes, made known on the first message."""
        query = select(Identity).where(
            Identity.channel == incoming.channel, Identity.external_id == incoming.person_id
        )
        identity = (await session.scalars(query)).one_or_none()
        if identity is None:
            customer = Customer(
                name=clean(incoming.display_name) if incoming.display_name else None,
                language=incoming.language_hint,
                is_sample=incoming.is_sample,
                is_test=incoming.is_test,
            )
            session.add(customer)
            await session.flush()
            await insert_once(
                session,
                Identity,
                customer_id=customer.id,
                channel=incoming.channel,
                external_id=incoming.person_id,
                chat_key=incoming.chat_key,
                display_name=customer.name,
                created_at=utcnow(),
            )
            identity = (await session.scalars(query)).one()
        customer = await session.get_one(Customer, identity.customer_id)
        if incoming.display_name:
            identity.display_name = clean(incoming.display_name)
        identity.blocked_since = None
        identity.chat_key = incoming.chat_key
        return identity, customer

    async def _touch(
        self,
        session: AsyncSession,
        case: Case,
        incoming: Incoming,
        text: str,
        *,
        silent: bool,
        flood: bool,
        now: datetime,
    ) -> None:
        await raise_revision(session, case)
        if silent and case.state != CaseState.TAKEN_OVER:
            if case.state == CaseState.WAITING_AGENT:
                # The draft on the table stands at an older revision now and must be shown anew.
                await due_now(session, case)
            return
        if case.state in (
            CaseState.ANSWERED,
            CaseState.PROMISED,
            CaseState.CLOSED,
            CaseState.WAITING_CUSTOMER,
        ):
            case.reopened_from = case.state
        if case.state != CaseState.TAKEN_OVER:
            move(case, CaseState.DRAFTING)
        first = case.first_unread_at or now
        wait = self._config.debounce * (1 if _is_sentence(text) else 45 / 8)
        if incoming.is_sample or case.state == CaseState.TAKEN_OVER:
            wait = timedelta(0)
        case.first_unread_at = first
        case.silence_at = case.answer_until = case.asked_until = None
        if flood:
            case.triage_due_at = max(case.triage_due_at or now, first + self._config.flood_pause)
            set_alarm(session, Job.TRIAGE, case.id, case.triage_due_at)
            return
        case.triage_due_at = max(now, min(now + wait, first + self._config.debounce * (180 / 8)))
        set_alarm(session, Job.ASSESS if wait else Job.TRIAGE, case.id)
        if wait:
            set_alarm(session, Job.TRIAGE, case.id, case.triage_due_at)


async def due_now(session: AsyncSession, case: Case) -> None:
    """Has the case read and decided anew, at once."""
    if case.state == CaseState.WAITING_AGENT:
        move(case, CaseState.DRAFTING)
    now = utcnow()
    case.triage_due_at = now
    case.first_unread_at = case.first_unread_at or now
    set_alarm(session, Job.TRIAGE, case.id, None)


def clean(text: str) -> str:
    """`text` without what no database or person can read: NULs and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _is_sentence(text: str) -> bool:
    # Somebody who ends a sentence or writes several words has probably said what they meant to say.
    stripped = text.strip()
    return len(stripped.split()) >= 4 or stripped.endswith((".", "!", "?", "…"))


async def _earlier(session: AsyncSession, identity: Identity, incoming: Incoming) -> Message | None:
    query = (
        select(Message)
        .where(Message.identity_id == identity.id, Message.external_id == incoming.external_id)
        .order_by(Message.edit.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


def _attach(session: AsyncSession, message: Message, incoming: Incoming) -> int:
    rejected = 0
    for file in incoming.files:
        too_large = file.size is not None and file.size > MAX_FILE_BYTES
        rejected += too_large
        session.add(
            Attachment(
                message_id=message.id,
                provider_id=file.provider_id,
                kind=file.kind,
                name=file.name,
                size=file.size,
                mime=file.mime,
                sha256=file.stored.sha256 if file.stored is not None else None,
                stored_as=file.stored.stored_as if file.stored is not None else None,
                rejected="too_large" if too_large else None,
            )
        )
    return rejected
