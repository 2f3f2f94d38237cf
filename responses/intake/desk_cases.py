"""Cases that an agent opens from words that came elsewhere: by telephone, by letter, at the counter."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.ids import new_id
from models.tables import Agent, Case, Update
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import Filing
from responses.intake.incoming import Incoming

CHANNEL = "desk"
MAX_TEXT = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskCases:
    """Opens such cases. Their answers are copied by hand: nothing is sent from here."""

    filing: Filing

    async def open(
        self, session: AsyncSession, agent: Agent, *, text: str, channel: str, name: str | None, at: datetime
    ) -> Case:
        """A new case with one message.

        Args:
            session: the caller's writing transaction.
            agent: who types it in.
            text: the customer's words.
            channel: how they came, in the agent's words ("telefono").
            name: who said them.
            at: when (an aware time).

        Raises:
            BlockedError: `text_empty` or `text_long`.
        """
        if not text.strip():
            raise BlockedError("text_empty")
        if len(text) > MAX_TEXT:
            raise BlockedError("text_long", most=str(MAX_TEXT))
        person = new_id()
        chat_key = f"{CHANNEL}:{person}"
        raw = json.dumps({"text": text, "channel": channel, "name": name, "at": at.isoformat()})
        update = Update(
            source=CHANNEL,
            external_id=person,
            chat_key=chat_key,
            raw=raw.replace("\\u0000", ""),
            customer_says=True,
            processed_at=utcnow(),
        )
        session.add(update)
        await session.flush()
        filed = await self.filing.file(
            session,
            update,
            Incoming(
                channel=CHANNEL,
                person_id=person,
                chat_key=chat_key,
                external_id=person,
                sent_at=at,
                text=text,
                display_name=name,
            ),
        )
        if filed.case is None:
            raise BlockedError("text_empty")
        record(session, agent.id, "case.typed_in", filed.case.id)
        return filed.case
