"""A card says in a line what the customer's history shows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.clock import utcnow
from models.decision import Duration, DurationUnit, Role
from models.serial import to_json
from models.tables import Agent, Case, Identity, SignalRow, Update
from responses.customers.dismissals import decide_dismissed_anew
from responses.policy.schema import Count
from responses.policy.signals import Raised
from tests.bot_bench import BotBench
from tests.seed import seed_case
from tests.telegram import Seen, User
from tests.unit.responses.approving.test_approval import a_decision
from tests.unit.responses.staff import lay

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


async def signalled(bench: BotBench, agent: User, words: str) -> Seen:
    """The card of a case whose customer a signal is standing for."""
    marta = bench.telegram.user("Marta")
    marta.send("Il pacco non è mai arrivato, che cosa faccio?")
    await bench.card(agent, "mai arrivato")
    await raise_signal(bench, SEEN)
    marta.send(words)
    return await bench.card(agent, words)


async def the_signal(bench: BotBench) -> SignalRow:
    async with bench.database.reading() as session:
        return (await session.scalars(select(SignalRow))).one()


async def test_a_supervisor_dismisses_a_signal_with_a_usual_reason(bench: BotBench) -> None:
    sara = await bench.hire("Sara", Role.SUPERVISOR)
    card = await signalled(bench, sara, "Allora, il pacco? Aspetto da una settimana.")
    label = next(one for one in card.labels if one.startswith("Non vale: 3 richieste"))
    sara.press(card, label)
    await bench.telegram.wait_for(lambda: "I problemi erano nostri" in sara.now(card).labels or None)
    assert (await the_signal(bench)).dismissed_at is None
    sara.press(card, "I problemi erano nostri")
    await sara.sees("Segnale tolto, con il motivo: richiesta n. 101.")
    row = await the_signal(bench)
    async with bench.database.reading() as session:
        agent = (await session.scalars(select(Agent))).one()
    assert (row.dismissed_by, row.dismissed_reason) == (agent.id, "I problemi erano nostri")
    await bench.settled()
    again = await bench.card(sara, "da una settimana")
    assert [one for one in again.labels if one.startswith("Non vale")] == []
    assert bench.telegram.violations == []


async def test_an_agent_dismisses_it_as_a_supervisor_does(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await signalled(bench, giulia, "Allora, il pacco? Aspetto da una settimana.")
    giulia.press(card, next(one for one in card.labels if one.startswith("Non vale: 3 richieste")))
    await bench.telegram.wait_for(lambda: "Solo una brutta giornata" in giulia.now(card).labels or None)
    giulia.press(card, "Solo una brutta giornata")
    await giulia.sees("Segnale tolto, con il motivo: richiesta n. 101.")
    assert (await the_signal(bench)).dismissed_reason == "Solo una brutta giornata"


async def asked_in_words(bench: BotBench, agent: User, card: Seen) -> Seen:
    """The question that wants the reason as a reply."""
    agent.press(card, next(one for one in card.labels if one.startswith("Non vale")))
    await bench.telegram.wait_for(lambda: "Altro: lo scrivo io" in agent.now(card).labels or None)
    agent.press(card, "Altro: lo scrivo io")
    return await bench.prompt(agent, card)


async def test_a_reason_of_ones_own_comes_as_a_reply(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await signalled(bench, giulia, "Allora, il pacco? Aspetto da una settimana.")
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        other = await seed_case(session, await session.get_one(Identity, case.identity_id))
        await lay(session, other, a_decision(signals=(SEEN.name,)), "Buongiorno Marta, ci pensiamo noi.")
        before = other.revision
    prompt = await asked_in_words(bench, giulia, card)
    assert "Richiesta n. 101: perché il segnale non vale?" in prompt.text
    assert (await the_signal(bench)).dismissed_at is None
    giulia.send_photo(reply_to=prompt)
    await giulia.sees("Serve un testo")
    giulia.send("Il corriere ha perso due pacchi di fila", reply_to=prompt)
    await giulia.sees("Segnale tolto, con il motivo: richiesta n. 101.")
    row = await the_signal(bench)
    async with bench.database.reading() as session:
        agent = (await session.scalars(select(Agent))).one()
    assert (row.dismissed_by, row.dismissed_reason) == (agent.id, "Il corriere ha perso due pacchi di fila")
    await bench.settled()
    async with bench.database.reading() as session:
        assert (await session.get_one(Case, other.id)).revision > before
    assert bench.telegram.violations == []


async def test_whoever_replies_after_somebody_else_is_told_that_it_is_done(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia")
    card = await signalled(bench, giulia, "Allora, il pacco? Aspetto da una settimana.")
    prompt = await asked_in_words(bench, giulia, card)
    async with bench.database.writing() as session:
        agent = (await session.scalars(select(Agent))).one()
        await session.execute(
            update(SignalRow).values(
                dismissed_by=agent.id, dismissed_at=utcnow(), dismissed_reason="Messaggi letti male"
            )
        )
    giulia.send("Era un altro Rossi", reply_to=prompt)
    await giulia.sees("Questo segnale non c'è più, oppure l'ha già tolto qualcun altro.")
    assert (await the_signal(bench)).dismissed_reason == "Messaggi letti male"


async def test_what_the_signal_changed_in_another_case_is_decided_anew(bench: BotBench) -> None:
    sara = await bench.hire("Sara", Role.SUPERVISOR)
    card = await signalled(bench, sara, "Allora, il pacco? Aspetto da una settimana.")
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        identity = await session.get_one(Identity, case.identity_id)
        other = await seed_case(session, identity)
        await lay(session, other, a_decision(signals=(SEEN.name,)), "Buongiorno Marta, ci pensiamo noi.")
        before = other.revision
    sara.press(card, next(one for one in card.labels if one.startswith("Non vale")))
    await bench.telegram.wait_for(lambda: "Messaggi letti male" in sara.now(card).labels or None)
    sara.press(card, "Messaggi letti male")
    await sara.sees("Segnale tolto")
    await bench.settled()
    async with bench.database.reading() as session:
        assert (await session.get_one(Case, other.id)).revision > before


async def test_where_deciding_anew_fails_the_press_counts_and_the_rounds_do_it(
    bench: BotBench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sara = await bench.hire("Sara", Role.SUPERVISOR)
    card = await signalled(bench, sara, "Allora, il pacco? Aspetto da una settimana.")
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        other = await seed_case(session, await session.get_one(Identity, case.identity_id))
        await lay(session, other, a_decision(signals=(SEEN.name,)), "Buongiorno Marta, ci pensiamo noi.")
        before = other.revision

    async def fails(*_: object) -> None:
        raise LookupError("a case that nobody can decide")

    with monkeypatch.context() as broken:
        broken.setattr("responses.customers.dismissals.decide_anew", fails)
        sara.press(card, next(one for one in card.labels if one.startswith("Non vale")))
        await bench.telegram.wait_for(lambda: "Messaggi letti male" in sara.now(card).labels or None)
        sara.press(card, "Messaggi letti male")
        await sara.sees("Segnale tolto")
        await bench.settled()
        async with bench.database.reading() as session:
            rows = (await session.scalars(select(Update).order_by(Update.id))).all()
    assert [(row.error, row.attempts) for row in rows] == [(None, 0)] * len(rows)
    assert all(row.processed_at is not None for row in rows)
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == ["signal.not_decided_anew"]
    assert (await the_signal(bench)).dismissed_reason == "Messaggi letti male"
    assert await decide_dismissed_anew(bench.database) == 1
    async with bench.database.reading() as session:
        assert (await session.get_one(Case, other.id)).revision > before
