"""Heads of one's own: kept, put in use, taken back, and what a policy may name then."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.labels import ComplaintType
from nlp.errors import HeadsError
from nlp.heads import TRAINED, check_folder, load_heads
from rimedio.cli import app
from rimedio.errors import ProgramError
from rimedio.heads_store import HeadsStore, complaint_types_of
from rimedio.model import costs_of
from rimedio.settings import load_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("RIMEDIO_HEADS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of heads that say they tell parking from late deliveries."""
    folder = tmp_path / "own"
    shutil.copytree(TRAINED, folder)
    description = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    labels = description["fields"]["complaint_types"]["labels"]
    labels[labels.index("staff_conduct")] = "parking"
    (folder / "heads.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def test_a_new_installation_uses_those_that_ship(home: Path) -> None:
    assert HeadsStore(home).in_use() is None
    assert load_settings().heads_folder is None
    assert "* shipped" in run("heads", "list")


def test_heads_are_kept_put_in_use_and_taken_back(home: Path, own: Path) -> None:
    name = load_heads(own).id
    assert name in run("heads", "use", str(own))
    shutil.rmtree(own)

    assert load_settings().heads_folder == home / "heads" / name
    assert load_heads(home / "heads" / name).id == name
    listed = run("heads", "list")
    assert f"* {name}" in listed
    assert "  shipped" in listed
    run("heads", "use", "shipped")
    assert load_settings().heads_folder is None
    run("heads", "use", name)
    assert load_settings().heads_folder == home / "heads" / name


def test_a_setting_wins_over_what_is_in_use(home: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("heads", "use", str(own))
    monkeypatch.setenv("RIMEDIO_HEADS", str(own))

    assert load_settings().heads_folder == own
    assert "wins over what is in use" in run("heads", "list")


def test_unknown_heads_are_said_with_those_that_are_there(home: Path, own: Path) -> None:
    run("heads", "use", str(own))
    said = run("heads", "use", "nonsense", code=1)

    assert "no heads 'nonsense'" in said
    assert f"one of shipped, {load_heads(own).id}" in said


def test_damaged_heads_are_not_put_in_use(home: Path, own: Path) -> None:
    (own / "heads.safetensors").write_bytes(b"nonsense")

    assert "damaged heads" in run("heads", "use", str(own), code=1)
    assert HeadsStore(home).in_use() is None


def test_heads_in_use_that_are_gone_are_said(home: Path, own: Path) -> None:
    run("heads", "use", str(own))
    shutil.rmtree(home / "heads" / load_heads(own).id)

    with pytest.raises(ProgramError, match="rimedio heads use shipped"):
        HeadsStore(home).in_use()
    assert "is gone" in run("assess", "ciao", code=1)
    run("heads", "use", "shipped")


def test_a_copy_that_was_cut_off_is_made_again(home: Path, own: Path) -> None:
    name = load_heads(own).id
    half = home / "heads" / f".{name}.partial"
    half.mkdir(parents=True)
    (half / "heads.json").write_text('{"fields": ', encoding="utf-8")

    assert name not in run("heads", "list")
    run("heads", "use", str(own))
    assert load_heads(home / "heads" / name).id == name
    run("heads", "use", str(own))
    assert f"* {name}" in run("heads", "list")


def test_heads_put_together_from_two_trainings_are_refused(own: Path) -> None:
    heads = load_heads(own)
    heads.save(own)
    tensors = own / "heads.safetensors"
    content = bytearray(tensors.read_bytes())
    content[-1] ^= 1
    tensors.write_bytes(bytes(content))

    with pytest.raises(HeadsError, match=r"not of this heads\.json"):
        load_heads(own)


def test_a_cost_for_what_the_heads_do_not_tell_is_refused_where_they_are_put_in_use(
    home: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIMEDIO_COSTS", '{"complaint_types": {"parking": {"missed": 3}}}')

    assert "no label 'parking'" in run("heads", "use", "shipped", code=1)
    run("heads", "use", str(own))


def test_the_costs_that_the_page_shows_are_heeded(home: Path, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "own-labels.md").read_text(encoding="utf-8")
    (tmp_path / "rimedio.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    head = load_heads(TRAINED).fields["complaint_types"]
    likely = np.where(np.array(head.labels) == "safety_privacy", 0.17, 0.0).astype(np.float32)[None]
    likely[0, head.labels.index("delivery_late")] = 0.99

    costs = costs_of(load_settings())

    assert costs is not None
    there, look = costs.decide("complaint_types", head, likely)
    assert [head.labels[place] for place in np.flatnonzero(there[0])] == ["delivery_late", "safety_privacy"]
    assert look[0]
    assert [head.labels[place] for place in head.decide(likely[0])] == ["delivery_late"]


def test_what_the_new_heads_tell_no_more_is_said(home: Path, own: Path) -> None:
    run("heads", "use", str(own))

    said = run("heads", "use", "shipped")

    assert "no longer told: parking. Cases that have such a label keep showing it" in said
    assert "no longer told" not in run("heads", "use", str(own))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('{"complaint_types": {"safety_privacy": {"mised": 5}}}', "MISED"),
        ('{"complaint_types": {"safety_privacy": {"missed": -1}}}', "greater than 0"),
        ("nonsense", "expected costs by field and label"),
    ],
)
def test_wrong_costs_stop_the_start(
    home: Path, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIMEDIO_COSTS", value)

    assert said in run("heads", "list", code=2)


def test_a_policy_may_name_the_types_that_the_heads_tell(home: Path, own: Path, tmp_path: Path) -> None:
    assert complaint_types_of(None) == tuple(ComplaintType)
    assert complaint_types_of(own) == (*ComplaintType, "parking")
    sample = Path(__file__).parents[3] / "responses" / "policy" / "samples" / "negozio.yaml"
    policy = tmp_path / "mia.yaml"
    text = sample.read_text(encoding="utf-8").replace("staff_conduct", "parking")
    policy.write_text(text, encoding="utf-8")

    assert "parking" in run("policy", "check", str(policy), code=1)
    run("heads", "use", str(own))
    assert "no errors" in run("policy", "check", str(policy))


def test_options_that_do_not_go_together_are_refused(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("testo;etichetta\n", encoding="utf-8")

    assert "go with --field" in run("train", str(table), "-o", "x", "--label-column", "y", code=2)


def test_unusable_labels_end_the_command_before_the_model_is_loaded(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("testo;etichetta\nIl posto auto;parking\n", encoding="utf-8")

    said = run("train", str(table), "-o", "x", "--field", "complaint_types", code=1)

    assert f"{table}:2: parking (1 message)" in said
    assert not (tmp_path / "x").exists()


def test_where_nothing_can_be_written_that_is_said_before_the_training(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.touch()

    for folder in (file, file / "below"):
        with pytest.raises(HeadsError, match="nothing can be written there"):
            check_folder(folder)
    check_folder(tmp_path / "new" / "folder")
    assert not (tmp_path / "new").exists()


def test_adapters_of_single_fields_are_kept_with_the_heads(home: Path, own: Path) -> None:
    (own / "adapters.tone.safetensors").write_bytes((own / "adapters.safetensors").read_bytes())
    (own / "adapters_of_mine.safetensors").write_bytes(b"")
    description = json.loads((own / "heads.json").read_text(encoding="utf-8"))
    description["own_adapters_sha256"] = {"tone": description["adapters_sha256"]}
    (own / "heads.json").write_text(json.dumps(description), encoding="utf-8")

    run("heads", "use", str(own))

    (kept,) = [one.name for one in HeadsStore(home).kept()]
    assert load_heads(home / "heads" / kept).own_adapters.keys() == {"tone"}


def test_what_to_train_on_is_one_thing(home: Path, tmp_path: Path) -> None:
    assert "one of them" in run("train", "-o", "x", code=2)
    assert "one of them" in run("train", "-o", "x", "--from-desk", "--types", "t.yaml", code=2)
    assert "go with files" in run("train", "-o", "x", "--from-desk", "--field", "tone", code=2)


def test_without_corrections_there_is_nothing_to_learn(home: Path, tmp_path: Path) -> None:
    said = run("train", "-o", str(tmp_path / "x"), "--from-desk", code=1)

    assert "0 corrected messages to learn from, and 20 are needed" in said
    assert not (tmp_path / "x" / "heads.json").exists()
