"""An exit on its way: that its text tells the day that is kept, and how its case goes on until then."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, DecisionKind
from models.states import CaseState, Direction
from models.tables import Approval, Case, Draft, Message
from responses.approving.rights import decision_of
from responses.cases import move, open_messages
from responses.checks.days import days_in
from responses.checks.plain_text import plain_words
from responses.customers.history import asked_last
from responses.drafts.dates import day_forms
from responses.errors import BlockedError
from responses.intake.filing import due_now


def check_tells_day(draft: Draft, decision: Decision | None) -> None:
    """The text of an exit says from when, and says no other day for it, whoever rewrote it.

    Raises:
        BlockedError: `exit_day`, with the day that is kept.
    """
    if decision is None or decision.exit_from is None or draft.kind != DecisionKind.EXIT:
        return
    kept, language = decision.exit_from, draft.language
    text = plain_words(draft.text, language)
    # A day without its year is the one next to the day that is kept, be that a year ahead.
    named = {one.day for one in days_in(text, language, kept)}
    others = {day for day in named if day != kept and _begins(day, text, language)}
    if kept not in named or others:
        raise BlockedError("exit_day", day=kept.isoformat())


def is_notice(draft: Draft, decision: Decision | None) -> bool:
    """Whether the text ends the relation from a later day, and until then leaves everything as it is."""
    return decision is not None and decision.notice and draft.kind == DecisionKind.EXIT


async def waits_on(session: AsyncSession, case: Case) -> bool:
    """After a notice: what waited for us is drafted for anew, what we had asked is waited for.

    False where there is neither.
    """
    if await open_messages(session, case.id):
        await due_now(session, case)
        return True
    if await asked_last(session, case):
        move(case, CaseState.WAITING_CUSTOMER)
        return True
    return False


async def goes_on_by_itself(session: AsyncSession, case: Case, draft: Draft, approval: Approval) -> bool:
    """Whether nothing but a notice has had the case drafted for since it was approved: nobody has written."""
    if not is_notice(draft, await decision_of(session, draft)):
        return False
    query = select(Message.id).where(
        Message.case_id == case.id,
        Message.direction == Direction.IN,
        Message.created_at > approval.created_at,
    )
    return (await session.scalars(query.limit(1))).first() is None


def _begins(day: date, text: str, language: str) -> bool:
    """Whether the text says "from" that day, with its year or without."""
    year_before = date(day.year - 1, 1, 1)
    forms = (day_forms(day, language, today=today)["from"] for today in (None, year_before))
    return any(form.casefold() in text.casefold() for form in forms)
