"""A card says in a line what the customer was given and promised; behind it stands every case."""

from datetime import timedelta

from sqlalchemy import select, update

from bot.cards.dealings import summary
from bot.words import words_in
from models.clock import utcnow
from models.decision import Basis, Role
from models.money import Money
from models.states import PromiseState
from models.tables import Agent, Case, Identity, OutboxEntry, Promise
from responses.customers.dealings import Dealing, Dealings, Gift
from tests.bot_bench import BotBench
from tests.telegram import Seen, User
from tests.unit.bot.test_bot_promises import promised

AGAIN = "Sono ancora senza niente, che cosa succede?"
BUTTON = "Dato e promesso, caso per caso"
LINE = "Dato e promesso finora: "


async def written_again(bench: BotBench, agent: User) -> Seen:
    """The card of a customer who has a voucher and a promise already."""
    marta = await promised(bench, agent, "Il pacco RS1234 è in ritardo")
    marta.send(AGAIN)
    return await bench.card(agent, AGAIN)


def head(agent: User) -> str:
    return next(seen.text for seen in reversed(agent.messages()) if AGAIN in seen.text)


async def test_a_card_says_what_was_given_and_promised_and_the_button_tells_it_case_by_case(
    bench: BotBench,
) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    card = await written_again(bench, giulia)
    assert f"{LINE}favori 5 € · impegni aperti: 1" in head(giulia)
    giulia.press(card, BUTTON)
    told = await giulia.sees("dato e promesso finora al cliente. favori 5 € · impegni aperti: 1")
    assert "n. 101" in told.text
    assert "• buono 5 € · favore · vale 5 € · " in told.text
    assert "• cerchiamo il pacco e le scriviamo dov'è e quando arriva · impegno aperto · " in told.text
    async with bench.database.reading() as session:
        entries = (await session.scalars(select(OutboxEntry.content))).all()
    (kept,) = [one for one in entries if "behind" in one]
    assert kept["text"] == ""
    assert bench.telegram.violations == []


async def test_a_promise_that_was_not_kept_is_told_with_its_reason_and_day(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    marta = await promised(bench, giulia, "Il pacco RS1234 è in ritardo")
    async with bench.database.writing() as session:
        broken = {"state": PromiseState.BROKEN, "broken_reason": "il corriere l'ha perso"}
        await session.execute(
            update(Promise).values(**broken, settled_at=utcnow(), due_at=utcnow() - timedelta(days=2))
        )
    marta.send(AGAIN)
    card = await bench.card(giulia, AGAIN)
    assert "impegni non mantenuti: 1" in head(giulia)
    giulia.press(card, BUTTON)
    told = await giulia.sees("dato e promesso finora al cliente")
    assert "· impegno non mantenuto · " in told.text
    assert ": il corriere l'ha perso" in told.text


async def test_of_somebody_new_there_is_neither_line_nor_button(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send(AGAIN)
    card = await bench.card(giulia, AGAIN)
    assert BUTTON not in card.labels
    assert LINE not in head(giulia)


async def test_nobody_reads_what_they_were_given_themselves(bench: BotBench) -> None:
    giulia = await bench.hire("Giulia", Role.SUPERVISOR)
    card = await written_again(bench, giulia)
    async with bench.database.writing() as session:
        agent = (await session.scalars(select(Agent))).one()
        await session.execute(update(Identity).values(external_id=str(agent.telegram_id)))
    giulia.press(card, BUTTON)
    await giulia.sees("È la tua richiesta")
    assert [seen.text for seen in giulia.messages() if "vale 5 €" in seen.text] == []


def test_the_line_sums_the_owed_apart_and_counts_what_has_no_sum() -> None:
    def gift(worth: Money | None) -> Gift:
        return Gift(remedy=None, sent=(), basis=Basis.GOODWILL, worth=worth, at=utcnow())

    def promise(state: PromiseState) -> Promise:
        return Promise(state=state)

    states = (PromiseState.KEPT, PromiseState.KEPT, PromiseState.BROKEN, PromiseState.WITHDRAWN)
    five = Money.from_minor(500, "EUR")
    given = Dealing(
        case=Case(), gifts=(gift(None), gift(five)), promises=tuple(promise(state) for state in states)
    )
    dealings = Dealings(cases=(given,), owed=(Money.from_minor(1800, "EUR"),), favours=(five,))
    assert summary(dealings, words_in("it")) == (
        "dovuto 18 € · favori 5 € · senza un importo: 1 · impegni mantenuti: 2 · impegni non mantenuti: 1"
    )
    assert summary(dealings, words_in("en")) == (
        "owed €18 · favours €5 · without a sum: 1 · promises kept: 2 · promises not kept: 1"
    )
