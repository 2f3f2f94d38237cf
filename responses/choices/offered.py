"""Choices while they are open: put before the customer with a text, shown there, and taken back."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Decision, Offer, RemedyKind
from models.labels import Language
from models.serial import from_json
from models.states import ChoiceHow
from models.tables import Approval, Case, Choice, DecisionRow, Draft, OfferRow, OutboxEntry, Voucher
from responses.choices.deadline import open_until
from responses.drafts.draft import formality_of
from responses.drafts.remedies import option_labels
from responses.hours import OpeningHours
from responses.offers import placed
from responses.policy.withheld import Place, left_of
from responses.texts import shorten
from responses.vouchers.codes import release, reserve

MAX_LABEL = 60
"""How long the words on a button may be, in characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A choice with what it is about; `language` and `formal` are how the text put it.

    `offer` holds the options that were put. `is_whole`: those are all that the decision
    had, and numbered as it numbers them.
    """

    choice: Choice
    approval: Approval
    offer: Offer
    offers: tuple[OfferRow, ...]
    language: str
    formal: bool
    is_whole: bool = True

    def labels(self, language: str | None = None) -> tuple[str, ...]:
        """What its options are called, in the order of the text, in its language or another."""
        return _labels(self.offer, language or self.language, formal=self.formal, whole=self.is_whole)

    @property
    def chosen(self) -> int | None:
        """The place of what was chosen, None where nothing was (yet)."""
        ids = [offer.id for offer in self.offers]
        chosen = self.choice.chosen_offer_id
        return ids.index(chosen) if chosen is not None else None


async def put_choices(
    session: AsyncSession,
    *,
    case: Case,
    decision: Decision,
    offers: Sequence[OfferRow],
    withheld: Collection[Place] = (),
    approval: Approval,
    hours: OpeningHours,
    language: str,
    formal: bool,
    now: datetime,
) -> list[dict[str, Any]]:
    """Opens a choice for every offer with several options, and reserves what any of them may need.

    Options `withheld` are none. With one alone left there is nothing to choose, but a voucher needs the press
    by which its code is told.
    A code is reserved for each voucher among the options, so that none is offered that is not there; nobody
    is told it before it is chosen. Returns what the channels make buttons of: `key` and `labels`.

    Raises:
        BlockedError: `no_codes`.
    """
    shown = []
    for group, offer in enumerate(decision.offers):
        left = left_of(offer, group, withheld)
        rows = [row for place, row in placed(offers) if place[0] == group and place not in withheld]
        only_voucher = len(offer.options) > 1 and [row.kind for row in rows] == [RemedyKind.VOUCHER]
        if left is None or (len(rows) < 2 and not only_voucher):
            continue
        within = decision.choose_within
        expires = open_until(within, hours, now) if within is not None else None
        for row in rows:
            if row.kind == RemedyKind.VOUCHER:
                last = (expires or now).astimezone(hours.zone).date()
                await reserve(
                    session,
                    row,
                    approval,
                    loaded=from_pool(case, decision),
                    after=last,
                    valid=decision.codes_valid,
                )
        choice = Choice(
            approval_id=approval.id,
            case_id=case.id,
            choice_group=group,
            key=secrets.token_urlsafe(9),
            options=[row.id for row in rows],
            expires_at=expires,
        )
        session.add(choice)
        shown.append(
            {"key": choice.key, "labels": list(_labels(left, language, formal=formal, whole=left == offer))}
        )
    return shown


def from_pool(case: Case, decision: Decision) -> bool:
    """Whether the case's codes are the business's: samples and tests must not use those up."""
    return decision.loaded_codes and not case.is_sample and not case.is_test


async def choices_of(session: AsyncSession, case: Case) -> list[Shown]:
    """The choices of a case that were not taken back, oldest first."""
    query = select(Choice).where(
        Choice.case_id == case.id,
        or_(Choice.chosen_how.is_(None), Choice.chosen_how != ChoiceHow.WITHDRAWN),
    )
    rows = (await session.scalars(query.order_by(Choice.id))).all()
    return [await shown_of(session, choice) for choice in rows]


async def open_choices(session: AsyncSession, case: Case, now: datetime) -> list[Shown]:
    """Those among which the customer may still choose."""
    return [shown for shown in await choices_of(session, case) if is_open(shown.choice, now)]


async def shown_of(session: AsyncSession, choice: Choice) -> Shown:
    """A choice with what it is about."""
    approval = await session.get_one(Approval, choice.approval_id)
    draft = await session.get_one(Draft, approval.draft_id)
    row = await session.get_one(DecisionRow, draft.decision_id)
    rows = await session.scalars(select(OfferRow).where(OfferRow.id.in_(choice.options)))
    found = {one.id: one for one in rows}
    offer = from_json(Decision, row.content).offers[choice.choice_group]
    put = await _put(session, choice, draft.decision_id)
    return Shown(
        choice=choice,
        approval=approval,
        offer=replace(
            offer,
            options=tuple(offer.options[place] for place in put),
            # An agent may have withheld the one that would hold when nobody chooses.
            default=put.index(offer.default) if offer.default in put else 0,
        ),
        offers=tuple(found[offer_id] for offer_id in choice.options),
        language=draft.language if draft.language in set(Language) else Language.ENGLISH,
        formal=formality_of(draft.variant) == "formal",
        is_whole=len(put) == len(offer.options),
    )


async def _put(session: AsyncSession, choice: Choice, decision_id: str | None) -> list[int]:
    """The places, in the decision's offer, of the options that were put."""
    query = select(OfferRow.id).where(
        OfferRow.decision_id == decision_id, OfferRow.choice_group == choice.choice_group
    )
    ids = (await session.scalars(query.order_by(OfferRow.id))).all()
    return [ids.index(option) for option in choice.options]


def is_open(choice: Choice, now: datetime) -> bool:
    """Whether it can still be chosen."""
    return choice.chosen_at is None and (choice.expires_at is None or choice.expires_at > now)


async def choice_in(session: AsyncSession, chat_key: str, key: str) -> Choice | None:
    """The choice with that key, if it was put in that chat."""
    query = select(Choice).join(Case, Case.id == Choice.case_id)
    return (await session.scalars(query.where(Choice.key == key, Case.chat_key == chat_key))).one_or_none()


async def open_in_chat(
    session: AsyncSession, chat_key: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """What makes the buttons of the choices that can still be made in a chat, by the id of what was sent."""
    query = (
        select(Choice.key, OutboxEntry)
        .join(OutboxEntry, OutboxEntry.approval_id == Choice.approval_id)
        .where(
            OutboxEntry.chat_key == chat_key,
            Choice.chosen_at.is_(None),
            or_(Choice.expires_at.is_(None), Choice.expires_at > now),
        )
    )
    buttons: dict[str, list[dict[str, Any]]] = {}
    for key, entry in (await session.execute(query.order_by(Choice.id))).all():
        for shown in entry.content.get("choices", ()):
            if shown["key"] == key:
                buttons.setdefault(entry.id, []).append(shown)
    return buttons


async def was_chosen(session: AsyncSession, approval: Approval) -> bool:
    """Whether any choice that this approval put has been made."""
    query = select(Choice.id).where(Choice.approval_id == approval.id, Choice.chosen_at.is_not(None))
    return (await session.execute(query.limit(1))).first() is not None


async def withdraw_choices(session: AsyncSession, *which: ColumnElement[bool]) -> None:
    """Choices that nobody can make any more; what was reserved for them is freed."""
    withdrawn = await session.execute(
        update(Choice)
        .where(Choice.chosen_at.is_(None), *which)
        .values(chosen_how=ChoiceHow.WITHDRAWN, chosen_at=utcnow())
        .returning(Choice.id)
        .execution_options(synchronize_session=False)
    )
    ids = withdrawn.scalars().all()
    query = select(Choice).where(Choice.id.in_(ids)).execution_options(populate_existing=True)
    for choice in (await session.scalars(query)).all():
        await release(session, Voucher.offer_id.in_(choice.options))


def _labels(offer: Offer, language: str, *, formal: bool, whole: bool) -> tuple[str, ...]:
    # Whether the numbers still are as they were, of a text that an agent has shortened nobody knows.
    labels = option_labels(offer, language, formal=formal, numbered=whole)
    return tuple(shorten(label, MAX_LABEL) for label in labels)
