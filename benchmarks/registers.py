"""Which messages show how somebody addresses the business: `python -m benchmarks.registers`.

Prints, of the sixty examples, those that are read otherwise than a person reads them, and of the corpus
(without spam) every register that was heard, with the words around it, to be read by a person.
"""

import json
from collections import Counter
from pathlib import Path

from models.labels import Act
from nlp.training.corpus import SHIPPED
from responses.customers.registers import places_of

EXAMPLES = Path(__file__).parents[1] / "tests" / "data" / "addressing.jsonl"
_BEFORE, _AFTER = 45, 35


def main() -> None:
    """Prints both."""
    examples = _rows(EXAMPLES)
    wrong = [one for one in examples if list(places_of(one["text"], one["language"])) != _expected(one)]
    for one in wrong:
        print(f"read otherwise: {one['language']} {one['expect']}: {one['text']}")
    print(f"{len(examples) - len(wrong)} of {len(examples)} examples are read as a person reads them\n")
    heard: Counter[str] = Counter()
    for row in _rows(SHIPPED):
        if row["act"] == Act.SPAM:
            continue
        for formality, place in places_of(row["text"], row["language"]).items():
            heard[f"{row['language']} {formality}"] += 1
            text = place.string[max(0, place.start() - _BEFORE) : place.end() + _AFTER]
            print(f"{row['language']} {formality}: {' '.join(text.split())}")
    print(f"\n{sum(heard.values())} heard: {dict(sorted(heard.items()))}")


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _expected(example: dict[str, str]) -> list[str]:
    return [] if example["expect"] == "none" else [example["expect"]]


if __name__ == "__main__":
    main()
