"""How much of what is marked in our own messages is hidden, and how fast, written to docs/redaction.md.

.venv/bin/python -m benchmarks.redaction
RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.redaction

Half of the messages were looked at while the rules were written; the other half was not. With
RIMEDIO_EVAL_DATA it says as well how fast the public sets go through.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlp.entities.redaction import KINDS, WORDS, Redactor
from nlp.language import detect_languages
from nlp.training.corpus import read_corpus

MESSAGES = Path("tests/data/redaction.jsonl")
CORPUS = Path("nlp/data/corpus.jsonl")
PAGE = Path("docs/redaction.md")
SETS = ("it_feelit.csv", "it_absita18_hotel.csv", "it_multiemotions.csv", "en_airline_tweets.csv")
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
MENTION = "mention"
"""A name where no greeting, introduction or signature is: hiding it is a gain, not a promise."""

Marked = tuple[str, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A message and what is to be hidden in it: kind, start and end."""

    text: str
    language: str
    marked: tuple[Marked, ...]

    @property
    def held_out(self) -> bool:
        """Whether nobody looked at it while the rules were written."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


@dataclass(kw_only=True, slots=True)
class Counts:
    """By kind: what is marked, what of that is wholly hidden, what was hidden, and what of that rightly."""

    marked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def read_examples() -> list[Example]:
    """The marked messages."""
    rows = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    return [
        Example(
            text=row["text"],
            language=row["language"],
            marked=tuple((span["kind"], span["start"], span["end"]) for span in row["spans"]),
        )
        for row in rows
    ]


def hidden_in(text: str, redacted: str, language: str) -> list[Marked]:
    """What was hidden in a text: kind, start and end there."""
    kinds = {word: kind for kind, word in WORDS[language].items()}
    pieces = re.split(rf"\[({'|'.join(re.escape(word) for word in kinds)})\]", redacted)
    words, kept = pieces[1::2], pieces[::2]
    pattern = "([\\s\\S]+?)".join(re.escape(piece) for piece in kept)
    match = re.fullmatch(pattern, text)
    assert match is not None, (text, redacted)
    return [(kinds[word], *match.span(number)) for number, word in enumerate(words, start=1)]


def measure(examples: Sequence[Example]) -> Counts:
    """A mark is found where it is hidden whole as its kind; a find is right where it has such a mark."""
    counts = Counts()
    redact = Redactor()
    for example in examples:
        (redacted,) = redact([example.text], [example.language])
        assert redacted is not None
        hidden = hidden_in(example.text, redacted, example.language)
        for kind, start, end in example.marked:
            counts.marked[kind] += 1
            said = "name" if kind == MENTION else kind
            if any(one == said and first <= start and end <= last for one, first, last in hidden):
                counts.found[kind] += 1
            elif kind != MENTION:
                counts.errors.append(f"missed {kind} {example.text[start:end]!r}: {redacted!r}")
        for kind, start, end in hidden:
            counts.hidden[kind] += 1
            marks = {kind, MENTION} if kind == "name" else {kind}
            if any(one in marks and first < end and start < last for one, first, last in example.marked):
                counts.right[kind] += 1
            else:
                counts.errors.append(f"wrongly {kind} {example.text[start:end]!r}: {redacted!r}")
    return counts


def speed(texts: Sequence[str], languages: Sequence[str]) -> float:
    """Messages a second of processor time, the best of three runs."""
    best = 0.0
    for _ in range(3):
        redact = Redactor()
        start = time.process_time()
        redact(texts, languages)
        best = max(best, len(texts) / (time.process_time() - start))
    return best


def public_speed(path: Path) -> str:
    """How fast the texts of a public set go through, in the languages that they seem to be in."""
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    rate = speed(texts, detect_languages(texts, "it"))
    letters = sum(map(len, texts)) / len(texts)
    return f"- `{path.stem}`, {len(texts):,} texts of {letters:.0f} letters: {rate:,.0f} a second and core"


def main() -> None:
    """Prints the figures; with --write they go into the page, with --errors what went wrong is shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", choices=["seen", "held-out"])
    arguments = parser.parse_args()
    examples = read_examples()
    seen = measure([example for example in examples if not example.held_out])
    kept = measure([example for example in examples if example.held_out])
    lines = [
        "| kind | marked | recall | precision | held out: marked | recall | precision |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in (*KINDS, MENTION, "all"):
        if kind == "all":
            for counts in (seen, kept):
                for counter in (counts.marked, counts.found):
                    del counter[MENTION]
                for counter in (counts.marked, counts.found, counts.hidden, counts.right):
                    counter["all"] = counter.total()
        lines.append(f"| {kind} | {_cells(seen, kind)} | {_cells(kept, kind)} |")
    corpus = [row for row in read_corpus([CORPUS]) if row.language is not None]
    rate = speed([row.text for row in corpus], [row.language or "" for row in corpus])
    letters = sum(len(row.text) for row in corpus) / len(corpus)
    lines += [
        "",
        f"{rate:,.0f} messages a second and core ({len(corpus):,} messages of {letters:.0f} letters).",
    ]
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if folder:
        lines += ["", *(public_speed(Path(folder) / name) for name in SETS)]
    print("\n".join(lines))
    if arguments.errors:
        print("\n".join((seen if arguments.errors == "seen" else kept).errors))
    if arguments.write:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        measured = "\n".join(lines)
        PAGE.write_text(f"{head}{BEGIN}\n{measured}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def _cells(counts: Counts, kind: str) -> str:
    recall = _share(counts.found[kind], counts.marked[kind])
    precision = "–" if kind == MENTION else _share(counts.right[kind], counts.hidden[kind])
    return f"{counts.marked[kind]} | {recall} | {precision}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


if __name__ == "__main__":
    main()
