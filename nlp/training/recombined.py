"""New messages from old ones: sentences left out, alone, or next to those of another message.

Nobody labelled them; they are for a model that learns from what another says of them. Sense does not matter
much there: what matters is that the same words come in many companies.
"""

import random
import re
from collections.abc import Iterator, Sequence

LONGEST = 600
"""Letters of a new message, at most."""

_ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")
_LANGUAGE_POWER = 0.7  # of the number of messages in a language: rare languages come a little more often
_ATTEMPTS = 20  # for each message wanted: of few messages not many others can be made


def recombined(messages: Sequence[tuple[str, str]], count: int, seed: int) -> list[str]:
    """At most `count` texts that differ from each other and from `messages`: pairs of text and language."""
    dice = random.Random(seed)
    by_language: dict[str, list[list[str]]] = {}
    for text, language in messages:
        if sentences := [part.strip() for part in _ENDS.split(text) if part.strip()]:
            by_language.setdefault(language, []).append(sentences)
    weights = [len(found) ** _LANGUAGE_POWER for found in by_language.values()]
    seen = {text for text, _ in messages}
    made: list[str] = []
    for _ in range(count * _ATTEMPTS if by_language else 0):
        (same,) = dice.choices(list(by_language.values()), weights)
        text = _written(" ".join(_chosen(same, dice)), dice)
        if text and len(text) <= LONGEST and text not in seen:
            seen.add(text)
            made.append(text)
        if len(made) == count:
            break
    return made


def _chosen(messages: Sequence[Sequence[str]], dice: random.Random) -> list[str]:
    first, kind = dice.choice(messages), dice.random()
    if kind < 0.3:
        return [dice.choice(first)]
    if kind < 0.6:
        return [*_stretch(first, dice), *_stretch(dice.choice(messages), dice)]
    if kind < 0.85:
        left_out = dice.randrange(len(first))
        return [*first[:left_out], *first[left_out + 1 :]]
    return list(first)


def _stretch(sentences: Sequence[str], dice: random.Random) -> Iterator[str]:
    start = dice.randrange(len(sentences))
    yield from sentences[start : start + dice.randint(1, 2)]


def _written(text: str, dice: random.Random) -> str:
    """As some people write: without capitals or full stops, or in capitals alone."""
    kind = dice.random()
    if kind < 0.15:
        return text.lower() if kind < 0.1 else text.lower().rstrip(".!? ")
    return text.upper() if kind < 0.18 else text
