"""What a precedent says that a case got: what was given in the end, not what was decided first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, DecisionKind, Offer, Remedy, RemedyKind
from models.money import Money
from models.serial import to_json
from models.states import DraftState, OfferState, PromiseKind, PromiseState, Verdict
from models.tables import Approval, Case, Choice, DecisionRow, Draft, OfferRow, Promise
from responses.checks import Beyond
from tests.seed import seed_agent, seed_draft
from tests.unit.responses.test_precedents import Desk, decision


def euros(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


REFUND = Remedy(kind=RemedyKind.REFUND, amount=euros(15), worth=euros(15))
VOUCHER = Remedy(kind=RemedyKind.VOUCHER, amount=euros(10), worth=euros(10))


def offering(*options: Remedy) -> Decision:
    offer = Offer(
        basis=Basis.GOODWILL, options=options, rule_id="ritardo", complaint_type="delivery_late", because=None
    )
    return replace(decision(), offers=(offer,), worth=euros(15))


HANDED = replace(decision(), kind=DecisionKind.HAND_OVER)
MORE = Beyond(
    codes=("amount_not_decided",),
    words=("20 €",),
    extra=euros(5),
    total=euros(20),
    promises=(),
    complaint_types=("delivery_late",),
)


class Shop(Desk):
    """Cases that were answered in several steps."""

    async def answers(
        self,
        case: Case,
        made: Decision,
        *,
        after: int,
        kind: str | None = None,
        states: Mapping[RemedyKind, OfferState] | None = None,
        answer_by: datetime | None = None,
        off_policy: Beyond | None = None,
        by_hand: bool = False,
    ) -> Approval:
        """An approved answer to what was decided, that many seconds later."""
        async with self.database.writing() as session:
            agent = await seed_agent(session, f"Giulia {case.number} {after}")
            row = DecisionRow(
                case_id=case.id,
                revision=after,
                kind=made.kind,
                tier=made.tier,
                content=to_json(made),
                policy_sha256=made.policy_sha256,
                inputs_sha256="b" * 64,
            )
            session.add(row)
            await session.flush()
            draft = await seed_draft(session, await session.get_one(Case, case.id), kind=kind or made.kind)
            draft.decision_id, draft.answer_by, draft.state = row.id, answer_by, DraftState.APPROVED
            draft.edited_by = agent.id if by_hand else None
            draft.revision = after
            approval = Approval(
                case_id=case.id,
                draft_id=draft.id,
                agent_id=agent.id,
                verdict=Verdict.SEND,
                revision=after,
                sha256=draft.sha256,
                off_policy=to_json(off_policy) if off_policy is not None else None,
                created_at=utcnow() + timedelta(seconds=after),
            )
            session.add(approval)
            await session.flush()
            for group, offer in enumerate(made.offers):
                for option in offer.options:
                    session.add(
                        OfferRow(
                            decision_id=row.id,
                            case_id=case.id,
                            complaint_type=offer.complaint_type,
                            kind=option.kind,
                            basis=offer.basis,
                            rule_id=offer.rule_id,
                            content=to_json(option),
                            choice_group=group,
                            state=(states or {}).get(option.kind, OfferState.ACCEPTED),
                            approval_id=approval.id,
                        )
                    )
                    await session.flush()
        return approval

    async def got(self) -> list[str]:
        return [one.got("it") for one in await self.nearest(await self.said("Il pacco è in ritardo"))]


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


@pytest.mark.parametrize("named", [True, False], ids=["by a day", "without a day"])
async def test_what_is_given_after_an_announced_answer_counts(shop: Shop, named: bool) -> None:
    case = await shop.said("Il pacco è in ritardo di un mese")
    by = utcnow() + timedelta(days=1) if named else None
    await shop.answers(case, HANDED, after=1, answer_by=by)
    assert await shop.got() == []
    await shop.answers(case, offering(REFUND), after=2)
    assert await shop.got() == ["rimborso di 15 €"]


async def test_of_a_choice_it_is_what_the_customer_took(shop: Shop) -> None:
    case = await shop.said("Il pacco è in ritardo di un mese")
    states = {RemedyKind.REFUND: OfferState.OFFERED, RemedyKind.VOUCHER: OfferState.OFFERED}
    approval = await shop.answers(case, offering(REFUND, VOUCHER), after=1, states=states)
    async with shop.database.writing() as session:
        rows = await _rows(session, approval)
        choice = Choice(
            approval_id=approval.id,
            case_id=case.id,
            choice_group=0,
            key="k",
            options=[row.id for row in rows],
        )
        session.add(choice)
    assert await shop.got() == ["rimborso di 15 € oppure buono 10 €"]
    async with shop.database.writing() as session:
        (_, voucher) = await _rows(session, approval)
        voucher.state = OfferState.CHOSEN
        made = await session.merge(choice)
        made.chosen_offer_id, made.chosen_at, made.chosen_how = voucher.id, utcnow(), "button"
    assert await shop.got() == ["buono 10 €"]


async def test_what_the_text_gave_off_policy_is_told(shop: Shop) -> None:
    case = await shop.said("Il pacco è in ritardo di un mese")
    await shop.answers(case, offering(REFUND), after=1, off_policy=MORE)
    assert await shop.got() == ["rimborso di 15 € (nel testo mandato: «20 €» (+5 €))"]


async def test_what_an_agent_gave_in_a_text_of_their_own_is_told(shop: Shop) -> None:
    case = await shop.said("Il pacco è in ritardo di un mese")
    await shop.answers(case, HANDED, after=1, off_policy=replace(MORE, extra=euros(20)), by_hand=True)
    (got,) = await shop.got()
    assert got.endswith("(nel testo mandato: «20 €» (+20 €))")


async def test_an_offer_that_an_agent_declined_gave_nothing(shop: Shop) -> None:
    case = await shop.said("Il pacco è in ritardo di un mese")
    states = {RemedyKind.REFUND: OfferState.OFFERED}
    await shop.answers(
        case, offering(REFUND), after=1, kind=DecisionKind.DECLINE, states=states, by_hand=True
    )
    (got,) = await shop.got()
    assert "15 €" not in got


async def test_a_favour_that_was_not_wanted_after_all_was_not_got(shop: Shop) -> None:
    case = await shop.said("Il pacco è in ritardo di un mese")
    approval = await shop.answers(case, offering(REFUND), after=1)
    async with shop.database.writing() as session:
        (row,) = await _rows(session, approval)
        session.add(
            Promise(
                case_id=case.id,
                approval_id=approval.id,
                offer_id=row.id,
                kind=PromiseKind.REMEDY,
                what={"it": "il rimborso"},
                due_at=utcnow(),
                state=PromiseState.WITHDRAWN,
            )
        )
    assert await shop.got() == ["scuse, senza rimedio"]


async def _rows(session: AsyncSession, approval: Approval) -> Sequence[OfferRow]:
    draft = await session.get_one(Draft, approval.draft_id)
    query = select(OfferRow).where(OfferRow.decision_id == draft.decision_id).order_by(OfferRow.id)
    return (await session.scalars(query)).all()
