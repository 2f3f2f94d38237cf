"""What a failed request means for the message: told from real failures of real requests."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from telegram.error import TelegramError

from bot.telegram.api import Api
from bot.telegram.channel import result_of
from bot.telegram.pacing import Pacing
from models.channel import Outcome, SendResult
from tests.telegram import Double, FaultProxy


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def faults(telegram: Double) -> Iterator[FaultProxy]:
    with FaultProxy(telegram) as proxy:
        yield proxy


async def failed_sending(telegram: Double, base: str, chat: int) -> SendResult:
    """Sends one message, which must fail."""
    api = Api(telegram.token, base, Pacing())
    try:
        with pytest.raises(TelegramError) as caught:
            await api.send_text(chat, "Buongiorno")
    finally:
        await api.close()
    return result_of(caught.value, telegram.bot.id)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        pytest.param("429", Outcome.RETRY, id="told to wait"),
        pytest.param("429_without_retry_after", Outcome.RETRY, id="told to wait, not how long"),
        pytest.param("500", Outcome.RETRY, id="Telegram's own refusal"),
        pytest.param("502", Outcome.UNCONFIRMED, id="a gateway's page proves nothing"),
        pytest.param("403", Outcome.BLOCKED, id="blocked"),
        pytest.param("400", Outcome.FAILED, id="a request that is wrong"),
        pytest.param("401", Outcome.RETRY, id="token refused: nothing was accepted"),
        pytest.param("reset_before", Outcome.UNCONFIRMED, id="reset before"),
        pytest.param("reset_after", Outcome.UNCONFIRMED, id="reset after"),
        pytest.param("truncated", Outcome.UNCONFIRMED, id="truncated answer"),
        pytest.param("cut", Outcome.UNCONFIRMED, id="connection cut within the answer"),
        pytest.param("garbage", Outcome.UNCONFIRMED, id="an answer that is no JSON"),
    ],
)
async def test_a_fault_has_its_outcome(
    telegram: Double, faults: FaultProxy, kind: str, outcome: Outcome
) -> None:
    marta = telegram.user("Marta", started=True)
    faults.fail(kind=kind, method="sendMessage")
    result = await failed_sending(telegram, faults.url, marta.id)
    assert result.outcome == outcome


async def test_the_time_to_wait_is_the_one_told(telegram: Double, faults: FaultProxy) -> None:
    marta = telegram.user("Marta", started=True)
    faults.fail(kind="429", method="sendMessage", seconds=7)
    result = await failed_sending(telegram, faults.url, marta.id)
    assert result.retry_after == timedelta(seconds=7)


async def test_without_a_connection_nothing_was_sent(telegram: Double, faults: FaultProxy) -> None:
    marta = telegram.user("Marta", started=True)
    faults.refuse_connections()
    result = await failed_sending(telegram, faults.url, marta.id)
    assert result.outcome == Outcome.RETRY


async def test_a_person_who_never_wrote_cannot_be_written_to(telegram: Double) -> None:
    stranger = telegram.user("Ignoto")
    result = await failed_sending(telegram, telegram.url, stranger.id)
    assert result.outcome in (Outcome.BLOCKED, Outcome.FAILED)


async def test_a_group_that_became_a_supergroup_has_a_new_address(telegram: Double) -> None:
    owner = telegram.user("Marta", started=True)
    group = telegram.group("Amici", owner)
    owner.add_bot(group)
    new = group.upgrade()
    result = await failed_sending(telegram, telegram.url, group.id)
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, f"telegram:{telegram.bot.id}:{new.id}")


async def test_the_same_buttons_again_count_as_done(telegram: Double) -> None:
    marta = telegram.user("Marta", started=True)
    api = Api(telegram.token, telegram.url, Pacing())
    message = await api.send_text(marta.id, "Buongiorno")
    await api.edit_keyboard(marta.id, message, [])
    await api.close()
    assert [call.ok for call in telegram.requests("editMessageReplyMarkup")] == [False]


async def test_a_press_too_old_to_be_answered_is_no_error(telegram: Double) -> None:
    api = Api(telegram.token, telegram.url, Pacing())
    await api.answer_press("12345")
    await api.close()
    assert [call.ok for call in telegram.requests("answerCallbackQuery")] == [False]
