"""What customers say unasked of the facts: kept with the message it came from, for an agent to confirm."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import FactValue, MissingFact
from models.serial import fact_from_json, fact_to_json
from models.tables import Case, Fact, Message
from responses.asking.answers import as_typed
from responses.asking.said_values import values_said
from responses.facts import counting, is_taken_back
from responses.policy import Policy
from responses.policy.schema import Supplier
from responses.reading import Reading


async def note_claims(session: AsyncSession, case: Case, reading: Reading, policy: Policy) -> bool:
    """Keeps what the messages say of the facts unasked; whether that is anything new.

    A later message goes before an earlier one. What a message no longer says, as it was edited or belongs to
    another case now, is taken back.
    """
    kept = {row.name: row for row in await _claims(session, case) if not is_taken_back(row)}
    told = _told(reading, policy)
    new = {
        name: said
        for name, said in told.items()
        if name not in kept or fact_from_json(kept[name].value) != said[0]
    }
    for name, row in kept.items():
        if name not in told and await _is_gone(session, case, row):
            new[name] = (None, row.message_id)
    for name, (value, message_id) in new.items():
        _note(session, case, name, value, message_id)
    return bool(new)


async def claimed_facts(session: AsyncSession, case: Case, policy: Policy) -> tuple[MissingFact, ...]:
    """The facts of the policy that only a message says, with their values as likely."""
    rows = (await session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.id))).all()
    return tuple(
        MissingFact(
            name=name,
            type=spec.type,
            ask=spec.ask,
            from_agent=True,
            choices=spec.choices,
            likely=as_typed(fact_from_json(row.value)),
            said_in=row.message_id,
        )
        for name, row in counting(rows).items()
        if row.source == Supplier.MESSAGE and (spec := policy.facts.get(name)) is not None
    )


def _told(reading: Reading, policy: Policy) -> Mapping[str, tuple[object, str | None]]:
    """The values by the facts' names, each with the message that says it last."""
    found: dict[str, tuple[object, str | None]] = {}
    for message in reading.messages:
        read = reading.assessed.get(message.id)
        if read is not None:
            day = message.sent_at.astimezone(policy.timezone).date()
            said = values_said(message.text, read, policy, day)
            found |= {name: (value, message.id) for name, value in said.items()}
    return found


async def _claims(session: AsyncSession, case: Case) -> list[Fact]:
    """The newest row of each name that a message says by itself."""
    query = select(Fact).where(Fact.case_id == case.id, Fact.source == Supplier.MESSAGE).order_by(Fact.id)
    return list({row.name: row for row in await session.scalars(query)}.values())


async def _is_gone(session: AsyncSession, case: Case, row: Fact) -> bool:
    """Whether its message was edited since, or belongs to another case now."""
    message = await session.get(Message, row.message_id) if row.message_id is not None else None
    if message is None or message.case_id != case.id:
        return True
    newer = select(Message.id).where(
        Message.identity_id == message.identity_id,
        Message.external_id == message.external_id,
        Message.edit > message.edit,
    )
    return (await session.scalars(newer.limit(1))).first() is not None


def _note(session: AsyncSession, case: Case, name: str, value: object, message_id: str | None) -> None:
    fact = FactValue(value=value, source=Supplier.MESSAGE)
    session.add(
        Fact(
            case_id=case.id,
            name=name,
            value=fact_to_json(fact),
            source=fact.source,
            message_id=message_id,
        )
    )
