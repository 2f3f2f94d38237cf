import asyncio

from tests.telegram import Double, User
from tests.telegram.script_bot import ScriptBot, WebhookReceiver
from tests.telegram.updates import DAY


async def test_the_newer_of_two_pollers_wins(telegram: Double, bot: ScriptBot, marta: User) -> None:
    older = asyncio.create_task(bot.call("getUpdates", timeout=30))
    await telegram.wait_for(lambda: telegram.transcript)
    async with ScriptBot(telegram.url, telegram.token) as other:
        newer = asyncio.create_task(other.call("getUpdates", timeout=30))
        refused = await asyncio.wait_for(older, 5)
        marta.send("ciao")
        served = await asyncio.wait_for(newer, 5)
    assert refused.body == {
        "ok": False,
        "error_code": 409,
        "description": (
            "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        ),
    }
    assert served.result[0]["message"]["text"] == "ciao"


async def test_a_poller_that_went_away_takes_nothing_along(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    gone = asyncio.create_task(bot.call("getUpdates", timeout=30))
    await telegram.wait_for(lambda: telegram.transcript)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    marta.send("ciao")
    assert len(await bot.updates(timeout=5)) == 1


async def test_a_timeout_without_updates_is_an_empty_answer(bot: ScriptBot) -> None:
    assert await bot.updates(timeout=1) == []


async def test_reactions_come_only_when_asked_for(telegram: Double, bot: ScriptBot, marta: User) -> None:
    message = marta.send("ciao")
    await bot.call("getUpdates", allowed_updates=[])
    marta.react(message, "👍")
    await bot.call("getUpdates", allowed_updates=["message", "message_reaction"])
    marta.react(message, None)
    updates = (await bot.call("getUpdates")).result
    assert [next(reversed(update)) for update in updates] == ["message", "message_reaction"]
    assert updates[1]["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert [next(reversed(update)) for update in telegram.updates.dropped] == ["message_reaction"]


async def test_a_press_waits_150_seconds_and_a_message_a_day(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    card = marta.send("ciao")
    marta.press_data(card, "k1")
    telegram.clock.advance(151)
    after_presses = await bot.updates()
    telegram.clock.advance(DAY)
    assert [list(update)[1] for update in after_presses] == ["message"]
    assert await bot.updates() == []


async def test_an_acknowledged_update_can_be_delivered_again(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    marta.send("uno")
    (update,) = await bot.updates()
    following = update["update_id"] + 1
    assert await bot.updates(offset=following) == []
    telegram.push_again(update)
    assert await bot.updates(offset=following) == [update]
    assert await bot.updates(offset=following) == []


async def test_numbers_may_start_again_below(telegram: Double, bot: ScriptBot, marta: User) -> None:
    marta.send("uno")
    (high,) = await bot.updates()
    await bot.updates(offset=high["update_id"] + 1)
    telegram.updates.restart_numbering(500)
    marta.send("due")
    (low,) = await bot.updates(offset=high["update_id"] + 1)
    assert low["update_id"] == 500
    assert await bot.updates(offset=501) == []


async def test_an_update_that_nobody_can_parse_is_delivered_as_it_is(
    telegram: Double, bot: ScriptBot
) -> None:
    broken = telegram.push_unparsable()
    assert await bot.updates() == [broken]
    assert telegram.violations == []


async def test_a_negative_offset_keeps_the_last(bot: ScriptBot, marta: User) -> None:
    marta.send("uno")
    marta.send("due")
    assert [update["message"]["text"] for update in await bot.updates(offset=-1)] == ["due"]


async def test_a_failing_webhook_holds_up_its_own_chat_only(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    telegram.deliverer.first_delay = 0.2
    luca = telegram.user("Luca")
    with WebhookReceiver(secret="s", statuses=[500]) as receiver:
        await bot.call("setWebhook", url=receiver.url, secret_token="s")
        marta.send("m1")
        failed = await receiver.next()
        marta.send("m2")
        luca.send("l1")
        arrived = [failed, *[await receiver.next() for _ in range(3)]]
        await telegram.wait_for(lambda: telegram.all_acknowledged)
        info = (await bot.call("getWebhookInfo")).result
        await bot.call("deleteWebhook")
    assert [update["message"]["text"] for update in arrived] == ["m1", "l1", "m1", "m2"]
    assert [status for _, status in telegram.deliverer.attempts] == [500, 200, 200, 200]
    assert info["last_error_message"] == "Wrong response from the webhook: 500"


async def test_what_waited_for_polling_goes_to_the_webhook(
    telegram: Double, bot: ScriptBot, marta: User
) -> None:
    marta.send("prima")
    with WebhookReceiver(secret="s") as receiver:
        await bot.call("setWebhook", url=receiver.url, secret_token="s")
        arrived = await receiver.next()
        await bot.call("deleteWebhook")
    assert arrived["message"]["text"] == "prima"
