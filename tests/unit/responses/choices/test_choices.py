"""Choices: put with a text that holds no code, made once, and opening only what was chosen."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.assessment import Assessment, Entities
from models.clock import utcnow
from models.database import Database
from models.decision import Given, RemedyKind
from models.labels import Urgency
from models.states import CaseState, ChoiceHow, OfferState, OutboxState, PromiseState, VoucherState
from models.tables import (
    Case,
    Choice,
    Customer,
    DecisionRow,
    LedgerEntry,
    OfferRow,
    OutboxEntry,
    Promise,
    SignalRow,
    Voucher,
)
from responses.approving.approval import Approvals
from responses.approving.withholding import Meant
from responses.cases import close, open_messages
from responses.choices.choosing import choose_for, overrule, press, take_defaults
from responses.choices.offered import open_in_chat
from responses.config import RoadConfig
from responses.customers.history import given_to
from responses.deadlines import due_by
from responses.drafts.dates import format_due_day
from responses.drafts.templates import capital
from responses.errors import BlockedError
from responses.facts import give_fact
from responses.intake.files import FileStore
from responses.policy import Policy
from responses.privacy.erasure import erase_person
from responses.privacy.export import export_person
from responses.promises.told import pledges
from responses.views import CaseView, view_case
from tests.seed import bound
from tests.unit.responses.promises.test_promises import LATE, Desk
from tests.unit.responses.triage_road import assessed, label

SAID = assessed("other")
PRAISE = assessed("praise")
WRONG = assessed("complaint", "item_wrong", entities=Entities(order_ids=("RS1234",)))
DISCOUNT, VOUCHER = 0, 1


class Shop(Desk):
    """A desk whose customer has a choice between a discount and a voucher of 10 €."""

    async def decides(self, text: str = "Il pacco RS1234 non arriva", labels: Assessment = LATE) -> Case:
        """A complaint for which the policy leaves a choice."""
        case = await self.writes(text, labels)
        async with self.database.writing() as session:
            policy = await self.policies.current(session)
            row = await session.get_one(Case, case.id)
            await give_fact(session, await session.merge(self.agent), row, "days_late", "9", policy)
        await self.triage.run(case.id)
        return await self.case(case)

    async def puts(self) -> Case:
        """The choice has been put to the customer."""
        case = await self.decides()
        await self.answers(self.agent, case)
        return await self.case(case)

    async def wants_answers_within(self, deadlines: str) -> None:
        sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        async with self.database.writing() as session:
            changed = re.sub(r"(?m)^deadlines:.*$", f"deadlines: {deadlines}", sample)
            assert (await self.policies.load(session, {"negozio.yaml": changed})).refused == ()

    async def wrote_last(self, case: Case) -> tuple[datetime, Policy]:
        """When the customer's last message came, and the policy that judges the case."""
        async with self.database.reading() as session:
            policy = await self.policies.in_force(session, case.audience, case.incident_at)
            return (await open_messages(session, case.id))[-1].created_at, policy

    async def choices(self) -> Sequence[Choice]:
        async with self.database.reading() as session:
            return (await session.scalars(select(Choice).order_by(Choice.id))).all()

    async def choice(self) -> Choice:
        (choice,) = await self.choices()
        return choice

    async def presses(self, option: int, days: float = 0) -> bool:
        async with self.database.writing() as session:
            choice = (await session.scalars(select(Choice).order_by(Choice.id).limit(1))).one()
            now = utcnow() + timedelta(days=days)
            return await press(session, self.texts, choice, option, policies=self.policies, now=now)

    async def notes(self, case: Case, option: int | None) -> None:
        """An agent presses for the customer."""
        choice = await self.choice()
        async with self.database.writing() as session:
            row = await session.get_one(Case, case.id, with_for_update=True)
            agent = await session.merge(self.agent)
            await choose_for(
                session, self.texts, agent, row, choice.key, option, policies=self.policies, now=utcnow()
            )

    async def overrules(self, case: Case) -> None:
        async with self.database.writing() as session:
            row = await session.get_one(Case, case.id)
            await overrule(session, await session.merge(self.agent), row, utcnow())

    async def waits(self, days: float) -> None:
        """The clock comes by so many days later."""
        async with self.database.writing() as session:
            await take_defaults(session, self.texts, self.policies, utcnow() + timedelta(days=days))

    async def offers(self) -> list[str]:
        """The states of what was put, in the order of the text."""
        async with self.database.reading() as session:
            query = select(OfferRow.state).where(OfferRow.approval_id.is_not(None)).order_by(OfferRow.id)
            return [str(state) for state in await session.scalars(query)]

    async def codes(self) -> list[str]:
        async with self.database.reading() as session:
            return [str(state) for state in await session.scalars(select(Voucher.state).order_by(Voucher.id))]

    async def code(self) -> str:
        async with self.database.reading() as session:
            return (await session.scalars(select(Voucher.code))).one()

    async def booked(self) -> list[int]:
        async with self.database.reading() as session:
            query = select(LedgerEntry.amount_minor).order_by(LedgerEntry.id)
            return list(await session.scalars(query))

    async def standing(self, key: str = "cho") -> list[str]:
        """What the customer was told of their choice."""
        async with self.database.reading() as session:
            query = select(OutboxEntry).where(OutboxEntry.dedupe_key.startswith(key)).order_by(OutboxEntry.id)
            return [entry.content["text"] for entry in await session.scalars(query)]

    async def view(self, case: Case) -> CaseView:
        async with self.database.reading() as session:
            return await view_case(session, await session.get_one(Case, case.id), self.config.timezone)

    async def given(self, case: Case) -> tuple[Given, ...]:
        async with self.database.reading() as session:
            return (await given_to(session, await session.get_one(Case, case.id)))[0]

    async def unread(self, case: Case) -> list[str]:
        async with self.database.reading() as session:
            return [message.text for message in await open_messages(session, case.id)]


@pytest_asyncio.fixture
async def shop(sqlite: Database, config: RoadConfig) -> Shop:
    return await Shop(sqlite, config).hire()


@pytest_asyncio.fixture
async def any_shop(database: Database, config: RoadConfig) -> Shop:
    """The same on each storage."""
    return await Shop(database, config).hire()


async def test_a_choice_is_put_without_a_code_and_with_a_button_for_each_option(any_shop: Shop) -> None:
    case = await any_shop.puts()
    choice = await any_shop.choice()
    async with any_shop.database.reading() as session:
        entry = (await session.scalars(select(OutboxEntry).where(OutboxEntry.purpose == "answer"))).one()
        shown = await open_in_chat(session, "web:marta", utcnow())
    assert await any_shop.code() not in entry.content["text"]
    assert "{" not in entry.content["text"]
    buttons = {"key": choice.key, "labels": ["15% sul prossimo ordine (fino a 20 €)", "buono 10 €"]}
    assert entry.content["choices"] == [buttons]
    assert shown == {entry.id: [buttons]}
    assert await any_shop.codes() == [VoucherState.RESERVED]
    assert await any_shop.booked() == []
    assert case.state == CaseState.PROMISED


async def test_what_is_chosen_is_opened_and_nothing_else(any_shop: Shop) -> None:
    await any_shop.puts()
    before = len(await any_shop.promises())
    assert await any_shop.presses(VOUCHER)
    choice = await any_shop.choice()
    assert (choice.chosen_how, choice.chosen_by) == (ChoiceHow.BUTTON, None)
    assert await any_shop.offers() == [OfferState.DECLINED, OfferState.CHOSEN]
    assert await any_shop.codes() == [VoucherState.ACTIVE]
    assert await any_shop.booked() == [1000]
    assert len(await any_shop.promises()) == before
    assert await any_shop.standing() == [
        "Richiesta n. 101, la sua scelta è segnata: buono 10 €. "
        f"Il codice è {await any_shop.code()}. Può usarlo da subito."
    ]


async def test_a_code_that_was_kept_for_what_is_not_chosen_is_worth_nothing(shop: Shop) -> None:
    await shop.puts()
    await shop.presses(DISCOUNT)
    assert await shop.codes() == [VoucherState.VOID]
    assert await shop.booked() == [2000]
    (told,) = await shop.standing()
    assert "15% sul prossimo ordine" in told
    assert await shop.code() not in told


async def test_a_discount_on_the_next_order_is_somebodys_to_note_once_it_is_chosen(any_shop: Shop) -> None:
    await any_shop.puts()
    before = await any_shop.promises()
    await any_shop.presses(DISCOUNT)
    (added,) = [one for one in await any_shop.promises() if one.id not in {promise.id for promise in before}]
    assert added.what["it"] == "lo sconto registrato per la prossima volta"
    assert (added.owner_id, added.state) == (any_shop.agent.id, PromiseState.OPEN)
    async with any_shop.database.reading() as session:
        listed = [one.promise.id for one in await pledges(session, utcnow())]
    assert added.id in listed


async def test_a_second_press_is_told_what_was_chosen_and_changes_nothing(any_shop: Shop) -> None:
    await any_shop.puts()
    for option in (VOUCHER, DISCOUNT, VOUCHER):
        assert await any_shop.presses(option)
    assert await any_shop.booked() == [1000]
    _, again = await any_shop.standing()
    assert again.startswith("Richiesta n. 101: la scelta è già segnata, ed è questa: buono 10 €.")


async def test_of_two_presses_at_the_same_moment_one_counts(any_shop: Shop) -> None:
    await any_shop.puts()
    assert await asyncio.gather(any_shop.presses(DISCOUNT), any_shop.presses(VOUCHER)) == [True, True]
    assert sorted(await any_shop.offers()) == [OfferState.CHOSEN, OfferState.DECLINED]
    assert len(await any_shop.booked()) == 1
    assert len(await any_shop.standing("chosen:")) == 1


async def test_an_option_that_there_is_not_is_no_option(shop: Shop) -> None:
    await shop.puts()
    assert [await shop.presses(option) for option in (2, -1)] == [False, False]
    assert (await shop.choice()).chosen_at is None


async def test_what_somebody_has_to_carry_out_is_promised_once_it_is_chosen(shop: Shop) -> None:
    case = await shop.writes("Mi è arrivata la maglia sbagliata, ordine RS1234", WRONG)
    await shop.answers(shop.agent, case)
    before = [promise.offer_id for promise in await shop.promises()]
    await shop.presses(1)
    chosen = (await shop.choice()).chosen_offer_id
    assert chosen not in before
    (promise,) = [one for one in await shop.promises() if one.offer_id == chosen]
    assert (promise.what["it"], promise.state, promise.owner_id) == (
        "il rimborso completo",
        PromiseState.OPEN,
        shop.agent.id,
    )
    assert (await shop.case(case)).state == CaseState.PROMISED


async def test_what_nobody_chooses_in_time_is_the_first_option_once(any_shop: Shop) -> None:
    await any_shop.puts()
    await any_shop.waits(6.9)
    assert (await any_shop.choice()).chosen_at is None
    await any_shop.waits(20)
    await any_shop.waits(21)
    choice = await any_shop.choice()
    assert (choice.chosen_how, choice.chosen_by) == (ChoiceHow.DEFAULT, None)
    assert await any_shop.offers() == [OfferState.CHOSEN, OfferState.EXPIRED]
    assert await any_shop.booked() == [2000]
    (told,) = await any_shop.standing()
    assert told.startswith("Richiesta n. 101: non abbiamo ricevuto una scelta in tempo")


async def test_the_day_that_the_text_names_is_the_last_on_which_the_choice_is_open(any_shop: Shop) -> None:
    await any_shop.puts()
    zone = any_shop.config.timezone
    end = (await any_shop.choice()).expires_at
    assert end is not None
    local = end.astimezone(zone)
    assert (local.hour, local.minute) == (23, 59)
    async with any_shop.database.reading() as session:
        entry = (await session.scalars(select(OutboxEntry).where(OutboxEntry.purpose == "answer"))).one()
    by = format_due_day(local.date(), "it", today=utcnow().astimezone(zone).date())
    (told,) = re.findall(r"[^.]+ vale la prima possibilità\.", entry.content["text"])
    assert by in told


async def test_who_takes_the_day_out_of_the_text_is_told_what_the_customer_would_not_know(shop: Shop) -> None:
    case = await shop.decides()
    draft = await shop.draft(case)
    told = capital(dict(draft.parts)["choose_by"])
    left, said, rest = draft.text.partition(f" {told}")
    assert said
    async with shop.database.writing() as session:
        edited = await Approvals(shop.config).edit(session, shop.agent, bound(draft), left + rest)
    assert [one["code"] for one in edited.findings] == ["choose_by_missing"]


async def test_what_the_customer_never_got_is_not_decided_for_them(shop: Shop) -> None:
    await shop.puts()
    async with shop.database.writing() as session:
        await session.execute(update(OutboxEntry).values(state=OutboxState.FAILED))
    await shop.waits(20)
    assert (await shop.choice()).chosen_at is None


async def test_a_press_that_comes_too_late_is_told_so_and_put_before_an_agent(any_shop: Shop) -> None:
    case = await any_shop.puts()
    for _ in range(2):
        await any_shop.presses(VOUCHER, days=20)
    await any_shop.triage.run(case.id)
    case = await any_shop.case(case)
    assert (case.state, case.flag) == (CaseState.DRAFTING, "choice_late")
    assert await any_shop.unread(case) == ["buono 10 €"]
    assert (await any_shop.choice()).chosen_how == ChoiceHow.DEFAULT
    assert await any_shop.booked() == [2000]
    assert [told.partition(":")[2][:46] for told in await any_shop.standing("choice_late")] == [
        " con questo bottone non si può più scegliere. "
    ]


async def test_a_late_press_on_what_counts_anyway_is_told_so(shop: Shop) -> None:
    await shop.puts()
    await shop.waits(20)
    await shop.presses(DISCOUNT, days=20)
    assert "la scelta è già segnata" in (await shop.standing())[-1]


async def test_words_that_choose_wait_for_an_agent_who_confirms_them(any_shop: Shop) -> None:
    case = await any_shop.puts()
    case = await any_shop.writes("Grazie, prendo il buono", PRAISE)
    assert case.state == CaseState.WAITING_AGENT
    view = await any_shop.view(case)
    assert view.draft is None
    (proposal,) = view.proposals
    assert (proposal.reply.option, proposal.reply.more) == (VOUCHER, False)
    await any_shop.notes(case, VOUCHER)
    choice = await any_shop.choice()
    assert (choice.chosen_how, choice.chosen_by) == (ChoiceHow.WORDS, any_shop.agent.id)
    assert await any_shop.booked() == [1000]
    assert (await any_shop.case(case)).state == CaseState.PROMISED
    assert await any_shop.unread(case) == []
    assert len(await any_shop.standing()) == 1


async def test_what_else_the_words_say_is_drafted_for_after_the_choice(shop: Shop) -> None:
    case = await shop.puts()
    case = await shop.writes("Prendo il buono. Ma quando parte il pacco?", assessed("question"))
    assert (await shop.view(case)).draft is None
    await shop.notes(case, VOUCHER)
    await shop.triage.run(case.id)
    assert (await shop.draft(case)).kind == "hand_over"
    assert await shop.unread(case) == ["Prendo il buono. Ma quando parte il pacco?"]


async def test_words_that_an_agent_says_are_no_choice_are_drafted_for_as_usual(shop: Shop) -> None:
    case = await shop.puts()
    case = await shop.writes("Prendo il buono", SAID)
    await shop.overrules(case)
    await shop.triage.run(case.id)
    assert (await shop.view(case)).proposals == ()
    assert (await shop.draft(case)).kind == "hand_over"
    assert (await shop.choice()).chosen_at is None


async def test_the_button_after_the_words_answers_both(shop: Shop) -> None:
    case = await shop.puts()
    case = await shop.writes("Il buono", SAID)
    await shop.presses(VOUCHER)
    case = await shop.case(case)
    assert (case.state, case.triage_due_at) == (CaseState.PROMISED, None)
    assert await shop.unread(case) == []


async def test_thanks_alone_choose_nothing_and_are_filed(shop: Shop) -> None:
    case = await shop.puts()
    case = await shop.writes("Grazie mille!", PRAISE)
    assert case.state == CaseState.PROMISED
    assert (await shop.view(case)).proposals == ()


@pytest.mark.parametrize(
    ("said", "counted"),
    [("low", Urgency.NORMAL), ("normal", Urgency.NORMAL), ("high", Urgency.HIGH)],
    ids=str,
)
async def test_words_that_choose_are_due_by_how_urgent_the_message_is(
    shop: Shop, said: str, counted: Urgency
) -> None:
    await shop.wants_answers_within("{high: 4 hours, normal: 9 days, low: 5 days}")
    case = await shop.puts()
    case = await shop.writes("Prendo il buono, ma parto stasera", replace(SAID, urgency=label(said)))
    wrote, policy = await shop.wrote_last(case)
    assert (await shop.view(case)).proposals
    assert (case.urgency, case.due_at) == (counted, due_by(policy, counted, wrote))


@pytest.mark.parametrize(
    ("dismissal", "counted"),
    [
        pytest.param({}, Urgency.HIGH, id="it stands"),
        pytest.param(
            {"dismissed_at": utcnow(), "dismissed_reason": "È un altro"}, Urgency.NORMAL, id="dismissed"
        ),
    ],
)
async def test_words_that_choose_are_looked_at_as_soon_as_a_signal_that_stands_says(
    shop: Shop, dismissal: dict[str, object], counted: Urgency
) -> None:
    await shop.wants_answers_within("{high: 4 hours, normal: 9 days, low: 5 days}")
    case = await shop.puts()
    async with shop.database.writing() as session:
        decided = (await session.scalars(select(DecisionRow).order_by(DecisionRow.id.desc()).limit(1))).one()
        decided.content = decided.content | {"sooner": True, "signals": ["buys_often", "repeated_claims"]}
        signal = {"customer_id": case.customer_id, "case_id": case.id, "evidence": {}}
        signal |= {"expires_at": utcnow() + timedelta(days=20)}
        session.add(SignalRow(name="buys_often", **signal, **dismissal))
        # One that stands, but has nobody look sooner.
        session.add(SignalRow(name="repeated_claims", **signal))
    case = await shop.writes("Prendo il buono", SAID)
    wrote, policy = await shop.wrote_last(case)
    assert case.due_at == due_by(policy, counted, wrote)


async def test_what_is_critical_does_not_wait_for_a_choice_to_be_confirmed(shop: Shop) -> None:
    case = await shop.puts()
    critical = replace(LATE, urgency=label("critical"))
    case = await shop.writes("Prendo il buono, ma il forno ha preso fuoco in cucina", critical)
    assert (case.state, case.urgency) == (CaseState.WAITING_AGENT, "critical")
    assert (await shop.view(case)).draft is not None


async def test_who_wants_none_of_it_gets_none_and_is_answered(shop: Shop) -> None:
    case = await shop.puts()
    case = await shop.writes("No grazie, nessuno dei due", SAID)
    await shop.notes(case, None)
    choice = await shop.choice()
    assert (choice.chosen_offer_id, choice.chosen_how) == (None, ChoiceHow.WORDS)
    assert await shop.offers() == [OfferState.DECLINED, OfferState.DECLINED]
    assert (await shop.booked(), await shop.codes()) == ([], [VoucherState.VOID])
    await shop.triage.run(case.id)
    assert {given.kind for given in await shop.given(case)} == {RemedyKind.WORDS}


async def test_a_choice_by_telephone_is_noted_by_an_agent(shop: Shop) -> None:
    case = await shop.puts()
    await shop.notes(case, VOUCHER)
    assert (await shop.choice()).chosen_how == ChoiceHow.AGENT
    with pytest.raises(BlockedError, match="choice_over"):
        await shop.notes(case, DISCOUNT)
    assert await shop.booked() == [1000]


async def test_nothing_is_chosen_before_the_text_has_left(shop: Shop) -> None:
    case = await shop.decides()
    await shop.approves(case)
    with pytest.raises(BlockedError, match="not_sent"):
        await shop.notes(case, VOUCHER)


async def test_an_approval_that_is_taken_back_takes_its_choice_along(any_shop: Shop) -> None:
    slow = await Shop(any_shop.database, replace(any_shop.config, undo=timedelta(seconds=30))).prepare_with(
        any_shop
    )
    slow.labels = any_shop.labels
    case = await any_shop.decides()
    approval = await slow.approves(case)
    await slow.takes_back(approval)
    assert (await any_shop.choice()).chosen_how == ChoiceHow.WITHDRAWN
    assert await any_shop.codes() == [VoucherState.VOID]
    assert (await any_shop.view(case)).choices == ()


async def test_a_case_with_an_open_choice_does_not_close(shop: Shop) -> None:
    case = await shop.puts()
    async with shop.database.writing() as session:
        await session.execute(update(Promise).values(state=PromiseState.KEPT, settled_at=utcnow()))
    with pytest.raises(BlockedError, match="choice_open"):
        async with shop.database.writing() as session:
            await close(session, await session.get_one(Case, case.id), "system")


@pytest.mark.parametrize(
    ("option", "kind", "worth"),
    [
        pytest.param(None, RemedyKind.DISCOUNT, 2000, id="nobody has chosen: the dearest counts"),
        pytest.param(VOUCHER, RemedyKind.VOUCHER, 1000, id="what was chosen counts"),
    ],
)
async def test_what_goes_on_record_is_what_was_chosen(
    shop: Shop, option: int | None, kind: RemedyKind, worth: int
) -> None:
    case = await shop.puts()
    if option is not None:
        await shop.presses(option)
    (given,) = await shop.given(case)
    assert given.worth is not None
    assert (given.kind, given.worth.minor) == (kind, worth)
    assert set(given.kinds) == {RemedyKind.DISCOUNT, RemedyKind.VOUCHER}


async def test_who_is_erased_chooses_nothing_any_more(shop: Shop) -> None:
    await shop.puts()
    async with shop.database.writing() as session:
        customer = (await session.scalars(select(Customer))).one()
        copy = await export_person(session, customer, FileStore("."))
        await erase_person(session, customer, "system")
    assert [row["choice_group"] for row in copy["cases"][0]["choices"]] == [0]
    await shop.waits(20)
    assert (await shop.choice()).chosen_how == ChoiceHow.WITHDRAWN
    assert (await shop.booked(), await shop.codes()) == ([], [VoucherState.VOID])


async def test_a_code_of_a_choice_typed_into_the_text_is_refused(shop: Shop) -> None:
    case = await shop.decides()
    draft = await shop.draft(case)
    approvals = Approvals(shop.config)
    with pytest.raises(Exception, match="voucher:1"):
        async with shop.database.writing() as session:
            policy = await shop.policies.current(session)
            agent = await session.merge(shop.agent)
            edited = await approvals.edit(session, agent, bound(draft), "Il codice: {voucher:1}\n{agent}")
            meant = {"o0": Meant.WORDED, "d1": Meant.WITHHELD}
            await approvals.approve(session, agent, bound(edited), policy.hours, meant=meant)
    assert await shop.codes() == []
