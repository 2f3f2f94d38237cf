import json
from typing import Any

import httpx
import pytest

from tests.telegram import Double, User
from tests.telegram.errors import NotPossibleError
from tests.telegram.files import SMALL_JPEG
from tests.telegram.script_bot import ScriptBot

BUTTONS = {"inline_keyboard": [[{"text": "Approva", "callback_data": "k1"}]]}


async def sent(bot: ScriptBot, user: User, text: str = "Bozza", **more: Any) -> int:
    return int((await bot.call("sendMessage", chat_id=user.id, text=text, **more)).result["message_id"])


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [("7000000002:" + "A" * 35, 401, "Unauthorized"), ("nonsense", 404, "Not Found")],
    ids=["unknown", "malformed"],
)
async def test_a_wrong_token_is_refused(telegram: Double, token: str, status: int, description: str) -> None:
    async with ScriptBot(telegram.url, token) as stranger:
        answer = await stranger.call("getMe")
    assert answer.status == status
    assert answer.body == {"ok": False, "error_code": status, "description": description}


async def test_an_unknown_chat_is_not_found(bot: ScriptBot) -> None:
    answer = await bot.call("sendMessage", chat_id=42, text="x")
    assert answer.body == {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}


async def test_nobody_is_written_to_who_did_not_write_first(telegram: Double, bot: ScriptBot) -> None:
    answer = await bot.call("sendMessage", chat_id=telegram.user("Luca").id, text="x")
    assert answer.status == 403
    assert answer.description == "Forbidden: bot can't initiate conversation with a user"


async def test_who_blocked_the_bot_gets_nothing_until_they_let_it_in(bot: ScriptBot, marta: User) -> None:
    marta.block()
    refused = await bot.call("sendMessage", chat_id=marta.id, text="x")
    marta.unblock()
    accepted = await bot.call("sendMessage", chat_id=marta.id, text="x")
    assert (refused.status, refused.description) == (403, "Forbidden: bot was blocked by the user")
    assert accepted.ok


async def test_a_deleted_account_gets_nothing(bot: ScriptBot, marta: User) -> None:
    marta.deactivate()
    answer = await bot.call("sendMessage", chat_id=marta.id, text="x")
    assert (answer.status, answer.description) == (403, "Forbidden: user is deactivated")


async def test_an_upgraded_group_tells_its_new_id(telegram: Double, bot: ScriptBot, marta: User) -> None:
    group = telegram.group("Assistenza", marta)
    marta.add_bot(group)
    bigger = group.upgrade()
    refused = await bot.call("sendMessage", chat_id=group.id, text="x")
    assert refused.body == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": bigger.id},
    }
    assert (await bot.call("sendMessage", chat_id=bigger.id, text="x")).ok


async def test_a_group_without_the_bot_refuses(telegram: Double, bot: ScriptBot, marta: User) -> None:
    group = telegram.group("Assistenza", marta)
    marta.add_bot(group)
    marta.remove_bot(group)
    answer = await bot.call("sendMessage", chat_id=group.id, text="x")
    assert answer.description == "Forbidden: bot was kicked from the group chat"


async def test_unescaped_markup_is_refused_and_nothing_is_sent(bot: ScriptBot, marta: User) -> None:
    answer = await bot.call("sendMessage", chat_id=marta.id, text="1 < 2 </a>", parse_mode="HTML")
    assert answer.description.startswith("Bad Request: can't parse entities: ")
    assert marta.messages() == []


async def test_the_length_counts_after_the_markup(bot: ScriptBot, marta: User) -> None:
    fits = await bot.call("sendMessage", chat_id=marta.id, text=f"<b>{'a' * 4096}</b>", parse_mode="HTML")
    too_long = await bot.call("sendMessage", chat_id=marta.id, text="a" * 4095 + "😀")
    assert fits.ok
    assert too_long.description == "Bad Request: message is too long"


async def test_a_caption_has_1024_units(bot: ScriptBot, marta: User) -> None:
    photo = {"photo": ("a.jpg", SMALL_JPEG)}
    answers = [
        await bot.upload("sendPhoto", photo, chat_id=str(marta.id), caption="a" * length)
        for length in (1024, 1025)
    ]
    assert answers[0].ok
    assert answers[1].description == "Bad Request: message caption is too long"


async def test_an_edit_shows_and_takes_the_buttons_away(bot: ScriptBot, marta: User) -> None:
    number = await sent(bot, marta, reply_markup=BUTTONS)
    await bot.call("editMessageText", chat_id=marta.id, message_id=number, text="Approvata")
    assert (marta.last().text, marta.last().labels, marta.last().edited) == ("Approvata", (), True)


async def test_an_edit_that_changes_nothing_is_refused(bot: ScriptBot, marta: User) -> None:
    number = await sent(bot, marta, text="<b>Bozza</b>", parse_mode="HTML", reply_markup=BUTTONS)
    same = {"text": " <b>Bozza</b>", "parse_mode": "HTML", "reply_markup": BUTTONS}
    answer = await bot.call("editMessageText", chat_id=marta.id, message_id=number, **same)
    assert answer.description.startswith("Bad Request: message is not modified: ")


async def test_buttons_can_be_taken_away_once(bot: ScriptBot, marta: User) -> None:
    number = await sent(bot, marta, reply_markup=BUTTONS)
    first, second = [
        await bot.call("editMessageReplyMarkup", chat_id=marta.id, message_id=number) for _ in range(2)
    ]
    assert first.ok
    assert "message is not modified" in second.description
    assert not marta.last().edited


async def test_what_a_person_wrote_cannot_be_edited(bot: ScriptBot, marta: User) -> None:
    own = marta.send("ciao")
    answer = await bot.call("editMessageText", chat_id=marta.id, message_id=own.message_id, text="x")
    missing = await bot.call("editMessageText", chat_id=marta.id, message_id=999, text="x")
    assert answer.description == "Bad Request: message can't be edited"
    assert missing.description == "Bad Request: message to edit not found"


async def test_a_message_can_be_deleted_for_48_hours(telegram: Double, bot: ScriptBot, marta: User) -> None:
    young, old = await sent(bot, marta), await sent(bot, marta)
    deleted = await bot.call("deleteMessage", chat_id=marta.id, message_id=young)
    telegram.clock.advance(48 * 3600 + 1)
    refused = await bot.call("deleteMessage", chat_id=marta.id, message_id=old)
    assert deleted.result is True
    assert refused.description == "Bad Request: message can't be deleted for everyone"
    assert [message.message_id for message in marta.messages()] == [old]


async def test_a_press_is_answered_with_a_notice(bot: ScriptBot, marta: User) -> None:
    await sent(bot, marta, reply_markup=BUTTONS)
    press = marta.press(marta.last(), "approva")
    await bot.call("answerCallbackQuery", callback_query_id=press.id, text="Presa", show_alert=True)
    assert (press.answers, press.notice, press.alert) == (1, "Presa", True)


async def test_an_old_press_cannot_be_answered(telegram: Double, bot: ScriptBot, marta: User) -> None:
    await sent(bot, marta, reply_markup=BUTTONS)
    born_old = marta.press(marta.last(), "Approva", age=200)
    aged = marta.press(marta.last(), "Approva")
    telegram.clock.advance(151)
    answers = [await bot.call("answerCallbackQuery", callback_query_id=p.id) for p in (born_old, aged)]
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert [answer.description for answer in answers] == [too_old, too_old]
    assert not born_old.answered


async def test_a_reply_needs_the_message_it_answers(bot: ScriptBot, marta: User) -> None:
    own = marta.send("domanda")
    marta.delete(own)
    reply: dict[str, Any] = {"message_id": own.message_id}
    refused = await bot.call("sendMessage", chat_id=marta.id, text="x", reply_parameters=reply)
    reply["allow_sending_without_reply"] = True
    accepted = await bot.call("sendMessage", chat_id=marta.id, text="x", reply_parameters=reply)
    assert refused.description == "Bad Request: message to be replied not found"
    assert accepted.ok


async def test_an_upload_can_be_sent_again_by_its_id(bot: ScriptBot, marta: User) -> None:
    first = await bot.upload("sendDocument", {"document": ("a.pdf", b"%PDF\r\n--x")}, chat_id=str(marta.id))
    file_id = first.result["document"]["file_id"]
    await bot.call("sendDocument", chat_id=marta.id, document=file_id)
    assert [marta.file(message) for message in marta.messages()] == [b"%PDF\r\n--x"] * 2


async def test_an_album_has_two_to_ten_items(bot: ScriptBot, marta: User) -> None:
    def album(items: int) -> dict[str, str]:
        media = [{"type": "photo", "media": "attach://one"}] * items
        return {"chat_id": str(marta.id), "media": json.dumps(media)}

    part = {"one": ("a.jpg", SMALL_JPEG)}
    answers = [await bot.upload("sendMediaGroup", part, **album(items)) for items in (1, 2, 10, 11)]
    assert [answer.ok for answer in answers] == [False, True, True, False]
    assert len({message.album for message in marta.messages()}) == 2


async def test_a_file_beyond_20_mb_cannot_be_fetched(bot: ScriptBot, marta: User) -> None:
    large = marta.send_document(b"%PDF", size=20 * 1024 * 1024 + 1)
    answer = await bot.call("getFile", file_id=large.file_ids[0])
    assert answer.description == "Bad Request: file is too big"


async def test_the_large_size_of_a_photo_is_what_was_sent(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    sizes = marta.send_photo(content=b"the picture").raw["photo"]
    paths = [(await bot.call("getFile", file_id=size["file_id"])).result["file_path"] for size in sizes]
    async with httpx.AsyncClient(base_url=f"{telegram.url}/file/bot{telegram.token}/") as client:
        small, large = [(await client.get(path)).content for path in paths]
    assert large == b"the picture"
    assert small == SMALL_JPEG


async def test_topics_need_a_forum_and_the_right(telegram: Double, bot: ScriptBot, marta: User) -> None:
    forum = telegram.supergroup("Squadra", marta, forum=True)
    marta.add_bot(forum)
    refused = await bot.call("createForumTopic", chat_id=forum.id, name="Caso 7")
    marta.add_bot(forum, can_manage_topics=True)
    topic = (await bot.call("createForumTopic", chat_id=forum.id, name="Caso 7")).result
    await bot.call(
        "sendMessage", chat_id=forum.id, text="scheda", message_thread_id=topic["message_thread_id"]
    )
    lost = await bot.call("sendMessage", chat_id=forum.id, text="scheda", message_thread_id=999)
    assert refused.description == "Bad Request: not enough rights to create a topic"
    assert forum.messages()[-1].thread == topic["message_thread_id"]
    assert lost.description == "Bad Request: message thread not found"


async def test_rates_are_limited_when_switched_on(telegram: Double, bot: ScriptBot, marta: User) -> None:
    telegram.rates.on = True
    first, second = [await bot.call("sendMessage", chat_id=marta.id, text="x") for _ in range(2)]
    assert first.ok
    assert second.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }


async def test_a_form_is_understood_like_json(bot: ScriptBot, telegram: Double, marta: User) -> None:
    async with httpx.AsyncClient(base_url=f"{telegram.url}/bot{telegram.token}/") as client:
        form = {"chat_id": str(marta.id), "text": "[1] {però}", "reply_markup": json.dumps(BUTTONS)}
        answer = (await client.post("sendMessage", data=form)).json()
    assert answer["ok"]
    assert (marta.last().text, marta.last().labels) == ("[1] {però}", ("Approva",))
    assert telegram.violations == []


@pytest.mark.parametrize(
    ("method", "params", "violation"),
    [
        (
            "sendMessage",
            {"text": "x", "colour": "red"},
            "sendMessage request: colour: not in the documentation",
        ),
        ("sendMessage", {"text": "R & D", "parse_mode": "HTML"}, "unescaped & in HTML"),
        ("sendMessage", {}, "sendMessage request: text: Field required"),
        ("sendMessage", {"text": "x", "disable_notification": "maybe"}, "disable_notification"),
        ("sendTelegram", {}, "sendTelegram: the double does not know this method"),
    ],
)
async def test_a_request_that_is_not_by_the_book_is_a_violation(
    telegram: Double, bot: ScriptBot, marta: User, method: str, params: dict[str, str], violation: str
) -> None:
    await bot.call(method, chat_id=marta.id, **params)
    assert violation in "\n".join(telegram.violations)


async def test_every_modelled_answer_is_by_the_book(telegram: Double, bot: ScriptBot, marta: User) -> None:
    group = telegram.supergroup("Squadra", marta)
    marta.add_bot(group, can_delete_messages=True)
    number = await sent(bot, marta)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("getMe", {}),
        ("getWebhookInfo", {}),
        ("getChat", {"chat_id": marta.id}),
        ("getChat", {"chat_id": group.id}),
        ("getChatMember", {"chat_id": group.id, "user_id": marta.id}),
        ("getChatMember", {"chat_id": group.id, "user_id": telegram.bot.id}),
        ("getChatAdministrators", {"chat_id": group.id}),
        ("getChatMemberCount", {"chat_id": group.id}),
        ("setMyCommands", {"commands": [{"command": "stato", "description": "A che punto siamo"}]}),
        ("getMyCommands", {}),
        ("setMyName", {"name": "Assistenza"}),
        ("getMyName", {}),
        ("setMyDescription", {"description": "Scriva qui"}),
        ("getMyShortDescription", {}),
        ("sendChatAction", {"chat_id": marta.id, "action": "typing"}),
        ("sendLocation", {"chat_id": marta.id, "latitude": 45.1, "longitude": 9.2}),
        (
            "setMessageReaction",
            {"chat_id": marta.id, "message_id": number, "reaction": [{"type": "emoji", "emoji": "👍"}]},
        ),
        ("leaveChat", {"chat_id": group.id}),
    ]
    refused = [method for method, params in calls if not (await bot.call(method, **params)).ok]
    assert refused == []
    assert telegram.violations == []


async def test_a_bot_is_told_of_the_topics_it_makes(telegram: Double, bot: ScriptBot, marta: User) -> None:
    forum = telegram.supergroup("Squadra", marta, forum=True)
    marta.add_bot(forum, can_manage_topics=True)
    topic = (await bot.call("createForumTopic", chat_id=forum.id, name="Caso 7")).result
    told = [update["message"] for update in await bot.updates() if "message" in update][-1]
    assert told["forum_topic_created"]["name"] == "Caso 7"
    assert told["message_thread_id"] == topic["message_thread_id"]


async def test_nobody_but_admins_writes_in_a_closed_topic(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    luca = telegram.user("Luca")
    forum = telegram.supergroup("Squadra", marta, luca, forum=True)
    marta.add_bot(forum, can_manage_topics=True)
    thread = (await bot.call("createForumTopic", chat_id=forum.id, name="Caso 7")).result["message_thread_id"]
    closed = [await bot.call("closeForumTopic", chat_id=forum.id, message_thread_id=thread) for _ in range(2)]
    assert [answer.ok for answer in closed] == [True, False]
    assert closed[1].description == "Bad Request: TOPIC_NOT_MODIFIED"
    with pytest.raises(NotPossibleError):
        luca.send("Ci penso io", to=forum, thread=thread)
    assert (await bot.call("reopenForumTopic", chat_id=forum.id, message_thread_id=thread)).ok
    assert luca.send("Ci penso io", to=forum, thread=thread).reply_to == thread


async def test_a_chat_has_a_menu_of_its_own_until_it_is_taken_away(bot: ScriptBot, marta: User) -> None:
    scope = {"type": "chat", "chat_id": marta.id}
    everybodys = [{"command": "stato", "description": "A che punto è"}]
    martas = [{"command": "oggi", "description": "Che cosa è aperto"}]
    await bot.call("setMyCommands", commands=everybodys)
    await bot.call("setMyCommands", commands=martas, scope=scope)
    assert (await bot.call("getMyCommands", scope=scope)).result == martas
    await bot.call("deleteMyCommands", scope=scope)
    assert (await bot.call("getMyCommands", scope=scope)).result == []
    assert (await bot.call("getMyCommands")).result == everybodys
