"""Days, sums and dates that customers say unasked, by the words that the policy has for them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.assessment import Assessment
from models.labels import Language
from models.money import Money
from responses.asking.fact_words import FactText, texts_of
from responses.asking.mentions import SOME_DAY
from responses.asking.values import count_of, only
from responses.checks.days import days_in
from responses.checks.sums import sums_in
from responses.choices.reply_words import reply_words, whole
from responses.policy import Policy
from responses.policy.schema import READ_FROM_MESSAGES, FactType, Supplier
from responses.spelling import spelled_out

_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|^\s*>.*$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[!?])|(?<=\D\.)(?=\s)|\n")
_CLAUSE = re.compile(r"[,](?!\d)|[;:()]|(?<=\s)[-–—](?=\s)")
_SPOKEN = frozenset(language.value for language in Language)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A value in a clause and where it stands there."""

    start: int
    end: int
    value: object


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """A clause with one value in it; `scope` holds what may deny it, `before` the sentence up to it."""

    clause: str
    scope: str
    before: str
    found: _Found
    language: str

    def is_so(self, kind: FactType, text: FactText) -> bool:
        """Whether it says of the value that it is so: as the fact's words do, and without a doubt."""
        words = reply_words()
        if any(whole(words[name]).search(self.clause) for name in ("not_now", "about")):
            return False
        if whole(words["reported"]).search(f"{self.before} {self.clause}"):
            return False
        negators = whole(words["negators"])
        doubts = whole(f"{words['denied']}|{words['unreal'][self.language]}")
        if len(negators.findall(self.scope)) != text.denials or doubts.search(negators.sub(" ", self.scope)):
            return False
        return self._is_joined(kind, text)

    def _is_joined(self, kind: FactType, text: FactText) -> bool:
        """Whether what stands around the value makes it the measure, the sum or the day of the fact."""
        words = reply_words()
        before, behind = self.clause[: self.found.start].rstrip(), self.clause[self.found.end :].lstrip()
        measured = text.is_measure(before, behind)
        if len(text.words) == 1 and not measured:
            return False
        match kind:
            case FactType.DAYS:
                lasting = _ends_with(words["since"], before)
                return lasting or (measured and not _ends_with(words["term"], before))
            case FactType.DATE:
                return not _ends_with(words["until"], before)
            case _:
                return True


def _ends_with(pattern: str, text: str) -> bool:
    return re.search(rf"(?<!\w)(?:{pattern})$", text) is not None


def values_said(text: str, read: Assessment, policy: Policy, today: date) -> dict[str, object]:
    """The facts that a message says by itself, with their values.

    A value is a fact's where it is the only one of its type in its sentence, where its clause has the
    policy's words for this fact and for no other, and where it says how things are: not denied, supposed,
    asked, quoted, reported, taken back, to come or about. Of two values for one fact none is.

    Args:
        text: the message.
        read: what the classifier found in it.
        policy: its facts that have `message` among their sources are looked for.
        today: the day of the message; what lies ahead is said of no fact.
    """
    wanted = {
        name
        for name, spec in policy.facts.items()
        if Supplier.MESSAGE in spec.suppliers and spec.type in READ_FROM_MESSAGES
    }
    if not wanted:
        return {}
    found: dict[str, set[object]] = {}
    texts = texts_of(policy, READ_FROM_MESSAGES)
    for sentence in _SENTENCE.split(spelled_out(_QUOTED.sub(" ", text).casefold())):
        for kind in READ_FROM_MESSAGES:
            for name, value in _said_in_sentence(sentence, read, policy, kind, texts, today):
                if name in wanted:
                    found.setdefault(name, set()).add(value)
    told = {name: only(values) for name, values in found.items()}
    return {name: value for name, value in told.items() if value is not None}


def _said_in_sentence(
    sentence: str,
    read: Assessment,
    policy: Policy,
    kind: FactType,
    texts: Mapping[str, Sequence[FactText]],
    today: date,
) -> Iterator[tuple[str, object]]:
    """The fact of that type, if there is one, that a sentence in small letters says, with its value."""
    language = read.language if read.language in reply_words()["unreal"] else Language.ITALIAN
    if "?" in sentence or whole(reply_words()["reworded"]).search(sentence):
        return
    if len({one.value for one in _values_in(sentence, kind, read)}) != 1:
        return
    for clause, scope, before in _clauses(sentence):
        values = _values_in(clause, kind, read)
        if len(values) != 1 or not _can_be(values[0].value, policy, today):
            continue
        said = _Said(clause=clause, scope=scope, before=before, found=values[0], language=language)
        fitting = {
            name
            for name, known in texts.items()
            if policy.facts[name].type is kind
            and any(one.fits(clause) and said.is_so(kind, one) for one in known)
        }
        if len(fitting) == 1:
            yield next(iter(fitting)), values[0].value


def _clauses(sentence: str) -> Iterator[tuple[str, str, str]]:
    """Each clause, what is to be looked through for a denial of it, and all that stands before it."""
    turned = whole(reply_words()["turns"])
    joined = re.compile(rf"\s*(?:{reply_words()['that']})(?!\w)")
    before = ""
    for part in _CLAUSE.split(sentence):
        for clause in turned.split(part):
            yield clause, f"{before} {clause}" if joined.match(clause) else clause, before
            before = f"{before} {clause}"


def _can_be(value: object, policy: Policy, today: date) -> bool:
    match value:
        case Money():
            return value.currency == policy.currency
        case date():
            return value <= today
        case _:
            return True


def _values_in(clause: str, kind: FactType, read: Assessment) -> list[_Found]:
    language = read.language if read.language in _SPOKEN else Language.ITALIAN
    match kind:
        case FactType.DAYS:
            return [*_spans(clause)]
        case FactType.MONEY:
            return [
                _Found(start=one.start, end=one.end, value=one.money)
                for one in sums_in(clause, language)
                if one.money is not None
            ]
        case _:
            return list(_days(clause, language, read.entities.dates))


def _days(clause: str, language: str, known: Collection[date]) -> Iterator[_Found]:
    """The days with their month; of which year they are, the assessment knows."""
    for named in days_in(clause, language, SOME_DAY):
        same: set[object] = {day for day in known if (day.day, day.month) == (named.day.day, named.day.month)}
        yield _Found(start=named.start, end=named.end, value=only(same))


def _spans(clause: str) -> Iterator[_Found]:
    """The numbers of days, and of weeks as days."""
    words = reply_words()
    found: dict[tuple[int, int], _Found] = {}
    for language, weeks in words["weeks"].items():
        for match in whole(rf"([^\W_]+) (?:({weeks})|{words['days'][language]})").finditer(clause):
            of_weeks = match[2] is not None
            is_figure = match[1].isdecimal() and len(match[1]) < 5 and not of_weeks
            count = int(match[1]) if is_figure else count_of(match[1], language, of_weeks=of_weeks)
            if count is not None:
                # Spanish and Portuguese write some of these alike.
                found[match.span()] = _Found(
                    start=match.start(), end=match.end(), value=Decimal(count * (7 if of_weeks else 1))
                )
    yield from found.values()
