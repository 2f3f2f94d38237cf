"""The thing that broke as its owner calls it: "la lampada" for whom the book knows no article of.

Only what a customer names in so many words, in a construction that leaves no doubt about what is damaged.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_LISTS = re.compile(r"(?<!\?P)<([a-z]+)>")
_WORD = r"[^\W\d_]+(?:-[^\W\d_]+)*"
_MOST = 4
_UPPER = 2
"""Letters from which capitals are shouted and no name: "TV" is one."""


def thing_named(texts: Iterable[str], language: str) -> str | None:
    """What is damaged, with its article as a draft names it: "la macchina da caffè".

    Args:
        texts: what the customer wrote, in `language`.
        language: ISO 639-1 code.

    None where nothing is named beyond doubt, or two things are.
    """
    if language not in _languages():
        return None
    found = list(dict.fromkeys(name for text in texts for name in _named(text, language)))
    return found[0] if len(found) == 1 else None


def _named(text: str, language: str) -> Iterator[str]:
    said = re.sub(r"\s+", " ", text.replace("’", "'"))
    for pattern in _patterns(language):
        for match in pattern.finditer(said):
            if _governed(said[: match.start()], language):
                continue
            thing = _as_written(match["thing"], language)
            article = _article(match["article"].split()[0].casefold(), thing, language)
            if article is not None:
                yield f"{article}{thing}" if article.endswith("'") else f"{article} {thing}"


def _governed(before: str, language: str) -> bool:
    """Whether the word in front makes something else of the article: "se la …", "nella scatola con la …"."""
    word = re.search(r"([^\W\d_]+|,)[ ']?$", before)
    return word is not None and bool(
        re.fullmatch(_languages()[language]["not_before"], word[1], re.IGNORECASE)
    )


def _as_written(thing: str, language: str) -> str:
    """As the customer wrote it, without the capitals of who shouts."""
    if not thing.isupper() or len(thing) <= _UPPER:
        return thing
    return thing.title() if language == "de" else thing.lower()


def _article(written: str, thing: str, language: str) -> str | None:
    for articles, begins, becomes in _languages()[language]["articles"]:
        if re.fullmatch(articles, written) and re.match(begins, thing, re.IGNORECASE):
            return str(becomes)
    return None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """The expressions of a language, its lists put in."""
    lists = _languages()[language]
    word = rf"(?!(?:{lists['never']}|{lists['joints']})(?!\w))(?-i:{_noun(language)})"
    joint = rf" (?:{lists['joints']})[ ']"
    thing = rf"(?P<thing>{word}(?:(?: |{joint}){word}){{0,{_MOST - 1}}})"
    gap = rf"(?: (?!(?:{lists['ends']})(?!\w))[\w']+){{0,6}}?"
    known = {**lists, "thing": thing, "gap": gap}

    def put_in(expression: str) -> str:
        return _LISTS.sub(lambda match: f"(?:{put_in(known[match[1]])})", expression)

    return tuple(re.compile(rf"(?<![\w-]){put_in(one)}(?!\w)", re.IGNORECASE) for one in lists["patterns"])


def _noun(language: str) -> str:
    return rf"[A-ZÄÖÜ]{_WORD}" if language == "de" else _WORD


@cache
def _languages() -> Mapping[str, Any]:
    source = files("responses").joinpath("phrases", "things.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = YAML(typ="safe").load(source)
    return found
