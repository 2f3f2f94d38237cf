"""The same few steps against our double and against an emulator that other people wrote."""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
import telegram
from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters

from tests.telegram import Double, User
from tests.telegram.files import SMALL_JPEG
from tests.telegram.script_bot import ScriptBot, WebhookReceiver

Json = dict[str, Any]

message_ids = itertools.count(1000)


class Side(Protocol):
    """A server of the Bot API with one person in it."""

    token: str
    chat_id: int

    @property
    def url(self) -> str: ...

    async def deliver(self, update: Json) -> None:
        """Queue an update for the bot."""

    async def press(self, message: Json, data: str) -> None:
        """Press a button under a message of the bot."""

    async def retry_webhook(self) -> None:
        """Let a failed delivery be tried again."""


class DoubleSide:
    def __init__(self, double: Double) -> None:
        double.deliverer.first_delay = 0.02
        self._double = double
        self._user: User = double.user(started=True)
        self.token = double.token
        self.chat_id = self._user.id
        self.url = double.url

    async def deliver(self, update: Json) -> None:
        self._double.push_update(update)

    async def press(self, message: Json, data: str) -> None:
        self._user.press_data(self._user.last(), data)

    async def retry_webhook(self) -> None:
        """The double retries by itself, as Telegram does."""


class EmulatorSide:
    def __init__(self, url: str) -> None:
        self.url = url
        self.chat_id = 5_000_000_001
        # Queues of the emulator are kept apart by token, so that each test has its own.
        self.token = f"7000000001:{uuid.uuid4().hex}abc"

    async def deliver(self, update: Json) -> None:
        await self._control("updates", {"token": self.token, "update": update})

    async def press(self, message: Json, data: str) -> None:
        query = {
            "id": "1",
            "from": person(self.chat_id),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        await self.deliver({"callback_query": query})

    async def retry_webhook(self) -> None:
        await self._control("deliver", {"token": self.token})

    async def _control(self, what: str, body: Json) -> None:
        async with httpx.AsyncClient() as client:
            (await client.post(f"{self.url}/__fixture/{what}", json=body)).raise_for_status()


def person(user_id: int) -> Json:
    return {"id": user_id, "is_bot": False, "first_name": "Marta", "language_code": "it"}


def written(side: Side, text: str) -> Json:
    chat = {"id": side.chat_id, "type": "private", "first_name": "Marta"}
    message = {"message_id": next(message_ids), "date": 1_790_000_000, "chat": chat, "text": text}
    return {"message": message | {"from": person(side.chat_id)}}


def texts(updates: list[Json]) -> list[str]:
    return [update["message"]["text"] for update in updates]


@pytest.fixture(scope="module")
def emulator_url() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "lo-bot-api-emulator"),
        *("--port", str(port), "--enable-control", "--allow-insecure-loopback-webhooks"),
    ]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        try:
            assert process.stdout is not None
            assert "Running on" in process.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(params=["double", "emulator"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "emulator":
        yield EmulatorSide(request.getfixturevalue("emulator_url"))
        return
    with Double() as double:
        yield DoubleSide(double)


@pytest.fixture
async def bot(side: Side) -> AsyncIterator[ScriptBot]:
    async with ScriptBot(side.url, side.token) as bot:
        yield bot


async def test_a_bot_learns_that_it_is_a_bot(bot: ScriptBot) -> None:
    me = (await bot.call("getMe")).result
    assert me["is_bot"] is True


async def test_start_is_received_and_answered(side: Side, bot: ScriptBot) -> None:
    await side.deliver(written(side, "/start"))
    (update,) = await bot.updates(timeout=5)
    assert update["message"]["text"] == "/start"
    sent = (await bot.call("sendMessage", chat_id=side.chat_id, text="Buongiorno")).result
    assert sent["text"] == "Buongiorno"
    assert sent["chat"]["id"] == side.chat_id


async def test_an_open_long_poll_ends_when_a_text_arrives(side: Side, bot: ScriptBot) -> None:
    polling = asyncio.create_task(bot.updates(timeout=20))
    await side.deliver(written(side, "Il pacco è in ritardo"))
    updates = await asyncio.wait_for(polling, 5)
    assert texts(updates) == ["Il pacco è in ritardo"]


async def test_what_was_not_acknowledged_comes_again(side: Side, bot: ScriptBot) -> None:
    await side.deliver(written(side, "uno"))
    await side.deliver(written(side, "due"))
    first = await bot.updates()
    again = await bot.updates()
    rest = await bot.updates(offset=first[0]["update_id"] + 1)
    end = await bot.updates(offset=first[1]["update_id"] + 1)
    assert [texts(batch) for batch in (first, again, rest, end)] == [
        ["uno", "due"],
        ["uno", "due"],
        ["due"],
        [],
    ]


async def test_a_pressed_button_reaches_the_bot_and_is_answered(side: Side, bot: ScriptBot) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Approva", "callback_data": "k1"}]]}
    sent = (await bot.call("sendMessage", chat_id=side.chat_id, text="Bozza", reply_markup=keyboard)).result
    await side.press(sent, "k1")
    (update,) = await bot.updates(timeout=5)
    query = update["callback_query"]
    assert query["data"] == "k1"
    assert (await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Fatto")).result is True
    edited = await bot.call(
        "editMessageText", chat_id=side.chat_id, message_id=sent["message_id"], text="Approvata"
    )
    assert edited.result["text"] == "Approvata"


async def test_callback_data_of_65_bytes_is_refused(side: Side, bot: ScriptBot) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Approva", "callback_data": "è" * 32 + "x"}]]}
    answer = await bot.call("sendMessage", chat_id=side.chat_id, text="Bozza", reply_markup=keyboard)
    assert (answer.status, answer.body["error_code"]) == (400, 400)


@pytest.mark.parametrize("text", ["", " \n ", "😀" * 2049], ids=["empty", "blank", "4098 units"])
async def test_a_text_that_cannot_be_sent_is_refused(side: Side, bot: ScriptBot, text: str) -> None:
    answer = await bot.call("sendMessage", chat_id=side.chat_id, text=text)
    assert answer.status == 400
    assert answer.description.startswith("Bad Request: ")


async def test_the_longest_text_is_accepted(side: Side, bot: ScriptBot) -> None:
    answer = await bot.call("sendMessage", chat_id=side.chat_id, text="a" * 4094 + "😀")
    assert answer.ok


async def test_of_two_pollers_one_gets_409(side: Side, bot: ScriptBot) -> None:
    async with ScriptBot(side.url, side.token) as other:
        polls = [
            asyncio.create_task(each.call("getUpdates", timeout=20, allowed_updates=["message"]))
            for each in (bot, other)
        ]
        done, pending = await asyncio.wait(polls, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        await side.deliver(written(side, "ciao"))
        refused, served = await done.pop(), await pending.pop()
    assert refused.status == 409
    assert refused.description.startswith("Conflict")
    assert texts(served.result) == ["ciao"]


async def test_polling_is_refused_while_a_webhook_is_set(side: Side, bot: ScriptBot) -> None:
    with WebhookReceiver(secret="s") as receiver:
        await bot.call("setWebhook", url=receiver.url, secret_token="s")
        answer = await bot.call("getUpdates")
        await bot.call("deleteWebhook")
    assert answer.status == 409


async def test_the_webhook_gets_the_secret_and_a_refused_update_again(side: Side, bot: ScriptBot) -> None:
    with WebhookReceiver(secret="right-secret_1", statuses=[500]) as receiver:
        await bot.call("setWebhook", url=receiver.url, secret_token="right-secret_1")
        await side.deliver(written(side, "ciao"))
        first = await receiver.next()
        await side.retry_webhook()
        second = await receiver.next()
        await bot.call("deleteWebhook")
    assert first == second
    assert texts([first]) == ["ciao"]
    assert receiver.refusals.empty()


async def test_a_receiver_with_another_secret_gets_nothing(side: Side, bot: ScriptBot) -> None:
    with WebhookReceiver(secret="other") as receiver:
        await bot.call("setWebhook", url=receiver.url, secret_token="right-secret_1")
        await side.deliver(written(side, "ciao"))
        given = await asyncio.wait_for(receiver.refusals.get(), 10)
        await bot.call("deleteWebhook")
        waiting = await bot.updates()
    assert given == "right-secret_1"
    assert receiver.arrivals.empty()
    assert texts(waiting) == ["ciao"]


async def test_a_secret_with_a_space_is_refused(bot: ScriptBot) -> None:
    answer = await bot.call("setWebhook", url="https://shop.example/hook", secret_token="not allowed")
    assert answer.status == 400


async def test_python_telegram_bot_understands_every_answer() -> None:
    with Double() as double:
        marta = double.user("Marta", started=True)
        base, files = f"{double.url}/bot", f"{double.url}/file/bot"
        async with telegram.Bot(double.token, base_url=base, base_file_url=files) as bot:
            keyboard = InlineKeyboardMarkup(
                [[InlineKeyboardButton("Sì", callback_data="k", style="success")]]
            )
            card = await bot.send_message(marta.id, "<b>Caso</b> 7", parse_mode="HTML", reply_markup=keyboard)
            await card.edit_text("Caso 7, chiuso")
            await bot.send_photo(marta.id, SMALL_JPEG, caption="foto", filename="foto.jpg")
            await bot.send_media_group(marta.id, [InputMediaPhoto(SMALL_JPEG), InputMediaPhoto(SMALL_JPEG)])
            reply = ReplyParameters(card.message_id)
            await bot.send_message(marta.id, "Scriva qui", reply_markup=ForceReply(), reply_parameters=reply)
            marta.send_album([b"prima", b"seconda"], caption="due foto")
            marta.press_data(marta.messages()[0], "k")
            updates = await bot.get_updates(timeout=5)
            photo = updates[1].effective_message
            assert photo is not None
            downloaded = await (await photo.photo[-1].get_file()).download_as_bytearray()
    kinds = [message.kind for message in marta.messages()]
    assert kinds == ["text", "photo", "photo", "photo", "text"]
    assert marta.messages()[-1].asks_reply
    assert bytes(downloaded) == b"seconda"
    assert double.violations == []
