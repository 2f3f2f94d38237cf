"""What agents correct on the desk is learned by the command, and put in use only where it is no worse."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from models.serial import to_json
from models.states import Direction
from models.tables import Agent, AssessmentRow, Case, Message
from nlp.training.corpus import SHIPPED, read_corpus
from responses.corrections import Labels, correct
from rimedio.cli import app
from rimedio.heads_store import HeadsStore
from rimedio.train_command import HELD_OUT_BYTES
from tests.databases import open_sqlite
from tests.e2e.quick_program import late_parcel
from tests.seed import now, seed_agent, seed_case

PLACES = (
    *("via Roma", "corso Italia", "piazza Mazzini", "viale Europa", "vicolo Stretto", "largo Verdi"),
    *("via Po", "via dei Mille"),
)
REPORTS = (
    "Il cassonetto di {} è pieno, grazie",
    "Da segnalare: bidone pieno in {}",
    "contenitore del vetro pieno, {}",
    "In {} la campana della carta è piena da ieri",
)
REQUEST = Labels(
    act=Act.REQUEST,
    complaint_types=(),
    tone=Tone.CALM,
    urgency=Urgency.NORMAL,
    asks=(Ask.ACTION,),
    own_error=False,
)
"""What such reports are to a waste service, which asks for them."""

PRAISE = Labels(
    act=Act.PRAISE,
    complaint_types=(),
    tone=Tone.GRATEFUL,
    urgency=Urgency.LOW,
    asks=(),
    own_error=False,
)
EVERY = 8
"""One message in so many of the corpus is there to stay what it is, whatever is learned of waste."""

LEARNED, KEPT_ASIDE = 6, 2


class Desk:
    """An installation with a desk on which agents correct, and the program's commands."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def hears(self, learned: Labels, kept_aside: Labels) -> None:
        """Customers report full bins; agents say what that is, in the cases of each part."""
        asyncio.run(self._hears(learned, kept_aside))

    async def _hears(self, learned: Labels, kept_aside: Labels) -> None:
        database = await open_sqlite(self.home / "rimedio.sqlite")
        missing = {True: KEPT_ASIDE, False: LEARNED}
        places = iter(PLACES)
        try:
            async with database.writing() as session:
                agent = await seed_agent(session)
                while sum(missing.values()):
                    case = await seed_case(session)
                    aside = hashlib.sha256(case.id.encode()).digest()[0] < HELD_OUT_BYTES
                    if missing[aside]:
                        missing[aside] -= 1
                        labels = kept_aside if aside else learned
                        await _corrected(session, agent, case, next(places), labels)
        finally:
            await database.close()

    def runs(self, *words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return done.output


async def _corrected(session: AsyncSession, agent: Agent, case: Case, place: str, labels: Labels) -> None:
    for report in REPORTS:
        text = report.format(place)
        message = Message(
            case_id=case.id,
            identity_id=case.identity_id,
            external_id=text,
            direction=Direction.IN,
            text=text,
            sent_at=now(),
        )
        session.add(message)
        await session.flush()
        session.add(
            AssessmentRow(
                message_id=message.id,
                fields=to_json(late_parcel(text)),
                needs_review=False,
                encoder="table",
                heads="table",
            )
        )
        await session.flush()
        await correct(session, agent, case, message.id, labels, tuple(ComplaintType))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """With a small part of the corpus: what the whole adds is time."""
    home = tmp_path / "var"
    home.mkdir()
    monkeypatch.setenv("RIMEDIO_HOME", str(home))
    monkeypatch.delenv("RIMEDIO_HEADS", raising=False)
    monkeypatch.chdir(tmp_path)
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(_rows()), encoding="utf-8")
    monkeypatch.setattr("nlp.training.corpus.SHIPPED", corpus)
    return Desk(home)


def _rows() -> Sequence[str]:
    """Messages of the corpus, which are judged by their act."""
    return [
        json.dumps({"text": one.text, "act": one.act, "part": one.part})
        for one in read_corpus([SHIPPED])[::EVERY]
    ]


@pytest.mark.slow
def test_what_agents_agree_on_is_put_in_use_and_can_be_taken_back(desk: Desk) -> None:
    desk.hears(REQUEST, REQUEST)

    said = desk.runs("train", "--from-desk", "-o", "new")

    assert "act: learned from 24 messages" in said
    assert "8 messages corrected on the desk, kept aside:" in said
    assert "not worse: in use from the next start on: " in said
    (kept,) = HeadsStore(desk.home).kept()
    assert kept.in_use
    listed = desk.runs("heads", "list")
    assert f"* {kept.name}" in listed
    assert "  shipped" in listed
    assert "back with: rimedio heads use shipped" in said
    desk.runs("heads", "use", "shipped")
    assert HeadsStore(desk.home).in_use() is None
    desk.runs("heads", "use", kept.name)
    assert HeadsStore(desk.home).in_use() == desk.home / "heads" / kept.name


@pytest.mark.slow
def test_what_other_cases_contradict_is_kept_beside_and_not_put_in_use(desk: Desk) -> None:
    desk.hears(PRAISE, REQUEST)

    said = desk.runs("train", "--from-desk", "-o", "new")

    assert "worse on messages kept aside: the heads in use stay. The new ones are in new" in said
    assert HeadsStore(desk.home).in_use() is None
    assert Path("new/heads.json").is_file()
