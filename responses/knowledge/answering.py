"""Another ready answer in a draft, picked by an agent from those that came near the question."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from models.serial import from_json, to_json
from models.tables import Agent, Draft
from responses.approving.rights import Bound, bound_draft, check_free
from responses.drafts.draft import joined
from responses.drafts.phrases import phrases
from responses.drafts.slots import escape
from responses.errors import BlockedError
from responses.events import record
from responses.knowledge.entries import Near
from responses.proposed import propose

_PART = "answer"


def answers_of(draft: Draft) -> list[Near]:
    """The ready answers near the draft's question, that in the draft first where one is.

    Once an agent has edited the text there are none: it holds words of their own.
    """
    return [from_json(Near, one) for one in draft.answers] if draft.parts else []


async def use_answer(
    session: AsyncSession, agent: Agent, bound: Bound, entry_id: str, timezone: ZoneInfo
) -> Draft:
    """Puts another of the answers near the question into the draft, in the place of what answers it now.

    Args:
        session: the caller's writing transaction.
        agent: who picks it.
        bound: what stood on the page.
        entry_id: which of the draft's answers.
        timezone: the business's, in which an answer ends.

    Raises:
        BlockedError: `gone` when there is no such answer any more, or what `Approvals.edit` is blocked by.
        NotAllowedError: `own_case`.
    """
    old, case = await bound_draft(session, bound)
    await check_free(session, agent, case)
    near = answers_of(old)
    chosen = next((one for one in near if one.id == entry_id), None)
    if chosen is None or all(name != _PART for name, _ in old.parts):
        raise BlockedError("gone")
    parts = _answered(old.parts, chosen, old.language)
    text = joined([(name, words) for name, words in parts], old.language)
    draft = await propose(session, case, old, text=text, agent=None)
    # It is a composed draft still: the words are the business's own.
    draft.parts = parts
    # A twin from before they were kept by parts cannot be told the new answer, and says nothing then.
    draft.twins = {
        language: _answered(twin, chosen, language)
        for language, twin in old.twins.items()
        if any(name == _PART for name, _ in twin)
    }
    draft.valid_until = _end_of(chosen.until, timezone)
    others = [dataclasses.replace(one, fits=False) for one in near if one is not chosen]
    draft.answers = [to_json(one) for one in (dataclasses.replace(chosen, fits=True), *others)]
    record(session, agent.id, "answer.chosen", case.id, draft=draft.id, entry=chosen.id)
    await session.flush()
    return draft


def _answered(parts: Iterable[Sequence[str]], chosen: Near, language: str) -> list[list[str]]:
    """The same parts, with the answer that was picked."""
    words = _words(chosen.answer, language)
    return [[name, words if name == _PART else before] for name, before in parts]


def _words(answer: Mapping[str, str], language: str) -> str:
    if language in answer:
        return escape(answer[language].strip())
    words = escape(next(iter(answer.values())).strip())
    return phrases(language).say("untranslated", {"words": words})


def _end_of(day: date | None, timezone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), timezone).astimezone(UTC)
