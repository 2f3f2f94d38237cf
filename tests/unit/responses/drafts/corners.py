"""Briefs that reach the rarer wordings, and which wordings composing a set of briefs has said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

from models.decision import Basis, Decision, DecisionKind, Manner
from models.labels import Ask, ComplaintType
from responses.drafts import DraftBrief, PromiseLine, compose
from responses.drafts.phrases import Phrases
from responses.drafts.templates import best, shortest
from tests.unit.responses.drafts.combinations import (
    CONCERNS,
    GIFT,
    PROMISES,
    REDO,
    SUM_DISCOUNT,
    SUM_REFUND,
    complaints,
    others,
)
from tests.unit.responses.drafts.golden_drafts import (
    A_WEEK,
    COLLECT,
    DISCOUNT,
    EXCHANGE,
    FIXED_PRICES,
    FREE_MONTH,
    FULL_REFUND,
    HAND_OVER,
    LATE_CHOICE,
    ORDER_ID,
    PART_REFUND,
    PHOTO,
    REPAIR,
    REPLACEMENT,
    RESEND,
    VOUCHER,
    WITHDRAW,
    brief,
    decided,
    euros,
    goodwill,
    known,
    owed,
    refused,
)

REMEDIES = (
    DISCOUNT,
    SUM_DISCOUNT,
    VOUCHER,
    FULL_REFUND,
    PART_REFUND,
    SUM_REFUND,
    REPLACEMENT,
    REPAIR,
    REDO,
    GIFT,
    FREE_MONTH,
)
KEYS = replace(PHOTO, name="keys")
NIGHT = {"delivery_late": dict.fromkeys(("it", "en", "es", "fr", "de"), "wxyz")}
BROKEN = PromiseLine(what=COLLECT.what, due=date(2026, 11, 10), state="broken")
DUE_SOMETIME = PromiseLine(what=RESEND.what, due=None, state="open")
BROKEN_SOMETIME = replace(BROKEN, due=None)


def offered(*offers: object, **fields: object) -> Decision:
    values: dict[str, object] = {"apologise": True, "at_fault": True, "offers": offers}
    return decided(DecisionKind.OFFER, **(values | fields))


def _decisions() -> Iterator[tuple[Decision, Mapping[str, object]]]:
    """Decisions with what else they need, each to be said in every variant."""
    for remedy in REMEDIES:
        yield offered(goodwill(remedy, about="item_damaged"), commitments=(RESEND,)), {}
        yield offered(goodwill(remedy, about="item_damaged"), goodwill(VOUCHER, about="no_reply")), {}
        yield offered(goodwill(remedy, REPAIR)), {}
        yield offered(owed(remedy)), {}
        yield offered(goodwill(EXCHANGE, remedy)), {}
    yield offered(owed(VOUCHER), commitments=(RESEND,)), {}
    yield offered(owed(VOUCHER, DISCOUNT), commitments=(RESEND,)), {}
    yield offered(owed(VOUCHER, DISCOUNT, GIFT), commitments=(RESEND,)), {}
    yield offered(owed(REPAIR, REPLACEMENT, FULL_REFUND)), {}
    yield offered(goodwill(VOUCHER, DISCOUNT, GIFT, about="no_reply"), commitments=(RESEND,)), {}
    yield offered(owed(EXCHANGE)), {}
    yield offered(goodwill(replace(EXCHANGE, wording={"pt": "wxyz"}))), {}
    two = (goodwill(REPAIR, REPLACEMENT), goodwill(GIFT, FREE_MONTH))
    for offers in (two, (replace(two[0], default=1), two[1]), (replace(two[0], default=1),)):
        yield offered(*offers, choose_within=A_WEEK), {}
    yield offered(goodwill(VOUCHER, DISCOUNT, GIFT), choose_within=A_WEEK), {}
    yield offered(goodwill(VOUCHER), apologise=False), {}
    yield offered(goodwill(VOUCHER), second_time=True, at_fault=None), {}
    yield offered(goodwill(replace(GIFT, worth=euros("12")))), {"show_worth": True}
    no = refused(FIXED_PRICES, about="unfair_terms")
    yield offered(owed(FULL_REFUND), refusals=(no,)), {}
    yield offered(goodwill(VOUCHER), refusals=(no, refused(WITHDRAW, about="item_wrong"))), {}
    yield offered(goodwill(VOUCHER), status_of=("delivery_late",)), {}
    yield offered(owed(REPLACEMENT, replace(VOUCHER, basis=Basis.GOODWILL))), {}
    yield offered(goodwill(VOUCHER)), {"broken": (BROKEN, BROKEN_SOMETIME)}
    yield offered(goodwill(VOUCHER)), {"what_happened": NIGHT}
    yield decided(DecisionKind.ASK, missing=(ORDER_ID,)), {"what_happened": NIGHT}
    yield decided(DecisionKind.ASK, missing=(ORDER_ID,)), {"act": "request", "complaint_types": ()}
    yield decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO)), {"act": "other", "complaint_types": ()}
    yield decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO, KEYS)), {"customer_name": None}
    yield decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO, KEYS, replace(KEYS, name="k"))), {}
    yield decided(DecisionKind.ASK, missing=(replace(ORDER_ID, again=True),)), {}
    yield decided(DecisionKind.ASK, missing=(replace(ORDER_ID, again=True), replace(KEYS, again=True))), {}
    yield decided(DecisionKind.DECLINE), {"asks": tuple(Ask)}
    yield decided(DecisionKind.DECLINE, offers=(owed(REPAIR),)), {"right_open": WITHDRAW}
    yield decided(DecisionKind.DECLINE), {"own_error": True}
    yield HAND_OVER, {"asks": ("human_contact",), "hand_over_contact": "055 1", "what_happened": NIGHT}
    yield HAND_OVER, {"answer_by": date(2026, 11, 19), "order_ids": ("RS-1", "RS-2")}
    yield decided(DecisionKind.STATUS), {"promises": PROMISES, "tone": "worried"}
    yield decided(DecisionKind.STATUS), {"promises": (*PROMISES, BROKEN, BROKEN_SOMETIME, DUE_SOMETIME)}
    yield decided(DecisionKind.STATUS), {"promises": (DUE_SOMETIME,)}
    yield decided(DecisionKind.STATUS), {"promises": PROMISES, "today": date(2026, 11, 21)}
    yield decided(DecisionKind.EXIT), {"promises": (*PROMISES, BROKEN), "instead": "wxyz"}
    yield offered(goodwill(VOUCHER), manner=Manner.BOUNDARY), {}
    yield offered(goodwill(VOUCHER), manner=Manner.MEDIATE), {}
    yield decided(DecisionKind.ASK, missing=(ORDER_ID,), manner=Manner.MEDIATE), {}
    yield decided(DecisionKind.DECLINE, manner=Manner.MEDIATE), {}
    for facts in (
        known(order_id="RS-1", delivered_on=date(2026, 11, 14), promised_on=date(2026, 11, 12)),
        known(order_id="RS-1", days_late=Decimal(2)),
        known(order_id="RS-1"),
        known(days_late=Decimal(2)),
        known(item="Luna"),
        known(ordered_on=date(2026, 11, 1)),
        known(),
    ):
        yield LATE_CHOICE, {"facts": facts}
        yield decided(DecisionKind.ASK, missing=(ORDER_ID,)), {"facts": facts}
    withdrawn = {"facts": known(withdrawn_on=date(2026, 11, 1)), "complaint_types": ("refund_missing",)}
    yield LATE_CHOICE, withdrawn
    yield replace(LATE_CHOICE, at_fault=None), withdrawn


def corners(language: str, formality: str) -> Iterator[DraftBrief]:
    """The rarer decisions in every variant and trade, every type as what a remedy is for, every wish."""
    fields = {"language": language, "formality": formality}
    for (decision, more), variant, concerns in product(_decisions(), range(3), CONCERNS):
        yield brief(decision, **{**fields, "variant": variant, "concerns": concerns, **more})
    for name, concerns in product((*ComplaintType, "pool_closed"), CONCERNS):
        late = offered(goodwill(VOUCHER, about=name), commitments=(RESEND,))
        yield brief(late, complaint_types=(name,), concerns=concerns, **fields)
        both = (name, "delivery_late", "pool_closed")
        yield brief(late, complaint_types=both, concerns=concerns, **fields)
        told = offered(goodwill(VOUCHER), status_of=(name,))
        yield brief(told, complaint_types=("staff_conduct", name), concerns=concerns, **fields)
        yield brief(decided(DecisionKind.ASK, missing=(PHOTO,)), complaint_types=both, **fields)
        yield brief(decided(DecisionKind.ASK, missing=(PHOTO,)), complaint_types=("pool_closed",), **fields)
    for ask, variant in product(
        (("refund", "repair"), ("replacement", "discount", "cancellation"), ()), range(3)
    ):
        for orders in ((), ("RS-1",)):
            wish = {"act": "request", "complaint_types": (), "asks": ask, "order_ids": orders}
            yield brief(HAND_OVER, variant=variant, **wish, **fields)


def said(briefs: Iterable[DraftBrief]) -> dict[str, set[str]]:
    """The wordings by key that composing these briefs has used."""
    used: dict[str, set[str]] = {}
    plain = Phrases.say

    def noting(
        words: Phrases,
        key: str,
        values: Mapping[str, str] | None = None,
        *,
        variant: int = 0,
        formal: bool = True,
        short: bool = False,
    ) -> str:
        known = values or {}
        if short:
            wording = shortest(words.all(key), known, variant, formal=formal)
        else:
            wording = best(words.all(key), known, variant)
        used.setdefault(key, set()).add(wording or "")
        return plain(words, key, values, variant=variant, formal=formal, short=short)

    Phrases.say = noting  # type: ignore[method-assign]
    try:
        for each in briefs:
            compose(each)
    finally:
        Phrases.say = plain  # type: ignore[method-assign]
    return used


def every_brief(language: str, formality: str) -> Iterator[DraftBrief]:
    """All of them."""
    yield from complaints(language, formality)
    yield from others(language, formality)
    yield from corners(language, formality)
