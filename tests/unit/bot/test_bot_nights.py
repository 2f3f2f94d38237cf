"""What rings and what does not: critical cases and the people on call, in Telegram."""

from sqlalchemy import select

from models.assessment import Label
from models.decision import Role
from models.tables import Agent, Call, Case
from tests.bot_bench import BotBench
from tests.telegram import Seen, User

CRITICAL = Label(label="critical", probability=0.95)


async def ring(bench: BotBench, agent: User) -> Seen:
    return await bench.telegram.wait_for(
        lambda: next((seen for seen in agent.messages() if "Ci penso io" in seen.labels), None), what="a ring"
    )


def is_silent(bench: BotBench, seen: Seen) -> bool:
    """Whether this message was sent without sound."""
    requests = bench.telegram.requests("sendMessage", chat=seen.chat_id, ok=True)
    sent = next(call for call in requests if call.result["message_id"] == seen.message_id)
    return str(sent.params.get("disable_notification", False)).lower() == "true"


async def test_a_critical_case_rings_and_one_press_takes_it(bench: BotBench) -> None:
    ada, marta = await bench.hire("Ada", Role.ADMIN), bench.telegram.user("Marta")
    bench.say_also(urgency=CRITICAL)
    marta.send("Esce fumo dal caricatore, che cosa faccio adesso?")
    await marta.sees("112")
    call = await ring(bench, ada)
    assert "fumo" in call.text
    assert not is_silent(bench, call)
    ada.press(call, "Ci penso io")
    await ada.sees("è tua per 15 minuti")
    async with bench.database.reading() as session:
        holder = (await session.scalars(select(Agent.name).join(Case, Case.claimed_by == Agent.id))).one()
        answered = (await session.scalars(select(Call.settled_at))).one()
    assert holder == "Ada"
    assert answered is not None
    assert bench.telegram.violations == []


async def test_a_call_that_somebody_took_tells_the_next_who_has_it(bench: BotBench) -> None:
    ada, bea = await bench.hire("Ada", Role.ADMIN), await bench.hire("Bea", Role.ADMIN)
    marta = bench.telegram.user("Marta")
    bench.say_also(urgency=CRITICAL)
    marta.send("Esce fumo dal caricatore, che cosa faccio adesso?")
    call = await ring(bench, ada)
    async with bench.database.writing() as session:
        key = (await session.scalars(select(Call.id))).one()
    ada.press(call, "Ci penso io")
    await ada.sees("è tua per 15 minuti")
    card = await bench.card(bea, "fumo")
    bea.press_data(card, f"c:{key}")
    await bea.sees("La tiene Ada")


async def test_a_forged_call_is_refused(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press_data(card, "c:no-such-call")
    await giulia.sees("Questa bozza non c'è più")
