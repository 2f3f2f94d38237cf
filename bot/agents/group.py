"""The agents' group: what is written there is a note, an answer to a prompt, or words for a customer held."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.agents.colleagues import answer_prompt, answered_post, reply_to_case
from bot.agents.group_setting import set_private_cards
from bot.agents.promises import post_promises
from bot.agents.today import post_today
from bot.agents.topics import case_in_thread, recognise_topic
from bot.agents.voice import take_words
from bot.agents.waiting import show_waiting
from bot.context import Context, agent_with
from bot.posts import post
from bot.telegram.address import chat_key
from bot.telegram.envelope import Command, read_command
from bot.words import words_in
from models.tables import Agent, Case, Prompt, Update
from responses.people.groups import move_chat


async def written_in_group(context: Context, session: AsyncSession, row: Update, message: Message) -> bool:
    """Takes what somebody wrote in the agents' group; False for what is nothing to the bot."""
    user = message.from_user
    if message.forum_topic_created is not None and user is not None and user.id == context.bot_id:
        name, thread = message.forum_topic_created.name, message.message_thread_id
        if thread is not None:
            await recognise_topic(session, row.chat_key, name, thread)
        return True
    if user is None or user.is_bot or message.sender_chat is not None:
        return False
    agent = await agent_with(session, user.id)
    if agent is None:
        return False
    command = read_command(message.text) if message.text is not None else None
    if command is not None:
        await _obey(context, session, row, command, agent)
        return True
    return await _said(context, session, row, message, agent)


async def follow_group(context: Context, session: AsyncSession, old: int, new: int) -> None:
    """The group has become a supergroup: it has another id, and nothing posted before can be reached."""
    await move_chat(session, chat_key(context.bot_id, old), chat_key(context.bot_id, new))


async def moved_in(session: AsyncSession, key: str) -> None:
    """The agents' group begins anew under its new id: what waits is shown there."""
    await show_waiting(session, key, None)


async def _said(context: Context, session: AsyncSession, row: Update, message: Message, agent: Agent) -> bool:
    entry = await answered_post(session, row, message)
    if entry is not None:
        query = select(Prompt).where(Prompt.outbox_id == entry.id, Prompt.agent_id == agent.id)
        prompt = (await session.scalars(query)).one_or_none()
        if prompt is not None:
            await answer_prompt(context, session, row, message, agent, prompt, entry)
            return True
        if await take_words(context, session, row, message, agent, entry):
            return True
    case: Case | None = None
    if entry is not None and entry.case_id is not None:
        case = await session.get(Case, entry.case_id)
    elif message.message_thread_id is not None:
        case = await case_in_thread(session, row.chat_key, message.message_thread_id)
    if case is None:
        return False
    await reply_to_case(context, session, row, message, agent, case)
    return True


async def _obey(context: Context, session: AsyncSession, row: Update, command: Command, agent: Agent) -> None:
    words = words_in(context.road.config.language)
    match command.name:
        case "today":
            await post_today(session, row.chat_key, None, words)
        case "promises":
            await post_promises(session, row.chat_key, None, words, context.road.config.timezone)
        case "cards":
            await set_private_cards(context, session, agent, row.chat_key, command.rest)
        case _:
            await post(session, row.chat_key, words("help_group"))
