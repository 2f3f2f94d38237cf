"""Words as people write them in a hurry, put as the word lists have them: "dont", "nn ce l'ho", "piu'"."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_ITALIAN = re.compile(
    r"(?<!\w)(?<!(?<!\w)['’])(?P<word>[^\W\d_]*)(?P<vowel>[aeiou])['’](?!\w)", re.IGNORECASE
)

_ACCENTED = re.compile("[áéíóúàèùâêîôû]", re.IGNORECASE)  # "ñ" has a key of its own

Change = tuple[int, int, str]
"""From where to where something stands, and what it is read as."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accents:
    """What a language's lists, and the texts they are looked for in, may lack of accents.

    `kept` keeps its accents in the lists, `subjects` stand before a verb that ends without one, and `verbs`
    surely lack theirs: the letter, and what it is read as.
    """

    kept: re.Pattern[str]
    subjects: tuple[str, ...]
    verbs: tuple[re.Pattern[str], ...]
    read_as: Mapping[str, str]


@cache
def accents_of(language: str) -> Accents | None:
    """None where the lists are looked for with their accents only."""
    found = _spelling()["unaccented_lists"].get(language)
    if found is None:
        return None
    return Accents(
        kept=re.compile(found["kept"], re.IGNORECASE),
        subjects=tuple(found["subjects"]),
        verbs=tuple(re.compile(rf"(?<!\w)(?:{verb})", re.IGNORECASE) for verb in found["verbs"]),
        read_as=found["accents"],
    )


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
            return _verbs(text, language)


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


def _verbs(text: str, language: str) -> list[Change]:
    """Where a verb lacks its accent, in a text that has none: "la llamare", "vous auriez du prevenir"."""
    accents = accents_of(language)
    if accents is None or _ACCENTED.search(text):
        return []
    places = {match.span("vowel") for verb in accents.verbs for match in verb.finditer(text)}
    return [
        (start, end, accents.read_as[text[start:end].lower()])
        for start, end in sorted(places)
        if text[start:end].islower()
    ]


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
