"""What a customer was given and asked before, as the policy wants to know it."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, DecisionKind, Given, MissingFact, Remedy
from models.serial import from_json
from models.states import PromiseKind, PromiseState, Verdict
from models.tables import Approval, Case, Choice, DecisionRow, Draft, OfferRow, Promise
from responses.approving.off_policy import given_by_hand, lowered
from responses.asking.questions import Question
from responses.cases import gives_notice
from responses.checks import Beyond
from responses.facts import ORDER_FACT, known_facts
from responses.offers import withheld_by
from responses.policy import given_by
from responses.promises.withdrawals import without_withdrawn

_ENDS_A_QUESTION = (DecisionKind.OFFER, DecisionKind.DECLINE, DecisionKind.EXIT)


async def given_to(session: AsyncSession, case: Case) -> tuple[tuple[Given, ...], tuple[Given, ...]]:
    """What was given in this case, and in the customer's other ones, oldest first.

    Only what was approved, as decided or off policy, and not taken back counts; tests count among themselves
    only.
    """
    query = (
        select(Approval, Draft.kind, DecisionRow, Case)
        .join(Draft, Draft.id == Approval.draft_id)
        .outerjoin(DecisionRow, DecisionRow.id == Draft.decision_id)
        .join(Case, Case.id == Approval.case_id)
        .where(
            Case.customer_id == case.customer_id,
            Case.is_test == case.is_test,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            or_(
                and_(DecisionRow.kind == DecisionKind.OFFER, Draft.kind == DecisionKind.OFFER),
                Approval.off_policy.is_not(None),
            ),
        )
        .order_by(Approval.id)
    )
    here: list[Given] = []
    elsewhere: list[Given] = []
    rows = (await session.execute(query)).all()
    withheld = await withheld_by(session, [approval.id for approval, _, _, _ in rows])
    for approval, kind, row, its_case in rows:
        state, due_at, settled_at = await _promised(session, approval.id)
        order_id = await _order_of(session, its_case, approval.created_at)
        decision = from_json(Decision, row.content) if row is not None else None
        beyond = from_json(Beyond, approval.off_policy) if approval.off_policy is not None else None
        given: list[Given] = []
        if decision is not None and decision.kind == kind == DecisionKind.OFFER:
            given += given_by(
                decision,
                case_id=its_case.id,
                at=approval.created_at,
                promise_state=state,
                due_at=due_at,
                settled_at=settled_at,
                order_id=order_id,
                chosen=await _chosen_in(session, approval.id),
                withheld=withheld.get(approval.id, frozenset()),
                committed=await _committed(session, approval.id),
            )
            given = await without_withdrawn(session, approval.id, given)
        if beyond is not None:
            given = lowered(given, beyond)
            given += given_by_hand(
                beyond,
                decision,
                case_id=its_case.id,
                at=approval.created_at,
                promise_state=state,
                due_at=due_at,
                settled_at=settled_at,
                order_id=order_id,
                # Beside an offer only what went off policy with it; the rest of its promises are the rule's.
                committed=bool(beyond.promises)
                or (kind != DecisionKind.OFFER and await _committed(session, approval.id)),
            )
        (here if its_case.id == case.id else elsewhere).extend(given)
    return tuple(here), tuple(elsewhere)


async def asked_in(session: AsyncSession, case: Case) -> Counter[str]:
    """How often this case's customer was asked for each fact."""
    query = (
        select(DecisionRow.content)
        .join(Draft, Draft.decision_id == DecisionRow.id)
        .join(Approval, Approval.draft_id == Draft.id)
        .where(
            Approval.case_id == case.id,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            DecisionRow.kind == DecisionKind.ASK,
        )
    )
    decisions = [from_json(Decision, content) for content in await session.scalars(query)]
    return Counter(fact.name for decision in decisions for fact in decision.asks_customer)


async def asked_last(session: AsyncSession, case: Case) -> tuple[MissingFact, ...]:
    """What the last answer that asked for anything asked the customer for.

    Asides that were answered since leave the question open; an offer, a refusal or a farewell ends it, but no
    notice of one.
    """
    query = (
        select(DecisionRow.content)
        .select_from(Approval)
        .join(Draft, Draft.id == Approval.draft_id)
        .outerjoin(DecisionRow, (DecisionRow.id == Draft.decision_id) & (Draft.kind == DecisionKind.ASK))
        .where(
            Approval.case_id == case.id,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            Draft.kind.in_((DecisionKind.ASK, *_ENDS_A_QUESTION)),
            ~gives_notice(),
        )
        .order_by(Approval.id.desc())
        .limit(1)
    )
    content = (await session.scalars(query)).first()
    return from_json(Decision, content).asks_customer if content is not None else ()


async def questions_in(session: AsyncSession, case_ids: Collection[str]) -> dict[str, list[Question]]:
    """Of each case what its customer was asked, and when something ended that, in the order of time."""
    query = (
        select(Approval.case_id, Approval.created_at, DecisionRow.content)
        .join(Draft, Draft.id == Approval.draft_id)
        .outerjoin(DecisionRow, (DecisionRow.id == Draft.decision_id) & (Draft.kind == DecisionKind.ASK))
        .where(
            Approval.case_id.in_(case_ids),
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            Draft.kind.in_((DecisionKind.ASK, *_ENDS_A_QUESTION)),
            ~gives_notice(),
        )
        .order_by(Approval.id)
    )
    found: dict[str, list[Question]] = defaultdict(list)
    for case_id, at, content in await session.execute(query):
        asked = from_json(Decision, content).asks_customer if content is not None else ()
        found[case_id].append(Question(at=at, asked=asked))
    return found


async def still_asked(session: AsyncSession, case: Case) -> tuple[MissingFact, ...]:
    """What of the last question nobody has said since."""
    known = await known_facts(session, case.id)
    return tuple(fact for fact in await asked_last(session, case) if fact.name not in known)


async def _chosen_in(session: AsyncSession, approval_id: str) -> dict[int, Remedy | None]:
    """What the customer has picked of the choices that an answer put; None where none of the options."""
    query = (
        select(Choice.choice_group, OfferRow.content)
        .outerjoin(OfferRow, OfferRow.id == Choice.chosen_offer_id)
        .where(Choice.approval_id == approval_id, Choice.chosen_at.is_not(None))
    )
    return {
        group: from_json(Remedy, content) if content is not None else None
        for group, content in (await session.execute(query)).all()
    }


async def _committed(session: AsyncSession, approval_id: str) -> bool:
    """Whether the answer made a promise: an agent may take the rule's out of the text, or make their own."""
    query = select(Promise.id).where(
        Promise.approval_id == approval_id, Promise.kind == PromiseKind.COMMITMENT
    )
    return (await session.execute(query.limit(1))).first() is not None


async def _order_of(session: AsyncSession, case: Case, at: datetime) -> str | None:
    """The order that an answer was about, where anybody knew it by then."""
    known = (await known_facts(session, case.id, by=at)).get(ORDER_FACT)
    return str(known.value) if known is not None and not known.unavailable else None


async def _promised(
    session: AsyncSession, approval_id: str
) -> tuple[PromiseState | None, datetime | None, datetime | None]:
    """The worst state among what the approval promised, when the first of it that is open is due, and when
    the last of it was settled; else nothing.

    A promise that was withdrawn says nothing of what else the answer gave.
    """
    query = select(Promise.state, Promise.due_at, Promise.settled_at).where(
        Promise.approval_id == approval_id, Promise.state != PromiseState.WITHDRAWN
    )
    promises = (await session.execute(query)).all()
    worst = (PromiseState.BROKEN, PromiseState.OPEN, PromiseState.KEPT)
    state = next((one for one in worst if any(one == found for found, _, _ in promises)), None)
    due = (due_at for found, due_at, _ in promises if found == PromiseState.OPEN)
    settled = (at for _, _, at in promises if at is not None)
    return state, min(due, default=None), max(settled, default=None)
