"""Complaint types of a business's own, by the commands: added, trained anew, taken out."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp.training.corpus import SHIPPED, read_corpus
from rimedio.cli import app
from rimedio.heads_store import HeadsStore, complaint_types_of
from tests.unit.nlp.training.test_own_labels import CANTEEN
from tests.unit.nlp.training.test_own_types import LIKE_THEM, PARKING


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation's folder, with a corpus of a few complaints: what the real one adds is time."""
    complaints = [one for one in read_corpus([SHIPPED]) if one.act == "complaint" and not one.is_held_out]
    rows = [{"text": one.text, "act": "complaint", "part": "train"} for one in complaints[::120]]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setattr("nlp.training.corpus.SHIPPED", corpus)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("RIMEDIO_HEADS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def describe(types: dict[str, Sequence[str]]) -> None:
    described = {
        name: {"description": f"Tutto ciò che riguarda: {name}", "examples": list(texts)}
        for name, texts in types.items()
    }
    # What is JSON is YAML too.
    Path("types.yaml").write_text(json.dumps(described, indent=1), encoding="utf-8")


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.slow
def test_the_file_of_types_is_trained_as_often_as_it_changes(folder: Path) -> None:
    describe({"parcheggio": PARKING, "mensa": CANTEEN})
    run("train", "--types", "types.yaml", "-o", "first")
    run("heads", "use", "first")
    describe({"parcheggio": PARKING[:-1]})

    said = run("train", "--types", "types.yaml", "-o", "second")

    assert "mensa: told by the heads in use, and not in types.yaml" in said
    used = run("heads", "use", "second")
    assert "no longer told: mensa." in used
    in_use = HeadsStore(folder / "var").in_use()
    assert in_use is not None
    assert complaint_types_of(in_use)[-1] == "parcheggio"
    listed = run("heads", "list")
    assert f"* {in_use.name}" in listed
    assert listed.count("    parcheggio: F1 ") == 2
    assert listed.count("    mensa: F1 ") == 1

    gold = folder / "gold.jsonl"
    gold.write_text(
        json.dumps({"text": LIKE_THEM, "act": "complaint", "complaint_types": ["parcheggio"]}),
        encoding="utf-8",
    )
    compared = run("heads", "compare", "first", "second", "gold.jsonl", "--part", "all")
    assert "first, when they were trained: mensa: F1 " in compared
    assert "second, when they were trained: parcheggio: F1 " in compared
    assert f"on {len(PARKING)} messages" in compared
