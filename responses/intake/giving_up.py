"""What becomes of an update that could not be worked off: a person sees that something arrived."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.states import Direction
from models.tables import Customer, Identity, Message, Update
from responses.cases import active_case, open_case, raise_revision
from responses.events import record
from responses.intake.filing import due_now
from responses.intake.incoming import MessageKind


async def give_up(session: AsyncSession, update: Update) -> None:
    """Files a message without words in the sender's case, who may be somebody never heard of before.

    The chat goes on; the raw update stays, and the case shows that something could not be read.
    """
    identity = (
        await session.scalars(select(Identity).where(Identity.chat_key == update.chat_key).limit(1))
    ).one_or_none()
    if not update.customer_says:
        record(session, "system", "update.unreadable", update=update.id)
        return
    if identity is None:
        identity = await _stranger(session, update)
    case = await active_case(session, identity.chat_key)
    if case is None:
        case = await open_case(session, identity, is_sample=False, is_test=False)
    session.add(
        Message(
            case_id=case.id,
            identity_id=identity.id,
            update_id=update.id,
            external_id=f"unreadable:{update.external_id}",
            direction=Direction.IN,
            kind=MessageKind.UNREADABLE,
            text="",
            sent_at=update.received_at or utcnow(),
        )
    )
    await raise_revision(session, case)
    await due_now(session, case)
    record(session, "system", "update.unreadable", case.id, update=update.id)


async def _stranger(session: AsyncSession, update: Update) -> Identity:
    """Makes the sender known by the chat alone: more than that could not be read."""
    person = update.chat_key.rpartition(":")[2]
    known = select(Identity).where(Identity.channel == update.source, Identity.external_id == person)
    identity = (await session.scalars(known)).one_or_none()
    if identity is not None:
        # Known from another chat: there they would be answered.
        return identity
    customer = Customer()
    session.add(customer)
    await session.flush()
    identity = Identity(
        customer_id=customer.id, channel=update.source, external_id=person, chat_key=update.chat_key
    )
    session.add(identity)
    await session.flush()
    return identity
