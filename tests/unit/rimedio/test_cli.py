"""The command line as a user meets it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rimedio import __main__
from rimedio.cli import app

SAMPLE = Path(__file__).parents[3] / "responses" / "policy" / "samples" / "negozio.yaml"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))


def rimedio(*words: str) -> Result:
    """What the command does, here: to start it takes a second and more."""
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def started(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rimedio", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=home,
        env={
            "PATH": "/usr/bin:/bin",
            "RIMEDIO_HOME": str(home / "var"),
            "PYTHONPATH": str(SAMPLE.parents[3]),
        },
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = started("--help", home=tmp_path)
    assert shown.returncode == 0
    commands = {
        "run",
        "bot",
        "web",
        "worker",
        "backup",
        "restore",
        "assess",
        "classify",
        "train",
        "evaluate",
        "policy",
        "agents",
        "login",
        "samples",
        "db",
        "erase",
        "export",
    }
    assert commands <= set(shown.stdout.split())


def test_an_error_of_the_program_that_was_started_is_one_clear_line(tmp_path: Path) -> None:
    done = started("login", "Nessuno", home=tmp_path)
    assert done.returncode != 0
    assert "no agent is called 'Nessuno'" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_policy_check_load_no_model(tmp_path: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from rimedio.cli import app; "
        f"r = CliRunner().invoke(app, ['policy', 'check', {str(SAMPLE)!r}]); assert r.exit_code == 0; "
        "print(sorted({'torch', 'transformers', 'sklearn', 'sqlalchemy', 'fastapi'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SAMPLE.parents[3]
    )
    assert done.stdout.strip() == "[]"


def test_the_sample_policy_has_no_errors(tmp_path: Path) -> None:
    checked = rimedio("policy", "check", str(SAMPLE))
    assert checked.exit_code == 0
    assert "no errors" in checked.stderr


def test_a_mistake_in_a_policy_is_shown_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "mia.yaml"
    wrong.write_text(SAMPLE.read_text(encoding="utf-8").replace("voucher:", "vuocher:", 1), encoding="utf-8")
    checked = rimedio("policy", "check", str(wrong))
    assert checked.exit_code == 1
    assert "mia.yaml:" in checked.stdout
    assert 'did you mean "voucher"' in checked.stdout


def test_two_policies_of_a_folder_for_the_same_matters_are_an_error(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    checked = rimedio("policy", "check", str(tmp_path))
    assert checked.exit_code == 1
    assert "b.yaml:8:1: error: effective" in checked.stdout
    (tmp_path / "b.yaml").unlink()
    assert rimedio("policy", "check", str(tmp_path)).exit_code == 0


def test_a_missing_policy_is_one_clear_line(tmp_path: Path) -> None:
    checked = rimedio("policy", "check", "nowhere.yaml")
    assert checked.exit_code == 1
    assert "Traceback" not in checked.stderr
    assert "nowhere.yaml" in checked.stderr


def test_agents_are_added_listed_and_removed(tmp_path: Path) -> None:
    added = rimedio("agents", "add", "Giulia", "--role", "supervisor")
    assert added.exit_code == 0, added.stderr
    assert "/login/" in added.stdout
    assert "Giulia\tsupervisor" in rimedio("agents", "list").stdout
    assert rimedio("login", "Giulia").stdout.startswith("http://127.0.0.1:8000/login/")
    assert rimedio("agents", "remove", "Giulia").exit_code == 0
    assert "Giulia" not in rimedio("agents", "list").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bot",), "'rimedio bot' shares its work with other processes, and SQLite serves only one"),
        (("web",), "use 'rimedio run', or set RIMEDIO_DATABASE_URL"),
        (("worker",), "use 'rimedio run', or set RIMEDIO_DATABASE_URL"),
        (("agents", "add", "X", "--role", "boss"), "expected agent, supervisor or admin"),
        (("agents", "add", ""), "The name is missing."),
        (("classify", "missing.csv", "-o", "out.csv"), "missing.csv: no such file"),
    ],
    ids=["bot", "web", "worker", "role", "name", "classify"],
)
def test_an_error_is_one_clear_line(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    done = rimedio(*words)
    assert done.exit_code != 0
    assert message in done.stderr
    assert "Traceback" not in done.output


def test_ctrl_c_while_the_program_is_imported_ends_it_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Pressed:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "rimedio.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "rimedio.cli")
    monkeypatch.setattr(sys, "meta_path", [Pressed, *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert (ended.value.code, *capsys.readouterr()) == (130, "", "")
