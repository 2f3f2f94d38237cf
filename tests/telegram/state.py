"""Who and what exists: people, chats, messages."""

import itertools
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.telegram.clock import Clock
from tests.telegram.errors import ApiError
from tests.telegram.files import Files

Json = dict[str, Any]


class ChatKind(StrEnum):
    """Kinds of chats."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(kw_only=True)
class Person:
    """An account: a person, or the bot itself."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    blocked: bool = False
    deactivated: bool = False

    def json(self) -> Json:
        """The ``User`` of the Bot API."""
        optional = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        return {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
            **{name: value for name, value in optional.items() if value is not None},
        }


@dataclass(kw_only=True)
class Stored:
    """A message as it stands now.

    Attributes:
        message: the ``Message`` of the Bot API.
        outgoing: whether the bot sent it.
        markup: what the bot put under it, inline or not.
        at: monotonic seconds at which it was accepted.
        earlier: what it was before each edit.
    """

    message: Json
    outgoing: bool
    markup: Json | None = None
    deleted: bool = False
    at: float = field(default_factory=time.monotonic)
    earlier: list[Json] = field(default_factory=list)
    reactions: dict[int, list[Json]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Chat:
    """A chat with its messages; message ids count per chat, as they do in supergroups."""

    id: int
    kind: ChatKind
    title: str = ""
    person: Person | None = None
    forum: bool = False
    opened: bool = False
    bot_status: str = "left"
    bot_rights: dict[str, bool] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    closed_topics: set[int] = field(default_factory=set)
    migrated_to: int | None = None
    messages: dict[int, Stored] = field(default_factory=dict)

    def json(self) -> Json:
        """The ``Chat`` of the Bot API."""
        known: Json = {"id": self.id, "type": str(self.kind)}
        if self.person is not None:
            named = self.person.json()
            fields = ("first_name", "last_name", "username")
            return known | {name: named[name] for name in fields if name in named}
        known["title"] = self.title
        if self.forum:
            known["is_forum"] = True
        return known

    def next_id(self) -> int:
        """The number for the next message."""
        return max(self.messages, default=0) + 1


class World:
    """Everything that the double remembers, apart from updates on their way."""

    def __init__(self, bot: Person, clock: Clock) -> None:
        self.bot = bot
        self.clock = clock
        self.files = Files()
        self.people: dict[int, Person] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        # Beyond 32 bits, as new accounts are; groups are negative, supergroups and channels start with -100.
        self._people_ids = itertools.count(5_000_000_001)
        self._group_ids = itertools.count(4_100_000_001)
        self._large_ids = itertools.count(1_002_200_000_000 + 1)

    def add_person(
        self, first_name: str, *, last_name: str | None, username: str | None, language: str | None
    ) -> Chat:
        """A new person with the private chat that they have not opened yet."""
        person = Person(
            id=next(self._people_ids),
            first_name=first_name,
            last_name=last_name,
            username=username,
            language_code=language,
        )
        self.people[person.id] = person
        chat = Chat(id=person.id, kind=ChatKind.PRIVATE, person=person)
        self.chats[chat.id] = chat
        return chat

    def add_chat(self, kind: ChatKind, title: str, *, forum: bool = False) -> Chat:
        """A new group or channel without the bot."""
        number = next(self._group_ids if kind is ChatKind.GROUP else self._large_ids)
        chat = Chat(id=-number, kind=kind, title=title, forum=forum)
        self.chats[chat.id] = chat
        return chat

    def chat(self, chat_id: Any) -> Chat:
        """The chat that the bot names.

        Raises:
            ApiError: 400, when the bot cannot know this chat.
        """
        if chat_id in (None, ""):
            raise ApiError(400, "chat_id is empty")
        try:
            return self.chats[int(chat_id)]
        except (ValueError, KeyError) as error:
            raise ApiError(400, "chat not found") from error

    def open_chat(self, chat_id: Any) -> Chat:
        """A chat that the bot may write to now.

        Raises:
            ApiError: 400 or 403, saying why it may not.
        """
        chat = self.chat(chat_id)
        if chat.migrated_to is not None:
            raise ApiError(
                400,
                "group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        if chat.person is not None:
            if chat.person.deactivated:
                raise ApiError(403, "user is deactivated")
            if chat.person.blocked:
                raise ApiError(403, "bot was blocked by the user")
            if not chat.opened:
                raise ApiError(403, "bot can't initiate conversation with a user")
        elif chat.bot_status == "kicked":
            raise ApiError(403, f"bot was kicked from the {chat.kind} chat")
        elif chat.bot_status not in ("member", "administrator"):
            raise ApiError(403, f"bot is not a member of the {chat.kind} chat")
        return chat

    def message(self, chat: Chat, message_id: int, what: str) -> Stored:
        """A message that is still there.

        Raises:
            ApiError: 400 "message to <what> not found".
        """
        stored = chat.messages.get(message_id)
        if stored is None or stored.deleted:
            raise ApiError(400, f"message to {what} not found")
        return stored

    def write(
        self,
        chat: Chat,
        sender: Person,
        content: Json,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        markup: Json | None = None,
    ) -> Stored:
        """Put a new message into a chat and give it back."""
        message: Json = {"message_id": chat.next_id(), "date": int(self.clock.now()), "chat": chat.json()}
        if chat.kind is ChatKind.CHANNEL:
            message["sender_chat"] = chat.json()
        else:
            message["from"] = sender.json()
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            answered = chat.messages[reply_to].message
            message["reply_to_message"] = {
                name: value for name, value in answered.items() if name != "reply_to_message"
            }
        message |= content
        if markup is not None and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        stored = Stored(message=message, outgoing=sender is self.bot, markup=markup)
        chat.messages[message["message_id"]] = stored
        return stored
