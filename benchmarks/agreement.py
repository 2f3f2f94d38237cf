"""How far two independent readings of the same messages agree, label by label.

The first reading is the corpus; the second was made blind, from the definitions and the texts alone.

    .venv/bin/python -m benchmarks.agreement
"""

from pathlib import Path

from rich.console import Console

from nlp.evaluation.scores import agreement, render
from nlp.training.corpus import read_corpus

DATA = Path("nlp/data")


def main() -> None:
    """Prints F1 of every field and label, the second reading against the first."""
    first = {example.text: example for example in read_corpus([DATA / "corpus.jsonl"])}
    second = read_corpus([DATA / "second_reading.jsonl"])
    Console().print(render(agreement([first[example.text] for example in second], second)))


if __name__ == "__main__":
    main()
