"""The command that classifies files: what it says meanwhile, what it refuses, and with which status."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

import nlp.tables
from nlp.errors import BatchError
from nlp.tables import Table
from rimedio.cli import app
from rimedio.telling import Teller
from tests.batch_bench import ByLength

_PATIENCE = 120  # seconds


@dataclass(frozen=True, kw_only=True)
class NamedModel(ByLength):
    """What the command loads the model by."""

    identity: str = "by length"
    names: tuple[str, str] = ("by length", "none")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    monkeypatch.setattr("rimedio.batch_model.batch_model", lambda _settings, *, fast: NamedModel())
    return tmp_path


def classify(*words: object) -> Result:
    return CliRunner().invoke(app, ["classify", *(str(word) for word in words)])


def written(name: str, content: bytes) -> Path:
    path = Path(name)
    path.write_bytes(content)
    return path


# What is said meanwhile


class Heard:
    """What was said, which others wait for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = threading.Condition()

    def __reduce__(self) -> tuple[type["Heard"], tuple[()]]:
        """Daft wants to be able to send a model away, and here never does."""
        return Heard, ()

    def __call__(self, line: str = "") -> None:
        with self._more:
            self.lines.append(line)
            self._more.notify_all()

    def wait_for(self, beginning: str) -> None:
        with self._more:
            told = self._more.wait_for(
                lambda: any(one.startswith(beginning) for one in self.lines), _PATIENCE
            )
        assert told, self.lines


@dataclass(frozen=True, eq=False)
class WaitingModel:
    """Loads, and classifies, once it was said that this is going on."""

    heard: Heard
    identity: str = "waiting"
    names: tuple[str, str] = ("waiting", "none")

    def __call__(self) -> "WaitingModel":
        self.heard.wait_for("loading the model: 2 rows read so far")
        return self

    def labels(self, texts: Sequence[str | None], *, today: date) -> pa.RecordBatch:
        self.heard.wait_for("classifying: 0 of 2 rows")
        return ByLength().labels(texts, today=today)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    heard = Heard()
    monkeypatch.setattr("rimedio.telling.EVERY", 0.01)
    monkeypatch.setattr("rimedio.telling.say", heard)
    return heard


def test_every_few_seconds_it_is_said_what_is_going_on(monkeypatch: pytest.MonkeyPatch, heard: Heard) -> None:
    opened = nlp.tables.open_table

    def open_slowly(path: Path) -> Table:
        heard.wait_for("reading: looking at in.csv")
        return opened(path)

    monkeypatch.setattr("nlp.tables.open_table", open_slowly)
    monkeypatch.setattr("rimedio.batch_model.batch_model", lambda _settings, *, fast: WaitingModel(heard))
    result = classify(written("in.csv", b"testo\nuno\ndue\n"), "-o", "out.csv")
    assert result.exit_code == 0, result.output
    told = len(heard.lines)
    assert not [one for one in threading.enumerate() if one.name == "teller"]
    assert len(heard.lines) == told


def test_nothing_is_said_where_nobody_wants_to_hear_it(heard: Heard) -> None:
    assert classify(written("in.csv", b"testo\nuno\n"), "-o", "out.csv", "--quiet").stderr == ""
    assert heard.lines == []


def test_what_is_over_is_said_no_more(heard: Heard) -> None:
    with Teller(quiet=False) as teller:
        teller.now(lambda: "reading")
        heard.wait_for("reading")
        teller.now(None)
        told = len(heard.lines)
        teller.now(lambda: "writing")
        heard.wait_for("writing")
    assert set(heard.lines[:told]) == {"reading"}
    assert set(heard.lines[told:]) == {"writing"}


# Going on


def test_a_run_is_gone_on_with_by_the_same_command_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rimedio.classify_command._cluster", lambda *_: None)
    written("in.csv", b"testo\nchiamatemi al 333 1234567\n")
    command = ("in.csv", "-o", "out.csv", "--redact", "--fast", "--engine", "ray", "--report", "a.html")

    def fail(*_: object, **__: object) -> None:
        raise BatchError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("nlp.batch.exports.open_writer", fail)
        assert classify(*command).exit_code == 1
    result = classify("in.csv", "-o", "out.csv", "--resume")
    assert result.exit_code == 1
    assert (
        "cannot be resumed, as the options are others (--engine ray then, local now; "
        "--fast on then, off now; --redact on then, off now; --report a.html then, none now)"
    ) in result.stderr
    assert not Path("out.csv").exists()
    assert classify(*command, "--resume").exit_code == 0
    assert b"333" not in Path("out.csv").read_bytes()


# Wrong usage


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (
            ["-o", "out.csv", "--id-column", "nr"],
            "--id-column 'nr': no such column; columns found: id",
        ),
        (["-o", "out.csv", "--encoding", "klingon"], "charset 'klingon': unknown"),
        (
            ["-o", "out.csv", "--encoding", "ascii", "--delimiter", "§"],
            "delimiter '§': is not in the ch",
        ),
        (["-o", "out.xlsx"], "out.xlsx: expected a file ending in .csv"),
        (["-o", "out.csv", "--text-column", "body"], "no column 'body'; columns found: id, testo"),
        (["-o", "in.csv"], "in.csv: is the input itself"),
    ],
    ids=["id_column", "encoding", "delimiter", "kind", "text_column", "input"],
)
def test_what_cannot_be_is_wrong_usage_and_said_before_a_row_is_read(wish: list[str], told: str) -> None:
    source = written("in.csv", b"id,testo\n1,uno\n")
    result = classify(source, *wish)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert [path.name for path in Path().iterdir() if path.name != "var"] == ["in.csv"]
