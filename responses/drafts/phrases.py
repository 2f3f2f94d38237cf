"""The phrase files: every word of ours that a draft can hold, one file per language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from responses.drafts.errors import PhraseError, UnknownLanguageError
from responses.drafts.templates import best, render, shortest

LANGUAGES = ("it", "en", "es", "fr", "de")
"""The languages drafts are written in; the first is the house language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrases:
    """One language's wordings by dotted key, such as `apology.ours`."""

    language: str
    wordings: Mapping[str, tuple[str, ...]]

    def has(self, key: str) -> bool:
        """Whether the file has wordings for `key`."""
        return key in self.wordings

    def all(self, key: str) -> tuple[str, ...]:
        """Every wording of `key`.

        Raises:
            PhraseError: the file has none.
        """
        if key not in self.wordings:
            raise PhraseError(self.language, key, "missing")
        return self.wordings[key]

    def under(self, prefix: str) -> tuple[str, ...]:
        """The keys that begin with `prefix`, in the order of the file."""
        return _under(self.language, prefix)

    def say(
        self,
        key: str,
        values: Mapping[str, str] | None = None,
        *,
        variant: int = 0,
        formal: bool = True,
        short: bool = False,
    ) -> str:
        """Writes out the wording of `key` that fits what is known; of several `variant`'s, or the shortest.

        Raises:
            PhraseError: the file has no such key, or every wording of it needs a value not in `values`.
        """
        known = values or {}
        wordings = self.all(key)
        if short:
            wording = shortest(wordings, known, variant, formal=formal)
        else:
            wording = best(wordings, known, variant)
        if wording is None:
            raise PhraseError(self.language, key, f"no wording fits the values {sorted(known)}")
        return render(wording, known, formal=formal)

    def listed(self, items: Sequence[str], kind: str = "and") -> str:
        """Joins `items` in one breath: "a, b e c". `kind` is a key under `join`."""
        first, last = self.all(f"join.{kind}")
        if len(items) < 2:
            return "".join(items)
        return first.join(items[:-1]) + last + items[-1]


@cache
def phrases(language: str) -> Phrases:
    """Loads the phrases of `language` (ISO 639-1), once.

    Raises:
        UnknownLanguageError: nothing is written in that language.
    """
    if language not in LANGUAGES:
        raise UnknownLanguageError(language, LANGUAGES)
    text = files("responses.drafts").joinpath("phrases", f"{language}.yaml").read_text(encoding="utf-8")
    tree = YAML(typ="safe").load(text)
    return Phrases(language=language, wordings=dict(_flat(tree, "")))


@cache
def _under(language: str, prefix: str) -> tuple[str, ...]:
    return tuple(key for key in phrases(language).wordings if key.startswith(prefix))


def _flat(tree: Mapping[str, object], prefix: str) -> Sequence[tuple[str, tuple[str, ...]]]:
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            rows.extend(_flat(value, f"{key}."))
        elif isinstance(value, list):
            rows.append((key, tuple(str(wording) for wording in value)))
        else:
            rows.append((key, (str(value),)))
    return rows
