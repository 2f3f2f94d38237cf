"""Words as people write them in a hurry, put as the word lists have them: "dont", "nn ce l'ho", "piu'"."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_ITALIAN = re.compile(
    r"(?<!\w)(?<!(?<!\w)['’])(?P<word>[^\W\d_]*)(?P<vowel>[aeiou])['’](?!\w)", re.IGNORECASE
)


def spelled_out(text: str) -> str:
    """The text with such words written out."""
    words: Mapping[str, str] = _spelling()["words"]
    for start, end, letter in reversed(list(accented(text))):
        text = text[:start] + letter + text[end:]
    return _hasty().sub(lambda match: words[match.group().casefold().replace("’", "'")], text)


def accented(text: str) -> Iterator[tuple[int, int, str]]:
    """Where an Italian text has an apostrophe for an accent: the vowel with it, from where to where.

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


@cache
def _hasty() -> re.Pattern[str]:
    words = sorted(map(re.escape, _spelling()["words"]), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)".replace("'", "['’]"), re.IGNORECASE)


@cache
def _spelling() -> Mapping[str, Any]:
    source = files("responses").joinpath("phrases", "spelling.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(source)
    return found
