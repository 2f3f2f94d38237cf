"""A choice in Telegram: a button for each option, whose press counts, and an agent's press for who writes."""

from datetime import timedelta

from sqlalchemy import select

from models.assessment import Entities
from models.clock import utcnow
from models.decision import Role
from models.states import CaseState, ChoiceHow, VoucherState
from models.tables import Agent, Case, Choice, Customer, Event, Identity, Voucher
from responses.facts import give_fact
from tests.bot_bench import BotBench
from tests.seed import seed_case
from tests.telegram import Seen, User

LABELS = ("15% sul prossimo ordine (fino a 20 €)", "buono 10 €")
ORDER = Entities(order_ids=("RS1234",))


async def decided(bench: BotBench, agent: User, customer: User) -> Seen:
    """The card of an answer that lets the customer choose."""
    bench.say_also(entities=ORDER)
    words = "Il pacco RS1234 non arriva"
    customer.send(words)
    await bench.card(agent, words)
    await bench.settled()
    async with bench.database.writing() as session:
        case = (await session.scalars(select(Case).order_by(Case.id.desc()).limit(1))).one()
        policy = await bench.road.policies.current(session)
        knows = (await session.scalars(select(Agent).where(Agent.telegram_id == agent.id))).one()
        await give_fact(session, knows, case, "days_late", "9", policy)
    return await bench.card(agent, "oppure buono 10 €")


async def asked(bench: BotBench, agent: User, customer: User) -> Seen:
    """A choice is put to the customer; the post with its buttons."""
    agent.press(await decided(bench, agent, customer), "Approva e invia")
    question = await customer.sees("oppure un buono da 10\u00a0€")
    await bench.settled()
    bench.say_also(entities=Entities())
    return question


async def the_choice(bench: BotBench) -> Choice:
    async with bench.database.reading() as session:
        return (await session.scalars(select(Choice))).one()


async def the_code(bench: BotBench) -> Voucher:
    async with bench.database.reading() as session:
        return (await session.scalars(select(Voucher))).one()


async def test_a_press_chooses_and_takes_the_buttons_away(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    assert question.labels == LABELS
    press = marta.press(question, "buono 10 €")
    kept = await marta.sees("la sua scelta è segnata: buono 10 €")
    await bench.telegram.wait_for(lambda: not marta.now(question).labels or None)
    code = await the_code(bench)
    assert (code.state, code.code in kept.text) == (VoucherState.ACTIVE, True)
    assert (await the_choice(bench)).chosen_how == ChoiceHow.BUTTON
    assert press.answered
    assert not press.notice
    assert bench.telegram.violations == []


async def test_the_second_of_two_quick_presses_is_told_what_was_chosen(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    for label in reversed(LABELS):
        marta.press(question, label)
    await marta.sees("la scelta è già segnata, ed è questa: buono 10 €")
    await bench.settled()
    assert len([seen for seen in marta.messages() if "la sua scelta è segnata" in seen.text]) == 1


async def test_another_customer_cannot_choose_and_no_other_option_is_taken(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    paolo = bench.telegram.user("Paolo")
    paolo.start()
    greeting = await paolo.sees("automatico")
    data = question.button("buono 10 €").data
    assert data is not None
    forged = [
        paolo.press_data(greeting, data),
        *(marta.press_data(question, f"{data[:-1]}{end}") for end in ("2", "-1", "1:1", "")),
    ]
    await bench.telegram.wait_for(lambda: all(press.notice for press in forged) or None)
    await bench.settled()
    assert (await the_choice(bench)).chosen_at is None
    async with bench.database.reading() as session:
        refused = await session.scalars(select(Event).where(Event.action == "press.refused"))
        assert len(refused.all()) == len(forged)


async def test_words_that_choose_are_confirmed_on_the_card_with_one_press(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    await asked(bench, giulia, marta)
    marta.send("Grazie, prendo il buono")
    card = await bench.card(giulia, "prendo il buono", "Conferma: buono 10 €")
    assert "Marta sceglie: buono 10 €" in card.text
    giulia.press(card, "Conferma: buono 10 €")
    await giulia.sees("Scelta segnata nella richiesta n. 101")
    await marta.sees("la sua scelta è segnata: buono 10 €")
    choice = await the_choice(bench)
    assert choice.chosen_how == ChoiceHow.WORDS
    assert choice.chosen_by is not None
    await bench.telegram.wait_for(lambda: not giulia.now(card).labels or None)


async def test_words_that_are_no_choice_get_a_draft_after_one_press(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    await asked(bench, giulia, marta)
    marta.send("Lo sconto!")
    giulia.press(await bench.card(giulia, "Lo sconto!", "Non è una scelta"), "Non è una scelta")
    await bench.card(giulia, "Lo sconto!", "Approva e invia")
    assert (await the_choice(bench)).chosen_at is None


async def test_who_wants_none_of_it_is_noted_with_one_press(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    await asked(bench, giulia, marta)
    marta.send("No grazie, nessuno dei due")
    giulia.press(await bench.card(giulia, "nessuno dei due", "Conferma: nessuna"), "Conferma: nessuna")
    await giulia.sees("Segnato nella richiesta n. 101")
    choice = await the_choice(bench)
    assert (choice.chosen_how, choice.chosen_offer_id) == (ChoiceHow.WORDS, None)


async def test_a_press_that_comes_too_late_is_answered_and_shown_to_an_agent(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    question = await asked(bench, giulia, marta)
    async with bench.database.writing() as session:
        (await session.scalars(select(Choice))).one().expires_at = utcnow() - timedelta(minutes=1)
    marta.press(question, "buono 10 €")
    await marta.sees("non abbiamo ricevuto una scelta in tempo")
    await marta.sees("con questo bottone non si può più scegliere")
    await bench.card(giulia, "[bottone premuto tardi] buono 10 €", "Approva e invia")
    assert (await the_choice(bench)).chosen_how == ChoiceHow.DEFAULT


async def test_one_press_notes_what_a_customer_usually_chooses(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia", Role.SUPERVISOR), bench.telegram.user("Marta")
    marta.press(await asked(bench, giulia, marta), "buono 10 €")
    await marta.sees("la sua scelta è segnata")
    made = await the_choice(bench)
    async with bench.database.writing() as session:
        # As if they had chosen it in another case as well.
        case = await session.get_one(Case, made.case_id)
        other = await seed_case(session, await session.get_one(Identity, case.identity_id))
        other.state = CaseState.CLOSED
        session.add(
            Choice(
                approval_id=made.approval_id,
                case_id=other.id,
                choice_group=made.choice_group + 1,
                key="before",
                options=made.options,
                chosen_offer_id=made.chosen_offer_id,
                chosen_how=made.chosen_how,
                chosen_at=made.chosen_at,
            )
        )
    marta.send("E la fattura quando arriva?")
    card = await bench.card(giulia, "E la fattura")
    await giulia.sees("Preferisce: sceglie di solito il buono (")
    giulia.press(card, "Segna: preferisce il buono")
    await giulia.sees("preferenza segnata")
    async with bench.database.reading() as session:
        assert (await session.scalars(select(Customer.preferred_remedy))).one() == "voucher"
