"""Messages as a person sees them in the chat."""

from dataclasses import dataclass, field
from typing import Any

from tests.telegram.errors import NoSuchButtonError
from tests.telegram.formatted import cut
from tests.telegram.state import Json, Stored

KINDS = [
    "text",
    "photo",
    "document",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "sticker",
    "location",
    "venue",
    "contact",
    "poll",
    "dice",
]


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button under a message."""

    label: str
    data: str | None = None
    url: str | None = None
    style: str | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A message at the moment of looking; look again to see edits.

    Attributes:
        kind: ``text``, ``photo``, ``document`` … or ``service``.
        text: the text or caption, without markup.
        entities: bold, links and so on, as the Bot API describes them.
        rows: inline buttons by row.
        file_ids: the files that it carries.
        asks_reply: whether it opened the reply box (ForceReply).
        at: monotonic seconds at which the double accepted it.
        raw: the ``Message`` of the Bot API.
    """

    chat_id: int
    message_id: int
    from_bot: bool
    kind: str
    text: str
    entities: tuple[dict[str, Any], ...]
    rows: tuple[tuple[Button, ...], ...]
    file_ids: tuple[str, ...]
    reply_to: int | None
    thread: int | None
    album: str | None
    asks_reply: bool
    edited: bool
    deleted: bool
    at: float
    reactions: tuple[str, ...]
    raw: dict[str, Any] = field(repr=False)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, row after row."""
        return tuple(button for row in self.rows for button in row)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all buttons."""
        return tuple(button.label for button in self.buttons)

    def marked(self, kind: str) -> tuple[str, ...]:
        """The parts of the text that carry an entity of this kind, for example ``bold``."""
        return tuple(
            cut(self.text, entity["offset"], entity["length"])
            for entity in self.entities
            if entity["type"] == kind
        )

    def button(self, what: str) -> Button:
        """The button with this label or data, or the only one whose label contains ``what``.

        Raises:
            NoSuchButtonError: when there is none, or more than one would do.
        """
        for exact in (
            [b for b in self.buttons if b.label == what],
            [b for b in self.buttons if b.data == what],
        ):
            if len(exact) == 1:
                return exact[0]
        near = [button for button in self.buttons if what.casefold() in button.label.casefold()]
        if len(near) != 1:
            raise NoSuchButtonError(f"{len(near)} buttons match {what!r}; there are {list(self.labels)}")
        return near[0]


def seen(chat_id: int, stored: Stored) -> Seen:
    """What a person sees of a stored message."""
    message: Json = stored.message
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return Seen(
        chat_id=chat_id,
        message_id=message["message_id"],
        from_bot=stored.outgoing,
        kind=next((kind for kind in KINDS if kind in message), "service"),
        text=message.get("text") or message.get("caption") or "",
        entities=tuple(message.get("entities") or message.get("caption_entities") or ()),
        rows=tuple(
            tuple(
                Button(
                    label=button["text"],
                    data=button.get("callback_data"),
                    url=button.get("url"),
                    style=button.get("style"),
                )
                for button in row
            )
            for row in rows
        ),
        file_ids=_file_ids(message),
        reply_to=message.get("reply_to_message", {}).get("message_id"),
        thread=message.get("message_thread_id"),
        album=message.get("media_group_id"),
        asks_reply=bool((stored.markup or {}).get("force_reply")),
        edited="edit_date" in message,
        deleted=stored.deleted,
        at=stored.at,
        reactions=tuple(
            str(reaction.get("emoji") or reaction["type"])
            for given in stored.reactions.values()
            for reaction in given
        ),
        raw=message,
    )


def _file_ids(message: Json) -> tuple[str, ...]:
    if "photo" in message:
        return (message["photo"][-1]["file_id"],)
    found = [message[kind] for kind in KINDS if isinstance(message.get(kind), dict)]
    return tuple(str(value["file_id"]) for value in found if "file_id" in value)
