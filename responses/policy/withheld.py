"""A decision without what an answer withheld: what goes on record is what was sent."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from models.decision import Basis, Decision, Offer
from models.money import Money

Place = tuple[int, int]
"""The number of an offer in its decision and that of an option in it, both from 0."""


def left_of(offer: Offer, number: int, withheld: Collection[Place]) -> Offer | None:
    """The offer with that number in its decision without the options withheld; None when none is left."""
    if not withheld:
        return offer
    options = tuple(option for place, option in enumerate(offer.options) if (number, place) not in withheld)
    return replace(offer, options=options) if options else None


def without(decision: Decision, withheld: Collection[Place]) -> Decision:
    """The decision as far as it was sent; its worth is that of the favours left, of a choice the dearest."""
    if not withheld:
        return decision
    offers = [left_of(offer, number, withheld) for number, offer in enumerate(decision.offers)]
    left = tuple(offer for offer in offers if offer is not None)
    return replace(decision, offers=left, worth=_worth(left, decision.worth))


def _worth(offers: tuple[Offer, ...], before: Money | None) -> Money | None:
    """What the favours among the offers come to; None where nobody can put a figure to one of them."""
    total = None if before is None else Money(amount=Decimal(0), currency=before.currency)
    for offer in offers:
        favours = [option.worth for option in offer.options if offer.basis_of(option) is Basis.GOODWILL]
        if None in favours:
            return None
        worths = [worth for worth in favours if worth is not None]
        if worths:
            dearest = max(worths, key=lambda worth: worth.amount)
            total = dearest if total is None else total + dearest
    return total
