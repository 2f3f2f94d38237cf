"""What a policy decides for a case. The values that travel from the policy to drafts and storage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.money import Money
from models.record import Record

EXPLANATION = "explanation"
"""The fact that holds why it happened, in an agent's words and the customer's language."""


class DecisionKind(StrEnum):
    """What the answer will do."""

    OFFER = "offer"  # at least one remedy, or an apology that the policy decided to give alone
    STATUS = "status"  # nothing new is owed: say where the given promise stands
    ASK = "ask"  # the customer can supply a missing fact: ask, offer nothing yet
    DECLINE = "decline"  # a rule matched and says no: reason, and what is possible instead
    THANKS = "thanks"  # praise: thank, pass it on
    HAND_OVER = "hand_over"  # the policy makes no offer, an agent decides what to write
    EXIT = "exit"  # a supervisor ends the relation; no policy decides this


class Manner(StrEnum):
    """How an answer is to be given when the tone asks for more than the ordinary; never what is given."""

    MEDIATE = "mediate"  # under threat: no defence, no fear, what we can do and by when
    BOUNDARY = "boundary"  # after abuse: help goes on, the insult does not
    REASSURE = "reassure"  # a calming word first, as who is worried hears it


class Basis(StrEnum):
    """Why something is given."""

    OWED = "owed"  # by law or contract; never presented as a gift
    GOODWILL = "goodwill"


class RemedyKind(StrEnum):
    """The remedies a policy file can name."""

    DISCOUNT = "discount"
    VOUCHER = "voucher"
    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    REDO = "redo"
    GIFT = "gift"
    FREE_PERIOD = "free_period"
    EXCHANGE_AT_COST = "exchange_at_cost"
    WORDS = "words"


class Role(StrEnum):
    """Who may do what; in rising order of rights."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class DurationUnit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """A span as the policy file writes it, e.g. `2 working days`. `count` is positive."""

    count: int
    unit: DurationUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A share of the price that is not given whole: `percent` of it would be `amount`.

    `reduced` says that the rest is owed already; else a limit has cut it.
    """

    percent: Decimal
    amount: Money
    reduced: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """One thing that is given.

    Exactly what is needed by its kind is set: `percent` (of `of`: `order` or `next_order`, up to
    `at_most`) for a discount or a partial refund, `amount` for a voucher, a fixed discount or a
    refund of a known sum, `full` for a refund of everything paid (with `amount` where the price is
    known), `period` for a free period, `wording` (language code to text) for a gift,
    exchange_at_cost and words. `worth` is what it costs the business, None while unknown. `basis` is set
    where it is not that of the whole offer: goodwill that stands among options which are owed.
    `cut_from` is the share of a known price that was cut to `amount`; then there is no `percent` any more.
    """

    kind: RemedyKind
    percent: Decimal | None = None
    of: str | None = None
    at_most: Money | None = None
    amount: Money | None = None
    full: bool = False
    period: Duration | None = None
    wording: Mapping[str, str] | None = None
    worth: Money | None = None
    basis: Basis | None = None
    cut_from: Share | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Remedies given by one rule for one complaint type.

    `options` holds one remedy, or several of which the customer picks one, in the policy's order or with
    the kind they prefer before it. `default` is the place of the policy's first, which holds when nobody
    chooses. `complaint_type` is None for a case without types. `because` is the
    owner's reason, `source` the law or contract for what is owed. `basis` is owed where any option is;
    what a single option is given for says `basis_of`.
    """

    basis: Basis
    options: tuple[Remedy, ...]
    rule_id: str
    complaint_type: str | None
    because: str | None = None
    source: str | None = None
    default: int = 0

    def basis_of(self, option: Remedy) -> Basis:
        """Why that option is given: by law or contract, or as goodwill."""
        return option.basis or self.basis

    @property
    def is_mixed(self) -> bool:
        """Whether the customer chooses between what is owed and goodwill."""
        return len({self.basis_of(option) for option in self.options}) > 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A no for one complaint type: why, and what is possible instead, both per language code."""

    reason: Mapping[str, str]
    alternative: Mapping[str, str] | None
    rule_id: str
    complaint_type: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Commitment:
    """Something the rule promises to do: `what` per language code, `within` from the approval."""

    what: Mapping[str, str]
    within: Duration
    rule_id: str


PROOF_FACT = "order_proof"
"""The missing fact that stands for everything the book would tell once the order is known to be theirs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingFact:
    """A fact a rule needs and nobody knows.

    `ask` is what the customer is asked for, per language code ("a photo of the damage"); None when
    only an agent can supply it. `type` and `choices` tell the desk which buttons to show. `likely` is what
    the customer seems to have answered, as an agent would type it; nothing rests on it before one says so.
    `again` says that the customer was asked for it before, and has not said it. `remark` is a sentence for
    the agent who is to supply it. `said_in` is the id of the message that says the likely value by itself.
    """

    name: str
    type: str
    ask: Mapping[str, str] | None
    from_agent: bool
    choices: tuple[str, ...] = ()
    likely: str | None = None
    again: bool = False
    remark: str | None = None
    said_in: str | None = None


class StepOutcome(StrEnum):
    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One rule tried for one complaint type, and why it did, did not or could not yet match.

    `pending` says of a rule that matches why it is not applied yet: what stands before it is open.
    """

    rule_id: str
    complaint_type: str | None
    outcome: StepOutcome
    reason: str
    pending: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One run of the policy on one revision of a case. The same inputs give an equal decision.

    `offers` may be non-empty for HAND_OVER: then they are what other complaint types would have
    got, for the agent's eyes. `at_fault` is True when fault is established or presumed as ours,
    False when it is not ours, None when nobody knows; `faults` says the same of each complaint type.
    `second_time` says that the same failure was already answered once: no repeated apology formula.
    `limits_cut` and `notes` are sentences for the agent; `presumed` names the facts that stand by the
    owner's presumption. `refusals` may stand beside offers for other complaint types, and so may
    `status_of`: the types about which nothing new is given, as they were answered before. `explanation` is
    why it happened, per language code, as the rule tells it. `worth` is the goodwill that is given, of a
    choice the dearest: what an approver's limit is compared with. `signals` are the names of what the
    customer's history shows, `show_worth` says that the text tells what a favour is worth, `sooner` that
    somebody looks as soon as at what is urgent. `other_orders` are those that the messages name beside the
    one that the case is about. `loaded_codes`: a
    voucher's code is one that the business has loaded, `codes_valid` how long one of ours can be used, None
    for ever. `choose_within` is how long a choice stays open, None
    where the owner sets no end to it. `claimed` are facts on which it rests that only a message of the
    customer says, each with its value as likely, for an agent to confirm. Of an exit, `exit_from` is the day
    from which nothing new is taken on, in the business's time zone; None for those drafted before the day was
    kept, which count at once. `notice`: that day was to come; until then the customer is served as before.
    """

    kind: DecisionKind
    policy: str
    policy_sha256: str
    complaint_types: tuple[str, ...]
    offers: tuple[Offer, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    tier: Role = Role.AGENT
    apologise: bool = False
    at_fault: bool | None = None
    faults: Mapping[str, bool | None] = field(default_factory=dict)
    second_time: bool = False
    refusals: tuple[Refused, ...] = ()
    status_of: tuple[str, ...] = ()
    explanation: Mapping[str, str] | None = None
    manner: Manner | None = None
    rule_ids: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    limits_cut: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    presumed: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    worth: Money | None = None
    signals: tuple[str, ...] = ()
    show_worth: bool = False
    sooner: bool = False
    other_orders: tuple[str, ...] = ()
    loaded_codes: bool = False
    codes_valid: Duration | None = None
    choose_within: Duration | None = None
    claimed: tuple[MissingFact, ...] = ()
    exit_from: date | None = None
    notice: bool = False

    @property
    def asks_customer(self) -> tuple[MissingFact, ...]:
        """The missing facts that the customer can supply."""
        return tuple(fact for fact in self.missing if fact.ask is not None)

    def fault_of(self, complaint_type: str | None) -> bool | None:
        """Whether that failure is ours; a type that the decision does not know is judged as the whole."""
        return self.at_fault if complaint_type is None else self.faults.get(complaint_type, self.at_fault)


@dataclass(frozen=True, kw_only=True, slots=True)
class FactValue:
    """A known fact, or one known to be unobtainable (`unavailable`: conditions on it are false).

    `value` is a bool (yes_no), Decimal (number, days), Money, date, or str (choice, text).
    """

    value: object
    source: str
    unavailable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What an earlier approved answer gave for one complaint type of this customer.

    `case_id` tells whether it was this case, `order_id` which order it was about (None where nobody knew).
    `promise_state` is the worst among what was promised with it, `due_at` when the first of what is still
    open is to be done, `settled_at` when the last of the rest was kept or broken; `committed` says that a
    promise of the rule itself ("we send the parcel again") was among that. A broken promise, or a kept one
    followed by the same failure, opens the second time.
    `beside` are the other kinds that stood in the same choice: whichever is taken settles them all.
    """

    case_id: str
    complaint_type: str | None
    at: datetime
    kind: RemedyKind
    basis: Basis
    worth: Money | None
    our_fault: bool
    promise_state: str | None
    due_at: datetime | None = None
    settled_at: datetime | None = None
    order_id: str | None = None
    committed: bool = False
    beside: tuple[RemedyKind, ...] = ()

    @property
    def kinds(self) -> tuple[RemedyKind, ...]:
        """Everything that it settles."""
        return (self.kind, *self.beside)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """The goodwill given to everybody so far on one day, and in its month, in the policy's currency."""

    day: Money
    month: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """The case as the policy sees it: the union of its messages since our last answer.

    `given_here` is what was already given in this very case, `history` what earlier cases of the
    same customer were given. `abstained` names classifier fields that must not be relied upon.
    `now` is an aware time, `said_at` that of the newest message. `asked` names the facts
    that the customer need not be asked for again: asked before, or the thing (a photo) has arrived and an
    agent has to say what it shows. `asked_once` names those of a question that was answered in part or not
    at all, which are asked for once more, `asked_twice` those of two questions. `unproven` names the facts
    that the order book knows of the order named, while nobody has shown that it is theirs; `proof_ask` is
    what to ask for then, per language code.
    `ahead` names what the book would know of an order, while none is named. `other_orders` are the numbers
    that the messages name beside that of the facts.
    `record` is what signals are counted from, None where nobody looks at them; `spent` is what budgets are
    compared with, None where nobody keeps books.
    `asks_progress`: the messages complain of nothing, and ask where something stands that is promised here
    and not done. `waits`: every complaint among them asks where something stands.
    """

    act: str
    complaint_types: tuple[str, ...]
    tone: str
    urgency: str
    asks: tuple[str, ...]
    own_error: bool
    language: str
    abstained: frozenset[str]
    facts: Mapping[str, FactValue]
    given_here: tuple[Given, ...]
    history: tuple[Given, ...]
    now: datetime
    said_at: datetime | None = None
    asked: frozenset[str] = frozenset()
    asked_once: frozenset[str] = frozenset()
    asked_twice: frozenset[str] = frozenset()
    unproven: frozenset[str] = frozenset()
    ahead: frozenset[str] = frozenset()
    proof_ask: Mapping[str, str] | None = None
    other_orders: tuple[str, ...] = ()
    record: Record | None = None
    spent: Spent | None = None
    asks_progress: bool = False
    waits: bool = False
