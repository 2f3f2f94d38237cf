"""What is known about a case, by whom, and what an agent adds to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.clock import utcnow
from models.decision import PROOF_FACT, FactValue
from models.serial import fact_from_json, fact_to_json
from models.states import CaseState
from models.tables import Agent, Case, Fact
from responses.approving.rights import check_free
from responses.asking.typed_values import parse_fact
from responses.cases import move, raise_revision
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import due_now
from responses.orders.book import BOOK, CONTACT, as_in_the_book
from responses.orders.keys import order_key
from responses.policy import Policy
from responses.policy.schema import FactSpec, FactType, Supplier

ORDER_FACT = "order_id"
# The book, its proof and other cases on the order go by the number, whether or not a rule asks about it.
_ORDER_SPEC = FactSpec(name=ORDER_FACT, type=FactType.TEXT, suppliers=frozenset({Supplier.AGENT}))


async def known_facts(
    session: AsyncSession, case_id: str, *, by: datetime | None = None
) -> dict[str, FactValue]:
    """Everything known about the case, or what was by a moment; of several values of one name the newest.

    What the book said of another order than the one the case is about now does not count, nor that another
    one could not be proven.
    """
    query = select(Fact).where(Fact.case_id == case_id).order_by(Fact.id)
    return facts_in(
        (await session.scalars(query if by is None else query.where(Fact.created_at <= by))).all()
    )


def facts_in(rows: Sequence[Fact]) -> dict[str, FactValue]:
    """The same of a case's rows, the oldest first."""
    return {
        name: FactValue(value=fact_from_json(row.value), source=row.source, unavailable=row.unavailable)
        for name, row in counting(rows).items()
    }


def counting(rows: Sequence[Fact]) -> dict[str, Fact]:
    """Of a case's rows, the oldest first, the one that counts for each name.

    What a message says by itself counts only where nobody else has said anything, and until it is taken back.
    """
    orders = [row.order_key for row in rows if row.name == ORDER_FACT]
    there = [
        row
        for row in rows
        if row.name == ORDER_FACT
        or (row.source != BOOK and row.name != PROOF_FACT)
        or row.order_key in orders[-1:]
    ]
    claims = {row.name: row for row in there if row.source == Supplier.MESSAGE}
    said = {row.name: row for row in there if row.source != Supplier.MESSAGE}
    standing = {name: row for name, row in claims.items() if not is_taken_back(row)}
    return {row.name: (standing | said)[row.name] for row in there if row.name in standing | said}


def is_taken_back(row: Fact) -> bool:
    """Whether the row says that the message no longer says what it said."""
    return row.source == Supplier.MESSAGE and fact_from_json(row.value) is None


async def cannot_say(session: AsyncSession, case: Case, names: Sequence[str]) -> None:
    """The customer cannot supply these facts: conditions on them are false from then on."""
    known = (await known_facts(session, case.id)).get(ORDER_FACT)
    key = order_key(str(known.value)) if known is not None and not known.unavailable else None
    for name in names:
        fact = FactValue(value=None, source="customer", unavailable=True)
        session.add(
            Fact(
                case_id=case.id,
                name=name,
                value=fact_to_json(fact),
                source=fact.source,
                unavailable=True,
                order_key=key if name == PROOF_FACT else None,
            )
        )


async def note_orders(
    session: AsyncSession, case: Case, assessments: list[Assessment], facts: Mapping[str, FactValue]
) -> bool:
    """Keeps the order number the customer named, as claimed by the customer; whether it is a new one.

    `facts` are those of the case.
    """
    named = orders_named(assessments)
    known = facts.get(ORDER_FACT)
    if not named or (known is not None and known.source == "agent"):
        return False
    same = known is not None and not known.unavailable and order_key(str(known.value)) == order_key(named[-1])
    # Who names the order that was found by their address knows something more about it.
    if same and known is not None and known.source != CONTACT:
        return False
    value = fact_to_json(FactValue(value=await as_in_the_book(session, named[-1]), source="customer"))
    session.add(
        Fact(
            case_id=case.id,
            name=ORDER_FACT,
            value=value,
            source="customer",
            order_key=order_key(named[-1]),
        )
    )
    return True


def orders_named(assessments: Sequence[Assessment]) -> tuple[str, ...]:
    """The order numbers that the messages name, each once. The case is about the last, unless an agent says
    otherwise."""
    named: dict[str, str] = {}
    for assessment in assessments:
        for order in assessment.entities.order_ids:
            named.pop(order_key(order), None)
            named[order_key(order)] = order
    return tuple(order for key, order in named.items() if key)


def other_orders(assessments: Sequence[Assessment], facts: Mapping[str, FactValue]) -> tuple[str, ...]:
    """The order numbers that the messages name beside the one that the case is about."""
    counted = facts.get(ORDER_FACT)
    if counted is None or counted.unavailable:
        return ()
    key = order_key(str(counted.value))
    return tuple(order for order in orders_named(assessments) if order_key(order) != key)


async def give_fact(
    session: AsyncSession, agent: Agent, case: Case, name: str, raw: str | None, policy: Policy
) -> None:
    """An agent says what is the case; the decision is made anew.

    Args:
        session: the caller's writing transaction.
        agent: who says it.
        case: about which case.
        name: a fact of the policy, or the order's number.
        raw: the value as typed or pressed; None when nobody can know it.
        policy: the policy that judges the case; it knows the fact's type.

    Raises:
        BlockedError: `fact_unknown`, `fact_invalid`, `fact_currency`, `claimed`.
        NotAllowedError: `own_case`.
    """
    spec = policy.facts.get(name, _ORDER_SPEC if name == ORDER_FACT else None)
    if spec is None:
        raise BlockedError("fact_unknown", name=name)
    await check_free(session, agent, case)
    today = utcnow().astimezone(policy.timezone).date()
    value = None if raw is None else parse_fact(spec, raw, policy.currency, today)
    if name == ORDER_FACT and raw is not None:
        value = await as_in_the_book(session, raw.strip())
    fact = FactValue(
        value=value,
        source="agent",
        unavailable=raw is None,
    )
    if case.state in (CaseState.CLOSED, CaseState.SPAM):
        move(case, CaseState.DRAFTING)
    session.add(
        Fact(
            case_id=case.id,
            name=name,
            value=fact_to_json(fact),
            source="agent",
            unavailable=fact.unavailable,
            agent_id=agent.id,
            order_key=order_key(raw) if raw is not None and name == ORDER_FACT else None,
        )
    )
    await raise_revision(session, case)
    await due_now(session, case)
    record(session, agent.id, "fact.given", case.id, name=name)
