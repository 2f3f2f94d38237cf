"""Approval: this very text, at this revision, by a person allowed to; all of it or nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.channel import Outgoing, SendResult
from models.clock import utcnow
from models.database import Database
from models.decision import (
    Basis,
    Commitment,
    Decision,
    DecisionKind,
    Duration,
    DurationUnit,
    Offer,
    Remedy,
    RemedyKind,
    Role,
)
from models.money import Money
from models.states import CaseState, DraftState, EditReason, OutboxState, PromiseState, Verdict
from models.tables import (
    Agent,
    Approval,
    Case,
    Draft,
    Identity,
    LedgerEntry,
    OfferRow,
    OutboxEntry,
    Promise,
    Voucher,
)
from responses.approving.approval import Approvals
from responses.approving.rights import check_tier
from responses.cases import claim, close
from responses.config import RoadConfig
from responses.errors import BlockedError, NotAllowedError
from responses.hours import OpeningHours
from responses.people.agents import link_telegram
from responses.people.holding import pass_on, take_over
from responses.sending.delivery import Delivery
from responses.sending.hand import HandChannel
from tests.seed import bound, seed_agent, seed_case, seed_identity
from tests.unit.responses.staff import lay

HOURS = OpeningHours.always(ZoneInfo("Europe/Rome"))
TEN = Money(amount=Decimal(10), currency="EUR")


def a_decision(**changes: object) -> Decision:
    offer = Offer(
        basis=Basis.GOODWILL,
        options=(Remedy(kind=RemedyKind.VOUCHER, amount=TEN, worth=TEN),),
        rule_id="ritardo",
        complaint_type="delivery_late",
    )
    values: dict[str, object] = {
        "kind": DecisionKind.OFFER,
        "policy": "p",
        "policy_sha256": "0",
        "complaint_types": ("delivery_late",),
        "offers": (offer,),
        "at_fault": True,
        "apologise": True,
        "worth": TEN,
    }
    return Decision(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def approvals(config: RoadConfig) -> Approvals:
    return Approvals(replace(config, undo=timedelta(seconds=10)))


async def on_the_table(
    database: Database,
    *,
    text: str = "Buongiorno, rimediamo noi. Il suo buono: {voucher:1}\n{agent}",
    decision: Decision | None = None,
    channel: str = "web",
    role: Role = Role.AGENT,
    name: str = "Giulia",
) -> tuple[Agent, Case, Draft]:
    decision = decision or a_decision()
    async with database.writing() as session:
        agent = await seed_agent(session, name, role=role)
        case = await seed_case(session, await seed_identity(session, channel=channel))
        draft = await lay(session, case, decision, text)
    return agent, case, draft


async def approve(database: Database, approvals: Approvals, agent: Agent, draft: Draft) -> Approval:
    async with database.writing() as session:
        return await approvals.approve(session, await session.merge(agent), bound(draft), HOURS)


async def everything(database: Database, table: type) -> list[object]:
    async with database.reading() as session:
        return list((await session.scalars(select(table))).all())


async def test_an_approval_writes_all_its_consequences_at_once(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, case, draft = await on_the_table(sqlite)
    approval = await approve(sqlite, approvals, agent, draft)
    async with sqlite.reading() as session:
        entry = (await session.scalars(select(OutboxEntry))).one()
        voucher = (await session.scalars(select(Voucher))).one()
        ledger = (await session.scalars(select(LedgerEntry))).one()
        after = await session.get_one(Case, case.id)
    assert approval.filled_text == f"Buongiorno, rimediamo noi. Il suo buono: {voucher.code}\nGiulia"
    assert entry.content["text"] == approval.filled_text
    assert entry.chat_key == case.chat_key
    assert (entry.state, entry.approval_id) == (OutboxState.PENDING, approval.id)
    assert (voucher.amount_minor, voucher.currency) == (1000, "EUR")
    assert (ledger.amount_minor, ledger.rule_id, ledger.agent_id) == (1000, "ritardo", agent.id)
    assert after.state == CaseState.ANSWERED
    assert after.revision == draft.revision + 1


async def test_it_leaves_after_the_time_for_undoing(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite)
    before = utcnow()
    await approve(sqlite, approvals, agent, draft)
    async with sqlite.reading() as session:
        entry = (await session.scalars(select(OutboxEntry))).one()
    assert entry.not_before is not None
    assert entry.not_before >= before + timedelta(seconds=9)


async def test_undoing_takes_everything_back_and_puts_the_text_on_the_table(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, case, draft = await on_the_table(sqlite)
    approval = await approve(sqlite, approvals, agent, draft)
    async with sqlite.writing() as session:
        again = await approvals.undo(session, await session.merge(agent), approval.id)
    async with sqlite.reading() as session:
        assert (await session.scalars(select(OutboxEntry.state))).all() == [OutboxState.CANCELLED]
        assert sum((await session.scalars(select(LedgerEntry.amount_minor))).all()) == 0
        assert (await session.scalars(select(Voucher.state))).all() == ["void"]
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_AGENT
    assert (again.text, again.state) == (draft.text, DraftState.PROPOSED)
    await approve(sqlite, approvals, agent, again)


async def test_what_has_left_cannot_be_undone(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite)
    approval = await approve(sqlite, approvals, agent, draft)
    async with sqlite.writing() as session:
        (await session.scalars(select(OutboxEntry))).one().state = OutboxState.SENDING
    with pytest.raises(BlockedError, match="already_sending"):
        async with sqlite.writing() as session:
            await approvals.undo(session, await session.merge(agent), approval.id)
    assert len(await everything(sqlite, LedgerEntry)) == 1


async def test_a_second_press_changes_nothing(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite)
    await approve(sqlite, approvals, agent, draft)
    with pytest.raises(BlockedError, match="stale"):
        await approve(sqlite, approvals, agent, draft)
    assert len(await everything(sqlite, OutboxEntry)) == 1


async def test_another_text_than_the_one_shown_is_not_approved(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        with pytest.raises(BlockedError, match="stale"):
            await approvals.approve(
                session, await session.merge(agent), replace(bound(draft), sha256="f" * 64), HOURS
            )


async def test_an_offer_above_the_role_needs_a_supervisor(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite, decision=a_decision(tier=Role.SUPERVISOR))
    with pytest.raises(NotAllowedError, match="above_limit"):
        await approve(sqlite, approvals, agent, draft)
    async with sqlite.writing() as session:
        sara = await seed_agent(session, "Sara", Role.SUPERVISOR)
    await approve(sqlite, approvals, sara, draft)


async def test_an_agents_own_limit_counts_where_it_is_lower(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        agent = await session.merge(agent)
        agent.limit_minor = 500
    with pytest.raises(NotAllowedError, match="above_limit"):
        await approve(sqlite, approvals, agent, draft)


async def test_nobody_approves_a_case_of_their_own(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await on_the_table(sqlite, channel="telegram")
    async with sqlite.writing() as session:
        agent = await session.merge(agent)
        identity = await session.get_one(Identity, case.identity_id)
        identity.external_id = "777"
        await link_telegram(session, agent, 777)
    with pytest.raises(NotAllowedError, match="own_case"):
        await approve(sqlite, approvals, agent, draft)


async def test_a_case_held_by_another_is_not_approved(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        sara = await seed_agent(session, "Sara")
        await claim(session, await session.get_one(Case, case.id), sara)
    with pytest.raises(BlockedError, match="by=Sara"):
        await approve(sqlite, approvals, agent, draft)


async def test_a_blank_left_in_the_text_is_not_sent(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite, text="Buongiorno, […]\n{agent}")
    with pytest.raises(BlockedError, match="placeholder"):
        await approve(sqlite, approvals, agent, draft)


async def test_a_draft_past_its_day_is_not_sent(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        (await session.get_one(Draft, draft.id)).valid_until = utcnow() - timedelta(seconds=1)
    with pytest.raises(BlockedError, match="expired"):
        await approve(sqlite, approvals, agent, draft)


async def test_an_edited_text_needs_its_own_approval_and_its_difference_is_kept(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(sqlite, text="Buongiorno.\n{agent}", decision=a_decision(offers=()))
    async with sqlite.writing() as session:
        edited = await approvals.edit(
            session, await session.merge(agent), bound(draft), "Buonasera.\r\n{agent}"
        )
    assert await everything(sqlite, OutboxEntry) == []
    approval = await approve(sqlite, approvals, agent, edited)
    assert approval.filled_text == "Buonasera.\nGiulia"
    assert approval.difference is not None
    assert "-Buongiorno." in approval.difference


async def test_a_choice_books_nothing_before_it_is_made(sqlite: Database, approvals: Approvals) -> None:
    choice = Offer(
        basis=Basis.GOODWILL,
        options=(
            Remedy(kind=RemedyKind.VOUCHER, amount=TEN, worth=TEN),
            Remedy(kind=RemedyKind.REPLACEMENT, worth=TEN),
        ),
        rule_id="scelta",
        complaint_type="delivery_late",
    )
    decision = a_decision(offers=(choice,))
    agent, _, draft = await on_the_table(sqlite, text="A scelta.\n{agent}", decision=decision)
    await approve(sqlite, approvals, agent, draft)
    assert await everything(sqlite, LedgerEntry) == []
    assert await everything(sqlite, Promise) == []
    async with sqlite.reading() as session:
        assert all(offer.approval_id for offer in await session.scalars(select(OfferRow)))


async def test_a_promise_is_opened_with_its_day_and_keeps_the_case_open(
    sqlite: Database, approvals: Approvals
) -> None:
    commitment = Commitment(
        what={"it": "rispediamo il pacco"},
        within=Duration(count=2, unit=DurationUnit.DAYS),
        rule_id="ritardo",
    )
    decision = a_decision(commitments=(commitment,), offers=())
    agent, case, draft = await on_the_table(sqlite, text="Rispediamo {due:1}.\n{agent}", decision=decision)
    approval = await approve(sqlite, approvals, agent, draft)
    async with sqlite.reading() as session:
        promise = (await session.scalars(select(Promise))).one()
        after = await session.get_one(Case, case.id)
    assert promise.what == {"it": "rispediamo il pacco"}
    # The text names the day, and the whole of it is left.
    due, today = promise.due_at.astimezone(HOURS.zone), utcnow().astimezone(HOURS.zone).date()
    assert (due.date() - today, due.hour, due.minute) == (timedelta(days=2), 23, 59)
    assert after.state == CaseState.PROMISED
    assert "{due" not in (approval.filled_text or "")
    with pytest.raises(BlockedError, match="promise_open"):
        async with sqlite.writing() as session:
            await close(session, await session.get_one(Case, case.id), agent.id)


async def test_a_question_waits_for_the_customer(sqlite: Database, approvals: Approvals) -> None:
    decision = a_decision(kind=DecisionKind.ASK, offers=(), worth=None)
    agent, case, draft = await on_the_table(sqlite, text="Mi serve una foto.\n{agent}", decision=decision)
    await approve(sqlite, approvals, agent, draft)
    async with sqlite.reading() as session:
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_CUSTOMER


async def test_a_discarded_draft_leaves_the_case_waiting(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        await approvals.discard(session, await session.merge(agent), bound(draft), "fact")
    async with sqlite.reading() as session:
        assert (await session.get_one(Draft, draft.id)).state == DraftState.DISCARDED
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_AGENT


async def test_an_edited_draft_thrown_away_keeps_reason_and_difference(
    database: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(database)
    async with database.writing() as session:
        agent = await session.merge(agent)
        edited = await approvals.edit(session, agent, bound(draft), "Non va.")
        await approvals.discard(session, agent, bound(edited), None, EditReason.AMOUNT)
    (verdict,) = await everything(database, Approval)
    assert isinstance(verdict, Approval)
    assert (verdict.verdict, verdict.edit_reason) == (Verdict.DISCARD, EditReason.AMOUNT)
    assert verdict.difference is not None
    assert verdict.difference.splitlines()[-1] == "+Non va."


async def test_a_text_from_nothing_thrown_away_has_no_reason(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        agent = await session.merge(agent)
        await approvals.discard(session, agent, bound(draft), None)
        case = await session.get_one(Case, case.id)
        own = await approvals.write(session, agent, case, "Mio.", kind="hand_over", language="it")
        await approvals.discard(session, agent, bound(own), None, EditReason.TONE)
    verdicts = await everything(sqlite, Approval)
    assert [one.edit_reason for one in verdicts if isinstance(one, Approval)] == [None, None]


async def test_who_passed_a_case_on_may_still_approve_it(sqlite: Database, approvals: Approvals) -> None:
    agent, case, _ = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        await pass_on(
            session, await session.merge(agent), await session.get_one(Case, case.id), to=None, reason=None
        )
    async with sqlite.reading() as session:
        again = (await session.scalars(select(Draft).where(Draft.state == DraftState.PROPOSED))).one()
        assert (await session.get_one(Case, case.id)).passed_to_role == Role.SUPERVISOR
    await approve(sqlite, approvals, agent, again)


async def test_taking_over_and_writing_in_person(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        await take_over(session, await session.merge(agent), await session.get_one(Case, case.id))
    with pytest.raises(BlockedError, match="stale"):
        await approve(sqlite, approvals, agent, draft)
    async with sqlite.writing() as session:
        own = await approvals.write(
            session,
            await session.merge(agent),
            await session.get_one(Case, case.id),
            "Eccomi, mi racconti.",
            kind="answer",
            language="it",
        )
    await approve(sqlite, approvals, agent, own)
    async with sqlite.reading() as session:
        assert (await session.get_one(Case, case.id)).state == CaseState.TAKEN_OVER
        assert (await session.scalars(select(OutboxEntry.content))).one()["text"] == "Eccomi, mi racconti."


async def test_an_undone_promise_is_withdrawn(sqlite: Database, approvals: Approvals) -> None:
    refund = Offer(
        basis=Basis.OWED,
        options=(Remedy(kind=RemedyKind.REFUND, full=True, amount=TEN, worth=TEN),),
        rule_id="recesso",
        complaint_type="refund_missing",
    )
    agent, _, draft = await on_the_table(
        sqlite, text="Rimborsiamo.\n{agent}", decision=a_decision(offers=(refund,))
    )
    approval = await approve(sqlite, approvals, agent, draft)
    async with sqlite.writing() as session:
        await approvals.undo(session, await session.merge(agent), approval.id)
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Promise.state))).all() == [PromiseState.WITHDRAWN]


async def test_an_own_limit_stops_what_nobody_can_put_a_price_on(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _case, draft = await on_the_table(sqlite, decision=a_decision(worth=None))
    agent.limit_minor = 100_00
    with pytest.raises(NotAllowedError):
        await approve(sqlite, approvals, agent, draft)


async def test_an_own_limit_does_not_stop_an_answer_that_gives_nothing() -> None:
    agent = Agent(name="Giulia", role=Role.AGENT, limit_minor=500)
    with pytest.raises(NotAllowedError):
        check_tier(agent, a_decision())
    check_tier(agent, a_decision(kind=DecisionKind.HAND_OVER))


async def test_an_own_limit_does_not_stop_a_question_in_place_of_an_offer(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(sqlite)
    async with sqlite.writing() as session:
        agent = await session.merge(agent)
        agent.limit_minor = 500
        text = "Mi dice il numero d'ordine?\n{agent}"
        asked = await approvals.edit(session, agent, bound(draft), text, kind=DecisionKind.ASK)
    approval = await approve(sqlite, approvals, agent, asked)
    assert approval.filled_text == "Mi dice il numero d'ordine?\nGiulia"
    assert await everything(sqlite, LedgerEntry) == []


async def test_a_favour_in_a_choice_with_what_is_owed_is_stored_as_a_favour(sqlite: Database) -> None:
    choice = Offer(
        basis=Basis.OWED,
        options=(
            Remedy(kind=RemedyKind.REPLACEMENT, worth=TEN),
            Remedy(kind=RemedyKind.REFUND, amount=TEN, worth=TEN, basis=Basis.GOODWILL),
        ),
        rule_id="legge",
        complaint_type="item_damaged",
    )
    decision = a_decision(offers=(choice,), faults={"item_damaged": False})
    await on_the_table(sqlite, decision=decision)
    async with sqlite.reading() as session:
        rows = (await session.scalars(select(OfferRow).order_by(OfferRow.id))).all()
    assert [(row.kind, row.basis, row.our_fault) for row in rows] == [
        (RemedyKind.REPLACEMENT, Basis.OWED, False),
        (RemedyKind.REFUND, Basis.GOODWILL, False),
    ]


async def test_a_code_is_active_once_the_whole_answer_has_been_sent(
    sqlite: Database, config: RoadConfig
) -> None:
    agent, _case, draft = await on_the_table(sqlite, text="{voucher:1}" + "\n\nParola. " * 900)
    await approve(sqlite, Approvals(config), agent, draft)
    states: list[str] = []

    class Watching(HandChannel):
        async def send(self, message: Outgoing) -> SendResult:
            states.extend(voucher.state for voucher in await everything(sqlite, Voucher))  # type: ignore[attr-defined]
            return await super().send(message)

    (first, *others) = sorted(await everything(sqlite, OutboxEntry), key=lambda entry: entry.part)  # type: ignore[attr-defined]
    await Delivery(sqlite, {"web": Watching()}, "p").run(first.id)  # type: ignore[attr-defined]
    states += [voucher.state for voucher in await everything(sqlite, Voucher)]  # type: ignore[attr-defined]
    assert states == ["reserved"] * (len(others) + 1) + ["active"]
    assert others
