import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.telegram import Double, Fault, FaultProxy, User
from tests.telegram.script_bot import ScriptBot


@pytest.fixture
def proxy(telegram: Double) -> Iterator[FaultProxy]:
    with FaultProxy(telegram) as proxy:
        yield proxy


@pytest.fixture
async def far(proxy: FaultProxy, telegram: Double) -> AsyncIterator[ScriptBot]:
    async with ScriptBot(proxy.url, telegram.token) as bot:
        yield bot


async def say(bot: ScriptBot, user: User, text: str = "ciao") -> int:
    return (await bot.call("sendMessage", chat_id=user.id, text=text)).status


@pytest.mark.parametrize(
    ("kind", "status", "parameters"),
    [
        ("429", 429, {"retry_after": 7}),
        ("429_without_retry_after", 429, None),
        ("500", 500, None),
        ("403", 403, None),
        ("401", 401, None),
        ("409", 409, None),
        ("400", 400, None),
    ],
)
@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after acceptance"])
async def test_a_status_comes_once_and_in_telegrams_shape(
    proxy: FaultProxy,
    far: ScriptBot,
    marta: User,
    kind: str,
    status: int,
    parameters: dict[str, int] | None,
    accepted: bool,
) -> None:
    rule = proxy.fail(method="sendMessage", kind=kind, seconds=7, accepted=accepted)
    answer = await far.call("sendMessage", chat_id=marta.id, text="ciao")
    assert answer.status == answer.body["error_code"] == status
    assert answer.body.get("parameters") == parameters
    assert len(marta.messages()) == accepted
    assert await say(far, marta) == 200
    assert rule.hits == 1


@pytest.mark.parametrize(("kind", "arrived"), [("reset_before", 0), ("reset_after", 1), ("cut", 1)])
async def test_a_broken_connection_tells_nothing_of_acceptance(
    proxy: FaultProxy, far: ScriptBot, marta: User, kind: str, arrived: int
) -> None:
    proxy.fail(method="sendMessage", kind=kind)
    with pytest.raises(httpx.TransportError):
        await say(far, marta)
    assert len(marta.messages()) == arrived
    assert proxy.counts == {Fault(kind): 1}


@pytest.mark.parametrize(("kind", "arrived"), [("hang_before", 0), ("hang_after", 1)])
async def test_a_hanging_request_ends_when_the_bot_gives_up(
    telegram: Double, proxy: FaultProxy, marta: User, kind: str, arrived: int
) -> None:
    proxy.fail(method="sendMessage", kind=kind)
    address = f"{proxy.url}/bot{telegram.token}/sendMessage"
    async with httpx.AsyncClient(timeout=0.2) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(address, json={"chat_id": marta.id, "text": "ciao"})
    assert len(marta.messages()) == arrived


@pytest.mark.parametrize("kind", ["truncated", "garbage"])
async def test_an_unreadable_answer_comes_with_status_200(
    telegram: Double, proxy: FaultProxy, marta: User, kind: str
) -> None:
    proxy.fail(method="sendMessage", kind=kind)
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{proxy.url}/bot{telegram.token}/sendMessage", json={"chat_id": marta.id, "text": "ciao"}
        )
    assert answer.status_code == 200
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        answer.json()
    assert len(marta.messages()) == 1


async def test_a_bad_gateway_answers_with_a_page(telegram: Double, proxy: FaultProxy) -> None:
    proxy.fail(method="getMe", kind="502")
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{proxy.url}/bot{telegram.token}/getMe")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")


async def test_a_delayed_request_is_carried_out_late(
    telegram: Double, proxy: FaultProxy, far: ScriptBot, marta: User
) -> None:
    proxy.fail(method="sendMessage", kind="delay", seconds=0.1)
    await say(far, marta, "tardi")
    await say(far, marta, "subito")
    assert [message.text for message in marta.messages()] == ["tardi", "subito"]
    assert telegram.requests("sendMessage")[0].ok


async def test_a_rule_is_for_its_chat_its_method_and_its_number(
    telegram: Double, proxy: FaultProxy, far: ScriptBot, marta: User
) -> None:
    luca = telegram.user("Luca", started=True)
    proxy.fail(method="sendMessage", chat=marta, kind="500", times=2)
    statuses = [await say(far, person) for person in (luca, marta, marta, marta)]
    assert statuses == [200, 500, 500, 200]
    assert proxy.forwarded["sendMessage"] == 2


async def test_a_rule_without_end_lasts_until_it_is_cleared(
    proxy: FaultProxy, far: ScriptBot, marta: User
) -> None:
    rule = proxy.fail(kind="500", times=None)
    statuses = [await say(far, marta) for _ in range(3)]
    proxy.clear()
    assert [*statuses, await say(far, marta)] == [500, 500, 500, 200]
    assert rule.hits == 3


async def test_polls_are_touched_only_by_name(proxy: FaultProxy, far: ScriptBot, marta: User) -> None:
    proxy.fail(kind="500")
    marta.send("ciao")
    assert len(await far.updates()) == 1
    proxy.clear()
    proxy.fail(method="getUpdates", kind="409")
    assert (await far.call("getUpdates")).status == 409


async def test_a_closed_port_refuses_and_can_be_opened_again(
    proxy: FaultProxy, far: ScriptBot, marta: User
) -> None:
    proxy.refuse_connections()
    with pytest.raises(httpx.ConnectError):
        await say(far, marta)
    proxy.accept_connections()
    assert await say(far, marta) == 200
