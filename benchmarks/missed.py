"""What the shipped heads miss on the test part, counted: what is taken for what, and in which messages.

The scores of docs/evaluation.md say how much is wrong; this says which errors they are, without showing a
text. With `RIMEDIO_EVAL_DATA` also what complaints of X-CI and tweets about luggage are taken for.

    .venv/bin/python -m benchmarks.missed
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.real_sets import REASONS, assess, likeliest, read
from models.assessment import Assessment
from models.labels import Act
from nlp.classifier import Classifier
from nlp.evaluation.scores import assessed, labelled
from nlp.training.corpus import WRITTEN, Example, read_corpus

CORPUS = Path(__file__).parents[1] / "nlp" / "data" / "corpus.jsonl"
SHOWN = 8
SHORT, LONG = 10, 80
"""Messages of at most so many words are short, of more than so many long."""

DEAR = ("sarcastic", "threatening", "abusive")
Pairs = Sequence[tuple[Example, set[str], set[str]]]
"""A message, what people said of a field, what the heads said."""


def main() -> None:
    """Prints the counts."""
    console = Console(width=160, highlight=False)
    classifier = Classifier.load()
    test = [row for row in read_corpus([CORPUS]) if row.is_held_out]
    said = classifier.read([row.text for row in test], today=WRITTEN).assessments
    console.print(f"{len(test)} messages of the test part, heads {classifier.heads.id}")
    for line in (*_test_part(test, said), *_sets(classifier)):
        console.print(line)


def _test_part(test: Sequence[Example], said: Sequence[Assessment]) -> Iterator[str]:
    acts = _pairs(test, said, "act")
    yield f"act: {_wrong(acts)} wrong; {_taken_for(acts)}"
    yield f"  right: {_by_length(acts, lambda true, found: true == found)}"
    types = [pair for pair in _pairs(test, said, "complaint_types") if pair[0].act == Act.COMPLAINT]
    outcomes = Counter(_outcome(true, found) for _, true, found in types)
    yield f"complaint_types: of {len(types)} complaints {_counts(outcomes)}"
    yield f"  right by length: {_by_length(types, lambda true, found: true == found)}"
    for number in range(1, 5):
        some = [(true, found) for _, true, found in types if len(true) == number]
        right = sum(true == found for true, found in some)
        yield f"  right with {number} types: {right} of {len(some)}"
    yield from _labels(types)
    others = [found for row, _, found in _pairs(test, said, "complaint_types") if row.act != Act.COMPLAINT]
    yield f"  of {len(others)} that are no complaints {sum(bool(found) for found in others)} are given types"
    yield "asks:"
    yield from _labels(_pairs(test, said, "asks"))
    yield "own_error:"
    yield from _labels(_pairs(test, said, "own_error"))
    tones = _pairs(test, said, "tone")
    yield f"tone: {_wrong(tones)} wrong; {_taken_for(tones)}"
    for tone in DEAR:
        missed = Counter(next(iter(found)) for _, true, found in tones if tone in true - found)
        wrong = Counter(next(iter(true)) for _, true, found in tones if tone in found - true)
        there = sum(tone in true for _, true, _ in tones)
        yield f"  {tone}: {there}, missed as {_counts(missed)}; wrongly said of {_counts(wrong)}"


def _sets(classifier: Classifier) -> Iterator[str]:
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if not folder:
        return
    rows = list(read(Path(folder) / "en_xci_complaints.csv", "development"))
    acts = [one.act.label for one in assess(classifier, [row["text"] for row in rows], "X-CI").assessments]
    for kind in sorted({row["label"] for row in rows}):
        read_as = Counter(act for row, act in zip(rows, acts, strict=True) if row["label"] == kind)
        yield f"X-CI, {kind}: {_counts(read_as)}"
    rows = list(read(Path(folder) / "en_airline_tweets.csv", "development"))
    rows = [row for row in rows if row["negativereason"] in REASONS]
    reading = assess(classifier, [row["text"] for row in rows], "airlines")
    labels = classifier.heads.fields["complaint_types"].labels
    first = likeliest({one: (one,) for one in labels}, reading.probabilities["complaint_types"], classifier)
    for reason in sorted(set(REASONS.values())):
        read_as = Counter(
            label for row, label in zip(rows, first, strict=True) if REASONS[row["negativereason"]] == reason
        )
        yield f"airlines, {reason}: likeliest {_counts(read_as)}"


def _pairs(test: Sequence[Example], said: Sequence[Assessment], field: str) -> Pairs:
    both = ((row, labelled(row)[field], assessed(one)[field]) for row, one in zip(test, said, strict=True))
    return [(row, true, found) for row, true, found in both if true is not None]


def _wrong(pairs: Pairs) -> int:
    return sum(true != found for _, true, found in pairs)


def _taken_for(pairs: Pairs) -> str:
    taken = Counter(f"{next(iter(true))} as {next(iter(found))}" for _, true, found in pairs if true != found)
    return _counts(taken)


def _outcome(true: set[str], found: set[str]) -> str:
    if true == found:
        return "right"
    if true < found:
        return "too many"
    return "too few" if found < true else "both"


def _labels(pairs: Pairs) -> Iterator[str]:
    for label in sorted({label for _, true, found in pairs for label in true | found}):
        found = sum(label in true & found for _, true, found in pairs)
        missed = [said - true for _, true, said in pairs if label in true - said]
        wrong = [true - said for _, true, said in pairs if label in said - true]
        instead = Counter(one for others in missed for one in others)
        of = Counter(one for others in wrong for one in others)
        yield (
            f"  {label}: {found} found, {len(missed)} missed (instead {_counts(instead, most=3)}), "
            f"{len(wrong)} wrong (of {_counts(of, most=3)})"
        )


def _by_length(pairs: Pairs, right: Callable[[set[str], set[str]], bool]) -> str:
    lengths = {
        f"at most {SHORT} words": range(SHORT + 1),
        f"to {LONG}": range(SHORT + 1, LONG + 1),
        "more": range(LONG + 1, 10_000),
    }
    parts = []
    for name, words in lengths.items():
        some = [right(true, found) for row, true, found in pairs if len(row.text.split()) in words]
        parts.append(f"{name} {sum(some)} of {len(some)}")
    return ", ".join(parts)


def _counts(counter: Counter[str], *, most: int = SHOWN) -> str:
    return ", ".join(f"{name} {number}" for name, number in counter.most_common(most)) or "nothing"


if __name__ == "__main__":
    main()
