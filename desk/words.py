"""The desk's own words, one file per language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

LANGUAGES = ("it", "en")
"""The languages of the desk; the first is the house language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language's wordings by dotted key, such as `actions.approve`."""

    language: str
    wordings: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The wording of `key` with its values in place; a missing key is a programming error."""
        return self.wordings[key].format(**values)

    def maybe(self, key: str, fallback: str) -> str:
        """The wording of `key` for names that a business may have added; else `fallback`, readable."""
        return self.wordings.get(key, fallback.replace("_", " "))

    def count(self, key: str, number: int) -> str:
        """The wording for this many: `key.one` or `key.other`."""
        return self(f"{key}.one" if number == 1 else f"{key}.other", n=number)

    def group(self, prefix: str) -> dict[str, str]:
        """Every wording under `prefix`, by the rest of its key: what a page's script is handed."""
        start = f"{prefix}."
        return {
            key.removeprefix(start): words for key, words in self.wordings.items() if key.startswith(start)
        }


@cache
def words_in(language: str) -> Words:
    """Loads the words of a desk language, once; of any other, the house language's."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    text = files("desk").joinpath("texts", f"{known}.yaml").read_text(encoding="utf-8")
    tree = YAML(typ="safe").load(text)
    return Words(language=known, wordings=dict(_flat(tree, "")))


def _flat(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        else:
            yield key, str(value)
