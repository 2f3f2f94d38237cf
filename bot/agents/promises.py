"""`/promesse`: what is promised and by when, with buttons for each; and reminders of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.agents.prompts import put_prompt
from bot.buttons import Action, Button, data_of
from bot.cards.keyboards import Page, Rows
from bot.cards.withdrawals import WITHDRAW, withdraw_button
from bot.context import Context, Press, words_at
from bot.posts import post
from bot.words import Words
from models.clock import utcnow
from models.states import PromiseKind
from models.tables import Agent, OutboxEntry, Prompt, Update
from responses.drafts.dates import format_due
from responses.errors import BlockedError
from responses.intake.filing import clean
from responses.promises.keeping import break_, keep
from responses.promises.told import Pledge, gives_beside, pledge, pledges, words_of
from responses.promises.withdrawals import Why, call_off
from responses.texts import shorten

LINES_A_PAGE = 5
KEEP, BREAK = "keep", "break"
"""The purposes of the prompts whose answer keeps or breaks a promise."""
SETTLING = frozenset({KEEP, BREAK, WITHDRAW})
"""The purposes of all prompts whose answer settles one."""
_MAX_NAME = 40
_MAX_WHAT = 200


async def post_promises(
    session: AsyncSession, chat_key: str, agent: Agent | None, words: Words, timezone: ZoneInfo
) -> None:
    """Posts the first page. `agent` is whose private chat it is, None in a group."""
    page = await _page(session, agent, words, timezone, 0)
    await post(session, chat_key, page.text, buttons=page.rows)


async def turn_promises(context: Context, session: AsyncSession, press: Press) -> Page:
    """Shows another page, or the same one as things are now, in place of the one pressed."""
    if not press.pressed.key.isdecimal():
        raise BlockedError("gone")
    timezone = context.road.config.timezone
    return await _page(session, press.reader, press.words, timezone, int(press.pressed.key))


async def ask_about_promise(_context: Context, session: AsyncSession, press: Press) -> None:
    """Asks for the proof or the reason; nothing is noted before it has come."""
    found = await pledge(session, press.pressed.key, utcnow())
    if found is None:
        raise BlockedError("promise_gone")
    kept = press.pressed.action == Action.KEPT
    key = "prompt_kept" if kept else "prompt_broken"
    if kept and found.promise.kind == PromiseKind.ANSWER:
        key = "prompt_answered"
    await put_prompt(
        session,
        press.agent,
        press.row.chat_key,
        press.words(key, what=_what(found, press.words), number=found.case.number),
        in_group=press.reader is None,
        purpose=KEEP if kept else BREAK,
        case_id=found.case.id,
        hint=press.words("hint_kept" if kept else "hint_broken"),
        reply_to=press.message,
        promise=found.promise.id,
    )


async def settle_promise(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    prompt: Prompt,
    entry: OutboxEntry,
) -> None:
    """Takes the reply to such a question as the proof or the reason."""
    words = words_at(context, row.chat_key, agent)
    if message.text is None:
        await post(session, row.chat_key, words("text_only"), reply_to=message.message_id)
        return
    prompt.answered_at = utcnow()
    promise_id, said = str(entry.content.get("promise")), clean(message.text)
    try:
        async with session.begin_nested():
            if prompt.purpose == KEEP:
                case = await keep(session, context.road.texts, agent, promise_id, said)
                text = words("promise_kept", number=case.number)
            elif prompt.purpose == WITHDRAW:
                told = entry.content.get("told") is True
                case = await call_off(
                    session, context.road.texts, agent, promise_id, Why.OTHER, said, told=told
                )
                text = words("promise_withdrawn", number=case.number)
            else:
                case = await break_(session, agent, promise_id, said)
                text = words("promise_broken", number=case.number)
    except BlockedError as error:
        gone = error.reason == "gone"
        text = words("blocked_promise_gone") if gone else words.blocked(error, context.road.config.timezone)
    await post(session, row.chat_key, text, case_id=prompt.case_id, reply_to=message.message_id)


def reminder_of(found: Pledge, words: Words, timezone: ZoneInfo, now: datetime) -> tuple[str, Rows]:
    """What whoever has to see to a promise is told when its time comes, has come, or is over."""
    due = found.promise.due_at
    key = (
        "reminder_late"
        if due.astimezone(timezone).date() < now.astimezone(timezone).date()
        else "reminder_due"
    )
    if due > now:
        key = "reminder_before"
    text = words(key, what=_what(found, words), **_about(found, words, timezone))
    rows = _buttons(found, words)
    if found.promise.kind == PromiseKind.ANSWER:
        # The way to keep this one is to answer.
        opens = data_of(Action.OPEN, found.case.id)
        rows.insert(0, [Button(text=words("case", number=found.case.number), data=opens)])
    return text, rows


async def _page(
    session: AsyncSession, agent: Agent | None, words: Words, timezone: ZoneInfo, number: int
) -> Page:
    now = utcnow()
    everything = await pledges(session, now)
    mine = [
        one for one in everything if agent is None or (one.charged is not None and one.charged.id == agent.id)
    ]
    pages = max(1, -(-len(mine) // LINES_A_PAGE))
    number = min(max(number, 0), pages - 1)
    shown = mine[number * LINES_A_PAGE : (number + 1) * LINES_A_PAGE]
    late = sum(one.promise.due_at <= now for one in mine)
    lines = [words("promises", open=len(mine), late=late) if mine else words("promises_none")]
    rows: Rows = []
    for place, one in enumerate(shown, start=number * LINES_A_PAGE + 1):
        key = "promise_line_late" if one.promise.due_at <= now else "promise_line"
        if agent is None:
            key = f"{key}_of"
        lines.append(words(key, place=place, what=_what(one, words), **_about(one, words, timezone)))
        rows += _buttons(one, words, place)
    if len(everything) > len(mine):
        lines.append(words("promises_of_others", count=len(everything) - len(mine)))
    return Page(text="\n\n".join(lines), rows=[*rows, *_turning(number, pages)])


def _what(found: Pledge, words: Words) -> str:
    what = shorten(words_of(found.promise, words.language), _MAX_WHAT)
    gives = gives_beside(found, words.language)
    return what if gives is None else f"{what} ({gives})"


def _about(found: Pledge, words: Words, timezone: ZoneInfo) -> dict[str, object]:
    return {
        "number": found.case.number,
        "name": shorten(found.customer.name or words("no_name"), _MAX_NAME),
        "due": format_due(found.promise.due_at, words.language, timezone),
        "who": found.charged.name if found.charged is not None else words("nobody_charged"),
    }


def _buttons(found: Pledge, words: Words, place: int | None = None) -> Rows:
    # Of several under one post each says to which line it belongs.
    start = "" if place is None else f"{place} · "
    kept = Button(
        text=f"{start}{words('kept')}", data=data_of(Action.KEPT, found.promise.id), style="success"
    )
    not_kept = Button(text=f"{start}{words('not_kept')}", data=data_of(Action.BROKEN, found.promise.id))
    return [[kept, not_kept], [withdraw_button(found, words, start)]]


def _turning(number: int, pages: int) -> Rows:
    if pages == 1:
        return []
    places = [("‹", number - 1), (f"{number + 1}/{pages}", number), ("›", number + 1)]
    return [
        [
            Button(text=text, data=data_of(Action.PROMISES, str(page)))
            for text, page in places
            if 0 <= page < pages
        ]
    ]
