"""The business's patterns of order numbers reach everything that reads a text."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nlp.classifier import Classifier
from rimedio.classifying import Wish
from rimedio.cli import app
from rimedio.model import load_classifier
from rimedio.program import Program
from rimedio.settings import Settings

PATTERNS = (r"GIG·[a-z]{5}",)
TEXT = "Quando arriva GIG·rosso?"


def test_what_reads_a_message_looks_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(Classifier, "load", given.update)
    load_classifier(Settings(home=tmp_path, order_patterns=PATTERNS))
    found = given["entities"].find(TEXT, language="it", today=date(2026, 1, 1))
    assert found.order_ids == ("GIG·rosso",)


@pytest.mark.parametrize(("only", "numbers"), [(False, ("88213",)), (True, ())], ids=["both", "only"])
def test_whether_the_words_around_a_number_count_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only: bool, numbers: tuple[str, ...]
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(Classifier, "load", given.update)
    load_classifier(Settings(home=tmp_path, order_patterns=PATTERNS, order_patterns_only=only))
    found = given["entities"].find("il mio ordine 88213", language="it", today=date(2026, 1, 1))
    assert found.order_ids == numbers


def test_what_files_a_message_looks_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def filing(_config: object, numbers_in: object) -> None:
        asked.append(numbers_in)
        raise LookupError

    monkeypatch.setattr("rimedio.program.Filing", filing)
    settings: Any = Settings(home=tmp_path, order_patterns=PATTERNS)
    other: Any = type("Part", (), {"duty": None})()
    with pytest.raises(LookupError):
        Program(settings, other, other, other)
    assert asked[0](TEXT) == ("GIG·rosso",)


def test_redaction_hides_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIMEDIO_ORDER_PATTERNS", PATTERNS[0])
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    wishes: list[Wish] = []
    monkeypatch.setattr(
        "rimedio.classifying.run", lambda _tables, _model, wish, _cluster, _teller: wishes.append(wish)
    )
    (tmp_path / "in.csv").write_text(f"text\n{TEXT}\n", encoding="utf-8")
    words = ["classify", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"), "--redact"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert wishes[0].task.order_patterns == PATTERNS
