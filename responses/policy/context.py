"""What the readers of the parts of a policy file need to know of one another, and readers they share."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from models.decision import Duration, DurationUnit
from models.money import Money
from responses.policy.reader import Item, attempt, did_you_mean, read_with
from responses.policy.scalars import parse_date, parse_duration, parse_money, parse_number, parse_percent
from responses.policy.schema import FactSpec, FactType, Texts

read_date = read_with(parse_date, "a date such as 2026-11-01")
read_number = read_with(parse_number, "a number")
read_percent = read_with(parse_percent, "a percentage such as 15%")

MOST_MONTHS = 1200
"""A hundred years: longer spans are mistyped, and the calendar of dates has an end."""

A_MONTH = 30
"""How many days a month stands for where no calendar is at hand."""

_WITH_DAYS = (DurationUnit.DAYS, DurationUnit.WORKING_DAYS)


def read_duration(item: Item) -> Duration:
    """`2 working days`, `30 minutes`, `1 month`."""
    return _within_a_century(item, _read_span(item))


def read_period(item: Item) -> Duration:
    """`90 days`, `6 months`: a span that a calendar counts."""
    return _within_a_century(item, _read_calendar_span(item))


def _within_a_century(item: Item, span: Duration) -> Duration:
    months = span.count // A_MONTH if span.unit in _WITH_DAYS else span.count
    if months > MOST_MONTHS and span.unit not in (DurationUnit.MINUTES, DurationUnit.HOURS):
        item.forbid(f'expected at most 100 years, found "{item.text()}"')
    return span


_read_span = read_with(parse_duration, "a span such as 2 working days, 30 minutes or 1 month")
_read_calendar_span = read_with(
    parse_duration,
    "a span in days or months",
    allow=lambda duration: duration.unit in (DurationUnit.DAYS, DurationUnit.MONTHS),
)

A_DAY = Duration(count=1, unit=DurationUnit.DAYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What earlier parts of the file settled. `texts` fills as the file is read."""

    currency: str
    complaint_types: Collection[str]
    languages: Collection[str]
    facts: Mapping[str, FactSpec]
    texts: dict[str, Texts] = field(default_factory=dict)

    def read_money(self, item: Item) -> Money:
        """An amount in the currency of the policy."""
        text = item.text()
        money = parse_money(text)
        if money is None:
            raise item.refuse(f'expected an amount such as "10 {self.currency}", found "{text}"')
        return self.in_currency(item, money)

    def in_currency(self, item: Item, money: Money) -> Money:
        """The same amount, which must be in the currency of the policy."""
        if money.currency != self.currency:
            raise item.refuse(f'expected {self.currency} as in "currency", found "{item.text()}"')
        return money

    def read_texts(self, item: Item, *, beside: Collection[str] = ()) -> Texts:
        """A text for customers: language codes with words; keys `beside` them are somebody else's."""
        if not item.is_mapping:
            raise item.refuse('expected the text by language: {it: "…", en: "…"}')
        texts: dict[str, str] = {}
        for language, words in item.entries().items():
            if language in beside:
                continue
            if language not in self.languages:
                message = f'unknown language "{language}"{did_you_mean(language, self.languages)}'
                item.document.note(words.place, words.key, message)
            texts[language] = attempt(Item.text, words, "")
        if not texts:
            raise item.refuse("the text is missing in every language")
        self.texts[item.key] = texts
        return texts

    def fact_of_type(self, item: Item, name: str, types: Collection[FactType]) -> str:
        """The name of a declared fact that has one of these types."""
        if name not in self.facts:
            raise item.refuse(f'unknown fact "{name}"{did_you_mean(name, self.facts)}')
        if self.facts[name].type not in types:
            raise item.refuse(f'"{name}" is of type {self.facts[name].type}, expected {" or ".join(types)}')
        return name
