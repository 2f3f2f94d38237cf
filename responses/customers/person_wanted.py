"""A customer who asks for a person: the case stands out, and is put before agents at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.states import CaseState, Direction
from models.tables import Case, Message, Update
from responses.cases import active_case, joined_case, move, open_case, raise_revision
from responses.events import record
from responses.intake.filing import Filing, due_now
from responses.intake.incoming import Incoming

FLAG = "person_wanted"
KIND = "person"


async def want_person(session: AsyncSession, filing: Filing, update: Update, incoming: Incoming) -> Case:
    """Flags the case that the customer is in, or a new one, as waiting for a person.

    Args:
        session: the caller's writing transaction.
        filing: files what the customer said beside the wish.
        update: the update that brought the wish.
        incoming: who asks; its text is what was said beside it, often nothing.
    """
    identity, _ = await filing.known(session, incoming)
    case: Case | None = None
    if incoming.text.strip():
        case = (await filing.file(session, update, incoming)).case
    if case is None:
        now = utcnow()
        case = await joined_case(
            session,
            identity,
            reply_to=None,
            album_key=None,
            order_ids=(),
            now=now,
            active=await active_case(session, identity.chat_key),
            audience=incoming.audience,
        )
        if case is None:
            case = await open_case(
                session,
                identity,
                is_sample=incoming.is_sample,
                is_test=incoming.is_test,
                audience=incoming.audience,
            )
        session.add(
            Message(
                case_id=case.id,
                identity_id=identity.id,
                update_id=update.id,
                external_id=incoming.external_id,
                direction=Direction.IN,
                kind=KIND,
                text="",
                sent_at=incoming.sent_at,
            )
        )
    if case.state != CaseState.TAKEN_OVER:
        move(case, CaseState.DRAFTING)
    case.flag = case.flag or FLAG
    await raise_revision(session, case)
    await due_now(session, case)
    record(session, "customer", "person.wanted", case.id)
    return case
