"""The mark under the question how it went: whose press counts, and what is shown of it."""

from sqlalchemy import select

from models.states import CaseState
from models.tables import Case, Customer, Event, Rating
from responses.privacy.erasure import erase_person
from responses.privacy.export import export_person
from responses.sending.rating import close_and_ask
from tests.bot_bench import BotBench
from tests.telegram import Seen, User

LATE = "Il pacco non è mai arrivato, che cosa faccio?"


async def asked(bench: BotBench, agent: User, customer: User) -> Seen:
    """A customer is answered, the case is closed, and the question is there."""
    customer.send(LATE)
    agent.press(await bench.card(agent, "mai arrivato"), "Approva e invia")
    await customer.sees(agent.person.first_name)
    await bench.settled()
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case).order_by(Case.id.desc()).limit(1))).one()
        # The sample policy has the first answer ask for something.
        case.state = CaseState.ANSWERED
        await close_and_ask(session, bench.road.texts, case, "system")
    return await customer.sees("Un voto da 1")


async def marks(bench: BotBench) -> list[int | None]:
    async with bench.database.reading() as session:
        return list(await session.scalars(select(Rating.mark)))


async def test_a_press_is_kept_once_and_takes_the_buttons_away(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    assert question.labels == ("1", "2", "3", "4", "5")
    presses = [marta.press(question, mark) for mark in ("5", "2")]
    await marta.sees("il suo voto è segnato")
    await bench.settled()
    await bench.telegram.wait_for(lambda: not marta.now(question).labels or None)
    assert all(press.answered and not press.notice for press in presses)
    assert await marks(bench) == [5]
    assert len([seen for seen in marta.messages() if "il suo voto è segnato" in seen.text]) == 1
    assert bench.telegram.violations == []


async def test_another_customers_question_cannot_be_answered(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    paolo = bench.telegram.user("Paolo")
    question = await asked(bench, giulia, marta)
    paolo.start()
    greeting = await paolo.sees("automatico")
    forged = paolo.press_data(greeting, question.button("1").data or "")
    await bench.telegram.wait_for(lambda: forged.notice or None)
    await bench.settled()
    assert await marks(bench) == []
    async with bench.database.reading() as session:
        refused = await session.scalars(select(Event).where(Event.action == "press.refused"))
        assert len(refused.all()) == 1


async def test_a_mark_that_no_button_has_is_refused(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    data = question.button("5").data
    assert data is not None
    forged = [marta.press_data(question, f"{data[:-1]}{end}") for end in ("6", "0", "-1", "5:5", "")]
    await bench.telegram.wait_for(lambda: all(press.notice for press in forged) or None)
    await bench.settled()
    assert await marks(bench) == []


async def test_an_agent_cannot_give_a_customers_mark(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    card = giulia.last()
    giulia.press_data(card, question.button("5").data or "")
    await giulia.sees("Questo pulsante non vale più")
    assert await marks(bench) == []


async def test_a_mark_that_comes_after_new_words_is_kept_and_the_case_stays_open(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    marta.send("Non è arrivato nemmeno oggi, insomma!")
    card = await bench.card(giulia, "nemmeno oggi")
    marta.press(question, "1")
    await marta.sees("il suo voto è segnato")
    giulia.press(card, "Approva e invia")
    await bench.telegram.wait_for(
        lambda: len([seen for seen in marta.messages() if "Giulia" in seen.text]) == 2 or None
    )
    assert await marks(bench) == [1]


async def test_an_erased_person_leaves_no_mark_and_their_copy_has_it(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    marta.press(question, "2")
    await marta.sees("il suo voto è segnato")
    await bench.settled()
    async with bench.database.writing() as session:
        customer = (await session.scalars(select(Customer))).one()
        copy = await export_person(session, customer, bench.road.files)
        assert await erase_person(session, customer, "system") is not None
    assert [rating["mark"] for rating in copy["cases"][0]["ratings"]] == [2]
    assert await marks(bench) == [None]
    late = marta.press_data(question, question.button("5").data or "")
    await bench.telegram.wait_for(lambda: late.notice or None)
    await bench.settled()
    assert await marks(bench) == [None]


async def test_an_agent_who_plays_a_customer_is_asked_and_answers(bench: BotBench) -> None:
    giulia, sara = await bench.hire("Giulia"), await bench.hire("Sara")
    giulia.send("/prova")
    await giulia.sees("/fine")
    giulia.send(LATE)
    sara.press(await bench.card(sara, "mai arrivato"), "Approva e invia")
    await giulia.sees("Sara")
    await bench.settled()
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case))).one()
        case.state = CaseState.ANSWERED
        await close_and_ask(session, bench.road.texts, case, "system")
    giulia.press(await giulia.sees("Un voto da 1"), "3")
    await giulia.sees("il suo voto è segnato")
    assert await marks(bench) == [3]
