"""Messy files: one clear line, the right exit status, every row kept, nothing half-written."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from models.assessment import Assessment, Entities, Label
from nlp.batch.exports import Input, Outcome, classify_export
from nlp.batch.labels import LABELS, Labeller
from nlp.batch.packing import SHARD_ROWS, source_of
from nlp.classifier import Classifier, Reading
from nlp.errors import BatchError
from nlp.render import COLUMNS, as_columns
from nlp.tables import open_table
from rimedio.batch_model import batch_model
from rimedio.cli import app
from rimedio.model import load_classifier
from rimedio.settings import Settings

SAMPLES = Path(__file__).parents[3] / "responses" / "policy" / "samples"


class TableClassifier:
    """Says the same of every message, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def classify(self, texts: Sequence[str]) -> list[Assessment]:
        self.shown += texts
        return [
            Assessment(
                act=Label(label="complaint", probability=0.9),
                complaint_types=(Label(label="delivery_late", probability=0.8),),
                tone=Label(label="calm", probability=0.7),
                urgency=Label(label="normal", probability=0.6),
                asks=(Label(label="refund", probability=0.5),),
                own_error=Label(label="no", probability=0.9),
                language="it",
                entities=Entities(order_ids=tuple(word for word in text.split() if "-" in word)),
                abstained=frozenset(),
                encoder="table",
                heads="table",
            )
            for text in texts
        ]

    def read(self, texts: Sequence[str]) -> Reading:
        return Reading(assessments=self.classify(texts), probabilities={})

    def labels(self, texts: Sequence[str | None], *, today: date) -> pa.RecordBatch:
        found = iter(self.classify([text for text in texts if text is not None]))
        rows = [dict.fromkeys(COLUMNS) if text is None else as_columns(next(found)) for text in texts]
        return pa.RecordBatch.from_pylist(rows, LABELS)


@dataclass(frozen=True, eq=False)
class LoadedTable:
    """What the command loads the model by."""

    table: Labeller
    identity: str = "table"
    names: tuple[str, str] = ("table", "table")

    def __call__(self) -> Labeller:
        return self.table


class FailingClassifier(TableClassifier):
    """Gives up at the second shard."""

    def classify(self, texts: Sequence[str]) -> list[Assessment]:
        if self.shown:
            raise BatchError("the model has gone")
        return super().classify(texts)


class TableEncoder:
    """Knows nothing of words."""

    name = "table"

    def features(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.ones((len(texts), 3), np.float32)


@pytest.fixture
def classifier(monkeypatch: pytest.MonkeyPatch) -> TableClassifier:
    """What the commands load instead of the model."""
    table = TableClassifier()
    monkeypatch.setattr("rimedio.model.load_classifier", lambda _settings: table)
    monkeypatch.setattr("rimedio.batch_model.batch_model", lambda _settings, *, fast: LoadedTable(table))
    return table


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    return tmp_path


def rimedio(*words: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=given)


def assert_one_clear_line(result: Result, status: int) -> None:
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == status, result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert len(result.stderr) < 600
    assert "Errno" not in result.stderr


def classified(source: Path, target: Path, table: Labeller) -> Outcome:
    tables = [Input(source=source_of(source.name, open_table(source), None), path=source)]
    return classify_export(tables, target, LoadedTable(table), model="table")


def written(folder: Path, content: bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# classify: files that can be read, whatever they look like

MESSY = {
    "invalid_utf8": (
        b"id,text\n1,perch\xc3\xa9 no\n2,rotto\xff\n3,tardi\n",
        ["perché no", "rotto�", "tardi"],
    ),
    "cp1252_semicolon": (
        b"id;testo\r\n1;\x93\xc8 rotto\x94\r\n2;perch\xe9 no, \x80 5\r\n",
        ["“È rotto”", "perché no, € 5"],
    ),
    "byte_order_mark": (b"\xef\xbb\xbftext,id\nciao,1\n", ["ciao"]),
    "utf16": ("text;id\nè rotto;1\n".encode("utf-16"), ["è rotto"]),
    "nul_inside": (b"id,text\n1,a\x00b\n2,\x00\n", ["a\x00b", "\x00"]),
    "one_column": (b"text\nciao, mondo\naltro\n", ["ciao, mondo", "altro"]),
    "line_breaks_in_a_cell": (b'id,text\n1,"a\r\nb"\n2,c\n', ["a\r\nb", "c"]),
    "old_mac_line_ends": (b"id,text\r1,a\r2,b\r", ["a", "b"]),
    "no_line_end_at_the_end": (b"id,text\n1,a", ["a"]),
    "empty_text": (b"id,text\n1,\n2,b\n", ["", "b"]),
    "duplicated_columns": (b"text,text,id\na,b,1\n", ["a"]),
    "gaps_in_the_header": (b"text,,\na,b,c\n", ["a"]),
    "quotes_inside": (b'id,text\n1,say "hi"\n2,"a ""b"" c"\n', ['say "hi"', 'a "b" c']),
    "header_only": (b"id,text\n", []),
    "formulas": (b"id,text\n1,=1+1\n", ["=1+1"]),
}


@pytest.mark.parametrize(("content", "texts"), MESSY.values(), ids=MESSY)
def test_a_messy_table_is_classified_row_by_row(
    tmp_path: Path, classifier: TableClassifier, content: bytes, texts: list[str]
) -> None:
    result = rimedio("classify", written(tmp_path, content), "-o", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert classifier.shown == texts
    assert len(rows_of(tmp_path / "out.csv")) == len(texts)
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.csv", "out.csv"}


def test_ragged_rows_are_kept_in_their_order_and_named(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"id,text\n1,a\n2\n3,c,d\n\n4,e\n")
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 3
    rows = rows_of(tmp_path / "out.csv")
    assert [(row["id"], row["text"]) for row in rows] == [("1", "a"), ("2", ""), ("3", "c,d"), ("4", "e")]
    assert [bool(row["error"]) for row in rows] == [False, True, True, False]


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b'id,text\n1,"open\n2,b\n3,c\n')
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 3
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["1", "2", "3"]


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
def test_a_cell_of_five_megabytes_is_read_in_seconds(
    tmp_path: Path, classifier: TableClassifier, quote: str
) -> None:
    text = "Il pacco non arriva. " * 250_000
    source = written(tmp_path, f"id,text\n1,{quote}{text}{quote}\n2,b\n".encode())
    assert rimedio("classify", source, "-o", tmp_path / "out.jsonl").exit_code == 0
    assert classifier.shown == [text, "b"]


@pytest.mark.parametrize("target", ["out.jsonl", "out.csv"])
def test_broken_lines_of_json_are_kept_in_their_order(
    tmp_path: Path, classifier: TableClassifier, target: str
) -> None:
    lines = [
        b'{"text": "uno", "n": 1}',
        b"{broken",
        b'["a", "list"]',
        b"null",
        b"7",
        b'{"n": 2}',
        b'{"text": 5}',
        b'{"text": null}',
        b'{"text": "half \\ud83d"}',
        b'{"text": "bad \xff byte"}',
        b'{"n": ' + b"9" * 5000 + b', "text": "x"}',
        b"[" * 100_000,
        b'{"text": "ultimo"}',
    ]
    source = written(tmp_path, b"\n\n".join(lines), "in.jsonl")
    result = rimedio("classify", source, "-o", tmp_path / target)
    assert result.exit_code == 3, repr(result.exception)
    rows: list[dict[str, Any]] = (
        lines_of(tmp_path / target) if target.endswith("l") else list(rows_of(tmp_path / target))
    )
    assert len(rows) == len(lines)
    assert [position for position, row in enumerate(rows) if row["act"]] == [0, 8, 9, 12]
    assert [position for position, row in enumerate(rows) if row.get("error")] == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        10,
        11,
    ]
    assert rows[-1]["text"] == "ultimo"


@pytest.mark.parametrize("target", ["out.jsonl", "out.csv"])
@pytest.mark.parametrize("depth", [100, 400, 900])
def test_nested_values_of_json_are_kept_or_named(
    tmp_path: Path, classifier: TableClassifier, target: str, depth: int
) -> None:
    nested = "[" * depth + "]" * depth
    source = written(tmp_path, f'{{"text": "a", "x": {nested}}}\n{{"text": "b"}}\n'.encode(), "in.jsonl")
    result = rimedio("classify", source, "-o", tmp_path / target)
    assert result.exit_code in (0, 3), repr(result.exception)
    assert len((tmp_path / target).read_text(encoding="utf-8").splitlines()) in (2, 3)


def test_names_of_half_a_character_do_not_stop_a_table(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b'{"text": "a", "\\ud83d": "\\ude00"}\n', "in.jsonl")
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 0, repr(result.exception)
    assert len(rows_of(tmp_path / "out.csv")) == 1


def test_broken_lines_do_not_decide_which_column_holds_the_texts(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b'{"parole": "ciao"}\n{broken and much longer than any text\n', "in.jsonl")
    assert rimedio("classify", source, "-o", tmp_path / "out.jsonl").exit_code == 3
    assert classifier.shown == ["ciao"]


@pytest.mark.parametrize(("name", "ending"), [("in.csv", "csv"), ("in.jsonl", "jsonl")])
def test_no_column_of_the_input_is_lost_to_ours(
    tmp_path: Path, classifier: TableClassifier, name: str, ending: str
) -> None:
    own = {"text": "a", "act": "mine", "input_act": "too", "error": "own", "language": "xx"}
    content = (
        f"{','.join(own)}\n{','.join(own.values())}\n" if ending == "csv" else json.dumps(own) + "\n"
    ).encode()
    assert rimedio("classify", written(tmp_path, content, name), "-o", f"out.{ending}").exit_code == 0
    (row,) = rows_of(tmp_path / "out.csv") if ending == "csv" else lines_of(tmp_path / "out.jsonl")
    assert set(own.values()) <= {str(value) for value in row.values()}
    assert row["act"] == "complaint"
    assert set(COLUMNS) <= set(row)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(alphabet='a"\n\r,;\t|\x00è{}[]:1\\', max_size=120).map(str.encode),
    ),
    name=st.sampled_from(["in.csv", "in.jsonl"]),
    target=st.sampled_from(["out.csv", "out.jsonl"]),
)
def test_any_bytes_are_classified_or_refused(tmp_path: Path, content: bytes, name: str, target: str) -> None:
    source, out = written(tmp_path, content, name), tmp_path / target
    out.unlink(missing_ok=True)
    try:
        counts = classified(source, out, TableClassifier()).counts
    except BatchError:
        assert not out.exists()
    else:
        assert counts.rows == len(lines_of(out) if target == "out.jsonl" else _csv_records(out))


def _csv_records(path: Path) -> list[list[str]]:
    csv.field_size_limit(10**9)
    text = path.read_text(encoding="utf-8-sig")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row][1:]


# classify: what cannot be done

EVERY_ROW_WRONG = {
    "empty.csv": b"",
    "empty.jsonl": b"",
    "blank.csv": b"\n\n\n",
    "no_text.jsonl": b'{"a": 1}\n{"b": [2]}\n',
    "only_broken.jsonl": b"{broken\nbroken too\n",
    "nothing_but_a_mark.csv": b"\xef\xbb\xbf",
    "header_without_text.csv": b"id,price\n",
}


@pytest.mark.parametrize(("name", "content"), EVERY_ROW_WRONG.items(), ids=EVERY_ROW_WRONG)
def test_a_file_without_messages_is_refused(
    tmp_path: Path, classifier: TableClassifier, name: str, content: bytes
) -> None:
    result = rimedio("classify", written(tmp_path, content, name), "-o", "out.csv")
    assert_one_clear_line(result, 1)
    assert not (tmp_path / "out.csv").exists()


def test_an_unknown_column_is_refused_with_those_there_are(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b"id,text\n1,a\n")
    result = rimedio("classify", source, "-o", "out.csv", "--text-column", "testo")
    assert_one_clear_line(result, 2)
    assert "id, text" in result.stderr


@pytest.mark.parametrize("source", ["missing.csv", "folder.csv", "."])
def test_an_input_that_is_no_file_is_wrong_usage(
    tmp_path: Path, classifier: TableClassifier, source: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert_one_clear_line(rimedio("classify", source, "-o", "out.csv"), 2)


OUTPUTS = {
    "folder_missing": "no/such/out.csv",
    "folder_instead": "folder.csv",
    "file_instead_of_folder": "in.csv/out.csv",
    "unknown_ending": "out.xlsx",
    "no_ending": "out",
    "name_too_long": "x" * 300 + ".csv",
    "the_input_itself": "in.csv",
    "the_input_by_another_name": "./folder.csv/../in.csv",
    "the_input_through_a_link": "link.csv",
}


@pytest.mark.parametrize("target", OUTPUTS.values(), ids=OUTPUTS)
def test_an_output_that_cannot_be_is_refused_and_the_input_is_untouched(
    tmp_path: Path, classifier: TableClassifier, target: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    content = b"id;text\n1;\xe8 rotto\n"
    source = written(tmp_path, content)
    (tmp_path / "link.csv").symlink_to(source)
    result = rimedio("classify", source, "-o", target)
    assert_one_clear_line(result, 2)
    assert source.read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.csv", "folder.csv", "link.csv"}


def test_an_input_of_an_unknown_kind_is_refused(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"\x89PNG\r\n\x1a\n", "in.csv")
    assert_one_clear_line(rimedio("classify", source, "-o", "out.csv"), 1)


def test_what_fails_midway_leaves_the_earlier_output_as_it_was(tmp_path: Path) -> None:
    source = written(tmp_path, b"text\n" + b"ciao\n" * 2 * SHARD_ROWS)
    target = written(tmp_path, b"earlier", "out.csv")
    with pytest.raises(BatchError, match="has gone"):
        classified(source, target, FailingClassifier())
    assert target.read_bytes() == b"earlier"
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", ".out.csv.run"}


def test_what_fails_before_anything_was_classified_leaves_nothing(tmp_path: Path) -> None:
    source = written(tmp_path, b"text\nciao\n")
    failing = FailingClassifier()
    failing.classify(["before"])
    with pytest.raises(BatchError, match="has gone"):
        classified(source, tmp_path / "out.csv", failing)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv"}


# assess


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (b"", ""),
        (b"perch\xe9 AB-1\n", "perch� AB-1\n"),
        (b"a\x00b", "a\x00b"),
        (b"x" * 5_000_000, "x" * 5_000_000),
        ("\u202eEmoji 😡".encode(), "\u202eEmoji 😡"),
    ],
    ids=["empty", "invalid_utf8", "nul", "five_megabytes", "right_to_left"],
)
def test_assess_reads_any_bytes(classifier: TableClassifier, given: bytes, text: str) -> None:
    result = rimedio("assess", "-", given=given)
    assert result.exit_code == 0, repr(result.exception)
    assert classifier.shown == [text]
    assert json.loads(result.stdout)["act"] == {"label": "complaint", "probability": 0.9}


def test_assess_prints_what_it_found_in_halves_of_characters(classifier: TableClassifier) -> None:
    """As an argument in another charset arrives: bytes that are no UTF-8 become lone surrogates."""
    result = rimedio("assess", "ordine AB-\udce9")
    assert result.exit_code == 0, repr(result.exception)
    assert json.loads(result.stdout)["entities"]["order_ids"]


# train and evaluate

CORPORA = {
    "invalid_utf8": (b'{"text": "ciao"}\n{"text": "perch\xe9"}\n', ":2:"),
    "broken_line": (b'{"text": "ciao"}\n\n{broken\n', ":3:"),
    "no_object": (b'["text"]\n', ":1:"),
    "no_text": (b'{"act": "complaint"}\n', ":1:"),
    "empty_text": (b'{"text": " "}\n', ":1:"),
    "unknown_label": (b'{"text": "ciao", "act": "rant"}\n', ":1:"),
    "label_is_a_list": (b'{"text": "ciao", "act": ["complaint"]}\n', ":1:"),
    "labels_are_a_text": (b'{"text": "ciao", "asks": "refund"}\n', ":1:"),
    "labels_are_objects": (b'{"text": "ciao", "asks": [{}]}\n', ":1:"),
    "number_of_5000_digits": (b'{"text": "ciao", "n": ' + b"9" * 5000 + b"}\n", ":1:"),
    "nested_too_deep": (b"[" * 100_000 + b"\n", ":1:"),
    "contradiction": (b'{"text": "a", "act": "praise"}\n{"text": "a", "act": "other"}\n', ":2:"),
    "utf16": ('{"text": "ciao"}\n'.encode("utf-16"), ":1:"),
}


@pytest.mark.parametrize("command", ["train", "evaluate"])
@pytest.mark.parametrize(("content", "place"), CORPORA.values(), ids=CORPORA)
def test_a_corpus_with_a_mistake_is_refused_with_its_line(
    tmp_path: Path,
    classifier: TableClassifier,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    content: bytes,
    place: str,
) -> None:
    monkeypatch.setattr("nlp.encoder.load_encoder", lambda *_: TableEncoder())
    corpus = written(tmp_path, content, "corpus.jsonl")
    result = rimedio(command, corpus, *(["-o", "heads"] if command == "train" else []))
    assert_one_clear_line(result, 1)
    assert place in result.stderr
    assert not (tmp_path / "heads").exists()


@pytest.mark.parametrize("command", ["train", "evaluate"])
@pytest.mark.parametrize("corpus", ["missing.jsonl", ".", "empty.jsonl", "three.jsonl"])
def test_a_corpus_that_is_none_is_refused(
    tmp_path: Path,
    classifier: TableClassifier,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    corpus: str,
) -> None:
    monkeypatch.setattr("nlp.encoder.load_encoder", lambda *_: TableEncoder())
    written(tmp_path, b"", "empty.jsonl")
    # None of these is in the test part, and three are too few to learn from.
    written(tmp_path, b'{"text": "ciao 0"}\n{"text": "ciao 1"}\n{"text": "ciao 2"}\n', "three.jsonl")
    result = rimedio(command, corpus, *(["-o", "heads"] if command == "train" else []))
    assert_one_clear_line(result, 1)
    assert not (tmp_path / "heads").exists()


def test_evaluate_without_labels_shows_a_table(tmp_path: Path, classifier: TableClassifier) -> None:
    corpus = written(tmp_path, b'{"text": "\\ud83d"}\n{"text": "\\u0000"}\n', "gold.jsonl")
    result = rimedio("evaluate", corpus, "--part", "all")
    assert result.exit_code == 0, repr(result.exception)


@pytest.mark.parametrize("report", [".", "", "reports", "nowhere/page.html"])
def test_a_page_that_could_not_be_written_is_refused_before_anything_is_read(
    tmp_path: Path, classifier: TableClassifier, report: str
) -> None:
    (tmp_path / "reports").mkdir()
    corpus = written(tmp_path, b'{"text": "ciao", "act": "other"}\n', "gold.jsonl")
    assert_one_clear_line(rimedio("evaluate", corpus, "--part", "all", "--report", report), 2)
    assert classifier.shown == []


def test_an_unknown_part_is_wrong_usage(tmp_path: Path, classifier: TableClassifier) -> None:
    assert_one_clear_line(rimedio("evaluate", "gold.jsonl", "--part", "some"), 2)


# policy check

POLICIES = {
    "empty": b"",
    "blank": b"\n \n",
    "a_list": b"- a\n- b\n",
    "a_text": b"ciao\n",
    "null": b"~\n",
    "invalid_utf8": b"policy: perch\xe9\n",
    "nul": b"policy: a\x00b\n",
    "control_character": b"policy: \x07\n",
    "tabs": b"rules:\n\t- a\n",
    "broken": b"rules: [a, {b\n",
    "two_documents": b"policy: a\n---\npolicy: b\n",
    "unknown_anchor": b"policy: *nowhere\n",
    "python_tag": b"policy: !!python/object/apply:os.system ['true']\n",
    "key_twice": b"policy: a\npolicy: b\n",
    "key_is_a_list": b"[a, b]: c\n",
    "key_is_a_map": b"{a: b}: c\n",
    "number_of_5000_digits": b"policy: " + b"9" * 5000 + b"\n",
    "date_that_is_none": b"effective: 2026-99-99\n",
    "nested_too_deep": b"policy: " + b"[" * 5000 + b"]" * 5000 + b"\n",
    "every_section_a_number": b"policy: 1\nfacts: 2\nrules: 3\nowed: 4\nlimits: 5\nvoice: 6\n",
    "every_section_a_list": b"policy: []\nfacts: []\nrules: {}\nowed: {}\nlimits: []\nworth: []\n",
    "refers_to_itself": b"policy: &a [*a]\n",
    "merge_with_a_text": b"policy:\n  <<: text\n",
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("content", POLICIES.values(), ids=POLICIES)
def test_a_file_that_is_no_policy_is_told_with_its_name_and_line(tmp_path: Path, content: bytes) -> None:
    result = rimedio("policy", "check", written(tmp_path, content, "mia.yaml"))
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert "mia.yaml" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_policy_that_is_no_file_is_one_clear_line(tmp_path: Path, name: str) -> None:
    assert_one_clear_line(rimedio("policy", "check", name), 1)


@pytest.mark.parametrize("change", ["mark", "windows_line_ends"])
def test_a_policy_saved_by_a_windows_editor_is_read(tmp_path: Path, change: str) -> None:
    content = (SAMPLES / "negozio.yaml").read_bytes()
    changed = {"mark": b"\xef\xbb\xbf" + content, "windows_line_ends": content.replace(b"\n", b"\r\n")}
    result = rimedio("policy", "check", written(tmp_path, changed[change], "mia.yaml"))
    assert result.exit_code == 0, result.output


def test_what_is_left_out_of_an_export_is_said_before_and_counted_at_the_end(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    notice = {"id": 1, "type": "service", "action": "pin_message", "text": ""}
    message = {"id": 2, "type": "message", "from": "Ada", "text": "Il pacco non arriva"}
    export = {"name": "Negozio", "type": "personal_chat", "id": 7, "messages": [notice, message, notice]}
    source = written(tmp_path, json.dumps(export).encode(), "result.json")
    result = rimedio("classify", source, "-o", "out.csv")
    assert result.exit_code == 0, result.output
    assert "notices of the service (joined, called, pinned) are left out" in result.stderr.splitlines()[0]
    assert f"{source}: notices of the service left out: 2" in result.stderr.splitlines()[1:]


@pytest.mark.parametrize("page", ["out.csv", "./in.csv"], ids=["output", "input"])
def test_the_page_is_not_written_over_a_table(tmp_path: Path, classifier: TableClassifier, page: str) -> None:
    source = written(tmp_path, b"id,text\n1,ciao\n")
    assert_one_clear_line(rimedio("classify", source, "-o", "out.csv", "--report", page), 2)
    assert source.read_bytes() == b"id,text\n1,ciao\n"


def test_a_file_that_two_arguments_mean_is_read_once(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"id,text\n1,ciao\n")
    result = rimedio("classify", source, tmp_path / "*.csv", "-o", tmp_path / "out.jsonl")
    assert "is named twice and read once" in result.stderr
    assert len(lines_of(tmp_path / "out.jsonl")) == 1


# The real model


@pytest.mark.slow
def test_the_real_classifier_takes_any_text(tmp_path: Path) -> None:
    classifier: Classifier = load_classifier(Settings(home=tmp_path))
    texts = ["", " ", "\x00", "half \ud83d", "😡", "\u202eabc", "<b>&", "x" * 4096, "a\n" * 2000]
    found = classifier.classify(texts)
    assert len(found) == len(texts)
    assert classifier.classify([]) == []
    source = written(tmp_path, b'{"text": 1}\n{broken\n{"a": "b"}\n', "in.jsonl")
    tables = [Input(source=source_of("in.jsonl", open_table(source), "text"), path=source)]
    model = batch_model(Settings(home=tmp_path), fast=False)
    counts = classify_export(tables, tmp_path / "out.csv", model, model="real").counts
    assert (counts.rows, counts.errors) == (3, 3)
