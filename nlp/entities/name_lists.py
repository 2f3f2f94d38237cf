"""Which words are first names, surnames, or words of everyday use.

Names come from the package mimesis, read as the data files that they are: importing it would cost a second.
Everyday words are those that our own messages write without a capital (`python -m nlp.entities.name_lists`).
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

EVERYDAY = Path(__file__).parents[1] / "trained" / "everyday_words.json"

# Who lives where the five languages of the rules are spoken.
_GIVEN = (
    "it",
    "en",
    "en-gb",
    "es",
    "es-mx",
    "fr",
    "de",
    "de-at",
    "de-ch",
    "pt",
    "pt-br",
    "pl",
    "hr",
    "tr",
    "nl",
)
_SURNAMES = ("it", "en", "es", "es-mx", "fr", "de", "de-at", "pt", "pt-br")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class NameLists:
    """All in lower case; `everyday` says how many of our messages have the word."""

    given: frozenset[str]
    surnames: frozenset[str]
    everyday: Mapping[str, int]


@cache
def load_lists() -> NameLists:
    """Reads the lists, once; takes a twentieth of a second."""
    return NameLists(
        given=_names("names", _GIVEN),
        surnames=_names("surnames", _SURNAMES),
        everyday=json.loads(EVERYDAY.read_text(encoding="utf-8")),
    )


def _names(key: str, places: Sequence[str]) -> frozenset[str]:
    package, found = distribution("mimesis"), set[str]()
    for place in places:
        file = Path(str(package.locate_file(f"mimesis/datasets/{place}/person.json")))
        names = json.loads(file.read_text(encoding="utf-8"))[key]
        for group in names.values() if isinstance(names, dict) else [names]:
            found.update(part for name in group for part in _LETTERS.findall(name.lower()) if len(part) > 1)
    return frozenset(found)


def count_everyday(messages: Iterable[tuple[str, str | None]], given: frozenset[str]) -> dict[str, int]:
    """In how many messages a word stands without a capital; in German, where nouns have one, at all.

    `messages` are texts with their languages. A first name counts only where it is written small.
    """
    counts: Counter[str] = Counter()
    for text, language in messages:
        words = set(_LETTERS.findall(text))
        small = {word for word in words if word.islower()}
        nouns = {word.lower() for word in words if language == "de"} - given
        counts.update(small | nouns)
    # A single small "sara" is a slip for "sarà" or for Sara, and no word of the language.
    return {
        word: count
        for word, count in sorted(counts.items())
        if len(word) > 1 and (count > 2 or word not in given)
    }


def main() -> None:
    """Counts the corpus anew and writes the words."""
    from nlp.training.corpus import read_corpus

    rows = read_corpus([Path(__file__).parents[1] / "data" / "corpus.jsonl"])
    words = count_everyday([(row.text, row.language) for row in rows], _names("names", _GIVEN))
    temporary = EVERYDAY.with_name(f".{EVERYDAY.name}.partial")
    temporary.write_text(json.dumps(words, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    temporary.replace(EVERYDAY)
    sys.stderr.write(f"{len(words)} words written to {EVERYDAY}\n")


if __name__ == "__main__":
    main()
