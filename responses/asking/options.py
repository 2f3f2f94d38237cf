"""What customers call the options of a choice: as the question lists them, in the order of its values."""

import re
from collections.abc import Mapping
from functools import lru_cache

from models.decision import MissingFact
from responses.asking.names import is_general, is_small_word
from responses.choices.reply_words import reply_words, whole
from responses.drafts.templates import in_register
from responses.policy.options import options_listed

_SHORTEST = 4
"""In letters: a shorter word may stand in any answer."""
_WORD = re.compile(r"[^\W\d_]+")


def option_pattern(fact: MissingFact, option: str) -> re.Pattern[str]:
    """The words that name one of a fact's options, in small letters."""
    called = reply_words()["choices"]
    names = [re.escape(option.replace("_", " ")), *([called[option]] if option in called else [])]
    asks = tuple((fact.ask or {}).values())
    names += [re.escape(name) for name in _names(asks, fact.choices).get(option, ())]
    return whole("|".join(names))


def is_named_by_chance(word: str, text: str) -> bool:
    """Whether the word that names an option is that of many things ("number"), and more than it is said."""
    things = "|".join(reply_words()["things"].values())
    if re.search(rf"(?:{things})$", word) is None:
        return False
    rest = whole(reply_words()["the"]).sub(" ", text.replace(word, " ", 1))
    return any(map(str.isalnum, rest))


@lru_cache(maxsize=256)
def _names(asks: tuple[str, ...], choices: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    """The first telling word that only this option has in each language in which they are listed."""
    found: dict[str, set[str]] = {}
    told = [in_register(ask, formal=formal) for ask in asks for formal in (True, False)]
    for listed in map(options_listed, dict.fromkeys(told)):
        if len(listed) != len(choices):
            continue
        words = [[word for word in _WORD.findall(one) if _tells(word)] for one in listed]
        for place, (option, own) in enumerate(zip(choices, words, strict=True)):
            others = {word for other, said in enumerate(words) if other != place for word in said}
            found.setdefault(option, set()).update([word for word in own if word not in others][:1])
    return {option: frozenset(names - _of_others(found, option)) for option, names in found.items()}


def _of_others(found: Mapping[str, set[str]], option: str) -> set[str]:
    """One language's word for another option is no name of this one."""
    return {name for other, names in found.items() if other != option for name in names}


def _tells(word: str) -> bool:
    number = reply_words()["things"]["number"]
    general = is_general(word) and whole(number).fullmatch(word) is None
    return len(word) >= _SHORTEST and not general and not is_small_word(word)
