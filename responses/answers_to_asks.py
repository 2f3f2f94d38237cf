"""Answers to what we have asked: facts where exactly one thing fits, and left to an agent otherwise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.decision import Decision, FactValue, MissingFact
from models.money import Money
from models.serial import fact_to_json
from models.tables import Case, Fact
from responses.answer_mentions import Mention, mentions_of, tell_apart
from responses.answer_names import courtesy_apart, is_no_name, name_said
from responses.events import record
from responses.facts import ORDER_FACT, cannot_say
from responses.history import asked_last
from responses.lacking import lacking
from responses.order_keys import order_key, shape_of
from responses.orders import as_in_the_book
from responses.policy import Policy
from responses.policy.schema import FactType, Supplier
from responses.reading import Reading
from responses.reply_words import reply_words, whole

_Item = TypeVar("_Item")

_SHORT = 5
"""In words: an answer that is longer says more than yes, no or a choice."""
_TELLING = 5
"""In letters: a shorter word may stand in any answer."""
_LINE = 8
"""In words: what is longer is no line of a list of answers."""
_OPTION_IN = 15
"""In words: an answer that is longer and names one option may still speak of something else."""
_NUMBERS = (FactType.DAYS, FactType.NUMBER)
_INTEGER = re.compile(r"(?<![\w.,/-])\d{1,4}(?![\w/-]|[.,]\d)")
_CODE = re.compile(r"(?<![\w-])(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{3,29}(?![\w-])")
_POINT = re.compile(r"(?:(?<=\s)|^)\(?([1-9])[).:]\)?\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What answers say of the facts asked for.

    `given` are the values of which nobody would doubt; `likely` others, as an agent would type them.
    """

    given: Mapping[str, object]
    likely: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of the fresh messages: whether they answer anything, and what an agent has to confirm."""

    answers: bool
    likely: Mapping[str, str] = field(default_factory=dict)

    def beside(self, decision: Decision) -> Decision:
        """The decision, with what the customer seems to have said of the facts it still lacks."""
        missing = tuple(
            replace(fact, likely=self.likely.get(fact.name)) if fact.from_agent else fact
            for fact in decision.missing
        )
        return replace(decision, missing=missing)


async def take_answers(
    session: AsyncSession, case: Case, reading: Reading, policy: Policy, known: Mapping[str, FactValue]
) -> Taken:
    """Keeps what the fresh messages answer to our last question, as far as it is certain.

    What the customer cannot give becomes unavailable, whichever of the things asked it was. `known` are the
    facts of the case.
    """
    question = await asked_last(session, case)
    asked = [fact for fact in question if fact.name not in known]
    if not asked or not reading.fresh:
        return Taken(answers=False)
    texts = [message.text for message in reading.fresh]
    answers = answers_in(asked, texts, reading.found_fresh, policy, question=question)
    # An agent has said of what it is the name or the number.
    named_so = {
        order_key(str(said.value))
        for fact in question
        if fact.type == FactType.TEXT and (said := known.get(fact.name)) is not None and not said.unavailable
    }
    likely = {name: value for name, value in answers.likely.items() if order_key(value) not in named_so}
    found = dict(answers.given)
    if ORDER_FACT in found:
        found[ORDER_FACT] = await as_in_the_book(session, str(found[ORDER_FACT]))
    for name, value in found.items():
        _keep(session, case, name, value)
    named = any(one.entities.order_ids for one in reading.found_fresh)
    # A number that the message does name is lacking to nobody.
    given = found.keys() | likely.keys() | ({ORDER_FACT} if named else set())
    # Of a photo that has come an agent says what it shows, whatever else is lacking.
    shown = {
        fact.name
        for fact in asked
        if reading.has_pictures
        and (spec := policy.facts.get(fact.name)) is not None
        and Supplier.CUSTOMER not in spec.suppliers
    }
    # Read beside everything that was asked, as the answers are: "the order number is lost" means that alone.
    missing = sorted((lacking(question, texts) & {fact.name for fact in asked}) - given - shown)
    await cannot_say(session, case, missing)
    if found or missing:
        record(session, "customer", "fact.answered", case.id, taken=len(found), lacking=len(missing))
    return Taken(answers=bool(found or missing), likely=likely)


def answers_in(
    asked: Sequence[MissingFact],
    texts: Sequence[str],
    read: Sequence[Assessment],
    policy: Policy,
    *,
    question: Sequence[MissingFact] = (),
) -> Answers:
    """What the texts say of the facts asked for; `question` is everything that was asked, in its order.

    The texts are read as an answer to all of the question each time: else the words that have given one fact
    would give another one as soon as that is the only one of its kind that is still open.
    """
    text = "\n".join(texts)
    question = question or asked
    # Of a photo that was asked for, an agent says what it shows.
    said = [
        fact
        for fact in question
        if (spec := policy.facts.get(fact.name)) is not None and Supplier.CUSTOMER in spec.suppliers
    ]
    ours = _Answer(said=said, question=question, text=text, texts=texts, read=read, policy=policy)
    found = ours.of_a_list() or ours.of_a_text()
    still = {fact.name for fact in asked}
    return Answers(
        given={name: value for name, value in found.given.items() if name in still},
        likely={name: value for name, value in found.likely.items() if name in still},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """The messages after a question of ours. `said` are the facts that words can answer."""

    said: Sequence[MissingFact]
    question: Sequence[MissingFact]
    text: str
    texts: Sequence[str]
    read: Sequence[Assessment]
    policy: Policy

    @property
    def orders(self) -> tuple[str, ...]:
        """The order numbers that are kept as such whatever was asked."""
        return tuple(number for one in self.read for number in one.entities.order_ids)

    def of_a_list(self) -> Answers | None:
        """The values of "1) … 2) …", or of as many lines as things were asked; None where it is no list."""
        if len(self.question) < 2:
            return None
        pieces, numbered = self._points(), True
        if not pieces:
            pieces, numbered = self._lines(), False
        if not pieces:
            return None
        given: dict[str, object] = {}
        likely: dict[str, str] = {}
        for fact, (start, end) in zip(self.question, pieces, strict=True):
            if all(fact.name != one.name for one in self.said):
                continue
            if fact.name == ORDER_FACT and self.orders:
                continue
            piece = self.text[start:end].strip()
            value = self._of_piece(fact, start, end)
            if value is not None:
                given[fact.name] = value
            elif fact.type == FactType.TEXT and fact.name != ORDER_FACT and _may_be_a_name(piece):
                likely[fact.name] = piece
            elif not numbered:
                return None
        # Without numbers it is a list only where its lines are what was asked for.
        return Answers(given=given, likely=likely) if numbered or given else None

    def _points(self) -> list[tuple[int, int]]:
        marks = list(_POINT.finditer(self.text))
        if [int(mark[1]) for mark in marks] != list(range(1, len(self.question) + 1)):
            return []
        ends = [*(mark.start() for mark in marks[1:]), len(self.text)]
        return [(mark.end(), end) for mark, end in zip(marks, ends, strict=True)]

    def _lines(self) -> list[tuple[int, int]]:
        lines = [
            (match.start(), match.end())
            for match in re.finditer(r"[^\n]+", self.text)
            if courtesy_apart(match.group()) or re.search(r"\d", match.group())
        ]
        short = all(len(self.text[start:end].split()) <= _LINE for start, end in lines)
        return lines if short and len(lines) == len(self.question) else []

    def _of_piece(self, fact: MissingFact, start: int, end: int) -> object | None:
        piece = self.text[start:end].strip(" .,;!\n")
        if "?" in piece or _is_doubtful(piece):
            return None
        match fact.type:
            case FactType.DATE | FactType.MONEY:
                inside = [one for one in self._mentions(fact.type) if start <= one.start and one.end <= end]
                return _only({one.value for one in inside})
            case FactType.DAYS | FactType.NUMBER:
                return _number(fact.type, [piece], [])
            case FactType.YES_NO:
                return _yes_or_no([piece])
            case FactType.CHOICE:
                return _choice(fact, [piece])
            case _ if fact.name == ORDER_FACT:
                return _only(set(_CODE.findall(piece)))
            case _:
                name = name_said(fact, piece, [fact], ())
                return name[0] if name is not None and name[1] else None

    def of_a_text(self) -> Answers:
        given: dict[str, object] = {}
        likely: dict[str, str] = {}
        for kind, facts in self._by_kind().items():
            if len(facts) == 1:
                value = _value(facts[0].type, facts[0], self.texts, self.read, self.policy)
                if value is not None:
                    given[facts[0].name] = value
                elif (option := _option_named(facts[0], self.text)) is not None:
                    (given if option[1] else likely)[facts[0].name] = option[0]
                elif kind == FactType.NUMBER and len(figures := self._mentions(kind)) == 1:
                    likely[facts[0].name] = _typed(figures[0].value)
                continue
            if kind == FactType.CHOICE:
                given |= _separate_choices(facts, self.texts)
                continue
            told = tell_apart(facts, self.text, self._mentions(kind))
            if told is not None and told.is_certain:
                given |= told.values
            elif told is not None:
                likely |= {name: _typed(value) for name, value in told.values.items()}
        self._names(given, likely)
        self._order(given, likely)
        for name in _told_twice(given):
            likely[name] = _typed(given.pop(name))
        return Answers(given=given, likely=likely)

    def _mentions(self, kind: str) -> list[Mention]:
        return mentions_of(kind, self.text, self.read, self.policy.currency)

    def _by_kind(self) -> dict[str, list[MissingFact]]:
        by_kind: dict[str, list[MissingFact]] = {}
        for fact in self.said:
            if fact.type != FactType.TEXT:
                # "3" may be the days or the number: they are told apart like two of one type.
                kind = FactType.NUMBER if fact.type in _NUMBERS else fact.type
                by_kind.setdefault(kind, []).append(fact)
        return by_kind

    def _names(self, given: dict[str, object], likely: dict[str, str]) -> None:
        entities = [one.entities for one in self.read]
        if any(one.phone_numbers or one.ibans or one.fiscal_codes for one in entities):
            return
        others = [fact for fact in self.question if fact.name not in given]
        if self.orders:
            others = [fact for fact in others if fact.name != ORDER_FACT]
        for fact in self.said:
            if fact.type != FactType.TEXT or fact.name == ORDER_FACT:
                continue
            name = name_said(fact, self.text, others, self.orders)
            if name is None:
                continue
            # What was written beside a day or a sum is told by its own name, or not at all.
            beside = any(one.dates or one.amounts for one in entities)
            value, certain = name
            if certain and not (beside and value == self.text.strip()):
                given[fact.name] = value
            else:
                likely[fact.name] = value

    def _order(self, given: dict[str, object], likely: dict[str, str]) -> None:
        if self.orders or all(fact.name != ORDER_FACT for fact in self.said):
            return
        names = {value for value in given.values() if isinstance(value, str)}
        codes = {order_key(code): code for code in _CODE.findall(self.text) if code not in names}
        others = any(
            one.entities.phone_numbers or one.entities.dates or one.entities.ibans for one in self.read
        )
        if len(codes) != 1 or others:
            return
        code = next(iter(codes.values()))
        open_texts = [
            fact
            for fact in self.said
            if fact.type == FactType.TEXT and fact.name != ORDER_FACT and fact.name not in given
        ]
        if not open_texts or shape_of(code) in self.policy.facts[ORDER_FACT].shapes:
            given[ORDER_FACT] = code
        else:
            # It may be the model's as well.
            likely |= {fact.name: code for fact in open_texts} | {ORDER_FACT: code}


def _told_twice(given: Mapping[str, object]) -> list[str]:
    """The facts for which one figure was taken both as a number and as a name: "204" for nights and room."""
    figures = {_typed(value) for value in given.values() if isinstance(value, Decimal)}
    both = figures & {value for value in given.values() if isinstance(value, str)}
    return [
        name for name, value in given.items() if isinstance(value, Decimal | str) and _typed(value) in both
    ]


def _may_be_a_name(piece: str) -> bool:
    return 0 < len(piece.split()) <= _SHORT and "?" not in piece and not is_no_name(piece)


def _is_doubtful(text: str) -> bool:
    words = reply_words()
    return whole(f"{words['about']}|{words['denied']}").search(text.casefold()) is not None


def _typed(value: object) -> str:
    """The value as an agent would type it."""
    match value:
        case Money():
            return f"{value.amount:f}"
        case Decimal():
            return f"{value.normalize():f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _value(
    kind: str, fact: MissingFact, texts: Sequence[str], read: Sequence[Assessment], policy: Policy
) -> object | None:
    match kind:
        case FactType.DATE:
            return _only({day for one in read for day in one.entities.dates})
        case FactType.MONEY:
            amount = _only({amount for one in read for amount in one.entities.amounts})
            if amount is None or amount.currency != policy.currency:
                return None
            return Money(amount=amount.value, currency=amount.currency)
        case FactType.DAYS | FactType.NUMBER:
            return _number(kind, texts, read)
        case FactType.YES_NO:
            answer = _yes_or_no(texts)
            return _repeats_with_yes(fact, texts) if answer is None else answer
        case FactType.CHOICE:
            return _choice(fact, texts)
        case _:
            return None


def _number(kind: str, texts: Sequence[str], read: Sequence[Assessment]) -> Decimal | None:
    if any(one.entities.amounts or one.entities.dates or one.entities.order_ids for one in read):
        return None
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
    bare = said.strip(" .!") == figures[0]
    # "Two weeks" is not two days.
    if kind == FactType.DAYS and not bare and not days.search(said):
        return None
    return Decimal(figures[0])


def _spelled_days(said: str, figures: int) -> Decimal | None:
    """The days of "three days", "a week" or "2 weeks", where that is the only number and a certain one."""
    words = reply_words()
    if whole(words["about"]).search(said):
        return None
    found = set()
    for language, weeks in words["weeks"].items():
        days = words["days"][language]
        for match in whole(rf"([^\W_]+) (?:({weeks})|{days})").finditer(said):
            count = _count(match[1], language, of_weeks=match[2] is not None)
            if count is not None and figures == match[1].isdecimal():
                found.add(Decimal(count * (7 if match[2] else 1)))
    numbers = {word for word in re.findall(r"[^\W\d_]+", said) if _is_number(word)}
    return _only(found) if len(numbers) + figures <= 1 else None


def _count(word: str, language: str, *, of_weeks: bool) -> int | None:
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


def _is_number(word: str) -> bool:
    return any((_count(word, language, of_weeks=False) or 0) > 1 for language in reply_words()["one"])


def _yes_or_no(texts: Sequence[str]) -> bool | None:
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


def _choice(fact: MissingFact, texts: Sequence[str]) -> str | None:
    said = _short(texts)
    if said is None or _is_doubtful(said):
        return None
    return _only(_options_in(fact, said))


def _separate_choices(facts: Sequence[MissingFact], texts: Sequence[str]) -> dict[str, object]:
    """Of several choices those whose options no other one has."""
    found: dict[str, object] = {}
    for fact in facts:
        others = {option for other in facts if other.name != fact.name for option in other.choices}
        if others.isdisjoint(fact.choices) and (option := _choice(fact, texts)) is not None:
            found[fact.name] = option
    return found


def _option_named(fact: MissingFact, text: str) -> tuple[str, bool] | None:
    """The only option that a longer answer names, and whether nothing in it makes that uncertain."""
    said = " ".join(text.casefold().split())
    if not fact.choices or len(said.split()) <= _SHORT or "?" in said:
        return None
    named = {
        option: match
        for option in _options_in(fact, said)
        if (match := _pattern(fact, option).search(said)) is not None and not _is_pronoun(match.group())
    }
    if len(named) != 1:
        return None
    ((option, match),) = named.items()
    clause = re.split(r"[,.;:!]", said[: match.start()])[-1] + re.split(r"[,.;:!]", said[match.end() :])[0]
    if _is_doubtful(clause):
        return None
    return option, len(said.split()) <= _OPTION_IN and not _is_doubtful(said)


def _is_pronoun(word: str) -> bool:
    """ "You" and "I" stand in any longer answer."""
    return whole(reply_words()["pronouns"]).fullmatch(word) is not None


def _options_in(fact: MissingFact, said: str) -> set[str]:
    return {option for option in fact.choices if _pattern(fact, option).search(said)}


def _pattern(fact: MissingFact, option: str) -> re.Pattern[str]:
    called = reply_words()["choices"]
    names = [re.escape(option.replace("_", " ")), *([called[option]] if option in called else [])]
    return whole("|".join(names))


def _short(texts: Sequence[str]) -> str | None:
    said = " ".join(" ".join(texts).casefold().split())
    return said if 0 < len(said.split()) <= _SHORT else None


def _only(values: set[_Item]) -> _Item | None:
    return next(iter(values)) if len(values) == 1 else None


def _keep(session: AsyncSession, case: Case, name: str, value: object) -> None:
    fact = FactValue(value=value, source="customer")
    session.add(
        Fact(
            case_id=case.id,
            name=name,
            value=fact_to_json(fact),
            source=fact.source,
            order_key=order_key(str(value)) if name == ORDER_FACT else None,
        )
    )
