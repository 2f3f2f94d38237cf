"""Going off policy in Telegram: the refusal is a question, and the reply to it the reason."""

from sqlalchemy import select

from models.decision import Role
from models.states import Verdict
from models.tables import Approval, LedgerEntry
from tests.bot_bench import BotBench
from tests.telegram import Seen, User

MORE = "Buongiorno Marta, mi dispiace per il ritardo. Le rimborsiamo 90 €.\n{agent}"


async def edited(bench: BotBench, agent: User) -> Seen:
    """The card of a text that gives more than was decided."""
    card = await bench.card(agent, "mai arrivato")
    agent.press(card, "Modifica")
    agent.send(MORE, reply_to=await bench.prompt(agent, card))
    return await bench.telegram.wait_for(
        lambda: next((seen for seen in agent.messages() if "Le rimborsiamo 90 €" in seen.text), None)
    )


async def test_the_reply_with_the_reason_sends_it(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await edited(bench, sara)
    sara.press(card, "Approva e invia")
    prompt = await bench.prompt(sara, card)
    assert "«90 €»" in prompt.text
    assert "rispondi a questo messaggio con il motivo" in prompt.text
    sara.send("Aspetta da tre settimane", reply_to=prompt)
    await sara.sees("fuori regola e con il tuo motivo")
    await marta.sees("Le rimborsiamo 90 €")
    await bench.settled()
    async with bench.database.reading() as session:
        approval = (await session.scalars(select(Approval).where(Approval.verdict == Verdict.SEND))).one()
        booked = (await session.scalars(select(LedgerEntry).where(LedgerEntry.rule_id.is_(None)))).all()
    assert approval.reason == "Aspetta da tre settimane"
    assert [entry.agent_id for entry in booked] == [approval.agent_id]
    assert bench.telegram.violations == []


async def test_an_agent_is_not_asked(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await edited(bench, giulia)
    giulia.press(card, "Approva e invia")
    seen = await giulia.sees("Non parte. «90 €»")
    assert "motivo, entro" not in seen.text
    assert marta.find("90 €") is None
