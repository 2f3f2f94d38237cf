"""The audit trail."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Event


def record(
    session: AsyncSession, actor: str, action: str, case_id: str | None = None, **details: str | int | None
) -> None:
    """Write down who did what. `details` are ids and numbers, never a text.

    Args:
        session: the transaction in which it happened.
        actor: an agent's id, `customer`, or `system`.
        action: a stable name such as `case.opened`.
        case_id: the case it was done to.
        details: ids and numbers that tell what exactly.
    """
    session.add(Event(actor=actor, action=action, case_id=case_id, details=details))
