"""Asking the business's own system for an order before a case is decided; its answer goes into the book."""

import logging
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.errors import LookUpError
from models.orders import LookUp
from models.tables import Case
from responses.config import RoadConfig
from responses.errors import OrderValueError
from responses.facts import ORDER_FACT, known_facts, orders_named
from responses.orders.book import find_order, keep_orders
from responses.orders.opened_links import linked_number
from responses.orders.values import NUMBER, reader_for
from responses.policies import PolicyBook
from responses.reading import Reading

log = logging.getLogger(__name__)

SOURCE = "look-up"
FRESH_FOR = timedelta(minutes=10)
"""What was said so recently is not asked for again."""


async def look_order_up(
    database: Database, look_up: LookUp, policies: PolicyBook, config: RoadConfig, reading: Reading
) -> None:
    """Asks for the order that the case names, outside any transaction. A failure is noted, never raised."""
    case, now = reading.case, utcnow()
    async with database.reading() as session:
        number = await _number(session, reading)
        known = await find_order(session, number) if number is not None else None
        if number is None or (known is not None and known.imported_at > now - FRESH_FOR):
            return
        policy = await policies.in_force(session, case.audience, case.incident_at)
    try:
        said = await look_up(number)
        entries = []
        if said is not None:
            entry, problems = reader_for([policy], config.language).read({**said, NUMBER: number})
            entries.append(entry)
            if problems:
                log.warning("orders.look_up_unread", extra={"case": case.id, "values": len(problems)})
    except (LookUpError, OrderValueError) as error:
        log.warning("orders.look_up_failed", extra={"case": case.id, "error": type(error).__name__})
        async with database.writing() as session:
            (await session.get_one(Case, case.id)).book_failed_at = now
        return
    async with database.writing() as session:
        await keep_orders(session, entries, SOURCE, now)
        (await session.get_one(Case, case.id)).book_failed_at = None


async def _number(session: AsyncSession, reading: Reading) -> str | None:
    """The number that the case will be about: an agent's word, else the last one that was written, else that
    of the link that was opened."""
    facts = await known_facts(session, reading.case.id)
    known = facts.get(ORDER_FACT)
    said = str(known.value) if known is not None and not known.unavailable else None
    if known is not None and known.source == "agent":
        return said
    named = orders_named(reading.found)
    if named:
        return named[-1]
    return await linked_number(session, reading.case, facts) or said
