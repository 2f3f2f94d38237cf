"""Sending standing texts: the approved wording goes out, else the program's own; its version is recorded.

Every wording of the program's own that ever went out is in the database too: each start puts the present
ones there.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.labels import Language
from models.once import insert_missing
from models.states import Purpose
from models.tables import StandingText
from responses.config import RoadConfig
from responses.customers.registers import register_in
from responses.drafts.brief import Formality
from responses.policies import PolicyBook
from responses.sending.outbox import enqueue
from responses.sending.standing import StandingWording, standing_text, standing_texts


class StandingTexts:
    """Puts standing texts into the outbox.

    `policies` say how customers are addressed of whom nothing else is known.
    """

    def __init__(self, config: RoadConfig, policies: PolicyBook | None = None) -> None:
        self._config = config
        self._policies = policies or PolicyBook()

    async def seed(self, session: AsyncSession) -> None:
        """Puts the shipped wordings into the database, as far as they are not there yet."""
        rows = await session.execute(
            select(StandingText.name, StandingText.language, StandingText.sha256).where(
                StandingText.written_by.is_(None)
            )
        )
        known = {(name, language, sha256) for name, language, sha256 in rows}
        missing = [
            {
                "name": wording.name,
                "language": wording.language,
                "text": wording.text,
                "sha256": wording.sha256,
            }
            for wording in standing_texts()
            if (wording.name, wording.language, wording.sha256) not in known
        ]
        await insert_missing(session, StandingText, missing)

    async def enqueue(
        self,
        session: AsyncSession,
        name: str,
        *,
        chat_key: str,
        language: str | None,
        dedupe_key: str,
        case_id: str | None = None,
        button: str | None = None,
        button_data: str = "",
        marks_for: str | None = None,
        formality: str | None = None,
        **fields: str,
    ) -> bool:
        """Puts the text into the outbox; False when `dedupe_key` says it went out already.

        The business's name is filled in where the text has it; every other field must be given. A customer
        whose language we do not write in gets English. `button` names the standing text of a
        button under it, which carries `button_data`; `marks_for` is the case whose mark the channel asks for.
        `formality` is how they are addressed ("formal", "informal"), without it as in drafts.

        Raises:
            StandingTextError: there is no such text, or its fields are not those given.
        """
        wording = await self._current(session, name, language)
        register = await self._formality(session, wording, chat_key, case_id)
        if formality is not None:
            register = "informal" if formality == "informal" else "formal"
        text = self._filled(wording, fields, register)
        content: dict[str, Any] = {"text": text, "language": wording.language, "formality": register}
        if button is not None:
            label = (await self._current(session, button, wording.language)).fill(register)
            content["buttons"] = [[{"text": label, "data": button_data}]]
        if marks_for is not None:
            content["marks_for"] = marks_for
        entry = await enqueue(
            session,
            purpose=Purpose.STANDING,
            dedupe_key=dedupe_key,
            chat_key=chat_key,
            content=content,
            case_id=case_id,
            standing_text=wording.sha256,
        )
        return entry is not None

    async def filled(
        self, session: AsyncSession, name: str, language: str | None, fields: Mapping[str, str], chat_key: str
    ) -> str:
        """The text for a page of that chat which shows it at once; nothing is sent.

        Raises:
            StandingTextError: as `enqueue`.
        """
        wording = await self._current(session, name, language)
        return self._filled(wording, fields, await self._formality(session, wording, chat_key, None))

    def _filled(self, wording: StandingWording, fields: Mapping[str, str], formality: Formality) -> str:
        business = {"business": self._config.business.name} if "business" in wording.fields else {}
        return wording.fill(formality, **{**fields, **business}).strip()

    async def _formality(
        self, session: AsyncSession, wording: StandingWording, chat_key: str, case_id: str | None
    ) -> Formality:
        """How the customer is addressed; where the text reads the same anyway, nothing is looked up."""
        if wording.addressed("formal") == wording.addressed("informal"):
            return "formal"
        return await register_in(
            session, self._policies, chat_key=chat_key, case_id=case_id, language=wording.language
        )

    async def _current(self, session: AsyncSession, name: str, language: str | None) -> StandingWording:
        spoken = language if language in {one.value for one in Language} else Language.ENGLISH.value
        own = standing_text(name, spoken)
        query = select(StandingText).where(
            StandingText.name == name,
            StandingText.language == spoken,
            StandingText.approved_at.is_not(None),
            StandingText.ended_at.is_(None),
        )
        row = (await session.scalars(query)).one_or_none()
        if row is None:
            return own
        approved = StandingWording(name=row.name, language=row.language, text=row.text)
        # A newer program may fill in other fields: then its own text is the one that can be sent.
        return approved if approved.fields == own.fields else own
