"""What a text gives and promises beyond the decision, where somebody may want it to go out all the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from models.decision import Basis, Remedy, RemedyKind
from models.money import Money
from responses.approving.rights import gives_goodwill
from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.days import latest_day, minute_in
from responses.checks.finding import Finding
from responses.checks.plain_text import PlainText, plain_about, plain_text
from responses.checks.promises import Promised, untracked_in
from responses.checks.put import BY_HAND, told_by_codes
from responses.checks.scope import CHOICE
from responses.checks.sums import sums_in
from responses.checks.undecided import UNDECIDED
from responses.drafts.slots import slots_in
from responses.policy.withheld import Place, without

_AMOUNTS = frozenset({"amount_above", "amount_unknown", UNDECIDED, CHOICE})
_PROMISE = "promise_untracked"

OVERRULABLE = _AMOUNTS | {_PROMISE, BY_HAND}
"""The errors with which a text may go out off policy. Nobody may overrule any other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ByHand:
    """Something promised in an agent's own words, and by the end of which day, None where none can be told.

    `minute` is the minute of that day, where the words name an hour. `what` is empty where it would name a
    sum: texts that nobody approves one by one repeat it.
    """

    what: str
    day: date | None
    minute: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Beyond:
    """What is not as decided: `codes` of the findings and their `words`.

    `extra` is by how much the goodwill is more than decided (less: negative), None where nobody can tell.
    `total` is the whole goodwill of the text, decided or not. `promises` are those that no slot carries,
    `withheld` is what is owed and was not given, in a few words. `told` says that all that is more are
    vouchers whose codes the text tells: nobody has to see to them.
    """

    codes: tuple[str, ...]
    words: tuple[str, ...]
    extra: Money | None
    total: Money | None
    promises: tuple[ByHand, ...]
    complaint_types: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    told: bool = False


def beyond_in(
    text: str, wrong: Sequence[Finding], about: CheckContext, withheld: Collection[Place] = ()
) -> Beyond | None:
    """What a text with these errors gives beyond the decision; None where it may not go out at all.

    A sum that the text names twice counts once. What it says in the place of something decided counts by the
    difference: "20 €" for a refund of 15 is 5 more. What is withheld has no place. A voucher put in by hand
    comes on top, each by itself.
    """
    if any(finding.code not in OVERRULABLE for finding in wrong):
        return None
    plain = plain_text(text, about.language)
    text, about, wrong = plain.words, plain_about(about), [_as_read(finding, plain) for finding in wrong]
    put = [finding for finding in wrong if finding.code == BY_HAND]
    of_codes = told_by_codes(text, wrong, about)
    if of_codes is None:
        # The code is worth what the business has made it, whatever the text says.
        return None
    amounts = [one for one in wrong if one.code in _AMOUNTS and one not in of_codes]
    replaced = _replaced(text, about, withheld) if amounts else []
    given = _sum([finding.worth for finding in amounts], about.currency)
    owed = _sum([one.worth for one, basis in replaced if basis is Basis.OWED], about.currency)
    if any(one.kind is RemedyKind.VOUCHER for one, _ in replaced):
        # The code that the slot puts there is worth what was decided, whatever the text says.
        return None
    if owed is None or (given is not None and given < owed):
        # What is owed is not cut by anybody.
        return None
    instead = _sum([one.worth for one, _ in replaced], about.currency)
    vouchers = _total([finding.worth for finding in put], about.currency)
    extra = (
        given - instead + vouchers
        if given is not None and instead is not None and vouchers is not None
        else None
    )
    decided = _decided(about, withheld)
    return Beyond(
        codes=tuple(dict.fromkeys(finding.code for finding in wrong if finding not in of_codes)),
        words=tuple(dict.fromkeys(finding.words for finding in wrong)),
        extra=extra,
        total=decided + extra if decided is not None and extra is not None else None,
        promises=_promises(text, about),
        told=bool(put) and not amounts,
        complaint_types=about.decision.complaint_types if about.decision is not None else about.grievances,
    )


def _as_read(finding: Finding, plain: PlainText) -> Finding:
    start, end = plain.place(finding.start, finding.end)
    return replace(finding, start=start, end=end)


def _total(worths: Sequence[Money | None], currency: str) -> Money | None:
    total = Money(amount=Decimal(0), currency=currency)
    for worth in worths:
        if worth is None or worth.currency != currency:
            return None
        total += worth
    return total


def _sum(worths: Sequence[Money | None], currency: str) -> Money | None:
    """Equal sums are one, said again; None where one is not known in that currency."""
    return _total(list(dict.fromkeys(worths)), currency)


def _decided(about: CheckContext, withheld: Collection[Place]) -> Money | None:
    if about.carried_out is None:
        return Money(amount=Decimal(0), currency=about.currency)
    sent = without(about.carried_out, withheld)
    worth = sent.worth
    if worth is None and not gives_goodwill(sent):
        return Money(amount=Decimal(0), currency=about.currency)
    return worth if worth is not None and worth.currency == about.currency else None


def _replaced(text: str, about: CheckContext, withheld: Collection[Place]) -> list[tuple[Remedy, Basis]]:
    """The decided remedies whose figure the text no longer says, but that are given with it."""
    said = sums_in(judged(text, about), about.language)
    money = {one.money for one in said}
    percents = {one.percent for one in said}
    slots = slots_in(text)
    found = []
    number = 0
    for group, offer in enumerate(about.offers):
        for place, remedy in enumerate(offer.options):
            is_voucher = remedy.kind is RemedyKind.VOUCHER
            number += is_voucher
            has_figure = remedy.amount is not None or remedy.percent is not None
            is_said = remedy.amount in money or (remedy.percent is not None and remedy.percent in percents)
            is_given = (group, place) not in withheld and (not is_voucher or f"voucher:{number}" in slots)
            # Of a choice the customer takes one, and nobody can tell which of them the figure stands for.
            if has_figure and not is_said and is_given and len(offer.options) == 1:
                found.append((remedy, offer.basis_of(remedy)))
    return found


def _promises(text: str, about: CheckContext) -> tuple[ByHand, ...]:
    # A warning in other texts, but what is given with a reason is kept track of all the same.
    return tuple(by_hand(promise, about) for promise in untracked_in(text, about))


def by_hand(promise: Promised, about: CheckContext) -> ByHand:
    """What somebody has to do who promised that, and by when."""
    return ByHand(
        what=promise.what if not sums_in(promise.what, about.language) else "",
        day=latest_day(promise.words, about.language, about.today),
        minute=minute_in(promise.said),
    )
