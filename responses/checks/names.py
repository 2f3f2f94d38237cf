"""Who is greeted."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.unaccented import spellings
from responses.checks.wordlists import word_lists

_LEAST = 3


def check_names(text: str, about: CheckContext) -> Iterator[Finding]:
    """A name in the greeting that is neither the customer's nor one they wrote."""
    if not about.names:
        return
    lists = word_lists(about.language)
    match = greeted_in(text, about.language)
    if match is None or lists.patterns["no_names"].fullmatch(match["name"]) is not None:
        return
    name = match["name"]
    if name.lower() in lists.stop_words or _is_known(name, about):
        return
    yield Finding(
        code="wrong_name",
        severity=Severity.WARNING,
        start=match.start("name"),
        end=match.end("name"),
        words=name,
        named=about.names[0],
    )


def greeted_in(text: str, language: str) -> re.Match[str] | None:
    """The greeting with a name at the beginning of a text; its group `name` is the word after it."""
    return _greeted(language).match(text)


def plain(word: str) -> str:
    """A word in small letters and without accents."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def plain_words_of(texts: Iterable[str]) -> set[str]:
    """The words of the texts so, those with an umlaut as "Mueller" too."""
    words = (word for text in texts for word in re.findall(r"[^\W\d_]+", text))
    return {plain(spelling) for word in words for spelling in spellings(word)}


@cache
def _greeted(language: str) -> re.Pattern[str]:
    lists = word_lists(language)
    greeting, title = (lists.patterns[name].pattern for name in ("greetings", "titles"))
    # Elsewhere what follows the comma is the beginning of the sentence.
    comma = ",?" if language == "es" else ""
    return re.compile(
        rf"\s*(?:\{{greeting\}}|(?i:{greeting})){comma}\s+(?:(?i:{title})\s+)?(?P<name>[^\W\d_a-z][^\W\d_]+)"
    )


def _is_known(name: str, about: CheckContext) -> bool:
    written_as = plain(name)
    written, own = plain_words_of(about.said), plain_words_of(about.names)
    # "Ale" is Alessandra's own name too.
    shortened = any(
        len(word) >= _LEAST and (written_as.startswith(word) or word.startswith(written_as)) for word in own
    )
    return written_as in written or shortened
