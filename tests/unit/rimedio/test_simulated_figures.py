"""The figures of a small past, held against those on file.

`tests/golden/simulation/cases.csv` are 400 cases of `python -m benchmarks.simulate --cases 400 --write`, the
rules those of the sample shop, compared with themselves and other sums. What stands in `figures` was written
by `rimedio policy simulate … --csv`; after a change of what the rules give it is written anew the same way.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.simulate import changed
from rimedio.cli import app

GOLDEN = Path(__file__).parents[2] / "golden" / "simulation"
FIGURES = sorted(path.name for path in (GOLDEN / "figures").iterdir())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    rules = (GOLDEN / "rules.yaml").read_text(encoding="utf-8")
    (folder / "old.yaml").write_text(rules, encoding="utf-8")
    (folder / "new.yaml").write_text(changed(rules), encoding="utf-8")
    words = [str(GOLDEN / "cases.csv"), "--policy", "new.yaml", "--against", "old.yaml", "--csv", "figures"]
    settings = {"RIMEDIO_HOME": str(folder / "var"), "RIMEDIO_LANGUAGE": "en"}
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        done = CliRunner().invoke(app, ["policy", "simulate", *words], env=settings)
    assert done.exit_code == 0, done.stderr
    return folder / "figures"


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_are_those_on_file(written: Path, name: str) -> None:
    assert (written / name).read_bytes() == (GOLDEN / "figures" / name).read_bytes()
