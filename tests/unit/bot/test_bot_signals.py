"""A card says in a line what the customer's history shows."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from models.clock import utcnow
from models.decision import Duration, DurationUnit
from models.serial import to_json
from models.tables import Case, SignalRow
from responses.policy.schema import Count
from responses.policy.signals import Raised
from tests.bot_bench import BotBench

SEEN = Raised(
    name="from-an-older-policy",
    count=Count.CLAIMS,
    number=3,
    after_remedy=2,
    within=Duration(count=60, unit=DurationUnit.DAYS),
    until=utcnow() + timedelta(days=20),
)


async def raise_signal(bench: BotBench, seen: Raised) -> None:
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        session.add(
            SignalRow(
                customer_id=case.customer_id,
                case_id=case.id,
                name=seen.name,
                evidence=to_json(seen),
                expires_at=seen.until,
            )
        )


async def test_years_as_a_customer_are_no_bad_day(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await bench.card(giulia, "mai arrivato")
    await raise_signal(bench, replace(SEEN, count=Count.YEARS_KNOWN, number=4, after_remedy=0))
    marta.send("Allora, il pacco? Aspetto da una settimana.")
    await giulia.sees("Segnali: cliente da 4 anni")
    assert [seen.text for seen in giulia.messages() if "brutta giornata" in seen.text] == []


async def test_a_card_names_what_happened_and_the_customer_hears_nothing_of_it(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await bench.card(giulia, "mai arrivato")
    await raise_signal(bench, SEEN)
    marta.send("Allora, il pacco? Aspetto da una settimana.")
    await giulia.sees(
        "Segnali: 3 richieste in 60 giorni, 2 dopo un rimedio. Può essere stata una brutta giornata."
    )
    giulia.press(await bench.card(giulia, "da una settimana"), "Approva e invia")
    await marta.sees("Maglieria Rossi")
    assert [seen.text for seen in marta.messages() if "60 giorni" in seen.text] == []
