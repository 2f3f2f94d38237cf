"""JSON comes out as it stood: numbers to the last digit, and no key hides another unseen."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.batch.exports import Task, classify_export
from nlp.tables import open_table
from nlp.tables.json_reading import JsonReader, json_text
from tests.batch_bench import ByLength, classified, table_of

NUMBERS = ["1.10", "1.0", "5E3", "1e400", "-0", "0.30000000000000000001", "12345678901234567890", "7", "-2.5"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("shape", ["{}", "[1,{}]", '{{"a":[{}],"b":"è"}}'], ids=["alone", "list", "object"])
def test_a_number_is_written_as_it_stood(number: str, shape: str) -> None:
    text = shape.format(number)
    assert json_text(JsonReader().read(text)) == text


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_value_is_written_as_it_stood(value: object) -> None:
    text = json.dumps(value, separators=(",", ":"))
    assert json_text(JsonReader().read(text), ensure_ascii=True) == text


@pytest.mark.parametrize("redact", [False, True], ids=["as it is", "redacted"])
@pytest.mark.parametrize("name", ["in.jsonl", "in.json"])
def test_prices_of_an_export_keep_their_digits(tmp_path: Path, name: str, redact: bool) -> None:
    row = '{"text":"ciao","price":1.10,"items":[{"at":20.00}]}'
    source, target = tmp_path / name, tmp_path / "out.jsonl"
    source.write_text(row + "\n" if name.endswith("l") else f"[{row}]")
    classify_export([table_of(source)], target, ByLength(), Task(model="m", redact=redact))
    assert target.read_text().startswith(row[:-1])


def test_a_price_in_a_cell_keeps_its_digits(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "ciao", "price": 1.10}\n')
    classified(tmp_path / "in.jsonl", tmp_path / "out.csv")
    assert ",1.10," in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize("name", ["in.jsonl", "in.json"])
def test_keys_that_stand_twice_are_counted_and_said(tmp_path: Path, name: str) -> None:
    rows = [
        '{"text": "ciao", "n": 1, "n": 2, "n": 3}',
        '{"text": "no", "of": {"a": 1, "a": 2}}',
        '{"text": "sì"}',
    ]
    source = tmp_path / name
    source.write_text("\n".join(rows) if name.endswith("l") else f"[{','.join(rows)}]")
    assert "of keys that their object has twice the last value counts" in open_table(source).said
    left_out = classified(source, tmp_path / "out.csv").left_out
    assert left_out == {name: {"values of keys that their object has once more, left out": 3}}


def test_where_no_key_stands_twice_nothing_is_said(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "ciao"}\n' * 2)
    table = open_table(source)
    assert (table.said[-1], dict(table.left_out)) == ("JSON lines", {})


LONG = ",".join(["0.125"] * 2000)


@pytest.mark.parametrize("apart", [True, False], ids=["with blanks", "compact"])
@pytest.mark.parametrize(
    "odd", ["1.10", "1E5", "-0", '"è"', r'"\u00e8"', r'"\/"', "1.5", '{"a":1,"a":2}', "NaN"]
)
def test_a_long_text_is_read_as_a_short_one_is(odd: str, apart: bool) -> None:
    text = f'{{"v":[{LONG}],"odd":{odd}}}'
    text = text.replace(",", ", ").replace(":", ": ") if apart else text
    long, short = JsonReader(), JsonReader()
    value = long.read(text)
    expected = short.read(odd.replace(",", ", ").replace(":", ": ") if apart else odd)
    assert isinstance(value, dict)
    assert json_text(value["odd"]) == json_text(expected)
    assert long.doubled == short.doubled
    assert json_text(value["v"]) == f"[{LONG}]"
