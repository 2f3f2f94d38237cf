"""Inserting rows only if they are not there yet, without failing the transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models.ids import new_id
from models.tables import Base


async def insert_once(session: AsyncSession, table: type[Base], **values: Any) -> str | None:
    """The new row's id, or None when one of the table's unique constraints says it is there already."""
    statement = _insert(session, table).values(id=new_id(), **values).on_conflict_do_nothing()
    row: str | None = (await session.execute(statement.returning(statement.table.c.id))).scalar_one_or_none()
    return row


async def insert_missing(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts those of the rows that no unique constraint of the table says are there already."""
    if rows:
        statement = _insert(session, table).on_conflict_do_nothing()
        await session.execute(statement, [{"id": new_id(), **row} for row in rows])


def _insert(session: AsyncSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    mapped = cast(Table, inspect(table).local_table)
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(mapped) if on_sqlite else postgresql.insert(mapped)
