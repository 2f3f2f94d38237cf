"""`/oggi`: what is open, the longest wait first, with a button for each line."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.group_cards import present_post
from bot.buttons import Action, Button, data_of
from bot.cards.doubts import doubt_rows, doubt_text
from bot.cards.keyboards import Page, Rows
from bot.context import Context, Press
from bot.posts import post
from bot.telegram.address import chat_id_of
from bot.words import Words
from models.clock import utcnow
from models.states import CaseState, OutboxState
from models.tables import Agent, Case, Identity, OutboxEntry
from responses.approving.rights import own_case
from responses.errors import BlockedError
from responses.people.groups import group_at
from responses.people.today import Today, open_today
from responses.promises.keeping import answers_owed
from responses.proposed import proposed_draft
from responses.sending.outbox import enqueue_card
from responses.texts import shorten

LINES_A_PAGE = 8
_BUTTONS_A_ROW = 4
_MAX_NAME = 40
_SUPERGROUP = "-100"
_OVER = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.CLOSED, CaseState.SPAM)
_SECTIONS = ("for_us", "for_customer", "in_doubt")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    section: str
    text: str
    button: Button


async def post_today(session: AsyncSession, chat_key: str, agent: Agent | None, words: Words) -> None:
    """Posts the first page. `agent` is whose private chat it is, None in a group."""
    page = await today_page(session, chat_key, agent, words, 0)
    await post(session, chat_key, page.text, buttons=page.rows)


async def today_page(
    session: AsyncSession, chat_key: str, agent: Agent | None, words: Words, number: int
) -> Page:
    """One page of what is open; a number past the last page gives the last."""
    today = await open_today(session)
    lines = [
        (case, line)
        for case, line in _lines(today, words)
        if agent is None or not await own_case(session, agent, case)
    ]
    pages = max(1, -(-len(lines) // LINES_A_PAGE))
    number = min(max(number, 0), pages - 1)
    shown = lines[number * LINES_A_PAGE : (number + 1) * LINES_A_PAGE]
    counts = {name: sum(line.section == name for _, line in lines) for name in _SECTIONS}
    said = [words("today", **counts)]
    section = ""
    buttons = []
    for case, line in shown:
        if line.section != section:
            section = line.section
            said.append(f"\n{words(f'today_{line.section}')}")
        said.append(line.text)
        buttons.append(await with_link(session, chat_key, case, line.button))
    if not lines:
        said.append(f"\n{words('today_nothing')}")
    rows = [buttons[at : at + _BUTTONS_A_ROW] for at in range(0, len(buttons), _BUTTONS_A_ROW)]
    return Page(text="\n".join(said), rows=[*rows, *_turning(number, pages)])


async def turn_page(_context: Context, session: AsyncSession, press: Press) -> Page:
    """Shows another page, or the same one as things are now, in place of the one pressed."""
    if not press.pressed.key.isdecimal():
        raise BlockedError("gone")
    return await today_page(session, press.row.chat_key, press.reader, press.words, int(press.pressed.key))


async def open_pressed(_context: Context, session: AsyncSession, press: Press) -> None:
    """Puts the case's present card at the end of the chat, whether it is further up already or not."""
    case = await session.get(Case, press.pressed.key)
    if case is None:
        raise BlockedError("gone")
    if press.reader is not None and await own_case(session, press.reader, case):
        raise BlockedError("own_case")
    if case.state in _OVER and not await answers_owed(session, case):
        # Somebody was quicker since the list was made.
        text = press.words("waits_no_more", number=case.number)
        await post(session, press.row.chat_key, text, reply_to=press.message)
        return
    draft = await proposed_draft(session, case)
    await enqueue_card(session, case, press.reader, press.row.chat_key, draft, again=True)
    group = await group_at(session, press.row.chat_key)
    if group is not None and group.has_topics:
        text = press.words("today_in_topic", number=case.number)
        await post(session, press.row.chat_key, text, reply_to=press.message, silent=True)


async def doubt_pressed(_context: Context, session: AsyncSession, press: Press) -> None:
    """Asks about an answer in doubt."""
    entry = await session.get(OutboxEntry, press.pressed.key)
    case = await session.get(Case, entry.case_id) if entry is not None and entry.case_id is not None else None
    if entry is None or case is None:
        raise BlockedError("gone")
    if entry.state not in (OutboxState.UNCONFIRMED, OutboxState.FAILED):
        raise BlockedError("settled")
    text = doubt_text(entry, case, press.words)
    await post(session, press.row.chat_key, text, case_id=case.id, buttons=doubt_rows(entry, press.words))


async def with_link(session: AsyncSession, key: str, case: Case, button: Button) -> Button:
    """In a supergroup a button can lead straight to the card, if what stands there is still so."""
    number = str(chat_id_of(key))
    if button.data != data_of(Action.OPEN, case.id) or not number.startswith(_SUPERGROUP):
        return button
    at = await present_post(session, case, key)
    if at is None:
        return button
    return Button(text=button.text, url=f"https://t.me/c/{number.removeprefix(_SUPERGROUP)}/{at}")


def _lines(today: Today, words: Words) -> list[tuple[Case, _Line]]:
    now = utcnow()

    def line(section: str, case: Case, identity: Identity, tail: str, action: Action, key: str) -> _Line:
        name = shorten(identity.display_name or words("no_name"), _MAX_NAME)
        short = words("today_number", number=case.number)
        return _Line(
            section=section,
            text=f"• {short} · {name} · {tail}",
            # Of one case both the wait and a sending may be listed: their buttons must not look alike.
            button=Button(
                text=f"{short} · {tail}" if action == Action.DOUBT else short, data=data_of(action, key)
            ),
        )

    lines = []
    for section, waiting in (("for_us", today.for_us), ("for_customer", today.for_customer)):
        for one in waiting:
            tail = _since(one.since, now, words)
            lines.append((one.case, line(section, one.case, one.identity, tail, Action.OPEN, one.case.id)))
    for doubt in today.in_doubt:
        tail = words(doubt.entry.state)
        shown = line("in_doubt", doubt.case, doubt.identity, tail, Action.DOUBT, doubt.entry.id)
        lines.append((doubt.case, shown))
    return lines


def _since(since: datetime, now: datetime, words: Words) -> str:
    waited = max(now - since, timedelta(0))
    minutes = int(waited.total_seconds() // 60)
    if minutes < 60:
        return words("since_minutes", count=minutes)
    if minutes < 48 * 60:
        return words("since_hours", count=minutes // 60)
    return words("since_days", count=waited.days)


def _turning(number: int, pages: int) -> Rows:
    if pages == 1:
        return []
    row = []
    if number > 0:
        row.append(Button(text="‹", data=data_of(Action.TODAY, str(number - 1))))
    row.append(Button(text=f"{number + 1}/{pages}", data=data_of(Action.TODAY, str(number))))
    if number < pages - 1:
        row.append(Button(text="›", data=data_of(Action.TODAY, str(number + 1))))
    return [row]
