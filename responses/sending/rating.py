"""Rating: once a case is closed its customer is asked how it went, once, and answers with one press."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.once import insert_once
from models.states import CaseState
from models.tables import Case, Customer, Identity, OutboxEntry, Rating
from models.tables.ratings import HIGHEST_MARK, LOWEST_MARK
from responses.cases import close, last_answer_at
from responses.events import record
from responses.sending.standing_texts import StandingTexts

MARKS = tuple(range(LOWEST_MARK, HIGHEST_MARK + 1))
# Where one press can answer: a typed number would be a new message to the case.
_WITH_BUTTONS = ("telegram", "web")
_ASKED = "rating:"
# Who has left our own question unanswered is not asked another.
_NOT_ASKED = (CaseState.SPAM, CaseState.WAITING_CUSTOMER, CaseState.CLOSED)


async def close_and_ask(session: AsyncSession, texts: StandingTexts, case: Case, actor: str) -> None:
    """Closes the case; a customer who was answered is asked for a mark, once however often it closes.

    Raises:
        BlockedError: `promise_open`, `choice_open` or `message_pending`.
    """
    asks = await _may_ask(session, case)
    await close(session, case, actor)
    if asks:
        await texts.enqueue(
            session,
            "rating",
            chat_key=case.chat_key,
            language=case.language,
            dedupe_key=_asked_key(case.id),
            case_id=case.id,
            marks_for=case.id,
            number=str(case.number),
        )


async def asked_case(session: AsyncSession, chat_key: str, case_id: str) -> Case | None:
    """The case, if it is this chat that was asked for its mark."""
    query = (
        select(Case)
        .join(OutboxEntry, OutboxEntry.case_id == Case.id)
        .where(
            Case.id == case_id,
            Case.chat_key == chat_key,
            OutboxEntry.dedupe_key == _asked_key(case_id),
            OutboxEntry.chat_key == chat_key,
        )
    )
    return (await session.scalars(query)).one_or_none()


async def open_questions(session: AsyncSession, chat_key: str) -> dict[str, str]:
    """The questions of this chat without an answer: the id of what was sent, and of the case."""
    query = (
        select(OutboxEntry.id, Case.id)
        .join(Case, Case.id == OutboxEntry.case_id)
        .outerjoin(Rating, Rating.case_id == Case.id)
        .where(
            OutboxEntry.chat_key == chat_key,
            OutboxEntry.dedupe_key.startswith(_ASKED),
            Case.chat_key == chat_key,
            Rating.id.is_(None),
        )
    )
    return dict((await session.execute(query)).all())


async def rate(session: AsyncSession, texts: StandingTexts, case: Case, mark: int) -> bool:
    """Keeps the mark and thanks for it; False when the case has one already, which stays.

    It says how things stood when they were closed: a case that has been reopened since keeps it, and is as
    open as before.
    """
    if await insert_once(session, Rating, case_id=case.id, mark=mark) is None:
        return False
    record(session, "customer", "case.rated", case.id)
    await texts.enqueue(
        session,
        "rating_thanks",
        chat_key=case.chat_key,
        language=case.language,
        dedupe_key=f"rating_thanks:{case.id}",
        case_id=case.id,
    )
    return True


async def _may_ask(session: AsyncSession, case: Case) -> bool:
    if case.channel.partition(":")[0] not in _WITH_BUTTONS or case.is_sample or case.state in _NOT_ASKED:
        return False
    customer = await session.get_one(Customer, case.customer_id)
    identity = await session.get_one(Identity, case.identity_id)
    if customer.erased_at is not None or identity.blocked_since is not None:
        return False
    return await last_answer_at(session, case.id) is not None


def _asked_key(case_id: str) -> str:
    return f"{_ASKED}{case_id}"
