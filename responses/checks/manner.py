"""How the sentences of an agent's own text sound, as a model reads them: what no list of words can know."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from responses.checks.clauses import sentences_in
from responses.checks.finding import Finding, Severity
from responses.checks.plain_text import plain_text

CODE = "manner"

_SLOT = re.compile(r"\{[^{}]*\}")
_FEWEST_WORDS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence with one blank for every gap, and where it stands in the text as it was written."""

    words: str
    start: int
    end: int


def sentences_of(text: str, language: str) -> Iterator[Sentence]:
    """The sentences that say something: not "Buongiorno Marta,"."""
    plain = plain_text(text, language)
    for sentence in sentences_in(plain.words, language):
        words = sentence.words.strip()
        if len(_SLOT.sub(" ", words).split()) >= _FEWEST_WORDS:
            at = sentence.start + sentence.words.index(words)
            start, end = plain.span(at, at + len(words))
            yield Sentence(words=words, start=start, end=end)


def own_sentences(text: str, composed: str | None, language: str) -> list[Sentence]:
    """Those of them that are none of the composed text."""
    known = {one.words for one in sentences_of(composed, language)} if composed is not None else set()
    return [one for one in sentences_of(text, language) if one.words not in known]


def findings_of(
    sentences: Sequence[Sentence], said: Mapping[str, str | None], found: Sequence[Finding]
) -> list[Finding]:
    """What the model says of the sentences, but where a check has said so of their words already.

    A warning in any case: a model may be wrong, and a person has read the sentence.
    """
    return [
        Finding(
            code=CODE,
            severity=Severity.WARNING,
            start=one.start,
            end=one.end,
            words=one.words,
            named=label,
        )
        for one in sentences
        if (label := said[one.words]) is not None
        and not any(_says(other, label, one.start, one.end) for other in found)
    ]


def _says(one: Finding, label: str, start: int, end: int) -> bool:
    said = one.named if one.code == CODE else one.code
    return said == label and one.start < end and start < one.end
