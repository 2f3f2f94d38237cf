"""Standing texts: the closed list of what goes out without being approved one by one.

The wordings that ship are put into the database at the start; the newest row of a name and language is
what is sent, and every sending records which version that was.
"""

import hashlib
from functools import cache
from importlib.resources import files
from string import Formatter

from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.labels import Language
from models.once import insert_once
from models.states import Purpose
from models.tables import StandingText
from responses.config import RoadConfig
from responses.errors import ResponsesError
from responses.outbox import enqueue


class StandingTextError(ResponsesError):
    """No such standing text, or a field of it was not given."""


@cache
def wordings() -> dict[str, dict[str, str]]:
    """The wordings that ship: name to language to text with `{fields}`."""
    text = files("responses").joinpath("standing.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(text)
    return loaded


def fields_of(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


class StandingTexts:
    """Renders and sends standing texts."""

    def __init__(self, config: RoadConfig) -> None:
        self._config = config

    async def seed(self, session: AsyncSession) -> None:
        """Puts the shipped wordings into the database, where a name and language has none yet."""
        rows = await session.execute(select(StandingText.name, StandingText.language))
        known = {(name, language) for name, language in rows}
        for name, languages in wordings().items():
            for language, text in languages.items():
                if (name, language) not in known:
                    await insert_once(
                        session,
                        StandingText,
                        name=name,
                        language=language,
                        text=text,
                        sha256=hashlib.sha256(text.encode()).hexdigest(),
                    )

    async def enqueue(
        self,
        session: AsyncSession,
        name: str,
        *,
        chat_key: str,
        language: str | None,
        dedupe_key: str,
        case_id: str | None = None,
        **fields: str,
    ) -> bool:
        """Puts the text into the outbox; False when `dedupe_key` says it went out already.

        `business` is always known; every other field of the text must be given.

        Raises:
            StandingTextError: there is no such text, or a field is missing.
        """
        text, version = await self._current(session, name, language)
        values = {"business": self._config.business.name, **fields}
        missing = fields_of(text) - values.keys()
        if missing:
            raise StandingTextError(f"standing text {name!r} needs {', '.join(sorted(missing))}")
        entry = await enqueue(
            session,
            purpose=Purpose.STANDING,
            dedupe_key=dedupe_key,
            chat_key=chat_key,
            content={"text": text.format_map(values).strip(), "language": language},
            case_id=case_id,
            standing_text=version,
        )
        return entry is not None

    async def _current(self, session: AsyncSession, name: str, language: str | None) -> tuple[str, str]:
        spoken = language if language in {one.value for one in Language} else Language.ENGLISH.value
        query = (
            select(StandingText)
            .where(StandingText.name == name, StandingText.language == spoken)
            .order_by(StandingText.id.desc())
            .limit(1)
        )
        row = (await session.scalars(query)).one_or_none()
        if row is None:
            raise StandingTextError(f"there is no standing text {name!r} in {spoken!r}")
        return row.text, row.sha256
