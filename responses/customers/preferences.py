"""Preferences: how a customer wishes to be treated, as an agent says, and what their choices show.

They choose the language, the form of address and which of several remedies is named first; never what is
offered, nor what it is worth.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Decision, DecisionKind, Offer, RemedyKind
from models.labels import Language
from models.states import CaseState, ChoiceHow, DraftState
from models.tables import Agent, Case, Choice, Customer, Draft, Event, OfferRow
from responses.approving.rights import check_free, decision_of
from responses.cases import holder_of, raise_revision
from responses.customers.registers import Heard, heard_register
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import due_now

OFTEN = 2
"""So many choices of one kind of remedy make a habit."""


class Preference(StrEnum):
    """What can be said of a customer."""

    LANGUAGE = "language"
    FORMALITY = "formality"
    REMEDY = "remedy"


VALUES: Mapping[Preference, tuple[str, ...]] = {
    Preference.LANGUAGE: tuple(Language),
    Preference.FORMALITY: ("informal", "formal"),
    # Words alone are nothing that one could choose.
    Preference.REMEDY: tuple(kind for kind in RemedyKind if kind is not RemedyKind.WORDS),
}
"""What each can be."""

_COLUMNS = {
    Preference.LANGUAGE: Customer.preferred_language,
    Preference.FORMALITY: Customer.formality,
    Preference.REMEDY: Customer.preferred_remedy,
}
_CHOSEN_BY_THEM = (ChoiceHow.BUTTON, ChoiceHow.WORDS)
_SET, _CLEARED = "preference.set", "preference.cleared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What an agent has said of a customer; `by` is the agent's name and `at` when, None where unknown."""

    value: str
    by: str | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """The kind of remedy that the customer chooses as a rule, and when they did, the oldest first."""

    kind: RemedyKind
    at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What is known of a customer's wishes: what agents have said, what their own words and choices show."""

    said: Mapping[Preference, Said]
    heard: Heard | None
    habit: Habit | None

    @property
    def suggested(self) -> RemedyKind | None:
        """The kind that one press may note, None where something was said or nothing is to be seen."""
        return None if self.habit is None or Preference.REMEDY in self.said else self.habit.kind


async def preferences_of(session: AsyncSession, customer: Customer, language: str) -> Preferences:
    """Everything about one customer; `language` is that in which the case is answered."""
    query = (
        select(Event, Agent.name)
        .join(Case, Case.id == Event.case_id)
        .outerjoin(Agent, Agent.id == Event.actor)
        .where(Case.customer_id == customer.id, Event.action == _SET)
        .order_by(Event.id)
    )
    set_by = {event.details["preference"]: (name, event.at) for event, name in await session.execute(query)}
    values = {which: getattr(customer, column.key) for which, column in _COLUMNS.items()}
    unknown = (None, None)
    return Preferences(
        said={
            which: Said(value=value, by=set_by.get(which, unknown)[0], at=set_by.get(which, unknown)[1])
            for which, value in values.items()
            if value is not None
        },
        heard=await heard_register(session, customer, language),
        habit=await habit_of(session, customer),
    )


async def set_preference(
    session: AsyncSession, agent: Agent, case: Case, which: Preference, value: str | None
) -> bool:
    """An agent says what the customer wishes (None: nothing any more); returns whether a draft is made anew.

    Every draft of the customer's that waits is, as far as it could read otherwise. What somebody has written
    by hand, and what a colleague is working on, is left to them.

    Args:
        session: the caller's writing transaction.
        agent: who says it.
        case: the case in which it is said, one of the customer's.
        which: of what.
        value: one of `VALUES`.

    Raises:
        BlockedError: `preference_unknown`, `claimed`, `erased`.
        NotAllowedError: `own_case`.
    """
    if value is not None and value not in VALUES[which]:
        raise BlockedError("preference_unknown", value=value)
    await check_free(session, agent, case)
    column = _COLUMNS[which]
    changed = await session.execute(
        update(Customer)
        .where(Customer.id == case.customer_id, column.is_distinct_from(value))
        .values({column.key: value})
        .returning(Customer.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar_one_or_none() is None:
        return False
    record(session, agent.id, _CLEARED if value is None else _SET, case.id, preference=which)
    if which is Preference.LANGUAGE and value is not None:
        # What goes out by itself speaks it too, until the next message is read.
        await session.execute(
            update(Case)
            .where(Case.customer_id == case.customer_id, Case.state != CaseState.CLOSED)
            .values(language=value)
        )
    anew = False
    for other, draft in await _undecided(session, case):
        if other.state == CaseState.DRAFTING:
            # It may be being read at this moment, with what was known before.
            await raise_revision(session, other)
        elif draft is not None and await _reads_otherwise(session, agent, other, draft, which):
            await raise_revision(session, other)
            await due_now(session, other)
            anew = True
    return anew


async def _undecided(session: AsyncSession, case: Case) -> list[tuple[Case, Draft | None]]:
    """The customer's cases for which something is or will be drafted, this one among them.

    Where two agents say something of one customer at once, nobody waits for a case that the other holds: who
    comes second finds it free.
    """
    query = (
        select(Case, Draft)
        .outerjoin(Draft, and_(Draft.case_id == Case.id, Draft.state == DraftState.PROPOSED))
        .where(
            Case.customer_id == case.customer_id,
            Case.state.in_((CaseState.DRAFTING, CaseState.WAITING_AGENT)),
        )
        .order_by(Case.id)
        .with_for_update(of=Case, skip_locked=True)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def _reads_otherwise(
    session: AsyncSession, agent: Agent, case: Case, draft: Draft, which: Preference
) -> bool:
    holder = await holder_of(session, case, utcnow())
    decision = await decision_of(session, draft)
    if decision is None or (holder is not None and holder.id != agent.id):
        return False
    if draft.edited_by is not None or decision.kind is DecisionKind.EXIT:
        return False
    return which is not Preference.REMEDY or any(len(offer.options) > 1 for offer in decision.offers)


def preferred_first(decision: Decision, kind: str | None) -> Decision:
    """The same decision, with that kind of remedy before the others wherever the customer may choose.

    Nothing else changes: neither what is offered nor what it is worth, nor what holds when nobody chooses.
    Where they choose between what is owed and a favour, the order stays: a right is not put after a gift.
    """
    if kind is None or not any(len(offer.options) > 1 for offer in decision.offers):
        return decision
    return replace(decision, offers=tuple(_with_first(offer, kind) for offer in decision.offers))


def _with_first(offer: Offer, kind: str) -> Offer:
    if offer.is_mixed:
        return offer
    order = sorted(range(len(offer.options)), key=lambda place: offer.options[place].kind != kind)
    return replace(
        offer,
        options=tuple(offer.options[place] for place in order),
        default=order.index(offer.default),
    )


async def habit_of(session: AsyncSession, customer: Customer) -> Habit | None:
    """What the customer chooses as a rule: at least twice, and more often than not where it was to be had.

    Only their own choices count, by a button or in words, and only where kinds of remedy stood against each
    other. Of two habits the stronger, then the newer.
    """
    rows = await session.scalars(
        select(Choice)
        .join(Case, Case.id == Choice.case_id)
        .where(
            Case.customer_id == customer.id,
            Choice.chosen_how.in_(_CHOSEN_BY_THEM),
            Choice.chosen_offer_id.is_not(None),
        )
        .order_by(Choice.chosen_at)
    )
    choices = rows.all()
    wanted = {offer_id for choice in choices for offer_id in choice.options}
    found = await session.execute(select(OfferRow.id, OfferRow.kind).where(OfferRow.id.in_(wanted)))
    kinds = {offer_id: RemedyKind(kind) for offer_id, kind in found}
    offered: dict[RemedyKind, int] = defaultdict(int)
    chosen: dict[RemedyKind, list[datetime]] = defaultdict(list)
    for choice in choices:
        options = {kinds[offer_id] for offer_id in choice.options}
        if len(options) < 2 or choice.chosen_at is None or choice.chosen_offer_id is None:
            continue
        for kind in options:
            offered[kind] += 1
        chosen[kinds[choice.chosen_offer_id]].append(choice.chosen_at)
    habits = [
        Habit(kind=kind, at=tuple(at))
        for kind, at in chosen.items()
        if len(at) >= OFTEN and 2 * len(at) > offered[kind]
    ]
    return max(habits, key=lambda habit: (len(habit.at), habit.at[-1]), default=None)
