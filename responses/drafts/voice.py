"""One draft's way of speaking: its language, register, wording variant and what it may name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from models.decision import Duration, DurationUnit, FactValue
from models.labels import Tone
from responses.drafts.brief import DraftBrief
from responses.drafts.dates import day_forms
from responses.drafts.numbers import format_span
from responses.drafts.phrases import Phrases, phrases
from responses.drafts.slots import escape
from responses.drafts.templates import best, in_register, render

_KNOWN_DAYS: Mapping[str, str] = MappingProxyType(
    {
        "ordered_on": "ordered",
        "promised_on": "promised",
        "delivered_on": "delivered",
        "withdrawn_on": "withdrawn",
        "cancelled_on": "withdrawn",
    }
)
SHORT_WITH = frozenset({Tone.FRUSTRATED, Tone.ANGRY, Tone.SARCASTIC, Tone.THREATENING, Tone.ABUSIVE})
"""Who is angry reads one more sentence as one more evasion: these get the shortest wordings and no close."""

_SPANS = ("days_late", "days_down")
_ALWAYS_SAID = ("number", "legal")


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """The phrases of a brief's language with its register, variant and known values bound to them.

    `thing` is what the customer has with the business, a key under `things`. `short`: of several wordings
    the shortest is taken, whatever the variant.
    """

    words: Phrases
    formal: bool
    variant: int
    values: Mapping[str, str]
    thing: str = "order"
    short: bool = False

    def say(self, key: str, **more: str) -> str:
        """Writes out the wording of `key` that fits what is known and `more`."""
        return self.bare(key, **{**self.values, **more})

    def bare(self, key: str, **values: str) -> str:
        """Writes it out from `values` alone, so that nothing else is named a second time."""
        return self.words.say(key, values, variant=self.variant, formal=self.formal, short=self.short)

    def listed(self, items: Sequence[str], kind: str = "and") -> str:
        """Joins `items` in one breath: "a, b e c"."""
        return self.words.listed(items, kind)

    def translated(self, wording: Mapping[str, str] | None) -> str:
        """The policy's own words in this language.

        Where the policy has none, a placeholder around the words of another language: an agent has to
        put them into this one before the text can be sent.
        """
        texts = wording or {}
        if self.words.language in texts:
            return escape(self._addressed(texts[self.words.language]))
        return self.bare("untranslated", words=escape(self._addressed(next(iter(texts.values()), ""))))

    def _addressed(self, text: str) -> str:
        return in_register(text.strip(), self.formal)


def voice_of(brief: DraftBrief) -> Voice:
    """Gathers what a draft of `brief` may name: order, article, days and delays that are known."""
    words = phrases(brief.language)
    values = _known_values(brief, words)
    return Voice(
        words=words,
        formal=brief.formal,
        variant=brief.variant,
        values=MappingProxyType(values),
        thing=brief.concerns,
        short=brief.tone in SHORT_WITH,
    )


def told_facts(brief: DraftBrief) -> dict[str, FactValue]:
    """The facts that a draft may name.

    What the owner presumes decides the case, but nobody told the customer so: it is not said as a fact.
    """
    return {
        name: fact
        for name, fact in brief.facts.items()
        if not fact.unavailable and fact.source != "presumed" and name not in brief.decision.presumed
    }


def _known_values(brief: DraftBrief, words: Phrases) -> dict[str, str]:
    facts = told_facts(brief)
    values: dict[str, str] = {}
    number = facts.get("order_id")
    # Found by an address that anybody can write: who has not named the number is not told it.
    told = _text(number) if number is not None and number.source != "contact" else None
    orders = brief.order_ids or ((told,) if told is not None else ())
    if len(orders) == 1:
        values["order"] = escape(orders[0])
    if len(orders) > 1:
        values["orders"] = words.listed([escape(number) for number in orders])
    item = _text(facts.get("item"))
    if item is not None:
        values["item"] = escape(item)
    for name in _SPANS:
        count = _days(facts.get(name))
        if count is not None:
            values[name] = format_span(Duration(count=count, unit=DurationUnit.DAYS), brief.language)
    for fact, name in _KNOWN_DAYS.items():
        day = _day(facts.get(fact))
        if day is not None:
            forms = day_forms(day, brief.language, today=brief.today)
            values |= {f"on_{name}": forms["on"], f"of_{name}": forms["of"]}
    known = {day for day in (_day(fact) for fact in facts.values()) if day is not None}
    booked = _day(facts.get("booked_for"))
    if booked is not None:
        forms = day_forms(booked, brief.language, today=brief.today)
        values |= {"on_date": forms["on"], "of_date": forms["of"]}
        values["on_that_day"] = forms["on"]
    # A day that was merely named may be that of a call: no booking's, no bill's. Who was treated badly names
    # the day of it.
    mentioned = [day for day in brief.dates if day not in known]
    if len(mentioned) == 1 and booked is None:
        forms = day_forms(mentioned[0], brief.language, today=brief.today)
        values |= {"mentioned": forms["day"], "on_mentioned": forms["on"], "of_mentioned": forms["of"]}
        values["on_that_day"] = forms["on"]
    return values | _thing_values(brief, words, values)


def _thing_values(brief: DraftBrief, words: Phrases, known: Mapping[str, str]) -> dict[str, str]:
    """The order, booking or contract as it is named inside a clause, in every form the language needs."""
    thing = f"things.{brief.concerns}"
    values = {name: words.say(f"{thing}.{name}") for name in _ALWAYS_SAID if words.has(f"{thing}.{name}")}
    ref = best(words.all(f"{thing}.ref"), known, 0)
    if ref is not None:
        values["ref"] = render(ref, known, formal=brief.formal)
        for key in words.under(f"{thing}.forms."):
            form = key.rpartition(".")[2]
            values[f"{form}_ref"] = words.say(key, {"ref": values["ref"]}, formal=brief.formal)
    return values


def _text(fact: FactValue | None) -> str | None:
    return (
        fact.value.strip()
        if fact is not None and isinstance(fact.value, str) and fact.value.strip()
        else None
    )


def _days(fact: FactValue | None) -> int | None:
    if fact is None or not isinstance(fact.value, Decimal | int) or isinstance(fact.value, bool):
        return None
    return int(fact.value) if fact.value >= 1 else None


def _day(fact: FactValue | None) -> date | None:
    return fact.value if fact is not None and isinstance(fact.value, date) else None
