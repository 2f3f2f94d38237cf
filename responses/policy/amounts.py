"""What a remedy comes to in one case: its sum where the facts give one, and its worth."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from functools import partial

from babel.numbers import get_currency_precision

from models.decision import Duration, DurationUnit, Remedy, RemedyKind, Share
from models.money import Money
from responses.policy.context import A_MONTH
from responses.policy.schema import AmountSpec, Policy, RemedySpec
from responses.policy.situation import PRICE, Situation

# Money, hence cut to a limit; everything else is given whole or not at all.
DIVISIBLE = frozenset({RemedyKind.DISCOUNT, RemedyKind.VOUCHER, RemedyKind.REFUND})

# Given without cost unless the file says otherwise.
_FREE = frozenset({RemedyKind.WORDS, RemedyKind.EXCHANGE_AT_COST})

_ORDER = "order"


@dataclass(frozen=True, kw_only=True, slots=True)
class Valued:
    """A remedy in one case.

    `needed` are the unknown facts without which it cannot be given at all; `worth_needs` those without
    which it can be given but its worth stays unknown.
    """

    remedy: Remedy
    needed: tuple[str, ...] = ()
    worth_needs: tuple[str, ...] = ()


def value_remedy(spec: RemedySpec, policy: Policy, situation: Situation) -> Valued:
    """Work out a remedy as far as the facts go."""
    remedy = partial(
        Remedy,
        kind=spec.kind,
        percent=None if spec.fraction is None else spec.fraction * 100,
        of=spec.of,
        at_most=spec.at_most,
        full=spec.full,
        period=spec.period,
        wording=spec.wording,
    )
    if spec.amount is not None:
        amount, needed = work_out(spec.amount, policy, situation)
        if amount is None:
            return Valued(remedy=remedy(), needed=needed)
        amount = amount if spec.at_most is None else min(amount, spec.at_most)
        # The bound has done its work: of a plain sum it would only confuse the text.
        return Valued(remedy=remedy(amount=amount, worth=amount, at_most=None))
    if spec.full or spec.fraction is not None:
        return _value_share(remedy, spec, situation)
    costs = spec.worth or policy.worth.get(spec.kind)
    if costs is not None:
        worth, needed = work_out(costs, policy, situation)
        if worth is not None and costs.each is not None and spec.period is not None:
            worth = (worth * _length(spec.period) * (1 / _length(costs.each))).rounded()
        return Valued(remedy=remedy(worth=worth), worth_needs=needed)
    free = Money(amount=Decimal(0), currency=policy.currency) if spec.kind in _FREE else None
    return Valued(remedy=remedy(worth=free))


def _value_share(remedy: Callable[..., Remedy], spec: RemedySpec, situation: Situation) -> Valued:
    """A share of what was paid, or of what the next order will cost."""
    price = situation.known.get(PRICE)
    if spec.full:
        if isinstance(price, Money):
            return Valued(remedy=remedy(amount=price, worth=price))
        return Valued(remedy=remedy(), worth_needs=(PRICE,))
    if spec.of == _ORDER and isinstance(price, Money) and spec.fraction is not None:
        share = remedy(worth=(price * spec.fraction).rounded())
        return Valued(remedy=share if spec.at_most is None else _within(share, spec.at_most, price))
    if spec.at_most is not None:
        return Valued(remedy=remedy(worth=spec.at_most))
    return Valued(remedy=remedy(), worth_needs=(PRICE,) if spec.of == _ORDER else ())


def work_out(spec: AmountSpec, policy: Policy, situation: Situation) -> tuple[Money | None, tuple[str, ...]]:
    """The sum, or None with the facts that it lacks."""
    lacking = tuple(name for name in spec.facts if name not in situation.known)
    if lacking:
        return None, lacking
    value = None if spec.fact is None else situation.known[spec.fact]
    if isinstance(value, Money) and spec.fraction is not None:
        money = value * spec.fraction
    elif isinstance(value, Decimal) and spec.fixed is not None:
        money = spec.fixed * max(value, Decimal(0))
    elif spec.fixed is not None:
        money = spec.fixed
    else:
        money = Money(amount=Decimal(0), currency=policy.currency)
    for name, factor in spec.times.items():
        if situation.known[name] is True:
            money = money * factor
    return money.rounded(), ()


def _length(span: Duration) -> Decimal:
    """How many days a span of days or months stands for; what a period costs has no calendar."""
    return Decimal(span.count * (A_MONTH if span.unit is DurationUnit.MONTHS else 1))


def _within(share: Remedy, limit: Money, price: Money) -> Remedy:
    # The bound of the rule stands beside a share that it does not cut: the text names it.
    return share if share.worth is None or share.worth <= limit else cut(share, limit, price)


def cut(remedy: Remedy, limit: Money, price: object = None, *, reduced: bool = False) -> Remedy:
    """The same remedy worth no more than `limit`; only for divisible kinds.

    A share of a known price becomes the sum that is left of it. A full refund whose price nobody knows
    becomes all of it up to the limit.

    Args:
        remedy: what would be given.
        limit: the most that is left for it.
        price: what was paid, where that is known as money.
        reduced: the rest of it is owed already.
    """
    limit = rounded_down(limit)
    if remedy.cut_from is not None:
        share = replace(remedy.cut_from, reduced=reduced)
        return replace(remedy, amount=limit, worth=limit, cut_from=share)
    if remedy.percent is not None and remedy.of == _ORDER and isinstance(price, Money):
        whole = (price * (remedy.percent / 100)).rounded()
        share = Share(percent=remedy.percent, amount=whole, reduced=reduced)
        return replace(remedy, percent=None, at_most=None, amount=limit, worth=limit, cut_from=share)
    if remedy.amount is not None:
        return replace(remedy, amount=limit, worth=limit, full=False)
    if remedy.full:
        return replace(remedy, full=False, percent=Decimal(100), of=_ORDER, at_most=limit, worth=limit)
    return replace(remedy, at_most=limit, worth=limit)


def rounded_down(money: Money) -> Money:
    """No more digits than the currency has, and never above the original."""
    step = Decimal(1).scaleb(-get_currency_precision(money.currency))
    return Money(amount=money.amount.quantize(step, rounding=ROUND_DOWN), currency=money.currency)


def larger(left: Money, right: Money) -> Money:
    """The larger of two amounts."""
    return right if left < right else left
