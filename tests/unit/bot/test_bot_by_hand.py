"""Vouchers by hand in Telegram: a press shows the values, another puts one into the text."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.decision import Role
from models.money import Money
from models.states import VoucherState
from models.tables import Voucher
from responses.vouchers.codes import load_codes
from tests.bot_bench import BotBench


async def test_the_text_comes_again_with_the_code_and_goes_with_a_reason(bench: BotBench) -> None:
    async with bench.database.writing() as session:
        await load_codes(session, ["NATALE-1"], Money(amount=Decimal(10), currency="EUR"), None)
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(sara, "mai arrivato")
    sara.press(card, "Aggiungi un buono…")
    await bench.telegram.wait_for(lambda: "Buono da 10 €" in sara.now(card).labels or None)
    sara.press(sara.now(card), "Buono da 10 €")
    again = await bench.telegram.wait_for(
        lambda: next((one for one in sara.messages() if "il codice è NATALE-1" in one.text), None)
    )
    sara.press(again, "Approva e invia")
    prompt = await bench.prompt(sara, again)
    assert "«NATALE-1» è un buono da 10 € dato a mano" in prompt.text
    sara.send("Aspetta da tre settimane", reply_to=prompt)
    await marta.sees("il codice è NATALE-1")
    await bench.settled()
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Voucher.state))).all() == [VoucherState.ACTIVE]
    assert bench.telegram.violations == []


@pytest.mark.parametrize(
    ("currency", "expires_on"),
    [
        pytest.param("CHF", None, id="of another currency"),
        pytest.param("EUR", date(2020, 1, 1), id="that are over"),
    ],
)
async def test_without_loaded_codes_that_will_do_the_card_has_no_such_button(
    bench: BotBench, currency: str, expires_on: date | None
) -> None:
    async with bench.database.writing() as session:
        await load_codes(session, ["NATALE-1"], Money(amount=Decimal(10), currency=currency), expires_on)
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(sara, "mai arrivato")
    assert "Approva e invia" in card.labels
    assert "Aggiungi un buono…" not in card.labels
