"""The command that classifies files: what it says meanwhile, what it refuses, and with which status."""

import io
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

import nlp.tables
from nlp.errors import BatchError
from nlp.progress import Told, nobody
from nlp.tables import Given, Table
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


def classify(*words: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["classify", *(str(word) for word in words)], input=given)


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

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
        self.heard.wait_for("classifying: 0 of 2")
        return ByLength().labels(texts, today=today)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    heard = Heard()
    monkeypatch.setattr("rimedio.telling.EVERY", 0.01)
    monkeypatch.setattr("rimedio.telling.say", heard)
    return heard


def test_every_few_seconds_it_is_said_what_is_going_on(monkeypatch: pytest.MonkeyPatch, heard: Heard) -> None:
    opened = nlp.tables.open_tables

    def open_slowly(path: Path, given: Given, *, scratch: Path) -> Sequence[Table]:
        heard.wait_for("reading: looking at in.csv")
        return opened(path, given, scratch=scratch)

    monkeypatch.setattr("nlp.tables.open_tables", open_slowly)
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
        "--fast on then, off now; --redact on then, off now)"
    ) in result.stderr
    assert not Path("out.csv").exists()
    assert classify(*command, "--resume").exit_code == 0
    assert b"333" not in Path("out.csv").read_bytes()


@pytest.mark.parametrize(
    ("began", "goes_on"),
    [
        ([], ["--report", "a.html"]),
        (["--report", "a.html"], []),
        (["--report", "b.html"], ["--report", "a.html"]),
    ],
    ids=["wanted later", "wanted no more", "wanted elsewhere"],
)
def test_the_page_of_a_run_may_be_wanted_later_or_no_more(
    monkeypatch: pytest.MonkeyPatch, began: list[str], goes_on: list[str]
) -> None:
    rows = "".join(f"pacco numero {number}\n" for number in range(3000))
    command = (written("in.csv", f"testo\n{rows}".encode()), "-o", "out.csv")

    def fail(*_: object, **__: object) -> None:
        raise BatchError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("nlp.batch.exports.open_writer", fail)
        assert classify(*command, *began).exit_code == 1
    result = classify(*command, *goes_on, "--resume")
    assert result.exit_code == 0, result.output
    pages = {path.name: path.read_text() for path in Path().glob("*.html")}
    assert list(pages) == goes_on[1:]
    assert all("3,000" in page or "3.000" in page for page in pages.values())
    assert Path("out.csv").read_text().count("\n") == 3001


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


# Files that are none


def zipped() -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("gennaio.csv", "testo\nciao\n")
        file.writestr("febbraio.csv", "testo\nciao\n")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("in.zip", zipped(), "in.zip: is a ZIP archive (gennaio.csv, febbraio.csv); unpack it"),
        ("in.csv", zipped(), "in.csv: is a ZIP archive (gennaio.csv, febbraio.csv); unpack it"),
        ("in.json", b"", "in.json: the file is empty"),
        ("in.json", b" \n", "in.json: the file is empty"),
        ("in.json", b"[]", "in.json: holds no rows"),
        ("in.json", b"{}\n", "in.json: holds no rows"),
    ],
    ids=["zip", "zip named csv", "empty", "blank", "empty list", "empty object"],
)
def test_a_file_without_rows_is_said_to_be_what_it_is(name: str, content: bytes, told: str) -> None:
    result = classify(written(name, content), "-o", "out.csv")
    assert (result.exit_code, told in result.stderr) == (1, True), result.output
    assert len(result.stderr.splitlines()) == 1


def test_an_empty_standard_input_is_called_by_its_name() -> None:
    result = classify("-", "-o", "out.csv")
    assert result.stderr == "rimedio: standard input: the file is empty; expected a message a line\n"


def test_an_address_of_a_file_here_is_read(tmp_path: Path) -> None:
    written("di marzo.csv", b"testo\nuno\n")
    assert classify(f"file://{tmp_path}/di%20marzo.csv", "-o", "out.csv").exit_code == 0
    result = classify("file://marzo.csv", "-o", "other.csv")
    assert (result.exit_code, "expected a path, or file:///path/of/it" in result.stderr) == (2, True)


def test_characters_that_a_table_does_not_hold_are_counted_as_what_they_are() -> None:
    result = classify(written("in.csv", b"id,testo\n1,a\x00b\n2,c\n"), "-o", "out.csv")
    assert "charset UTF-8; 1 NUL characters; " in result.stderr
    assert "does not hold (NUL, for one), ? or � instead: 1 character\n" in result.stderr


def test_bytes_that_are_no_text_are_refused_whatever_the_name_says() -> None:
    result = classify(written("in.csv", random.Random(1).randbytes(5000)), "-o", "out.csv")
    assert result.stderr == "rimedio: in.csv: holds no text; expected a table or a text file\n"


def test_blanks_that_are_left_out_are_said() -> None:
    result = classify(written("in.csv", b"id; testo; voto\n1; uno; 2\n"), "-o", "out.csv")
    assert "blanks behind a delimiter left out" in result.stderr


def test_each_file_is_read_by_the_first_of_the_columns_that_it_has() -> None:
    written("a.csv", b"testo,corpo\nuno,x\n")
    written("b.csv", b"corpo,recensione\ny,due\n")
    command = ("a.csv", "b.csv", "-o", "out.csv", "--text-column", "testo", "--text-column", "recensione")
    result = classify(*command)
    assert result.exit_code == 0, result.output
    said = dict(line.split(": ", 1) for line in result.stderr.splitlines() if ": " in line)
    assert said["a.csv"].endswith("texts in the column 'testo'")
    assert said["b.csv"].endswith("texts in the column 'recensione'")
    written("c.csv", b"corpo,id\ny,2\n")
    result = classify("c.csv", *command[2:3], "other.csv", *command[4:])
    assert result.exit_code == 2
    assert "no column 'testo' or 'recensione'; columns found: corpo, id" in result.stderr
