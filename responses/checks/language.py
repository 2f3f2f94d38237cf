"""Which language a text of ours is written in, told by its commonest words."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import word_lists
from responses.drafts.phrases import LANGUAGES
from responses.drafts.slots import slots_in

_LEAST = 3
_TIMES = 2.5
_SHARE = 0.25
_QUOTED = re.compile(r"[«“„\"][^«»“”„\"\n]{1,60}[»”“\"]")
_WORD = re.compile(r"(?P<first>^|[.!?\n]\s*)?(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)")


def check_language(text: str, about: CheckContext) -> Iterator[Finding]:
    """A text that is surely in another language than the customer's; a short or mixed one is let be.

    Only words that one of the two languages has and the other has not are counted, each once: "la", or the
    name of a thing said three times, tells nothing. Nor do words with a capital: "The North Face".
    """
    words = _words(text)
    own = word_lists(about.language).stop_words
    foreign = {
        language: words & word_lists(language).stop_words - own
        for language in LANGUAGES
        if language != about.language
    }
    likely = max(foreign, key=lambda language: len(foreign[language]))
    telling = len(foreign[likely])
    ours = len(words & own - word_lists(likely).stop_words)
    if telling >= max(_LEAST + ours, _SHARE * len(words)) and telling > _TIMES * ours:
        yield Finding(code="wrong_language", severity=Severity.ERROR, named=likely)


def _words(text: str) -> set[str]:
    """The words that are no names and stand in no quotation, in small letters."""
    slots = slots_in(text)
    seen = _QUOTED.sub(" ", text)
    if seen.isupper():
        seen = seen.lower()
    return {
        match["word"].lower()
        for match in _WORD.finditer(seen)
        if match["word"] not in slots and (match["first"] is not None or match["word"][0].islower())
    }
