"""What stands behind a line of a card, page by page.

Written when it is sent or turned: the outbox keeps no words of a customer's, and what was erased in the
meantime is not shown.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Action, Button, data_of
from bot.cards.dealings import dealings_lines
from bot.cards.evidence import evidence_lines
from bot.cards.keyboards import Page, Rows
from bot.cards.press import CardPress
from bot.context import Context, Press
from bot.posts import post
from bot.words import Words, words_for, words_in
from models.tables import Agent, Case
from responses.approving.rights import own_case
from responses.config import RoadConfig
from responses.errors import BlockedError, NotAllowedError
from responses.privacy.erasure import check_not_erased
from responses.texts import utf16_length

_MAX_PAGE = 3_500


class Behind(StrEnum):
    """Which line of the card; what a button that turns the page carries."""

    SIGNALS = "s"
    DEALINGS = "d"


_LINES: Mapping[Behind, Callable[[AsyncSession, Case, Words, ZoneInfo], Awaitable[list[str]]]] = {
    Behind.SIGNALS: evidence_lines,
    Behind.DEALINGS: dealings_lines,
}
_BY_ACTION: Mapping[Action, Behind] = {
    Action.EVIDENCE: Behind.SIGNALS,
    Action.DEALINGS: Behind.DEALINGS,
}


async def show_behind(press: CardPress, case: Case) -> None:
    """Puts the first page of what the pressed line rests on into the outbox.

    Raises:
        NotAllowedError: `own_case`.
    """
    if await own_case(press.session, press.agent, case):
        raise NotAllowedError("own_case")
    await post(
        press.session,
        press.chat,
        "",
        case_id=case.id,
        reply_to=press.message,
        behind=_BY_ACTION[press.pressed.action],
        to=press.reader.id if press.reader is not None else None,
    )


async def first_page(
    session: AsyncSession, config: RoadConfig, case_id: str, kind: str, to: str | None
) -> Page:
    """What is to be said now, to the agent `to` or (None) to the agents' group."""
    words = words_for(await session.get_one(Agent, to)) if to is not None else words_in(config.language)
    case = await session.get_one(Case, case_id)
    try:
        await check_not_erased(session, case)
    except BlockedError as erased:
        return Page(text=words.blocked(erased, config.timezone), rows=[])
    return await _page(session, case, Behind(kind), words, config.timezone, 0)


async def turn_behind(context: Context, session: AsyncSession, press: Press) -> Page:
    """Shows another page, or the same one as things are now, in place of the one pressed."""
    kind, number = (*press.pressed.choice, "", "")[:2]
    case = await session.get(Case, press.pressed.key)
    if case is None or kind not in set(Behind) or not number.isdecimal():
        raise BlockedError("gone")
    await check_not_erased(session, case)
    if await own_case(session, press.agent, case):
        raise NotAllowedError("own_case")
    timezone = context.road.config.timezone
    return await _page(session, case, Behind(kind), press.words, timezone, int(number))


async def _page(
    session: AsyncSession, case: Case, kind: Behind, words: Words, timezone: ZoneInfo, number: int
) -> Page:
    pages = _paged(await _LINES[kind](session, case, words, timezone))
    number = min(number, len(pages) - 1)
    return Page(text=pages[number], rows=_turning(case, kind, number, len(pages)))


def _paged(lines: Sequence[str]) -> list[str]:
    pages = [""]
    for line in lines:
        longer = f"{pages[-1]}\n{line}"
        if pages[-1] and utf16_length(longer) > _MAX_PAGE:
            pages.append(line)
        else:
            pages[-1] = longer
    return [page.strip("\n") for page in pages]


def _turning(case: Case, kind: Behind, number: int, pages: int) -> Rows:
    if pages == 1:
        return []
    places = [("‹", number - 1), (f"{number + 1}/{pages}", number), ("›", number + 1)]
    return [
        [
            Button(text=text, data=data_of(Action.BEHIND_PAGE, case.id, kind, str(page)))
            for text, page in places
            if 0 <= page < pages
        ]
    ]
