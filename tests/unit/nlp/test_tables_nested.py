"""Texts inside the objects of a row: found by name and by content, and named by a path."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.batch.packing import source_of
from nlp.errors import BatchError, WrongUsageError
from nlp.tables import choose_text_column, open_table
from nlp.tables.nested import value_at
from tests.batch_bench import classified

LATE = "Il pacco non è mai arrivato a casa mia"


def lines(folder: Path, *rows: object) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


FOUND: dict[str, tuple[dict[str, object], str, str]] = {
    "by_name": ({"id": 1, "review": {"stars": 2, "text": LATE}}, "review.text", "by its name"),
    "in_the_data": ({"data": {"id": "a1", "message": LATE}}, "data.message", "by its name"),
    "near_a_name": ({"review": {"note_text": LATE}}, "review.note_text", "by its name, near"),
    "by_content": ({"id": 1, "body": {"it": LATE, "kind": "x"}}, "body.it", "by its content"),
    "deeper": ({"payload": {"review": {"text": LATE}}}, "payload.review.text", "by its name"),
    "outer_first": ({"review": {"text": "Grazie a voi tutti"}, "text": LATE}, "text", "by its name"),
    "not_the_author": ({"user": {"description": "Vivo a Roma"}, "full_text": LATE}, "full_text", "by its"),
    "not_the_answer": ({"response": {"text": "Grazie"}, "verbatim": LATE}, "verbatim", "by its content"),
    "not_a_list": ({"comments": ["uno", "due"], "said": LATE}, "said", "by its content"),
    "key_with_a_dot": ({"a.b": {"text": LATE}}, "a.b.text", "by its name"),
}


@pytest.mark.parametrize(("row", "name", "why"), FOUND.values(), ids=FOUND)
def test_texts_in_objects_are_found(tmp_path: Path, row: dict[str, object], name: str, why: str) -> None:
    found = choose_text_column(open_table(lines(tmp_path, row, row)))

    assert found.name == name
    assert found.why.startswith(why)
    assert value_at(row, name) == LATE


def test_a_column_of_objects_is_never_the_text(tmp_path: Path) -> None:
    table = open_table(lines(tmp_path, {"review": {"stars": 1}, "text": [LATE]}))

    with pytest.raises(BatchError, match="no column holds text; columns found: review, text"):
        choose_text_column(table)


CONVERSATIONS: dict[str, tuple[dict[str, object], str]] = {
    "texts": (
        {"id": 1, "said": [LATE]},
        "no column holds text; columns found: id, said; --text-column said ",
    ),
    "objects": ({"id": 1, "turns": [{"by": "x", "said": LATE}]}, "--text-column turns.said reads the texts"),
    "beside_a_name": (
        {"client": {"name": "Anna Neri"}, "turns": [{"said": LATE}]},
        "no column holds as much text as a list does; columns found: client, turns; --text-column turns.said",
    ),
}


@pytest.mark.parametrize(("row", "told"), CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_of_texts_in_lists_it_is_said_how_they_are_read(
    tmp_path: Path, row: dict[str, object], told: str
) -> None:
    with pytest.raises(BatchError) as caught:
        choose_text_column(open_table(lines(tmp_path, row, row)))

    assert told in str(caught.value)


def test_tags_in_a_list_do_not_stand_in_the_way(tmp_path: Path) -> None:
    row = {"verbatim": LATE, "tags": ["spedito", "da vedere"], "log": [{"at": "2026-10-01 10:00:00"}] * 9}

    assert choose_text_column(open_table(lines(tmp_path, row, row))).name == "verbatim"


def test_a_struct_of_parquet_is_an_object(tmp_path: Path) -> None:
    pq.write_table(pa.table({"review": [{"text": LATE}, None]}), tmp_path / "in.parquet")

    assert choose_text_column(open_table(tmp_path / "in.parquet")).name == "review.text"


def test_a_path_is_classified_and_the_row_stays_as_it_was(tmp_path: Path) -> None:
    row = {"review": {"text": LATE, "stars": 1}}
    source = lines(tmp_path, row, {"review": {"stars": 1}}, {"review": {"text": 5}}, {"review": "x"})
    classified(source, tmp_path / "out.jsonl", text_column="review.text")

    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert out[0]["review"] == row["review"]
    assert out[0]["act"] is not None
    missing = "`review.text` is missing"
    assert [one.get("error") for one in out] == [None, missing, "`review.text` is no text", missing]


def test_a_path_that_leads_nowhere_is_wrong_usage(tmp_path: Path) -> None:
    table = open_table(lines(tmp_path, {"review": {"text": LATE}, "id": 1}))

    with pytest.raises(WrongUsageError, match=r"no column 'review\.txet'; columns found: review, id"):
        source_of("in", table, "review.txet")


def test_a_column_with_dots_comes_before_a_path() -> None:
    assert value_at({"a.b": "column", "a": {"b": "path"}}, "a.b") == "column"
    assert value_at({"a": {"b": "path"}}, "a.b") == "path"
    assert value_at({"a": {"b": "path"}}, "a.c") is None


ALIKE: dict[str, tuple[list[object], list[str]]] = {
    "null": ([{"body": {"text": "uno"}}, {"body": None}], ["uno"]),
    "empty": ([{"body": {"text": "uno"}}, {"body": {}}], ["uno"]),
    "a_text_instead": ([{"body": {"text": "uno"}}, {"body": "due"}], ["uno"]),
    "a_key_with_a_dot": ([{"body.text": "uno"}, {"body": {"text": "due"}}], ["uno", "due"]),
}


@pytest.mark.parametrize(("messages", "texts"), ALIKE.values(), ids=ALIKE)
def test_objects_of_one_list_need_not_be_alike(messages: list[object], texts: list[str]) -> None:
    assert value_at({"messages": messages}, "messages.body.text") == texts
