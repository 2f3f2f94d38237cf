"""What a percentage stands with: a quality or a level ("100% lana", "VAT is 22 %") is offered to nobody."""

import re

from responses.checks.sums import Said
from responses.checks.wordlists import WordLists

_BEHIND = re.compile(r"[ \u00a0\u202f-]+(?P<words>[^.,;:!?()\n]+)")
_FEW_WORDS = 3


def is_quality(clause: str, said: Said, gives: bool, lists: WordLists) -> bool:
    """Whether the share tells how something is, by the words at both its sides.

    A bare noun behind it that is neither a price nor a remedy is what it consists of. In a clause that gives
    something, that holds unless the share is what is given: right behind the verb, or with an article.
    """
    before = clause[: said.start].rstrip(" \u00a0-–(")
    if _is_of_price(clause[said.end :], lists):
        return False
    if gives:
        is_object = _ends(before, ("articles", "gives", "things"), lists) or _is_just_given(before, lists)
        return _noun_behind(clause[said.end :], lists) and not is_object
    if _noun_behind(clause[said.end :], lists):
        return True
    return _ends(before, ("is_so", "level"), lists)


def _is_of_price(after: str, lists: WordLists) -> bool:
    """ "20 % of the price", "20 % di sconto", "20 % off"."""
    match = _BEHIND.match(after)
    if match is None:
        return False
    words = " ".join(match["words"].split()[: _FEW_WORDS + 1])
    named = (*lists.remedies.values(), lists.patterns["things"], lists.patterns["of_price"])
    return any(pattern.search(words) for pattern in named)


def _noun_behind(after: str, lists: WordLists) -> bool:
    """Whether a word follows that is no small one, or one joined to the share by a mere "of"."""
    match = _BEHIND.match(after)
    if match is None:
        return False
    words = match["words"].split()
    if len(words) > 1 and lists.patterns["of"].fullmatch(words[0]):
        words = words[1:]
    word = words[0].lower()
    small = lists.patterns["follows"].fullmatch(word) or lists.patterns["to_them"].fullmatch(word)
    return not small and not lists.patterns["articles"].fullmatch(word)


def _ends(words: str, names: tuple[str, ...], lists: WordLists) -> bool:
    return any(match.end() == len(words) for name in names for match in lists.find(name, words))


def _is_just_given(before: str, lists: WordLists) -> bool:
    """Whether a giving verb stands so near that the share is its object: "we give you 20 %"."""
    ends = [match.end() for match in lists.find("gives", before)]
    if not ends:
        return False
    between = before[max(ends) :].split()
    small = (lists.patterns["to_them"], lists.patterns["articles"])
    return all(any(pattern.fullmatch(word) for pattern in small) for word in between)
