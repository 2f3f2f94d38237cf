"""What the house says to agents of its own accord, written when it is sent, in each reader's language.

What `content` holds: `bulletin` (its kind), `to` (the agent's id, None for the agents' group), `silent`, and
what that kind needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.promises import reminder_of
from bot.agents.today import with_link
from bot.buttons import Action, Button, data_of
from bot.cards.head import words_shown
from bot.cards.keyboards import Rows
from bot.words import Words, clock_time, words_for, words_in
from models.clock import utcnow
from models.tables import Agent, Case
from responses.config import RoadConfig
from responses.promises.told import pledge
from responses.texts import shorten
from responses.views import view_case

_MAX_WORDS = 400
_MAX_LINE = 120
_MAX_NAME = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulletin:
    """A text with its buttons."""

    text: str
    rows: Rows


async def bulletin_of(
    session: AsyncSession, content: Mapping[str, Any], chat_key: str, config: RoadConfig
) -> Bulletin:
    """What is to be said now in that chat."""
    reader = await session.get_one(Agent, content["to"]) if content["to"] is not None else None
    words = words_for(reader) if reader is not None else words_in(config.language)
    if content["bulletin"] == "ring":
        return await _ring(session, content, words, config.timezone)
    if content["bulletin"] == "opening":
        return await _opening(session, content, chat_key, words, config.timezone)
    if content["bulletin"] == "promise":
        return await _promise(session, content["promise"], words, config.timezone)
    return Bulletin(text=_notice(content["notice"], content["details"], words, config.timezone), rows=[])


async def _ring(session: AsyncSession, content: Mapping[str, Any], words: Words, zone: ZoneInfo) -> Bulletin:
    view = await view_case(session, await session.get_one(Case, content["case"]), zone)
    said, _ = words_shown(view.unread, words, _MAX_WORDS)
    name = shorten(view.identity.display_name or words("no_name"), _MAX_NAME)
    lines = [words("ring", number=view.case.number, name=name), said]
    if content["nobody"]:
        lines.append(words("ring_nobody"))
    take = Button(
        text=words("answer_call"), data=data_of(Action.ANSWER_CALL, content["call"]), style="danger"
    )
    return Bulletin(text="\n\n".join(lines), rows=[[take]])


async def _opening(
    session: AsyncSession, content: Mapping[str, Any], chat_key: str, words: Words, zone: ZoneInfo
) -> Bulletin:
    """What came while closed and waits, the most urgent first, with a button that opens each."""
    lines, rows = [words("opening", count=content["count"])], []
    for case_id in content["cases"]:
        view = await view_case(session, await session.get_one(Case, case_id), zone)
        number, urgency = view.case.number, words.label("urgency", view.case.urgency or "normal")
        name = shorten(view.identity.display_name or words("no_name"), _MAX_NAME)
        said, _ = words_shown(view.unread, words, _MAX_LINE)
        lines.append(words("opening_line", number=number, name=name, urgency=urgency, said=said))
        button = Button(text=words("case", number=number), data=data_of(Action.OPEN, view.case.id))
        rows.append([await with_link(session, chat_key, view.case, button)])
    return Bulletin(text="\n\n".join(lines), rows=rows)


async def _promise(session: AsyncSession, promise_id: str, words: Words, timezone: ZoneInfo) -> Bulletin:
    now = utcnow()
    found = await pledge(session, promise_id, now)
    if found is None:
        # Settled while this was on its way.
        return Bulletin(text=words("blocked_promise_gone"), rows=[])
    text, rows = reminder_of(found, words, timezone, now)
    return Bulletin(text=text, rows=rows)


def _notice(kind: str, details: Mapping[str, str], words: Words, timezone: ZoneInfo) -> str:
    if "role" in details:
        details = {**details, "role": words.label("role", details["role"])}
    times = {
        name: clock_time(datetime.fromisoformat(details[name]), timezone)
        for name in ("since", "until")
        if name in details
    }
    return words(f"notice_{kind}", **{**details, **times})
