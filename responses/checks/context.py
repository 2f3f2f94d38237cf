"""What a case knows of itself, put together for checking a text of it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.states import Direction, PromiseState
from models.tables import Case, Customer, Draft, Identity, Message, Promise
from responses.cases import matter_messages
from responses.checks.about import CheckContext
from responses.config import RoadConfig
from responses.corrections import understood
from responses.drafts.brief import Formality
from responses.drafts.names import usable_name
from responses.facts import known_facts
from responses.policy import Policy
from responses.registers import register_of
from responses.rights import decision_of


async def context_of(
    session: AsyncSession,
    case: Case,
    draft: Draft | None,
    *,
    config: RoadConfig,
    policy: Policy | None,
    kind: str,
    language: str,
) -> CheckContext:
    """Gathers what a text of the case is checked against; reads rows, and nothing else.

    Args:
        session: any transaction.
        case: whose customer gets the text.
        draft: the draft that holds the text or is being edited, None where there is none yet.
        config: the road's.
        policy: the one that judges the case, None where none was ever loaded.
        kind: what sort of answer the text is, a `DecisionKind`.
        language: in which it is to be.
    """
    zone = config.timezone
    today = utcnow().astimezone(zone).date()
    customer = await session.get_one(Customer, case.customer_id)
    identity = await session.get_one(Identity, case.identity_id)
    written = (
        await session.execute(
            select(Message.direction, Message.text).where(Message.case_id == case.id, Message.text != "")
        )
    ).all()
    matter = await matter_messages(session, case.id)
    found = [one.assessment for one in (await understood(session, [one.id for one in matter])).values()]
    open_promises = await session.scalars(
        select(Promise.due_at).where(Promise.case_id == case.id, Promise.state == PromiseState.OPEN)
    )
    days = {due.astimezone(zone).date() for due in open_promises}
    if draft is not None and draft.valid_until is not None:
        # The end of the day that the composed text gave our word for.
        days.add((draft.valid_until.astimezone(zone) - timedelta(days=1)).date())
    names = [name for name in (customer.name, identity.display_name) if usable_name(name) is not None]
    business = config.business
    return CheckContext(
        language=language,
        kind=kind,
        today=today,
        currency=policy.currency if policy is not None else "EUR",
        formality=await _formality(session, draft, customer, policy, language),
        decision=await decision_of(session, draft) if draft is not None else None,
        facts=await known_facts(session, case.id),
        said=tuple(text for direction, text in written if direction == Direction.IN),
        sent=tuple(text for direction, text in written if direction == Direction.OUT),
        names=tuple(name for name in dict.fromkeys(names) if name is not None),
        grievances=tuple(dict.fromkeys(label.label for one in found for label in one.complaint_types)),
        days=tuple(sorted(days)),
        named=tuple(day for one in found for day in one.entities.dates),
        own=tuple(words for words in (business.name, business.contact, business.privacy) if words),
        limits=policy.approval if policy is not None else {},
    )


async def _formality(
    session: AsyncSession, draft: Draft | None, customer: Customer, policy: Policy | None, language: str
) -> Formality:
    """As the composed draft speaks, else as the customer or the owner wants it."""
    if draft is not None and draft.variant is not None:
        return "informal" if draft.variant.endswith("informal") else "formal"
    return await register_of(session, customer, policy, language)
