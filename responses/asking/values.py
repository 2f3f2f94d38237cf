"""What short answers say of one fact: a yes, an option, a number of days."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from models.assessment import Assessment
from models.decision import MissingFact
from models.money import Money
from responses.asking.options import is_named_by_chance, option_pattern
from responses.choices.reply_words import reply_words, whole
from responses.policy import Policy
from responses.policy.schema import FactType

_Item = TypeVar("_Item")

SHORT = 5
"""In words: an answer that is longer says more than yes, no or a choice."""
_TELLING = 5
"""In letters: a shorter word may stand in any answer."""
_OPTION_IN = 15
"""In words: an answer that is longer and names one option may still speak of something else."""
_INTEGER = re.compile(r"(?<![\w.,/-])\d{1,4}(?![\w/-]|[.,]\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What answers say of the facts asked for.

    `given` are the values of which nobody would doubt; `likely` others, as an agent would type them.
    """

    given: Mapping[str, object]
    likely: Mapping[str, str] = field(default_factory=dict)


def is_doubtful(text: str) -> bool:
    """Whether a doubt or a denial stands in it."""
    words = reply_words()
    return whole(f"{words['about']}|{words['denied']}").search(text.casefold()) is not None


def value_of(
    kind: str, fact: MissingFact, texts: Sequence[str], read: Sequence[Assessment], policy: Policy
) -> object | None:
    """What the answer says of a fact that is the only one of its kind that was asked for."""
    match kind:
        case FactType.DATE:
            return only({day for one in read for day in one.entities.dates})
        case FactType.MONEY:
            amount = only({amount for one in read for amount in one.entities.amounts})
            if amount is None or amount.currency != policy.currency:
                return None
            return Money(amount=amount.value, currency=amount.currency)
        case FactType.DAYS | FactType.NUMBER:
            return number_in(kind, texts, read)
        case FactType.YES_NO:
            answer = yes_or_no(texts)
            return _repeats_with_yes(fact, texts) if answer is None else answer
        case FactType.CHOICE:
            return choice_in(fact, texts)
        case _:
            return None


def number_in(kind: str, texts: Sequence[str], read: Sequence[Assessment]) -> Decimal | None:
    """The only number that is said, and of days only one with its unit or quite alone."""
    if any(one.entities.amounts or one.entities.dates for one in read):
        return None
    texts = [without_orders(text, orders_in(read)) for text in texts]
    figures = [figure for text in texts for figure in _INTEGER.findall(text)]
    if (
        kind == FactType.DAYS
        and (spelled := _spelled_days(" ".join(texts).lower(), len(figures))) is not None
    ):
        return spelled
    said = " ".join(texts).casefold()
    if len(figures) != 1 or (kind == FactType.DAYS and whole(reply_words()["about"]).search(said)):
        return None
    days = whole("|".join(reply_words()["days"].values()))
    bare = said.strip(" .,!") == figures[0]
    # "Two weeks" is not two days.
    if kind == FactType.DAYS and not bare and not days.search(said):
        return None
    return Decimal(figures[0])


def orders_in(read: Sequence[Assessment]) -> set[str]:
    """The numbers of orders that the messages name, as they are written there."""
    return {number for one in read for number in one.entities.order_ids}


def without_orders(text: str, numbers: Collection[str]) -> str:
    """The text with blanks for the numbers of orders, which count nothing; its length stays."""
    for number in sorted(numbers, key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(number)}(?!\w)"
        text = re.sub(pattern, lambda match: " " * len(match.group()), text, flags=re.IGNORECASE)
    return text


def _spelled_days(said: str, figures: int) -> Decimal | None:
    """The days of "three days", "a week" or "2 weeks", where that is the only number and a certain one."""
    words = reply_words()
    if whole(words["about"]).search(said):
        return None
    found = set()
    for language, weeks in words["weeks"].items():
        days = words["days"][language]
        for match in whole(rf"([^\W_]+) (?:({weeks})|{days})").finditer(said):
            count = count_of(match[1], language, of_weeks=match[2] is not None)
            if count is not None and figures == match[1].isdecimal():
                found.add(Decimal(count * (7 if match[2] else 1)))
    numbers = {word for word in re.findall(r"[^\W\d_]+", said) if is_number_word(word)}
    return only(found) if len(numbers) + figures <= 1 else None


def count_of(word: str, language: str, *, of_weeks: bool) -> int | None:
    """How many a word before "days" or "weeks" says, more than one of days; None where it is no number, or
    figures of days."""
    # Imported where needed: few answers are numbers.
    from text_to_num import text2num

    if word.isdecimal():
        # Digits of days are read with all other digits.
        return int(word) if of_weeks and len(word) < 3 else None
    if of_weeks and re.fullmatch(reply_words()["one"][language], word):
        return 1
    try:
        number = int(text2num(word, language))
    except ValueError:
        return None
    return number if number > 1 else None


def is_number_word(word: str) -> bool:
    """Whether it is a number from two on, in any of the languages."""
    return any((count_of(word, language, of_weeks=False) or 0) > 1 for language in reply_words()["one"])


def yes_or_no(texts: Sequence[str]) -> bool | None:
    """What a short answer begins with, where it says nothing else."""
    said = _short(texts)
    if said is None:
        return None
    words = reply_words()
    yes, no = ("|".join(words[answer].values()) for answer in ("yes", "no"))
    begins = re.match(rf"(?:{yes}|{no})(?!\w)", said)
    says_yes, says_no = (whole(answer).search(said) is not None for answer in (yes, no))
    return says_yes if begins and says_yes != says_no else None


def _repeats_with_yes(fact: MissingFact, texts: Sequence[str]) -> bool | None:
    """Whether a longer answer begins with yes and says again what was asked: "yes, it arrived on Monday"."""
    said = " ".join(" ".join(texts).casefold().split())
    words = reply_words()
    yes, no = ("|".join(words[answer].values()) for answer in ("yes", "no"))
    begins = re.match(rf"(?:{yes})\s*[,.!:;]", said)
    if begins is None or "?" in said or whole(f"{no}|{words['denied']}").search(said):
        return None
    rest = said[begins.end() :]
    asked = [re.findall(r"[^\W\d_]+", ask.casefold().partition(":")[0]) for ask in (fact.ask or {}).values()]
    # The last word of such a question is its verb, but in German.
    verbs = [names[-1] for names in asked if names and len(names[-1]) >= _TELLING]
    return True if any(whole(re.escape(verb)).search(rest) for verb in verbs) else None


def choice_in(fact: MissingFact, texts: Sequence[str]) -> str | None:
    """The only option that a short answer names."""
    said = _short(texts)
    if said is None or is_doubtful(said):
        return None
    option = only(_options_in(fact, said))
    named = option_pattern(fact, option).search(said) if option is not None else None
    return None if named is None or is_named_by_chance(named.group(), said) else option


def separate_choices(facts: Sequence[MissingFact], texts: Sequence[str]) -> dict[str, object]:
    """Of several choices those whose options no other one has."""
    found: dict[str, object] = {}
    for fact in facts:
        others = {option for other in facts if other.name != fact.name for option in other.choices}
        if others.isdisjoint(fact.choices) and (option := choice_in(fact, texts)) is not None:
            named = option_pattern(fact, option).search(_short(texts) or "")
            if named is not None and not any(
                _options_in(other, named.group()) for other in facts if other.name != fact.name
            ):
                found[fact.name] = option
    return found


def option_named(fact: MissingFact, text: str) -> tuple[str, bool] | None:
    """The only option that a longer answer names, and whether nothing in it makes that uncertain."""
    said = " ".join(text.casefold().split())
    if not fact.choices or len(said.split()) <= SHORT or "?" in said:
        return None
    named = {
        option: match
        for option in _options_in(fact, said)
        if (match := option_pattern(fact, option).search(said)) is not None and not _is_pronoun(match.group())
    }
    if len(named) != 1 or any(is_named_by_chance(match.group(), said) for match in named.values()):
        return None
    ((option, match),) = named.items()
    clause = re.split(r"[,.;:!]", said[: match.start()])[-1] + re.split(r"[,.;:!]", said[match.end() :])[0]
    if is_doubtful(clause):
        return None
    return option, len(said.split()) <= _OPTION_IN and not is_doubtful(said)


def _is_pronoun(word: str) -> bool:
    """ "You" and "I" stand in any longer answer."""
    return whole(reply_words()["pronouns"]).fullmatch(word) is not None


def _options_in(fact: MissingFact, said: str) -> set[str]:
    return {option for option in fact.choices if option_pattern(fact, option).search(said)}


def _short(texts: Sequence[str]) -> str | None:
    said = " ".join(" ".join(texts).casefold().split())
    return said if 0 < len(said.split()) <= SHORT else None


def only(values: set[_Item]) -> _Item | None:
    """The value, where there is but one."""
    return next(iter(values)) if len(values) == 1 else None
