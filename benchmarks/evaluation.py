"""Writes the measured part of docs/evaluation.md, with its pictures; what people wrote below it stays.

`make evaluate` calls it. With `RIMEDIO_EVAL_DATA` (a folder with the public sets of `benchmarks.real_sets`
and `benchmarks.own_labels`) those are measured as well and their figures kept in docs/evaluation/sets.json;
without, the page shows the figures kept, with the day and the heads that they are of.

    .venv/bin/python -m benchmarks.evaluation
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.evaluation --final
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks import adapted, goals, own_labels, real_sets
from models.assessment import Assessment, Entities
from nlp.classifier import Classifier
from nlp.entities.finder import EntityFinder
from nlp.evaluation.measuring import FieldMeasure, Measurement, measure
from nlp.evaluation.page import draw
from nlp.language import detect_language
from nlp.training.corpus import WRITTEN, Example, read_corpus
from nlp.training.standing import TO_MEASURE, read_follow_ups

ROOT = Path(__file__).parents[1]
DATA = ROOT / "nlp" / "data"
PAGE = ROOT / "docs" / "evaluation.md"
PICTURES = ROOT / "docs" / "evaluation"
KEPT = PICTURES / "sets.json"
BY_HAND = "<!-- From here on written by hand. -->"
KINDS = ("order_ids", "amounts", "dates", "phone_numbers", "emails", "ibans", "fiscal_codes")
FEW_WORDS = 25
GATED = ("sarcastic", "threatening", "abusive")


def main() -> None:
    """Measures, draws and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--final", action="store_true", help="the final half of the public sets")
    chosen = parser.parse_args()
    began, console = time.monotonic(), Console(stderr=True)
    _, marker, written = PAGE.read_text(encoding="utf-8").partition(BY_HAND)
    if not marker:
        sys.exit(f"{PAGE}: nothing says where the part written by hand begins: put {BY_HAND!r} before it")
    classifier = Classifier.load()
    test = [row for row in read_corpus([DATA / "corpus.jsonl"]) if row.is_held_out]
    console.print(f"reading {len(test)} messages of the test part")
    reading = classifier.read([row.text for row in test], today=WRITTEN)
    measurement = measure(test, reading, classifier.heads)
    lines = [
        *_head(classifier, measurement),
        *_fields(measurement),
        *_pictures(measurement),
        *_labels(measurement),
        *_beside(classifier, test, reading.assessments),
        *_sets(classifier, "final" if chosen.final else "development", console),
    ]
    temporary = PAGE.with_name(f".{PAGE.name}.partial")
    temporary.write_text("\n".join(lines) + f"\n\n{BY_HAND}{written}", encoding="utf-8")
    temporary.replace(PAGE)
    console.print(f"{PAGE.relative_to(ROOT)} written in {time.monotonic() - began:.0f} s")


def _head(classifier: Classifier, measurement: Measurement) -> Iterator[str]:
    made = classifier.heads.provenance
    reader = "adapted encoder" if classifier.heads.adapters is not None else "frozen encoder"
    yield "# How well it understands"
    yield ""
    yield (
        f"The shipped heads ({classifier.heads.id}, {reader}), measured on the test part of the corpus: "
        f"{measurement.rows} messages in six languages to kinds of business that training never saw "
        f"(`nlp/data/README.md`); training part: {made.train_rows:,}. "
        "`rimedio train nlp/data/corpus.jsonl -o nlp/trained --adapt` makes such heads, `make evaluate` this "
        f"page up to the part written by hand: {datetime.now(UTC):%d %B %Y}. `rimedio evaluate "
        "nlp/data/corpus.jsonl --report page.html` shows the worst errors as well."
    )


def _fields(measurement: Measurement) -> Iterator[str]:
    yield ""
    columns = ("field", "macro-F1", "goal", "interval", "micro-F1", "calibration error", "goal", "interval")
    yield f"| {' | '.join((*columns, 'to a person'))} |"
    yield "| --- |" + " --- |" * len(columns)
    for one in measurement.fields:
        report, error = one.report, one.calibration
        yield (
            f"| {report.field} | {report.macro_f1:.3f} "
            f"| {goals.verdict(report.macro_f1, goals.MACRO_F1[report.field])} "
            f"| {one.interval.low:.3f}–{one.interval.high:.3f} | {report.micro_f1:.3f} "
            f"| {error.error:.3f} | {goals.verdict(error.error, goals.CALIBRATION, limit=True)} "
            f"| {error.interval.low:.3f}–{error.interval.high:.3f} "
            f"| {report.reviewed / max(report.rows, 1):.0%} |"
        )
    yield ""
    yield (
        "Goals were set before anything was measured. Intervals: of 1,000 resamplings of the messages the "
        "middle 95 %. Calibration error: ten bins that hold equally many decisions. Of act, tone and urgency "
        "only the likeliest label of each message counts, however likely the others were said to be; of "
        "complaint types, asks and own errors every label with a probability of at least 0.05; and of "
        "complaint types only in messages that people labelled complaints, since nothing else is given any."
    )
    yield ""
    yield "Errors left when the messages that the model is least sure of go to a person:"
    yield ""
    shares = [point.decided for point in measurement.fields[0].coverage]
    yield "| decided alone | " + " | ".join(f"{share:.0%}" for share in shares) + " |"
    yield "| --- |" + " --- |" * len(shares)
    for one in measurement.fields:
        yield f"| {one.report.field} | " + " | ".join(f"{point.error:.1%}" for point in one.coverage) + " |"


def _pictures(measurement: Measurement) -> Iterator[str]:
    PICTURES.mkdir(exist_ok=True)
    yield ""
    yield "## Pictures"
    yield (
        "Probabilities against what was so; errors left against the share decided without a person; and what "
        "was taken for what."
    )
    for one in measurement.fields:
        field, pictures = one.report.field, draw(one)
        shown = [("calibration", pictures.calibration), ("coverage", pictures.coverage)]
        if len(one.confusion.labels) > 1:
            shown.append(("confusion", pictures.confusion))
        yield ""
        yield f"**{field}**"
        yield ""
        for kind, picture in shown:
            (PICTURES / f"{field}-{kind}.svg").write_text(picture, encoding="utf-8")
            yield f"![{field}: {kind}](evaluation/{field}-{kind}.svg)"


def _labels(measurement: Measurement) -> Iterator[str]:
    yield ""
    yield "## Every label"
    yield "| field | label | precision | recall | F1 | messages |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in measurement.fields:
        for score in one.report.labels:
            yield (
                f"| {one.report.field} | {score.label} | {score.precision:.3f} | {score.recall:.3f} "
                f"| {score.f1:.3f} | {score.support} |"
            )
    tones: FieldMeasure = next(one for one in measurement.fields if one.report.field == "tone")
    dear = [score for score in tones.report.labels if score.label in GATED]
    yield ""
    yield "What a person must not overlook: " + ", ".join(
        f"{score.label} recall {score.recall:.2f} ({goals.verdict(score.recall, goals.DEAR)}) "
        f"at precision {score.precision:.2f} ({goals.verdict(score.precision, goals.DEAR)})"
        for score in dear
    )


def _beside(
    classifier: Classifier, test: Sequence[Example], assessments: Sequence[Assessment]
) -> Iterator[str]:
    yield ""
    yield "## Beside the labels"
    told = [one for one in test if one.language is not None]
    right = sum(detect_language(one.text) == one.language for one in told)
    yield (
        f"**Language**: right in {right / len(told):.1%} of {len(told)} messages of the test part "
        f"({_of_language(right / len(told))})."
    )
    short = [(" ".join(one.text.split()[:3]), one.language) for one in told if len(one.text.split()) > 3]
    right = sum(detect_language(text) == language for text, language in short)
    yield (
        f"Of their first three words alone: {right / len(short):.1%} of {len(short)} "
        f"({_of_language(right / len(short))})."
    )
    yield ""
    yield "**Named things**, in 300 messages written for it (`nlp/data/entities.jsonl`):"
    yield ""
    yield "| kind | F1 | goal | right | wrong | missed |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind, counts in _entities().items():
        hits, wrong, missed = counts["right"], counts["wrong"], counts["missed"]
        f1 = 2 * hits / (2 * hits + wrong + missed)
        yield (f"| {kind} | {f1:.3f} | {goals.verdict(f1, goals.ENTITIES)} | {hits} | {wrong} | {missed} |")
    yield ""
    yield _plain(classifier)
    strange = [json.loads(line)["text"] for line in _lines(DATA / "out_of_scope_test.jsonl")]
    held = ["act" in one.abstained for one in classifier.classify(strange)]
    of_few_words = [left for text, left in zip(strange, held, strict=True) if len(text.split()) <= FEW_WORDS]
    held_back = sum("act" in one.abstained for one in assessments)
    yield ""
    yield (
        f"**Out of scope**: of {len(strange)} recipes, news, code and the like {np.mean(held):.1%} are "
        f"left to a person ({np.mean(of_few_words):.1%} of the {len(of_few_words)} with at most {FEW_WORDS} "
        f"words), and {held_back / len(test):.1%} of the messages of the test part."
    )
    yield ""
    yield _standing(classifier)


def _standing(classifier: Classifier) -> str:
    """Who asks where their matter stands, among what is written after an answer."""
    rows = read_follow_ups(TO_MEASURE)
    truth = np.array([row.asks_where_it_stands for row in rows])
    said = np.array([one.asks_where_it_stands for one in classifier.classify([row.text for row in rows])])
    right = int((truth & said).sum())
    return (
        f"**Where it stands**: of {len(rows)} messages written after an answer of ours, {truth.sum()} ask "
        f"what has become of the matter. {right} of these are known (recall {right / truth.sum():.2f}), and "
        f"of the {said.sum()} that are taken for such, {right} are (precision {right / said.sum():.2f})."
    )


def _plain(classifier: Classifier) -> str:
    """How the plainest messages are read."""
    rows = [json.loads(line) for line in _lines(DATA / "plain_test.jsonl")]
    said = classifier.classify([row["text"] for row in rows])
    acts = sum(one.act.label == row["act"] for one, row in zip(said, rows, strict=True))
    complaints = [
        [type_.label for type_ in one.complaint_types] == row["complaint_types"]
        for one, row in zip(said, rows, strict=True)
        if row["complaint_types"]
    ]
    return (
        f"**Elementary messages**: the act of {acts} of {len(rows)} is right, and of the {len(complaints)} "
        f"complaints among them the types of {sum(complaints)}, one each."
    )


def _of_language(share: float) -> str:
    return goals.verdict(100 * share, 100 * goals.LANGUAGE, unit="%")


def _entities() -> dict[str, Counter[str]]:
    finder, counts = EntityFinder(), {kind: Counter[str]() for kind in KINDS}
    for line in _lines(DATA / "entities.jsonl"):
        row = json.loads(line)
        found = finder.find(row["text"], language=row["language"], today=date.fromisoformat(row["today"]))
        for kind in KINDS:
            marked, said = _marked(row, kind), _said(found, kind)
            counts[kind].update(right=len(marked & said), wrong=len(said - marked), missed=len(marked - said))
    return counts


def _marked(row: dict[str, list[dict[str, str]]], kind: str) -> set[object]:
    if kind == "amounts":
        return {(Decimal(one["value"]).normalize(), one["currency"]) for one in row[kind]}
    return {str(one) for one in row[kind]}


def _said(found: Entities, kind: str) -> set[object]:
    if kind == "amounts":
        return {(one.value.normalize(), one.currency) for one in found.amounts}
    return {str(one) for one in getattr(found, kind)}


def _sets(classifier: Classifier, half: str, console: Console) -> Iterator[str]:
    yield ""
    yield "## On real texts"
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if folder:
        _measure_sets(classifier, Path(folder), half, console)
    if not KEPT.exists():
        yield "Not measured yet: `RIMEDIO_EVAL_DATA` names the folder with public labelled sets."
        yield ""
        yield from adapted.lines()
        return
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    yield (
        f"Public labelled sets that nothing was trained on, {kept['half']} half; `benchmarks/real_sets.py` "
        f"says how each is scored. Measured on {kept['day']} with the heads {kept['heads']}: "
        "`RIMEDIO_EVAL_DATA=FOLDER python -m benchmarks.real_sets`."
    )
    yield from _told(kept["untrained"], goals.SETS)
    yield ""
    yield (
        "The same sets as a business's own labels, trained by `rimedio train --field complaint_types`: "
        "`RIMEDIO_EVAL_DATA=FOLDER python -m benchmarks.own_labels`."
    )
    yield from _told(kept["own"], goals.OWN)
    yield ""
    yield from adapted.lines()


def _told(rows: Sequence[tuple[str, str]], set_goals: goals.OfSets) -> Iterator[str]:
    yield ""
    yield "| set | figure | goal |"
    yield "| --- | --- | --- |"
    for name, said in rows:
        yield f"| {name.removesuffix('.csv')} | {said} | {goals.of_said(set_goals, name, said)} |"


def _measure_sets(classifier: Classifier, folder: Path, half: str, console: Console) -> None:
    found: dict[str, list[tuple[str, str]]] = {"untrained": [], "own": []}
    for kind, measured in (
        ("untrained", real_sets.measured(classifier, folder, half)),
        ("own", own_labels.measured(folder)),
    ):
        for name, said in measured:
            console.print(f"{name}: {said}")
            found[kind].append((name, said))
    day = f"{datetime.now(UTC):%d %B %Y}"
    temporary = KEPT.with_name(f".{KEPT.name}.partial")
    kept = {"day": day, "heads": classifier.heads.id, "half": half, **found}
    temporary.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(KEPT)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
