"""Drafts on the table: what is proposed for a case, what it was made of, and what takes its place."""

import difflib
import hashlib
from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, DecisionKind
from models.states import DraftState, EditReason, Verdict
from models.tables import Agent, Approval, Case, Draft
from responses.approving.enclosures import Enclosure, enclosures_of
from responses.cases import raise_revision
from responses.errors import NotAllowedError
from responses.events import record
from responses.vouchers.by_hand import let_go

MAX_TEXT = 20_000
"""How long a text to a customer may be, in characters."""


def text_sha256(text: str, files: Sequence[Enclosure] = ()) -> str:
    """What an approval is bound to: the text with its slots, and the content of what goes with it."""
    digests = "".join(f"\0{file.sha256}" for file in files)
    return hashlib.sha256(f"{text}{digests}".encode()).hexdigest()


async def proposed_draft(session: AsyncSession, case: Case) -> Draft | None:
    """The draft on the table, if there is one."""
    query = (
        select(Draft)
        .where(Draft.case_id == case.id, Draft.state == DraftState.PROPOSED)
        .order_by(Draft.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def propose(
    session: AsyncSession,
    case: Case,
    old: Draft,
    *,
    text: str,
    agent: Agent | None,
    kind: str | None = None,
    files: Sequence[Enclosure] | None = None,
) -> Draft:
    """A new draft at a new revision in place of `old`, from the same decision, with its files or others."""
    enclosed = enclosures_of(old) if files is None else tuple(files)
    if old.state == DraftState.PROPOSED:
        old.state = DraftState.EDITED
    await session.flush()
    await supersede(session, case, staying=text)
    revision = await raise_revision(session, case)
    draft = Draft(
        case_id=case.id,
        decision_id=old.decision_id,
        revision=revision,
        kind=kind or old.kind,
        language=old.language,
        text=text,
        twins=old.twins if text == old.text else {},
        parts=old.parts if text == old.text else [],
        answers=old.answers if text == old.text else [],
        variant=old.variant,
        files=[file.to_json() for file in enclosed],
        sha256=text_sha256(text, enclosed),
        valid_until=old.valid_until,
        # What becomes a question or a refusal announces no answer.
        answer_by=old.answer_by if kind in (None, old.kind) else None,
        findings=old.findings if text == old.text else [],
        edited_by=agent.id if agent is not None else old.edited_by,
        edited_from=old.id if agent is not None else old.edited_from,
    )
    session.add(draft)
    await session.flush()
    if agent is not None:
        record(session, agent.id, "draft.edited", case.id, draft=draft.id)
    return draft


async def supersede(session: AsyncSession, case: Case, staying: str = "") -> None:
    """Takes what is proposed for the case off the table, for a text that stays there or for none.

    Codes that were put into it by hand, and that do not stay, are freed.
    """
    await session.execute(
        update(Draft)
        .where(Draft.case_id == case.id, Draft.state == DraftState.PROPOSED)
        .values(state=DraftState.SUPERSEDED)
    )
    await let_go(session, [case.id], staying)


async def composed_draft(session: AsyncSession, draft: Draft) -> Draft | None:
    """The draft that this one was made of by edits; None where an agent began from nothing."""
    while draft.edited_from is not None:
        draft = await session.get_one(Draft, draft.edited_from)
    return draft if draft.edited_by is None else None


async def difference_of(session: AsyncSession, draft: Draft) -> str | None:
    """What agents changed in the text that was composed, line by line; None where that is nothing."""
    composed = await composed_draft(session, draft)
    return difference_between(composed.text, draft.text) if composed is not None else None


def difference_between(composed: str, text: str) -> str | None:
    """What makes a text of a composed one, line by line; None where they are the same."""
    if composed == text:
        return None
    return "\n".join(difflib.unified_diff(composed.splitlines(), text.splitlines(), lineterm="", n=0))


def gives(draft: Draft, decision: Decision) -> bool:
    """Whether the draft carries out the offer: what an agent writes instead of one gives nothing of it."""
    return draft.kind == decision.kind == DecisionKind.OFFER


def verdict_on(draft: Draft, agent: Agent, verdict: Verdict, reason: str | None) -> Approval:
    """What an agent says of a draft that does not send it."""
    return Approval(
        case_id=draft.case_id,
        draft_id=draft.id,
        agent_id=agent.id,
        verdict=verdict,
        revision=draft.revision,
        sha256=draft.sha256,
        reason=reason,
    )


async def give_edit_reason(
    session: AsyncSession, agent: Agent, approval: Approval, reason: EditReason
) -> None:
    """Says afterwards why a draft was edited or thrown away: once, by whose verdict it was.

    Raises:
        NotAllowedError: `not_yours`.
    """
    if approval.agent_id != agent.id:
        raise NotAllowedError("not_yours")
    await session.execute(
        update(Approval)
        .where(
            Approval.id == approval.id,
            Approval.edit_reason.is_(None),
            or_(Approval.difference.is_not(None), Approval.verdict == Verdict.DISCARD),
        )
        .values(edit_reason=reason)
    )
