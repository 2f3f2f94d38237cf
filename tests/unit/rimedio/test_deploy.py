"""What stands in deploy/ and docs/operations.md fits the program: settings, commands, files."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from rimedio.cli import app
from rimedio.settings import Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
OPERATIONS = ROOT / "docs" / "operations.md"
UNITS = sorted(DEPLOY.glob("*.service"))
TEXTS = [*sorted(path for path in DEPLOY.iterdir() if path.is_file()), OPERATIONS]


def commands() -> dict[str, Any]:
    return dict(getattr(typer.main.get_command(app), "commands", {}))


def directives(unit: Path) -> list[tuple[str, str, str]]:
    """Every directive as (section, name, value)."""
    found, section = [], ""
    for line in unit.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.append((section, name, value))
    return found


def services() -> dict[str, Any]:
    compose = YAML(typ="safe").load(DEPLOY / "compose.yaml")
    return dict(compose["services"])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"RIMEDIO_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert named - {f"RIMEDIO_{name.upper()}" for name in Settings.model_fields} == set()


def test_every_command_of_the_page_exists() -> None:
    named = set(re.findall(r"(?:`|bin/)rimedio ([a-z]+)", OPERATIONS.read_text(encoding="utf-8")))
    assert {"run", "bot", "web", "worker", "backup", "restore", "login"} <= named
    assert named - set(commands()) == set()


def test_every_file_of_the_page_exists() -> None:
    named = set(re.findall(r"deploy/[\w.@-]+\w", OPERATIONS.read_text(encoding="utf-8")))
    assert len(named) >= 7
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists_and_is_started_again(unit: Path) -> None:
    found = directives(unit)
    assert {section for section, _, _ in found} == {"Unit", "Service", "Install"}
    (start,) = [value for section, name, value in found if (section, name) == ("Service", "ExecStart")]
    program, command, *options = start.split()
    assert program.endswith("/bin/rimedio")
    known = {option for one in commands()[command].params for option in (*one.opts, *one.secondary_opts)}
    assert set(options) <= known
    assert ("Service", "Restart", "always") in found
    assert ("Service", "User", "rimedio") in found


def test_the_units_cover_every_way_to_start() -> None:
    starts = {
        value.split()[1] for unit in UNITS for _, name, value in directives(unit) if name == "ExecStart"
    }
    assert starts == {"run", "bot", "web", "worker"}


def test_a_service_of_ours_in_the_compose_file_runs_a_command_that_exists() -> None:
    ours = {name: one["command"] for name, one in services().items() if one["image"] == "rimedio"}
    assert ours == {"web": ["web"], "bot": ["bot"], "worker": ["worker"]}
    assert [words[0] for words in ours.values() if words[0] not in commands()] == []


def test_the_compose_file_names_only_what_it_has() -> None:
    compose = YAML(typ="safe").load(DEPLOY / "compose.yaml")
    mounts = [mount for one in services().values() for mount in one["volumes"]]
    sources = {mount.partition(":")[0] for mount in mounts}
    folders = {source for source in sources if source.startswith(".")}
    assert sources - folders == set(compose["volumes"])
    assert [folder for folder in folders if not (DEPLOY / folder).exists()] == []
    needed = {need for one in services().values() for need in one.get("depends_on", {})}
    assert needed <= set(services())
    builds = {
        (one["build"]["context"], one["build"]["dockerfile"]) for one in services().values() if "build" in one
    }
    assert [build for build in builds if not (DEPLOY / build[0] / build[1]).is_file()] == []


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_web_servers_example_keeps_the_figures_inside_and_buffers_nothing(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert text.count("{") == text.count("}")
    assert "metrics" in text
    assert re.search(r"flush_interval -1|proxy_buffering off", text) is not None
