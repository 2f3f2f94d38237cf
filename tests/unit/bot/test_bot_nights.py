"""What rings and what does not: critical cases and the people on call, in Telegram."""

import re
from importlib.resources import files

import pytest
from sqlalchemy import select

from models.assessment import Label
from models.decision import Role
from models.states import CaseState, Purpose
from models.tables import Agent, Call, Case
from responses.sending.outbox import enqueue
from tests.bot_bench import BotBench
from tests.telegram import Seen, User
from tests.telegram.rooms import Room
from tests.unit.bot.test_bot_group import card_in, chosen

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


async def test_a_summary_opens_each_case_with_a_press(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await bench.card(giulia, "mai arrivato")
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        agent = (await session.scalars(select(Agent))).one()
        await enqueue(
            session,
            purpose=Purpose.CARD,
            dedupe_key="opening",
            chat_key=bench.bot.chat_key(giulia.id),
            content={"bulletin": "opening", "to": agent.id, "cases": [case.id], "count": 1},
        )
    summary = await giulia.sees("Richieste arrivate mentre era chiuso, e che aspettano: 1")
    assert "mai arrivato" in summary.text
    assert not is_silent(bench, summary)
    giulia.press(summary, f"Richiesta n. {case.number}")
    again = await bench.telegram.wait_for(
        lambda: next(
            (
                seen
                for seen in giulia.messages()
                if "Approva e invia" in seen.labels and seen.message_id > summary.message_id
            ),
            None,
        )
    )
    assert again.text == card.text
    giulia.press(again, "Approva e invia")
    await marta.sees("Giulia")
    async with bench.database.writing() as session:
        (await session.get_one(Case, case.id)).state = CaseState.ANSWERED
    giulia.press(summary, f"Richiesta n. {case.number}")
    await giulia.sees("non aspetta più nessuno")
    assert bench.telegram.violations == []


async def told_at_opening(bench: BotBench, room: Room) -> Case:
    """The group gets its summary of the one case that there is."""
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        await enqueue(
            session,
            purpose=Purpose.CARD,
            dedupe_key="opening",
            chat_key=bench.bot.chat_key(room.id),
            content={"bulletin": "opening", "to": None, "cases": [case.id], "count": 1},
        )
    return case


async def test_the_summary_of_a_group_opens_each_case_with_a_press(bench: BotBench) -> None:
    anna, marta = await bench.hire("Anna", Role.ADMIN), bench.telegram.user("Marta")
    room = await chosen(bench, anna)
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await card_in(bench, room, "mai arrivato")
    case = await told_at_opening(bench, room)
    summary = await room.sees("Richieste arrivate mentre era chiuso, e che aspettano: 1")
    anna.press(summary, f"Richiesta n. {case.number}")
    again = await bench.telegram.wait_for(
        lambda: next(
            (
                seen
                for seen in room.messages()
                if "Approva e invia" in seen.labels and seen.message_id > summary.message_id
            ),
            None,
        )
    )
    assert again.text == card.text
    assert bench.telegram.violations == []


async def test_the_summary_of_a_group_with_topics_stands_outside_them_and_leads_to_each(
    bench: BotBench,
) -> None:
    anna, marta = await bench.hire("Anna", Role.ADMIN), bench.telegram.user("Marta")
    room = await chosen(bench, anna, forum=True, can_manage_topics=True)
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    card = await card_in(bench, room, "mai arrivato")
    assert card.thread is not None
    case = await told_at_opening(bench, room)
    summary = await room.sees("Richieste arrivate mentre era chiuso, e che aspettano: 1")
    assert summary.thread is None
    (row,) = summary.rows
    address = f"https://t.me/c/{str(room.id).removeprefix('-100')}/{card.message_id}"
    assert [(button.label, button.url) for button in row] == [(f"Richiesta n. {case.number}", address)]
    assert bench.telegram.violations == []


@pytest.mark.parametrize(
    ("hours", "silent"),
    [
        pytest.param('mon-sun: ["0:00-24:00"]', False, id="open"),
        pytest.param('mon-sun: ["0:00-24:00"]\n  closed: [2000-01-01..2999-12-31]', True, id="closed"),
    ],
)
async def test_cards_that_come_while_closed_come_without_sound(
    bench: BotBench, hours: str, silent: bool
) -> None:
    sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    head, _, rest = sample.partition('  mon-fri: ["9:00-13:00", "14:30-18:30"]')
    text = f"{head}  {hours}\n{rest.partition('closed: [2027-08-10..2027-08-20]')[2]}"
    text = text.replace("effective: 2025-01-01", "effective: 2025-01-02")
    text = re.sub("(?m)^deadlines:.*$", "deadlines: {critical: 30 minutes, normal: 30 minutes}", text)
    async with bench.database.writing() as session:
        loaded = await bench.road.policies.load(session, {"negozio.yaml": text})
    assert loaded.refused == ()
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await bench.card(giulia, "mai arrivato")
    head_post = next(seen for seen in giulia.messages() if "mai arrivato" in seen.text)
    assert is_silent(bench, head_post) is silent
