"""People, as tests move them: they write, press, edit, block, and look at their screen."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.telegram.editing import Press
from tests.telegram.errors import NoSuchButtonError, NotPossibleError
from tests.telegram.files import SMALL_JPEG, attachment
from tests.telegram.formatted import found_entities
from tests.telegram.methods import chat_member
from tests.telegram.screen import Screen
from tests.telegram.state import Chat, ChatKind, Json, Person, Stored
from tests.telegram.view import Seen, seen

if TYPE_CHECKING:
    from tests.telegram.double import Double
    from tests.telegram.rooms import Room

_numbers = itertools.count(1)


class User(Screen):
    """A person with a Telegram account, and their private chat with the bot, which has the same id.

    Every action returns at once and may be called from any thread.
    """

    def __init__(self, double: "Double", chat: Chat, person: Person) -> None:
        super().__init__(double, chat, person.first_name)
        self.person = person

    # Writing

    def start(self, code: str = "") -> Seen:
        """Open the bot, through a link ``t.me/<bot>?start=<code>`` when there is a code."""
        return self.send(f"/start {code}".strip())

    def send(
        self,
        text: str,
        *,
        to: "Room | None" = None,
        reply_to: Seen | None = None,
        thread: int | None = None,
        **more: Any,
    ) -> Seen:
        """Write a text, into the private chat or ``to`` a group.

        Args:
            more: further fields of the ``Message``, for example ``forward_origin``.
        """
        entities = found_entities(text)
        content: Json = {"text": text} | ({"entities": entities} if entities else {})
        return self.send_raw(content | more, to=to, reply_to=reply_to, thread=thread)

    def send_photo(
        self, *, caption: str = "", content: bytes = SMALL_JPEG, album: str | None = None, **where: Any
    ) -> Seen:
        """Send a photo; with ``album`` as one more part of that album, early or late."""
        return self._send_file("photo", content, caption=caption, album=album, **where)

    def send_album(self, contents: Sequence[bytes], *, caption: str = "", **where: Any) -> list[Seen]:
        """Send photos as one album: as many updates with one ``media_group_id``, the caption on the first."""
        album = f"1370000000000{next(_numbers):04d}"
        return [
            self.send_photo(caption=caption if number == 0 else "", content=content, album=album, **where)
            for number, content in enumerate(contents)
        ]

    def send_document(
        self,
        content: bytes,
        *,
        name: str = "file.pdf",
        mime: str = "application/pdf",
        caption: str = "",
        size: int | None = None,
        **where: Any,
    ) -> Seen:
        """Send a file; ``size`` states another size than it has, to be too large for a download."""
        return self._send_file("document", content, caption=caption, name=name, mime=mime, size=size, **where)

    def send_voice(self, content: bytes = b"OggS voice", *, size: int | None = None, **where: Any) -> Seen:
        """Send a voice note."""
        return self._send_file("voice", content, size=size, **where)

    def send_video_note(self, content: bytes = b"round video", **where: Any) -> Seen:
        """Send a round video."""
        return self._send_file("video_note", content, **where)

    def send_video(self, content: bytes = b"video", *, caption: str = "", **where: Any) -> Seen:
        """Send a video."""
        return self._send_file("video", content, caption=caption, name="video.mp4", **where)

    def send_audio(self, content: bytes = b"ID3 audio", *, caption: str = "", **where: Any) -> Seen:
        """Send a piece of music."""
        return self._send_file("audio", content, caption=caption, name="audio.mp3", **where)

    def send_sticker(self, emoji: str = "👍", **where: Any) -> Seen:
        """Send a sticker."""
        with self._double.lock:
            stored = self._double.world.files.add("sticker", b"RIFF sticker")
            return self.send_raw(attachment(stored, emoji=emoji), **where)

    def send_location(self, latitude: float = 45.4642, longitude: float = 9.19, **where: Any) -> Seen:
        """Send a place."""
        return self.send_raw({"location": {"latitude": latitude, "longitude": longitude}}, **where)

    def send_contact(self, name: str = "Luca", phone: str = "+390200000000", **where: Any) -> Seen:
        """Send a contact."""
        return self.send_raw({"contact": {"phone_number": phone, "first_name": name}}, **where)

    def send_poll(self, question: str, options: Sequence[str], **where: Any) -> Seen:
        """Send a poll."""
        poll: Json = {
            "id": str(next(_numbers)),
            "question": question,
            "options": [
                {"persistent_id": str(number), "text": option, "voter_count": 0}
                for number, option in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": True,
            "members_only": False,
        }
        return self.send_raw({"poll": poll}, **where)

    def forward(self, text: str, *, written_by: str = "Somebody else", **where: Any) -> Seen:
        """Forward a text that a person with a hidden account wrote."""
        origin = {
            "type": "hidden_user",
            "date": int(self._double.clock.now()),
            "sender_user_name": written_by,
        }
        return self.send(text, forward_origin=origin, **where)

    def send_raw(
        self,
        content: Json,
        *,
        to: "Room | None" = None,
        reply_to: Seen | None = None,
        thread: int | None = None,
        checked: bool = True,
    ) -> Seen:
        """Send a message with these fields of the Bot API; ``checked=False`` lets wrong ones through."""
        with self._double.lock:
            chat = self._place(to)
            answered = reply_to.message_id if reply_to else None
            if thread is not None:
                if thread in chat.closed_topics and chat.members[self.id] == "member":
                    raise NotPossibleError(f"the topic {chat.topics[thread]!r} is closed")
                # What answers nothing counts in a topic as a reply to the message that began it.
                answered = answered or thread
            stored = self._double.world.write(chat, self.person, content, reply_to=answered, thread=thread)
            if chat.person is not None:
                chat.opened = True
            if self._reaches_bot(chat, stored):
                self._double.push("message", stored.message, checked=checked)
            return seen(chat.id, stored)

    # Changing

    def edit(self, message: Seen, text: str) -> Seen:
        """Change the text or caption of an own message."""
        with self._double.lock:
            chat, stored = self._own(message)
            stored.earlier.append(stored.message)
            named = ("text", "entities") if "text" in stored.message else ("caption", "caption_entities")
            kept = {name: value for name, value in stored.message.items() if name not in named}
            entities = found_entities(text)
            changed = {named[0]: text} | ({named[1]: entities} if entities else {})
            stored.message = kept | changed | {"edit_date": int(self._double.clock.now())}
            if self._reaches_bot(chat, stored):
                self._double.push("edited_message", stored.message)
            return seen(chat.id, stored)

    def delete(self, message: Seen) -> None:
        """Delete an own message for everyone; Telegram tells bots nothing of it."""
        with self._double.lock:
            self._own(message)[1].deleted = True
            self._double.changes.notify()

    def react(self, message: Seen, emoji: str | None) -> None:
        """React to a message, or take the reaction back; bots learn of it only when they asked to."""
        with self._double.lock:
            chat = self._double.world.chats[message.chat_id]
            stored = chat.messages[message.message_id]
            old = stored.reactions.get(self.id, [])
            new = [{"type": "emoji", "emoji": emoji}] if emoji else []
            stored.reactions[self.id] = new
            update = {
                "chat": chat.json(),
                "message_id": message.message_id,
                "user": self.person.json(),
                "date": int(self._double.clock.now()),
                "old_reaction": old,
                "new_reaction": new,
            }
            self._double.push("message_reaction", update)

    # Pressing

    def press(self, message: Seen, what: str, *, age: float = 0) -> Press:
        """Press a button by label, data or part of the label, as it stands under the message *now*.

        Args:
            age: seconds that lie between the press and its arrival; from 150 on it cannot be answered.

        Raises:
            NoSuchButtonError: when the message is gone or has no such button any more.
        """
        with self._double.lock:
            stored = self._double.world.chats[message.chat_id].messages[message.message_id]
            if stored.deleted:
                raise NoSuchButtonError(f"message {message.message_id} was deleted")
            button = seen(message.chat_id, stored).button(what)
            if button.data is None:
                raise NoSuchButtonError(f"{button.label!r} opens {button.url}, it cannot be pressed")
            return self.press_data(message, button.data, age=age)

    def press_data(self, message: Seen, data: str, *, age: float = 0) -> Press:
        """Press with any data at all: forged, of another case, or of a button that is gone by now."""
        with self._double.lock:
            chat = self._double.world.chats[message.chat_id]
            stored = chat.messages[message.message_id]
            press = Press(
                id=f"{self.id}{next(_numbers):08d}", data=data, pressed=self._double.clock.now() - age
            )
            self._double.methods.editing.presses[press.id] = press
            query: Json = {
                "id": press.id,
                "from": self.person.json(),
                "message": stored.message,
                "chat_instance": str(chat.id * 7),
                "data": data,
            }
            self._double.push("callback_query", query)
            return press

    # Looking, apart from what every screen shows

    def file(self, message: Seen) -> bytes:
        """The bytes of the file in a message."""
        with self._double.lock:
            return self._double.world.files.by_id(message.file_ids[0]).content

    # The account

    def block(self) -> None:
        """Block the bot: from now on it gets 403."""
        self._set_blocked(True)

    def unblock(self) -> None:
        """Let the bot write again."""
        self._set_blocked(False)

    def deactivate(self) -> None:
        """Delete the account, silently for the bot until it writes."""
        with self._double.lock:
            self.person.deactivated = True

    def add_bot(self, room: "Room", **rights: bool) -> None:
        """Add the bot to a group, or promote it there when rights are given."""
        self._set_bot_status(room, "administrator" if rights else "member", rights)

    def remove_bot(self, room: "Room") -> None:
        """Remove the bot from a group."""
        self._set_bot_status(room, "kicked", {})

    def _set_blocked(self, blocked: bool) -> None:
        with self._double.lock:
            self.person.blocked = blocked
            bot = self._double.world.bot.json()
            states = [chat_member(bot, status, {}) for status in ("member", "kicked")]
            self._push_membership(self.chat, *(states if blocked else states[::-1]))

    def _set_bot_status(self, room: "Room", status: str, rights: dict[str, bool]) -> None:
        with self._double.lock:
            chat = room.chat
            bot = self._double.world.bot
            old = chat_member(bot.json(), chat.bot_status, chat.bot_rights)
            was_inside = chat.bot_status in ("member", "administrator")
            chat.bot_status, chat.bot_rights = status, rights
            self._push_membership(chat, old, chat_member(bot.json(), status, rights))
            if status != "kicked" and not was_inside and chat.kind is not ChatKind.CHANNEL:
                stored = self._double.world.write(chat, self.person, {"new_chat_members": [bot.json()]})
                self._double.push("message", stored.message)

    def _push_membership(self, chat: Chat, old: Json, new: Json) -> None:
        update = {
            "chat": chat.json(),
            "from": self.person.json(),
            "date": int(self._double.clock.now()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self._double.push("my_chat_member", update)

    def _send_file(
        self,
        kind: str,
        content: bytes,
        *,
        caption: str = "",
        name: str = "",
        mime: str = "",
        size: int | None = None,
        album: str | None = None,
        **where: Any,
    ) -> Seen:
        with self._double.lock:
            stored = self._double.world.files.add(kind, content, name=name, mime=mime, size=size)
            fields = attachment(stored)
            if caption:
                fields["caption"] = caption
            if album is not None:
                fields["media_group_id"] = album
            return self.send_raw(fields, **where)

    def _place(self, to: "Room | None") -> Chat:
        if to is None:
            if self.person.blocked:
                raise NotPossibleError(f"{self.person.first_name} has blocked the bot")
            return self.chat
        if to.chat.members.get(self.id, "left") == "left":
            raise NotPossibleError(f"{self.person.first_name} is not in {to.chat.title}")
        return to.chat

    def _own(self, message: Seen) -> tuple[Chat, Stored]:
        chat = self._double.world.chats[message.chat_id]
        stored = chat.messages[message.message_id]
        if stored.message.get("from", {}).get("id") != self.id:
            raise NotPossibleError(f"message {message.message_id} was written by somebody else")
        return chat, stored

    def _reaches_bot(self, chat: Chat, stored: Stored) -> bool:
        """Whether the bot gets a message, by membership and, in groups, by privacy mode."""
        if chat.person is not None:
            return True
        if chat.bot_status not in ("member", "administrator") or chat.migrated_to is not None:
            return False
        if chat.bot_status == "administrator" or self._double.reads_all_group_messages:
            return True
        bot = self._double.world.bot
        answered = stored.message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id
        text = stored.message.get("text", "")
        return answered or text.startswith("/") or f"@{bot.username}".lower() in text.lower()
