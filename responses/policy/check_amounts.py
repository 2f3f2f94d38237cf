"""Looks through what a policy gives: its amounts against its limits, and against what anyone may approve."""

from collections.abc import Iterator
from decimal import Decimal

from models.decision import RemedyKind, Role
from models.money import Money
from responses.policy.amounts import DIVISIBLE
from responses.policy.findings import Found, Severity
from responses.policy.schema import AmountSpec, Limits, Owed, Policy, RemedySpec, Rule
from responses.policy.sentences import plain
from responses.policy.situation import PRICE

# Of the price; more makes nobody more content (Haesevoets et al. 2017).
_DEAR_SHARE = Decimal("1.5")
# Given without cost, or with a cost that lies in the remedy itself.
_NEEDS_NO_WORTH = DIVISIBLE | {RemedyKind.WORDS, RemedyKind.EXCHANGE_AT_COST}


def check_amounts(policy: Policy) -> Found:
    """What is wrong with amounts, shares and worths."""
    limits = policy.limits
    if limits.share_of_price is not None and limits.share_of_price > _DEAR_SHARE:
        share = f"{(limits.share_of_price * 100).normalize():f}%"
        message = f"{share} of the price: above 150% more brings nothing more; is a decimal point missing?"
        yield Severity.WARNING, "limits.share_of_price", message
    if limits.share_of_price is not None and PRICE not in policy.facts:
        yield Severity.ERROR, "limits.share_of_price", f"needs a fact {PRICE} of type money"
    for key, entry, spec in remedies_of(policy):
        if isinstance(entry, Owed):
            continue
        most = most_of(spec, policy)
        if most is not None and limits.per_case is not None and limits.per_case < most:
            yield Severity.WARNING, key, f"{plain(most)} is above limits.per_case ({plain(limits.per_case)})"
        for limit, bound in _bounds_of_everything(limits):
            if most is not None and bound < most:
                message = (
                    f"{plain(most)} is above {limit} ({plain(bound)}): a supervisor approves it every time"
                )
                yield Severity.WARNING, key, message
        approver = policy.approval.get(Role.ADMIN)
        if most is not None and approver is not None and approver < most:
            yield Severity.WARNING, key, f"{plain(most)} is above what anyone may approve ({plain(approver)})"
        if (spec.full or spec.of == "order") and PRICE not in policy.facts:
            yield (
                Severity.WARNING,
                key,
                f"is a share of a price that nobody will ever know: declare the fact {PRICE} "
                "({type: money, from: [book, agent]}), or write a sum",
            )
        if spec.kind not in _NEEDS_NO_WORTH and spec.kind not in policy.worth and spec.worth is None:
            yield (
                Severity.WARNING,
                key,
                f"what {spec.kind} costs is not in worth: a supervisor approves it every time",
            )
        bounded = spec.fraction is None or spec.at_most is not None or limits.per_case is not None
        if not bounded:
            yield Severity.WARNING, key, "a percentage without at_most, and limits.per_case does not bound it"
    day, month = limits.budget_day, limits.budget_month
    if day is not None and month is not None and month < day:
        message = (
            f"{plain(month)} for a month is less than {plain(day)} for a day: the day's is never reached"
        )
        yield Severity.WARNING, "limits.budget.month", message
    if not policy.approval:
        yield Severity.WARNING, "approval", "is missing: every agent may approve any amount"


def _bounds_of_everything(limits: Limits) -> Iterator[tuple[str, Money]]:
    """What binds the favours of a customer, or of everybody, together. It changes who approves."""
    if limits.per_customer is not None:
        yield "limits.per_customer.total", limits.per_customer.total
    if limits.budget_day is not None:
        yield "limits.budget.day", limits.budget_day
    if limits.budget_month is not None:
        yield "limits.budget.month", limits.budget_month


def most_of(spec: RemedySpec, policy: Policy) -> Money | None:
    """The most that a remedy can come to, as far as the file alone tells."""
    if spec.at_most is not None:
        return spec.at_most
    amount = spec.amount or spec.worth or policy.worth.get(spec.kind)
    return amount.fixed if amount is not None and _is_fixed(amount) else None


def _is_fixed(amount: AmountSpec) -> bool:
    return amount.fixed is not None and not amount.counts and amount.each is None


def remedies_of(policy: Policy) -> Iterator[tuple[str, Owed | Rule | None, RemedySpec]]:
    """Every remedy of the file: its key, the entry it belongs to (None: the ladder), and itself."""
    for entry in policy.entries:
        for choice in entry.give:
            for spec in choice:
                yield f"{entry.key}.give", entry, spec
    for index, spec in enumerate(policy.ladder):
        yield f"ladder[{index}]", None, spec
