"""Messages of customers in the one form that the road takes."""

from datetime import datetime

from telegram import Message, User

from models.clock import utcnow
from models.labels import Language
from responses.intake.incoming import Incoming, IncomingFile, MessageKind

_KEPT = {
    "document": MessageKind.FILE,
    "video": MessageKind.FILE,
    "audio": MessageKind.FILE,
    "animation": MessageKind.FILE,
    "voice": MessageKind.VOICE,
    "video_note": MessageKind.VOICE,
}
_SHOWN_ONLY = {
    "sticker": MessageKind.STICKER,
    "venue": MessageKind.LOCATION,
    "location": MessageKind.LOCATION,
    "contact": MessageKind.CONTACT,
    "poll": MessageKind.POLL,
}
_SERVICE = (
    "new_chat_members",
    "left_chat_member",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "connected_website",
    "chat_background_set",
    "users_shared",
    "chat_shared",
)


def is_service(message: Message) -> bool:
    """Whether it tells of something that happened to the chat, and nobody said anything."""
    return any(getattr(message, name) for name in _SERVICE)


def language_of(user: User | None, fallback: str) -> str:
    """The language a person's Telegram speaks, as far as we speak it; `fallback` when it does not say."""
    code = (user.language_code or "").partition("-")[0].lower() if user is not None else ""
    if not code:
        return fallback
    return code if code in set(Language) else Language.ENGLISH


def incoming_of(
    message: Message, user: User, *, channel: str, chat_key: str, is_edit: bool, is_test: bool
) -> Incoming:
    """What `message` says.

    Args:
        message: a customer's message in a private chat.
        user: who wrote it.
        channel: the bot as a channel.
        chat_key: where an answer goes.
        is_edit: whether it is a new version of an earlier message.
        is_test: whether an agent plays a customer; tests have an identity of their own.
    """
    kind, files = _content(message)
    replied = message.reply_to_message
    return Incoming(
        channel=channel,
        person_id=f"test:{user.id}" if is_test else str(user.id),
        chat_key=chat_key,
        external_id=str(message.message_id),
        # Nothing was sent after it came, whatever the sender's clock says.
        sent_at=min(message.date, utcnow()),
        text=message.text or message.caption or "",
        kind=kind,
        edit=_edit_number(message.edit_date) if is_edit else 0,
        display_name=user.full_name,
        language_hint=_language(user.language_code),
        reply_to=str(replied.message_id) if replied is not None else None,
        album_key=message.media_group_id,
        files=files,
        is_test=is_test,
    )


def _content(message: Message) -> tuple[MessageKind, tuple[IncomingFile, ...]]:
    if message.text is not None:
        return MessageKind.TEXT, ()
    if message.photo:
        # Telegram offers several sizes; the last is the largest.
        photo = message.photo[-1]
        file = IncomingFile(provider_id=photo.file_id, kind="photo", size=photo.file_size, mime="image/jpeg")
        return MessageKind.PHOTO, (file,)
    # An animation is also given as a document, for programs that do not know animations.
    for name in ("animation", "document", "video", "audio", "voice", "video_note"):
        content = getattr(message, name)
        if content is not None:
            file = IncomingFile(
                provider_id=content.file_id,
                kind=name,
                size=content.file_size,
                mime=getattr(content, "mime_type", None),
            )
            return _KEPT[name], (file,)
    for name, kind in _SHOWN_ONLY.items():
        if getattr(message, name) is not None:
            return kind, ()
    return MessageKind.UNSUPPORTED, ()


def _language(code: str | None) -> str | None:
    """The language of `it-IT` and the like; None for what is no language code."""
    language = (code or "").partition("-")[0].lower()
    return language if language.isalpha() and len(language) <= 3 else None


def _edit_number(at: datetime | None) -> int:
    return int((at or utcnow()).timestamp())
