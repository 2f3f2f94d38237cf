"""`/promesse`, reminders with buttons, and `/stato`: promises in the chats of who keeps and who waits."""

from datetime import timedelta

from sqlalchemy import select, update

from bot.agents.bulletins import bulletin_of
from models.assessment import Entities
from models.clock import utcnow
from models.decision import Role
from models.states import CaseState, PromiseState
from models.tables import Agent, Case, Promise
from responses.promises.reminders import remind
from tests.bot_bench import BotBench
from tests.telegram import Seen, User

ORDER = Entities(order_ids=("RS1234",))


async def promised(bench: BotBench, agent: User, words: str, name: str = "Marta") -> User:
    """A customer to whom the agent has promised something."""
    bench.say_also(entities=ORDER)
    customer = bench.telegram.user(name)
    customer.send(words)
    agent.press(await bench.card(agent, words), "Approva e invia")
    await customer.sees("cerchiamo il pacco")
    await bench.settled()
    return customer


async def late_by(bench: BotBench, days: int) -> None:
    async with bench.database.writing() as session:
        await session.execute(update(Promise).values(due_at=utcnow() - timedelta(days=days)))


async def the_promise(bench: BotBench) -> Promise:
    async with bench.database.reading() as session:
        return (await session.scalars(select(Promise))).one()


async def listed(agent: User, words: str = "Promesse aperte:") -> Seen:
    agent.send("/promesse")
    return await agent.sees(words)


async def test_a_list_says_what_for_whom_and_by_when(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    seen = await listed(giulia)
    assert seen.text.startswith("Promesse aperte: 1 · in ritardo: 0\n\n1. cerchiamo il pacco")
    assert "n. 101 · Marta · entro " in seen.text
    assert seen.labels == ("1 · Mantenuta", "1 · Non mantenuta", "1 · Non serve più")
    assert bench.telegram.violations == []


async def test_of_others_promises_only_the_number_is_said(bench: BotBench) -> None:
    giulia, marco = await bench.hire("Giulia", Role.SUPERVISOR), await bench.hire("Marco")
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    seen = await listed(marco, "Non hai promesse aperte.")
    assert "Altre promesse aperte, dei colleghi: 1." in seen.text


async def test_kept_with_the_proof_in_a_reply_the_customer_is_told(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    seen = await listed(giulia)
    giulia.press(seen, "1 · Mantenuta")
    prompt = await bench.prompt(giulia, seen)
    assert "da che cosa si vede che è fatto?" in prompt.text
    giulia.send("spedizione BRT 4471", reply_to=prompt)
    await giulia.sees("Mantenuta: segnato nella richiesta n. 101.")
    await marta.sees("Richiesta n. 101, fatto: «cerchiamo il pacco")
    promise = await the_promise(bench)
    assert (promise.state, promise.proof) == (PromiseState.KEPT, "spedizione BRT 4471")
    giulia.press(seen, "1 · Non mantenuta")
    await giulia.sees("Questa promessa è già a posto.")
    assert bench.telegram.violations == []


async def test_broken_with_the_reason_in_a_reply_a_new_card_comes(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    seen = await listed(giulia)
    giulia.press(seen, "1 · Non mantenuta")
    prompt = await bench.prompt(giulia, seen)
    giulia.send("il corriere l'ha perso", reply_to=prompt)
    await giulia.sees("la richiesta n. 101 si rifà")
    await giulia.sees("non abbiamo mantenuto un impegno")
    promise = await the_promise(bench)
    assert (promise.state, promise.broken_reason) == (PromiseState.BROKEN, "il corriere l'ha perso")


async def test_a_photo_is_no_proof_and_the_question_stays_open(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    seen = await listed(giulia)
    giulia.press(seen, "1 · Mantenuta")
    prompt = await bench.prompt(giulia, seen)
    giulia.send_photo(reply_to=prompt)
    await giulia.sees("Serve un testo")
    assert (await the_promise(bench)).state == PromiseState.OPEN
    giulia.send("bonifico 12", reply_to=prompt)
    await giulia.sees("Mantenuta: segnato")


async def test_a_reminder_has_the_buttons(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    await late_by(bench, 3)
    async with bench.database.writing() as session:
        await session.execute(update(Promise).values(created_at=utcnow() - timedelta(days=9)))
        policy = await bench.road.policies.current(session)
        await remind(session, policy.hours, bench._agent_chat, utcnow())
    seen = await giulia.sees("Siamo in ritardo su una promessa: cerchiamo il pacco")
    assert seen.labels == ("Mantenuta", "Non mantenuta", "Non serve più")
    giulia.press(seen, "Mantenuta")
    giulia.send("spedizione BRT 4471", reply_to=await bench.prompt(giulia, seen))
    await giulia.sees("Mantenuta: segnato")


async def test_a_reminder_of_an_announced_answer_leads_to_its_case(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    bench.say_also(complaint_types=(), entities=ORDER)
    marta = bench.telegram.user("Marta")
    marta.send("Non sono contenta di voi")
    giulia.press(await bench.card(giulia, "Non sono contenta"), "Approva e invia")
    await marta.sees("nel merito")
    await bench.settled()
    promise = await the_promise(bench)
    async with bench.database.reading() as session:
        agent = (await session.scalars(select(Agent))).one()
        content = {"bulletin": "promise", "to": agent.id, "promise": promise.id}
        bulletin = await bulletin_of(session, content, "", bench.config)
    assert [[button.text for button in row] for row in bulletin.rows] == [
        ["Richiesta n. 101"],
        ["Mantenuta", "Non mantenuta"],
        ["Non serve più"],
    ]
    giulia.send("/oggi")
    today = await giulia.sees("Aspettano noi: 1")
    giulia.press(today, "n. 101")
    await giulia.sees("Nessuna bozza: scrivi tu la risposta.", after=today)


async def test_the_customer_sees_every_open_promise_and_is_told_honestly_what_is_late(
    bench: BotBench,
) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    promise = await the_promise(bench)
    async with bench.database.writing() as session:
        session.add(
            Promise(
                case_id=promise.case_id,
                approval_id=promise.approval_id,
                what={"it": "il rimborso"},
                due_at=utcnow() - timedelta(days=2),
            )
        )
    marta.send("/stato")
    await marta.sees("qui siamo in ritardo e dipende da noi. Le avevamo promesso: il rimborso, entro ")
    await marta.sees("ecco che cosa le abbiamo promesso: cerchiamo il pacco")
    assert bench.telegram.violations == []


async def test_what_was_kept_is_part_of_the_state(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    async with bench.database.writing() as session:
        await session.execute(update(Promise).values(state=PromiseState.KEPT, settled_at=utcnow()))
    marta.send("/stato")
    await marta.sees("Richiesta n. 101, promesse mantenute: cerchiamo il pacco")


async def test_a_promise_of_an_earlier_case_is_part_of_the_state(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    async with bench.database.writing() as session:
        old = (await session.scalars(select(Case))).one()
        old.answered_at = utcnow() - timedelta(days=30)
    bench.say_also(complaint_types=(), entities=Entities())
    marta.send("Avete anche maglie di lana?")
    await bench.card(giulia, "maglie di lana")
    marta.send("/stato")
    await marta.sees("La richiesta n. 102 è aperta")
    await marta.sees("Richiesta n. 101, ecco che cosa le abbiamo promesso")
    async with bench.database.reading() as session:
        assert (await session.get_one(Case, old.id)).state == CaseState.PROMISED


async def test_a_long_list_is_paged_in_place(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    promise = await the_promise(bench)
    async with bench.database.writing() as session:
        session.add_all(
            Promise(
                case_id=promise.case_id,
                approval_id=promise.approval_id,
                owner_id=promise.owner_id,
                what={"it": f"cosa {number}"},
                due_at=promise.due_at + timedelta(days=number),
            )
            for number in range(1, 6)
        )
    first = await listed(giulia)
    assert "5. cosa 4" in first.text
    giulia.press(first, "›")
    second = await bench.telegram.wait_for(
        lambda: seen if "6. cosa 5" in (seen := giulia.now(first)).text else None
    )
    assert second.labels == ("6 · Mantenuta", "6 · Non mantenuta", "6 · Non serve più", "‹", "2/2")


async def test_in_the_group_everybodys_are_listed_with_who_does_it(bench: BotBench) -> None:
    anna, marco = await bench.hire("Anna", Role.ADMIN), await bench.hire("Marco")
    await promised(bench, anna, "Il pacco RS1234 è in ritardo")
    room = bench.telegram.group("Squadra", anna, marco)
    anna.add_bot(room)
    await room.sees("È questo il gruppo")
    anna.press(room.last(), "Questo è il nostro gruppo")
    await room.sees("D'ora in poi")
    marco.send("/promesse", to=room)
    seen = await room.sees("Promesse aperte: 1")
    assert seen.text.endswith(" · Anna")
    marco.press(seen, "1 · Mantenuta")
    prompt = await room.sees("Marco: «cerchiamo il pacco")
    marco.send("spedizione BRT 4471", to=room, reply_to=prompt)
    await room.sees("Mantenuta: segnato nella richiesta n. 101.")
