"""A policy as read from its file: plain values, already checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.decision import Duration, Manner, RemedyKind, Role
from models.money import Money
from responses.hours import WHOLE_DAY, Interval, OpeningHours
from responses.policy.conditions import Condition, Operand, reads_message

Texts = Mapping[str, str]
"""One text in several languages: ISO 639-1 code to words."""


class Audience(StrEnum):
    CUSTOMER = "customer"
    COLLEAGUE = "colleague"


class Address(StrEnum):
    """By which name a draft greets."""

    FIRST_NAME = "first_name"
    SURNAME = "surname"
    NONE = "none"


class Concerns(StrEnum):
    """What a customer has with the business, and drafts name: "la prenotazione RV1204"."""

    ORDER = "order"
    BOOKING = "booking"
    CONTRACT = "contract"


class Codes(StrEnum):
    """Where voucher codes come from: loaded by the business, or made by us."""

    LOADED = "loaded"
    OURS = "ours"


class FactType(StrEnum):
    MONEY = "money"
    DAYS = "days"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"
    DATE = "date"


READ_FROM_MESSAGES = frozenset({FactType.DAYS, FactType.MONEY, FactType.DATE})
"""The types of facts that are read from a message whatever was asked; a text only as an order's number."""


class Supplier(StrEnum):
    """Who may know a fact: the order book, an agent, the customer when asked, the message itself."""

    BOOK = "book"
    AGENT = "agent"
    CUSTOMER = "customer"
    MESSAGE = "message"


@dataclass(frozen=True, kw_only=True, slots=True)
class FactSpec:
    """A fact that rules may ask about.

    `ask` is what the customer is asked for, None when there is nothing to ask. Where it came from `after`
    the thing asked for (a photo) is not the fact itself: an agent has to look and say. `shapes` are what
    numbers of orders look like, as `order_keys.shape_of` writes them; empty where the file does not say.
    """

    name: str
    type: FactType
    suppliers: frozenset[Supplier]
    choices: tuple[str, ...] = ()
    ask: Texts | None = None
    shapes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Presumption:
    """What the owner takes for true while nobody knows; for one complaint type, or for all (None)."""

    fact: str
    complaint_type: str | None
    value: Operand


@dataclass(frozen=True, kw_only=True, slots=True)
class AmountSpec:
    """A sum that may depend on facts.

    Either `fixed`; or `fraction` (1 = all) of the money fact `fact`; or `fixed` for each unit of the
    number `fact`. `times` multiplies where a yes_no fact is yes. The worth of a free period may be by
    its length: so much `each` span.
    """

    fixed: Money | None = None
    fraction: Decimal | None = None
    fact: str | None = None
    times: Mapping[str, Decimal]
    each: Duration | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts without which there is no sum."""
        return (() if self.fact is None else (self.fact,)) + tuple(self.times)

    @property
    def counts(self) -> bool:
        """Whether it counts units of a fact or multiplies, as only indemnities do."""
        return bool(self.times) or (self.fixed is not None and self.fact is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class RemedySpec:
    """A remedy as a rule names it; `models.decision.Remedy` is what becomes of it in a case.

    `fraction` is 0.15 for 15%. `of` is `order` or `next_order`. `worth` is what this very one costs, where
    the file says so beside it.
    """

    kind: RemedyKind
    fraction: Decimal | None = None
    of: str | None = None
    at_most: Money | None = None
    amount: AmountSpec | None = None
    full: bool = False
    period: Duration | None = None
    wording: Texts | None = None
    worth: AmountSpec | None = None


Choice = tuple[RemedySpec, ...]
"""One remedy, or several of which the customer picks one; the first is the default."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseSpec:
    what: Texts
    within: Duration


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """What law or contract gives whenever its condition holds, from `since` to `until`, both included.

    `right` says it to a customer whose claim is refused on facts that may turn out otherwise.
    """

    id: str
    key: str
    when: Condition
    give: tuple[Choice, ...]
    source: str
    since: date | None = None
    until: date | None = None
    promise: tuple[PromiseSpec, ...] = ()
    because: str | None = None
    right: Texts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A no to the customer: why, and what is possible instead."""

    reason: Texts
    alternative: Texts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What the owner decided beforehand for one kind of case. `key` is its place, like `rules[1]`.

    `explain` tells the customer why it happened.
    """

    id: str
    key: str
    when: Condition
    apologise: bool | None = None
    give: tuple[Choice, ...] = ()
    promise: tuple[PromiseSpec, ...] = ()
    decline: Refusal | None = None
    hand_over: Role | None = None
    because: str | None = None
    answer: Manner | None = None
    tier: Role | None = None
    explain: Texts | None = None

    @property
    def ends_the_search(self) -> bool:
        """Whether rules below are not tried any more.

        A rule that only says how to answer or who approves leaves what is given to the rules below.
        """
        return bool(self.give or self.promise or self.decline or self.hand_over or self.apologise is not None)

    def reads(self, name: str) -> bool:
        """Whether its condition looks at that field of the message."""
        return reads_message(self.when, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondTime:
    """What changes when the same failure comes again `within` a period."""

    within: Duration
    no_formula: bool
    raise_one_step: bool
    tier: Role


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerLimit:
    total: Money
    every: Duration


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on goodwill. `share_of_price` is a fraction of the price (1.5 for 150%)."""

    per_case: Money | None = None
    one_per_failure: bool = False
    per_customer: CustomerLimit | None = None
    share_of_price: Decimal | None = None
    budget_day: Money | None = None
    budget_month: Money | None = None


class Count(StrEnum):
    """What a signal counts: distinct cases or orders, or years."""

    CASES = "cases"
    CLAIMS = "claims"
    CASES_WITH_THREAT = "cases_with_threat"
    CRITICAL_CASES = "critical_cases"
    CLAIMS_WITHOUT_ORDER = "claims_without_order"
    PAID_ORDERS = "paid_orders"
    YEARS_KNOWN = "years_known"


@dataclass(frozen=True, kw_only=True, slots=True)
class Consequence:
    """The only things that a signal changes.

    `once` gives no second favour within the signal's period, `never_raise` no step up the ladder; a favour
    needs the facts in `proof`; with `exit`, supervisors are told that they may end the relationship; with
    `sooner` somebody looks as soon as at what is of high urgency.
    """

    once: bool = False
    never_raise: bool = False
    show_worth: bool = False
    sooner: bool = False
    answer: Manner | None = None
    tier: Role | None = None
    proof: tuple[str, ...] = ()
    exit: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """Something a customer's history shows. Exactly one of `at_least` and `at_most` is set.

    `within` is how far back it looks; for years, just as far as they reach.
    """

    name: str
    count: Count
    within: Duration
    at_least: int | None = None
    at_most: int | None = None
    after_remedy: int | None = None
    then: Consequence


@dataclass(frozen=True, kw_only=True, slots=True)
class OnCall:
    """Who answers for what is critical; `days` are weekdays from 0 (Monday).

    `hours` begin on those days; a night's end lies above 24 hours, on the day after.
    """

    days: frozenset[int]
    names: tuple[str, ...]
    hours: Interval = WHOLE_DAY

    def holds_at(self, weekday: int, minute: int) -> bool:
        """Whether it holds on that weekday so many minutes after midnight."""
        today = weekday in self.days and self.hours.start <= minute < self.hours.end
        return today or ((weekday - 1) % 7 in self.days and minute + WHOLE_DAY.end < self.hours.end)


@dataclass(frozen=True, kw_only=True, slots=True)
class FactWords:
    """How the owner speaks of a fact, in one language of the desk.

    `noun` is a noun with its article ("il ritardo"). `clause` holds `{}` where the value goes ("il pacco è in
    ritardo di {}"), and `negated` the same with a not; `some` and `none` say that a sum is above nought and
    that it is nought, `yes` and `no` how a yes_no fact stands. `unit` is what a number counts, one of them
    ("notte"); `values` are the words for each choice.
    """

    noun: str | None = None
    clause: str | None = None
    negated: str | None = None
    some: str | None = None
    none: str | None = None
    yes: str | None = None
    no: str | None = None
    unit: str | None = None
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """What the owner calls facts and complaint types, in one language of the desk."""

    facts: Mapping[str, FactWords]
    complaints: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands in the file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A whole policy file.

    `what_happened` says complaint types in the owner's own words, for the sentence that tells the customer
    what we understood: under a complaint type the words for every case, before them under
    `service_down.what_is_down.internet` those for a value of a fact (`yes` and `no` of one that is either).
    `{days_late}` in them is the value of a fact: days or money.

    `file` is the name it was read under, `places` maps keys such as `rules[1].give` to where they stand,
    `texts` maps the key of each text for customers to its words. `approval` gives each role's limit, None
    for no limit; it is empty when every role may approve everything. `deputy_approval` is how much a deputy
    may approve in the place of somebody absent, None where the file does not say. `emergency` are the
    complaint types that are a danger to body or life when they are critical.
    """

    name: str
    file: str
    sha256: str
    audience: Audience
    effective: date
    currency: str
    timezone: ZoneInfo
    voice: Mapping[str, str]
    address: Address
    concerns: Concerns
    what_happened: Mapping[str, Texts]
    signature: str
    facts: Mapping[str, FactSpec]
    presumptions: tuple[Presumption, ...]
    owed: tuple[Owed, ...]
    rules: tuple[Rule, ...]
    ladder: tuple[RemedySpec, ...]
    second_time: SecondTime | None
    limits: Limits
    worth: Mapping[RemedyKind, AmountSpec]
    approval: Mapping[Role, Money | None]
    owed_approval: Role
    deputy_approval: Money | None
    choice_within: Duration | None
    wait_for_answer: Duration | None
    codes: Codes
    codes_valid: Duration | None
    signals: tuple[Signal, ...]
    deadlines: Mapping[str, Duration]
    hours: OpeningHours
    on_call: tuple[OnCall, ...]
    emergency: tuple[str, ...]
    words: Mapping[str, OwnWords]
    places: Mapping[str, Place]
    texts: Mapping[str, Texts]

    @property
    def entries(self) -> tuple[Owed | Rule, ...]:
        """What is owed, then the rules: everything that has a condition."""
        return (*self.owed, *self.rules)

    def presumed_for(self, complaint_type: str | None) -> dict[str, Operand]:
        """What the owner presumes for a complaint type, by fact."""
        return {
            presumption.fact: presumption.value
            for presumption in self.presumptions
            if presumption.complaint_type in (None, complaint_type)
        }

    def place(self, key: str) -> Place:
        """Where a key stands; for one that the file leaves out, the nearest above it."""
        while key and key not in self.places:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return self.places.get(key, Place(line=1, column=1))

    def formal(self, language: str) -> bool:
        """Whether customers of that language are addressed formally (lei, usted, vous, Sie)."""
        return self.voice.get(language) not in INFORMAL


INFORMAL = frozenset({"tu", "du", "tú"})
