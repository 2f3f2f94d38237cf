"""Every button against everybody who must not press it: nothing that counts changes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from bot.buttons import Action, data_of, read_data
from models.decision import Role
from models.tables import Agent, Approval, Card, Case, Event, Message, Update
from responses.people.agents import agent_by_name, make_link, use_link
from tests.bot_bench import BotBench
from tests.telegram import Seen, User

COUNTS = (
    *("cases", "drafts", "approvals", "offers", "promises", "vouchers", "ledger", "facts", "prompts"),
    *("edits_open", "customers", "identities", "agents"),
)
"""The tables in which an action shows; what was received, said and noted of it is elsewhere."""
KINDS = ("first", "case", "approval", "message", "forged")


@pytest_asyncio.fixture
async def unhurried(tmp_path: Path) -> AsyncIterator[BotBench]:
    """A bench whose answers can be undone for an hour, so that none leaves while a test looks."""
    async with BotBench(tmp_path, undo=3600) as opened:
        yield opened


async def state(bench: BotBench) -> str:
    async with bench.database.reading() as session:
        found = [repr((await session.execute(text(f"SELECT * FROM {table}"))).all()) for table in COUNTS]
    return "\n".join(found)


async def keys(bench: BotBench) -> dict[str, str]:
    """Keys of Giulia's card and of rows, and some that are nobody's."""
    async with bench.database.reading() as session:
        return {
            "first": (await session.scalars(select(Card.key).order_by(Card.id))).first() or "",
            "case": (await session.scalars(select(Case.id))).first() or "",
            "approval": (await session.scalars(select(Approval.id))).first() or "",
            "message": (await session.scalars(select(Message.id))).first() or "",
            "forged": "AAAAAAAAAAAA",
        }


async def press_everything(bench: BotBench, user: User, message: Seen) -> None:
    """Presses every button there is, with every kind of key, as no program of Telegram's would."""
    known = await keys(bench)
    for action in Action:
        for kind in KINDS:
            user.press_data(message, data_of(action, known[kind], "supervisor")[:64])
    user.press_data(message, data_of(Action.APPROVE, "", "supervisor"))
    await bench.worked_off()


async def approved_case(bench: BotBench) -> User:
    """Giulia has approved an answer that can be undone for a while; Marta wrote."""
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    giulia.press(await bench.card(giulia, "dov'è?"), "Approva e invia")
    await bench.worked_off()
    return marta


@pytest.mark.parametrize("action", list(Action), ids=lambda action: action.name.lower())
def test_without_a_key_a_press_means_nothing(action: Action) -> None:
    assert read_data(data_of(action, "", "supervisor")) is None


async def test_a_customer_presses_no_button_of_ours(unhurried: BotBench) -> None:
    bench = unhurried
    marta = await approved_case(bench)
    marta.send("/privacy")
    own = await marta.sees("/dimenticami")
    before = await state(bench)
    await press_everything(bench, marta, own)
    assert await state(bench) == before
    async with bench.database.reading() as session:
        refused = (await session.scalars(select(Event).where(Event.action == "press.refused"))).all()
    assert len(refused) >= len(Action)


async def test_nobody_presses_a_button_of_ours(unhurried: BotBench) -> None:
    bench = unhurried
    await approved_case(bench)
    stranger = bench.telegram.user("Nessuno")
    stranger.send("/start")
    greeting = await stranger.sees("assistente automatico")
    before = await state(bench)
    await press_everything(bench, stranger, greeting)
    assert await state(bench) == before


async def test_an_agent_acts_with_no_colleagues_card_and_no_forged_key(unhurried: BotBench) -> None:
    bench = unhurried
    await approved_case(bench)
    bruno = await bench.hire("Bruno")
    bruno.send("Ciao")
    help_shown = await bruno.sees("/prova")
    before = await state(bench)
    await press_everything(bench, bruno, help_shown)
    assert await state(bench) == before


async def test_who_was_removed_presses_their_own_card_in_vain(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    await bench.hire("Sara", Role.ADMIN)
    marta.send("Il pacco non è arrivato, dov'è?")
    card = await bench.card(giulia, "dov'è?")
    await bench.worked_off()
    async with bench.database.writing() as session:
        gone = Agent.name == "Giulia"
        await session.execute(update(Agent).where(gone).values(telegram_id=None, removed_at=Agent.created_at))
    before = await state(bench)
    giulia.press(card, "Approva e invia")
    await bench.worked_off()
    assert await state(bench) == before


async def test_a_press_that_is_delivered_again_counts_once(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    card = await bench.card(giulia, "dov'è?")
    giulia.press(card, "Approva e invia")
    pressed = bench.telegram.update_of("callback_query")
    await bench.worked_off()
    bench.telegram.push_again(pressed)
    await bench.worked_off()
    async with bench.database.reading() as session:
        assert len((await session.scalars(select(Approval))).all()) == 1


async def test_of_what_agents_press_and_answer_no_copy_is_kept(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    marta.send("Il pacco non è arrivato, dov'è?")
    card = await bench.card(giulia, "dov'è?")
    giulia.send("Una nota che cita dov'è?", reply_to=card)
    giulia.press(card, "Approva e invia")
    await bench.worked_off()
    async with bench.database.reading() as session:
        query = select(Update.raw).where(Update.chat_key == bench.bot.chat_key(giulia.id))
        assert set((await session.scalars(query)).all()) == {"{}"}


@pytest.mark.parametrize("name", ["reused", "guessed"])
async def test_a_code_that_is_used_or_guessed_links_no_account(bench: BotBench, name: str) -> None:
    await bench.hire("Giulia")
    stranger = bench.telegram.user("Nessuno")
    async with bench.database.writing() as session:
        code = await make_link(session, await agent_by_name(session, "Giulia"), "telegram")
        await use_link(session, {"reused": code, "guessed": "guess"}[name], "telegram")
    stranger.start({"reused": code, "guessed": "guess"}[name])
    await stranger.sees("assistente automatico")
    async with bench.database.reading() as session:
        linked = (await session.scalars(select(Agent.telegram_id))).all()
    assert stranger.id not in linked
