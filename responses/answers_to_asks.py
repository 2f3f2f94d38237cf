"""Answers to what we have asked: facts where exactly one thing fits, and left to an agent otherwise."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.decision import FactValue, MissingFact
from models.money import Money
from models.serial import fact_to_json
from models.tables import Case, Fact
from responses.events import record
from responses.facts import ORDER_FACT, cannot_say
from responses.history import asked_last
from responses.lacking import lacking
from responses.order_keys import order_key
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
_INTEGER = re.compile(r"(?<![\w.,/-])\d{1,4}(?![\w/-]|[.,]\d)")
_CODE = re.compile(r"(?<![\w-])(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{3,29}(?![\w-])")


async def take_answers(
    session: AsyncSession, case: Case, reading: Reading, policy: Policy, known: Mapping[str, FactValue]
) -> bool:
    """Keeps what the fresh messages answer to our last question; whether they answer any of it.

    What the customer cannot give becomes unavailable, whichever of the things asked it was. `known` are the
    facts of the case.
    """
    asked = [fact for fact in await asked_last(session, case) if fact.name not in known]
    if not asked or not reading.fresh:
        return False
    texts = [message.text for message in reading.fresh]
    found = answers_in(asked, texts, reading.found_fresh, policy)
    if ORDER_FACT in found:
        found[ORDER_FACT] = await as_in_the_book(session, str(found[ORDER_FACT]))
    for name, value in found.items():
        _keep(session, case, name, value)
    named = any(one.entities.order_ids for one in reading.found_fresh)
    # A number that the message does name is lacking to nobody.
    given = found.keys() | ({ORDER_FACT} if named else set())
    # Of a photo that has come an agent says what it shows, whatever else is lacking.
    shown = {
        fact.name
        for fact in asked
        if reading.has_pictures
        and (spec := policy.facts.get(fact.name)) is not None
        and Supplier.CUSTOMER not in spec.suppliers
    }
    missing = sorted(lacking(asked, texts) - given - shown)
    await cannot_say(session, case, missing)
    if found or missing:
        record(session, "customer", "fact.answered", case.id, taken=len(found), lacking=len(missing))
    return bool(found or missing)


def answers_in(
    asked: Sequence[MissingFact], texts: Sequence[str], read: Sequence[Assessment], policy: Policy
) -> dict[str, object]:
    """The facts that the texts give: of each type only where one was asked for, and one thing fits."""
    return dict(_answers(asked, texts, read, policy))


def _answers(
    asked: Sequence[MissingFact], texts: Sequence[str], read: Sequence[Assessment], policy: Policy
) -> Iterator[tuple[str, object]]:
    by_type: dict[str, list[MissingFact]] = {}
    for fact in asked:
        spec = policy.facts.get(fact.name)
        # Of a photo that was asked for, an agent says what it shows.
        if spec is not None and Supplier.CUSTOMER in spec.suppliers:
            by_type.setdefault(fact.type, []).append(fact)
    if any(fact.name == ORDER_FACT for fact in asked) and not any(one.entities.order_ids for one in read):
        codes = {order_key(code): code for text in texts for code in _CODE.findall(text)}
        others = any(one.entities.phone_numbers or one.entities.dates or one.entities.ibans for one in read)
        if len(codes) == 1 and not others:
            yield ORDER_FACT, next(iter(codes.values()))
    for kind, facts in by_type.items():
        if len(facts) != 1:
            continue
        value = _value(kind, facts[0], texts, read, policy)
        if value is not None:
            yield facts[0].name, value


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
    if len(figures) != 1:
        return None
    said = " ".join(texts).casefold()
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
    if said is None:
        return None
    called = reply_words()["choices"]
    named = {
        choice
        for choice in fact.choices
        if whole(
            "|".join([re.escape(choice.replace("_", " ")), *([called[choice]] if choice in called else [])])
        ).search(said)
    }
    return _only(named)


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
