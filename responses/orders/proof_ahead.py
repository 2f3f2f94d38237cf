"""What will have to be proven once an order's number is named: asked for together with the number."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import PROOF_FACT, FactValue
from models.tables import Case, Contact, Identity, Order
from responses.facts import ORDER_FACT
from responses.orders.book import facts_of
from responses.orders.contacts import EMAIL, PHONE
from responses.orders.wanted_proof import what_to_ask
from responses.policy import Policy
from responses.policy.schema import Supplier

_NEWEST = 20
"""Of the book's orders: what these tell, the one that will be named is taken to tell as well."""


async def proof_ahead(
    session: AsyncSession, case: Case, policy: Policy, known: Mapping[str, FactValue]
) -> tuple[frozenset[str], Mapping[str, str] | None]:
    """What the book would tell of an order once it is named and proven, and what to ask for that.

    `known` are the facts of the case. Nothing where something is said of the number already, where the
    customer has written what may prove it, or where the book is empty.
    """
    nothing: tuple[frozenset[str], None] = frozenset(), None
    if ORDER_FACT in known or PROOF_FACT in known:
        return nothing
    newest = (await session.scalars(select(Order).order_by(Order.id.desc()).limit(_NEWEST))).all()
    told = frozenset(
        name
        for order in newest
        for name in facts_of(order)
        if name in policy.facts and Supplier.BOOK in policy.facts[name].suppliers and name not in known
    )
    if not told or await _may_prove_itself(session, case):
        return nothing
    there = [name for name in (EMAIL, PHONE, "postcode") if any(getattr(one, name) for one in newest)]
    return told, what_to_ask(there)


async def _may_prove_itself(session: AsyncSession, case: Case) -> bool:
    """Whether they have written an address or a number, or the book knows their Telegram account."""
    identity = await session.get_one(Identity, case.identity_id)
    may: ColumnElement[bool] = select(Contact.id).where(Contact.customer_id == case.customer_id).exists()
    if identity.channel.startswith("telegram:"):
        may = or_(may, select(Order.id).where(Order.telegram_id == identity.external_id).exists())
    return bool((await session.execute(select(may))).scalar_one())
