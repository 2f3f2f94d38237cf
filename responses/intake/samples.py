"""Twenty sample messages, for a desk that has nobody to answer yet. They take the real road."""

import json
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.tables import (
    Approval,
    AssessmentRow,
    Attachment,
    Card,
    Case,
    Choice,
    Contact,
    Correction,
    Customer,
    DecisionRow,
    Draft,
    EmbeddingRow,
    Event,
    Fact,
    Identity,
    LedgerEntry,
    Message,
    OfferRow,
    OpenEdit,
    OpenedLink,
    OrderProof,
    OutboxEntry,
    Promise,
    Prompt,
    Setting,
    SignalRow,
    Update,
    Voucher,
)
from responses.errors import UnreadableUpdateError
from responses.events import record
from responses.intake.filing import Filing
from responses.intake.inbox import Transaction, receive
from responses.intake.incoming import Incoming

SOURCE = "sample"
_LOADED = "samples_loaded"


@cache
def sample_messages() -> tuple[dict[str, Any], ...]:
    """The messages: `name`, `text`, `language`, `minutes_ago`."""
    text = files("responses.intake").joinpath("samples.yaml").read_text(encoding="utf-8")
    return tuple(YAML(typ="safe").load(text))


async def load_samples(session: AsyncSession) -> bool:
    """Puts the samples into the inbox, once in an installation's life; False when that was done before."""
    if await session.get(Setting, _LOADED) is not None:
        return False
    session.add(Setting(name=_LOADED, value=utcnow().isoformat()))
    now = utcnow()
    for number, sample in enumerate(sample_messages(), start=1):
        content = {**sample, "at": (now - timedelta(minutes=sample["minutes_ago"])).isoformat()}
        await receive(
            session,
            source=SOURCE,
            external_id=str(number),
            chat_key=f"{SOURCE}:{number}",
            raw=json.dumps(content),
            customer_says=True,
        )
    return True


def sample_handler(filing: Filing) -> Any:
    """The inbox's handler for samples."""

    async def handle(row: Update, transaction: Transaction) -> None:
        content = json.loads(row.raw)
        if not isinstance(content, dict) or "text" not in content:
            raise UnreadableUpdateError(row.id)
        async with transaction() as session:
            await filing.file(
                session,
                row,
                Incoming(
                    channel=SOURCE,
                    person_id=row.external_id,
                    chat_key=row.chat_key,
                    external_id=row.external_id,
                    sent_at=datetime.fromisoformat(content["at"]) if "at" in content else utcnow(),
                    text=content["text"],
                    display_name=content.get("name"),
                    language_hint=content.get("language"),
                    is_sample=True,
                ),
            )

    return handle


async def has_samples(session: AsyncSession) -> bool:
    """Whether sample cases are on the desk."""
    return (await session.execute(select(Case.id).where(Case.is_sample).limit(1))).first() is not None


async def remove_samples(session: AsyncSession, actor: str) -> int:
    """Deletes every sample with all that hangs on it; returns how many cases that were."""
    cases = list((await session.scalars(select(Case.id).where(Case.is_sample))).all())
    customers = list((await session.scalars(select(Customer.id).where(Customer.is_sample))).all())
    messages = list((await session.scalars(select(Message.id).where(Message.case_id.in_(cases)))).all())
    await session.execute(
        update(Message).where(Message.case_id.in_(cases)).values(outbox_id=None, update_id=None)
    )
    await session.execute(update(OfferRow).where(OfferRow.case_id.in_(cases)).values(approval_id=None))
    await session.execute(update(Draft).where(Draft.case_id.in_(cases)).values(edited_from=None))
    for table in (Prompt, OpenEdit, Card, Event, Voucher, Choice, LedgerEntry, Promise, OutboxEntry, Fact):
        await session.execute(delete(table).where(table.case_id.in_(cases)))
    for read in (Correction, AssessmentRow, EmbeddingRow, Attachment):
        await session.execute(delete(read).where(read.message_id.in_(messages)))
    await session.execute(delete(Message).where(Message.id.in_(messages)))
    for decided in (OfferRow, Approval, Draft, DecisionRow):
        await session.execute(delete(decided).where(decided.case_id.in_(cases)))
    await session.execute(update(Case).where(Case.linked_case_id.in_(cases)).values(linked_case_id=None))
    for told in (OrderProof, OpenedLink, Contact):
        await session.execute(delete(told).where(told.customer_id.in_(customers)))
    await session.execute(delete(SignalRow).where(SignalRow.customer_id.in_(customers)))
    await session.execute(delete(Case).where(Case.id.in_(cases)))
    await session.execute(delete(Identity).where(Identity.customer_id.in_(customers)))
    await session.execute(delete(Customer).where(Customer.id.in_(customers)))
    await session.execute(delete(Update).where(Update.source == SOURCE))
    record(session, actor, "samples.removed", cases=len(cases))
    return len(cases)
