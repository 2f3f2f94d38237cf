"""Questions that the bot puts to an agent, to be answered by a reply."""

from datetime import timedelta
from html import escape
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.posts import mention, post
from models.clock import utcnow
from models.tables import Agent, Prompt

PROMPT_LASTS = timedelta(minutes=15)
OFF_POLICY = "off_policy"
"""The purpose of asking why a text goes out that gives what was not decided."""


async def put_prompt(
    session: AsyncSession,
    agent: Agent,
    chat_key: str,
    text: str,
    *,
    in_group: bool,
    purpose: str,
    case_id: str,
    hint: str,
    draft_id: str | None = None,
    reply_to: int | None = None,
    **more: Any,
) -> None:
    """Asks the agent; `hint` stands in the reply's box, `more` is what the answer will be about."""
    prompt = Prompt(
        agent_id=agent.id,
        case_id=case_id,
        draft_id=draft_id,
        purpose=purpose,
        expires_at=utcnow() + PROMPT_LASTS,
    )
    session.add(prompt)
    await session.flush()
    # In a group several people see it: it names who pressed, and only their box opens.
    asked: dict[str, Any] = {"html": True, "selective": True} if in_group else {}
    prompt.outbox_id = await post(
        session,
        chat_key,
        f"{mention(agent)}: {escape(text, quote=False)}" if in_group else text,
        case_id=case_id,
        reply_to=reply_to,
        dedupe_key=f"prompt:{prompt.id}",
        force_reply=hint,
        **asked,
        **more,
    )
