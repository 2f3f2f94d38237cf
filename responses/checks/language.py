"""Which language a text of ours is written in, told by its commonest words."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import word_lists
from responses.drafts.phrases import LANGUAGES
from responses.drafts.slots import slots_in

_LEAST = 6
_TIMES = 2.5
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def check_language(text: str, about: CheckContext) -> Iterator[Finding]:
    """A text that is surely in another language than the customer's; a short or mixed one is let be."""
    slots = slots_in(text)
    words = [word.lower() for word in _WORD.findall(text.replace("’", "'")) if word not in slots]
    counts = {
        language: sum(word in word_lists(language).stop_words for word in words) for language in LANGUAGES
    }
    likely = max(counts, key=lambda language: counts[language])
    own = counts.get(about.language, 0)
    if likely != about.language and counts[likely] >= _LEAST and counts[likely] > _TIMES * own:
        yield Finding(code="wrong_language", severity=Severity.ERROR, named=likely)
