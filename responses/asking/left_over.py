"""What a message says beside its answer to a question: nothing of its own, or something more."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from models.assessment import Assessment
from models.decision import MissingFact
from models.labels import Language
from models.money import Money
from responses.asking.lacking import lacking
from responses.asking.mentions import SOME_DAY
from responses.asking.names import idle_apart, is_of_question, is_small_word
from responses.asking.options import option_pattern
from responses.asking.values import is_number_word, number_in
from responses.checks.days import days_in
from responses.checks.sums import sums_in
from responses.checks.wordlists import word_lists
from responses.choices.reply_words import reply_words, whole
from responses.policy.schema import FactType

_MOST_BESIDE = 2
"""How many words of its own an answer may hold in the clause of its value: "sono sei giorni che aspetto"."""
_MOST_LACKING = 4
"""The same where it says that something is not to be had, which takes a verb and a thing."""
_END = re.compile(r"[.,](?!\d)|[;:!\n]|(?<=\s)[-–—](?=\s)")
_WORD = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"\d+")
_SPOKEN = frozenset(language.value for language in Language)
_VALUE = "⟦⟧"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A message after a question of ours: what was asked, and what of it the message gives.

    `given` are values by the facts' names, `named` what else of it is asked for: the order's number, an
    address, a telephone number.
    """

    text: str
    read: Assessment
    asked: Sequence[MissingFact]
    given: Mapping[str, object]
    named: Sequence[str]

    @property
    def says_more(self) -> bool:
        """Whether anything in it may speak of another matter than what was asked."""
        if "?" in self.text:
            return True
        beside = 0
        for clause in _clauses(self._without_values()):
            words = self._own_words(clause)
            if lacking(self.asked, [clause]):
                beside += max(0, len(words) - _MOST_LACKING)
            elif _VALUE in clause:
                beside += len(words)
            elif self._answers_in_words(clause):
                # "Six days": the number is the answer, and no other one is.
                beside += len(words) - any(is_number_word(word) for word in words)
            elif words:
                return True
        return beside > _MOST_BESIDE

    def _without_values(self) -> str:
        """The text with a mark in place of each value that answers."""
        text = self.text
        spans = [span for value in self.given.values() for span in self._places(value)]
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + _VALUE + text[end:]
        said = sorted({*self.named, *self._names()}, key=len, reverse=True)
        for name in said:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _VALUE, text, flags=re.IGNORECASE)
        return text

    def _names(self) -> Iterator[str]:
        return (value for value in self.given.values() if isinstance(value, str))

    def _places(self, value: object) -> Iterator[tuple[int, int]]:
        language = self.read.language if self.read.language in _SPOKEN else Language.ITALIAN
        match value:
            case Money():
                yield from (
                    (one.start, one.end) for one in sums_in(self.text, language) if one.money == value
                )
            case date():
                for named in days_in(self.text, language, SOME_DAY):
                    if (named.day.day, named.day.month) == (value.day, value.month):
                        yield named.start, named.end
            case Decimal():
                for match in _FIGURE.finditer(self.text):
                    if Decimal(match.group()) == value:
                        yield match.span()

    def _answers_in_words(self, clause: str) -> bool:
        """Whether the clause is the one that answers with a yes, a no, an option, days in words or a day."""
        said = clause.casefold().strip()
        yes_or_no = "|".join([*reply_words()["yes"].values(), *reply_words()["no"].values()])
        for fact in self.asked:
            value = self.given.get(fact.name)
            match fact.type:
                case FactType.YES_NO if isinstance(value, bool):
                    found = re.match(rf"(?:{yes_or_no})(?!\w)", said) is not None
                case FactType.CHOICE if isinstance(value, str):
                    found = option_pattern(fact, value).search(said) is not None
                case FactType.DAYS | FactType.NUMBER if isinstance(value, Decimal):
                    found = number_in(fact.type, [clause], ()) == value
                case FactType.DATE if isinstance(value, date):
                    # "Two weeks ago" names it by a count.
                    counted = number_in(FactType.DAYS, [clause], ())
                    found = counted is not None or _names_a_day().search(said) is not None
                case _:
                    found = False
            if found:
                return True
        return False

    def _own_words(self, clause: str) -> list[str]:
        """The words that are neither those of the question nor such as stand in any sentence."""
        units = whole("|".join([*reply_words()["days"].values(), *reply_words()["weeks"].values()]))
        left = units.sub(" ", idle_apart(clause.replace(_VALUE, " ")))
        options = [option_pattern(fact, option) for fact in self.asked for option in fact.choices]
        for pattern in options:
            left = pattern.sub(" ", left)
        return [
            word
            for word in _WORD.findall(left)
            if not is_of_question(word, self.asked) and (_is_topic(word) or not is_small_word(word))
        ] + _FIGURE.findall(left)


def _clauses(text: str) -> list[str]:
    turned = whole(reply_words()["turns"])
    return [clause for part in _END.split(text) for clause in turned.split(part.casefold()) if clause.strip()]


@cache
def _is_topic(word: str) -> bool:
    """Whether the word speaks of some kind of complaint, small as it may be: "rimborso", "refund"."""
    return any(
        topic.fullmatch(word) is not None
        for language in _SPOKEN
        for topic in word_lists(language).topics.values()
    )


@cache
def _names_a_day() -> re.Pattern[str]:
    words = [word_lists(language).patterns["when"].pattern for language in sorted(_SPOKEN)]
    words.append(whole(reply_words()["lately"]).pattern)
    return re.compile("|".join(words), re.IGNORECASE)
