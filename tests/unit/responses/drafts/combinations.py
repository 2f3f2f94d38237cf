"""Every sort of decision crossed with language, tone, register and wording: a few thousand drafts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product

from models.decision import Basis, Decision, DecisionKind, Remedy, RemedyKind
from models.labels import ComplaintType, Tone
from responses.drafts import ComposedDraft, DraftBrief, PromiseLine, compose
from tests.unit.responses.drafts.golden_drafts import (
    COLLECT,
    DISCOUNT,
    EXCHANGE,
    EXPLAINED,
    FREE_MONTH,
    FULL_REFUND,
    HAND_OVER,
    KEEP_ASIDE,
    LANGUAGES,
    LATE_CHOICE,
    LATE_FACTS,
    ONLY_OUR_MISTAKE,
    ORDER_ID,
    PART_REFUND,
    PHOTO,
    REPAIR,
    REPLACEMENT,
    RESEND,
    VOUCHER,
    brief,
    decided,
    euros,
    goodwill,
    known,
    owed,
    refused,
)

GIFT = Remedy(
    kind=RemedyKind.GIFT,
    wording={
        "it": "una tisana",
        "en": "a box of herbal tea",
        "es": "una infusión",
        "fr": "une tisane",
        "de": "ein Kräutertee",
    },
)
REDO = Remedy(kind=RemedyKind.REDO)
SUM_REFUND = Remedy(kind=RemedyKind.REFUND, amount=euros("12.50"))
SUM_DISCOUNT = Remedy(kind=RemedyKind.DISCOUNT, amount=euros("5"), of="order")

OFFERS = (
    *(goodwill(remedy, about="delivery_late") for remedy in (DISCOUNT, VOUCHER, FULL_REFUND, PART_REFUND)),
    *(goodwill(remedy, about="item_damaged") for remedy in (REPLACEMENT, REPAIR, REDO, GIFT, FREE_MONTH)),
    *(goodwill(remedy) for remedy in (SUM_REFUND, SUM_DISCOUNT, EXCHANGE)),
    goodwill(DISCOUNT, VOUCHER),
    owed(FULL_REFUND),
    owed(REPAIR, REPLACEMENT),
    owed(REPLACEMENT, replace(FULL_REFUND, basis=Basis.GOODWILL)),
    owed(REPLACEMENT, REPAIR, replace(EXCHANGE, basis=Basis.GOODWILL)),
)

DECISIONS: tuple[Decision, ...] = (
    LATE_CHOICE,
    replace(LATE_CHOICE, second_time=True),
    replace(LATE_CHOICE, at_fault=None, commitments=()),
    decided(DecisionKind.OFFER, apologise=True, at_fault=True),
    decided(DecisionKind.OFFER, apologise=True, at_fault=True, commitments=(RESEND, COLLECT)),
    decided(
        DecisionKind.OFFER,
        apologise=True,
        at_fault=True,
        offers=(owed(REPAIR, REPLACEMENT), goodwill(VOUCHER, about="item_damaged")),
        commitments=(COLLECT,),
    ),
    *(decided(DecisionKind.OFFER, apologise=True, at_fault=True, offers=(offer,)) for offer in OFFERS),
    decided(DecisionKind.OFFER, at_fault=False, offers=(goodwill(EXCHANGE),)),
    decided(DecisionKind.ASK, missing=(ORDER_ID,)),
    decided(DecisionKind.ASK, missing=(ORDER_ID, PHOTO)),
    decided(DecisionKind.DECLINE, at_fault=False),
    decided(DecisionKind.DECLINE, refusals=(refused(ONLY_OUR_MISTAKE, KEEP_ASIDE),)),
    decided(DecisionKind.DECLINE, refusals=(refused(ONLY_OUR_MISTAKE),), status_of=("delivery_late",)),
    decided(DecisionKind.OFFER, at_fault=True, offers=(goodwill(VOUCHER),), status_of=("no_reply",)),
    decided(DecisionKind.STATUS),
    replace(LATE_CHOICE, explanation=EXPLAINED),
    decided(DecisionKind.EXIT),
    HAND_OVER,
    replace(HAND_OVER, apologise=True),
)
MATTERS = (
    {"complaint_types": ("delivery_late",), "order_ids": ("RS-4471",), "facts": LATE_FACTS},
    {"complaint_types": ("item_damaged", "no_reply"), "dates": (date(2026, 11, 8),), "asks": ("refund",)},
    {"complaint_types": ("booking_error",), "order_ids": ("RV-1204",), "concerns": "booking"},
    {
        "complaint_types": ("service_down", "delivery_late"),
        "facts": known(order_id="TL-88", days_down=Decimal(3)),
        "concerns": "contract",
        "asks": ("refund", "discount"),
    },
)
VARIANTS = (0, 1, 2)
CONCERNS = ("order", "booking", "contract")
OTHER_ACTS = ("question", "request", "praise", "other")


def complaints(language: str, formality: str) -> Iterator[DraftBrief]:
    """Every decision in every tone and wording, and every complaint type of every trade in each frame."""
    fields = {"language": language, "formality": formality}
    for number, (decision, tone, matter) in enumerate(product(DECISIONS, Tone, MATTERS)):
        yield brief(decision, tone=tone, variant=number, **matter, **fields)
    for number, (decision, complaint_type, concerns) in enumerate(
        product(DECISIONS, ComplaintType, CONCERNS)
    ):
        yield brief(decision, complaint_types=(complaint_type,), variant=number, concerns=concerns, **fields)


def others(language: str, formality: str) -> Iterator[DraftBrief]:
    """What is no complaint."""
    for act, tone, variant in product(OTHER_ACTS, (Tone.CALM, Tone.GRATEFUL, Tone.WORRIED), VARIANTS):
        yield brief(
            HAND_OVER,
            act=act,
            complaint_types=(),
            tone=tone,
            variant=variant,
            language=language,
            formality=formality,
        )


@cache
def composed(language: str, formality: str) -> tuple[ComposedDraft, ...]:
    """All the drafts of one language and register."""
    briefs = (*complaints(language, formality), *others(language, formality))
    drafts = tuple(compose(each) for each in briefs)
    return tuple(draft for draft in drafts if draft is not None)


REGISTERS = tuple(product(LANGUAGES, ("formal", "informal")))

PROMISES = (
    PromiseLine(what=RESEND.what, due=date(2026, 11, 19), state="open"),
    PromiseLine(what=COLLECT.what, due=date(2026, 11, 20), state="kept"),
)
PERCENTS = (Decimal(5), Decimal(8), Decimal("12.5"), Decimal(80))
