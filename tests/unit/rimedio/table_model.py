"""A model that says the same of every message, and the commands run beside it in a folder of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from models.assessment import Assessment, Entities, Label
from nlp.batch.labels import LABELS, Labeller
from nlp.classifier import Reading
from nlp.progress import Told, nobody
from nlp.render import COLUMNS, as_columns
from rimedio.cli import app


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

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
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


def written(folder: Path, content: bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
