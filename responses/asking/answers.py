"""Answers to what we have asked: facts where exactly one thing fits, and left to an agent otherwise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.decision import PROOF_FACT, Decision, FactValue, MissingFact
from models.money import Money
from models.serial import fact_to_json
from models.tables import Case, Fact
from responses.asking.lacking import lacking
from responses.asking.lists import CODE, AnswerList
from responses.asking.mentions import Mention, mentions_of, tell_apart
from responses.asking.names import name_said
from responses.asking.values import (
    Answers,
    counts_otherwise,
    days_since,
    is_about,
    is_year,
    option_named,
    separate_choices,
    value_of,
)
from responses.customers.history import asked_last
from responses.events import record
from responses.facts import ORDER_FACT, cannot_say
from responses.orders.book import as_in_the_book
from responses.orders.keys import order_key, shape_of
from responses.policy import Policy
from responses.policy.schema import FactType, Supplier
from responses.reading import Reading

_NUMBERS = (FactType.DAYS, FactType.NUMBER)
_ADDRESS = re.compile(r"\S+@\S+")
_POSTCODE = re.compile(r"\d{4,6}")


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
    # An answer goes before what a message has said unasked.
    unasked = {name for name, one in known.items() if one.source == Supplier.MESSAGE}
    asked = [fact for fact in question if fact.name not in known or fact.name in unasked]
    if not asked or not reading.fresh:
        return Taken(answers=False)
    texts = [message.text for message in reading.fresh]
    today = reading.fresh[-1].created_at.astimezone(policy.timezone).date()
    answers = answers_in(asked, texts, reading.found_fresh, policy, question=question, today=today)
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
    today: date | None = None,
) -> Answers:
    """What the texts say of the facts asked for; `question` is everything that was asked, in its order.

    `today` is the day on which they were written: without it "3/11" is no day, nor "since Monday" six days.

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
    ours = _Answer(
        said=said, question=question, text=text, texts=texts, read=read, policy=policy, today=today
    )
    listed = AnswerList(
        said=said,
        question=question,
        text=text,
        read=read,
        orders=ours.orders,
        currency=policy.currency,
    )
    found = listed.answers() or ours.of_a_text()
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
    today: date | None

    @property
    def orders(self) -> tuple[str, ...]:
        """The order numbers that are kept as such whatever was asked."""
        return tuple(number for one in self.read for number in one.entities.order_ids)

    def of_a_text(self) -> Answers:
        given: dict[str, object] = {}
        likely: dict[str, str] = {}
        for kind, facts in self._by_kind().items():
            if len(facts) == 1:
                value = value_of(facts[0].type, facts[0], self.texts, self.read, self.policy, self.today)
                if value is not None and kind == FactType.DATE and is_about(self.texts):
                    likely[facts[0].name] = as_typed(value)
                elif value is not None:
                    given[facts[0].name] = value
                elif (option := option_named(facts[0], self.text)) is not None:
                    (given if option[1] else likely)[facts[0].name] = option[0]
                elif kind == FactType.NUMBER and (count := self._count(facts[0])) is not None:
                    likely[facts[0].name] = as_typed(count)
                continue
            if kind == FactType.CHOICE:
                given |= separate_choices(facts, self.texts)
                continue
            told = tell_apart(facts, self.text, self._mentions(kind, facts))
            if told is not None and told.is_certain:
                given |= told.values
            elif told is not None:
                likely |= {name: as_typed(value) for name, value in told.values.items()}
        self._names(given, likely)
        self._order(given, likely)
        for name in _told_twice(given):
            likely[name] = as_typed(given.pop(name))
        return Answers(given=given, likely=likely)

    def _mentions(self, kind: str, facts: Sequence[MissingFact]) -> list[Mention]:
        if kind == FactType.NUMBER and counts_otherwise(facts, self.texts):
            return []
        return mentions_of(kind, self.text, self.read, self.policy.currency)

    def _count(self, fact: MissingFact) -> object | None:
        """A number that may be the fact's: the only figure, or for days the time since the only day."""
        figures = self._mentions(FactType.NUMBER, [fact])
        if len(figures) == 1:
            return None if is_year(as_typed(figures[0].value)) else figures[0].value
        if fact.type != FactType.DAYS or figures or self.today is None:
            return None
        return days_since(self.texts, self.read, self.today)

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
        text = _ADDRESS.sub(" ", self.text)
        codes = {order_key(code): code for code in CODE.findall(text) if code not in names}
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
        if shape_of(code) in self.policy.facts[ORDER_FACT].shapes:
            given[ORDER_FACT] = code
        elif self._may_be_a_postcode(code):
            likely[ORDER_FACT] = code
        elif not open_texts:
            given[ORDER_FACT] = code
        else:
            # It may be the model's as well.
            likely |= {fact.name: code for fact in open_texts} | {ORDER_FACT: code}

    def _may_be_a_postcode(self, code: str) -> bool:
        """Whether a postcode was asked for beside the number, and the code could be one."""
        return (
            any(fact.name == PROOF_FACT for fact in self.question) and _POSTCODE.fullmatch(code) is not None
        )


def _told_twice(given: Mapping[str, object]) -> list[str]:
    """The facts for which one figure was taken both as a number and as a name: "204" for nights and room."""
    figures = {as_typed(value) for value in given.values() if isinstance(value, Decimal)}
    both = figures & {value for value in given.values() if isinstance(value, str)}
    return [
        name for name, value in given.items() if isinstance(value, Decimal | str) and as_typed(value) in both
    ]


def as_typed(value: object) -> str:
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
