"""Menus of commands: customers see theirs, agents theirs, and nobody the others'."""

import json

import pytest

from bot.telegram.envelope import read_command
from bot.telegram.menu import AGENT_MENUS, GROUP_MENUS, MENUS
from models.decision import Role
from models.tables import Setting
from responses.people.agents import remove_agent
from tests.bot_bench import BotBench
from tests.unit.bot.test_bot_group import chosen


def menu(bench: BotBench, chat: int | None = None, language: str = "") -> list[str]:
    """The names of the commands that Telegram shows."""
    scope = ("chat", chat, "") if chat is not None else ("default", None, language)
    return [command["command"] for command in bench.telegram.methods.commands.get(scope, [])]


async def test_agents_see_their_commands_and_customers_do_not(bench: BotBench) -> None:
    giulia, john = await bench.hire("Giulia"), await bench.hire("John", language="en")
    marta = bench.telegram.user("Marta")
    marta.start()
    await bench.telegram.wait_for(lambda: menu(bench, john.id) and menu(bench, language="de"))
    assert menu(bench, giulia.id) == ["oggi", "promesse", "schede", "aiuto", "prova", "fine"]
    assert menu(bench, john.id) == ["today", "promises", "cards", "help", "test", "end"]
    assert menu(bench, marta.id) == []
    assert set(menu(bench)) == {"stato", "persona", "privacy", "dimenticami"}
    assert bench.telegram.violations == []


async def test_the_group_has_the_commands_that_work_there(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna)
    await bench.telegram.wait_for(lambda: menu(bench, room.id))
    assert menu(bench, room.id) == ["oggi", "promesse", "schede", "aiuto"]


async def test_who_leaves_loses_the_menu(bench: BotBench) -> None:
    await bench.hire("Anna", Role.ADMIN)
    giulia = await bench.hire("Giulia")
    await bench.telegram.wait_for(lambda: menu(bench, giulia.id))
    async with bench.database.writing() as session:
        await remove_agent(session, "Giulia")
    await bench.telegram.wait_for(lambda: menu(bench, giulia.id) == [] or None)


async def test_a_menu_that_an_earlier_run_put_up_is_taken_away_too(bench: BotBench) -> None:
    former = bench.telegram.user("Ex", started=True)
    bench.telegram.methods.commands["chat", former.id, ""] = [{"command": "oggi", "description": "x"}]
    async with bench.database.writing() as session:
        session.add(Setting(name=f"agents_menus:telegram:{bench.bot.bot_id}", value=json.dumps([former.id])))
    await bench.telegram.wait_for(lambda: menu(bench, former.id) == [] or None)


@pytest.mark.parametrize("menus", [AGENT_MENUS, GROUP_MENUS], ids=["private", "group"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_command_of_an_agents_menu_is_understood(
    menus: dict[str, tuple[tuple[str, str], ...]], language: str
) -> None:
    assert [read_command(f"/{name}") for name, _ in menus[language]].count(None) == 0


def test_customers_menus_name_no_command_of_agents() -> None:
    ours = {name for commands in AGENT_MENUS.values() for name, _ in commands}
    theirs = {name for commands in MENUS.values() for name, _ in commands}
    assert ours & theirs == set()


async def test_help_lists_every_command_of_the_menu(bench: BotBench) -> None:
    anna = await bench.hire("Anna", Role.ADMIN)
    room = await chosen(bench, anna)
    anna.send("/aiuto")
    in_private = await anna.sees("/prova")
    anna.send("/aiuto", to=room)
    in_group = await room.sees("Comandi nel gruppo")
    assert [name for name, _ in AGENT_MENUS["it"] if f"/{name}" not in in_private.text] == []
    assert [name for name, _ in GROUP_MENUS["it"] if f"/{name}" not in in_group.text] == []
