"""Whatever a customer writes is text in Telegram: on the agents' cards and in the answer."""

import pytest

from tests.bot_bench import BotBench
from tests.hostile import HOSTILE


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
async def test_a_card_shows_it_as_it_was_written(bench: BotBench, words: str) -> None:
    giulia = await bench.hire("Giulia")
    customer = bench.telegram.user(words.split("\n")[0][:40])
    customer.send(f"Il pacco non è arrivato. {words}")
    card = await bench.card(giulia, words.split("\n")[0])
    giulia.press(card, "Approva e invia")
    answer = await customer.sees("Giulia")
    assert "49<class" not in answer.text
    assert "__mro__" not in answer.text
    assert bench.telegram.violations == []
