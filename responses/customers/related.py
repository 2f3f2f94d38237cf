"""Cases that belong together beyond one customer: on the same order, or perhaps of the same person."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.tables import Case, Contact, Customer, Fact, OrderProof
from responses.facts import ORDER_FACT

_MOST = 10


async def same_order(session: AsyncSession, case: Case) -> Sequence[Case]:
    """The other cases about the case's order, whoever wrote them, the newest first."""
    own = select(Fact.order_key).where(Fact.case_id == case.id, Fact.name == ORDER_FACT)
    key = (await session.scalars(own.order_by(Fact.id.desc()).limit(1))).first()
    if key is None:
        return ()
    # Of a case that came to be about another order, only the last number counts.
    newest = (
        select(func.max(Fact.id).label("id"))
        .where(Fact.name == ORDER_FACT)
        .where(Fact.case_id.in_(select(Fact.case_id).where(Fact.order_key == key)))
        .group_by(Fact.case_id)
        .subquery()
    )
    query = (
        select(Case)
        .join(Fact, Fact.case_id == Case.id)
        .join(newest, newest.c.id == Fact.id)
        .where(Fact.order_key == key, Case.id != case.id, Case.is_test == case.is_test)
        .order_by(Case.id.desc())
        .limit(_MOST)
    )
    return (await session.scalars(query)).all()


async def maybe_same_person(session: AsyncSession, case: Case) -> Sequence[Case]:
    """The newest case of each other customer with the same address, telephone number or order.

    A guess for an agent to look at: nobody is made one with anybody else for it.
    """
    mine, theirs = aliased(Contact), aliased(Contact)
    shared = (
        select(theirs.customer_id)
        .join(mine, (mine.kind == theirs.kind) & (mine.value == theirs.value))
        .where(mine.customer_id == case.customer_id)
    )
    owned = select(OrderProof.order_id).where(OrderProof.customer_id == case.customer_id)
    same = select(OrderProof.customer_id).where(OrderProof.order_id.in_(owned))
    newest = (
        select(func.max(Case.id))
        .join(Customer, Customer.id == Case.customer_id)
        .where(
            or_(Case.customer_id.in_(shared), Case.customer_id.in_(same)),
            Case.customer_id != case.customer_id,
            Case.is_test == case.is_test,
            Customer.erased_at.is_(None),
        )
        .group_by(Case.customer_id)
    )
    query = select(Case).where(Case.id.in_(newest)).order_by(Case.id.desc()).limit(_MOST)
    return (await session.scalars(query)).all()
