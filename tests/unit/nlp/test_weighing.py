"""What rows hold is counted whole: a shard of many small values ends as early as one of long texts."""

import json
from datetime import date
from pathlib import Path
from sys import getsizeof

import pytest

from nlp.batch.packing import SHARD_BYTES, SHARD_ROWS, Packer
from nlp.batch.weighing import held_bytes
from nlp.tables.json_reading import JsonReader
from tests.batch_bench import table_of

NUMBERS = [float(number) for number in range(1000)]


@pytest.mark.parametrize(
    ("value", "least"),
    [
        ("x" * 5000, 5000),
        ("è" * 5000, 5000),
        ("😡" * 5000, 20_000),
        (NUMBERS, 1000 * (8 + getsizeof(1.5))),
        ((1.5, 2.5), 2 * getsizeof(1.5)),
        ({"embedding": NUMBERS}, 32_000),
        ([NUMBERS, NUMBERS], 64_000),
        (["x" * 1000, 1, {"y" * 1000: ["z" * 1000]}], 3000),
        (date(2026, 11, 28), getsizeof(date(2026, 11, 28))),
        (None, 0),
    ],
    ids=["text", "accents", "emoji", "numbers", "tuple", "object", "lists", "mixed", "day", "nothing"],
)
def test_a_value_weighs_as_much_as_it_holds(value: object, least: int) -> None:
    assert least <= held_bytes(value) < 2 * least + 200


def test_a_number_that_is_kept_as_it_stood_weighs_its_digits() -> None:
    (plain,), (kept,) = JsonReader().read("[1.5]"), JsonReader().read(f"[1.5{'0' * 500}]")  # type: ignore[misc]
    assert held_bytes(kept) > held_bytes(plain) + 500
    assert held_bytes([kept]) > held_bytes([plain]) + 500


@pytest.mark.parametrize("digits", [3.25, "3.250"], ids=["as python writes them", "with a zero more"])
def test_shards_of_many_numbers_end_early_and_lose_no_row(tmp_path: Path, digits: float | str) -> None:
    source = tmp_path / "in.jsonl"
    row = json.dumps({"text": "ciao", "embedding": [7] * 4096}).replace("7", str(digits))
    source.write_text(f"{row}\n" * 300)
    shards = [shard.num_rows for shard in Packer([table_of(source).source]).shards()]
    assert sum(shards) == 300
    assert max(shards) <= SHARD_BYTES / (4096 * 32) + 1


def test_a_table_of_few_small_cells_keeps_its_shards(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    names = ",".join(["testo", *(f"c{number}" for number in range(20))])
    source.write_text(f"{names}\n" + f"Il pacco non arriva{',12' * 20}\n" * (SHARD_ROWS + 1))
    assert [shard.num_rows for shard in Packer([table_of(source).source]).shards()] == [SHARD_ROWS, 1]
