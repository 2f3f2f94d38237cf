"""The JSON export of Telegram Desktop, of one chat or of an account, a message at a time."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.compression import open_bytes
from nlp.tables.json_reading import json_kind
from nlp.tables.json_stream import DamagedJsonError, JsonStream
from nlp.tables.rows import NO_REPEATS, NOTHING, Cells, Row

HEAD_BYTES = 1 << 16

_SAID = ("export of Telegram Desktop", "notices of the service (joined, called, pinned) are left out")
_STRING = rb'"(?:[^"\\]|\\.)*"'
_ONE_CHAT = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{(?:\s*"(?:name|type|id)"\s*:\s*(?:' + _STRING + rb"|-?\d+|null)\s*,){2,3}"
    rb'\s*"messages"\s*:\s*\['
)
_ACCOUNT = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"about"\s*:\s*'
    + _STRING
    + rb'\s*,\s*"(?:personal_information|profile_pictures'
    rb'|stories|contacts|frequent_contacts|sessions|web_sessions|other_data|chats|left_chats)"\s*:\s*[\[{]'
    rb'|"(?:chats|left_chats)"\s*:\s*\{\s*"(?:about|list)"\s*:)'
)
_NEXT = re.compile(r'"messages"|\{\s*"id"\s*:\s*-?\d+\s*,\s*"type"\s*:\s*"(?:message|service)"')
_LONGEST_NEXT = 200
_OTHER_MEDIA = {
    "photo": "photo",
    "file": "file",
    "poll": "poll",
    "location_information": "location",
    "contact_information": "contact",
}


def is_telegram_export(head: bytes) -> bool:
    """Whether a file that begins with these bytes is an export of Telegram Desktop."""
    return bool(_ONE_CHAT.match(head) or _ACCOUNT.match(head))


class _LostError(Exception):
    """Nothing that can be read follows, which has been told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """What stands in a list of messages; `chat` is None where damage hides whose it is."""

    chat: str | None
    message: object = None
    line: int
    damage: str | None = None


class TelegramTable:
    """The messages of a `result.json`; notices of the service (joined, called, pinned) are left out.

    A text in parts (bold, links) is put together. `forwarded_from` names whose words a message passes on,
    `edited` says when it was last changed. `line` is where a message begins.
    """

    delimiter = ","
    cells = Cells.TEXT
    repeated = NO_REPEATS
    encoding = "utf-8"

    def __init__(self, path: Path) -> None:
        self._path = path
        reader, source = open_bytes(path)
        with reader:
            head = reader.read(HEAD_BYTES)
        if not is_telegram_export(head):
            raise BatchError(
                f"{path}: no export of Telegram Desktop; expected an object with messages or chats"
            )
        self.columns = [
            "id",
            "date",
            "edited",
            "from",
            "from_id",
            "forwarded_from",
            "chat",
            "reply_to",
            "text",
            "media_type",
        ]
        self.said: tuple[str, ...] = (f"{source.packing} archive", *_SAID) if source.packing else _SAID
        self.left_out: Mapping[str, int] = NOTHING

    def rows(self) -> Iterator[Row]:
        """Every message of every chat; a part that is damaged is one row with an error."""
        self.left_out = notices = Counter[str]()
        reader, _ = open_bytes(self._path)
        with io.TextIOWrapper(reader, encoding="utf-8-sig", errors="replace") as file:
            for found in _found(JsonStream(file)):
                if found.damage is not None:
                    yield Row(values={}, line=found.line, error=found.damage)
                elif not isinstance(found.message, dict):
                    problem = f"expected a message, found {json_kind(found.message)}"
                    yield Row(values={}, line=found.line, error=problem)
                elif found.message.get("type") == "service":
                    notices["notices of the service left out"] += 1
                else:
                    yield Row(values=_values(found.message, found.chat), line=found.line)


def _found(stream: JsonStream) -> Iterator[_Found]:
    try:
        yield from _in_object(stream)
    except _LostError:
        return
    except DamagedJsonError as error:
        yield _Found(chat=None, line=stream.line, damage=f"the export cannot be read on from here: {error}")


def _in_object(stream: JsonStream) -> Iterator[_Found]:
    """What is in the messages of an account, of its list of chats, or of a chat."""
    chat: str | None = None
    stream.take("{")
    while stream.mark() != "}":
        key = stream.value()
        stream.take(":")
        opened = stream.mark()
        if key == "messages" and opened == "[":
            yield from _in_messages(stream, chat)
        elif key == "list" and opened == "[":
            stream.take("[")
            while stream.mark() != "]":
                yield from _in_object(stream)
                _pass_comma(stream, "]")
            stream.take("]")
        elif key in ("chats", "left_chats") and opened == "{":
            yield from _in_object(stream)
        else:
            value = stream.value()
            # Saved messages have no name; a chat whose owner is gone has null.
            if isinstance(value, str) and (key == "name" or (key == "type" and chat is None)):
                chat = value
        _pass_comma(stream, "}")
    stream.take("}")


def _in_messages(stream: JsonStream, chat: str | None) -> Iterator[_Found]:
    stream.take("[")
    first = True
    while stream.mark() != "]":
        line = stream.line
        try:
            if not first:
                stream.take(",")
                stream.mark()
                line = stream.line
            message = stream.value()
        except DamagedJsonError as error:
            following = stream.skip_to(_NEXT, longest=_LONGEST_NEXT)
            while following == '"messages"':  # the end of this chat is lost, and the name of the next
                chat = None
                following = stream.skip_to(_NEXT, longest=_LONGEST_NEXT)
            until = f"line {stream.line}" if following else "the end"
            yield _Found(chat=chat, line=line, damage=f"the export is damaged from here to {until}: {error}")
            if not following:
                raise _LostError from error
            first = True
        else:
            yield _Found(chat=chat, message=message, line=line)
            first = False
    stream.take("]")


def _pass_comma(stream: JsonStream, end: str) -> None:
    if stream.mark() != end:
        stream.take(",")


def _values(message: Mapping[str, object], chat: str | None) -> dict[str, object]:
    return {
        "id": _plain(message.get("id")),
        "date": _plain(message.get("date")),
        "edited": _plain(message.get("edited")),
        "from": _plain(message.get("from")),
        "from_id": _plain(message.get("from_id")),
        "forwarded_from": _plain(message.get("forwarded_from")),
        "chat": chat,
        "reply_to": _plain(message.get("reply_to_message_id")),
        "text": _text(message.get("text")),
        "media_type": _plain(message.get("media_type"))
        or next((kind for key, kind in _OTHER_MEDIA.items() if key in message), None),
    }


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "".join(text for text in texts if isinstance(text, str))
