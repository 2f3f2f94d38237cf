"""Everything that the composition of one draft may rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.decision import Decision, FactValue

Formality = Literal["formal", "informal"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseLine:
    """One promise as the customer may be told of it.

    `what` is the promise's own words per language code, as in `Commitment.what`. `due` is a day (already
    in the business's time zone) or None; `state` one of `open`, `kept`, `broken`, `withdrawn`. `is_remedy`
    where the words only name a remedy ("la sostituzione") instead of saying what will be done. `overdue`: its
    time is over, be it in the middle of its day.
    """

    what: Mapping[str, str]
    due: date | None
    state: str
    is_remedy: bool = False
    overdue: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftBrief:
    """What a draft is composed from. Equal briefs give equal drafts.

    `act`, `complaint_types`, `tone`, `asks` and `own_error` are the case's labels; where `types_open` says
    that some type is in doubt, only the types that are not. `language` is one of
    `it`, `en`, `es`, `fr`, `de`; another language with everything else equal gives the twin for an agent
    who reads that one. `customer_name` is used as it stands (see `usable_name`).

    `dates` are the days the customer named, whose meaning nobody knows; days whose meaning is known are
    facts: `ordered_on`, `promised_on`, `delivered_on`, `booked_for`, `withdrawn_on`. Other facts with
    wordings of their own: `days_late`, `item`, and `order_id` where no message named an order.

    `promises` are told in a status answer; every other begins by owning up to `broken`, those broken since
    our last answer. `answer_by` is the day by which a handed-over matter will be
    answered, None when nobody said so. `hand_over_contact` is a way to speak to a person, such as a
    telephone number. `right_open` names, per language, a legal right that a refusal must mention; without
    it a refusal of a complaint mentions them in general. `answer` holds, per language, what answers the
    question, until the day `answer_until` (None for no end); without it an agent has to write it.
    `signature` may hold `{business}`, put in now, and the slot `{agent}`. `variant` chooses among equal
    wordings; `apologies_before` is how often this customer was apologised to in other cases, so that no
    apology is worded like the one before.

    `concerns` is what the customer has with the business: `order`, `booking` or `contract`. `what_happened`
    says complaint types in the owner's own words, per language, where the built-in ones do not fit; under
    `type.fact.value` what it was where that is known, with values of facts in braces. The fact
    `explanation` is why it happened in an agent's words, in the customer's language; it goes before the
    decision's. `show_worth` says what a gift is worth. Days of another year than that of `today`, when the
    draft is composed, are told with their year; without it none is. Of an exit, `exit_from` is the day from
    which nothing new is taken on, and `instead` whom to turn to, in the customer's language; `promises` are
    then those of all the customer's cases. `unworded` leaves all words to an agent.
    """

    decision: Decision
    act: str
    complaint_types: tuple[str, ...]
    tone: str
    asks: tuple[str, ...]
    own_error: bool
    language: str
    formality: Formality
    customer_name: str | None
    business: str
    types_open: bool = False
    signature: str = "{agent}, {business}"
    order_ids: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    promises: tuple[PromiseLine, ...] = ()
    broken: tuple[PromiseLine, ...] = ()
    answer_by: date | None = None
    hand_over_contact: str | None = None
    right_open: Mapping[str, str] | None = None
    answer: Mapping[str, str] | None = None
    answer_until: date | None = None
    variant: int = 0
    apologies_before: int = 0
    emoji_used: bool = False
    concerns: str = "order"
    what_happened: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    show_worth: bool = False
    today: date | None = None
    exit_from: date | None = None
    unworded: bool = False
    instead: str | None = None

    @property
    def formal(self) -> bool:
        """Whether the customer is addressed with lei, usted, vous, Sie."""
        return self.formality == "formal"
