"""Reads what is given: remedies, choices among them, amounts, promises and refusals."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from models.decision import Basis, DurationUnit, RemedyKind
from models.money import Money
from responses.policy.context import A_DAY, Context, read_duration, read_number, read_period
from responses.policy.reader import (
    Entries,
    Item,
    RefusedError,
    did_you_mean,
    read_all,
    read_name,
    read_yes_no,
)
from responses.policy.scalars import parse_duration, parse_money, parse_percent
from responses.policy.schema import AmountSpec, Choice, FactType, PromiseSpec, Refusal, RemedySpec

_SUM_MODIFIERS = ("of", "at_most", "times")
_MODIFIERS = (*_SUM_MODIFIERS, "worth")
_CHOICES = ("one_of", "any_of")
_PLAIN = (RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO)
_WORDED = (RemedyKind.GIFT, RemedyKind.EXCHANGE_AT_COST, RemedyKind.WORDS)
_ALL = Decimal(1)


def read_give(item: Item, context: Context, basis: Basis) -> tuple[Choice, ...]:
    """What a rule gives: one remedy, `one_of` or `any_of` several, or `all_of` a list of those."""
    if item.is_mapping:
        entries = item.entries()
        if "all_of" in entries and len(entries) == 1:
            return read_all(lambda part: _read_choice(part, context, basis), entries["all_of"].items())
    return (_read_choice(item, context, basis),)


def _read_choice(item: Item, context: Context, basis: Basis) -> Choice:
    if item.is_mapping:
        entries = item.entries()
        for word in _CHOICES:
            if word in entries and len(entries) == 1:
                return read_all(lambda part: read_remedy(part, context, basis), entries[word].items())
    return (read_remedy(item, context, basis),)


def read_remedy(item: Item, context: Context, basis: Basis) -> RemedySpec:
    """A single remedy: its name, or its name with a value and `of`, `at_most`, `times`, `worth`."""
    if item.is_list:
        raise item.refuse("write one_of: before a list to choose from, all_of: before one that is all given")
    if item.is_scalar:
        kind = RemedyKind(read_name(list(RemedyKind), "remedy")(item))
        if kind not in _PLAIN:
            raise item.refuse(f'"{kind}" needs a value: {{{kind}: …}}')
        return RemedySpec(kind=kind)
    names = (*RemedyKind, *_MODIFIERS)
    for name in item.entries():
        if name in _CHOICES or name == "all_of":
            raise item.refuse(f'"{name}" must stand alone: its list holds all the remedies')
    problems = len(item.document.problems)
    entries = Entries(item, names, "remedy")
    kinds = [RemedyKind(name) for name in entries.found if name in list(RemedyKind)]
    if len(kinds) != 1:
        if kinds:
            raise item.refuse(f"{' and '.join(kinds)} together: write all_of: [{{…}}, {{…}}]")
        if len(item.document.problems) > problems:
            raise RefusedError  # the misspelt one is noted
        raise item.refuse(f"no remedy is named{did_you_mean('', list(RemedyKind))}")
    return _Remedy(entries, kinds[0], context, basis).read()


class _Remedy:
    def __init__(self, entries: Entries, kind: RemedyKind, context: Context, basis: Basis) -> None:
        self.entries = entries
        self.kind = kind
        self.context = context
        self.basis = basis
        self.item = entries.found[kind]

    def read(self) -> RemedySpec:
        kind, context = self.kind, self.context
        if kind in (RemedyKind.DISCOUNT, RemedyKind.REFUND, RemedyKind.VOUCHER):
            self._forbid("worth")
            return self._read_sum()
        self._forbid(*_SUM_MODIFIERS)
        worth = self.entries.optional("worth", partial(read_worth_of, kind, context), None)
        if kind in _WORDED:
            return RemedySpec(kind=kind, wording=context.read_texts(self.item), worth=worth)
        if kind is RemedyKind.FREE_PERIOD:
            return RemedySpec(kind=kind, period=read_period(self.item), worth=worth)
        if not read_yes_no(self.item):
            raise self.item.refuse(f"leave {kind} out where it is not given")
        return RemedySpec(kind=kind, worth=worth)

    def _read_sum(self) -> RemedySpec:
        kind, text = self.kind, self.item.text()
        fraction = parse_percent(text) if kind is not RemedyKind.VOUCHER else None
        at_most = self.entries.optional("at_most", self.context.read_money, None)
        if at_most is not None:
            self._above_nothing(self.entries.found["at_most"], at_most)
        if fraction is not None:
            self._forbid("times")
            if not 0 < fraction <= _ALL:
                raise self.item.refuse(f"expected more than 0% and up to 100%, found {text}")
            if fraction == _ALL and kind is RemedyKind.REFUND and at_most is None:
                return RemedySpec(kind=kind, full=True)
            return RemedySpec(kind=kind, fraction=fraction, of=self._read_of(), at_most=at_most)
        if kind is RemedyKind.REFUND and text == "full":
            self._forbid(*_SUM_MODIFIERS)
            return RemedySpec(kind=kind, full=True)
        amount = read_amount(self.item, self.context)
        self._above_nothing(self.item, amount.fixed)
        if kind is not RemedyKind.DISCOUNT:
            self._forbid("of")
        of = self._read_of() if kind is RemedyKind.DISCOUNT else None
        times = self.entries.optional("times", lambda item: _read_times(item, self.context), {})
        spec = replace(amount, times=times)
        if spec.counts and self.basis is Basis.GOODWILL:
            self.item.forbid(
                '"per" and "times" count an indemnity and belong to owed: a favour is a sum, a share of the '
                f'price or of a fact; found "{text}"'
            )
        return RemedySpec(kind=kind, amount=spec, of=of, at_most=at_most)

    def _above_nothing(self, item: Item, money: Money | None) -> None:
        if money is not None and money.amount == 0:
            item.forbid(f'expected more than nothing, found "{item.text()}": leave out what is not given')

    def _read_of(self) -> str:
        if self.kind is RemedyKind.DISCOUNT:
            return self.entries.optional(
                "of", read_name(("order", "next_order"), "value of of"), "next_order"
            )
        return self.entries.optional("of", read_name(("order",), "value of of"), "order")

    def _forbid(self, *modifiers: str) -> None:
        for name in modifiers:
            if name in self.entries:
                item = self.entries.found[name]
                item.document.note(item.place, item.key, f'"{name}" means nothing with this {self.kind}')


def read_amount(item: Item, context: Context) -> AmountSpec:
    """`10 EUR`, `order_value`, `40% of order_value` or `6 EUR per days_down`."""
    text = item.text()
    per = text.split(" per ")
    if len(per) == 2:
        fact = context.fact_of_type(item, per[1].strip(), (FactType.NUMBER, FactType.DAYS))
        return AmountSpec(fixed=_money(item, per[0].strip(), context), fact=fact, times={})
    return _amount(item, text, context)


def _amount(item: Item, text: str, context: Context) -> AmountSpec:
    money = parse_money(text)
    if money is not None:
        return AmountSpec(fixed=context.in_currency(item, money), times={})
    of = text.split(" of ")
    fraction = parse_percent(of[0].strip()) if len(of) == 2 else _ALL
    if fraction is None or len(of) > 2 or (text.lstrip("-−")[:1].isdigit() and len(of) == 1):
        raise item.refuse(
            f'expected an amount: "10 {context.currency}", "40% of order_value", '
            f'"6 {context.currency} per days_down" or a fact of type money; found "{text}"'
        )
    fact = context.fact_of_type(item, of[-1].strip(), (FactType.MONEY,))
    return AmountSpec(fraction=fraction, fact=fact, times={})


def read_worth_of(kind: RemedyKind, context: Context, item: Item) -> AmountSpec:
    """What a remedy costs: an amount; for a free period also by its length, `20 EUR per month`."""
    amount, _, span = item.text().rpartition(" per ")
    each = parse_duration(f"1 {span}") if amount and span not in context.facts else None
    if each is None:
        return read_amount(item, context)
    if kind is not RemedyKind.FREE_PERIOD:
        raise item.refuse(f'"per {span}" is for what a free_period costs; {kind} has no length')
    if each.unit not in (DurationUnit.DAYS, DurationUnit.MONTHS):
        raise item.refuse(f'expected per day, week, month or year, found "{item.text()}"')
    return replace(_amount(item, amount.strip(), context), each=each)


def _money(item: Item, text: str, context: Context) -> Money:
    money = parse_money(text)
    if money is None or money.currency != context.currency:
        raise item.refuse(f'expected an amount such as "6 {context.currency}" before "per", found "{text}"')
    return money


def _read_times(item: Item, context: Context) -> dict[str, Decimal]:
    facts = [name for name, spec in context.facts.items() if spec.type is FactType.YES_NO]
    entries = Entries(item, facts, "fact of type yes_no")
    return {name: entries.optional(name, read_number, _ALL) for name in entries.found}


def read_promises(item: Item, context: Context) -> tuple[PromiseSpec, ...]:
    """One promise, or a list of them."""
    parts = item.items() if item.is_list else [item]
    return read_all(lambda part: _read_promise(part, context), parts)


def _read_promise(item: Item, context: Context) -> PromiseSpec:
    entries = Entries(item, ("what", "within"))
    return PromiseSpec(
        what=entries.required("what", context.read_texts, {}),
        within=entries.required("within", read_duration, A_DAY),
    )


def read_refusal(item: Item, context: Context) -> Refusal:
    """`decline: {reason: {it: …}, alternative: {it: …}}`; the alternative may be left out."""
    entries = Entries(item, ("reason", "alternative"))
    return Refusal(
        reason=entries.required("reason", context.read_texts, {}),
        alternative=entries.optional("alternative", context.read_texts, None),
    )
