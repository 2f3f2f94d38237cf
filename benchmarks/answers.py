"""How well questions find their ready answer: the sample file against the labelled questions of the tests.

The threshold is the one with the most right answers among those whose precision is at least 95 % on the
questions for choosing; those held out are only judged. Takes some seconds.

    .venv/bin/python -m benchmarks.answers
    .venv/bin/python -m benchmarks.answers --adapted
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nlp.classifier import Classifier, clean
from responses.knowledge.entries import OFFERED, THRESHOLD, Index, sample_entries

QUESTIONS = Path(__file__).parent.parent / "tests" / "data" / "answers.jsonl"
PRECISE = 0.95
FLOORS = (-1.0, 0.1, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.2, 0.22, 0.25)
PARTS = (
    ("for choosing", False, False),
    ("for choosing, goods named", False, True),
    ("held out", True, False),
    ("held out, goods named", True, True),
)
"""Where goods are named, half of the questions have no answer there, and differ from one by the verb."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found for one question: how near, whether rightly, and among the three that are shown.

    `shown` are those three, each by how near it is and whether it is the right one.
    """

    nearness: float
    is_right: bool
    is_shown: bool
    shown: tuple[tuple[float, bool], ...]
    has_entry: bool
    held_out: bool
    by_goods: bool
    language: str


def main() -> None:
    """Prints the chosen threshold, and precision and recall at it and at the one in use."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--adapted", action="store_true", help="with the heads' adapters in the encoder")
    found = read(adapted=parser.parse_args().adapted)
    chosen = choose([one for one in found if not one.held_out])
    for name, threshold in (("chosen", chosen), ("in use", THRESHOLD)):
        for part, held_out, by_goods in PARTS:
            some = [one for one in found if (one.held_out, one.by_goods) == (held_out, by_goods)]
            print(f"{name} {threshold:.2f}, {part}: {said(some, threshold)}")
    for floor in FLOORS:
        for part, held_out in (("for choosing", False), ("held out", True)):
            some = [one for one in found if one.held_out == held_out]
            print(f"offered from {floor:.2f} (in use {OFFERED:.2f}), {part}: {offered(some, floor)}")
    for language in dict.fromkeys(one.language for one in found):
        some = [one for one in found if one.language == language]
        print(f"in use {THRESHOLD:.2f}, {language}: {said(some, THRESHOLD)}")


def read(*, adapted: bool = False) -> list[Found]:
    """The nearest entry of every labelled question."""
    classifier = Classifier.load()
    embed = classifier.encoder.embed if adapted else classifier.encoder.embed_bare
    entries = sample_entries()
    asked = [question for entry in entries for question in entry.questions]
    index = Index(entries, dict(zip(asked, embed(asked), strict=True)), entries)
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    vectors = embed([clean(row["text"]) for row in rows])
    found = []
    for row, vector in zip(rows, vectors, strict=True):
        near = index.nearest(vector, date.max, 3)
        found.append(
            Found(
                nearness=near[0].nearness,
                is_right=near[0].id == row["entry"],
                is_shown=row["entry"] in {one.id for one in near},
                shown=tuple((one.nearness, one.id == row["entry"]) for one in near),
                has_entry=row["entry"] is not None,
                held_out=row["held_out"],
                by_goods=row.get("by_goods", False),
                language=row["language"],
            )
        )
    return found


def offered(found: Sequence[Found], floor: float) -> str:
    """What an agent is offered of the three nearest when only those from `floor` on are."""
    right = sum(is_right for one in found for _, is_right in one.shown)
    kept = sum(is_right for one in found for nearness, is_right in one.shown if nearness >= floor)
    wrong = sum(not is_right for one in found for nearness, is_right in one.shown if nearness >= floor)
    without = [one for one in found if not one.has_entry]
    bare = sum(all(nearness < floor for nearness, _ in one.shown) for one in without)
    return (
        f"{kept} of {right} right ones, {wrong / len(found):.1f} wrong ones a question; "
        f"nothing for {bare} of {len(without)} that have no answer"
    )


def choose(found: Sequence[Found]) -> float:
    """The threshold that answers most questions rightly while `PRECISE` of all that it answers are right."""
    best = (0, 2.0)
    for threshold in sorted({round(one.nearness, 2) for one in found}):
        used = [one for one in found if one.nearness >= threshold]
        right = sum(one.is_right for one in used)
        if used and right / len(used) >= PRECISE:
            best = max(best, (right, threshold))
    return best[1]


def said(found: Sequence[Found], threshold: float) -> str:
    """The figures as a line."""
    used = [one for one in found if one.nearness >= threshold]
    right = sum(one.is_right for one in used)
    wanted = [one for one in found if one.has_entry]
    shown = sum(one.is_shown for one in wanted)
    precision, recall = right / max(len(used), 1), right / len(wanted)
    return (
        f"{len(found)} questions, {len(used)} answered, {right} rightly: precision {precision:.0%}, "
        f"recall {recall:.0%}; right one among three {shown / len(wanted):.0%}"
    )


if __name__ == "__main__":
    main()
