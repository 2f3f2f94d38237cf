"""Alembic's entry: runs on the connection it is handed, never opens one of its own."""

from typing import Any, Literal

from alembic import context

from models.tables import Base
from models.tables.base import UtcDateTime


def _ours(obj: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    # DBOS keeps its own tables in the same SQLite file; they are none of our business.
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def _render(kind: str, obj: Any, _context: Any) -> str | Literal[False]:
    # A migration must not change when our own types do: it names SQLAlchemy's.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(obj, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=_ours,
    render_as_batch=True,
    compare_type=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
