"""A text that gives what was not decided: the reason comes as a reply, and with it the text goes out."""

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.buttons import Action, Button, data_of
from bot.cards.unsaid import meant_by, terms_by
from bot.context import Context, words_at
from bot.posts import post
from bot.refusals import refuse
from models.clock import utcnow
from models.tables import Agent, Case, Draft, OutboxEntry, Prompt, Update
from responses.approving.rights import Bound
from responses.errors import BlockedError
from responses.intake.filing import clean
from responses.people.agents import working_agents


async def send_with_reason(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    case: Case,
    prompt: Prompt,
    entry: OutboxEntry,
) -> None:
    """Takes the reply as the reason for which the text that was shown is sent."""
    words = words_at(context, row.chat_key, agent)
    if message.text is None:
        await post(session, row.chat_key, words("text_only"), case_id=case.id, reply_to=message.message_id)
        return
    prompt.answered_at = utcnow()
    road = context.road
    draft = await session.get_one(Draft, prompt.draft_id)
    bound = Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)
    policy = await road.policies.in_force(session, case.audience, case.incident_at)
    said = entry.content.get("meant", ())
    try:
        async with session.begin_nested():
            terms = terms_by(said, await working_agents(session))
            approval = await road.approvals.approve(
                session,
                agent,
                bound,
                policy.hours,
                reason=clean(message.text),
                meant=meant_by(said),
                terms=terms,
            )
    except BlockedError as error:
        await refuse(
            context,
            session,
            agent,
            row.chat_key,
            words,
            error,
            case=case,
            since=draft.created_at,
            reply_to=message.message_id,
        )
        return
    seconds = round(road.config.undo.total_seconds())
    undo = Button(text=words("undo", seconds=seconds), data=data_of(Action.UNDO_APPROVAL, approval.id))
    await post(
        session,
        row.chat_key,
        words("off_policy_goes", number=case.number),
        case_id=case.id,
        reply_to=message.message_id,
        buttons=[[undo]] if seconds else (),
    )
