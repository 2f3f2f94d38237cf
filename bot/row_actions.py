"""What the buttons under other posts do: giving back, undoing, settling a doubt, taking a call, opening."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Action
from bot.context import Context, Press
from bot.keyboards import Rows, files_of
from bot.posts import post, post_files
from bot.words import words_for
from models.clock import utcnow
from models.states import CaseState
from models.tables import Approval, Call, Case, Message
from responses.approval import proposed_draft
from responses.cases import claim
from responses.errors import BlockedError
from responses.oncall import answer_call
from responses.outbox import enqueue_card
from responses.rights import check_free, own_case
from responses.settling import settle


async def act_on_row(context: Context, session: AsyncSession, press: Press) -> Rows | None:
    """Does what the button says; returns the buttons its post shall have now, None to leave them."""
    actions = {
        Action.GIVE_BACK: _give_back,
        Action.UNDO_APPROVAL: _undo,
        Action.FILES_OF: _files_of,
        Action.ARRIVED: _settle,
        Action.AGAIN: _settle,
        Action.ANSWER_CALL: _answer_call,
        Action.OPEN_CASE: _open_case,
    }
    words = words_for(press.agent)
    try:
        async with session.begin_nested():
            return await actions[press.pressed.action](context, session, press)
    except BlockedError as error:
        text = words.blocked(error, context.road.config.timezone)
        await post(session, press.row.chat_key, text, reply_to=press.message)
        return []


async def _give_back(context: Context, session: AsyncSession, press: Press) -> Rows:
    case = await session.get(Case, press.pressed.key)
    if case is None:
        raise BlockedError("gone")
    await context.road.approvals.give_back(session, press.agent, case)
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
        await enqueue_card(session, case, press.agent, press.row.chat_key, draft)
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
        caption=words_for(press.agent)("file_caption", number=case.number),
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


async def _open_case(_context: Context, session: AsyncSession, press: Press) -> None:
    """Shows the card of a case that waits once more, as it stands now."""
    case = await session.get(Case, press.pressed.key)
    if case is None:
        raise BlockedError("gone")
    if await own_case(session, press.agent, case):
        raise BlockedError("own_case")
    if case.state != CaseState.WAITING_AGENT:
        await _say(session, press, "waits_no_more", case)
        return
    draft = await proposed_draft(session, case)
    await enqueue_card(session, case, press.agent, press.row.chat_key, draft, again=press.row.id)


async def _say(session: AsyncSession, press: Press, key: str, case: Case) -> None:
    text = words_for(press.agent)(key, number=case.number)
    await post(session, press.row.chat_key, text, case_id=case.id, reply_to=press.message)
