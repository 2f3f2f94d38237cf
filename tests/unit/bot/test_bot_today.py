"""`/oggi`: what is open, in order, and each line one tap away from its card."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from models.clock import utcnow
from models.states import CaseState, Direction, OutboxState, Purpose
from models.tables import Approval, Case, Message, OutboxEntry
from tests.bot_bench import BotBench
from tests.telegram import Seen, User


async def waiting(bench: BotBench, agent: User, name: str, words: str) -> User:
    """A customer whose case waits for an agent."""
    customer = bench.telegram.user(name)
    customer.send(words)
    await bench.card(agent, words)
    return customer


async def write_date(bench: BotBench, number: int, hours: int) -> None:
    """Lets a case's words have come so many hours ago."""
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
        await session.execute(
            update(Message)
            .where(Message.case_id == case.id)
            .values(created_at=utcnow() - timedelta(hours=hours))
        )


async def listed(agent: User, after: Seen | None = None) -> Seen:
    agent.send("/oggi")
    return await agent.sees("Aspettano noi:", after=after)


async def test_the_longest_wait_comes_first_and_the_counts_stand_at_the_top(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    await waiting(bench, giulia, "Marta", "Il pacco di ieri non è mai arrivato.")
    await waiting(bench, giulia, "Paolo", "La giacca non è mai arrivata da me.")
    await write_date(bench, 102, 5)
    lines = (await listed(giulia)).text.splitlines()
    assert lines[0] == "Oggi. Aspettano noi: 2 · Aspettiamo noi: 0 · Invii da verificare: 0"
    assert [line for line in lines if line.startswith("•")] == [
        "• n. 102 · Paolo · da 5 h",
        "• n. 101 · Marta · da 0 min",
    ]
    assert bench.telegram.violations == []


async def test_a_tap_brings_the_present_card_to_the_end_of_the_chat(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    marta = await waiting(bench, giulia, "Marta", "Il pacco di ieri non è mai arrivato.")
    today = await listed(giulia)
    giulia.press(today, "n. 101")
    head = await giulia.sees("Il pacco di ieri", after=today)
    card = await bench.telegram.wait_for(
        lambda: next(
            (
                seen
                for seen in giulia.messages()
                if seen.message_id > head.message_id and "Approva e invia" in seen.labels
            ),
            None,
        )
    )
    giulia.press(card, "Approva e invia")
    await marta.sees("Giulia, Maglieria Rossi")
    async with bench.database.reading() as session:
        assert len((await session.scalars(select(Approval))).all()) == 1


async def test_a_question_that_waits_for_the_customer_is_listed_apart(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    marta = await waiting(bench, giulia, "Marta", "Il pacco di ieri non è mai arrivato.")
    card = await bench.card(giulia, "mai arrivato")
    giulia.press(card, "Chiedi al cliente")
    giulia.send("Qual è il numero d'ordine?", reply_to=await bench.prompt(giulia, card))
    shown = await giulia.sees("Qual è il numero d'ordine?")
    giulia.press(
        await bench.telegram.wait_for(lambda: seen if (seen := giulia.now(shown)).labels else None), "Approva"
    )
    await marta.sees("Qual è il numero")
    text = (await listed(giulia)).text
    assert "Aspettano noi: 0 · Aspettiamo noi: 1" in text
    assert "Aspettiamo una loro risposta:\n• n. 101 · Marta" in text


async def test_an_answer_in_doubt_is_settled_from_the_list(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    marta = await waiting(bench, giulia, "Marta", "Il pacco di ieri non è mai arrivato.")
    giulia.press(await bench.card(giulia, "mai arrivato"), "Approva e invia")
    await marta.sees("Giulia, Maglieria Rossi")
    await bench.telegram.wait_for(lambda: any("Inviata" in str(seen.labels) for seen in giulia.messages()))
    async with bench.database.writing() as session:
        # As a crash while it was being sent leaves it.
        await session.execute(delete(Message).where(Message.direction == Direction.OUT))
        await session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.purpose == Purpose.ANSWER)
            .values(state=OutboxState.UNCONFIRMED, sending_since=utcnow() - timedelta(days=3))
        )
    today = await listed(giulia)
    assert "Invii da verificare: 1" in today.text
    assert "• n. 101 · Marta · Esito incerto" in today.text
    giulia.press(today, "n. 101 · Esito incerto")
    asked = await giulia.sees("Non so se la risposta", after=today)
    giulia.press(asked, "È arrivato")
    settled = await giulia.sees("Segnata come arrivata")
    assert "Invii da verificare: 0" in (await listed(giulia, after=settled)).text


async def test_a_long_list_is_paged_in_place(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    for number in range(9):
        await waiting(bench, giulia, f"Cliente {number}", f"Il pacco numero {number} non è mai arrivato.")
    first = await listed(giulia)
    assert "1/2" in first.labels
    giulia.press(first, "›")
    second = await bench.telegram.wait_for(
        lambda: seen if "2/2" in (seen := giulia.now(first)).labels else None
    )
    assert [line for line in second.text.splitlines() if line.startswith("•")] == [
        "• n. 109 · Cliente 8 · da 0 min"
    ]
    giulia.press(second, "‹")
    await bench.telegram.wait_for(lambda: "1/2" in giulia.now(first).labels or None)
    assert bench.telegram.violations == []


async def test_tests_of_agents_are_not_listed(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    bruno = await bench.hire("Bruno")
    giulia.send("/prova")
    await giulia.sees("cliente di prova")
    giulia.send("Il pacco non è mai arrivato da me.")
    await bench.card(bruno, "mai arrivato")
    bruno.send("/today")
    assert "Aspettano noi: 0" in (await bruno.sees("Aspettano noi:")).text
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Case.state))).all() == [CaseState.WAITING_AGENT]
