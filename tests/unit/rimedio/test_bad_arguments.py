"""Messy files given to assess, train, evaluate and policy check, and the real model with any text."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from nlp.batch.exports import Input, Task, classify_export
from nlp.batch.packing import source_of
from nlp.classifier import Classifier
from nlp.tables import open_table
from nlp.training.corpus import Example, corpus_sha256
from rimedio.batch_model import batch_model
from rimedio.model import load_classifier
from rimedio.settings import Settings
from tests.unit.rimedio.table_model import (
    TableClassifier,
    assert_one_clear_line,
    classifier,
    home,
    rimedio,
    written,
)

__all__ = ["classifier", "home"]


SAMPLES = Path(__file__).parents[3] / "responses" / "policy" / "samples"


class TableEncoder:
    """Knows nothing of words."""

    name = "table"

    def features(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.ones((len(texts), 3), np.float32)


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
    monkeypatch.setattr("nlp.encoders.encoder.load_encoder", lambda *_: TableEncoder())
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
    monkeypatch.setattr("nlp.encoders.encoder.load_encoder", lambda *_: TableEncoder())
    written(tmp_path, b"", "empty.jsonl")
    # None of these is in the test part, and three are too few to learn from.
    written(tmp_path, b'{"text": "ciao 0"}\n{"text": "ciao 1"}\n{"text": "ciao 2"}\n', "three.jsonl")
    result = rimedio(command, corpus, *(["-o", "heads"] if command == "train" else []))
    assert_one_clear_line(result, 1)
    assert not (tmp_path / "heads").exists()


@pytest.mark.parametrize("command", [("evaluate",), ("heads", "compare", "shipped", "shipped")], ids=" ".join)
def test_a_gold_file_without_labels_is_refused_with_its_columns(
    tmp_path: Path, classifier: TableClassifier, command: tuple[str, ...]
) -> None:
    gold = written(tmp_path, b"testo;Etichetta\nIl parcheggio era pieno;parking\n", "few.csv")
    result = rimedio(*command, gold, "--part", "all")
    assert_one_clear_line(result, 1)
    assert "columns found: testo, Etichetta; did you mean 'Etichetta' as complaint_types?" in result.stderr
    assert classifier.shown == []


def test_a_column_of_a_name_nearly_right_is_asked_about(tmp_path: Path, classifier: TableClassifier) -> None:
    gold = b"testo;act;complaint_type;note\nIl pacco tarda;complaint;delivery_late;\n"
    result = rimedio("evaluate", written(tmp_path, gold, "gold.csv"))
    assert result.exit_code == 0, result.stderr
    assert "the column 'complaint_type' is not read; did you mean 'complaint_types'?" in result.stderr
    assert "note" not in result.stderr


def test_texts_that_nobody_can_print_are_judged(tmp_path: Path, classifier: TableClassifier) -> None:
    rows = b'{"text": "\\ud83d", "act": "other"}\n{"text": "\\u0000", "act": "other"}\n'
    result = rimedio("evaluate", written(tmp_path, rows, "gold.jsonl"), "--part", "all")
    assert result.exit_code == 0, repr(result.exception)


LABELLED = [{"text": f"ciao {number}", "act": "other"} for number in range(20)]


def judged(folder: Path, rows: Sequence[dict[str, str]], *options: str) -> Result:
    lines = "\n".join(json.dumps(row) for row in rows)
    return rimedio("evaluate", written(folder, lines.encode(), "gold.jsonl"), *options)


def test_of_a_gold_file_without_parts_every_row_is_judged(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    assert judged(tmp_path, LABELLED).exit_code == 0
    assert len(classifier.shown) == 20


def heads_that_learned(folder: Path, rows: Sequence[dict[str, str]]) -> Path:
    examples = [Example(text=row["text"], act=row["act"]) for row in rows]
    folder.mkdir()
    own = {"act": corpus_sha256(examples)}
    description = json.dumps({"fields": {}, "figures": {}, "own": own})
    (folder / "heads.json").write_text(description, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("judged_by", "told"), [(20, True), (19, False)])
def test_it_is_said_when_heads_are_judged_by_what_they_learned(
    tmp_path: Path,
    classifier: TableClassifier,
    monkeypatch: pytest.MonkeyPatch,
    judged_by: int,
    told: bool,
) -> None:
    monkeypatch.setenv("RIMEDIO_HEADS", str(heads_that_learned(tmp_path / "heads", LABELLED)))
    result = judged(tmp_path, LABELLED[:judged_by])
    assert result.exit_code == 0, result.stderr
    assert ("learned from these very messages" in result.stderr) is told


def test_of_a_gold_file_with_parts_the_test_part_is_judged_and_the_rest_counted(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    rows = [row | {"part": "test" if place < 3 else "train"} for place, row in enumerate(LABELLED)]
    result = judged(tmp_path, rows)
    assert len(classifier.shown) == 3
    assert "gold.jsonl: 17 of 20 messages left out (not of the test part); --part all" in result.stderr


def test_of_a_gold_file_without_parts_it_is_said_who_chose_the_test_part(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    result = judged(tmp_path, LABELLED, "--part", "test")
    left_out = 20 - len(classifier.shown)
    assert 0 < left_out < 20
    assert f"{left_out} of 20 messages left out (no column part" in result.stderr


def test_labels_of_one_field_are_not_trained_as_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr("nlp.encoders.encoder.load_encoder", lambda *given: loaded.append(given))
    table = "testo;etichetta\n" + "".join(
        f"Il parcheggio {number} era pieno;parking\n" for number in range(9)
    )
    result = rimedio("train", written(tmp_path, table.encode(), "few.csv"), "-o", "heads", "--adapt")
    assert_one_clear_line(result, 1)
    assert "columns found: testo, etichetta; did you mean --field complaint_types?" in result.stderr
    assert "act (0 of " in result.stderr
    assert loaded == []


@pytest.mark.parametrize("report", [".", "", "reports", "nowhere/page.html", "page.pdf"])
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
    counts = classify_export(tables, tmp_path / "out.csv", model, Task(model="real")).counts
    assert (counts.rows, counts.errors) == (3, 3)
