"""What a promise is about: whether two texts promise one thing or two."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from responses.checks.unaccented import spellings
from responses.checks.wordlists import word_lists

_TALK = frozenset({"call", "answer"})
_DONE_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "replace": frozenset({"replace", "send"}),
        "repair": frozenset({"repair", "collect", "send"}),
        "gift": frozenset({"gift", "send"}),
    }
)
"""What somebody may do, by kind, to keep a promise of the one on the left."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5


def undertakings_in(words: str, language: str) -> frozenset[str]:
    """What somebody of us does there, by kind, such as `call` or `send`; empty where no word tells."""
    kinds = word_lists(language).undertakings
    return frozenset(kind for kind, pattern in kinds.items() if pattern.search(words))


def done_by(kind: str) -> frozenset[str]:
    """The kinds of which each may be how a promise of this kind is kept: who replaces something sends it."""
    return _DONE_BY.get(kind, frozenset({kind}))


def is_same(kept: str, said: str, language: str) -> bool:
    """Whether what is said may be what is kept; in doubt it is not, and somebody is asked.

    Nothing is told apart from what is kept without words.
    """
    if not kept:
        return True
    if are_apart(kept, said, language):
        return False
    ours, theirs = undertakings_in(kept, language), undertakings_in(said, language)
    return bool(ours and theirs and theirs <= _TALK) or _is_one_thing(kept, said, language)


def are_apart(one: str, other: str, language: str) -> bool:
    """Whether two promises are beyond doubt of different kinds: a call is no parcel, a replacement may be."""
    ours, theirs = undertakings_in(one, language), undertakings_in(other, language)
    return bool(ours and theirs) and not (ours & theirs or theirs <= _spread(ours) or ours <= _spread(theirs))


def _spread(kinds: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*map(done_by, kinds))


def _is_one_thing(kept: str, said: str, language: str) -> bool:
    """Whether they name the same thing, or one of them names none: "le mando il buono" is not the parcel."""
    ours, theirs = _things(kept, language), _things(said, language)
    return not ours or not theirs or bool(ours & theirs)


def _things(words: str, language: str) -> set[str]:
    lists = word_lists(language)
    lowered = words.lower()
    for pattern in (*lists.undertakings.values(), lists.patterns["when"]):
        lowered = pattern.sub(" ", lowered)
    named = (word for word in _WORD.findall(lowered) if word not in lists.particles)
    return {spelling[:_STEM] for word in named for spelling in spellings(word)}
