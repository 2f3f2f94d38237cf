import asyncio

import pytest

from tests.telegram import Double, NoSuchButtonError, NotPossibleError, NotReachedError, User
from tests.telegram.script_bot import ScriptBot

CARD = {
    "inline_keyboard": [
        [{"text": "✅ Approva", "callback_data": "a:1"}, {"text": "✏️ Modifica", "callback_data": "e:1"}],
        [{"text": "Apri sul banco", "url": "https://negozio.example/7"}],
    ]
}
EVERY_KIND = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"]


async def kinds(bot: ScriptBot) -> list[str]:
    return [list(update)[1] for update in await bot.updates(kinds=EVERY_KIND)]


async def test_a_link_with_a_code_opens_the_bot(bot: ScriptBot, telegram: Double) -> None:
    gianni = telegram.user("Gianni")
    gianni.start("c0de")
    (update,) = await bot.updates()
    assert update["message"]["text"] == "/start c0de"
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert (await bot.call("sendMessage", chat_id=gianni.id, text="Benvenuto")).ok


async def test_buttons_are_found_by_label_data_or_part_of_the_label(bot: ScriptBot, marta: User) -> None:
    await bot.call("sendMessage", chat_id=marta.id, text="Bozza", reply_markup=CARD)
    card = marta.last()
    presses = [marta.press(card, what) for what in ("✅ Approva", "e:1", "modifica")]
    assert [press.data for press in presses] == ["a:1", "e:1", "e:1"]
    assert card.labels == ("✅ Approva", "✏️ Modifica", "Apri sul banco")


@pytest.mark.parametrize("what", ["Rifiuta", "a", "Apri sul banco"], ids=["none", "several", "link"])
async def test_what_cannot_be_pressed_is_said(bot: ScriptBot, marta: User, what: str) -> None:
    await bot.call("sendMessage", chat_id=marta.id, text="Bozza", reply_markup=CARD)
    with pytest.raises(NoSuchButtonError):
        marta.press(marta.last(), what)


async def test_a_button_that_was_taken_away_is_pressed_only_by_force(bot: ScriptBot, marta: User) -> None:
    await bot.call("sendMessage", chat_id=marta.id, text="Bozza", reply_markup=CARD)
    card = marta.last()
    await bot.call("editMessageReplyMarkup", chat_id=marta.id, message_id=card.message_id)
    with pytest.raises(NoSuchButtonError):
        marta.press(card, "Approva")
    marta.press_data(card, card.button("Approva").data or "")
    (update,) = await bot.updates()
    assert update["callback_query"]["data"] == "a:1"


async def test_every_kind_of_message_is_by_the_book(telegram: Double, bot: ScriptBot, marta: User) -> None:
    first = marta.send("ciao https://negozio.example marta@posta.example")
    marta.edit(first, "ciao!")
    album = marta.send_album([b"uno", b"due"], caption="due foto")
    marta.edit(album[0], "altre foto")
    marta.send_photo(album=album[0].album, caption="in ritardo")
    marta.send_document(b"%PDF", caption="fattura")
    marta.send_voice()
    marta.send_video_note()
    marta.send_video()
    marta.send_audio()
    marta.send_sticker()
    marta.send_location()
    marta.send_contact()
    marta.send_poll("Quale?", ["uno", "due"])
    marta.forward("scritto da altri")
    marta.send("risposta", reply_to=first)
    marta.block()
    marta.unblock()
    group = telegram.group("Assistenza", marta)
    marta.add_bot(group)
    group.upgrade()
    channel = telegram.channel("Novità", marta)
    marta.add_bot(channel, can_post_messages=True)
    channel.post("Oggi chiuso")
    seen = await kinds(bot)
    assert (seen.count("message"), seen.count("edited_message")) == (18, 2)
    assert (seen.count("my_chat_member"), seen.count("channel_post")) == (4, 1)
    assert telegram.violations == []


async def test_an_edit_is_a_new_update_of_the_same_message(bot: ScriptBot, marta: User) -> None:
    first = marta.send("tardi")
    marta.edit(first, "in ritardo")
    updates = await bot.updates(kinds=["message", "edited_message"])
    assert updates[1]["edited_message"]["message_id"] == updates[0]["message"]["message_id"]
    assert updates[0]["message"]["text"] == "tardi"
    assert updates[1]["edited_message"]["text"] == "in ritardo"


async def test_in_a_group_only_what_concerns_the_bot_reaches_it(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    group = telegram.group("Assistenza", marta)
    marta.add_bot(group)
    await bot.call("sendMessage", chat_id=group.id, text="scheda")
    (card,) = group.messages()
    marta.send("fra noi", to=group)
    marta.send("/oggi", to=group)
    marta.send("nota", to=group, reply_to=card)
    marta.send(f"ciao @{telegram.bot.username}", to=group)
    joining, service, *written = await bot.updates()
    texts = [update["message"]["text"] for update in written]
    assert (list(joining)[1], "new_chat_members" in service["message"]) == ("my_chat_member", True)
    assert texts == ["/oggi", "nota", f"ciao @{telegram.bot.username}"]


def test_who_is_not_in_a_group_cannot_write_there(telegram: Double, marta: User) -> None:
    group = telegram.group("Assistenza", telegram.user("Gianni"))
    with pytest.raises(NotPossibleError):
        marta.send("ciao", to=group)


async def test_waiting_ends_when_the_message_is_there(bot: ScriptBot, marta: User) -> None:
    waiting = asyncio.create_task(marta.sees("numero 7", timeout=5))
    await bot.call("sendMessage", chat_id=marta.id, text="Numero 7, grazie")
    assert (await waiting).text == "Numero 7, grazie"


async def test_waiting_in_vain_tells_what_the_bot_did(telegram: Double, bot: ScriptBot, marta: User) -> None:
    await bot.call("sendMessage", chat_id=marta.id, text="Altro")
    with pytest.raises(NotReachedError, match=r"Marta sees 'numero 7'.*\n.*\n.*sendMessage.*Altro.*-> ok"):
        await marta.sees("numero 7", timeout=0.01)


def test_a_test_without_a_loop_can_wait_too(telegram: Double, marta: User) -> None:
    marta.send("ciao")
    assert telegram.wait(lambda: telegram.updates.waiting, timeout=1)
    with pytest.raises(NotReachedError):
        telegram.wait(lambda: telegram.all_acknowledged, timeout=0.01)


async def test_requests_are_found_by_method_chat_and_outcome(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    luca = telegram.user("Luca", started=True)
    await bot.updates()
    await bot.call("sendMessage", chat_id=marta.id, text="a Marta")
    await bot.call("sendMessage", chat_id=luca.id, text="a Luca")
    await bot.call("sendMessage", chat_id=luca.id, text="")
    assert [call.text for call in telegram.requests("sendMessage", chat=luca)] == ["a Luca", ""]
    assert [call.text for call in telegram.requests(chat=luca, ok=True)] == ["a Luca"]
    assert len(telegram.requests()) == 3
    assert len(telegram.transcript) == 4


async def test_times_of_requests_grow(telegram: Double, bot: ScriptBot, marta: User) -> None:
    await bot.call("sendMessage", chat_id=marta.id, text="uno")
    await bot.call("sendMessage", chat_id=marta.id, text="due")
    first, second = telegram.requests("sendMessage")
    assert first.at < first.done < second.at < second.done
