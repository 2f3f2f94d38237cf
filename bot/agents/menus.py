"""The menu of agents' commands, shown to agents only: in their own chats and in the agents' group."""

import json
import logging

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram.address import chat_id_of, source_of
from bot.telegram.api import Api
from bot.telegram.menu import AGENT_MENUS, GROUP_MENUS, Commands
from bot.words import words_for, words_in
from models.tables import Agent, Setting
from responses.people.groups import group_of
from responses.road import Road

log = logging.getLogger(__name__)


class AgentMenus:
    """Keeps the menus in step with who works here.

    Telegram keeps a chat's menu until it is taken away. So the chats that have one are written down
    before it is put up, and who leaves while the program stands still loses it at the next start.
    """

    def __init__(self, road: Road, api: Api, bot_id: int) -> None:
        self._road = road
        self._api = api
        self._source = source_of(bot_id)
        self._setting = f"agents_menus:{self._source}"
        self._shown: dict[int, Commands] = {}

    async def put_up(self) -> None:
        """Puts up what is missing and takes away what belongs to nobody any more."""
        async with self._road.database.reading() as session:
            wanted = await self._wanted(session)
            setting = await session.get(Setting, self._setting)
        had = set(json.loads(setting.value)) if setting is not None else set()
        missing = {chat: menu for chat, menu in wanted.items() if self._shown.get(chat) != menu}
        if not missing and had == wanted.keys():
            return
        await self._write_down(had | wanted.keys())
        for chat, menu in missing.items():
            if not await self._change(chat, menu):
                return
            self._shown[chat] = menu
        for chat in had - wanted.keys():
            if not await self._change(chat, None):
                return
            self._shown.pop(chat, None)
        await self._write_down(set(wanted))

    async def _wanted(self, session: AsyncSession) -> dict[int, Commands]:
        query = select(Agent).where(Agent.telegram_id.is_not(None), Agent.removed_at.is_(None))
        wanted = {
            agent.telegram_id: AGENT_MENUS[words_for(agent).language]
            for agent in await session.scalars(query)
            if agent.telegram_id is not None
        }
        group = await group_of(session, self._source)
        if group is not None:
            wanted[chat_id_of(group.chat_key)] = GROUP_MENUS[words_in(self._road.config.language).language]
        return wanted

    async def _write_down(self, chats: set[int]) -> None:
        async with self._road.database.writing() as session:
            await session.merge(Setting(name=self._setting, value=json.dumps(sorted(chats))))

    async def _change(self, chat: int, menu: Commands | None) -> bool:
        """Whether Telegram has answered, be it that there is no such chat."""
        try:
            if menu is None:
                await self._api.delete_commands(chat)
            else:
                await self._api.set_commands(menu, None, chat=chat)
        except (BadRequest, Forbidden) as error:
            log.info("menu.refused", extra={"error": type(error).__name__})
        except TelegramError as error:
            log.warning("menu.not_changed", extra={"error": type(error).__name__})
            return False
        return True
