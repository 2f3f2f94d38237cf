"""Inserting a row only if it is not there yet, without failing the transaction."""

from typing import Any, cast

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models.ids import new_id
from models.tables import Base


async def insert_once(session: AsyncSession, table: type[Base], **values: Any) -> str | None:
    """The new row's id, or None when one of the table's unique constraints says it is there already."""
    mapped = cast(Table, inspect(table).local_table)
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert(mapped) if dialect == "sqlite" else postgresql.insert(mapped)
    statement = insert.values(id=new_id(), **values).on_conflict_do_nothing().returning(mapped.c.id)
    row: str | None = (await session.execute(statement)).scalar_one_or_none()
    return row
