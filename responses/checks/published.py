"""The business's own texts for everybody, in which its addresses stand."""

import asyncio
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import AnswerEntry, StandingText
from responses.config import RoadConfig
from responses.policy import Policy


async def published(session: AsyncSession, config: RoadConfig, policy: Policy | None) -> tuple[str, ...]:
    """What the policy, the ready answers (the file's and the saved ones) and the standing texts say."""
    texts = [words for told in policy.texts.values() for words in told.values()] if policy else []
    in_use = AnswerEntry.accepted_at.is_not(None), AnswerEntry.ended_at.is_(None)
    for answer in await session.scalars(select(AnswerEntry.answer).where(*in_use)):
        texts += answer.values()
    in_force = StandingText.approved_at.is_not(None), StandingText.ended_at.is_(None)
    texts += await session.scalars(select(StandingText.text).where(*in_force))
    if config.answers is not None:
        texts.append(await asyncio.to_thread(_read, config.answers))
    return tuple(texts)


def _read(file: Path) -> str:
    """The file as it stands: whether it can be used otherwise is told elsewhere."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
