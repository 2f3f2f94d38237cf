"""Filling: what stands in a draft's slots once somebody approves it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision
from models.tables import Agent, Approval, Case, Draft
from responses.approving.bookkeeping import voucher_slots
from responses.choices.deadline import choose_by
from responses.choices.offered import from_pool
from responses.config import RoadConfig
from responses.drafts.dates import format_due, needs_time
from responses.drafts.draft import formality_of
from responses.drafts.slots import fill, greeting_for, slots_in
from responses.hours import OpeningHours
from responses.offers import offers_of
from responses.proposed import gives
from responses.vouchers.codes import reserve, told


async def filled_text(
    session: AsyncSession,
    *,
    case: Case,
    draft: Draft,
    decision: Decision | None,
    approval: Approval,
    agent: Agent,
    config: RoadConfig,
    hours: OpeningHours,
    now: datetime,
) -> str:
    """The draft's text as it goes out; the codes that it names are reserved.

    Raises:
        BlockedError: `no_codes`.
        DraftError: a slot is misspelt or has no value.
    """
    slots = slots_in(draft.text)
    due = {
        str(index): format_due(
            hours.add(commitment.within, now),
            draft.language,
            config.timezone,
            with_time=needs_time(commitment),
            today=now.astimezone(config.timezone).date(),
        )
        for index, commitment in enumerate(decision.commitments if decision else (), start=1)
    }
    codes: dict[str, str] = {}
    if decision is not None and gives(draft, decision):
        vouchers, today = (
            voucher_slots(await offers_of(session, draft)),
            now.astimezone(hours.zone).date(),
        )
        for number, offer in vouchers.items():
            if f"voucher:{number}" in slots:
                pool = from_pool(case, decision)
                code = await reserve(
                    session, offer, approval, loaded=pool, after=today, valid=decision.codes_valid
                )
                codes[number] = told(code, draft.language)
    greeting = greeting_for(draft.language, formality_of(draft.variant), now.astimezone(config.timezone))
    return fill(
        draft.text,
        agent=agent.name,
        greeting=greeting,
        due=due,
        vouchers=codes,
        choose_by=choose_by(decision, draft.language, hours, now),
    )
