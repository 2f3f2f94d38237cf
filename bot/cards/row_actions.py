"""What the buttons under other posts do: giving back, undoing, settling a doubt, taking a call, opening,
settling a promise, turning a page."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.promises import ask_about_promise, turn_promises
from bot.agents.today import doubt_pressed, open_pressed, turn_page
from bot.buttons import Action
from bot.cards.behind import turn_behind
from bot.cards.keyboards import Page, Rows, files_of
from bot.cards.withdrawals import withdraw_pressed
from bot.context import Context, Press
from bot.posts import post, post_files
from models.clock import utcnow
from models.tables import Approval, Call, Case, Message
from responses.approving.rights import check_free
from responses.cases import claim
from responses.errors import BlockedError, NotAllowedError
from responses.people.holding import give_back
from responses.people.oncall import answer_call
from responses.sending.outbox import enqueue_card
from responses.sending.settling import settle

_IN_LISTS = frozenset(
    {
        Action.OPEN,
        Action.DOUBT,
        Action.TODAY,
        Action.KEPT,
        Action.BROKEN,
        Action.WITHDRAW,
        Action.PROMISES,
        Action.BEHIND_PAGE,
    }
)


async def act_on_row(context: Context, session: AsyncSession, press: Press) -> Rows | Page | None:
    """Does what the button says; returns what its post, or its buttons, shall be now, None to leave them."""
    try:
        async with session.begin_nested():
            return await ROW_ACTIONS[press.pressed.action](context, session, press)
    except BlockedError as error:
        text = press.words.blocked(error, context.road.config.timezone)
        await post(session, press.row.chat_key, text, reply_to=press.message)
        # The buttons stay for whom they are for, and those of a list for its other lines.
        stays = isinstance(error, NotAllowedError) or press.pressed.action in _IN_LISTS
        return None if stays else []


async def _give_back(context: Context, session: AsyncSession, press: Press) -> Rows:
    case = await session.get(Case, press.pressed.key)
    if case is None:
        raise BlockedError("gone")
    await give_back(session, press.agent, case)
    await _say(session, press, "given_back", case)
    return []


async def _undo(context: Context, session: AsyncSession, press: Press) -> Rows:
    approval = await session.get(Approval, press.pressed.key)
    if approval is None or approval.undone_at is not None:
        return []
    draft = await context.road.approvals.undo(session, press.agent, approval.id)
    case = await session.get_one(Case, approval.case_id)
    await _say(session, press, "undone", case)
    if draft is not None:
        await enqueue_card(session, case, press.reader, press.row.chat_key, draft)
    return []


async def _files_of(_context: Context, session: AsyncSession, press: Press) -> None:
    message = await session.get(Message, press.pressed.key)
    if message is None or message.case_id is None:
        raise BlockedError("gone")
    case = await session.get_one(Case, message.case_id)
    await post_files(
        session,
        press.row.chat_key,
        await files_of(session, [message.id]),
        caption=press.words("file_caption", number=case.number),
        voice_caption=press.words("voice_caption", number=case.number),
        case_id=case.id,
        reply_to=press.message,
    )


async def _settle(_context: Context, session: AsyncSession, press: Press) -> Rows:
    """A person says of an answer whose fate nobody knows that it arrived, or that it be sent again."""
    arrived = press.pressed.action == Action.ARRIVED
    case = await settle(session, press.agent, press.pressed.key, arrived=arrived)
    await _say(session, press, "settled_arrived" if arrived else "settled_again", case)
    return []


async def _answer_call(_context: Context, session: AsyncSession, press: Press) -> Rows:
    """Who was called takes the case: it rings no more, and the others see who holds it."""
    call = await session.get(Call, press.pressed.key)
    if call is None:
        raise BlockedError("gone")
    case = await session.get_one(Case, call.case_id, with_for_update=True)
    await check_free(session, press.agent, case)
    await claim(session, case, press.agent)
    await answer_call(session, call, press.agent, utcnow())
    await _say(session, press, "call_answered", case)
    return []


async def _say(session: AsyncSession, press: Press, key: str, case: Case) -> None:
    text = press.words(key, number=case.number)
    await post(session, press.row.chat_key, text, case_id=case.id, reply_to=press.message)


ROW_ACTIONS: Mapping[Action, Callable[[Context, AsyncSession, Press], Awaitable[Rows | Page | None]]] = {
    Action.GIVE_BACK: _give_back,
    Action.UNDO_APPROVAL: _undo,
    Action.FILES_OF: _files_of,
    Action.ARRIVED: _settle,
    Action.AGAIN: _settle,
    Action.ANSWER_CALL: _answer_call,
    Action.OPEN: open_pressed,
    Action.DOUBT: doubt_pressed,
    Action.TODAY: turn_page,
    Action.KEPT: ask_about_promise,
    Action.BROKEN: ask_about_promise,
    Action.WITHDRAW: withdraw_pressed,
    Action.PROMISES: turn_promises,
    Action.BEHIND_PAGE: turn_behind,
}
"""What is done on a press whose button carries a row's id."""
