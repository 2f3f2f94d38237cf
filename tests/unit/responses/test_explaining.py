"""Why a message got its labels is looked for once, after the draft, and of nothing that is gone."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import select, update

from models.assessment import Assessment, Entities, Evidence, Label, Span
from models.database import Database
from models.serial import to_json
from models.states import Direction
from models.tables import AssessmentRow, Message
from responses.explaining import Explaining
from tests.seed import now, seed_case


def assessment() -> Assessment:
    def label(name: str) -> Label:
        return Label(label=name, probability=0.9)

    return Assessment(
        act=label("complaint"),
        complaint_types=(label("delivery_late"),),
        tone=label("calm"),
        urgency=label("normal"),
        asks=(),
        own_error=label("no"),
        language="it",
        entities=Entities(),
        abstained=frozenset(),
        encoder="table",
        heads="table",
    )


FOUND = (Evidence(field="complaint_types", label="delivery_late", spans=(Span(start=3, end=8),)),)


class Reasons:
    """What explains, and how often it was asked."""

    def __init__(self, database: Database) -> None:
        self.asked: list[str] = []
        self.erases: str | None = None
        self._database = database

    async def explain(self, text: str, sent_at: datetime, assessment: Assessment) -> Sequence[Evidence]:
        self.asked.append(text)
        if self.erases is not None:
            async with self._database.writing() as session:
                await session.execute(update(Message).where(Message.id == self.erases).values(text=""))
        return FOUND


@pytest.fixture
def reasons(sqlite: Database) -> Reasons:
    return Reasons(sqlite)


async def said(database: Database, text: str = "Il pacco è in ritardo", *, read: bool = True) -> str:
    async with database.writing() as session:
        case = await seed_case(session)
        message = Message(
            case_id=case.id,
            identity_id=case.identity_id,
            direction=Direction.IN,
            kind="text",
            text=text,
            sent_at=now(),
        )
        session.add(message)
        await session.flush()
        if read:
            one = assessment()
            session.add(
                AssessmentRow(
                    message_id=message.id,
                    fields=to_json(one),
                    needs_review=False,
                    encoder=one.encoder,
                    heads=one.heads,
                )
            )
        return message.id


async def stored(database: Database) -> list[object]:
    async with database.reading() as session:
        return list(await session.scalars(select(AssessmentRow.evidence)))


async def test_it_is_found_once(sqlite: Database, reasons: Reasons) -> None:
    message = await said(sqlite)
    explaining = Explaining(sqlite, reasons.explain)

    await explaining.run(message)
    await explaining.run(message)

    assert await stored(sqlite) == [[to_json(FOUND[0])]]
    assert reasons.asked == ["Il pacco è in ritardo"]


async def test_of_what_is_erased_meanwhile_nothing_is_kept(sqlite: Database, reasons: Reasons) -> None:
    reasons.erases = message = await said(sqlite)

    await Explaining(sqlite, reasons.explain).run(message)

    assert await stored(sqlite) == [None]


@pytest.mark.parametrize(("text", "read"), [("", True), ("Il pacco", False)], ids=["no words", "not read"])
async def test_where_there_is_nothing_to_explain_nobody_is_asked(
    sqlite: Database, reasons: Reasons, text: str, *, read: bool
) -> None:
    await Explaining(sqlite, reasons.explain).run(await said(sqlite, text, read=read))
    await Explaining(sqlite, reasons.explain).run("no such message")

    assert reasons.asked == []
