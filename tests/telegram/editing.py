"""Methods with which the bot changes what it wrote: edits, deletions, answers to presses, reactions."""

from dataclasses import dataclass

from tests.telegram import keyboard
from tests.telegram.errors import ApiError
from tests.telegram.params import Params
from tests.telegram.sending import caption_content, text_content
from tests.telegram.state import Chat, Json, Stored, World
from tests.telegram.updates import PRESS_LIFETIME

UNDELETABLE_AFTER = 48 * 3600
LONGEST_CALLBACK_ANSWER = 200
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(kw_only=True)
class Press:
    """A button that a person pressed, and what came of it.

    Attributes:
        pressed: the double's time of the press.
        answers: how often the bot answered it in time; 0 leaves the person with a spinning button.
        notice: the text that the bot showed, if any.
        alert: whether it was shown as a window that must be closed.
    """

    id: str
    data: str
    pressed: float
    answers: int = 0
    notice: str = ""
    alert: bool = False

    @property
    def answered(self) -> bool:
        """Whether the bot answered."""
        return self.answers > 0


class Editing:
    """The methods; each gives back what ``result`` holds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.presses: dict[str, Press] = {}

    def edit_text(self, params: Params) -> Json:
        stored = self._editable(params)
        if "text" not in stored.message:
            raise ApiError(400, "there is no text in the message to edit")
        return self._replace(stored, params, text_content(params, "MESSAGE_TOO_LONG"), ("text", "entities"))

    def edit_caption(self, params: Params) -> Json:
        stored = self._editable(params)
        if "text" in stored.message:
            raise ApiError(400, "there is no caption in the message to edit")
        return self._replace(stored, params, caption_content(params), ("caption", "caption_entities"))

    def edit_markup(self, params: Params) -> Json:
        return self._replace(self._editable(params), params, {}, ())

    def delete(self, params: Params) -> bool:
        chat = self._world.open_chat(params.raw("chat_id"))
        self._delete(chat, params.integer("message_id"))
        return True

    def delete_many(self, params: Params) -> bool:
        chat = self._world.open_chat(params.raw("chat_id"))
        for message_id in params.items("message_ids") or []:
            if message_id in chat.messages:
                self._delete(chat, message_id)
        return True

    def answer_press(self, params: Params) -> bool:
        press = self.presses.get(params.text("callback_query_id"))
        if press is None or self._world.clock.now() - press.pressed > PRESS_LIFETIME:
            raise ApiError(400, TOO_OLD)
        if len(params.text("text")) > LONGEST_CALLBACK_ANSWER:
            raise ApiError(400, "MESSAGE_TOO_LONG")
        press.answers += 1
        press.notice = params.text("text") or press.notice
        press.alert = press.alert or params.flag("show_alert")
        return True

    def react(self, params: Params) -> bool:
        chat = self._world.open_chat(params.raw("chat_id"))
        stored = self._world.message(chat, params.integer("message_id"), "react")
        stored.reactions[self._world.bot.id] = params.items("reaction") or []
        return True

    def pin(self, params: Params) -> bool:
        chat = self._world.open_chat(params.raw("chat_id"))
        self._world.message(chat, params.integer("message_id"), "pin")
        return True

    def _editable(self, params: Params) -> Stored:
        chat = self._world.open_chat(params.raw("chat_id"))
        stored = self._world.message(chat, params.integer("message_id"), "edit")
        if not stored.outgoing:
            raise ApiError(400, "message can't be edited")
        return stored

    def _replace(self, stored: Stored, params: Params, content: Json, fields: tuple[str, ...]) -> Json:
        markup = keyboard.checked(params.raw("reply_markup"), inline_only=True)
        kept = {name: value for name, value in stored.message.items() if name not in fields}
        kept.pop("reply_markup", None)
        new = kept | content | ({"reply_markup": markup} if markup else {})
        if new == stored.message:
            raise ApiError(400, NOT_MODIFIED)
        stored.earlier.append(stored.message)
        # A change of buttons alone does not mark a message as edited.
        stored.message = new | {"edit_date": int(self._world.clock.now())} if fields else new
        stored.markup = markup
        return stored.message

    def _delete(self, chat: Chat, message_id: int) -> None:
        stored = self._world.message(chat, message_id, "delete")
        too_old = self._world.clock.now() - stored.message["date"] > UNDELETABLE_AFTER
        foreign = (
            not stored.outgoing and chat.person is None and not chat.bot_rights.get("can_delete_messages")
        )
        if too_old or foreign:
            raise ApiError(
                400, "message can't be deleted for everyone" if too_old else "message can't be deleted"
            )
        stored.deleted = True
