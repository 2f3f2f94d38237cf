"""Agents in their private chat with the bot: linking, tests, answers to prompts, notes, own words."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.agents.absences import obey_absence
from bot.agents.group_cards import newest_post
from bot.agents.group_setting import set_private_cards
from bot.agents.promises import SETTLING, post_promises, settle_promise
from bot.agents.prompts import OFF_POLICY
from bot.agents.today import post_today
from bot.agents.voice import take_words
from bot.agents.waiting import show_waiting
from bot.buttons import Action, Button, data_of
from bot.cards.dismissing import DISMISS, dismiss_in_words
from bot.cards.enclosing import enclose
from bot.cards.head import agent_facts, finding_lines
from bot.cards.known_facts import known_of
from bot.cards.off_policy import send_with_reason
from bot.context import Context, reader_at, words_at
from bot.posts import post
from bot.refusals import keep_text, refuse
from bot.telegram.address import is_group, source_of
from bot.telegram.envelope import Command, read_command
from bot.telegram.messages import incoming_of
from bot.words import Words, words_for
from models.clock import utcnow
from models.decision import DecisionKind
from models.states import CaseState, Direction
from models.tables import Agent, Case, Draft, OutboxEntry, Prompt, Update
from models.tables import Message as MessageRow
from responses.approving.rights import Bound, check_reach, decision_as_sent
from responses.cases import holder_of
from responses.drafts.errors import DraftError
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.facts import give_fact
from responses.intake.filing import clean
from responses.people.agents import link_telegram, use_link
from responses.people.groups import group_of
from responses.policy.schema import Audience
from responses.privacy.erasure import check_not_erased
from responses.proposed import proposed_draft
from responses.sending.outbox import enqueue_card
from responses.views import view_case

PROMPT_KINDS = {"edit": None, "ask": DecisionKind.ASK, "decline": DecisionKind.DECLINE}
"""The prompts whose answer becomes a draft, and what kind of draft; None: the kind it had."""


async def link_account(
    context: Context, session: AsyncSession, row: Update, code: str, telegram_id: int
) -> bool:
    """Links a Telegram account to the agent whose one-time code this is; False for any other code."""
    agent = await use_link(session, code, "telegram")
    if agent is None:
        return False
    await link_telegram(session, agent, telegram_id)
    words = words_for(agent)
    business = context.road.config.business.name
    text = words("welcome", name=agent.name, business=business, role=words.label("role", agent.role))
    await post(session, row.chat_key, text)
    if agent.private_cards or await group_of(session, source_of(context.bot_id)) is None:
        await show_waiting(session, row.chat_key, agent)
    return True


async def agent_wrote(
    context: Context, session: AsyncSession, row: Update, message: Message, agent: Agent
) -> None:
    """Takes an agent's message for what it is: the answer to a prompt, a note, words for a customer held."""
    words = words_for(agent)
    command = read_command(message.text) if message.text is not None else None
    if command is not None:
        if command.name == "colleague":
            await own_matter(context, session, row, message, command, words)
        else:
            await _obey(context, session, row, command, agent, words)
        return
    entry = await answered_post(session, row, message)
    if entry is not None:
        query = select(Prompt).where(Prompt.outbox_id == entry.id)
        prompt = (await session.scalars(query)).one_or_none()
        if prompt is not None:
            await answer_prompt(context, session, row, message, agent, prompt, entry)
            return
        if await take_words(context, session, row, message, agent, entry):
            return
        if entry.case_id is not None:
            case = await session.get_one(Case, entry.case_id)
            await reply_to_case(context, session, row, message, agent, case)
            return
    await post(session, row.chat_key, words("help"))


async def show_card(
    context: Context, session: AsyncSession, agent: Agent, chat_key: str, case: Case, draft: Draft
) -> None:
    """Shows a draft to who made it, and to those who may approve it when that is somebody else."""
    try:
        await check_reach(session, agent, await decision_as_sent(session, draft))
    except NotAllowedError:
        await context.road.triage.show(session, case, draft)
    told: dict[str, Any] | None = None
    if is_group(chat_key):
        # There the card changes in place, further up, and nobody would see that it has.
        text = words_at(context, chat_key, agent)("new_card")
        told = {"agent": True, "text": text, "case": case.id, "silent": True}
        told["reply_to"] = await newest_post(session, case, chat_key)
    await enqueue_card(session, case, reader_at(chat_key, agent), chat_key, draft, then=told)


async def _obey(
    context: Context, session: AsyncSession, row: Update, command: Command, agent: Agent, words: Words
) -> None:
    match command.name:
        case "try":
            agent.testing_since = utcnow()
            record(session, agent.id, "test.begun")
            await post(session, row.chat_key, words("try_begun"))
        case "end":
            agent.testing_since = None
            record(session, agent.id, "test.ended")
            await post(session, row.chat_key, words("try_ended"))
        case "today":
            await post_today(session, row.chat_key, agent, words)
        case "promises":
            await post_promises(session, row.chat_key, agent, words, context.road.config.timezone)
        case "cards":
            await set_private_cards(context, session, agent, row.chat_key, command.rest)
        case "away" | "back":
            await obey_absence(context, session, row.chat_key, command, agent)
        case _:
            key = "link_bad" if command.name == "start" and command.rest else "help"
            await post(session, row.chat_key, words(key))


async def own_matter(
    context: Context, session: AsyncSession, row: Update, message: Message, command: Command, words: Words
) -> None:
    """What an agent says as a colleague: a matter of their own, judged by the colleagues' rules.

    It is answered in this chat, by somebody else.
    """
    if not command.rest or message.from_user is None:
        await post(session, row.chat_key, words("colleague_how"))
        return
    written = incoming_of(
        message,
        message.from_user,
        channel=source_of(context.bot_id),
        chat_key=row.chat_key,
        is_edit=False,
        is_test=False,
    )
    said = replace(written, text=command.rest, audience=Audience.COLLEAGUE)
    filed = await context.road.filing.file(session, row, said)
    if filed.case is not None:
        await post(session, row.chat_key, words("colleague_kept", number=filed.case.number))


async def answered_post(session: AsyncSession, row: Update, message: Message) -> OutboxEntry | None:
    """The post of ours that the agent's message is a reply to."""
    if message.reply_to_message is None:
        return None
    query = (
        select(OutboxEntry)
        .where(
            OutboxEntry.chat_key == row.chat_key,
            OutboxEntry.provider_id == str(message.reply_to_message.message_id),
        )
        .order_by(OutboxEntry.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def answer_prompt(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    prompt: Prompt,
    entry: OutboxEntry,
) -> None:
    words = words_at(context, row.chat_key, agent)
    case = await session.get_one(Case, prompt.case_id)

    async def say(key: str) -> None:
        await post(session, row.chat_key, words(key), case_id=case.id, reply_to=message.message_id)

    if prompt.agent_id != agent.id or prompt.answered_at is not None:
        await say("prompt_used")
        return
    if prompt.expires_at <= utcnow():
        await say("prompt_expired")
        return
    if prompt.purpose in SETTLING:
        await settle_promise(context, session, row, message, agent, prompt, entry)
        return
    if prompt.purpose == DISMISS:
        await dismiss_in_words(context, session, row, message, agent, case, prompt, entry)
        return
    if prompt.purpose == OFF_POLICY:
        await send_with_reason(context, session, row, message, agent, case, prompt, entry)
        return
    if context.enclosed is not None and prompt.purpose != "fact":
        await _take_file(context, session, row, message, agent, case, prompt)
        return
    if message.text is None:
        await say("file_not_taken" if message.effective_attachment is not None else "text_only")
        return
    prompt.answered_at = utcnow()
    text = clean(message.text)
    try:
        async with session.begin_nested():
            if prompt.purpose == "fact":
                await _take_fact(context, session, agent, case, str(entry.content.get("fact")), text)
                draft = None
            else:
                draft = await _take_text(context, session, agent, case, prompt, text)
    except (BlockedError, DraftError) as error:
        kept = prompt.purpose != "fact" and await keep_text(session, agent, case, prompt.draft_id, text)
        await _refuse_text(context, session, row, message, agent, case, error, prompt)
        if kept:
            await say("text_kept")
        return
    if draft is None:
        await post(session, row.chat_key, words("fact_kept", number=case.number), case_id=case.id)
        return
    await show_card(context, session, agent, row.chat_key, case, draft)


async def _take_file(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    case: Case,
    prompt: Prompt,
) -> None:
    try:
        async with session.begin_nested():
            draft = await enclose(context, session, agent, case, prompt, message.caption)
    except (BlockedError, DraftError) as error:
        await _refuse_text(context, session, row, message, agent, case, error, prompt)
        return
    await show_card(context, session, agent, row.chat_key, case, draft)


async def _take_text(
    context: Context, session: AsyncSession, agent: Agent, case: Case, prompt: Prompt, text: str
) -> Draft:
    kind = PROMPT_KINDS[prompt.purpose]
    approvals = context.road.approvals
    if prompt.draft_id is None:
        return await approvals.write(
            session,
            agent,
            case,
            text,
            kind=kind or DecisionKind.HAND_OVER,
            language=case.language or context.road.config.language,
        )
    draft = await session.get_one(Draft, prompt.draft_id)
    bound = Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)
    return await approvals.edit(session, agent, bound, text, kind)


async def _take_fact(
    context: Context, session: AsyncSession, agent: Agent, case: Case, name: str, raw: str
) -> None:
    view = await view_case(session, case, context.road.config.timezone)
    policy = await context.road.policies.in_force(session, case.audience, case.incident_at)
    known = {spec.name for spec in known_of(view, policy)}
    if name not in known and name not in {fact.name for fact in agent_facts(view)}:
        raise BlockedError("fact_unknown", name=name)
    await give_fact(session, agent, case, name, raw, policy)


async def reply_to_case(
    context: Context, session: AsyncSession, row: Update, message: Message, agent: Agent, case: Case
) -> None:
    words = words_at(context, row.chat_key, agent)
    text = clean(message.text or message.caption or "").strip()
    if not text:
        await post(session, row.chat_key, words("text_only"), case_id=case.id, reply_to=message.message_id)
        return
    try:
        await check_not_erased(session, case)
    except BlockedError as error:
        refusal = words.blocked(error, context.road.config.timezone)
        await post(session, row.chat_key, refusal, case_id=case.id, reply_to=message.message_id)
        return
    holder = await holder_of(session, case, utcnow())
    if case.state == CaseState.TAKEN_OVER and holder is not None and holder.id == agent.id:
        await _send_own_words(context, session, row, message, agent, case, text)
        return
    session.add(
        MessageRow(
            case_id=case.id,
            update_id=row.id,
            external_id=f"note:{row.chat_key}:{message.message_id}",
            direction=Direction.NOTE,
            text=text,
            sent_at=message.date,
            sent_by=agent.name,
        )
    )
    record(session, agent.id, "note.written", case.id)
    await post(
        session,
        row.chat_key,
        words("note_kept", number=case.number),
        case_id=case.id,
        reply_to=message.message_id,
        silent=True,
    )


async def _send_own_words(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    case: Case,
    text: str,
) -> None:
    """What the holder of a case writes goes out after the checks, with an approval row of its own."""
    road = context.road
    words = words_at(context, row.chat_key, agent)
    try:
        async with session.begin_nested():
            draft = await road.approvals.write(
                session,
                agent,
                case,
                text,
                kind=DecisionKind.HAND_OVER,
                language=case.language or road.config.language,
            )
    except (BlockedError, DraftError) as error:
        await _refuse_text(context, session, row, message, agent, case, error)
        return
    policy = await road.policies.in_force(session, case.audience, case.incident_at)
    bound = Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)
    try:
        async with session.begin_nested():
            approval = await road.approvals.approve(session, agent, bound, policy.hours)
    except (BlockedError, DraftError) as error:
        # The text is on the table and can be approved by a press once it has been looked at again.
        await _refuse_text(context, session, row, message, agent, case, error)
        await enqueue_card(session, case, reader_at(row.chat_key, agent), row.chat_key, draft)
        return
    if road.config.undo:
        seconds = round(road.config.undo.total_seconds())
        undo = Button(text=words("undo", seconds=seconds), data=data_of(Action.UNDO_APPROVAL, approval.id))
        await post(
            session,
            row.chat_key,
            "\n".join([words("own_words_go", number=case.number), *finding_lines(draft, words)]),
            case_id=case.id,
            reply_to=message.message_id,
            buttons=[[undo]],
            silent=True,
        )


async def _refuse_text(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    case: Case,
    error: BlockedError | DraftError,
    prompt: Prompt | None = None,
) -> None:
    reason = error if isinstance(error, BlockedError) else BlockedError("slot")
    seen = await session.get(Draft, prompt.draft_id) if prompt is not None and prompt.draft_id else None
    on_table = seen or await proposed_draft(session, case)
    await refuse(
        context,
        session,
        agent,
        row.chat_key,
        words_at(context, row.chat_key, agent),
        reason,
        case=case,
        since=on_table.created_at if on_table is not None else row.received_at,
        reply_to=message.message_id,
    )
