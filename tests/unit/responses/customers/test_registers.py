"""The register is learnt from a customer's own words, and from nothing that leaves room for doubt."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from models.assessment import Assessment
from models.database import Database
from models.tables import Customer
from responses.config import RoadConfig
from responses.customers.registers import Heard, formality_in, heard_register
from tests.unit.responses.triage_road import Road, assessed

EXAMPLES: Sequence[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "addressing.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
QUESTION = assessed("question")
TU, LEI = "Puoi dirmi a che ora aprite?", "Le scrivo per sapere a che ora aprite."


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['language']}-{one['text'][:24]}")
def test_each_message_says_what_a_reader_would_say(example: dict[str, Any]) -> None:
    expected = {"none": frozenset()}.get(example["expect"], frozenset({example["expect"]}))
    assert formality_in(example["text"], example["language"]) == expected


async def heard(database: Database, config: RoadConfig, *said: tuple[str, Assessment]) -> Heard | None:
    """What the messages show, for an answer in Italian."""
    road = Road(database, config)
    await road.prepare()
    for text, labels in said:
        case = await road.writes(text, labels)
    async with database.reading() as session:
        return await heard_register(session, await session.get_one(Customer, case.customer_id), "it")


async def test_two_messages_make_a_register_and_tell_when(database: Database, config: RoadConfig) -> None:
    found = await heard(database, config, (TU, QUESTION), (f"Ciao! {TU}", QUESTION), ("Grazie", QUESTION))
    assert found is not None
    assert (found.formality, len(found.at)) == ("informal", 2)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([(TU, QUESTION)], id="one message is not enough"),
        pytest.param([(TU, QUESTION), (f"E {TU}", QUESTION), (LEI, QUESTION)], id="they disagree"),
        pytest.param([(TU, QUESTION), ("Avete il blu?", QUESTION)], id="voi tells nothing"),
        pytest.param(
            [(TU, QUESTION), (f"Ciao! {TU}", assessed("question", language="es"))], id="another language"
        ),
    ],
)
async def test_anything_less_makes_none(
    sqlite: Database, config: RoadConfig, said: list[tuple[str, Assessment]]
) -> None:
    assert await heard(sqlite, config, *said) is None


def test_english_has_none_to_tell() -> None:
    assert formality_in("Could you help me?", "en") == frozenset()
