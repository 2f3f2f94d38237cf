"""Behind a card's line of signals stands what each rests on: which messages, and when."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from models.clock import utcnow
from models.decision import FactValue
from models.record import Happening
from models.serial import fact_to_json
from models.states import ProofHow
from models.tables import Agent, Case, Customer, Identity, Message, Order, OrderProof, OutboxEntry, SignalRow
from responses.policy.schema import Count
from tests.bot_bench import BotBench
from tests.telegram import Seen, User
from tests.unit.bot.test_bot_signals import SEEN, raise_signal

FIRST = "Il pacco non è mai arrivato, che cosa faccio?"
SECOND = "Allora, il pacco? Aspetto da una settimana."
BUTTON = "Su che cosa si basano i segnali"


async def messages_in(bench: BotBench) -> list[Message]:
    async with bench.database.reading() as session:
        return list(
            await session.scalars(select(Message).where(Message.direction == "in").order_by(Message.id))
        )


async def card_with(bench: BotBench, agent: User, times: int = 1, **changes: object) -> Seen:
    """The card of a case whose customer's signal rests on their first message, `times` over."""
    marta = bench.telegram.user("Marta")
    marta.send(FIRST)
    await bench.card(agent, "mai arrivato")
    (message,) = await messages_in(bench)
    seen = Happening(id=str(message.case_id), at=message.created_at, messages=(message.id,) * times)
    await raise_signal(bench, replace(SEEN, **({"evidence": (seen,)} | changes)))  # type: ignore[arg-type]
    marta.send(SECOND)
    return await bench.card(agent, SECOND)


async def opened(bench: BotBench, agent: User, **changes: object) -> Seen:
    """The post behind the button."""
    agent.press(await card_with(bench, agent, **changes), BUTTON)  # type: ignore[arg-type]
    return await agent.sees("su che cosa si basano i segnali")


def on(at: date) -> str:
    months = ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"]
    return f"{at.day} {months[at.month - 1]} {at.year}"


async def test_any_agent_reads_which_messages_count_and_when(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    told = await opened(bench, giulia)
    (message, _) = await messages_in(bench)
    zone = bench.config.timezone
    assert told.text == (
        "Richiesta n. 101: su che cosa si basano i segnali. Solo per noi, mai nei testi. Può essere stata "
        "una brutta giornata.\n\n"
        "• 3 richieste in 60 giorni, 2 dopo un rimedio\n"
        f"n. 101 · {on(message.sent_at.astimezone(zone).date())}\n«{FIRST}»\n"
        f"Fino a: {on(SEEN.until.astimezone(zone).date())}, se non succede altro."
    )
    assert bench.telegram.violations == []


async def test_the_outbox_keeps_none_of_the_words(bench: BotBench) -> None:
    await opened(bench, await bench.hire("Giulia"))
    async with bench.database.reading() as session:
        entries = (await session.scalars(select(OutboxEntry.content))).all()
    (kept,) = [one for one in entries if "behind" in one]
    assert kept["text"] == ""


async def test_words_that_were_deleted_are_said_to_be(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await card_with(bench, giulia)
    async with bench.database.writing() as session:
        await session.execute(update(Message).values(text=""))
    giulia.press(card, BUTTON)
    assert "(parole cancellate)" in (await giulia.sees("su che cosa si basano i segnali")).text


async def test_much_evidence_is_turned_page_by_page(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    told = await opened(bench, giulia, times=90)
    assert told.labels == ("1/2", "›")
    giulia.press(told, "›")
    await bench.telegram.wait_for(lambda: giulia.now(told).labels == ("‹", "2/2") or None)
    assert "Fino a: " in giulia.now(told).text
    assert "3 richieste" not in giulia.now(told).text
    assert bench.telegram.violations == []


async def test_of_who_bought_nothing_lately_the_earlier_orders_are_told(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await card_with(bench, giulia, count=Count.PAID_ORDERS, number=0, after_remedy=0, evidence=())
    bought = FactValue(value=date(2024, 1, 2), source="book")
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        order = Order(
            number="RS7",
            key="RS7",
            facts={"ordered_on": fact_to_json(bought)},
            source="o.csv",
            imported_at=utcnow(),
            value_minor=4990,
            currency="EUR",
        )
        session.add(order)
        await session.flush()
        session.add(OrderProof(customer_id=case.customer_id, order_id=order.id, how=ProofHow.EMAIL))
    giulia.press(card, BUTTON)
    told = await giulia.sees("su che cosa si basano i segnali")
    assert "I suoi ordini pagati nel registro:\nOrdine RS7 · 2 gen 2024" in told.text
    assert "brutta giornata" not in told.text


async def test_one_that_was_dismissed_is_told_with_who_when_and_why(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await card_with(bench, giulia)
    async with bench.database.writing() as session:
        agent = (await session.scalars(select(Agent))).one()
        await session.execute(
            update(SignalRow).values(
                dismissed_by=agent.id, dismissed_at=utcnow(), dismissed_reason="È stato il corriere"
            )
        )
    giulia.press(card, BUTTON)
    told = await giulia.sees("su che cosa si basano i segnali")
    today = on(utcnow().astimezone(ZoneInfo("Europe/Rome")).date())
    assert f"Tolto da Giulia, {today}: È stato il corriere" in told.text


async def test_one_whose_time_is_over_when_it_is_read_is_not_told(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await card_with(bench, giulia)
    async with bench.database.writing() as session:
        await session.execute(update(SignalRow).values(expires_at=utcnow() - timedelta(minutes=1)))
    giulia.press(card, BUTTON)
    assert "3 richieste" not in (await giulia.sees("adesso non c'è nessun segnale")).text


async def test_nobody_reads_their_own(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await card_with(bench, giulia)
    async with bench.database.writing() as session:
        agent = (await session.scalars(select(Agent))).one()
        await session.execute(update(Identity).values(external_id=str(agent.telegram_id)))
    giulia.press(card, BUTTON)
    await giulia.sees("È la tua richiesta")
    assert [seen.text for seen in giulia.messages() if "«Il pacco" in seen.text] == []


async def test_of_who_was_erased_nothing_is_told(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await card_with(bench, giulia)
    async with bench.database.writing() as session:
        await session.execute(update(Customer).values(erased_at=utcnow()))
    giulia.press(card, BUTTON)
    await giulia.sees("i dati di questa persona sono stati cancellati")
    assert [seen.text for seen in giulia.messages() if "«Il pacco" in seen.text] == []


async def test_without_a_signal_there_is_no_button(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send(FIRST)
    assert BUTTON not in (await bench.card(giulia, "mai arrivato")).labels
