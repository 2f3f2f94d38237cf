"""Every table, one row one fact."""

from models.tables.absences import Absence
from models.tables.answers import Approval, Card, Draft, OpenEdit, OutboxEntry, Prompt
from models.tables.base import Base
from models.tables.calls import Call
from models.tables.cases import Attachment, Case, Message
from models.tables.choices import Choice
from models.tables.corrections import Correction
from models.tables.decisions import AssessmentRow, DecisionRow, Fact, OfferRow
from models.tables.groups import AgentsGroup, Topic
from models.tables.house import (
    Agent,
    Event,
    Lease,
    LoginLink,
    PolicyUse,
    PolicyVersion,
    Process,
    Session,
    Setting,
    StandingText,
)
from models.tables.knowledge import AnswerEntry, EmbeddingRow
from models.tables.orders import Contact, OpenedLink, Order, OrderProof
from models.tables.people import Customer, Identity
from models.tables.promises import LedgerEntry, Promise, Voucher
from models.tables.ratings import Rating
from models.tables.signals import SignalRow
from models.tables.updates import Cursor, Update

__all__ = [
    "Absence",
    "Agent",
    "AgentsGroup",
    "AnswerEntry",
    "Approval",
    "AssessmentRow",
    "Attachment",
    "Base",
    "Call",
    "Card",
    "Case",
    "Choice",
    "Contact",
    "Correction",
    "Cursor",
    "Customer",
    "DecisionRow",
    "Draft",
    "EmbeddingRow",
    "Event",
    "Fact",
    "Identity",
    "Lease",
    "LedgerEntry",
    "LoginLink",
    "Message",
    "OfferRow",
    "OpenEdit",
    "OpenedLink",
    "Order",
    "OrderProof",
    "OutboxEntry",
    "PolicyUse",
    "PolicyVersion",
    "Process",
    "Promise",
    "Prompt",
    "Rating",
    "Session",
    "Setting",
    "SignalRow",
    "StandingText",
    "Topic",
    "Update",
    "Voucher",
]
