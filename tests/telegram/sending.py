"""Methods with which the bot writes: texts, files, albums."""

import itertools
from typing import Any

from tests.telegram import keyboard
from tests.telegram.errors import ApiError
from tests.telegram.files import attachment
from tests.telegram.formatted import Entity, cleaned, found_entities, parse_html, trimmed, units
from tests.telegram.params import Params
from tests.telegram.state import Chat, Json, Stored, World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
ALBUM = range(2, 11)
ALBUM_KINDS = frozenset({"photo", "video", "document", "audio"})


def formatted(params: Params, name: str, entities_name: str) -> tuple[str, list[Entity]]:
    """The text that a request means, with its entities.

    Raises:
        ApiError: 400, when it cannot be parsed.
    """
    text = params.text(name)
    mode = params.text("parse_mode")
    if mode.lower() == "html":
        return parse_html(text)
    if mode:
        raise ApiError(400, f"unsupported parse_mode (the double knows HTML only, got {mode!r})")
    return trimmed(cleaned(text), params.items(entities_name) or [])


def text_content(params: Params, too_long: str) -> Json:
    """``text`` and ``entities`` of a message.

    Raises:
        ApiError: 400, when the text is empty or longer than 4096 units.
    """
    if not params.text("text").strip():
        raise ApiError(400, "message text is empty")
    text, entities = formatted(params, "text", "entities")
    if not text:
        raise ApiError(400, "text must be non-empty")
    if units(text) > LONGEST_TEXT:
        raise ApiError(400, too_long)
    given = entities
    entities = given + [found for found in found_entities(text) if not any(_overlap(found, e) for e in given)]
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return {"text": text, "entities": entities} if entities else {"text": text}


def _overlap(one: Entity, other: Entity) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
    )


def caption_content(params: Params) -> Json:
    """``caption`` and ``caption_entities`` of a message, empty without one.

    Raises:
        ApiError: 400, when it is longer than 1024 units.
    """
    text, entities = formatted(params, "caption", "caption_entities")
    if units(text) > LONGEST_CAPTION:
        raise ApiError(400, "message caption is too long")
    content: Json = {"caption": text} if text else {}
    return content | {"caption_entities": entities} if entities else content


class Sending:
    """The methods; each gives back what ``result`` holds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._albums = itertools.count(13_700_000_000_000_001)

    def send_message(self, params: Params) -> Json:
        chat = self._world.open_chat(params.raw("chat_id"))
        content = text_content(params, "message is too long")
        return self._write(chat, params, content).message

    def send_file(self, kind: str, params: Params) -> Json:
        """``sendPhoto`` and its like."""
        chat = self._world.open_chat(params.raw("chat_id"))
        content = caption_content(params)
        stored = self._world.files.received(kind, params.raw(kind), params.uploads)
        return self._write(chat, params, attachment(stored) | content).message

    def send_media_group(self, params: Params) -> list[Json]:
        chat = self._world.open_chat(params.raw("chat_id"))
        media = params.items("media") or []
        if len(media) not in ALBUM:
            raise ApiError(400, "wrong number of media: an album has 2 to 10 items")
        contents = [self._album_item(item, params) for item in media]
        album = str(next(self._albums))
        return [
            self._write(chat, params, content | {"media_group_id": album}).message for content in contents
        ]

    def send_plain(self, content: Json, params: Params) -> Json:
        """``sendLocation`` and its like, where nothing needs to be looked at."""
        chat = self._world.open_chat(params.raw("chat_id"))
        return self._write(chat, params, content).message

    def _album_item(self, item: Any, params: Params) -> Json:
        if not isinstance(item, dict) or item.get("type") not in ALBUM_KINDS:
            raise ApiError(400, "can't parse InputMedia: wrong type")
        kind = str(item["type"])
        stored = self._world.files.received(kind, item.get("media"), params.uploads)
        return attachment(stored) | caption_content(Params(values=item, uploads={}))

    def _write(self, chat: Chat, params: Params, content: Json) -> Stored:
        return self._world.write(
            chat,
            self._world.bot,
            content,
            reply_to=self._replied(chat, params),
            thread=self._thread(chat, params),
            markup=keyboard.checked(params.raw("reply_markup")),
        )

    def _replied(self, chat: Chat, params: Params) -> int | None:
        reply: Json = params.raw("reply_parameters") or {}
        if params.has("reply_to_message_id"):
            reply = {
                "message_id": params.integer("reply_to_message_id"),
                "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
            }
        if not reply:
            return None
        answered = chat.messages.get(int(reply["message_id"]))
        if answered is not None and not answered.deleted:
            return int(reply["message_id"])
        if reply.get("allow_sending_without_reply"):
            return None
        raise ApiError(400, "message to be replied not found")

    def _thread(self, chat: Chat, params: Params) -> int | None:
        if not params.has("message_thread_id"):
            return None
        thread = params.integer("message_thread_id")
        if thread not in chat.topics:
            raise ApiError(400, "message thread not found")
        return thread
