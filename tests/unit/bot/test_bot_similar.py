"""Similar cases stand behind one button of the card, briefly, and never those of who reads them."""

import asyncio

from sqlalchemy import select, update

from models.assessment import Label
from models.tables import Agent, Case, EmbeddingRow, Identity, OutboxEntry
from tests.bot_bench import BotBench
from tests.telegram.driver import User

FIRST = "Il pacco non è mai arrivato, che cosa faccio?"
SECOND = "Nemmeno il mio pacco è mai arrivato."


async def embedded(bench: BotBench, times: int) -> None:
    async def there() -> bool | None:
        async with bench.database.reading() as session:
            return len((await session.scalars(select(EmbeddingRow.id))).all()) >= times or None

    async with asyncio.timeout(30):
        while await there() is None:
            await bench.settled()


async def answered_and_another(bench: BotBench, giulia: User) -> None:
    """One case is answered, and a second like it lies on the table; both rest on a rule."""
    bench.say_also(complaint_types=(Label(label="promise_broken", probability=0.95),))
    marta, paolo = bench.telegram.user("Marta"), bench.telegram.user("Paolo")
    marta.send(FIRST)
    giulia.press(await bench.card(giulia, "che cosa faccio"), "Approva e invia")
    await marta.sees("Giulia")
    paolo.send(SECOND)
    await bench.card(giulia, "Nemmeno")
    await embedded(bench, 2)


async def test_one_press_tells_what_it_was_about_what_it_got_and_when(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    await answered_and_another(bench, giulia)
    giulia.press(await bench.card(giulia, "Nemmeno"), "Casi simili")
    told = await giulia.sees("Casi simili alla richiesta n. 102")
    assert f"«{FIRST}»" in told.text
    assert "n. 101 · " in told.text
    async with bench.database.reading() as session:
        entries = (await session.scalars(select(OutboxEntry.content))).all()
    (kept,) = [one for one in entries if "similar" in one]
    assert kept["text"] == ""
    assert not [one for one in entries if "Casi simili alla richiesta" in str(one)]
    assert bench.telegram.violations == []


async def test_nobody_is_told_of_a_case_of_their_own(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    await answered_and_another(bench, giulia)
    async with bench.database.writing() as session:
        agent = (await session.scalars(select(Agent))).one()
        first = select(Case.identity_id).where(Case.number == 101).scalar_subquery()
        # The account of the first customer changes hands: it is Giulia's now.
        taken = update(Identity).where(Identity.external_id == str(agent.telegram_id))
        await session.execute(taken.values(external_id="-"))
        await session.execute(
            update(Identity).where(Identity.id == first).values(external_id=str(agent.telegram_id))
        )
    giulia.press(await bench.card(giulia, "Nemmeno"), "Casi simili")
    told = await giulia.sees("non c'è ancora un caso simile alla richiesta n. 102")
    assert FIRST not in told.text
