"""Orders in Telegram: the start link of a shop's mail, and the card's button that says: it is them."""

from sqlalchemy import select

from bot.cards.head import missing_label
from models.assessment import Entities
from models.clock import utcnow
from models.decision import MissingFact
from models.tables import Customer, OrderProof
from responses.orders.book import keep_orders
from responses.orders.links import link_code, link_key
from responses.orders.values import OrderEntry
from responses.policy.fact_names import FactNames
from tests.bot_bench import LINK_KEY, BotBench

RS1 = OrderEntry(number="RS1001", name="Marta Bianchi", email="marta@example.org")


async def load(bench: BotBench) -> None:
    async with bench.database.writing() as session:
        await keep_orders(session, [RS1], "ordini.csv", utcnow())


async def proofs(bench: BotBench) -> list[str]:
    async with bench.database.reading() as session:
        return [str(proof.how) for proof in await session.scalars(select(OrderProof))]


async def test_the_link_of_an_order_greets_and_proves_it(bench: BotBench) -> None:
    await load(bench)
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.start(link_code(LINK_KEY, "RS1001"))
    await marta.sees("Maglieria Rossi")
    assert await proofs(bench) == ["link"]
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await bench.card(giulia, "L'ordine RS1001 è suo")


async def test_a_link_that_somebody_made_up_is_a_plain_start(bench: BotBench) -> None:
    await load(bench)
    paolo = bench.telegram.user("Paolo")
    paolo.start(link_code(link_key("a secret of somebody else"), "RS1001"))
    await paolo.sees("Maglieria Rossi")
    assert await proofs(bench) == []
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Customer))).all() == []


async def test_the_link_opened_again_changes_nothing(bench: BotBench) -> None:
    await load(bench)
    marta = bench.telegram.user("Marta")
    for _ in range(2):
        marta.start(link_code(LINK_KEY, "RS1001"))
    await bench.settled()
    assert await proofs(bench) == ["link"]


async def test_the_card_says_what_is_not_proven_and_its_button_settles_it(bench: BotBench) -> None:
    await load(bench)
    bench.say_also(entities=Entities(order_ids=("RS1001",)))
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco RS1001 non è mai arrivato, che cosa faccio?")
    card = await bench.card(
        giulia, "intestato a Marta Bianchi: non sappiamo se è suo. Basta che scriva l'e-mail"
    )
    giulia.press(card, "È lui / lei")
    await giulia.sees("rifaccio la bozza")
    await bench.card(giulia, "L'ordine RS1001 è suo")
    assert await proofs(bench) == ["agent"]
    assert bench.telegram.violations == []


async def test_another_case_on_the_same_order_stands_first_on_the_card(bench: BotBench) -> None:
    bench.say_also(entities=Entities(order_ids=("RS1001",)))
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco RS1001 non è mai arrivato, che cosa faccio?")
    await bench.settled()
    bench.telegram.user("Paolo").send("Ma il pacco RS1001 dov'è finito, si può sapere?")
    card = await bench.card(giulia, "Altra richiesta sullo stesso ordine: n. 101")
    assert "Approva e invia" in card.labels


async def test_of_two_orders_the_card_says_for_which_it_counts_and_a_press_takes_the_other(
    bench: BotBench,
) -> None:
    await load(bench)
    bench.say_also(entities=Entities(order_ids=("RS1001", "RS1002")))
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Gli ordini RS1001 e RS1002 non sono mai arrivati, che cosa faccio?")
    card = await bench.card(giulia, "Nomina anche RS1001: quanto deciso conta per RS1002 soltanto.")
    giulia.press(card, "Conta per RS1001")
    await giulia.sees("rifaccio la bozza")
    again = await bench.card(giulia, "Nomina anche RS1002: quanto deciso conta per RS1001 soltanto.")
    assert "Conta per RS1002" in again.labels
    await giulia.sees("L'ordine RS1001 è nel registro")
    assert bench.telegram.violations == []


def test_the_card_says_of_what_is_missing_why_an_agent_has_to_say_it() -> None:
    names = FactNames(None, "it")
    fact = MissingFact(name="order_value", type="money", ask=None, from_agent=True)
    assert missing_label(fact, names) == "il valore dell'ordine"
    told = MissingFact(name="order_value", type="money", ask=None, from_agent=True, remark="si sa 89,90 £")
    assert missing_label(told, names) == "il valore dell'ordine (si sa 89,90 £)"
