"""Whose order it is: what somebody writes is claimed, and proven by what only the buyer would know."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import PROOF_FACT, FactValue
from models.once import insert_once
from models.serial import fact_to_json
from models.states import CaseState, Direction, ProofHow
from models.tables import Agent, Case, Fact, Identity, Message, Order, OrderProof
from responses.approving.rights import check_free
from responses.cases import move, raise_revision
from responses.errors import BlockedError
from responses.events import record
from responses.facts import ORDER_FACT, known_facts
from responses.intake.filing import due_now
from responses.orders.book import BOOK, CONTACT, facts_of, find_order, last_import
from responses.orders.contacts import EMAIL, MOST_TRIES, PHONE, contacts_in, order_by_contact
from responses.orders.keys import order_key
from responses.orders.opened_links import LINK, has_opened, linked_number
from responses.orders.wanted_proof import what_to_ask
from responses.policy import Policy
from responses.policy.schema import Supplier

_BY_CONTACT = {EMAIL: ProofHow.EMAIL, PHONE: ProofHow.PHONE}


@dataclass(frozen=True, kw_only=True, slots=True)
class BookView:
    """What the book says to a case.

    `number` is the one that the case is about, None while nobody named any; `order` what the book has of it,
    `proof` why it is known to be theirs, `proofs` what they could write to prove it (`number`, `email`,
    `phone`, `postcode`). `changed` are the facts of the case that the book gave and that stand differently
    in it by now.
    """

    number: str | None
    order: Order | None
    proof: OrderProof | None
    proven_by: str | None
    proofs: Sequence[str]
    changed: Mapping[str, FactValue]
    last_import: datetime | None


async def book_view(session: AsyncSession, case: Case) -> BookView:
    """What the book says to the case, for agents."""
    known = await known_facts(session, case.id)
    named = known.get(ORDER_FACT)
    number = str(named.value) if named is not None and not named.unavailable else None
    order = await find_order(session, number) if number is not None else None
    proof = await proof_of(session, case.customer_id, order) if order is not None else None
    agent = await session.get(Agent, proof.agent_id) if proof is not None and proof.agent_id else None
    now = facts_of(order) if order is not None else {}
    return BookView(
        number=number,
        order=order,
        proof=proof,
        proven_by=agent.name if agent is not None else None,
        proofs=await _proofs(session, case, order, named) if order is not None and named is not None else (),
        changed={
            name: now[name]
            for name, fact in known.items()
            if fact.source == BOOK and name in now and now[name].value != fact.value
        },
        last_import=await last_import(session),
    )


async def proof_of(session: AsyncSession, customer_id: str, order: Order) -> OrderProof | None:
    """Why this order is known to be the customer's; None while it is not."""
    query = select(OrderProof).where(OrderProof.customer_id == customer_id, OrderProof.order_id == order.id)
    return (await session.scalars(query)).one_or_none()


async def prove(
    session: AsyncSession,
    customer_id: str,
    order: Order,
    how: ProofHow,
    *,
    case_id: str | None = None,
    agent_id: str | None = None,
) -> bool:
    """Notes that the order is the customer's; False when that was known. The first proof stays."""
    made = await insert_once(
        session,
        OrderProof,
        customer_id=customer_id,
        order_id=order.id,
        case_id=case_id,
        how=how,
        agent_id=agent_id,
        created_at=utcnow(),
    )
    if made is not None:
        record(session, agent_id or "customer", "order.proven", case_id, proof=made)
    return made is not None


async def vouch(session: AsyncSession, agent: Agent, case: Case) -> None:
    """An agent says: it is them. The book's facts hold from then on, and the case is decided anew.

    Raises:
        BlockedError: `order_unknown` when the book has no order of the case's number; `claimed`.
        NotAllowedError: `own_case`.
    """
    await check_free(session, agent, case)
    view = await book_view(session, case)
    if view.order is None:
        raise BlockedError("order_unknown", number=view.number or "")
    if not await prove(
        session, case.customer_id, view.order, ProofHow.AGENT, case_id=case.id, agent_id=agent.id
    ):
        return
    if case.state in (CaseState.CLOSED, CaseState.SPAM):
        move(case, CaseState.DRAFTING)
    await raise_revision(session, case)
    await due_now(session, case)


async def consult_book(
    session: AsyncSession, case: Case, identity: Identity, policy: Policy, known: Mapping[str, FactValue]
) -> bool:
    """Makes what the book knows facts of the case, as far as the order is known to be the customer's.

    What an agent has said stays. A number that a link or the book itself gives is noted first. `known` are
    the facts of the case; returns whether there are new ones.
    """
    given = await _given_number(session, case, identity, known, policy.timezone)
    noted = given is not None
    if given is not None:
        _note(session, case, order_key(str(given.value)), ORDER_FACT, given)
        # What stands there of another order counts no longer, and of this one it may count again.
        known = await known_facts(session, case.id)
    number = known.get(ORDER_FACT)
    if number is None or number.unavailable:
        return False
    order = await find_order(session, str(number.value))
    if order is None:
        return noted
    if await proof_of(session, case.customer_id, order) is None:
        how = await _evidence(session, case, identity, order, number)
        if how is None:
            return noted
        await prove(session, case.customer_id, order, how, case_id=case.id)
    spoken = facts_of(order)
    for name in spoken.keys() - {ORDER_FACT}:
        spec = policy.facts.get(name)
        if spec is not None and Supplier.BOOK not in spec.suppliers:
            continue
        before = known.get(name)
        said_by_agent = before is not None and before.source == "agent"
        # What the book says counts for more than a message that says the same.
        known_so = (
            before is not None and before.value == spoken[name].value and before.source != Supplier.MESSAGE
        )
        if not said_by_agent and not known_so:
            _note(session, case, order.key, name, spoken[name])
            noted = True
    return noted


async def unproven_facts(
    session: AsyncSession, case: Case, policy: Policy, known: Mapping[str, FactValue]
) -> tuple[frozenset[str], Mapping[str, str] | None]:
    """What the book would tell if the order were known to be theirs, and what to ask them for it.

    `known` are the facts of the case.
    Nothing where there is no such order, where it is proven, or where they cannot prove it.
    """
    nothing: tuple[frozenset[str], None] = frozenset(), None
    named, proof = known.get(ORDER_FACT), known.get(PROOF_FACT)
    if named is None or named.unavailable or (proof is not None and proof.unavailable):
        return nothing
    order = await find_order(session, str(named.value))
    if order is None or await proof_of(session, case.customer_id, order) is not None:
        return nothing
    told = frozenset(
        name
        for name in facts_of(order)
        if name in policy.facts and Supplier.BOOK in policy.facts[name].suppliers and name not in known
    )
    return told, what_to_ask(await _proofs(session, case, order, named))


async def _proofs(session: AsyncSession, case: Case, order: Order, number: FactValue) -> tuple[str, ...]:
    """What the customer could write to prove it; `number` is how the case came to be about the order."""
    names = (EMAIL, PHONE, "postcode")
    there = tuple(name for name in names if getattr(order, name) is not None)
    if number.source != CONTACT:
        return there
    written = await contacts_in(session, case.customer_id, order)
    return ("number", *(name for name in there if name not in written))


async def _given_number(
    session: AsyncSession, case: Case, identity: Identity, known: Mapping[str, FactValue], zone: ZoneInfo
) -> FactValue | None:
    """The order's number, where not the customer but a link or the book says it."""
    linked = await linked_number(session, case, known)
    if linked is not None:
        order = await find_order(session, linked)
        return FactValue(value=linked, source=LINK) if order is None else _number_of(order)
    if ORDER_FACT in known:
        return None
    order = await _order_of_account(session, identity)
    if order is not None:
        return _number_of(order)
    order = await order_by_contact(session, case, zone)
    return _number_of(order, CONTACT) if order is not None else None


def _number_of(order: Order, source: str = BOOK) -> FactValue:
    return FactValue(value=order.number, source=source)


async def _order_of_account(session: AsyncSession, identity: Identity) -> Order | None:
    """The only order that the book has of their Telegram account."""
    if not identity.channel.startswith("telegram:"):
        return None
    theirs = select(Order).where(Order.telegram_id == identity.external_id).limit(2)
    found = (await session.scalars(theirs)).all()
    return found[0] if len(found) == 1 else None


async def _evidence(
    session: AsyncSession, case: Case, identity: Identity, order: Order, number: FactValue
) -> ProofHow | None:
    """What proves that the order is theirs; `number` is how the case came to be about it."""
    if identity.channel.startswith("telegram:") and order.telegram_id == identity.external_id:
        return ProofHow.TELEGRAM
    if await has_opened(session, case.customer_id, order.key):
        # When they did, the book did not have it.
        return ProofHow.LINK
    written = await contacts_in(session, case.customer_id, order)
    # By what an order was found it cannot be proven as well: that takes a second thing.
    if len(written) > (number.source == CONTACT):
        return _BY_CONTACT[written[-1 if number.source == CONTACT else 0]]
    if order.postcode is not None:
        texts = select(Message.text).where(Message.case_id == case.id, Message.direction == Direction.IN)
        named = postcodes_like(order.postcode, (await session.scalars(texts)).all())
        named.discard(order.key)
        if order_key(order.postcode) in named and len(named) <= MOST_TRIES:
            return ProofHow.POSTCODE
    return None


def postcodes_like(postcode: str, texts: Sequence[str]) -> set[str]:
    """Whatever in the texts has the form of this postcode: `20121` finds five digits, `SW1A 1AA` the like."""
    shape = "".join(
        r"\d" if character.isdigit() else "[A-Za-z]" if character.isalpha() else r"[\s-]?"
        for character in postcode
    )
    pattern = re.compile(rf"(?<![\w.,/-]){shape}(?![\w/-]|[.,]\d)")
    return {order_key(found) for text in texts for found in pattern.findall(text)}


def _note(session: AsyncSession, case: Case, key: str, name: str, fact: FactValue) -> None:
    session.add(Fact(case_id=case.id, name=name, value=fact_to_json(fact), source=fact.source, order_key=key))
