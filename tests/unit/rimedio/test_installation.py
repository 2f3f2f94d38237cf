"""What a start does with the owner's folder of policies, and what it says on the terminal."""

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from models.database import Database
from models.tables import Update
from responses.intake.samples import SOURCE, sample_messages
from responses.policies import PolicyBook
from rimedio.errors import ProgramError, SettingError
from rimedio.installation import Prepared, listen, open_database, prepare
from rimedio.settings import Settings
from rimedio.start import policy_lines
from tests.ports import free_port
from tests.processes import run_command

SHOP = Path(__file__).parents[3] / "responses" / "policy" / "samples" / "negozio.yaml"


class Installation:
    def __init__(self, folder: Path) -> None:
        self.policies = folder / "policies"
        self.policies.mkdir()
        self.settings = Settings(home=folder / "var", policy=self.policies, language="en")
        self.text = SHOP.read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.policies / name).write_text(text, encoding="utf-8")

    async def start(self, *, samples: bool = False) -> Prepared:
        database = open_database(self.settings)
        try:
            return await prepare(self.settings, database, samples=samples)
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


@pytest.mark.parametrize("samples", [True, False])
async def test_samples_come_with_the_first_start_or_never(installation: Installation, samples: bool) -> None:
    installation.write("negozio.yaml", installation.text)
    await installation.start(samples=samples)
    await installation.start(samples=True)
    database = open_database(installation.settings)
    async with database.reading() as session:
        written = (await session.scalars(select(Update).where(Update.source == SOURCE))).all()
    await database.close()
    assert len(written) == (len(sample_messages()) if samples else 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"RIMEDIO_HOME": "/proc/nowhere"}, "RIMEDIO_HOME = '/proc/nowhere': expected a folder"),
        ({"RIMEDIO_DATABASE_URL": "sqlite:////proc/no.sqlite"}, "RIMEDIO_DATABASE_URL: expected a database"),
        (
            {"RIMEDIO_DATABASE_URL": "postgresql://u:hush@127.0.0.1:1/x"},
            "RIMEDIO_DATABASE_URL: expected a database",
        ),
    ],
    ids=["folder", "file", "server"],
)
def test_what_cannot_be_opened_is_named_by_its_setting(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    environment = {**os.environ, "RIMEDIO_HOME": str(tmp_path), "RIMEDIO_SECRET": "x" * 20, **changes}
    done = run_command(["agents", "list"], environment)
    assert done.status != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_a_host_of_somebody_else_is_named_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"RIMEDIO_HOST = '192\.0\.2\.1'"):
        listen(Settings(home=tmp_path, host="192.0.2.1"), free_port())
