"""Which failures cost most and which come back is counted over real cases, with what was given for each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment, Label
from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, DecisionKind
from models.money import Money
from models.serial import to_json
from models.states import CaseState, Direction, PromiseState
from models.tables import Approval, AssessmentRow, Case, DecisionRow, LedgerEntry, Message, OfferRow, Promise
from responses.reports.causes import Back, Cause, Causes, causes_since
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.reports.test_learning import APPROVALS, DECIDED, HOURS, READ

LATE, BROKEN_GOODS = "delivery_late", "item_damaged"


def label(name: str) -> Label:
    return Label(label=name, probability=0.93)


def complaint(*types: str, unsure: bool = False) -> Assessment:
    return replace(
        READ,
        act=label("complaint"),
        complaint_types=tuple(map(label, types)),
        abstained=frozenset({"complaint_types"} if unsure else ()),
    )


async def says(
    session: AsyncSession, case: Case, read: Assessment, text: str = "È rotto.", **more: object
) -> Message:
    """The customer writes this, and it is read so."""
    message = Message(
        case_id=case.id,
        identity_id=case.identity_id,
        direction=Direction.IN,
        text=text,
        sent_at=utcnow(),
        **more,
    )
    session.add(message)
    await session.flush()
    session.add(
        AssessmentRow(message_id=message.id, fields=to_json(read), needs_review=False, encoder="t", heads="t")
    )
    await session.flush()
    return message


async def answers(
    session: AsyncSession,
    case: Case,
    *,
    kind: DecisionKind = DecisionKind.OFFER,
    types: Sequence[str] = (),
    second_time: bool = False,
) -> Approval:
    """An agent approves an answer of this kind, about these types."""
    decided: Decision = replace(DECIDED, kind=kind, complaint_types=tuple(types), second_time=second_time)
    row = DecisionRow(
        case_id=case.id,
        revision=0,
        kind=kind,
        tier=decided.tier,
        content=to_json(decided),
        policy_sha256=decided.policy_sha256,
        inputs_sha256="b" * 64,
    )
    session.add(row)
    await session.flush()
    draft = await seed_draft(session, case, kind=kind)
    draft.decision_id = row.id
    agent = await seed_agent(session, f"agente {draft.id}")
    return await APPROVALS.approve(session, agent, bound(draft), HOURS)


async def gives(
    session: AsyncSession,
    approval: Approval,
    minor: int,
    *,
    basis: Basis = Basis.GOODWILL,
    currency: str = "EUR",
    complaint_type: str | None = None,
) -> None:
    """The ledger has it, for that type; by hand where there is none."""
    case = await session.get_one(Case, approval.case_id)
    offer = None
    if complaint_type is not None:
        decision = (await session.scalars(select(DecisionRow.id).where(DecisionRow.case_id == case.id))).one()
        offer = OfferRow(
            decision_id=decision,
            case_id=case.id,
            complaint_type=complaint_type,
            kind="refund",
            basis=basis,
            rule_id="r",
            content={},
            choice_group=1,
        )
        session.add(offer)
        await session.flush()
    session.add(
        LedgerEntry(
            customer_id=case.customer_id,
            case_id=case.id,
            approval_id=approval.id,
            offer_id=offer.id if offer is not None else None,
            basis=basis,
            amount_minor=minor,
            currency=currency,
        )
    )
    await session.flush()


async def found(database: Database) -> Causes:
    async with database.reading() as session:
        return await causes_since(session, utcnow() - timedelta(days=90))


def of(causes: Causes, name: str | None) -> Cause:
    return next(one for one in causes.causes if one.complaint_type == name)


def euros(minor: int) -> tuple[Money, ...]:
    return (Money.from_minor(minor, "EUR"),)


async def test_cases_money_and_what_came_back_stand_under_their_type(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        for _ in range(4):
            await says(session, await seed_case(session), complaint(LATE))
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        approval = await answers(session, case, types=[LATE])
        await gives(session, approval, 1500, basis=Basis.OWED, complaint_type=LATE)
        await gives(session, approval, 1000, complaint_type=LATE)
        await gives(session, approval, -400, complaint_type=LATE)
        await says(session, case, complaint(LATE))
    causes = await found(sqlite)
    late = of(causes, LATE)
    assert (causes.cases, causes.returned, causes.currencies) == (5, 1, ("EUR",))
    assert (late.cases, late.returned, late.share) == (5, 1, 0.2)
    assert (late.given, late.favours) == (euros(2100), euros(600))
    assert late.ways == {Back.AGAIN: 1, Back.SECOND_TIME: 0, Back.BROKEN: 0}


async def test_a_case_comes_back_in_three_ways_and_counts_once(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        approval = await answers(session, case, types=[LATE], second_time=True)
        session.add(
            Promise(
                case_id=case.id,
                approval_id=approval.id,
                what={"it": "Richiamo"},
                due_at=utcnow(),
                state=PromiseState.BROKEN,
            )
        )
        await says(session, case, complaint(LATE))
    late = of(await found(sqlite), LATE)
    assert (late.returned, late.ways) == (1, dict.fromkeys(Back, 1))
    assert late.share is None  # of one case


@pytest.mark.parametrize("kind", [DecisionKind.ASK, DecisionKind.THANKS])
async def test_who_complains_after_a_question_has_not_come_back(sqlite: Database, kind: DecisionKind) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        await answers(session, case, kind=kind)
        await says(session, case, complaint(LATE))
    assert (await found(sqlite)).returned == 0


async def test_thanks_after_the_answer_are_no_return(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        await answers(session, case)
        await says(session, case, replace(READ, act=label("praise")))
    assert (await found(sqlite)).returned == 0


async def test_money_for_several_types_at_once_is_put_under_none_of_them(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE, BROKEN_GOODS))
        await gives(session, await answers(session, case), 500)
    causes = await found(sqlite)
    assert [of(causes, name).given for name in (LATE, BROKEN_GOODS, None)] == [(), (), euros(500)]
    assert (of(causes, None).cases, causes.cases) == (0, 1)


async def test_a_type_in_doubt_counts_once_an_answer_about_it_is_approved(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        doubted, answered = await seed_case(session), await seed_case(session)
        await says(session, doubted, complaint(LATE, unsure=True))
        await says(session, answered, complaint(LATE, unsure=True))
        await answers(session, answered, types=[LATE])
    causes = await found(sqlite)
    assert (of(causes, None).cases, of(causes, LATE).cases, causes.cases) == (1, 1, 2)


async def test_of_an_edited_message_the_last_text_counts(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(BROKEN_GOODS), external_id="7")
        await says(session, case, complaint(LATE), external_id="7", edit=1)
    assert [one.complaint_type for one in (await found(sqlite)).causes] == [LATE]


@pytest.mark.parametrize(
    "change",
    [
        {"is_sample": True},
        {"is_test": True},
        {"state": CaseState.SPAM},
        {"created_at": utcnow() - timedelta(days=91)},
    ],
    ids=["sample", "test", "spam", "earlier"],
)
async def test_what_is_no_real_case_of_the_period_is_left_out(
    sqlite: Database, change: dict[str, object]
) -> None:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        for name, value in change.items():
            setattr(case, name, value)
    assert (await found(sqlite)).causes == ()


async def test_what_costs_most_and_what_comes_back_most_come_first(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        dear, again = await seed_case(session), await seed_case(session)
        await says(session, dear, complaint(LATE))
        await gives(session, await answers(session, dear), 2000)
        await says(session, again, complaint(BROKEN_GOODS))
        await gives(session, await answers(session, again), 900)
        await says(session, again, complaint(BROKEN_GOODS))
    causes = await found(sqlite)
    assert [one.complaint_type for one in causes.by_cost()] == [LATE, BROKEN_GOODS]
    assert [one.complaint_type for one in causes.by_return()] == [BROKEN_GOODS, LATE]
