"""What goodwill comes to together with what was given before: to one customer, on a day, in a month."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from models.decision import Given, Spent
from models.money import Money
from responses.policy.given import earlier, has_known_worth, was_favour
from responses.policy.schema import Policy
from responses.policy.sentences import Said


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What was given before `now`: to this customer, and to everybody (None where nobody keeps books)."""

    given: tuple[Given, ...]
    spent: Spent | None
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """Why somebody with more rights has to look: a name among `Sentences`, and what goes into it.

    `unchecked` is the limit that something unknown keeps open, None where one is exceeded.
    """

    phrase: str
    fields: Mapping[str, Said]
    unchecked: str | None = None


def above_totals(worth: Money | None, policy: Policy, before: Before) -> Iterator[Doubt]:
    """Every total that goodwill of that worth (None: nobody knows it) would exceed; none for nothing."""
    if worth is not None and worth.amount == 0:
        return
    yield from _of_customer(worth, policy, before)
    yield from _of_all(worth, policy, before.spent)


def favours(givens: Iterable[Given], currency: str) -> tuple[Money, tuple[Given, ...]]:
    """What past favours come to, and those of which nobody knows what they are worth in that currency."""
    total = Money(amount=Decimal(0), currency=currency)
    unknown = []
    for given in filter(was_favour, givens):
        if given.worth is not None and has_known_worth(given, currency):
            total += given.worth
        else:
            unknown.append(given)
    return total, tuple(unknown)


def past_unknown(given: Given, limit: str, timezone: tzinfo) -> Doubt:
    """A favour of unknown worth, which leaves a limit open."""
    day = given.at.astimezone(timezone).date()
    fields: dict[str, Said] = {"remedy": given.kind, "day": day}
    return Doubt(phrase="past_unknown", fields=fields, unchecked=f"limits.{limit}")


def _of_customer(worth: Money | None, policy: Policy, before: Before) -> Iterator[Doubt]:
    limit = policy.limits.per_customer
    if limit is None:
        return
    since = earlier(before.now, limit.every)
    had, unknown = favours((given for given in before.given if given.at >= since), policy.currency)
    for given in unknown:
        yield past_unknown(given, "per_customer", policy.timezone)
    if worth is None:
        yield Doubt(phrase="per_customer_unknown", fields={"cap": limit.total})
    elif limit.total < worth + had:
        fields: dict[str, Said] = {"total": worth + had, "cap": limit.total}
        yield Doubt(phrase="per_customer", fields=fields)


def _of_all(worth: Money | None, policy: Policy, spent: Spent | None) -> Iterator[Doubt]:
    # Of unknown worth a supervisor hears anyway.
    if worth is None or spent is None:
        return
    limits = policy.limits
    for phrase, budget, so_far in (
        ("budget_day", limits.budget_day, spent.day),
        ("budget_month", limits.budget_month, spent.month),
    ):
        if budget is not None and budget < worth + so_far:
            yield Doubt(phrase=phrase, fields={"total": worth + so_far, "cap": budget})
