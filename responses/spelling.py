"""Words as people write them in a hurry, put as the word lists have them: "dont", "nn ce l'ho", "piu'"."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_ITALIAN = re.compile(
    r"(?<!\w)(?<!(?<!\w)['’])(?P<word>[^\W\d_]*)(?P<vowel>[aeiou])['’](?!\w)", re.IGNORECASE
)

Change = tuple[int, int, str]
"""From where to where something stands, and what it is read as."""


def spelled_out(text: str) -> str:
    """What a customer has written, with such words written out."""
    text = _changed(text, _accents(text))
    return _changed(text, _hasty(text, "words", "contractions"))


def respelled(text: str, language: str) -> list[Change]:
    """What is spelled so in a text of our own, in its order; only what can be nobody's name."""
    match language:
        case "it":
            return sorted([*_accents(text), *_hasty(text, "unaccented")])
        case "en":
            return list(_hasty(text, "contractions"))
        case _:
            return []


def _changed(text: str, changes: Iterable[Change]) -> str:
    for start, end, words in reversed(list(changes)):
        text = text[:start] + words + text[end:]
    return text


def _accents(text: str) -> Iterator[Change]:
    """Where an Italian text has an apostrophe for an accent: the vowel with it.

    A word between quotation marks ends with one as well; of "po'" it stands for what is left out.
    """
    spelling = _spelling()
    cut_short = re.compile(spelling["cut_short"])
    for match in _ITALIAN.finditer(text):
        word, vowel = match["word"].casefold(), match["vowel"]
        if cut_short.fullmatch(word + vowel.casefold()):
            continue
        letter = "é" if vowel == "e" and word.endswith("ch") else spelling["accents"][vowel.casefold()]
        yield match.start("vowel"), match.end(), letter.upper() if vowel.isupper() else letter


def _hasty(text: str, *kinds: str) -> Iterator[Change]:
    words = _words(kinds)
    for match in _any_of(kinds).finditer(text):
        if not re.match("['’]", text[match.end() :]):
            yield match.start(), match.end(), words[match.group().casefold().replace("’", "'")]


@cache
def _words(kinds: tuple[str, ...]) -> Mapping[str, str]:
    return {word: plain for kind in kinds for word, plain in _spelling()[kind].items()}


@cache
def _any_of(kinds: tuple[str, ...]) -> re.Pattern[str]:
    words = sorted(map(re.escape, _words(kinds)), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)".replace("'", "['’]"), re.IGNORECASE)


@cache
def _spelling() -> Mapping[str, Any]:
    source = files("responses").joinpath("phrases", "spelling.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(source)
    return found
