"""How often a customer was apologised to, so that nobody reads the same apology twice."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import DraftState
from models.tables import Case, Draft


async def apologies_before(session: AsyncSession, case: Case) -> int:
    """The number of the customer's other cases in which an approved answer apologised.

    An answer that an agent has rewritten has no parts, and does not count: it is not one of our wordings.
    """
    query = (
        select(Draft.case_id, Draft.parts)
        .join(Case, Case.id == Draft.case_id)
        .where(
            Case.customer_id == case.customer_id,
            Case.is_test == case.is_test,
            Case.id != case.id,
            Draft.state == DraftState.APPROVED,
        )
    )
    rows = (await session.execute(query)).all()
    return len({case_id for case_id, parts in rows if "apology" in {name for name, _ in parts}})
