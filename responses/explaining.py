"""Why a message got its labels: found after the draft is on the table, for whoever reads the case."""

from sqlalchemy import select

from models.assessment import Assessment, Explain
from models.database import Database
from models.serial import from_json, to_json
from models.tables import AssessmentRow, Message


class Explaining:
    """Traces the labels of a message to its words, once. What is missed is not tried again: nobody waits."""

    def __init__(self, database: Database, explain: Explain) -> None:
        self._database = database
        self._explain = explain

    async def run(self, message_id: str) -> None:
        """Stores which words carried the newest labels of a message, unless that is known already."""
        newest = (
            select(AssessmentRow)
            .where(AssessmentRow.message_id == message_id)
            .order_by(AssessmentRow.id.desc())
            .limit(1)
        )
        async with self._database.reading() as session:
            message = await session.get(Message, message_id)
            row = (await session.scalars(newest)).one_or_none()
        if message is None or row is None or row.evidence is not None or not message.text:
            return
        evidence = await self._explain(message.text, message.sent_at, from_json(Assessment, row.fields))
        if evidence is None:
            return
        async with self._database.writing() as session:
            # What was erased while it was being looked at leaves no trace of where its words stood.
            still = await session.get(Message, message_id, with_for_update=True)
            stored = await session.get(AssessmentRow, row.id)
            if still is not None and stored is not None and still.text == message.text:
                stored.evidence = [to_json(one) for one in evidence]
