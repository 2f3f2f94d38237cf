"""Who is greeted."""

import re
import unicodedata
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import WordLists, word_lists

_LEAST = 3


def check_names(text: str, about: CheckContext) -> Iterator[Finding]:
    """A name in the greeting that is neither the customer's nor one they wrote."""
    if not about.names:
        return
    lists = word_lists(about.language)
    match = _greeted(about.language, lists).match(text.lstrip())
    if match is None or lists.patterns["no_names"].fullmatch(match["name"]) is not None:
        return
    name = match["name"]
    if name.lower() in lists.stop_words or _is_known(name, about):
        return
    start = len(text) - len(text.lstrip()) + match.start("name")
    yield Finding(
        code="wrong_name",
        severity=Severity.WARNING,
        start=start,
        end=start + len(name),
        words=name,
        named=about.names[0],
    )


def _greeted(language: str, lists: WordLists) -> re.Pattern[str]:
    greeting, title = (lists.patterns[name].pattern for name in ("greetings", "titles"))
    # Elsewhere what follows the comma is the beginning of the sentence.
    comma = ",?" if language == "es" else ""
    return re.compile(
        rf"(?:\{{greeting\}}|(?i:{greeting})){comma}\s+(?:(?i:{title})\s+)?(?P<name>[^\W\d_a-z][^\W\d_]+)"
    )


def _is_known(name: str, about: CheckContext) -> bool:
    plain = _plain(name)
    written = {_plain(word) for text in about.said for word in re.findall(r"[^\W\d_]+", text)}
    own = {_plain(word) for one in about.names for word in re.findall(r"[^\W\d_]+", one)}
    # "Ale" is Alessandra's own name too.
    shortened = any(
        len(word) >= _LEAST and (plain.startswith(word) or word.startswith(plain)) for word in own
    )
    return plain in written or shortened


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
