"""What short answers say of one fact: a yes, an option, a number of days."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from models.assessment import Assessment
from models.decision import MissingFact
from models.money import Money
from responses.asking.names import heading, idle_apart, is_of_question, is_small_word
from responses.asking.options import is_named_by_chance, option_pattern
from responses.checks.wordlists import any_of, weekdays
from responses.choices.reply_words import reply_words, whole
from responses.drafts.phrases import LANGUAGES
from responses.policy import Policy
from responses.policy.schema import FactType

_Item = TypeVar("_Item")

SHORT = 5
"""In words: an answer that is longer says more than yes, no or a choice."""
_TELLING = 5
"""In letters: a shorter word may stand in any answer."""
_OPTION_IN = 15
"""In words: an answer that is longer and names one option may still speak of something else."""
_NEAR = 150
"""In days: a day without its year that is farther away than this, both ways, may be of two years."""
_UNIT = 2
"""In letters: units of time that begin alike are forms of one, in all languages."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY_AND_MONTH = re.compile(
    r"(?<![\d.,/-])(\d{1,2})[./](\d{1,2})(?![\d/-]|[.,]\d)\.?\s*(?P<behind>[^\W\d_]*)"
)
_WORD = re.compile(r"[^\W\d_]+")
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


def is_about(texts: Sequence[str]) -> bool:
    """Whether a short answer is but a guess: "forse il 3 novembre"."""
    said = _short(texts)
    return said is not None and whole(reply_words()["about"]).search(said) is not None


def value_of(
    kind: str,
    fact: MissingFact,
    texts: Sequence[str],
    read: Sequence[Assessment],
    policy: Policy,
    today: date | None = None,
) -> object | None:
    """What the answer says of a fact that is the only one of its kind that was asked for.

    `today` is the day of the answer; without it no day is read that is but "3/11".
    """
    match kind:
        case FactType.DATE:
            days = {day for one in read for day in one.entities.dates}
            return only(days) if days or today is None else _day_and_month(texts, read, today)
        case FactType.MONEY:
            amount = only({amount for one in read for amount in one.entities.amounts})
            if amount is None or amount.currency != policy.currency:
                return None
            return Money(amount=amount.value, currency=amount.currency)
        case FactType.DAYS | FactType.NUMBER:
            return None if counts_otherwise([fact], texts) else number_in(kind, texts, read)
        case FactType.YES_NO:
            texts = [without_orders(text, orders_in(read)) for text in texts]
            answer = yes_or_no(fact, texts)
            return _repeats_with_yes(fact, texts) if answer is None else answer
        case FactType.CHOICE:
            return choice_in(fact, texts)
        case _:
            return None


def number_in(kind: str, texts: Sequence[str], read: Sequence[Assessment]) -> Decimal | None:
    """The only number that is said, no year and not about, and of days only one with its unit or alone."""
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
    if whole(reply_words()["about"]).search(said) or any(map(is_year, figures)):
        return None
    if not figures:
        return _spelled_alone(kind, said, read)
    if len(figures) != 1:
        return None
    days = whole("|".join(reply_words()["days"].values()))
    bare = said.strip(" .,!") == figures[0]
    # "Two weeks" is not two days.
    if kind == FactType.DAYS and not bare and not days.search(said):
        return None
    return Decimal(figures[0])


def is_year(figure: str) -> bool:
    """Whether it is rather a year than a count: of "since 2005"."""
    return _YEAR.fullmatch(figure) is not None


def counts_otherwise(facts: Sequence[MissingFact], texts: Sequence[str]) -> bool:
    """Whether a number is said with a unit of time of which nobody asked: "48 hours", asked for days.

    One fact takes what is said with its own unit, whatever else is counted; of several nobody can tell.
    """
    days, units = _day_units(), _units()
    asked = {
        match.group()[:_UNIT]
        for fact in facts
        for ask in (fact.ask or {}).values()
        for match in whole(units).finditer(heading(ask))
    }
    in_days = any(fact.type == FactType.DAYS for fact in facts)
    said = whole(rf"(\d+|[^\W\d_]+(?=\s))\s*({units})").finditer(" ".join(texts).casefold())
    ours = [
        match[2][:_UNIT] in asked or (in_days and whole(days).fullmatch(match[2]) is not None)
        for match in said
        if match[1].isdecimal() or (len(facts) == 1 and is_number_word(match[1]))
    ]
    return not all(ours) and not (len(facts) == 1 and any(ours))


def days_since(texts: Sequence[str], read: Sequence[Assessment], today: date) -> int | None:
    """For how many days something has lasted of which an answer only says since when: "since Monday"."""
    if any("?" in text for text in texts) or any(one.entities.amounts for one in read):
        return None
    days = {day for one in read for day in one.entities.dates} or _last_weekday(texts, read, today)
    day = only(days)
    return (today - day).days if day is not None and day < today else None


def _last_weekday(texts: Sequence[str], read: Sequence[Assessment], today: date) -> set[date]:
    """The last days before today that are called by their names in the week."""
    said = " ".join(texts).casefold()
    languages = {one.language for one in read} & set(LANGUAGES)
    named = {
        number
        for language in languages
        for number, name in enumerate(weekdays(language))
        if whole(any_of([name.casefold()])).search(said)
    }
    return {today - timedelta(days=(today.weekday() - number - 1) % 7 + 1) for number in named}


def nearest_day(day: int, month: int, today: date) -> date | None:
    """That day of the year in which it is near, or None where that may be two or it is none."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            # No such day, or none in that year.
            continue
    return only({one for one in found if abs((one - today).days) <= _NEAR})


def _day_and_month(texts: Sequence[str], read: Sequence[Assessment], today: date) -> date | None:
    """The day of an answer that holds no other figures than "3/11" or "3.11."."""
    said = " ".join(without_orders(text, orders_in(read)) for text in texts)
    match = _DAY_AND_MONTH.search(said)
    if match is None or len(re.findall(r"\d+", said)) != 2 or "?" in said:
        return None
    if len(said.split()) > SHORT or whole(_units()).fullmatch(match["behind"].casefold()):
        return None
    return nearest_day(int(match[1]), int(match[2]), today)


def _day_units() -> str:
    return "|".join([*reply_words()["days"].values(), *reply_words()["weeks"].values()])


def _units() -> str:
    return f"{reply_words()['time_units']}|{_day_units()}"


def _spelled_alone(kind: str, said: str, read: Sequence[Assessment]) -> Decimal | None:
    """The number of an answer that is nothing else: "three", "twelve years, thanks"."""
    known = reply_words()["one"]
    spoken = {one.language for one in read} & known.keys() or known.keys()
    words = _WORD.findall(idle_apart(said))
    numbers = {
        place: count
        for place, word in enumerate(words)
        for language in spoken
        if (count := count_of(word, language, of_weeks=False)) is not None
    }
    if len(numbers) != 1:
        return None
    ((place, count),) = numbers.items()
    units = words[place + 1 :]
    if any(kind == FactType.DAYS or whole(_units()).fullmatch(word) is None for word in units):
        return None
    return Decimal(count) if all(map(is_small_word, words[:place])) else None


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


def yes_or_no(fact: MissingFact, texts: Sequence[str]) -> bool | None:
    """What an answer begins with, where the rest of it says nothing else; a no only in few words."""
    words = reply_words()
    said = re.sub(rf"^(?:\W+|(?:{words['also']})\s)+", "", " ".join(" ".join(texts).casefold().split()))
    yes, no = ("|".join(words[answer].values()) for answer in ("yes", "no"))
    begins = re.match(rf"(?:{yes}|{no})(?!\w)", said)
    says_yes, says_no = (whole(answer).search(said) is not None for answer in (yes, no))
    if begins is None or says_yes == says_no or "?" in said:
        return None
    rest = said[begins.end() :]
    denied = whole(f"{no}|{words['negators']}").search(rest) is not None
    own = [word for word in _WORD.findall(idle_apart(rest)) if not is_small_word(word)]
    asked = any(is_of_question(word, [fact]) for word in _WORD.findall(rest))
    if says_no:
        # "No, we are still here" is no "no" to whoever asked that.
        return None if (asked and not denied) or len(said.split()) > SHORT else False
    return None if denied or any(not is_of_question(word, [fact]) for word in own) else True


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
