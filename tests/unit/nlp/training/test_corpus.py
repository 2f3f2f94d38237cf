import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import CorpusError
from nlp.training.corpus import Example, columns_of, corpus_sha256, read_corpus, split
from tests.spreadsheet import write_xlsx

ROW = {
    "text": "Il pacco è in ritardo",
    "act": "complaint",
    "complaint_types": ["delivery_late"],
    "tone": "calm",
    "urgency": "normal",
    "asks": [],
    "own_error": False,
    "language": "it",
    "origin": "shop | customer | phone",
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_a_row_is_read_with_all_its_fields(tmp_path: Path) -> None:
    (example,) = read_corpus([write(tmp_path / "corpus.jsonl", ROW)])

    assert example == Example(
        text="Il pacco è in ritardo",
        act="complaint",
        complaint_types=("delivery_late",),
        tone="calm",
        urgency="normal",
        asks=(),
        own_error=False,
        language="it",
        origin="shop | customer | phone",
    )


def test_a_field_that_nobody_labelled_is_none(tmp_path: Path) -> None:
    (example,) = read_corpus([write(tmp_path / "corpus.jsonl", {"text": "ciao", "act": "other"})])

    assert (example.act, example.tone, example.asks, example.own_error) == ("other", None, None, None)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"act": "complain"}, "`act` is 'complain', expected one of complaint", id="act"),
        pytest.param({"tone": 3}, "`tone` is 3", id="tone"),
        pytest.param({"complaint_types": ["late"]}, "`complaint_types` holds 'late'", id="types"),
        pytest.param({"complaint_types": "delivery_late"}, "must be a list", id="types no list"),
        pytest.param({"asks": ["money"]}, "`asks` holds 'money'", id="asks"),
        pytest.param({"act": "praise"}, "act 'praise' cannot have complaint_types", id="types of praise"),
        pytest.param({"own_error": "no"}, "`own_error` must be true or false, found 'no'", id="own error"),
        pytest.param({"text": "  "}, "`text` must be a text that is not empty", id="empty"),
        pytest.param({"text": None}, "`text` must be a text", id="no text"),
        pytest.param({"language": 1}, "`language` must be a text", id="language"),
    ],
)
def test_a_wrong_row_is_named_with_file_and_line(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    path = write(tmp_path / "corpus.jsonl", {**ROW, "text": "before"}, {**ROW, **change})

    with pytest.raises(CorpusError) as error:
        read_corpus([path])

    assert str(error.value).startswith(f"{path}:2: ")
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param(b'{"text": "a"', "not JSON", id="no JSON"),
        pytest.param(b'{"text": "perch\xe9"}', "is not UTF-8", id="not UTF-8"),
        pytest.param(b'["a"]', "expected a JSON object, found list", id="a list"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "first"}\n\n' + line + b"\n")

    with pytest.raises(CorpusError, match=rf"corpus\.jsonl:3: .*{problem}"):
        read_corpus([path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"none\.jsonl: cannot be read"):
        read_corpus([tmp_path / "none.jsonl"])


def test_equal_rows_count_once_and_contradicting_ones_are_refused(tmp_path: Path) -> None:
    first = write(tmp_path / "first.jsonl", ROW)
    second = write(tmp_path / "second.jsonl", {**ROW, "tone": "angry"})

    assert len(read_corpus([first, first])) == 1
    with pytest.raises(CorpusError, match=r"second\.jsonl:1: the same text came .*first\.jsonl:1$"):
        read_corpus([first, second])


def test_the_split_depends_on_the_text_alone() -> None:
    examples = [Example(text=f"message {number}") for number in range(2000)]

    train, test = split(examples)

    assert split(examples[::-1]) == (train[::-1], test[::-1])
    assert 0.17 < len(test) / len(examples) < 0.23


@given(st.text())
def test_every_text_has_a_part(text: str) -> None:
    assert Example(text=text).is_held_out in (True, False)


@pytest.mark.parametrize(("part", "held_out"), [("train", False), ("test", True)])
@given(text=st.text())
def test_the_corpus_may_say_itself_what_is_held_out(text: str, part: str, held_out: bool) -> None:
    assert Example(text=text, part=part).is_held_out is held_out


def test_the_business_is_the_first_part_of_the_origin() -> None:
    assert Example(text="a", origin="hotel sul lago | coppia, Como | chat").business == "hotel sul lago"
    assert Example(text="a").business is None


def test_the_hash_of_a_corpus_knows_labels_and_not_the_order() -> None:
    one, two = Example(text="a", act="other"), Example(text="b", act="praise")

    assert corpus_sha256([one, two]) == corpus_sha256([two, one])
    assert corpus_sha256([one, two]) != corpus_sha256([one, Example(text="b", act="spam")])


def test_a_table_is_read_like_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(
        "testo;act;complaint_types;tone;asks;own_error\n"
        '"Il pacco; è in ritardo";complaint;delivery_late|no_reply;calm;refund;no\n'
        "<p>Grazie!<br></p>;praise;;;;\n",
        encoding="utf-8",
    )

    late, thanks = read_corpus([path])

    assert late.text == "Il pacco; è in ritardo"
    assert (late.act, late.complaint_types, late.own_error) == (
        "complaint",
        ("delivery_late", "no_reply"),
        False,
    )
    assert (thanks.text, thanks.act, thanks.complaint_types) == ("Grazie!", "praise", ())
    assert (thanks.tone, thanks.own_error) == (None, None)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Uffa;grumble;;", r"gold\.csv:2: `act` is 'grumble', expected one of"),
        ("Uffa;complaint;late;", r"gold\.csv:2: `complaint_types` holds 'late'"),
        ("Uffa;complaint;;perhaps", r"gold\.csv:2: `own_error` must be true or false"),
        (";complaint;;no", r"gold\.csv:2: `text` must be a text that is not empty"),
    ],
)
def test_a_wrong_cell_of_a_table_is_named_with_its_line(row: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(f"text;act;complaint_types;own_error\n{row}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=problem):
        read_corpus([path])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("gold.csv", "Testo;Act; TONE\nUffa;complaint;angry\n", id="table"),
        pytest.param(
            "gold.jsonl", '{"messaggio": "Uffa", "Act": "complaint", "Tone": "angry"}\n', id="lines"
        ),
        pytest.param(
            "gold.json", '[\n {"Text": "Uffa",\n  "act": "complaint", "Tone": "angry"}\n]', id="list"
        ),
    ],
)
def test_columns_are_known_by_other_names_and_in_capitals(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")

    assert read_corpus([path]) == [Example(text="Uffa", act="complaint", tone="angry")]


def test_a_list_of_json_is_read_like_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "corpus.json"
    path.write_text(json.dumps([ROW, {"text": "ciao", "own_error": None}], indent=1), encoding="utf-8")

    assert read_corpus([path]) == [
        *read_corpus([write(tmp_path / "corpus.jsonl", ROW)]),
        Example(text="ciao"),
    ]


def test_a_wrong_row_in_a_list_of_json_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "corpus.json"
    path.write_text(json.dumps([ROW, {"text": "ciao", "act": "praises"}], indent=0), encoding="utf-8")

    with pytest.raises(CorpusError, match=r"corpus\.json:\d\d: `act` is 'praises'"):
        read_corpus([path])


def test_a_spreadsheet_is_read_like_a_table(tmp_path: Path) -> None:
    path = tmp_path / "gold.xlsx"
    head = ["Testo", "act", "complaint_types", "own_error"]
    write_xlsx(path, [head, ["Il pacco tarda", "complaint", "delivery_late|no_reply", "no"]])

    (late,) = read_corpus([path])

    assert columns_of(path) == head
    assert (late.text, late.complaint_types, late.own_error) == (
        "Il pacco tarda",
        ("delivery_late", "no_reply"),
        False,
    )
