"""The labels a message can carry, as fixed by the taxonomy.

A business may replace the complaint types with its own; the other fields are closed.
"""

from enum import StrEnum


class Act(StrEnum):
    """What the writer is doing."""

    COMPLAINT = "complaint"
    REQUEST = "request"
    QUESTION = "question"
    PRAISE = "praise"
    SPAM = "spam"
    OTHER = "other"


class ComplaintType(StrEnum):
    """What went wrong, in the taxonomy that ships with Rimedio."""

    DELIVERY_LATE = "delivery_late"
    ITEM_DAMAGED = "item_damaged"
    ITEM_WRONG = "item_wrong"
    QUALITY_BELOW = "quality_below"
    SERVICE_DOWN = "service_down"
    BOOKING_ERROR = "booking_error"
    BILLING_ERROR = "billing_error"
    UNFAIR_TERMS = "unfair_terms"
    REFUND_MISSING = "refund_missing"
    STAFF_CONDUCT = "staff_conduct"
    NO_REPLY = "no_reply"
    PROMISE_BROKEN = "promise_broken"
    SAFETY_PRIVACY = "safety_privacy"


class Tone(StrEnum):
    """How it is said; where two are there, the later one in this list wins."""

    CALM = "calm"
    GRATEFUL = "grateful"
    WORRIED = "worried"
    DISAPPOINTED = "disappointed"
    FRUSTRATED = "frustrated"
    ANGRY = "angry"
    SARCASTIC = "sarcastic"
    THREATENING = "threatening"
    ABUSIVE = "abusive"


class Urgency(StrEnum):
    """How soon someone must look, in rising order."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Ask(StrEnum):
    """What the writer wants."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    DISCOUNT = "discount"
    INFORMATION = "information"
    APOLOGY = "apology"
    CANCELLATION = "cancellation"
    HUMAN_CONTACT = "human_contact"
    ACTION = "action"


class Language(StrEnum):
    """Languages a customer is answered in (ISO 639-1); the first is the house language."""

    ITALIAN = "it"
    ENGLISH = "en"
    SPANISH = "es"
    FRENCH = "fr"
    GERMAN = "de"
