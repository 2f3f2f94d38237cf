"""Groups, supergroups and channels, as tests move them."""

from typing import TYPE_CHECKING

from tests.telegram.driver import User
from tests.telegram.screen import Screen
from tests.telegram.state import Chat, ChatKind, Json
from tests.telegram.view import Seen, seen

if TYPE_CHECKING:
    from tests.telegram.double import Double


class Room(Screen):
    """A chat of several people. Its members write with ``user.send(…, to=room)``."""

    def __init__(self, double: "Double", chat: Chat) -> None:
        super().__init__(double, chat, chat.title)

    def join(self, *users: User, status: str = "member") -> None:
        """Let people in."""
        with self._double.lock:
            self.chat.members |= dict.fromkeys((user.id for user in users), status)

    def upgrade(self) -> "Room":
        """Turn a group into a supergroup: a new chat id, and the old one is refused from now on."""
        with self._double.lock:
            world = self._double.world
            new = world.add_chat(ChatKind.SUPERGROUP, self.chat.title)
            new.members, new.bot_status = dict(self.chat.members), self.chat.bot_status
            new.bot_rights = dict(self.chat.bot_rights)
            owner = world.people[next(iter(self.chat.members))]
            leaving = world.write(self.chat, owner, {"migrate_to_chat_id": new.id})
            arriving = world.write(new, owner, {"migrate_from_chat_id": self.chat.id})
            self.chat.migrated_to = new.id
            self._double.push("message", leaving.message)
            self._double.push("message", arriving.message)
            return Room(self._double, new)

    def post(self, text: str) -> Seen:
        """Publish in a channel."""
        with self._double.lock:
            content: Json = {"text": text}
            stored = self._double.world.write(self.chat, self._double.anonymous, content)
            if self.chat.bot_status == "administrator":
                self._double.push("channel_post", stored.message)
            return seen(self.chat.id, stored)
