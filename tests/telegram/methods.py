"""The methods of the Bot API that the double knows, by name."""

import re
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.telegram.editing import Editing
from tests.telegram.errors import ApiError
from tests.telegram.files import DOWNLOAD_LIMIT
from tests.telegram.params import Params
from tests.telegram.sending import Sending
from tests.telegram.state import Chat, ChatKind, Json, World
from tests.telegram.updates import KINDS, UpdateQueue, Webhook

Method = Callable[[Params], Any]

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
ADMIN_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": False,
    "can_manage_video_chats": False,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": False,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_send_welcome_messages": False,
    "can_manage_topics": False,
    "can_pin_messages": False,
}


def chat_member(person: Json, status: str, rights: dict[str, bool]) -> Json:
    """The ``ChatMember`` of the Bot API."""
    member: Json = {"status": status, "user": person}
    if status == "administrator":
        return member | ADMIN_RIGHTS | rights
    if status == "creator":
        return member | {"is_anonymous": False}
    return member | ({"until_date": 0} if status == "kicked" else {})


class Rates:
    """Telegram's limits on sending, for tests that switch them on."""

    OVERALL = 30
    GROUP_PER_MINUTE = 20

    def __init__(self) -> None:
        self.on = False
        self._sent: deque[tuple[float, int]] = deque()

    def check(self, chat: Chat) -> None:
        """Count one message.

        Raises:
            ApiError: 429, when it is one too many: 30 a second in all, 1 a second to a person, 20 a minute
                to a group.
        """
        if not self.on:
            return
        now = time.monotonic()
        while self._sent and now - self._sent[0][0] > 60:
            self._sent.popleft()
        last_second = [chat_id for at, chat_id in self._sent if now - at < 1]
        if chat.kind is ChatKind.PRIVATE:
            full = chat.id in last_second
        else:
            full = sum(chat_id == chat.id for _, chat_id in self._sent) >= self.GROUP_PER_MINUTE
        if full or len(last_second) >= self.OVERALL:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
        self._sent.append((now, chat.id))


class Methods:
    """Carries out one request at a time; the caller holds the lock."""

    def __init__(self, world: World, updates: UpdateQueue) -> None:
        self._world = world
        self._updates = updates
        self.rates = Rates()
        self.editing = Editing(world)
        self.texts: dict[str, Any] = {}
        self.commands: dict[tuple[str, int | None, str], list[Json]] = {}
        sending = Sending(world)
        files = ("photo", "document", "voice", "audio", "video", "animation", "sticker")
        self._by_name: dict[str, Method] = {
            "getme": self._get_me,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "sendmessage": self._paced(sending.send_message),
            "sendmediagroup": self._paced(sending.send_media_group),
            "sendvideonote": self._paced(lambda params: sending.send_file("video_note", params)),
            **{f"send{kind}": self._paced(_sender(sending, kind)) for kind in files},
            "sendlocation": self._paced(
                lambda params: sending.send_plain({"location": _location(params)}, params)
            ),
            "editmessagetext": self.editing.edit_text,
            "editmessagecaption": self.editing.edit_caption,
            "editmessagereplymarkup": self.editing.edit_markup,
            "deletemessage": self.editing.delete,
            "deletemessages": self.editing.delete_many,
            "answercallbackquery": self.editing.answer_press,
            "setmessagereaction": self.editing.react,
            "pinchatmessage": self.editing.pin,
            "unpinchatmessage": self._in_open_chat,
            "sendchataction": self._chat_action,
            "getfile": self._get_file,
            "getchat": self._get_chat,
            "getchatmember": self._get_chat_member,
            "getchatadministrators": self._get_administrators,
            "getchatmembercount": self._count_members,
            "leavechat": self._leave_chat,
            "createforumtopic": self._create_topic,
            "editforumtopic": self._rename_topic,
            "closeforumtopic": lambda params: self._close_topic(params, closed=True),
            "reopenforumtopic": lambda params: self._close_topic(params, closed=False),
            "setmycommands": self._set_commands,
            "getmycommands": lambda params: self.commands.get(_scope(params), []),
            "deletemycommands": self._delete_commands,
            "setchatmenubutton": lambda _: True,
            "setmydefaultadministratorrights": lambda _: True,
            "close": lambda _: True,
            "logout": lambda _: True,
            **{f"setmy{name.replace('_', '')}": self._setter(name) for name in _PROFILE},
            **{f"getmy{name.replace('_', '')}": self._getter(name) for name in _PROFILE},
        }

    def knows(self, name: str) -> bool:
        """Whether the double can carry out this method, case aside."""
        return name.lower() in self._by_name

    def call(self, name: str, params: Params) -> Any:
        """Carry out a method and give back its ``result``.

        Raises:
            ApiError: what the Bot API would answer instead.
        """
        return self._by_name[name.lower()](params)

    def _paced(self, method: Method) -> Method:
        def paced(params: Params) -> Any:
            self.rates.check(self._world.open_chat(params.raw("chat_id")))
            return method(params)

        return paced

    def _get_me(self, _: Params) -> Json:
        return self._world.bot.json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
        }

    def _set_webhook(self, params: Params) -> bool:
        address, secret = params.text("url"), params.text("secret_token")
        if not address:
            return self._delete_webhook(params)
        # A self-hosted Bot API server takes plain http too, which loopback tests need.
        if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ApiError(400, "bad webhook: HTTPS URL must be provided for webhook")
        if secret and not SECRET.fullmatch(secret):
            raise ApiError(400, "secret token contains unallowed characters")
        self._updates.allow(params.items("allowed_updates"))
        if params.flag("drop_pending_updates"):
            self._updates.waiting.clear()
        self._updates.webhook = Webhook(
            url=address, secret=secret or None, max_connections=params.integer("max_connections", 40)
        )
        return True

    def _delete_webhook(self, params: Params) -> bool:
        if params.flag("drop_pending_updates"):
            self._updates.waiting.clear()
        self._updates.webhook = None
        return True

    def _webhook_info(self, _: Params) -> Json:
        webhook = self._updates.webhook
        info: Json = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending()),
        }
        if self._updates.allowed != KINDS:
            info["allowed_updates"] = sorted(self._updates.allowed)
        if webhook is not None:
            info["max_connections"] = webhook.max_connections
            if webhook.last_error is not None:
                info["last_error_date"] = int(webhook.last_error_at)
                info["last_error_message"] = webhook.last_error
        return info

    def _chat_action(self, params: Params) -> bool:
        self._world.open_chat(params.raw("chat_id"))
        if params.text("action") not in ACTIONS:
            raise ApiError(400, "wrong parameter action in request")
        return True

    def _in_open_chat(self, params: Params) -> bool:
        self._world.open_chat(params.raw("chat_id"))
        return True

    def _get_file(self, params: Params) -> Json:
        stored = self._world.files.by_id(params.text("file_id"))
        if stored.size > DOWNLOAD_LIMIT:
            raise ApiError(400, "file is too big")
        return stored.basics() | {"file_path": stored.path}

    def _get_chat(self, params: Params) -> Json:
        chat = self._world.chat(params.raw("chat_id"))
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
        accepted = dict.fromkeys((*gifts, "gifts_from_channels"), False)
        more: Json = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": accepted}
        if chat.person is None:
            more["permissions"] = {"can_send_messages": True}
        return chat.json() | more

    def _get_chat_member(self, params: Params) -> Json:
        chat = self._world.open_chat(params.raw("chat_id"))
        user_id = params.integer("user_id")
        person = self._world.people.get(user_id)
        if person is None:
            raise ApiError(400, "PARTICIPANT_ID_INVALID")
        if person is self._world.bot:
            return chat_member(person.json(), chat.bot_status, chat.bot_rights)
        return chat_member(person.json(), chat.members.get(user_id, "left"), {})

    def _get_administrators(self, params: Params) -> list[Json]:
        chat = self._world.open_chat(params.raw("chat_id"))
        if chat.person is not None:
            raise ApiError(400, "there are no administrators in the private chat")
        return [
            chat_member(self._world.people[user_id].json(), status, {})
            for user_id, status in chat.members.items()
            if status in ("administrator", "creator")
        ]

    def _count_members(self, params: Params) -> int:
        chat = self._world.open_chat(params.raw("chat_id"))
        return 1 + (1 if chat.person else sum(status != "left" for status in chat.members.values()))

    def _leave_chat(self, params: Params) -> bool:
        chat = self._world.open_chat(params.raw("chat_id"))
        if chat.person is not None:
            raise ApiError(400, "chat member status can't be changed in private chats")
        chat.bot_status = "left"
        return True

    def _create_topic(self, params: Params) -> Json:
        chat = self._world.open_chat(params.raw("chat_id"))
        name = params.text("name")
        if not chat.forum:
            raise ApiError(400, "the chat is not a forum")
        if chat.bot_status != "administrator" or not chat.bot_rights.get("can_manage_topics"):
            raise ApiError(400, "not enough rights to create a topic")
        if not 1 <= len(name) <= 128:
            raise ApiError(400, "TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
        created = {"name": name, "icon_color": 7322096}
        service = self._world.write(chat, self._world.bot, {"forum_topic_created": created})
        thread: int = service.message["message_id"]
        service.message |= {"message_thread_id": thread, "is_topic_message": True}
        chat.topics[thread] = name
        # The one kind of message of its own that a bot is told of: what happens to a chat.
        self._updates.push({"message": service.message})
        return created | {"message_thread_id": thread}

    def _topic(self, params: Params) -> tuple[Chat, int]:
        chat = self._world.open_chat(params.raw("chat_id"))
        thread = params.integer("message_thread_id")
        if thread not in chat.topics:
            raise ApiError(400, "message thread not found")
        return chat, thread

    def _rename_topic(self, params: Params) -> bool:
        chat, thread = self._topic(params)
        chat.topics[thread] = params.text("name") or chat.topics[thread]
        return True

    def _close_topic(self, params: Params, *, closed: bool) -> bool:
        chat, thread = self._topic(params)
        if (thread in chat.closed_topics) == closed:
            raise ApiError(400, "TOPIC_NOT_MODIFIED")
        chat.closed_topics ^= {thread}
        return True

    def _set_commands(self, params: Params) -> bool:
        self.commands[_scope(params)] = params.items("commands") or []
        return True

    def _delete_commands(self, params: Params) -> bool:
        self.commands.pop(_scope(params), None)
        return True

    def _setter(self, name: str) -> Method:
        def set_text(params: Params) -> bool:
            self.texts[name] = params.text(name)
            return True

        return set_text

    def _getter(self, name: str) -> Method:
        return lambda _: {name: self.texts.get(name, "")}


_PROFILE = ("name", "description", "short_description")


def _scope(params: Params) -> tuple[str, int | None, str]:
    """For whom a menu of commands is: the kind of scope, its chat, the language."""
    scope: Json = params.raw("scope") or {}
    chat = scope.get("chat_id")
    return scope.get("type", "default"), int(chat) if chat is not None else None, params.text("language_code")


def _sender(sending: Sending, kind: str) -> Method:
    return lambda params: sending.send_file(kind, params)


def _location(params: Params) -> Json:
    return {"latitude": float(params.text("latitude")), "longitude": float(params.text("longitude"))}
