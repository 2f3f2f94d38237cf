"""What a start does with the owner's folder of policies, and what it says on the terminal."""

from pathlib import Path

import pytest

from models.database import Database
from responses.policies import PolicyBook
from rimedio.errors import ProgramError
from rimedio.installation import Prepared, open_database, prepare
from rimedio.settings import Settings
from rimedio.start import policy_lines

SHOP = Path(__file__).parents[3] / "responses" / "policy" / "samples" / "negozio.yaml"


class Installation:
    def __init__(self, folder: Path) -> None:
        self.policies = folder / "policies"
        self.policies.mkdir()
        self.settings = Settings(home=folder / "var", policy=self.policies, language="en")
        self.text = SHOP.read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.policies / name).write_text(text, encoding="utf-8")

    async def start(self) -> Prepared:
        database = open_database(self.settings)
        try:
            return await prepare(self.settings, database, samples=False)
        finally:
            await database.close()

    async def limit(self) -> str:
        """What the rules in force give at most in a case."""
        database: Database = open_database(self.settings)
        try:
            async with database.reading() as session:
                return str((await PolicyBook().current(session)).limits.per_case)
        finally:
            await database.close()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


async def test_a_changed_file_is_named_with_the_command_and_stays_out(installation: Installation) -> None:
    installation.write("negozio.yaml", installation.text)
    assert (await installation.start()).first
    installation.write("negozio.yaml", installation.text.replace("per_case: 80 EUR", "per_case: 90 EUR"))
    said = policy_lines(await installation.start(), installation.settings)
    assert "negozio.yaml has changed since it was put in use" in said
    assert f"rimedio policy use {installation.policies / 'negozio.yaml'}" in said
    assert "80" in await installation.limit()


async def test_a_wrong_file_is_named_with_its_line_and_the_old_rules_stay(installation: Installation) -> None:
    installation.write("negozio.yaml", installation.text)
    await installation.start()
    installation.write("negozio.yaml", installation.text.replace("per_case: 80 EUR", "per_case: many"))
    said = policy_lines(await installation.start(), installation.settings)
    lines = installation.text.splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if "per_case: 80 EUR" in text)
    assert f"negozio.yaml:{line}:13: limits.per_case" in said
    assert "The earlier rules stay in force." in said


async def test_nothing_is_said_when_every_file_is_in_use(installation: Installation) -> None:
    installation.write("negozio.yaml", installation.text)
    await installation.start()
    assert policy_lines(await installation.start(), installation.settings) == ""


async def test_a_first_start_without_a_sound_policy_leaves_no_half_installation(
    installation: Installation,
) -> None:
    installation.write("negozio.yaml", "policy: x\n")
    with pytest.raises(ProgramError, match="no policy could be loaded"):
        await installation.start()
    installation.write("negozio.yaml", installation.text)
    prepared = await installation.start()
    assert prepared.first
    assert prepared.code is not None
