"""Rewriting: what agents made of a composed text, part by part and word by word.

No two agents change a text alike in every detail. So each part is compared with what stands in its place, a
change is told in the fewest words, and words that few people were written are blanked out of it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from math import inf

BLANK = "…"
"""Stands for words that are not shown, or that are other ones each time."""

_WORD = re.compile(r"\{[^{}]+\}|\w+(?:['’]\w+)*|[^\w\s]")
_ENDS = frozenset(".!?…")
_ALIKE = 0.5
"""From this ratio on two texts share enough words for their differences to tell something."""
_LONG = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a slot or a sign; `spaced` tells whether a space stands before it, `end` where it ends."""

    text: str
    spaced: bool
    end: int

    @property
    def key(self) -> str:
        """The same however it is written, large or small."""
        return self.text.casefold()

    @property
    def is_said(self) -> bool:
        """Whether it says something: no sign, and no slot."""
        return self.text[0] not in "{" and any(letter.isalnum() for letter in self.text)


Words = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Words, and those that stand in their place; empty where there are none."""

    old: str
    new: str


def words_in(text: str) -> Words:
    """The words and signs of a text, in order."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        spaced = bool(found) and found[-1].end < match.start()
        found.append(Word(match[0], spaced, match.end()))
    return tuple(found)


def stands_in(words: Words, text: Words, start: int = 0) -> int | None:
    """Where those words stand in a text from `start` on, however they are spaced; None where they do not."""
    wanted, said = [one.key for one in words], [one.key for one in text]
    for place in range(start, len(said) - len(wanted) + 1):
        if said[place : place + len(wanted)] == wanted:
            return place
    return None


def became(parts: Sequence[Words], text: Words) -> list[Words | None]:
    """What stands in the place of each part: None where it stands as it was, nothing where it was left out.

    What stands between two parts that were left alone belongs to those between them that were not: sentence
    by sentence, in their order, to the one that it shares most words with.
    """
    found: list[Words | None] = [None] * len(parts)
    changed: list[int] = []
    at = 0
    for number, part in enumerate(parts):
        place = stands_in(part, text, at)
        if place is None:
            # Elsewhere in the text it was moved, not changed.
            changed += [number] * (stands_in(part, text) is None)
            continue
        _shared_out(parts, changed, text[at:place], found)
        changed, at = [], place + len(part)
    _shared_out(parts, changed, text[at:], found)
    return found


def _shared_out(
    parts: Sequence[Words], changed: Sequence[int], between: Words, found: list[Words | None]
) -> None:
    if len(changed) == 1:
        found[changed[0]] = between
    if len(changed) < 2:
        return
    sentences = _sentences(between)
    # best[j]: how well the parts so far go with the first j sentences, and where each part's begin.
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ()), *((-inf, ()) for _ in sentences)]
    for number in changed:
        best = [
            max(
                (score + _shared(parts[number], sum(sentences[begin:end], ())), (*begins, begin))
                for begin, (score, begins) in enumerate(best[: end + 1])
            )
            for end in range(len(sentences) + 1)
        ]
    bounds = (*best[-1][1], len(sentences))
    for number, (begin, end) in zip(changed, pairwise(bounds), strict=True):
        found[number] = sum(sentences[begin:end], ())


def _sentences(text: Words) -> list[Words]:
    found: list[Words] = []
    begin = 0
    for place, word in enumerate(text):
        last = place + 1 == len(text)
        if last or (word.text in _ENDS and text[place + 1].spaced):
            found.append(text[begin : place + 1])
            begin = place + 1
    return found


def _shared(one: Words, other: Words) -> float:
    """The part of the words of both that they share, in [0, 1]."""
    if not other:
        return 0.0
    first, second = (Counter(word.key for word in text if word.is_said) for text in (one, other))
    return 2 * (first & second).total() / max(1, first.total() + second.total())


def changes(part: Words, place: Words) -> list[tuple[Words, Words]]:
    """What was changed in a part, in the fewest words; the whole of it where hardly anything is the same."""
    matcher = SequenceMatcher(None, [one.key for one in part], [one.key for one in place], autojunk=False)
    if not place or matcher.ratio() < _ALIKE:
        return [(part, place)]
    spans: list[list[int]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        if spans and i1 - spans[-1][1] == 1:
            # One word between two changes tells nothing by itself.
            spans[-1][1], spans[-1][3] = i2, j2
        else:
            spans.append([i1, i2, j1, j2])
    return [(part[i1:i2], place[j1:j2]) for i1, i2, j1, j2 in spans]


def shown(words: Words, known: AbstractSet[str]) -> str:
    """The words as they are written, those that are not `known` blanked out; signs and slots stay."""
    text = ""
    blank = False
    for word in words:
        if word.is_said and word.key not in known:
            text += "" if blank else f"{' ' if text and word.spaced else ''}{BLANK}"
            blank = True
        else:
            text += (" " if text and word.spaced else "") + word.text
            blank = False
    said = [word.key for word in words if word.is_said]
    return text if not said or known & set(said) else BLANK


def most_frequent(
    edits: Iterable[Sequence[tuple[Words, Words]]],
    old_known: AbstractSet[str],
    new_known: AbstractSet[str],
    fewest: int,
) -> list[tuple[Change, int]]:
    """The changes that at least so many edits have, by falling count.

    Where the same words went each time and other ones came, `…` came. Where not even that was often, it is
    the single words that went.
    """
    pairs: Counter[Change] = Counter()
    olds: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for edit in edits:
        made = [Change(shown(old, old_known), shown(new, new_known)) for old, new in edit]
        pairs.update(set(made))
        olds.update({one.old for one in made})
        lost.update(
            {
                word.key
                for old, new in edit
                for word in old
                if word.is_said and word.key in old_known and len(word.key) >= _LONG
                if word.key not in {one.key for one in new}
            }
        )
    said = Counter({one: count for one, count in pairs.items() if count >= fewest and _tells(one)})
    for old, count in olds.items():
        rest = count - sum(count for one, count in said.items() if one.old == old)
        if rest >= fewest and _tells(Change(old, BLANK)):
            said[Change(old, BLANK)] += rest
    if not said:
        said = Counter({Change(word, BLANK): count for word, count in lost.items() if count >= fewest})
    return sorted(said.items(), key=lambda one: (-one[1], one[0].old, one[0].new))


def _tells(change: Change) -> bool:
    return not {change.old, change.new} <= {BLANK, ""}
