"""What was decided and an edited text leaves out: asked about first, and then neither given nor counted."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from models.clock import utcnow
from models.database import Database
from models.decision import (
    Basis,
    Commitment,
    Decision,
    Duration,
    DurationUnit,
    Given,
    Offer,
    Remedy,
    RemedyKind,
    Role,
)
from models.money import Money
from models.states import CaseState, OfferState, PromiseState, VoucherState
from models.tables import (
    Agent,
    Approval,
    Case,
    Choice,
    Draft,
    Event,
    LedgerEntry,
    OfferRow,
    OutboxEntry,
    Promise,
    Voucher,
)
from responses.approving.approval import Approvals
from responses.approving.off_policy import went_off_policy
from responses.approving.withholding import Meant, UnsaidError
from responses.checks.advising import may_overrule
from responses.choices.offered import choices_of
from responses.config import RoadConfig
from responses.customers.history import given_to
from responses.drafts.lines import offer_line, remedy_line
from responses.errors import BlockedError
from responses.promises.told import pledges
from responses.views import queue, view_case
from tests.seed import bound
from tests.unit.responses.approving.test_approval import HOURS, a_decision, on_the_table

WITHHELD, WORDED = Meant.WITHHELD, Meant.WORDED
SORRY = "{greeting} Marta, abbiamo sbagliato noi e le chiedo scusa."
SIGNED = "\n{agent}"
REFUNDED = f"{SORRY} Le rimborsiamo 15 €.{SIGNED}"
WITHOUT = f"{SORRY} Ne ho parlato con il magazzino.{SIGNED}"
CHOICE = (
    f"{SORRY} Può scegliere: uno sconto di 15 € sul prossimo ordine, la riparazione oppure un buono da 10 €."
    f"{SIGNED}"
)
PROMISED = f"{SORRY} Rispediamo il pacco {{due:1}}.{SIGNED}"


def euros(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


FIFTEEN = Remedy(kind=RemedyKind.REFUND, amount=euros(15), worth=euros(15))
DISCOUNT = Remedy(kind=RemedyKind.DISCOUNT, amount=euros(15), of="next_order", worth=euros(15))
REPAIR = Remedy(kind=RemedyKind.REPAIR, worth=euros(20))
VOUCHER = Remedy(kind=RemedyKind.VOUCHER, amount=euros(10), worth=euros(10))
RESEND = Commitment(
    what={"it": "rispediamo il pacco"},
    within=Duration(count=2, unit=DurationUnit.DAYS),
    rule_id="ritardo",
)


def decided(*options: Remedy, basis: Basis = Basis.GOODWILL, **changes: object) -> Decision:
    offer = Offer(basis=basis, options=options, rule_id="regola", complaint_type="delivery_late")
    worth = max((one.worth.amount for one in options if one.worth is not None), default=Decimal(0))
    goodwill = worth if basis is Basis.GOODWILL else Decimal(0)
    return a_decision(
        **{"offers": (offer,) if options else (), "worth": Money(amount=goodwill, currency="EUR")} | changes
    )


class Table:
    """A composed answer on the table, rewritten by an agent and approved."""

    def __init__(self, database: Database, config: RoadConfig) -> None:
        self.database = database
        self.approvals = Approvals(config)
        self.agent: Agent
        self.case: Case
        self.draft: Draft

    async def lays(self, decision: Decision, text: str, role: Role = Role.AGENT) -> "Table":
        self.agent, self.case, self.draft = await on_the_table(
            self.database, text=text, decision=decision, role=role
        )
        return self

    async def edits(self, text: str) -> list[str]:
        """The codes of what the checks then say beside the draft."""
        async with self.database.writing() as session:
            agent = await session.merge(self.agent)
            self.draft = await self.approvals.edit(session, agent, bound(self.draft), text)
        return [finding["code"] for finding in self.draft.findings]

    async def shown(self) -> set[str]:
        """What agents read of the offer, on the case's page, its card and in the queue."""
        async with self.database.reading() as session:
            case = await session.get_one(Case, self.case.id)
            (line,) = await queue(session, list(CaseState))
            view = await view_case(session, case, HOURS.zone)
        return {offer_line(one, "it") for one in (line.decision, view.decision) if one is not None}

    async def sends(self, meant: Mapping[str, Meant] | None = None, reason: str | None = None) -> Approval:
        async with self.database.writing() as session:
            agent = await session.merge(self.agent)
            return await self.approvals.approve(
                session, agent, bound(self.draft), HOURS, reason=reason, meant=meant or {}
            )

    async def asked(self) -> list[str]:
        """What the agent is asked about when approving."""
        with pytest.raises(UnsaidError) as asked:
            await self.sends()
        return [one.told("it") for one in asked.value.unsaid]

    async def rows(self, table: type) -> Sequence[object]:
        async with self.database.reading() as session:
            return (await session.scalars(select(table))).all()

    async def booked(self) -> list[int]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(LedgerEntry.amount_minor).order_by(LedgerEntry.id)))

    async def promised(self) -> list[str]:
        async with self.database.reading() as session:
            query = select(Promise).where(Promise.state == PromiseState.OPEN).order_by(Promise.id)
            return [promise.what["it"] for promise in await session.scalars(query)]

    async def offers(self) -> list[str]:
        async with self.database.reading() as session:
            return [
                str(state) for state in await session.scalars(select(OfferRow.state).order_by(OfferRow.id))
            ]

    async def given(self) -> list[tuple[RemedyKind, Decimal | None]]:
        """What is on record as given, with its worth."""
        return [(one.kind, one.worth.amount if one.worth else None) for one in await self.record()]

    async def record(self) -> tuple[Given, ...]:
        async with self.database.reading() as session:
            return (await given_to(session, await session.get_one(Case, self.case.id)))[0]

    async def buttons(self) -> list[list[str]]:
        async with self.database.reading() as session:
            entry = (await session.scalars(select(OutboxEntry))).one()
        return [choice["labels"] for choice in entry.content.get("choices", ())]


@pytest.fixture
def table(sqlite: Database, config: RoadConfig) -> Table:
    return Table(sqlite, config)


@pytest.fixture
def any_table(database: Database, config: RoadConfig) -> Table:
    """The same on each storage."""
    return Table(database, config)


async def test_a_remedy_taken_out_is_asked_about_and_nothing_has_happened(table: Table) -> None:
    await table.lays(decided(FIFTEEN), REFUNDED)
    assert await table.edits(WITHOUT) == ["offer_missing"]
    assert await table.asked() == ["rimborso di 15 €"]
    assert await table.rows(Approval) == []
    assert await table.rows(OutboxEntry) == []


async def test_what_is_withheld_is_neither_promised_nor_counted(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN), REFUNDED)
    await table.edits(WITHOUT)
    await table.sends({"o0": WITHHELD})
    assert await table.shown() == {"scuse, senza rimedio"}
    assert (await table.offers(), await table.booked(), await table.promised()) == (["withdrawn"], [], [])
    assert await table.given() == [(RemedyKind.WORDS, None)]
    assert "approval.withheld" in [event.action for event in await table.rows(Event)]  # type: ignore[attr-defined]


async def test_what_is_on_record_knows_when_its_promise_is_due_until_it_is_settled(
    any_table: Table,
) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN), REFUNDED)
    await table.sends({})
    (promise,) = await table.rows(Promise)
    (given,) = await table.record()
    assert (given.promise_state, given.due_at) == ("open", promise.due_at)  # type: ignore[attr-defined]
    async with table.database.writing() as session:
        await session.execute(update(Promise).values(state=PromiseState.KEPT, settled_at=utcnow()))
    (given,) = await table.record()
    assert (given.promise_state, given.due_at) == ("kept", None)


async def test_what_is_only_worded_otherwise_is_given(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN), REFUNDED)
    await table.edits(f"{SORRY} Al resto pensiamo noi, come d'accordo al telefono.{SIGNED}")
    await table.sends({"o0": WORDED})
    assert (await table.booked(), await table.promised()) == ([1500], ["il rimborso"])
    assert await table.given() == [(RemedyKind.REFUND, Decimal(15))]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"Le rimborsiamo 15 €. {SORRY}{SIGNED}", id="moved"),
        pytest.param(f"{SORRY} Per il disturbo le restituiamo 15 euro sulla carta.{SIGNED}", id="reworded"),
    ],
)
async def test_what_the_checks_recognise_is_given_without_a_question(table: Table, text: str) -> None:
    await table.lays(decided(FIFTEEN), REFUNDED)
    assert await table.edits(text) == []
    await table.sends()
    assert (await table.booked(), await table.promised()) == ([1500], ["il rimborso"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{SORRY} Il rimborso di 15 € che ci chiede lo guardo domani.{SIGNED}", id="asked for"),
        pytest.param(f"{SORRY} Non le rimborsiamo 15 €.{SIGNED}", id="denied"),
        pytest.param(f"{SORRY} Ha speso 15 € e lo vedo.{SIGNED}", id="the figure alone"),
    ],
)
async def test_a_mention_is_no_gift(table: Table, text: str) -> None:
    await table.lays(decided(FIFTEEN), REFUNDED)
    assert "offer_missing" in await table.edits(text)


async def test_of_what_is_owed_nothing_is_withheld_without_a_supervisor_and_a_reason(table: Table) -> None:
    await table.lays(decided(FIFTEEN, basis=Basis.OWED), REFUNDED)
    await table.edits(WITHOUT)
    with pytest.raises(BlockedError, match="owed_withheld") as refused:
        await table.sends({"o0": WITHHELD}, reason="Lo ha già avuto in negozio.")
    assert not may_overrule(refused.value)
    assert await table.rows(Approval) == []


async def test_a_supervisor_withholds_what_is_owed_with_a_reason_that_is_read(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN, basis=Basis.OWED), REFUNDED, Role.SUPERVISOR)
    await table.edits(WITHOUT)
    with pytest.raises(BlockedError) as refused:
        await table.sends({"o0": WITHHELD})
    assert may_overrule(refused.value)
    approval = await table.sends({"o0": WITHHELD}, reason="Lo ha già avuto in negozio.")
    assert approval.reason == "Lo ha già avuto in negozio."
    assert (await table.booked(), await table.promised()) == ([], [])
    async with table.database.reading() as session:
        (went,) = await went_off_policy(session, utcnow() - timedelta(days=1))
    assert (went.found.words, went.found.withheld) == ((), ("rimborso di 15 €",))


async def test_a_lower_sum_goes_on_record_as_what_was_sent(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN), REFUNDED, Role.SUPERVISOR)
    assert await table.edits(REFUNDED.replace("15 €", "10 €")) == ["amount_unknown"]
    await table.sends(reason="Ha tenuto metà della merce.")
    assert sum(await table.booked()) == 1000
    assert await table.given() == [(RemedyKind.REFUND, Decimal(10))]
    async with table.database.reading() as session:
        (owed,) = await pledges(session, utcnow())
    assert owed.remedy is not None
    told = remedy_line(owed.remedy, "it", owed.sent)
    assert told == "rimborso di 15 € (nel testo mandato: «10 €»)"


async def test_a_remedy_in_the_place_of_one_withheld_counts_whole(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN), REFUNDED, Role.SUPERVISOR)
    await table.edits(f"{SORRY} Le facciamo uno sconto di 18 €.{SIGNED}")
    approval = await table.sends({"o0": WITHHELD}, reason="Preferisce lo sconto.")
    assert approval.off_policy is not None
    assert await table.booked() == [1800]
    assert await table.given() == [(RemedyKind.WORDS, None), (RemedyKind.GIFT, Decimal(18))]


async def test_a_remedy_written_in_that_nobody_decided_becomes_a_promise_with_a_reason(
    any_table: Table,
) -> None:
    table = any_table
    await table.lays(decided(FIFTEEN), REFUNDED, Role.SUPERVISOR)
    text = REFUNDED.replace("15 €.", "15 €. E gliene mandiamo uno nuovo.")
    assert await table.edits(text) == ["remedy_undecided"]
    with pytest.raises(BlockedError) as refused:
        await table.sends()
    assert may_overrule(refused.value)
    await table.sends(reason="L'aveva regalato a sua madre.")
    assert await table.promised() == ["il rimborso", "quanto promesso nella nostra risposta"]
    assert await table.given() == [(RemedyKind.REFUND, Decimal(15)), (RemedyKind.GIFT, None)]


async def test_nor_does_an_agent_write_one_in(table: Table) -> None:
    await table.lays(decided(FIFTEEN), REFUNDED)
    await table.edits(REFUNDED.replace("15 €.", "15 €. E gliene mandiamo uno nuovo."))
    with pytest.raises(BlockedError, match="remedy_undecided") as refused:
        await table.sends(reason="L'aveva regalato a sua madre.")
    assert not may_overrule(refused.value)


async def test_a_button_stands_for_each_option_that_is_left_in_the_text(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(DISCOUNT, REPAIR, VOUCHER), CHOICE)
    assert await table.edits(CHOICE.replace(" la riparazione oppure", " oppure")) == ["option_missing"]
    assert await table.asked() == ["riparazione"]
    assert await table.shown() == {"sconto di 15 € sul prossimo ordine oppure riparazione oppure buono 10 €"}
    await table.sends({"o0.1": WITHHELD})
    assert await table.shown() == {"sconto di 15 € sul prossimo ordine oppure buono 10 €"}
    labels = ["sconto di 15 € sul prossimo ordine", "buono 10 €"]
    assert await table.buttons() == [labels]
    async with table.database.reading() as session:
        (shown,) = await choices_of(session, await session.get_one(Case, table.case.id))
    assert (list(shown.labels()), shown.is_whole) == (labels, False)
    assert await table.offers() == ["offered", "withdrawn", "offered"]
    assert (await table.record())[0].beside == (RemedyKind.VOUCHER,)


async def test_an_option_in_other_words_keeps_its_button(table: Table) -> None:
    await table.lays(decided(DISCOUNT, REPAIR, VOUCHER), CHOICE)
    await table.edits(CHOICE.replace("la riparazione", "rimetterlo a nuovo"))
    await table.sends({"o0.1": WORDED})
    assert [len(labels) for labels in await table.buttons()] == [3]


async def test_the_last_option_left_is_given_at_once(any_table: Table) -> None:
    table = any_table
    await table.lays(
        decided(REPAIR, VOUCHER), f"{SORRY} Può scegliere: la riparazione oppure un buono da 10 €."
    )
    await table.edits(f"{SORRY} La ripariamo noi.{SIGNED}")
    await table.sends({"o0.1": WITHHELD})
    assert (await table.buttons(), await table.rows(Choice)) == ([], [])
    assert (await table.booked(), await table.promised()) == ([2000], ["la riparazione"])
    assert await table.given() == [(RemedyKind.REPAIR, Decimal(20))]


async def test_a_voucher_left_alone_needs_the_press_that_tells_its_code(table: Table) -> None:
    await table.lays(
        decided(REPAIR, VOUCHER), f"{SORRY} Può scegliere: la riparazione oppure un buono da 10 €."
    )
    await table.edits(f"{SORRY} Le diamo un buono da 10 €.{SIGNED}")
    await table.sends({"o0.0": WITHHELD})
    assert await table.buttons() == [["buono 10 €"]]
    assert [voucher.state for voucher in await table.rows(Voucher)] == [VoucherState.RESERVED]  # type: ignore[attr-defined]


async def test_a_whole_choice_withheld_leaves_no_button_and_no_code(any_table: Table) -> None:
    table = any_table
    await table.lays(
        decided(REPAIR, VOUCHER), f"{SORRY} Può scegliere: la riparazione oppure un buono da 10 €."
    )
    await table.edits(WITHOUT)
    assert await table.asked() == ["riparazione / buono 10 €"]
    await table.sends({"o0": WITHHELD})
    assert (await table.buttons(), await table.rows(Choice), await table.rows(Voucher)) == ([], [], [])
    assert await table.given() == [(RemedyKind.WORDS, None)]


async def test_a_code_taken_out_can_only_be_withheld(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(VOUCHER), f"{SORRY} Il suo buono da 10 €: {{voucher:1}}{SIGNED}")
    await table.edits(f"{SORRY} Il suo buono da 10 € arriva a parte.{SIGNED}")
    with pytest.raises(UnsaidError):
        await table.sends({"o0": WORDED})
    await table.sends({"o0": WITHHELD})
    assert await table.offers() == [OfferState.WITHDRAWN]
    assert (await table.booked(), await table.rows(Voucher)) == ([], [])
    assert await table.given() == [(RemedyKind.WORDS, None)]


async def test_a_promise_taken_out_is_withheld_or_stands_in_other_words(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(commitments=(RESEND,)), PROMISED)
    assert await table.edits(f"{SORRY} Rispediamo il pacco.{SIGNED}") == ["promise_missing"]
    assert await table.asked() == ["rispediamo il pacco"]
    first = await table.sends({"d1": WITHHELD})
    assert await table.promised() == []
    assert not (await table.record())[0].committed
    async with table.database.writing() as session:
        again = await table.approvals.undo(session, await session.merge(table.agent), first.id)
    assert again is not None
    table.draft = again
    await table.sends({"d1": WORDED})
    assert await table.promised() == ["rispediamo il pacco"]
    assert (await table.record())[0].committed


async def test_a_promise_for_another_day_is_kept_for_the_day_that_was_sent(any_table: Table) -> None:
    table = any_table
    await table.lays(decided(commitments=(RESEND,)), PROMISED, Role.SUPERVISOR)
    day = utcnow().astimezone(HOURS.zone).date() + timedelta(days=9)
    text = f"{SORRY} Rispediamo il pacco entro il {day.day}/{day.month}.{SIGNED}"
    assert await table.edits(text) == ["promise_untracked", "promise_missing"]
    await table.sends({"d1": WORDED}, reason="Il magazzino è chiuso.")
    promises: list[Promise] = [*await table.rows(Promise)]  # type: ignore[list-item]
    assert [(one.what, _day(one)) for one in promises] == [({"it": "rispediamo il pacco"}, day)]


def _day(promise: Promise) -> date:
    return promise.due_at.astimezone(HOURS.zone).date()


async def test_a_draft_nobody_has_edited_is_never_asked_about(table: Table) -> None:
    await table.lays(decided(FIFTEEN), WITHOUT)
    await table.sends()
    assert await table.booked() == [1500]


async def test_what_is_said_of_one_text_does_not_hold_for_the_next(table: Table) -> None:
    await table.lays(decided(FIFTEEN), REFUNDED)
    before = table.draft
    await table.edits(WITHOUT)
    table.draft = before
    with pytest.raises(BlockedError, match="stale"):
        await table.sends({"o0": WITHHELD})


async def test_taking_back_leaves_the_offer_as_it_was(table: Table) -> None:
    await table.lays(decided(FIFTEEN), REFUNDED)
    await table.edits(WITHOUT)
    approval = await table.sends({"o0": WITHHELD})
    async with table.database.writing() as session:
        again = await table.approvals.undo(session, await session.merge(table.agent), approval.id)
    assert again is not None
    table.draft = again
    assert await table.shown() == {"rimborso di 15 €"}
    assert await table.offers() == [OfferState.OFFERED]
    assert await table.asked() == ["rimborso di 15 €"]
