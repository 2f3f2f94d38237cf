"""Everything that is held about a person, in a form that a person and a program can read."""

import base64
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.labels import Language
from models.serial import from_json
from models.tables import Base, Card, Case, Customer, Identity, Prompt
from responses.cases import LAST_NUMBER
from responses.customers.registers import heard_register
from responses.intake.files import FileStore
from responses.policy.signals import Raised, told
from responses.privacy.erasure import scope_of
from responses.privacy.personal import HOLDINGS

# Buttons and questions in agents' chats: they say nothing about the person, and what they carry lets act.
_NOT_SHOWN: frozenset[type[Base]] = frozenset({Card, Prompt})
_OF_MESSAGES = frozenset({"attachments", "assessments", "corrections", "embeddings"})


async def export_person(session: AsyncSession, customer: Customer, files: FileStore) -> dict[str, Any]:
    """What articles 15 and 20 of the GDPR ask for: the person, and case by case what was said and decided.

    How they address us is read out of their messages each time, and told as it is at this moment. Files that
    are kept are part of it, as base64. Words among agents about the person are as well.
    """
    scope = await scope_of(session, customer)
    tables = {
        holding.table.__tablename__: (
            await session.scalars(select(holding.table).where(holding.of(scope)))
        ).all()
        for holding in HOLDINGS
        if holding.table not in _NOT_SHOWN
    }
    rows = {name: [_plain(row) for row in found] for name, found in tables.items()}
    for shown, row in zip(rows["attachments"], tables["attachments"], strict=True):
        shown["content_base64"] = _content(row, files)
    for shown in rows["signals"]:
        seen = from_json(Raised, shown["evidence"])
        shown["in_words"] = {language: told(seen, language) for language in ("it", "en")}
    cases = rows.pop("cases")
    messages = rows.pop("messages")
    for message in messages:
        for name in _OF_MESSAGES:
            message[name] = [row for row in rows[name] if row["message_id"] == message["id"]]
    for name in _OF_MESSAGES:
        rows.pop(name)
    for case in cases:
        case["messages"] = [message for message in messages if message.get("case_id") == case["id"]]
        for name, found in rows.items():
            of_case = [row for row in found if row.get("case_id") == case["id"]]
            if of_case:
                case[name] = of_case
    known = {case["id"] for case in cases}
    learnt = {language: await heard_register(session, customer, language) for language in Language}
    return {
        "made_at": utcnow().isoformat(),
        "person": rows.pop("customers")[0],
        "addresses_us": {
            language: {"formality": heard.formality, "shown_by": [at.isoformat() for at in heard.at]}
            for language, heard in learnt.items()
            if heard is not None
        },
        "reached_by": rows.pop("identities"),
        "cases": cases,
        "messages_without_a_case": [message for message in messages if message.get("case_id") not in known],
        "signals": rows.pop("signals"),
        "received_as_it_came": rows.pop("updates"),
        "more": {
            name: loose
            for name, found in rows.items()
            if (loose := [row for row in found if row.get("case_id") not in known])
        },
    }


async def find_people(session: AsyncSession, wanted: str) -> list[Customer]:
    """The people who are meant by a case's number (`101` or `#101`), a Telegram id, or a whole name.

    Those who were erased are not found again.
    """
    number = wanted.strip().removeprefix("#")
    if number.isdecimal() and len(number) <= 18:
        query = (
            select(Customer.id)
            .outerjoin(Case, Case.customer_id == Customer.id)
            .outerjoin(Identity, Identity.customer_id == Customer.id)
            .where(
                (Case.number == min(int(number), LAST_NUMBER))
                | (
                    Identity.external_id.in_((number, f"test:{number}"))
                    & Identity.channel.startswith("telegram:")
                )
            )
        )
        ids = set((await session.scalars(query)).all())
    else:
        named = await session.execute(select(Customer.id, Customer.name).where(Customer.name.is_not(None)))
        # Not in the database: SQLite knows no capitals beyond ASCII.
        ids = {person for person, name in named if _same(name, wanted)}
    found = select(Customer).where(Customer.id.in_(ids), Customer.erased_at.is_(None)).order_by(Customer.id)
    return list((await session.scalars(found)).all())


async def numbers_of(session: AsyncSession, customer: Customer) -> list[str]:
    """The numbers of the person's cases, as they are written."""
    query = select(Case.number).where(Case.customer_id == customer.id).order_by(Case.number)
    return [f"#{number}" for number in await session.scalars(query)]


def _same(name: str | None, wanted: str) -> bool:
    return name is not None and " ".join(name.split()).casefold() == " ".join(wanted.split()).casefold()


def _plain(row: Base) -> dict[str, Any]:
    """A row as JSON takes it, without what is empty."""
    values = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return {name: _value(value) for name, value in values.items() if value not in (None, "", b"", [], {})}


def _value(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def _content(row: Any, files: FileStore) -> str | None:
    if row.stored_as is None:
        return None
    try:
        return base64.b64encode(files.read(row.stored_as)).decode()
    except FileNotFoundError:
        return None
