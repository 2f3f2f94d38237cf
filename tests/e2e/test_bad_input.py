"""Whatever comes in: it is stored or politely answered, and everybody else is served as before.

What is bad in like ways is sent together, each by somebody of their own, and is then looked at one by one:
a message takes the program long, and neighbours need to be served once after all of it.
"""

import itertools
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from responses.intake.filing import clean
from tests.e2e.office import PATIENCE, Office, until
from tests.telegram import Double, User
from tests.telegram.updates import DAY, Waiting

FAR = 2**70
GROUP = 12
"""How many cases are sent together: few enough to find out which of them disturbs the others."""
HTML = "<b>Il pacco</b> & <script>alert(1)</script> </a> <img src=x onerror=alert(1)> &amp; &#0;"

TEXTS = {
    "empty": "",
    "whitespace": " \t\n\u00a0\u2003 ",
    "emoji_only": "😡😡🤬",
    "longest": "x" * 4096,
    "longest_in_markup": "&<>" * 1365,
    "longest_in_emoji": "👩\u200d👩\u200d👧\u200d👦" * 372,
    "nul_only": "\x00",
    "nul_inside": "Il pacco\x00 non arriva",
    "lone_high_surrogate": "Il pacco \ud83d non arriva",
    "lone_low_surrogate": "\ude00",
    "right_to_left": "\u202eIl pacco\u202c \u200fالطرد لم يصل\u200f \u2067abc\u2069",
    "html": HTML,
    "control_characters": "a\x01\x07\x1b[31m\x7f\x85\u2028\u2029b",
    "zero_width_only": "\u200b\u200d\ufeff",
    "stacked_accents": "Z" + "\u0301" * 500,
    "a_slash_alone": "/",
    "an_unknown_command": "/drop table; --",
    "placeholders": "{name} {0} %s %(x)s ${case} [[order_id]] […]",
}
SMALL = {"file_id": "AgAD-unknown", "file_unique_id": "u1"}
VOICE = SMALL | {"duration": 3, "mime_type": "audio/ogg"}
ANOTHER_USER = {"id": 5_900_000_001, "is_bot": False, "first_name": "Pia"}
CONTENTS: dict[str, dict[str, Any]] = {
    "photo_without_text": {"photo": [SMALL | {"width": 90, "height": 90, "file_size": 900}]},
    "photo_with_no_sizes": {"photo": []},
    "sticker": {
        "sticker": SMALL
        | {"type": "regular", "width": 5, "height": 5, "is_animated": False, "is_video": False}
    },
    "voice": {"voice": VOICE},
    "voice_too_large": {"voice": VOICE | {"file_size": 25 * 2**20}},
    "round_video": {"video_note": SMALL | {"length": 240, "duration": 9}},
    "location": {"location": {"latitude": 45.4, "longitude": 9.1}},
    "venue": {
        "venue": {"location": {"latitude": 45.4, "longitude": 9.1}, "title": "Bar", "address": "Via"},
        "location": {"latitude": 45.4, "longitude": 9.1},
    },
    "contact": {"contact": {"phone_number": "+39", "first_name": "\u202eLuca"}},
    "poll": {
        "poll": {
            "id": "1",
            "question": "?",
            "options": [],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
        }
    },
    "dice": {"dice": {"emoji": "🎲", "value": 6}},
    "a_kind_from_the_future": {"hologram": {"depth": 3}},
    "nothing_at_all": {},
    "pinned": {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
    "write_access": {"write_access_allowed": {"from_request": True}},
    "chat_background": {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
    "users_shared": {"users_shared": {"request_id": 1, "users": [{"user_id": 1}]}},
    "from_a_bot": {"from": ANOTHER_USER | {"is_bot": True}, "text": "beep"},
    "from_a_channel": {
        "sender_chat": {"id": -1_001_000_000_001, "type": "channel", "title": "News"},
        "text": "Novità",
    },
    "forwarded_from_nowhere": {
        "text": "guarda",
        "forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": "\x00"},
    },
    "through_a_bot": {"text": "gif", "via_bot": ANOTHER_USER | {"is_bot": True}},
    "reply_to_an_unknown_message": {
        "text": "Appunto, non è arrivato.",
        "reply_to_message": {
            "message_id": 987_654,
            "date": 0,
            "chat": {"id": ANOTHER_USER["id"], "type": "private"},
        },
    },
    "date_in_2100": {"text": "dal futuro", "date": 4_102_444_800},
    "date_at_the_end_of_time": {"text": "dalla fine", "date": 253_402_300_799},
    "date_zero": {"text": "dal passato", "date": 0},
    "name_of_markup": {"text": "ciao", "from": {"first_name": HTML}},
    "name_of_4096_letters": {"text": "ciao", "from": {"first_name": "n" * 4096, "last_name": "\u202e"}},
    "name_of_half_a_character": {"text": "ciao", "from": {"first_name": "\ud83d\x00"}},
    "language_unknown": {"text": "ciao", "from": {"language_code": "tlh-Piqd-QX"}},
    "language_far_too_long": {"text": "ciao", "from": {"language_code": "x" * 500}},
    "language_with_nul": {"text": "ciao", "from": {"language_code": "i\x00t"}},
    "language_of_half_a_character": {"text": "ciao", "from": {"language_code": "\ud83d"}},
    "file_id_of_half_a_character": {"photo": [SMALL | {"file_id": "\ud83d", "width": 9, "height": 9}]},
    "file_of_a_huge_size": {"document": SMALL | {"file_size": FAR, "file_name": "x"}},
    "file_of_a_negative_size": {"document": SMALL | {"file_size": -1, "mime_type": "\x00/\ud83d"}},
    "message_number_huge": {"text": "ciao", "message_id": FAR},
    "album_of_half_a_character": {"text": "ciao", "media_group_id": "\ud83d"},
}
MALFORMED: dict[str, dict[str, Any]] = {
    "text_is_a_number": {"text": 5},
    "text_is_a_list": {"text": ["ciao"]},
    "text_is_an_object": {"text": {"a": 1}},
    "caption_is_a_list": {"photo": [SMALL | {"width": 1, "height": 1}], "caption": ["x"]},
    "entities_are_a_text": {"text": "ciao", "entities": "bold"},
    "photos_are_texts": {"photo": ["a", "b"]},
    "file_size_is_a_text": {"document": SMALL | {"file_size": "large"}},
    "file_without_id": {"document": {"file_name": "x"}},
    "date_is_a_text": {"text": "ciao", "date": "yesterday"},
    "date_is_missing": {"text": "ciao", "date": None},
    "date_beyond_time": {"text": "ciao", "date": FAR},
    "date_negative": {"text": "ciao", "date": -(2**40)},
    "sender_without_a_name": {"text": "ciao", "from": {"first_name": None}},
    "sender_named_by_a_number": {"text": "ciao", "from": {"first_name": 7}},
    "language_is_a_number": {"text": "ciao", "from": {"language_code": 7}},
    "message_number_is_a_text": {"text": "ciao", "message_id": "seven"},
    "album_is_a_list": {"text": "ciao", "media_group_id": ["x"]},
    "reply_is_a_number": {"text": "ciao", "reply_to_message": 7},
}
CHAT = {"id": 5_800_000_001, "type": "private", "first_name": "Ugo"}
UGO = {"id": 5_800_000_001, "is_bot": False, "first_name": "Ugo"}
PLAIN = {"message_id": 1, "date": 1_790_000_000, "chat": CHAT, "from": UGO, "text": "Il pacco?"}
BUSINESS = PLAIN | {"business_connection_id": "bc1", "text": "Riservato"}
CHANNEL = {"id": -1_001_000_000_002, "type": "channel", "title": "Novità"}
UPDATES: dict[str, dict[str, Any]] = {
    "empty_object": {},
    "unknown_kind": {"telepathy": {"thought": "pacco"}},
    "unknown_kind_with_no_object": {"telepathy": 3},
    "message_is_null": {"message": None},
    "message_is_a_list": {"message": []},
    "message_is_a_text": {"message": "ciao"},
    "message_is_empty": {"message": {}},
    "message_without_chat": {"message": {"message_id": 1, "date": 1, "text": "ciao"}},
    "message_without_sender": {"message": PLAIN | {"from": None}},
    "chat_of_an_unknown_type": {"message": PLAIN | {"chat": CHAT | {"type": "hive"}}},
    "chat_number_is_a_text": {"message": PLAIN | {"chat": CHAT | {"id": "five"}}},
    "chat_number_is_huge": {"message": PLAIN | {"message_id": 2, "chat": CHAT | {"id": FAR}}},
    "sender_number_is_huge": {"message": PLAIN | {"message_id": 3, "from": UGO | {"id": FAR}}},
    "business_connection": {"business_connection": {"id": "bc1", "user": UGO, "is_enabled": True}},
    "business_message": {"business_message": BUSINESS},
    "edited_business_message": {"edited_business_message": BUSINESS},
    "deleted_business_messages": {"deleted_business_messages": {"chat": CHAT, "message_ids": [1]}},
    "business_message_of_garbage": {"business_message": 9},
    "channel_post": {"channel_post": {"message_id": 1, "date": 1, "chat": CHANNEL, "text": "Saldi"}},
    "edited_channel_post": {
        "edited_channel_post": {"message_id": 1, "date": 1, "chat": CHANNEL, "text": "Saldi"}
    },
    "inline_query": {"inline_query": {"id": "1", "from": UGO, "query": "x", "offset": ""}},
    "poll_answer": {"poll_answer": {"poll_id": "1", "user": UGO, "option_ids": [0]}},
    "join_request": {"chat_join_request": {"chat": CHANNEL, "from": UGO, "user_chat_id": 1, "date": 1}},
    "reaction_of_nobody": {
        "message_reaction": {
            "chat": CHAT,
            "message_id": 7,
            "date": 1,
            "old_reaction": [],
            "new_reaction": [{"type": "sparkles"}],
        }
    },
    "membership_of_garbage": {"my_chat_member": {"chat": CHAT, "from": UGO, "new_chat_member": 7}},
    "press_without_a_message": {"callback_query": {"id": "1", "from": UGO, "chat_instance": "1"}},
    "press_with_a_huge_data": {
        "callback_query": {"id": "2", "from": UGO, "chat_instance": "1", "data": "approve:" + "x" * 5000}
    },
    "press_of_half_a_character": {
        "callback_query": {"id": "3", "from": UGO, "chat_instance": "1", "data": "\ud83d:\x00"}
    },
    "press_by_nobody": {"callback_query": {"id": "4", "data": "x"}},
    "press_of_garbage": {"callback_query": [1, 2]},
    "two_kinds_at_once": {"poll": {}, "message": PLAIN | {"message_id": 4}},
}

_numbers = itertools.count(70_001)


class OpenOffice(Office):
    """An office whose web pages are looked at."""

    def link(self, name: str) -> str:
        """A one-time link to the desk for a new agent."""
        added = self.command("agents", "add", name, "--role", "admin").stdout
        found = re.search(r"/login/\S+", added)
        assert found is not None, added
        return self.address + found[0]


@dataclass(frozen=True, kw_only=True)
class Siege:
    """The running program, those who attack it, and what must be true afterwards."""

    office: OpenOffice
    telegram: Double

    def push(self, update: dict[str, Any]) -> int:
        """Delivers an update whatever its kind; returns its number."""
        with self.telegram.lock:
            queue = self.telegram.updates
            number = queue.next_id
            queue.next_id += 1
            queue.waiting.append(
                Waiting(update={"update_id": number} | update, expires=self.telegram.clock.now() + DAY)
            )
            self.telegram.changes.notify()
            return number

    def push_numberless(self, update: Any) -> None:
        """Delivers JSON of any shape; only the double knows which number it would have."""
        with self.telegram.lock:
            queue = self.telegram.updates
            update.number = queue.next_id
            queue.next_id += 1
            queue.waiting.append(Waiting(update=update, expires=self.telegram.clock.now() + DAY))
            self.telegram.changes.notify()

    def say(self, user: User, kind: str = "message", **fields: Any) -> int:
        """A message with any fields; `from` is laid over who they are."""
        base = {"message_id": next(_numbers), "date": int(time.time()), "chat": user.chat.json()}
        sender = user.person.json() | fields.pop("from", {})
        return self.push({kind: base | {"from": sender} | fields})

    def kept(self, number: int | str) -> str:
        """Waits until the update was worked off; returns its row's id. It left a trace beside its row."""
        found = self._row(number)
        assert found, f"update {number} is not stored"
        update_id = str(found[0][0])
        traces = self.office.number(
            "SELECT (SELECT count(*) FROM messages WHERE update_id = ?1)"
            " + (SELECT count(*) FROM events WHERE details LIKE '%' || ?1 || '%')"
            " + (SELECT count(*) FROM events WHERE action = 'press.refused')"
            " + (SELECT count(*) FROM outbox WHERE dedupe_key LIKE '%' || ?1 || '%')",
            update_id,
        )
        assert traces > 0, f"update {number} left no trace beside its row"
        return update_id

    def _row(self, number: int | str) -> list[tuple[Any, ...]]:
        def rows() -> list[tuple[Any, ...]]:
            return self.office.ask(
                "SELECT id FROM updates WHERE external_id = ? AND processed_at IS NOT NULL", str(number)
            )

        until(lambda: bool(rows()), f"update {number} was worked off", patience=PATIENCE)
        return rows()

    def newcomers(self, names: Iterable[str]) -> dict[str, User]:
        """People who have not written yet."""
        return {name: self.telegram.user(name, started=True) for name in names}

    def customers(self, names: Iterable[str]) -> dict[str, User]:
        """People who have a case each, with a draft on the table."""
        users = self.newcomers(names)
        self.still_serves(*users.values())
        return users

    def still_serves(self, *users: User) -> None:
        """A plain message of each of them comes before an agent, within seconds."""
        words = {user: f"Il pacco RS-{next(_numbers)} non è mai arrivato." for user in users}
        for user, text in words.items():
            self.say(user, text=text)
        for user, text in words.items():
            self._comes_before_an_agent(user, text)

    def _comes_before_an_agent(self, user: User, text: str) -> None:
        query = (
            "SELECT count(*) FROM messages m JOIN cases c ON c.id = m.case_id "
            "JOIN identities i ON i.id = m.identity_id "
            "WHERE i.external_id = ? AND m.text = ? AND c.state = 'waiting_agent'"
        )
        until(
            lambda: self.office.number(query, str(user.id), text) == 1,
            f"{text!r} of {user.person.first_name} comes before an agent",
            patience=PATIENCE,
        )

    def can_be_answered(self, user: User) -> None:
        """No case of theirs is stuck: each one open has a draft of its newest revision."""
        query = (
            "SELECT count(*) FROM cases c JOIN identities i ON i.id = c.identity_id "
            "WHERE i.external_id = ? AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id "
            "AND d.state = 'proposed' AND d.revision = c.revision)"
        )
        until(
            lambda: self.office.number(query, str(user.id)) == 0,
            f"the draft for {user.id} can be approved",
            patience=PATIENCE,
        )


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A browser at the web chat."""

    siege: Siege
    browser: httpx.Client
    token: str = field(repr=False)

    def post(self, body: bytes, content_type: str = "application/json") -> httpx.Response:
        headers = {"x-csrf-token": self.token, "content-type": content_type}
        return self.browser.post("/chat/messages", content=body, headers=headers)

    def write(self, text: str, **more: Any) -> httpx.Response:
        """Escapes whatever is not ASCII, so that everything can be written."""
        return self.post(json.dumps({"id": f"message-{next(_numbers)}", "text": text} | more).encode())

    def shown(self) -> list[str]:
        answer = self.browser.get("/chat/messages")
        assert answer.status_code == 200, answer.text
        return [message["text"] for message in answer.json()["messages"] if message["side"] == "in"]

    def is_still_served(self) -> None:
        self.is_served(self.ask())

    def ask(self) -> str:
        """Writes something plain, and returns it."""
        text = f"Il pacco RS-{next(_numbers)} non è mai arrivato."
        assert self.write(text).json() == {"ok": True}
        return text

    def is_served(self, text: str) -> None:
        """What they wrote comes before an agent, and they see it."""
        query = (
            "SELECT count(*) FROM messages m JOIN cases c ON c.id = m.case_id "
            "WHERE m.text = ? AND c.state = 'waiting_agent'"
        )
        until(
            lambda: self.siege.office.number(query, text) == 1,
            f"{text!r} comes before an agent",
            patience=PATIENCE,
        )
        assert text in self.shown()


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    with Double() as telegram:
        home = tmp_path_factory.mktemp("siege") / "home"
        office = OpenOffice(home, telegram, telegram.url, quick=True)
        office.start()
        try:
            office.wait_until_ready()
            yield Siege(office=office, telegram=telegram)
        finally:
            office.stop()


@pytest.fixture
def newcomer(siege: Siege) -> User:
    return siege.telegram.user("Marta", started=True)


@pytest.fixture
def neighbour(siege: Siege) -> User:
    return siege.telegram.user("Luca", started=True)


@pytest.fixture
def customer(siege: Siege) -> User:
    """Somebody who has a case with a draft on the table."""
    return siege.customers(["Anna"])["Anna"]


@pytest.fixture
def visit(siege: Siege) -> Iterator[Callable[[], Visitor]]:
    """Opens the web chat in a browser of its own."""
    with ExitStack() as browsers:

        def opened() -> Visitor:
            browser = browsers.enter_context(httpx.Client(base_url=siege.office.address, timeout=10))
            token = re.search(r'data-csrf="([^"]+)"', browser.get("/chat").text)
            assert token is not None
            return Visitor(siege=siege, browser=browser, token=token[1])

        yield opened


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()


Each = Callable[[Iterable[str], Callable[[str], object]], None]


@pytest.fixture
def each(subtests: pytest.Subtests) -> Each:
    """Looks at every case of a group, whichever fail; those are named."""

    def looked_at(names: Iterable[str], look: Callable[[str], object]) -> None:
        for name in names:
            with subtests.test(name):
                look(name)

    return looked_at


def groups(cases: dict[str, Any]) -> list[Any]:
    names = list(cases)
    parts = [names[start : start + GROUP] for start in range(0, len(names), GROUP)]
    return [
        pytest.param({name: cases[name] for name in part}, id=f"{part[0]} to {part[-1]}") for part in parts
    ]


# Telegram: what people send


@pytest.mark.parametrize("texts", groups(TEXTS))
def test_any_text_comes_before_an_agent(
    siege: Siege, each: Each, neighbour: User, texts: dict[str, str]
) -> None:
    senders = siege.newcomers(texts)
    sent = {name: siege.say(senders[name], text=text) for name, text in texts.items()}

    def comes_before_an_agent(name: str) -> None:
        update_id = siege.kept(sent[name])
        until(
            lambda: (
                siege.office.number(
                    "SELECT count(*) FROM messages m JOIN cases c ON c.id = m.case_id "
                    "WHERE m.update_id = ? AND c.state = 'waiting_agent'",
                    update_id,
                )
                == 1
            ),
            "its case comes before an agent",
            patience=PATIENCE,
        )
        siege.can_be_answered(senders[name])

    each(texts, comes_before_an_agent)
    siege.still_serves(neighbour, *senders.values())


@pytest.mark.parametrize("contents", groups(CONTENTS))
def test_any_content_is_kept_and_leaves_a_case_as_answerable_as_before(
    siege: Siege, each: Each, contents: dict[str, dict[str, Any]]
) -> None:
    senders = siege.newcomers(contents)
    first = {name: siege.say(senders[name], **fields) for name, fields in contents.items()}
    siege.still_serves(*senders.values())
    again = {
        name: siege.say(senders[name], **{"message_id": next(_numbers)} | fields)
        for name, fields in contents.items()
    }

    def is_kept(name: str) -> None:
        siege.kept(first[name])
        siege.kept(again[name])
        siege.can_be_answered(senders[name])

    each(contents, is_kept)


@pytest.mark.parametrize("messages", groups(MALFORMED))
def test_a_malformed_message_holds_up_nobody(
    siege: Siege, each: Each, neighbour: User, messages: dict[str, dict[str, Any]]
) -> None:
    customers = siege.customers(messages)
    sent = {name: siege.say(customers[name], **fields) for name, fields in messages.items()}
    siege.still_serves(neighbour, *customers.values())

    def is_kept(name: str) -> None:
        siege.kept(sent[name])
        siege.can_be_answered(customers[name])

    each(messages, is_kept)


# Telegram: updates


@pytest.mark.parametrize("updates", groups(UPDATES))
def test_any_update_is_kept_and_holds_up_nobody(
    siege: Siege, each: Each, neighbour: User, updates: dict[str, dict[str, Any]]
) -> None:
    sent = {name: siege.push(update) for name, update in updates.items()}
    siege.still_serves(neighbour)
    each(updates, lambda name: siege.kept(sent[name]))


def test_an_update_that_cannot_be_parsed_is_kept(siege: Siege, neighbour: User) -> None:
    update = siege.telegram.push_unparsable()
    siege.still_serves(neighbour)
    siege.kept(update["update_id"])


def test_the_words_of_business_accounts_are_not_kept(siege: Siege) -> None:
    secret = f"segreto-{next(_numbers)}"
    siege.kept(siege.push({"business_message": BUSINESS | {"text": secret}}))
    assert siege.office.number("SELECT count(*) FROM updates WHERE raw LIKE ?", f"%{secret}%") == 0


class Numberless(dict[str, Any]):
    """An object without a number, or with a wrong one; the double knows which it stands for."""

    number = 0

    def __getitem__(self, key: str) -> Any:
        return self.number if key == "update_id" else super().__getitem__(key)


class NumberlessList(list[Any]):
    """The same as a list."""

    number = 0

    def __getitem__(self, key: Any) -> Any:
        return self.number if key == "update_id" else super().__getitem__(key)


class NumberlessText(str):
    """The same as a text."""

    number = 0

    def __getitem__(self, key: Any) -> Any:
        return self.number if key == "update_id" else super().__getitem__(key)


NUMBERS = {
    "missing": Numberless({"message": PLAIN | {"text": "senza-numero-1"}}),
    "a_text": Numberless({"update_id": "12", "message": PLAIN | {"text": "senza-numero-2"}}),
    "true": Numberless({"update_id": True, "message": PLAIN | {"text": "senza-numero-3"}}),
    "a_fraction": Numberless({"update_id": 1.5, "message": PLAIN | {"text": "senza-numero-4"}}),
    "negative": Numberless({"update_id": -(2**40), "message": PLAIN | {"text": "senza-numero-5"}}),
    "beyond_64_bits": Numberless({"update_id": 2**63, "message": PLAIN | {"text": "senza-numero-6"}}),
    "of_100_digits": Numberless({"update_id": 10**100, "message": PLAIN | {"text": "senza-numero-7"}}),
    "a_list_instead": NumberlessList(["senza-numero-8"]),
    "a_text_instead": NumberlessText("senza-numero-9"),
}


def test_updates_without_a_usable_number_are_kept_and_stop_no_others(
    siege: Siege, each: Each, neighbour: User
) -> None:
    for update in NUMBERS.values():
        siege.push_numberless(update)
    siege.still_serves(neighbour)
    marks = {name: f"senza-numero-{position}" for position, name in enumerate(NUMBERS, start=1)}

    def is_kept(name: str) -> None:
        stored = siege.office.number("SELECT count(*) FROM updates WHERE raw LIKE ?", f"%{marks[name]}%")
        assert stored == 1

    each(NUMBERS, is_kept)


def test_the_same_update_twice_is_one_message(siege: Siege, newcomer: User) -> None:
    number = siege.say(newcomer, text="Dov'è il pacco?")
    siege.kept(number)
    with siege.telegram.lock:
        update = {"update_id": number, "message": {"text": "un altro testo"}}
        siege.telegram.push_again(update)
    siege.still_serves(newcomer)
    assert siege.office.number("SELECT count(*) FROM updates WHERE external_id = ?", str(number)) == 1


def test_the_same_message_in_another_update_leaves_the_draft_answerable(siege: Siege, customer: User) -> None:
    siege.kept(siege.say(customer, message_id=61_001, text="E allora?"))
    siege.kept(siege.say(customer, message_id=61_001, text="E allora?"))
    siege.can_be_answered(customer)


def test_an_edit_that_changes_no_word_leaves_the_draft_answerable(siege: Siege, customer: User) -> None:
    text = "Guardi qui: https://example.org"
    siege.kept(siege.say(customer, message_id=61_002, text=text))
    siege.can_be_answered(customer)
    # As Telegram sends it when the preview of a link has been loaded.
    siege.kept(
        siege.say(customer, "edited_message", message_id=61_002, text=text, edit_date=int(time.time()))
    )
    siege.can_be_answered(customer)


EDIT_DATES = {
    "a date": 1_790_000_000,
    "zero": 0,
    "negative": -5,
    "huge": FAR,
    "a text": "later",
    "none": None,
}


def test_an_edit_of_an_unknown_message_is_kept(siege: Siege, each: Each, neighbour: User) -> None:
    customers = siege.customers(EDIT_DATES)
    sent = {
        name: siege.say(customers[name], "edited_message", text="Aggiungo una cosa", edit_date=edit_date)
        for name, edit_date in EDIT_DATES.items()
    }
    siege.still_serves(neighbour, *customers.values())

    def is_kept(name: str) -> None:
        siege.kept(sent[name])
        siege.can_be_answered(customers[name])

    each(EDIT_DATES, is_kept)


def test_a_group_is_told_once_and_left(siege: Siege, newcomer: User, neighbour: User) -> None:
    group = siege.telegram.group("Amici", newcomer)
    newcomer.add_bot(group)
    newcomer.send("Il pacco? @rimedio_test_bot", to=group)
    siege.telegram.wait(
        lambda: siege.telegram.requests("leaveChat", chat=group.id) or None,
        timeout=PATIENCE,
        what="the bot leaves",
    )
    siege.still_serves(newcomer, neighbour)
    assert len(siege.telegram.requests("sendMessage", chat=group.id)) == 1
    assert siege.office.number("SELECT count(*) FROM updates WHERE raw LIKE '%Il pacco? @rimedio%'") == 0


def test_a_channel_is_not_listened_to(siege: Siege, newcomer: User) -> None:
    channel = siege.telegram.channel("Saldi", newcomer)
    newcomer.add_bot(channel, can_post_messages=True)
    channel.post("Solo oggi: segreto-del-canale")
    siege.still_serves(newcomer)
    left = "SELECT count(*) FROM updates WHERE raw LIKE '%segreto-del-canale%'"
    until(lambda: siege.office.number(left) == 0, "its words are forgotten", patience=PATIENCE)


# Web chat

WEB_TEXTS = {
    "emoji_only": "😡",
    "right_to_left": TEXTS["right_to_left"],
    "html": HTML,
    "nul_inside": "Il pacco\x00 non arriva",
    "half_a_character": TEXTS["lone_high_surrogate"],
    "control_characters": TEXTS["control_characters"],
    "zero_width_only": TEXTS["zero_width_only"],
    "as_long_as_may_be": "Il pacco. " * 10_000,
    "stacked_accents": TEXTS["stacked_accents"],
}


def test_any_text_in_the_web_chat_is_kept(siege: Siege, each: Each, visit: Callable[[], Visitor]) -> None:
    visitors = {name: visit() for name in WEB_TEXTS}

    def is_taken(name: str) -> None:
        assert visitors[name].write(WEB_TEXTS[name]).json() == {"ok": True}
        assert len(visitors[name].shown()) == 1

    def is_shown_as_it_was_written(name: str) -> None:
        until(
            lambda: visitors[name].shown() == [clean(WEB_TEXTS[name])],
            "it is shown as it was written",
            patience=PATIENCE,
        )

    each(WEB_TEXTS, is_taken)
    each(WEB_TEXTS, is_shown_as_it_was_written)
    asked = {name: visitor.ask() for name, visitor in visitors.items()}
    each(WEB_TEXTS, lambda name: visitors[name].is_served(asked[name]))


REFUSED = {
    "empty": json.dumps({"id": "message-1", "text": ""}).encode(),
    "whitespace": json.dumps({"id": "message-1", "text": " \n\u2003"}).encode(),
    "one_too_many": json.dumps({"id": "message-1", "text": "x" * 100_001}).encode(),
    "a_megabyte": json.dumps({"id": "message-1", "text": "x" * 2**21}).encode(),
    "name_of_half_a_character": b'{"id": "message-1", "text": "ciao", "name": "\\ud83d"}',
    "number_of_half_a_character": b'{"id": "message-\\ud83d", "text": "ciao"}',
    "field_of_half_a_character": b'{"id": "message-1", "\\ud83d": "ciao"}',
    "name_too_long": json.dumps({"id": "message-1", "text": "ciao", "name": "n" * 121}).encode(),
    "not_utf_8": b'{"id": "message-1", "text": "perch\xe9"}',
    "not_json": b"{",
    "nothing": b"",
    "a_list": b"[]",
    "null": b"null",
    "a_number_that_is_none": b'{"id": "message-1", "text": NaN}',
    "text_is_a_number": b'{"id": "message-1", "text": 5}',
    "no_id": b'{"text": "ciao"}',
    "id_too_long": json.dumps({"id": "m" * 65, "text": "ciao"}).encode(),
    "id_with_a_path": b'{"id": "../../etc", "text": "ciao"}',
    "a_number_of_5000_digits": b'{"id": ' + b"9" * 5000 + b"}",
    "nested_too_deep": b"[" * 100_000,
}


def test_what_the_web_chat_cannot_take_is_refused_and_the_visitor_goes_on(
    each: Each, visitor: Visitor
) -> None:
    def is_refused(name: str) -> None:
        assert 400 <= visitor.post(REFUSED[name]).status_code < 500
        assert visitor.shown() == []

    each(REFUSED, is_refused)
    visitor.is_still_served()


def test_a_text_of_nuls_alone_does_not_stop_the_visitor(visitor: Visitor) -> None:
    answer = visitor.write("\x00\x00")
    assert answer.status_code in (200, 400)
    visitor.is_still_served()


def test_another_content_type_is_refused(each: Each, visitor: Visitor) -> None:
    def is_refused(content_type: str) -> None:
        assert 400 <= visitor.post(b"id=message-1&text=ciao", content_type).status_code < 500

    each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""], is_refused)
    visitor.is_still_served()


def test_the_same_message_twice_is_one_in_the_web_chat(visitor: Visitor) -> None:
    first = visitor.write("Il pacco?", id="message-twice")
    again = visitor.write("Il pacco?", id="message-twice")
    assert first.json() == again.json() == {"ok": True}
    assert visitor.shown() == ["Il pacco?"]


@pytest.mark.parametrize(
    "cookie", ["", "x", "é".encode().decode("latin-1"), "a.b.c", "x" * 4000], ids=range(5)
)
def test_a_forged_cookie_gives_no_conversation(siege: Siege, cookie: str) -> None:
    header = [(b"cookie", f"rimedio_visitor={cookie}".encode("latin-1"))]
    assert httpx.get(siege.office.address + "/chat", headers=header).status_code == 200
    assert httpx.get(siege.office.address + "/chat/messages", headers=header).status_code == 403


# Afterwards: what was stored can be looked at


def test_every_case_can_be_opened_on_the_desk(siege: Siege) -> None:
    with httpx.Client(base_url=siege.office.address, timeout=30, follow_redirects=True) as browser:
        link = siege.office.link("Sofia")
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get(link).text)
        assert token is not None
        assert browser.post(link, data={"csrf": token[1]}).url.path == "/queue"
        numbers = [number for (number,) in siege.office.ask("SELECT number FROM cases")]
        pages = {path: browser.get(path).status_code for path in ("/queue", "/queue/lines")}
        pages |= {f"/cases/{number}": browser.get(f"/cases/{number}").status_code for number in numbers}
    assert len(numbers) > 50
    assert {path: status for path, status in pages.items() if status != 200} == {}


ODD: dict[str, dict[str, Any]] = {
    "longest_in_markup": {"text": TEXTS["longest_in_markup"]},
    "right_to_left": {"text": TEXTS["right_to_left"]},
    "empty": {"text": ""},
    "half_a_character_in_the_name": {"text": "ciao", "from": {"first_name": "\ud83d\x00<b>"}},
    "end_of_time": {"text": "ciao", "date": 253_402_300_799},
    "language_unknown": {"text": "ciao", "from": {"language_code": "\x00"}},
}


def test_agents_get_a_card_of_everything(siege: Siege) -> None:
    giulia = siege.office.hire("Giulia", "admin")
    users = [siege.telegram.user(f"Curioso {name}", started=True) for name in ODD]
    for user, fields in zip(users, ODD.values(), strict=True):
        siege.say(user, **fields)
    places = ", ".join("?" for _ in users)
    query = (
        "SELECT c.number FROM cases c JOIN identities i ON i.id = c.identity_id "
        f"WHERE i.external_id IN ({places})"
    )
    people = [str(user.id) for user in users]
    until(
        lambda: len(siege.office.ask(query, *people)) == len(ODD), "everybody has a case", patience=PATIENCE
    )
    wanted = {f"Richiesta n. {number}" for (number,) in siege.office.ask(query, *people)}

    def missing() -> set[str]:
        return {head for head in wanted if giulia.find(head) is None}

    until(lambda: not missing(), "all the cards", patience=120)


def test_every_request_to_telegram_was_right_and_nothing_is_left_undone(siege: Siege) -> None:
    def undone() -> int:
        return siege.office.number(
            "SELECT (SELECT count(*) FROM updates WHERE processed_at IS NULL)"
            " + (SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL)"
        )

    until(lambda: undone() == 0, "everything is worked off", patience=30)
    assert [problem for problem in siege.telegram.violations if "request" in problem] == []
