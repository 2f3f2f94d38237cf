"""The keeper: buttons under old cards follow what happens, wherever it happens, and nobody misses a failure.

An approval on the desk, a customer who writes again, an answer that has left: none of them happens in
this package. So the cards whose case has moved on are looked for, and their buttons put right.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.agents.menus import AgentMenus
from bot.agents.topics import Topics
from bot.cards.doubts import doubt_rows, doubt_text
from bot.cards.keyboards import CardButtons, Rows, buttons_of
from bot.posts import post
from bot.telegram.address import chat_id_of, chat_key
from bot.telegram.api import Api
from bot.words import words_for, words_in
from models.clock import utcnow
from models.states import DraftState, OutboxState, Purpose
from models.tables import Agent, Approval, Card, Case, Draft, OutboxEntry
from responses.road import Road

log = logging.getLogger(__name__)

_EVERY = 2.0
_AT_MOST_EVERY = 0.25
_AFTER_ERROR = 10.0
_AT_ONCE = 50
# A group gives a turn every three seconds: its cards must not keep all the others waiting.
_OF_GROUP_AT_ONCE = 3
_UNSENT_FOR = timedelta(minutes=10)
_TELL_WITHIN = timedelta(days=1)


class Keeper:
    """Keeps cards, topics and menus in step with cases and agents, and tells what became of answers."""

    def __init__(self, road: Road, api: Api, bot_id: int, topics: Topics) -> None:
        self._road = road
        self._topics = topics
        self._menus = AgentMenus(road, api, bot_id)
        self._api = api
        self._bot_id = bot_id
        self._awake = asyncio.Event()
        self._shown: dict[str, Rows] = {}

    def wake(self) -> None:
        """Something has happened: look at once."""
        self._awake.set()

    async def run(self) -> None:
        """Looks every two seconds, and when woken."""
        while True:
            pause = _EVERY
            self._awake.clear()
            try:
                await self.look()
            except Exception:
                # The outermost loop: a database that is busy for a moment must not end it.
                log.exception("cards.not_kept")
                pause = _AFTER_ERROR
            # On a busy evening something happens all the time.
            await asyncio.sleep(_AT_MOST_EVERY)
            try:
                async with asyncio.timeout(pause):
                    await self._awake.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Puts the buttons of every card right whose case has moved on; tells of answers that failed."""
        wanted = await self._outdated()
        done = await asyncio.gather(*(self._put(card, buttons) for card, buttons in wanted))
        final = [
            card.id
            for (card, buttons), settled in zip(wanted, done, strict=True)
            if settled and buttons.is_final
        ]
        if final:
            for card_id in final:
                self._shown.pop(card_id, None)
            async with self._road.database.writing() as session:
                await session.execute(update(Card).where(Card.id.in_(final)).values(closed_at=utcnow()))
        await self._tell()
        await self._topics.close_finished()
        await self._menus.put_up()

    async def _outdated(self) -> list[tuple[Card, CardButtons]]:
        wanted = []
        in_group = 0
        async with self._road.database.reading() as session:
            query = (
                select(Card, Agent)
                .join(Case, Case.id == Card.case_id)
                .outerjoin(Agent, Agent.id == Card.agent_id)
                .outerjoin(Draft, Draft.id == Card.draft_id)
                .where(
                    Card.closed_at.is_(None),
                    or_(Case.revision != Card.revision, Draft.state != DraftState.PROPOSED),
                )
                .order_by(Card.id.desc())
                .limit(_AT_ONCE)
            )
            for card, agent in await session.execute(query):
                if await _is_being_posted(session, card):
                    # Its last post, the one with the buttons, is not known yet.
                    continue
                words = words_for(agent) if agent is not None else words_in(self._road.config.language)
                buttons = await buttons_of(session, self._road, card, agent, words)
                if card.agent_id is None and self._shown.get(card.id) != buttons.rows:
                    in_group += 1
                    if in_group > _OF_GROUP_AT_ONCE:
                        continue
                wanted.append((card, buttons))
        return wanted

    async def _put(self, card: Card, buttons: CardButtons) -> bool:
        """Whether the card shows these buttons now, or never can."""
        if not card.message_ids:
            # Not posted yet: whatever is posted gets the buttons of that moment.
            return card.created_at < utcnow() - _UNSENT_FOR
        if self._shown.get(card.id) == buttons.rows:
            return True
        try:
            await self._api.edit_keyboard(
                chat_id_of(card.chat_key),
                int(card.message_ids[-1]),
                buttons.rows,
                # In a group a newer card may have taken over its posts since.
                unless=lambda: self._is_closed(card),
            )
        except (BadRequest, Forbidden) as error:
            log.info("card.gone", extra={"card": card.id, "error": type(error).__name__})
        except TelegramError as error:
            log.warning("card.not_edited", extra={"card": card.id, "error": type(error).__name__})
            return False
        self._shown[card.id] = buttons.rows
        return True

    async def _is_closed(self, card: Card) -> bool:
        async with self._road.database.reading() as session:
            query = select(Card.closed_at).where(Card.id == card.id)
            return (await session.scalars(query)).one() is not None

    async def _tell(self) -> None:
        """Asks who approved an answer what became of it, where Telegram did not say."""
        async with self._road.database.reading() as session:
            untold = await _untold(session, utcnow() - _TELL_WITHIN)
        if not untold:
            return
        async with self._road.database.writing() as session:
            for entry, agent, case in untold:
                words = words_for(agent)
                await post(
                    session,
                    chat_key(self._bot_id, agent.telegram_id or 0),
                    doubt_text(entry, case, words),
                    case_id=case.id,
                    buttons=doubt_rows(entry, words),
                    dedupe_key=_told_key(entry),
                )


async def _is_being_posted(session: AsyncSession, card: Card) -> bool:
    if card.created_at < utcnow() - _UNSENT_FOR:
        # To somebody who has blocked the bot, say. Whatever still leaves gets the buttons of that moment.
        return False
    query = select(OutboxEntry.id).where(
        OutboxEntry.case_id == card.case_id,
        OutboxEntry.purpose == Purpose.CARD,
        OutboxEntry.state.in_((OutboxState.PENDING, OutboxState.SENDING)),
        OutboxEntry.dedupe_key.startswith(
            f"card:{card.case_id}:{card.chat_key}:{card.revision}:", autoescape=True
        ),
    )
    return (await session.execute(query.limit(1))).first() is not None


async def _untold(session: AsyncSession, since: datetime) -> list[tuple[OutboxEntry, Agent, Case]]:
    query = (
        select(OutboxEntry, Agent, Case)
        .join(Approval, Approval.id == OutboxEntry.approval_id)
        .join(Agent, Agent.id == Approval.agent_id)
        .join(Case, Case.id == OutboxEntry.case_id)
        .where(
            OutboxEntry.state.in_((OutboxState.UNCONFIRMED, OutboxState.FAILED)),
            OutboxEntry.purpose == Purpose.ANSWER,
            OutboxEntry.sending_since > since,
            Agent.telegram_id.is_not(None),
            Agent.removed_at.is_(None),
        )
    )
    found = [(entry, agent, case) for entry, agent, case in await session.execute(query)]
    keys = {_told_key(entry) for entry, _, _ in found}
    told = set(await session.scalars(select(OutboxEntry.dedupe_key).where(OutboxEntry.dedupe_key.in_(keys))))
    return [one for one in found if _told_key(one[0]) not in told]


def _told_key(entry: OutboxEntry) -> str:
    return f"outcome:{entry.id}:{entry.attempts}"
