"""The policy's words for its facts, as far as a message may use them: of its questions and of its sheet."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from responses.asking.names import is_general
from responses.choices.reply_words import reply_words, whole
from responses.drafts.templates import in_register
from responses.policy import Policy
from responses.policy.schema import FactSpec, FactType

_SHORTEST = 4
"""In letters: a shorter word may stand in any sentence."""
_ALL_OF = 3
"""Of so many words all must be there, of more all but one."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class FactText:
    """One text for a fact in one language, as the beginnings of its words.

    `own` are those that no text in that language for another fact of its type has; `denials` is how many
    words in it deny something ("how long it has not worked").
    """

    language: str
    words: frozenset[str]
    own: frozenset[str]
    denials: int

    def fits(self, clause: str) -> bool:
        """Whether a clause, in small letters, speaks of the fact and of no other of its type."""
        said = _WORD.findall(clause)
        there = {stem for stem in self.words if any(word.startswith(stem) for word in said)}
        enough = len(self.words) if len(self.words) <= _ALL_OF else len(self.words) - 1
        return bool(there & self.own) and len(there) >= enough

    def is_measure(self, before: str, behind: str) -> bool:
        """Whether a value between these is joined to a word of the fact: "6 days late", "a delay of 6"."""
        joined = reply_words()["measured"]
        stems = "|".join(sorted(map(re.escape, self.own)))
        return bool(stems) and (
            re.match(rf"(?:(?:{joined})\s*)?(?:{stems})", behind) is not None
            or re.search(rf"(?<!\w)(?:{stems})\w*\s+(?:{joined})$", before) is not None
        )


@lru_cache(maxsize=16)
def _texts_of(key: tuple[tuple[str, str, str, str], ...]) -> Mapping[str, tuple[FactText, ...]]:
    found: dict[str, list[FactText]] = {}
    kinds: dict[str, str] = {}
    for name, kind, language, text in key:
        kinds[name] = kind
        words = frozenset(_stem(word) for word in _WORD.findall(text) if _tells(word))
        denials = len(whole(reply_words()["negators"]).findall(text))
        one = FactText(language=language, words=words, own=frozenset(), denials=denials)
        found.setdefault(name, []).append(one)

    def of_others(name: str, language: str) -> set[str]:
        return {
            stem
            for other, texts in found.items()
            if other != name and kinds[other] == kinds[name]
            for text in texts
            if text.language == language
            for stem in text.words
        }

    return {
        name: tuple(replace(one, own=one.words - of_others(name, one.language)) for one in texts)
        for name, texts in found.items()
    }


def texts_of(policy: Policy, kinds: Collection[FactType]) -> Mapping[str, Sequence[FactText]]:
    """The texts for the facts of these types: what customers are asked, and what the sheet calls them."""
    return _texts_of(
        tuple(
            (name, str(spec.type), language, text)
            for name, spec in policy.facts.items()
            if spec.type in kinds
            for language, text in dict.fromkeys(_written(policy, spec))
        )
    )


def _written(policy: Policy, spec: FactSpec) -> list[tuple[str, str]]:
    # Behind a comma may stand a remark: "if that is what this is about".
    remark = re.compile(rf",\s*(?:{reply_words()['that']})(?!\w)|[:;.?]")
    written = [
        (language, remark.split(in_register(text, formal=formal).casefold())[0])
        for language, text in (spec.ask or {}).items()
        for formal in (True, False)
    ]
    for language, own in policy.words.items():
        words = own.facts.get(spec.name)
        said = (words.clause, words.noun) if words is not None else ()
        written += [(language, text.casefold().replace("{}", " ")) for text in said if text is not None]
    return written


def _tells(word: str) -> bool:
    helping = whole(reply_words()["helping"]).fullmatch(word) is not None
    return len(word) >= _SHORTEST and not is_general(word) and not helping


def _stem(word: str) -> str:
    """How the word begins in all its forms: "ferma" and "fermo", "coupée" and "coupé"."""
    return word[: max(_SHORTEST, min(len(word) - 1, 5))]
