"""A topic per case in a group that has topics: asked for once, found again after a crash, closed when done.

Telegram has no key against asking twice and no list of topics. So the row is committed before the
request, and what became of a request that nobody saw the answer of is told by Telegram itself: the
creation of a topic comes to the bot as a message. Where that does not come either, the case goes without.
"""

import logging
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.errors import TopicAwaitedError
from bot.telegram.address import chat_id_of
from bot.telegram.api import Api, surely_refused
from bot.words import words_in
from models.clock import utcnow
from models.once import insert_once
from models.states import CaseState, OutboxState, TopicState
from models.tables import AgentsGroup, Case, Identity, OutboxEntry, Topic
from responses.people.groups import group_at
from responses.road import Road
from responses.texts import shorten

log = logging.getLogger(__name__)

WAIT_FOR_TOPIC = timedelta(seconds=20)
_DONE = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.CLOSED, CaseState.SPAM)
_AT_ONCE = 2
_MAX_NAME = 100


class Topics:
    """The topics of the agents' group."""

    def __init__(self, road: Road, api: Api) -> None:
        self._road = road
        self._api = api

    async def thread_of(self, chat_key: str, case_id: str, *, wanted: bool) -> int | None:
        """The topic in which a case's posts belong; None for the group at large.

        Args:
            chat_key: the group.
            case_id: the case.
            wanted: whether a topic is made, or opened again, when there is none.

        Raises:
            TopicAwaitedError: it has been asked for, and may still become known.
            TelegramError: asking for it failed in a way that lets it be asked for again, or is unclear.
        """
        async with self._road.database.reading() as session:
            topic = await _topic(session, chat_key, case_id)
            group = await group_at(session, chat_key)
            if topic is None:
                name = await self._name(session, case_id)
        if topic is None:
            if not wanted or group is None or not group.has_topics:
                return None
            return await self._make(group, case_id, name)
        if topic.state == TopicState.ASKED:
            left = topic.asked_at + WAIT_FOR_TOPIC - utcnow()
            if left > timedelta(0):
                raise TopicAwaitedError(left)
            return None
        if topic.state == TopicState.CLOSED and wanted:
            await self._open_again(topic)
        return topic.thread_id

    async def lost(self, chat_key: str, case_id: str) -> None:
        """Somebody has deleted the case's topic: it goes without one from now on."""
        async with self._road.database.writing() as session:
            await session.execute(
                update(Topic)
                .where(Topic.chat_key == chat_key, Topic.case_id == case_id)
                .values(state=TopicState.NONE, thread_id=None)
            )

    async def close_finished(self) -> None:
        """Closes the topics of cases that are answered or closed, once nothing is to be posted there."""
        async with self._road.database.reading() as session:
            leaving = exists().where(
                OutboxEntry.case_id == Topic.case_id,
                OutboxEntry.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
            )
            query = (
                select(Topic)
                .join(Case, Case.id == Topic.case_id)
                .where(Topic.state == TopicState.OPEN, Case.state.in_(_DONE), ~leaving)
                .limit(_AT_ONCE)
            )
            finished = (await session.scalars(query)).all()
        for topic in finished:
            # The row first: a card that comes meanwhile sees it closed, and opens it after this request.
            if not await self._moved(topic, TopicState.OPEN, TopicState.CLOSED):
                continue
            try:
                await self._api.close_topic(chat_id_of(topic.chat_key), topic.thread_id or 0)
            except (BadRequest, Forbidden) as error:
                log.info("topic.not_closed", extra={"topic": topic.id, "error": type(error).__name__})
            except TelegramError as error:
                log.warning("topic.not_closed", extra={"topic": topic.id, "error": type(error).__name__})
                await self._moved(topic, TopicState.CLOSED, TopicState.OPEN)

    async def _name(self, session: AsyncSession, case_id: str) -> str:
        words = words_in(self._road.config.language)
        case = await session.get_one(Case, case_id)
        identity = await session.get_one(Identity, case.identity_id)
        name = identity.display_name or words("no_name")
        return shorten(words("topic", number=case.number, name=name), _MAX_NAME)

    async def _make(self, group: AgentsGroup, case_id: str, name: str) -> int | None:
        async with self._road.database.writing() as session:
            made = await insert_once(
                session,
                Topic,
                case_id=case_id,
                chat_key=group.chat_key,
                name=name,
                state=TopicState.ASKED,
                asked_at=utcnow(),
            )
        if made is None:
            raise TopicAwaitedError(WAIT_FOR_TOPIC)
        try:
            thread = await self._api.create_topic(chat_id_of(group.chat_key), name)
        except ChatMigrated:
            await self._forget(made)
            raise
        except BadRequest as error:
            await self._do_without(made, group, error)
            return None
        except TelegramError as error:
            if surely_refused(error):
                await self._forget(made)
            raise
        async with self._road.database.writing() as session:
            await session.execute(
                update(Topic).where(Topic.id == made).values(state=TopicState.OPEN, thread_id=thread)
            )
        return thread

    async def _do_without(self, topic_id: str, group: AgentsGroup, error: BadRequest) -> None:
        """Telegram says no, as a rule for want of a right: no case asks again until the rights change."""
        log.warning("topic.refused", extra={"reason": error.message})
        async with self._road.database.writing() as session:
            await session.execute(update(Topic).where(Topic.id == topic_id).values(state=TopicState.NONE))
            await session.execute(
                update(AgentsGroup).where(AgentsGroup.chat_key == group.chat_key).values(has_topics=False)
            )

    async def _forget(self, topic_id: str) -> None:
        async with self._road.database.writing() as session:
            topic = await session.get_one(Topic, topic_id)
            await session.delete(topic)

    async def _open_again(self, topic: Topic) -> None:
        try:
            await self._api.reopen_topic(chat_id_of(topic.chat_key), topic.thread_id or 0)
        except BadRequest as error:
            # Open already, or gone: the post itself shows which.
            log.info("topic.not_reopened", extra={"topic": topic.id, "reason": error.message})
        await self._moved(topic, TopicState.CLOSED, TopicState.OPEN)

    async def _moved(self, topic: Topic, old: TopicState, new: TopicState) -> bool:
        async with self._road.database.writing() as session:
            moved = await session.execute(
                update(Topic)
                .where(Topic.id == topic.id, Topic.state == old)
                .values(state=new)
                .returning(Topic.id)
            )
            return moved.scalar_one_or_none() is not None


async def recognise_topic(session: AsyncSession, chat_key: str, name: str, thread: int) -> None:
    """Telegram tells of a topic that the bot has made: if its number was never heard of, here it is."""
    await session.execute(
        update(Topic)
        .where(
            Topic.chat_key == chat_key,
            Topic.name == name,
            Topic.state == TopicState.ASKED,
            Topic.thread_id.is_(None),
        )
        .values(state=TopicState.OPEN, thread_id=thread)
    )


async def case_in_thread(session: AsyncSession, chat_key: str, thread: int) -> Case | None:
    """The case whose topic this is."""
    query = (
        select(Case)
        .join(Topic, Topic.case_id == Case.id)
        .where(Topic.chat_key == chat_key, Topic.thread_id == thread)
    )
    return (await session.scalars(query)).one_or_none()


async def _topic(session: AsyncSession, chat_key: str, case_id: str) -> Topic | None:
    query = select(Topic).where(Topic.chat_key == chat_key, Topic.case_id == case_id)
    return (await session.scalars(query)).one_or_none()
