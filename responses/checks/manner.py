"""How the sentences of an agent's own text sound, as a model reads them: what no list of words can know."""

import re
from collections.abc import Iterator, Sequence

from responses.checks.finding import Finding, Severity

CODE = "manner"

# A sign inside "12.50" ends nothing.
_SENTENCE = re.compile(r"(?:[^.!?…\n]|[.!?…](?!\s|$))+[.!?…]*")
_SLOT = re.compile(r"\{[^{}]*\}")
_FEWEST_WORDS = 4


def sentences_of(text: str) -> Iterator[tuple[int, str]]:
    """The sentences that say something, each with its place in the text; not "Buongiorno Marta,"."""
    for match in _SENTENCE.finditer(text):
        words = match.group().strip()
        if len(_SLOT.sub(" ", words).split()) >= _FEWEST_WORDS:
            yield match.start() + match.group().index(words), words


def own_sentences(text: str, composed: str | None) -> list[tuple[int, str]]:
    """Those of them that do not stand in the composed text already."""
    return [(at, words) for at, words in sentences_of(text) if composed is None or words not in composed]


def findings_of(
    sentences: Sequence[tuple[int, str]], said: Sequence[str | None], found: Sequence[Finding]
) -> list[Finding]:
    """What the model says of the sentences, but where a check has said so of their words already.

    A warning in any case: a model may be wrong, and a person has read the sentence.
    """
    return [
        Finding(
            code=CODE,
            severity=Severity.WARNING,
            start=at,
            end=at + len(words),
            words=words,
            named=label,
        )
        for (at, words), label in zip(sentences, said, strict=True)
        if label is not None and not any(_says(one, label, at, at + len(words)) for one in found)
    ]


def _says(one: Finding, label: str, start: int, end: int) -> bool:
    said = one.named if one.code == CODE else one.code
    return said == label and one.start < end and start < one.end
