"""Which ready answer a question finds, as file and saved answers change."""

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.embedding import Embeddings
from responses.knowledge.entries import Index, Knowledge
from responses.knowledge.file import Entry
from responses.knowledge.saved import accept_entry, end_entry, propose_entry
from tests.seed import seed_agent, seed_case
from tests.unit.responses.words import embed

ROME = ZoneInfo("Europe/Rome")
HOURS = '  - {id: orari, questions: ["A che ora aprite il negozio?"], answer: {it: "Alle 9."}}\n'
BACK = '  - {id: reso, questions: ["Come restituisco un maglione?"], answer: {it: "Entro 14 giorni."}}\n'


class Counting:
    """Embeds, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        self.asked += texts
        return await embed(texts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "answers.yaml", HOURS + BACK)


def write(path: Path, entries: str) -> Path:
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(f"answers:\n{entries}", encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))
    return path


def known(database: Database, file: Path, counting: Counting | None = None) -> Knowledge:
    return Knowledge(database, file, counting.embed if counting is not None else embed, ROME)


async def ids(knowledge: Knowledge, text: str = "A che ora aprite il negozio?") -> list[str]:
    return [one.id for one in await knowledge.nearest(text)]


async def test_the_nearest_comes_first_and_fits(sqlite: Database, file: Path) -> None:
    first, second = await known(sqlite, file).nearest("a che ora aprite il negozio")
    assert (first.id, first.fits) == ("orari", True)
    assert first.question == "A che ora aprite il negozio?"
    assert (second.id, second.fits) == ("reso", False)


async def test_what_has_nothing_in_common_fits_nothing(sqlite: Database, file: Path) -> None:
    near = await known(sqlite, file).nearest("Vendete biciclette elettriche usate")
    assert not any(one.fits for one in near)


async def test_without_a_file_there_is_nothing_near(sqlite: Database, tmp_path: Path) -> None:
    assert await ids(known(sqlite, tmp_path / "answers.yaml")) == []


async def test_a_changed_file_is_read_again_and_only_new_questions_are_embedded(
    sqlite: Database, file: Path
) -> None:
    counting = Counting()
    knowledge = known(sqlite, file, counting)
    assert await ids(knowledge) == ["orari", "reso"]
    counting.asked.clear()

    write(file, BACK + HOURS.replace("orari", "apertura").replace("il negozio", "la bottega"))

    assert await ids(knowledge, "Aprite?") == ["apertura", "reso"]
    assert counting.asked == ["A che ora aprite la bottega?", "Aprite?"]


async def test_an_unchanged_file_is_embedded_once(sqlite: Database, file: Path) -> None:
    counting = Counting()
    knowledge = known(sqlite, file, counting)
    await knowledge.refreshed()
    counting.asked.clear()
    await knowledge.refreshed()
    assert counting.asked == []


async def test_while_the_file_is_wrong_what_it_said_before_holds(
    sqlite: Database, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    knowledge = known(sqlite, file)
    await knowledge.refreshed()
    write(file, "  - {id: orari}\n")
    assert await ids(knowledge) == ["orari", "reso"]
    assert 'answers.yaml:2:5: answers[0]: "questions" is missing' in caplog.text


async def test_an_answer_that_has_ended_is_not_found(sqlite: Database, file: Path) -> None:
    yesterday = (utcnow() - timedelta(days=2)).date()
    write(file, HOURS.replace("}}", f"}}, until: {yesterday}}}") + BACK)
    assert await ids(known(sqlite, file)) == ["reso"]


async def test_a_saved_answer_is_found_from_its_acceptance_to_its_end(database: Database, file: Path) -> None:
    knowledge = known(database, file)
    async with database.writing() as session:
        admin = await seed_agent(session, "Sara", Role.ADMIN)
        entry = await propose_entry(
            session, admin, await seed_case(session), "Avete biciclette?", {"it": "No."}, lambda text: ()
        )
    before = await ids(knowledge, "Avete biciclette?")
    async with database.writing() as session:
        await accept_entry(session, admin, entry.id, utcnow())
    accepted = await ids(knowledge, "Avete biciclette?")
    async with database.writing() as session:
        await end_entry(session, admin, entry.id, utcnow())
    ended = await ids(knowledge, "Avete biciclette?")
    assert entry.id not in before
    assert accepted[0] == entry.id
    assert entry.id not in ended


MEANT = {
    "Come rendo una maglia?": (2, 3),
    "Come rendo una gonna?": (2, 2.5),
    "Come lavo una maglia?": (-2, 3),
    "Come lavo un tappeto?": (-2, -3),
    "Come rendo un tappeto?": (2, -3),
}
"""To the right giving back, to the left washing; above knitwear, below carpets."""


async def meant(texts: Sequence[str]) -> Embeddings:
    vectors = np.asarray([MEANT.get(text, (0, 0)) for text in texts], np.float32)
    return Embeddings(vectors=vectors, encoder="meant")


async def test_what_sets_the_questions_of_one_entry_apart_does_not_decide(
    sqlite: Database, file: Path
) -> None:
    back, back_too, wash, wash_too, asked = MEANT
    write(
        file,
        f'  - {{id: reso, questions: ["{back}", "{back_too}"], answer: {{it: "Sì."}}}}\n'
        f'  - {{id: lavaggio, questions: ["{wash}", "{wash_too}"], answer: {{it: "A 30 gradi."}}}}\n',
    )
    assert await ids(Knowledge(sqlite, file, meant, ROME), asked) == ["reso", "lavaggio"]


@given(st.data())
def test_every_entry_is_named_once_and_no_farther_one_comes_first(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    entries = [
        Entry(
            id=f"e{one}",
            questions=tuple(f"{one} {other}" for other in range(data.draw(st.integers(1, 4)))),
            answer={"it": "x"},
        )
        for one in range(count)
    ]
    numbers = st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3)
    vectors = {
        question: np.asarray(data.draw(numbers), np.float32)
        for entry in entries
        for question in entry.questions
    }
    near = Index(entries, vectors, entries).nearest(
        np.asarray(data.draw(numbers), np.float32), date(2026, 1, 1), 3
    )
    assert len(near) == min(count, 3)
    assert len({one.id for one in near}) == len(near)
    assert [one.nearness for one in near] == sorted((one.nearness for one in near), reverse=True)
    assert not any(one.fits for one in near[1:])


async def test_an_answer_that_is_offered_is_named_by_its_first_question(sqlite: Database, file: Path) -> None:
    both = BACK.replace("questions: [", 'questions: ["Posso rendere i capi?", ')
    assert both != BACK
    write(file, HOURS + both)
    near = await known(sqlite, file).nearest("Come si restituisce una bicicletta elettrica")
    offered = next(one for one in near if one.id == "reso")
    assert (offered.fits, offered.question) == (False, "Posso rendere i capi?")
