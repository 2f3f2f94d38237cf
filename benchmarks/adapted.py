"""Public sets as a business's own labels with adapters of their own: hours, so kept apart and dated.

`make evaluate-adapted` trains them as `rimedio train FILE --field complaint_types --adapt` does, keeps what
came of each set as soon as it is known, and puts the figures into docs/evaluation.md.

    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.adapted
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.adapted --only it_feelit.csv
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import goals, own_labels

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evaluation.md"
KEPT = ROOT / "docs" / "evaluation" / "adapted.json"
BEGIN, END = "<!-- With adapters of their own. -->", "<!-- Until here. -->"


def main() -> None:
    """Trains, measures, and writes after each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", help="the name of one set")
    chosen = parser.parse_args()
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if not folder:
        sys.exit("set RIMEDIO_EVAL_DATA to the folder with the sets")
    console = Console()
    put_in(PAGE)
    names = [name for name in own_labels.SETS if (Path(folder) / name).is_file()]
    for name in names:
        if chosen.only not in (None, name):
            continue
        said = [line for _, line in own_labels.measured(Path(folder), name, adapt=True)]
        console.print(f"{name}: {'; '.join(said)}")
        found = {**kept(), name: {"day": f"{datetime.now(UTC):%d %B %Y}", "said": said}}
        temporary = KEPT.with_name(f".{KEPT.name}.partial")
        temporary.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(KEPT)
        put_in(PAGE)


def kept() -> Mapping[str, Mapping[str, Any]]:
    """By the name of the set: the day it was measured, and what came of it."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def lines() -> Sequence[str]:
    """The part of the page that tells of them, with its marks."""
    rows = [
        f"| {name.removesuffix('.csv')} | {said} | {goals.of_said(goals.ADAPTED, name, said)} "
        f"| {one['day']} |"
        for name, one in kept().items()
        for said in one["said"]
    ]
    rows += [
        f"| {name.removesuffix('.csv')} | not measured yet | {_goals(name)} | |"
        for name in goals.ADAPTED
        if name not in kept()
    ]
    told = ["With adapters of their own (`--adapt`), as `make evaluate-adapted` measured them:", ""]
    table = ["| set | figure | goal | measured |", "| --- | --- | --- | --- |", *rows]
    return (BEGIN, *told, *table, END)


def _goals(name: str) -> str:
    return ", ".join(f"≥ {goal:.2f}" for _, goal, _ in goals.ADAPTED[name])


def put_in(page: Path) -> None:
    """Replaces that part of the page."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{page}: no part between {BEGIN!r} and {END!r}: run `make evaluate` first")
    temporary = page.with_name(f".{page.name}.partial")
    temporary.write_text(before + "\n".join(lines()) + after, encoding="utf-8")
    temporary.replace(page)


if __name__ == "__main__":
    main()
