"""What stands in a chat, for whoever looks at it."""

from typing import TYPE_CHECKING

from tests.telegram.errors import NotPossibleError
from tests.telegram.state import Chat
from tests.telegram.view import Seen, seen

if TYPE_CHECKING:
    from tests.telegram.double import Double


class Screen:
    """A chat as it looks now; deleted messages are gone."""

    def __init__(self, double: "Double", chat: Chat, name: str) -> None:
        self._double = double
        self.chat = chat
        self.name = name

    @property
    def id(self) -> int:
        """The id of the chat."""
        return self.chat.id

    def conversation(self) -> list[Seen]:
        """Everybody's messages."""
        with self._double.lock:
            return [seen(self.id, stored) for stored in self.chat.messages.values() if not stored.deleted]

    def messages(self) -> list[Seen]:
        """The bot's messages."""
        return [message for message in self.conversation() if message.from_bot]

    def last(self) -> Seen:
        """The bot's newest message.

        Raises:
            NotPossibleError: when there is none.
        """
        messages = self.messages()
        if not messages:
            raise NotPossibleError(f"the bot wrote nothing to {self.name}")
        return messages[-1]

    def now(self, message: Seen) -> Seen:
        """The same message as it looks now, deleted or not."""
        with self._double.lock:
            return seen(self.id, self.chat.messages[message.message_id])

    def find(self, text: str, *, after: Seen | None = None) -> Seen | None:
        """The bot's newest message that contains ``text`` now, case aside, written ``after`` another."""
        found = [
            message
            for message in self.messages()
            if text.casefold() in message.text.casefold()
            and (after is None or message.message_id > after.message_id)
        ]
        return found[-1] if found else None

    async def sees(self, text: str, *, after: Seen | None = None, timeout: float = 10.0) -> Seen:
        """Wait until the bot's message with ``text`` is on the screen, and return it.

        Raises:
            NotReachedError: when it does not come.
        """
        return await self._double.wait_for(
            lambda: self.find(text, after=after), timeout=timeout, what=f"{self.name} sees {text!r}"
        )
