"""Saying no to an agent: why something is impossible now, and what counts instead."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards.head import words_shown
from bot.context import Context, reader_at
from bot.posts import post
from bot.words import Words
from models.clock import utcnow
from models.states import Direction
from models.tables import Agent, Case, Message, OpenEdit
from responses.errors import BlockedError
from responses.intake.filing import clean
from responses.proposed import proposed_draft
from responses.sending.outbox import enqueue_card

_MAX_SHOWN = 1_500


async def refuse(
    context: Context,
    session: AsyncSession,
    agent: Agent,
    chat_key: str,
    words: Words,
    error: BlockedError,
    *,
    case: Case,
    since: datetime,
    reply_to: int | None,
) -> None:
    """Tells why, shows what the customer has written since the agent saw the case, and the present card.

    Args:
        context: the bot at work.
        session: the transaction.
        agent: who is refused.
        chat_key: the agent's chat.
        words: in the agent's language.
        error: why.
        case: the case.
        since: when the agent was shown it.
        reply_to: the agent's message, or the card, that this answers.
    """
    lines = [words.blocked(error, context.road.config.timezone)]
    if error.reason in ("new_message", "stale", "gone"):
        query = (
            select(Message)
            .where(Message.case_id == case.id, Message.direction == Direction.IN, Message.created_at > since)
            .order_by(Message.id)
        )
        written = (await session.scalars(query)).all()
        if written:
            said, _ = words_shown(written, words, _MAX_SHOWN)
            lines.append(f"{words('customer_wrote')}\n{said}")
    await post(session, chat_key, "\n\n".join(lines), case_id=case.id, reply_to=reply_to)
    if error.reason in ("stale", "gone"):
        # A case in triage posts its card from there; one that stands gets it now, if it is not here yet.
        draft = await proposed_draft(session, case)
        if draft is not None and draft.revision == case.revision:
            await enqueue_card(session, case, reader_at(chat_key, agent), chat_key, draft)


async def keep_text(session: AsyncSession, agent: Agent, case: Case, draft_id: str | None, text: str) -> bool:
    """Keeps what an agent wrote where the desk shows it, when it could not become a draft."""
    query = select(OpenEdit).where(OpenEdit.case_id == case.id, OpenEdit.agent_id == agent.id)
    kept = (await session.scalars(query)).one_or_none()
    if kept is not None:
        kept.text, kept.updated_at = clean(text), utcnow()
        return True
    if draft_id is None:
        return False
    session.add(OpenEdit(case_id=case.id, draft_id=draft_id, agent_id=agent.id, text=clean(text)))
    return True
