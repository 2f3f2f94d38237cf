"""The double itself: Telegram on 127.0.0.1, with people in it."""

from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Self, TypeVar

from tests.telegram.changes import Changes
from tests.telegram.clock import Clock
from tests.telegram.driver import User
from tests.telegram.errors import NotReachedError
from tests.telegram.methods import Methods
from tests.telegram.rooms import Room
from tests.telegram.server import BotApi
from tests.telegram.serving import ServerThread
from tests.telegram.state import ChatKind, Json, Person, World
from tests.telegram.transcript import Call
from tests.telegram.updates import UpdateQueue
from tests.telegram.webhook import Deliverer

T = TypeVar("T")

TOKEN = "7000000001:AAtestTOKENtestTOKENtestTOKENtest01"
SHOWN_CALLS = 15


class Double:
    """Telegram's Bot API for one bot, in a thread of its own. Every method may be called from any thread.

    Attributes:
        token: what the bot logs in with.
        clock: the double's time; `Clock.advance` ages messages, presses and waiting updates.
        updates: what waits for the bot, ``updates.dropped`` what it did not ask for.
        deliverer: the webhook's attempts and delays.
        rates: ``rates.on = True`` answers 429 beyond Telegram's limits.
        reads_all_group_messages: whether privacy mode is off.
    """

    def __init__(self, token: str = TOKEN, *, checked: bool = True) -> None:
        """Unless `checked`, nothing is compared with aiogram's models, which take seconds to import."""
        self.token = token
        self._conformity = import_module("tests.telegram.conformity") if checked else None
        self.clock = Clock()
        self.changes = Changes()
        self.lock = self.changes.lock
        bot = Person(
            id=int(token.partition(":")[0]),
            first_name="Assistenza",
            username="rimedio_test_bot",
            is_bot=True,
        )
        self.world = World(bot, self.clock)
        self.updates = UpdateQueue(changes=self.changes, clock=self.clock)
        self.methods = Methods(self.world, self.updates)
        self.rates = self.methods.rates
        self.deliverer = Deliverer(self.updates)
        self.reads_all_group_messages = False
        self.anonymous = Person(
            id=1_087_968_824, first_name="Group", username="GroupAnonymousBot", is_bot=True
        )
        self._api = BotApi(token, self.world, self.updates, self.methods, self.changes, self._conformity)
        self._server = ServerThread(self._api.application, "telegram-double")

    # Life

    def start(self) -> Self:
        """Open the port."""
        self._server.start()
        self._server.spawn(self.deliverer.run())
        return self

    def stop(self) -> None:
        """Close everything."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base address of the Bot API, for ``RIMEDIO_TELEGRAM_API``."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return self._server.port

    @property
    def bot(self) -> Person:
        """The bot's own account."""
        return self.world.bot

    # Who there is

    def user(
        self,
        first_name: str = "Marta",
        *,
        last_name: str | None = None,
        username: str | None = None,
        language: str | None = "it",
        started: bool = False,
    ) -> User:
        """A new person; ``started`` lets the bot write to them before they wrote anything."""
        with self.lock:
            chat = self.world.add_person(
                first_name, last_name=last_name, username=username, language=language
            )
            chat.opened = started
            return User(self, chat, self.world.people[chat.id])

    def group(self, title: str, *members: User) -> Room:
        """A new basic group without the bot; the first member owns it."""
        return self._room(ChatKind.GROUP, title, members)

    def supergroup(self, title: str, *members: User, forum: bool = False) -> Room:
        """A new supergroup without the bot, with topics when it is a forum."""
        return self._room(ChatKind.SUPERGROUP, title, members, forum=forum)

    def channel(self, title: str, *members: User) -> Room:
        """A new channel without the bot."""
        return self._room(ChatKind.CHANNEL, title, members)

    def _room(self, kind: ChatKind, title: str, members: tuple[User, ...], *, forum: bool = False) -> Room:
        with self.lock:
            room = Room(self, self.world.add_chat(kind, title, forum=forum))
            room.join(*members)
            room.join(*members[:1], status="creator")
            return room

    # Updates

    def push(self, kind: str, body: Json, *, checked: bool = True) -> Json:
        """Queue an update of a kind; what aiogram finds wrong with it is a violation unless unchecked."""
        with self.lock:
            update = self.updates.push({kind: body})
            if checked and self._conformity is not None:
                self._api.violations += self._conformity.problems_of_update(update)
            return update

    def push_update(self, update: Json, *, update_id: int | None = None) -> Json:
        """Queue any update as it is, right or wrong, and return it with its ``update_id``."""
        with self.lock:
            return self.updates.push(update, update_id=update_id)

    def push_unparsable(self) -> Json:
        """Queue an update that no library can turn into its types."""
        broken = {"message": {"message_id": "not a number", "date": "yesterday", "chat": 7, "text": ["x"]}}
        return self.push_update(broken)

    def push_again(self, update: Json) -> Json:
        """Deliver an update once more under the same ``update_id``, acknowledged or not."""
        with self.lock:
            return self.updates.push(update, update_id=update["update_id"], again=True)

    def update_of(self, kind: str = "message") -> Json:
        """The newest waiting update of a kind, to push it again."""
        with self.lock:
            return next(item.update for item in reversed(self.updates.waiting) if kind in item.update)

    # What happened

    @property
    def transcript(self) -> list[Call]:
        """Every request of the bot in order, long polls included."""
        with self.lock:
            return list(self._api.calls)

    @property
    def violations(self) -> list[str]:
        """What aiogram's models found wrong in requests, answers and updates; a good test ends with none."""
        with self.lock:
            return list(self._api.violations)

    def requests(
        self, method: str | None = None, *, chat: int | User | Room | None = None, ok: bool | None = None
    ) -> list[Call]:
        """Finished requests, by method, chat and outcome; without a method all but long polls."""
        chat_id = chat if isinstance(chat, int) or chat is None else chat.id
        return [
            call
            for call in self.transcript
            if call.answer
            and (call.method.lower() == method.lower() if method else call.method.lower() != "getupdates")
            and (chat_id is None or call.chat_id == chat_id)
            and (ok is None or call.ok is ok)
        ]

    @property
    def all_acknowledged(self) -> bool:
        """Whether no update waits for the bot any more."""
        with self.lock:
            return not self.updates.pending()

    async def wait_for(
        self, condition: Callable[[], T | None], *, timeout: float = 60.0, what: str = ""
    ) -> T:
        """Wait until ``condition`` gives something true, and return that.

        It is looked at after every change in the double, and 20 times a second for what changes elsewhere.

        Raises:
            NotReachedError: after ``timeout`` seconds, with the last requests of the bot.
        """
        try:
            return await self.changes.wait_async(condition, timeout)
        except NotReachedError as error:
            raise self._explained(error, what) from None

    def wait(self, condition: Callable[[], T | None], *, timeout: float = 60.0, what: str = "") -> T:
        """`wait_for` for tests that are not async."""
        try:
            return self.changes.wait(condition, timeout)
        except NotReachedError as error:
            raise self._explained(error, what) from None

    def _explained(self, error: NotReachedError, what: str) -> NotReachedError:
        calls = "\n".join(f"  {call}" for call in self.requests()[-SHOWN_CALLS:])
        return NotReachedError(
            f"{what or 'condition'}: {error}\nlast requests of the bot:\n{calls or '  none'}"
        )
