"""A text that leaves out what was decided, in Telegram: one question after the other, under the card."""

from sqlalchemy import select

from models.decision import Duration, DurationUnit, Role
from models.states import OfferState
from models.tables import Approval, Choice, Event, OfferRow, Promise
from responses.people.agents import agent_by_name
from tests.bot_bench import BotBench
from tests.telegram import Seen, User
from tests.unit.bot.test_bot_choices import decided

LESS = "Buongiorno Marta, abbiamo sbagliato noi e le chiedo scusa. Le offriamo il 15% di sconto.\n{agent}"


async def shortened(bench: BotBench, agent: User, customer: User) -> Seen:
    """The card of a text that keeps one of the two options, and not the promise."""
    card = await decided(bench, agent, customer)
    agent.press(card, "Modifica")
    agent.send(LESS, reply_to=await bench.prompt(agent, card))
    return await bench.telegram.wait_for(
        lambda: next((seen for seen in agent.messages() if "Le offriamo il 15%" in seen.text), None)
    )


async def pressed(bench: BotBench, agent: User, card: Seen, label: str, then: str) -> None:
    """Presses, and waits for the button that follows."""
    agent.press(card, next(one for one in agent.now(card).labels if one.startswith(label)))
    await bench.telegram.wait_for(lambda: any(one.startswith(then) for one in agent.now(card).labels) or None)


async def test_each_thing_left_out_is_asked_about_and_then_the_text_goes(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    card = await shortened(bench, sara, marta)
    await pressed(bench, sara, card, "Approva e invia", "Non lo diamo: buono 10 €")
    assert "nel testo non ritrovo ciò che è stato deciso (buono 10 €;" in (await sara.sees("ritrovo")).text
    await pressed(bench, sara, card, "Non lo diamo: buono 10 €", "C'è, con altre parole: controlliamo")
    assert marta.find("15%") is None
    await bench.settled()
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Approval))).all() == []
    sara.press(card, next(one for one in sara.now(card).labels if one.startswith("Non lo diamo")))
    post = await marta.sees("Le offriamo il 15% di sconto")
    await bench.settled()
    assert post.labels == ()
    async with bench.database.reading() as session:
        states = (
            await session.scalars(select(OfferRow.state).where(OfferRow.approval_id.is_not(None)))
        ).all()
        assert (await session.scalars(select(Choice.chosen_how))).all() == []
    assert sorted(states) == [OfferState.ACCEPTED, OfferState.WITHDRAWN]
    assert bench.telegram.violations == []


async def promising(bench: BotBench, agent: User, customer: User, promise: str, then: str) -> Seen:
    """The card of a question in which an agent promises something by themselves, approved a first time."""
    customer.send("Il pacco RS1234 non arriva")
    card = await bench.card(agent, "Il pacco RS1234 non arriva")
    agent.press(card, "Chiedi")
    agent.send(f"Mi dice quando le fa comodo? {promise}", reply_to=await bench.prompt(agent, card))
    card = await bench.telegram.wait_for(
        lambda: next((seen for seen in agent.messages() if "quando le fa comodo?" in seen.text), None)
    )
    await pressed(bench, agent, card, "Approva e invia", then)
    return card


async def a_word_given(bench: BotBench, agent: User, customer: User) -> Seen:
    """The card of a text in which an agent promises something by themselves."""
    card = await promising(bench, agent, customer, "La richiamo lunedì.", "È un impegno, entro lunedì")
    told = (await agent.sees("Nel testo c'è una promessa: «La richiamo lunedì»")).text
    assert "diventa un impegno: Sara, entro lunedì" in told
    assert customer.find("La richiamo") is None
    return card


async def the_promises(bench: BotBench) -> list[Promise]:
    async with bench.database.reading() as session:
        return list(await session.scalars(select(Promise)))


async def test_a_promise_in_own_words_becomes_one_by_a_press(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    card = await a_word_given(bench, sara, marta)
    sara.press(card, next(one for one in sara.now(card).labels if one.startswith("È un impegno")))
    await marta.sees("La richiamo lunedì.")
    await bench.settled()
    (promise,) = await the_promises(bench)
    assert promise.what == {"it": "La richiamo"}
    assert bench.telegram.violations == []


async def test_or_is_taken_out_by_one_and_what_is_left_is_shown_first(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    card = await a_word_given(bench, sara, marta)
    sara.press(card, "Toglilo dal testo")
    await sara.sees("Tolto dal testo")
    left = await bench.telegram.wait_for(
        lambda: next(
            (
                seen
                for seen in sara.messages()
                if seen.text.endswith("comodo?") and "Approva e invia" in seen.labels
            ),
            None,
        )
    )
    assert marta.find("comodo") is None
    sara.press(left, "Approva e invia")
    await marta.sees("Mi dice quando le fa comodo?")
    await bench.settled()
    assert await the_promises(bench) == []


async def without_a_day(bench: BotBench, agent: User, customer: User) -> Seen:
    """The card of a text in which an agent promises something and names no day."""
    card = await promising(bench, agent, customer, "La richiamo.", "È un impegno, ")
    assert (
        "una promessa senza un giorno: «La richiamo»"
        in (await agent.sees("Non parte ancora. Nel testo")).text
    )
    assert customer.find("La richiamo") is None
    return card


async def test_for_one_without_a_day_the_buttons_name_days(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    card = await without_a_day(bench, sara, marta)
    days = [one for one in sara.now(card).labels if one.startswith("È un impegno, ")]
    assert len(days) == len(set(days)) == 4
    sara.press(card, days[1])
    await marta.sees("La richiamo.")
    await bench.settled()
    (promise,) = await the_promises(bench)
    async with bench.database.reading() as session:
        policy = await bench.road.policies.current(session)
    second = policy.hours.add(Duration(count=2, unit=DurationUnit.WORKING_DAYS), promise.created_at)
    assert promise.due_at == second
    assert promise.what == {"it": "La richiamo"}
    assert bench.telegram.violations == []


async def test_or_it_is_a_colleagues(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    await bench.hire("Paolo", Role.AGENT)
    card = await without_a_day(bench, sara, marta)
    await pressed(bench, sara, card, "È un impegno di qualcun altro", "Paolo")
    await pressed(bench, sara, card, "Paolo", "È un impegno di Paolo, entro")
    assert marta.find("La richiamo") is None
    sara.press(card, next(one for one in sara.now(card).labels if one.startswith("È un impegno di Paolo")))
    await marta.sees("La richiamo.")
    await bench.settled()
    (promise,) = await the_promises(bench)
    async with bench.database.reading() as session:
        paolo = await agent_by_name(session, "Paolo")
    assert promise.owner_id == paolo.id
    assert bench.telegram.violations == []


async def test_or_it_is_no_promise_and_that_is_written_down(bench: BotBench) -> None:
    sara, marta = await bench.hire("Sara", Role.SUPERVISOR), bench.telegram.user("Marta")
    card = await a_word_given(bench, sara, marta)
    sara.press(card, "Non è una promessa")
    await marta.sees("La richiamo lunedì.")
    await bench.settled()
    assert await the_promises(bench) == []
    async with bench.database.reading() as session:
        (event,) = (await session.scalars(select(Event).where(Event.action == "approval.no_promise"))).all()
        assert event.actor == (await agent_by_name(session, "Sara")).id
    assert bench.telegram.violations == []
