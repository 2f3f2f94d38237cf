"""Where a person's data stand: every table, and which of its columns hold words, names or addresses.

This list is what erasing blanks and what an export shows. A column that can hold words and is not named here
fails a test, so that nothing new is forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.sql.selectable import Select

from models.states import PromiseKind, PromiseState, Purpose
from models.tables import (
    Approval,
    AssessmentRow,
    Attachment,
    Base,
    Call,
    Card,
    Case,
    Choice,
    Contact,
    Correction,
    Customer,
    DecisionRow,
    Draft,
    EmbeddingRow,
    Event,
    Fact,
    Identity,
    LedgerEntry,
    Message,
    OfferRow,
    OpenEdit,
    OpenedLink,
    Order,
    OrderProof,
    OutboxEntry,
    Promise,
    Prompt,
    Rating,
    SignalRow,
    Topic,
    Update,
    Voucher,
)

ERASED = "erased"
"""What stands where an address stood, and why a file is not kept."""

_READ_OUT = ("order_ids", "other_numbers", "phone_numbers", "emails", "ibans", "fiscal_codes")
_SENTENCES = ("steps", "notes", "limits_cut", "signals", "other_orders")

Blank = Callable[[Any], object]
"""What of a row's column is kept: often nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose data: some cases, or (with `customer`) everything of one person.

    `chats` are the keys of the person's own chats; of what came there, only updates up to `until` count.
    """

    cases: tuple[str, ...]
    customer: str | None = None
    identities: tuple[str, ...] = ()
    chats: tuple[str, ...] = ()
    until: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing may lead back to the person afterwards."""
        return self.customer is not None or bool(self.chats)


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """One table: which rows are of a scope, what is blanked in them, and which texts stay and are no words.

    `addresses` lead back to the person, or are their own view: they are blanked only when the whole person is
    erased.
    """

    table: type[Base]
    of: Callable[[Scope], ColumnElement[bool]]
    blank: Mapping[str, Blank]
    addresses: Mapping[str, Blank]
    kept: frozenset[str]


def _empty(_row: object) -> str:
    return ""


def _none(_row: object) -> None:
    return None


def _no_bytes(_row: object) -> bytes:
    return b""


def _no_list(_row: object) -> list[object]:
    return []


def _no_object(_row: object) -> dict[str, object]:
    return {}


def _erased(row: Any) -> str:
    return f"{ERASED}:{row.id}"


def _said(scope: Scope) -> ColumnElement[bool]:
    return or_(Message.case_id.in_(scope.cases), Message.identity_id.in_(scope.identities))


def _messages(scope: Scope) -> Select[str]:
    return select(Message.id).where(_said(scope))


def _came(scope: Scope) -> ColumnElement[bool]:
    brought = select(Message.update_id).where(_said(scope), Message.update_id.is_not(None))
    there: ColumnElement[bool] = Update.chat_key.in_(scope.chats)
    if scope.until is not None:
        there = and_(there, Update.id <= scope.until)
    return or_(Update.id.in_(brought), there)


def _happened(scope: Scope) -> ColumnElement[bool]:
    # Who presses a button without working here is noted by their account.
    accounts = [int(last) for key in scope.chats if (last := key.rpartition(":")[2]).isdecimal()]
    account = Event.details["telegram"].as_numeric(20, 0)
    return or_(Event.case_id.in_(scope.cases), account.in_(accounts))


def sent_to(scope: Scope) -> ColumnElement[bool]:
    """What left or was to leave: about the cases, and to the person without a case."""
    # An agent's chat may be a customer's as well: the cards in it are of other cases.
    uncased = and_(OutboxEntry.chat_key.in_(scope.chats), OutboxEntry.purpose == Purpose.STANDING)
    return or_(OutboxEntry.case_id.in_(scope.cases), uncased)


def _ordered(scope: Scope) -> ColumnElement[bool]:
    """The orders known to be the person's: who only named somebody else's number has no part in it."""
    proven = select(OrderProof.order_id).where(OrderProof.customer_id == scope.customer)
    accounts = select(Identity.external_id).where(
        Identity.id.in_(scope.identities), Identity.channel.startswith("telegram:")
    )
    opened = select(OpenedLink.order_key).where(OpenedLink.customer_id == scope.customer)
    return or_(Order.id.in_(proven), Order.key.in_(opened), Order.telegram_id.in_(accounts))


def _labels_only(row: AssessmentRow) -> dict[str, object]:
    found: dict[str, object] = {name: [] for name in _READ_OUT}
    return {**row.fields, "entities": {**row.fields.get("entities", {}), **found}}


def _no_account(row: Event) -> dict[str, object]:
    return {name: value for name, value in row.details.items() if name != "telegram"}


def _no_words(row: Fact) -> dict[str, object]:
    """Amounts, dates and yes or no stay; what was typed, an order's number among it, does not."""
    return _no_text(row.value)


def _no_text(content: dict[str, object]) -> dict[str, object]:
    return {**content, "value": None} if content.get("type") == "text" else content


def _no_sentences(row: DecisionRow) -> dict[str, object]:
    """Sentences about the case name its facts; rules, remedies and amounts are the policy's own."""
    facts = {
        name: [{**fact, "likely": None, "remark": None} for fact in row.content.get(name, [])]
        for name in ("missing", "claimed")
    }
    return {**row.content, **{name: [] for name in _SENTENCES}, **facts}


def _what_is_still_to_be_done(row: Promise) -> dict[str, object]:
    """An open promise is kept all the same, so that whoever owes it has to know what it is."""
    return row.what if row.state == PromiseState.OPEN or row.kind != PromiseKind.COMMITMENT else {}


def _contents_left(row: Draft) -> list[dict[str, object]]:
    """Where the contents are, until they have been deleted."""
    return [{"stored_as": file["stored_as"], ERASED: True} for file in row.files]


def _figures_left(row: Approval) -> dict[str, object] | None:
    """What was given beyond the decision stays in the books; the words in which it was do not."""
    return {**row.off_policy, "words": [], "promises": []} if row.off_policy is not None else None


def _customers_address(row: OutboxEntry) -> str:
    return row.chat_key if row.purpose == Purpose.CARD else _erased(row)


def _holding(
    table: type[Base],
    of: Callable[[Scope], ColumnElement[bool]],
    blank: Mapping[str, Blank] | None = None,
    *,
    addresses: Mapping[str, Blank] | None = None,
    kept: str = "",
) -> Holding:
    return Holding(
        table=table, of=of, blank=blank or {}, addresses=addresses or {}, kept=frozenset(kept.split())
    )


HOLDINGS: tuple[Holding, ...] = (
    # Before the accounts by which some are found.
    _holding(
        Order,
        _ordered,
        addresses={
            "number": _erased,
            "key": _erased,
            "name": _none,
            "email": _none,
            "phone": _none,
            "postcode": _none,
            "telegram_id": _none,
            "facts": lambda row: {name: _no_text(content) for name, content in row.facts.items()},
        },
        kept="currency source",
    ),
    _holding(
        Customer,
        lambda scope: Customer.id == scope.customer,
        addresses={
            "name": _none,
            "preferred_language": _none,
            "formality": _none,
            "preferred_remedy": _none,
        },
        kept="language",
    ),
    _holding(
        Identity,
        lambda scope: Identity.id.in_(scope.identities),
        addresses={
            "external_id": _erased,
            "chat_key": _erased,
            "display_name": _none,
            "proven_how": _none,
        },
        kept="channel",
    ),
    _holding(
        Case,
        lambda scope: Case.id.in_(scope.cases),
        addresses={"chat_key": _erased},
        kept="channel audience state urgency language reopened_from passed_to_role flag",
    ),
    _holding(
        Message,
        _said,
        {"text": _empty},
        kept="external_id direction kind language reply_to album_key sent_by",
    ),
    _holding(
        Update,
        _came,
        {"raw": lambda row: "{}"},
        addresses={
            "chat_key": _erased,
            # Telegram numbers its updates; a web chat's are named after the visitor.
            "external_id": lambda row: row.external_id if row.external_id.isdecimal() else _erased(row),
        },
        kept="source error",
    ),
    _holding(
        Attachment,
        lambda scope: Attachment.message_id.in_(_messages(scope)),
        # Telegram's id of a file fetches it again. Where the content is kept stays until it is deleted.
        {"provider_id": _erased, "name": _none, "mime": _none, "rejected": lambda row: ERASED},
        kept="kind sha256 stored_as",
    ),
    _holding(
        AssessmentRow,
        lambda scope: AssessmentRow.message_id.in_(_messages(scope)),
        {"fields": _labels_only, "evidence": _none},
        kept="encoder heads",
    ),
    _holding(
        EmbeddingRow,
        lambda scope: EmbeddingRow.message_id.in_(_messages(scope)),
        {"vector": _no_bytes},
        kept="encoder",
    ),
    _holding(Correction, lambda scope: Correction.case_id.in_(scope.cases), kept="labels"),
    _holding(
        Fact,
        lambda scope: Fact.case_id.in_(scope.cases),
        {"value": _no_words, "order_key": _none},
        kept="name source",
    ),
    _holding(OrderProof, lambda scope: OrderProof.customer_id == scope.customer, kept="how"),
    _holding(
        OpenedLink,
        lambda scope: OpenedLink.customer_id == scope.customer,
        addresses={"number": _erased, "order_key": _erased},
    ),
    _holding(
        Contact,
        lambda scope: Contact.customer_id == scope.customer,
        addresses={"value": _erased},
        kept="kind",
    ),
    _holding(
        DecisionRow,
        lambda scope: DecisionRow.case_id.in_(scope.cases),
        {"content": _no_sentences},
        kept="kind tier policy_sha256 inputs_sha256",
    ),
    _holding(
        OfferRow,
        lambda scope: OfferRow.case_id.in_(scope.cases),
        kept="complaint_type kind basis rule_id content currency state",
    ),
    _holding(
        Draft,
        lambda scope: Draft.case_id.in_(scope.cases),
        {
            "text": _empty,
            "twins": _no_object,
            "files": _contents_left,
            "parts": _no_list,
            "findings": _no_list,
        },
        kept="kind language variant answers sha256 state",
    ),
    _holding(Topic, lambda scope: Topic.case_id.in_(scope.cases), {"name": _empty}, kept="chat_key state"),
    _holding(Rating, lambda scope: Rating.case_id.in_(scope.cases), addresses={"mark": _none}),
    _holding(Call, lambda scope: Call.case_id.in_(scope.cases)),
    _holding(OpenEdit, lambda scope: OpenEdit.case_id.in_(scope.cases), {"text": _empty}),
    _holding(
        Approval,
        lambda scope: Approval.case_id.in_(scope.cases),
        {"filled_text": _none, "reason": _none, "difference": _none, "off_policy": _figures_left},
        kept="verdict sha256 previous_state edit_reason",
    ),
    _holding(
        OutboxEntry,
        sent_to,
        {"content": _no_object, "error": _none},
        addresses={"chat_key": _customers_address},
        kept="purpose dedupe_key standing_text state attempt_id sending_by provider_id",
    ),
    _holding(
        Card,
        lambda scope: Card.case_id.in_(scope.cases),
        kept="key chat_key message_ids draft_sha256",
    ),
    _holding(Prompt, lambda scope: Prompt.case_id.in_(scope.cases), kept="purpose"),
    _holding(
        Promise,
        lambda scope: Promise.case_id.in_(scope.cases),
        {"what": _what_is_still_to_be_done, "proof": _none, "broken_reason": _none},
        kept="state kind",
    ),
    _holding(Choice, lambda scope: Choice.case_id.in_(scope.cases), kept="key options chosen_how"),
    _holding(Voucher, lambda scope: Voucher.case_id.in_(scope.cases), kept="code currency state"),
    _holding(
        LedgerEntry,
        lambda scope: LedgerEntry.case_id.in_(scope.cases),
        kept="basis currency rule_id",
    ),
    # Erasing deletes these whole, see `responses.privacy.erasure.blank`.
    _holding(
        SignalRow,
        lambda scope: SignalRow.customer_id == scope.customer,
        addresses={"evidence": _no_object, "dismissed_reason": _empty},
        kept="name",
    ),
    _holding(Event, _happened, {"details": _no_account}, kept="actor action"),
)
"""Every table that has something of a person, in an order in which one can be read after the other."""

NOT_PERSONAL = frozenset(
    {
        "absences",
        "agents",
        "agents_groups",
        "answer_entries",
        "cursors",
        "installation",
        "leases",
        "login_links",
        "policies",
        "policy_uses",
        "processes",
        "sessions",
        "standing_texts",
    }
)
"""Tables about the business and who works there."""
