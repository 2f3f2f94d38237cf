"""What a source's update says, in one form for all sources."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from responses.intake.files import StoredFile


class MessageKind(StrEnum):
    """What kind of thing was sent. Only TEXT, PHOTO and FILE are read by the classifier's road."""

    TEXT = "text"
    PHOTO = "photo"
    FILE = "file"
    VOICE = "voice"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingFile:
    """A file that came with a message. `size` is in bytes, None when the source does not say.

    `stored` says where its content is kept already; without it the content is still to be fetched.
    """

    provider_id: str
    kind: str
    size: int | None = None
    mime: str | None = None
    name: str | None = None
    stored: StoredFile | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One message of a customer, or a new version of one (`edit` > 0: its time in seconds).

    `channel` and `person_id` name who wrote, `chat_key` where an answer goes. `language_hint` is
    what the source says of the person's language; `reply_to` the source's id of a message. `audience` is
    `colleague` for somebody who works here and writes about their own matter.
    """

    channel: str
    person_id: str
    chat_key: str
    external_id: str
    sent_at: datetime
    text: str = ""
    kind: MessageKind = MessageKind.TEXT
    edit: int = 0
    display_name: str | None = None
    language_hint: str | None = None
    reply_to: str | None = None
    album_key: str | None = None
    files: tuple[IncomingFile, ...] = ()
    audience: str = "customer"
    is_sample: bool = False
    is_test: bool = False
