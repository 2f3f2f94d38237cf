"""Vouchers by hand: the code stands in the text that is approved, is kept for it, and freed with it."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.clock import utcnow
from models.database import Database
from models.money import Money
from models.states import CaseState, DraftState, PromiseKind, VoucherState
from models.tables import Agent, Case, Draft, LedgerEntry, OutboxEntry, Voucher
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.people.holding import take_over
from responses.privacy.erasure import blank
from responses.privacy.personal import Scope
from responses.sending.delivery import Delivery
from responses.sending.hand import HandChannel
from responses.vouchers.by_hand import let_go_lost, sentence_of, values_by_hand, with_voucher
from tests.seed import bound, seed_case, seed_draft
from tests.unit.responses.choices.test_choices import LATE
from tests.unit.responses.vouchers.test_vouchers import Loaded

REASON = "Aspetta da tre settimane."
TEXT = "Buongiorno Marta, ho letto tutto e le scrivo io.\n{agent}, Maglieria Rossi"


class Generous(Loaded):
    """The shop, where an agent gives vouchers that nobody has decided."""

    async def puts_in(
        self, draft: Draft | None, amount: int = 10, case: Case | None = None, agent: Agent | None = None
    ) -> Draft:
        async with self.database.writing() as session:
            row = await session.get_one(Case, draft.case_id if draft is not None else case.id)  # type: ignore[union-attr]
            return await Approvals(self.config, self.policies).put_voucher(
                session,
                await session.merge(agent or self.agent),
                row,
                bound(draft) if draft is not None else None,
                amount * 100,
                language="it",
            )

    async def rewrites(self, draft: Draft, text: str) -> Draft:
        async with self.database.writing() as session:
            agent = await session.merge(self.agent)
            return await Approvals(self.config, self.policies).edit(session, agent, bound(draft), text)

    async def deliver(self) -> None:
        delivery = Delivery(self.database, {"web": HandChannel()}, "p")
        async with self.database.reading() as session:
            entries = (await session.scalars(select(OutboxEntry.id).order_by(OutboxEntry.id))).all()
        for entry in entries:
            await delivery.run(entry)

    async def sends_it(self, draft: Draft, reason: str | None = REASON) -> str:
        async with self.database.writing() as session:
            policy = await self.policies.current(session)
            agent = await session.merge(self.agent)
            approval = await Approvals(self.config, self.policies).approve(
                session, agent, bound(draft), policy.hours, reason=reason
            )
            return approval.id


class OwnCodes(Generous):
    """The same, where the shop is told of the codes that we make."""

    async def prepare(self) -> None:
        await super(Loaded, self).prepare()


@pytest_asyncio.fixture
async def shop(sqlite: Database, config: RoadConfig) -> Generous:
    return await Generous(sqlite, config).hire()


@pytest_asyncio.fixture
async def own(sqlite: Database, config: RoadConfig) -> OwnCodes:
    return await OwnCodes(sqlite, config).hire()


@pytest_asyncio.fixture
async def any_own(database: Database, config: RoadConfig) -> OwnCodes:
    """The same on each storage."""
    return await OwnCodes(database, config).hire()


@pytest_asyncio.fixture
async def any_shop(database: Database, config: RoadConfig) -> Generous:
    """The same on each storage."""
    return await Generous(database, config).hire()


async def test_a_loaded_code_of_that_value_stands_in_the_text_and_goes_out(any_shop: Generous) -> None:
    await any_shop.loads("CINQUE", amount=5)
    await any_shop.loads("DIECI", amount=10)
    draft = await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    assert draft.text == (
        "Buongiorno Marta, ho letto tutto e le scrivo io.\n"
        "Le mandiamo un buono da 10 €: il codice è DIECI.\n{agent}, Maglieria Rossi"
    )
    assert await any_shop.states_of_codes() == {"CINQUE": VoucherState.FREE, "DIECI": VoucherState.RESERVED}
    await any_shop.sends_it(draft)
    await any_shop.deliver()
    assert "il codice è DIECI" in await any_shop.sent()
    assert await any_shop.states_of_codes() == {"CINQUE": VoucherState.FREE, "DIECI": VoucherState.ACTIVE}


async def test_where_none_of_that_value_is_left_it_is_one_of_ours(any_own: OwnCodes) -> None:
    await any_own.loads("CINQUE", amount=5)
    draft = await any_own.puts_in(await any_own.by_hand(text=TEXT))
    states = await any_own.states_of_codes()
    assert states.pop("CINQUE") == VoucherState.FREE
    ((code, state),) = states.items()
    assert (state, code in draft.text) == (VoucherState.RESERVED, True)


async def test_two_at_the_same_moment_never_get_the_same_code(any_own: OwnCodes) -> None:
    await any_own.loads("DIECI", amount=10)
    drafts = [await any_own.by_hand(text=TEXT) for _ in range(3)]
    made = await asyncio.gather(*(any_own.puts_in(draft) for draft in drafts))
    assert sum("DIECI" in draft.text for draft in made) == 1
    assert len(await any_own.states_of_codes()) == 3


async def test_it_is_off_policy_and_booked_but_nobody_has_to_see_to_it(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    with pytest.raises(BlockedError, match="voucher_by_hand"):
        await shop.sends_it(draft, reason=None)
    await shop.sends_it(draft)
    async with shop.database.reading() as session:
        assert [one.amount_minor for one in await session.scalars(select(LedgerEntry))] == [1000]
    assert await shop.promises() == []


async def test_two_of_the_same_value_count_twice_however_they_are_worded(own: OwnCodes) -> None:
    draft = await own.puts_in(await own.puts_in(await own.by_hand(text=TEXT)))
    reworded = draft.text.replace("Le mandiamo un buono da", "Ecco per lei un buono da", 1)
    await own.sends_it(await own.rewrites(draft, reworded))
    async with own.database.reading() as session:
        assert [one.amount_minor for one in await session.scalars(select(LedgerEntry))] == [2000]


async def test_beside_a_decided_one_of_the_same_value_it_comes_on_top(shop: Generous) -> None:
    await shop.loads("UNO", "DUE", amount=5)
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    draft = await shop.puts_in(await shop.draft(case), amount=5)
    with pytest.raises(BlockedError, match="voucher_by_hand"):
        await shop.sends_it(draft, reason=None)
    await shop.sends_it(draft)
    async with shop.database.reading() as session:
        booked = sorted(one.amount_minor for one in await session.scalars(select(LedgerEntry)))
    assert booked == [500, 500]
    assert set((await shop.states_of_codes()).values()) == {VoucherState.RESERVED}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Le mandiamo un buono: il codice è DIECI.", id="without its sum"),
        pytest.param("Le regaliamo un buono da 10 €. Il codice è DIECI.", id="in two sentences"),
    ],
)
async def test_in_other_words_it_is_booked_once_and_nobody_has_to_see_to_it(
    shop: Generous, words: str
) -> None:
    await shop.loads("CINQUE", amount=5)
    await shop.loads("DIECI", amount=10)
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    draft = await shop.puts_in(await shop.draft(case))
    reworded = draft.text.replace("Le mandiamo un buono da 10 €: il codice è DIECI.", words)
    assert reworded != draft.text
    await shop.sends_it(await shop.rewrites(draft, reworded))
    async with shop.database.reading() as session:
        booked = [one.amount_minor for one in await session.scalars(select(LedgerEntry))]
    assert sorted(booked) == [500, 1000]
    assert [one.kind for one in await shop.promises()] == [PromiseKind.COMMITMENT]


async def test_a_code_that_leaves_the_text_is_free_for_the_next(any_shop: Generous) -> None:
    await any_shop.loads("DIECI", amount=10)
    draft = await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    kept = await any_shop.rewrites(draft, draft.text.replace("ho letto tutto", "ho riletto tutto"))
    assert await any_shop.states_of_codes() == {"DIECI": VoucherState.RESERVED}
    await any_shop.rewrites(kept, TEXT)
    assert await any_shop.states_of_codes() == {"DIECI": VoucherState.FREE}


async def test_thrown_away_it_is_free_and_can_no_longer_be_typed(any_shop: Generous) -> None:
    await any_shop.loads("DIECI", amount=10)
    draft = await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    async with any_shop.database.writing() as session:
        agent = await session.merge(any_shop.agent)
        await Approvals(any_shop.config).discard(session, agent, bound(draft), None)
    assert await any_shop.states_of_codes() == {"DIECI": VoucherState.FREE}
    async with any_shop.database.reading() as session:
        case = await session.get_one(Case, draft.case_id)
    with pytest.raises(BlockedError, match="code_by_hand"):
        await any_shop.sends_it(await any_shop.by_hand(text=draft.text, case=case))


async def test_one_of_ours_that_was_thrown_away_is_not_sent_either(own: OwnCodes) -> None:
    draft = await own.puts_in(await own.by_hand(text=TEXT))
    await own.rewrites(draft, TEXT)
    assert list((await own.states_of_codes()).values()) == [VoucherState.VOID]
    async with own.database.reading() as session:
        case = await session.get_one(Case, draft.case_id)
    with pytest.raises(BlockedError, match="code_by_hand"):
        await own.sends_it(await own.by_hand(text=draft.text, case=case))


async def test_taken_back_it_is_kept_for_the_text_that_is_on_the_table_again(
    database: Database, config: RoadConfig
) -> None:
    shop = Generous(database, replace(config, undo=timedelta(seconds=30)))
    await shop.hire()
    await shop.loads("DIECI", amount=10)
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    approval = await shop.sends_it(draft)
    async with shop.database.writing() as session:
        again = await Approvals(shop.config).undo(session, await session.merge(shop.agent), approval)
    assert again is not None
    assert await shop.states_of_codes() == {"DIECI": VoucherState.RESERVED}
    await shop.sends_it(again)
    async with shop.database.reading() as session:
        assert (await session.scalars(select(Voucher.approval_id))).one() not in (None, approval)


async def test_taken_back_after_the_customer_wrote_it_is_free(sqlite: Database, config: RoadConfig) -> None:
    shop = Generous(sqlite, replace(config, undo=timedelta(seconds=30)))
    await shop.hire()
    await shop.loads("DIECI", amount=10)
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    approval = await shop.sends_it(draft)
    async with shop.database.writing() as session:
        (await session.get_one(Case, draft.case_id)).triage_due_at = utcnow()
        assert await Approvals(shop.config).undo(session, await session.merge(shop.agent), approval) is None
    assert await shop.states_of_codes() == {"DIECI": VoucherState.FREE}


async def test_a_draft_that_takes_its_place_frees_it(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    await shop.loads("CINQUE", amount=5)
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    await shop.puts_in(await shop.draft(case))
    await shop.writes("Ancora niente, il pacco RS1234 è in ritardo", LATE)
    assert (await shop.states_of_codes())["DIECI"] == VoucherState.FREE


async def test_who_takes_the_case_over_begins_without_it(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    async with shop.database.writing() as session:
        case = await session.get_one(Case, draft.case_id)
        await take_over(session, await session.merge(shop.agent), case)
    assert await shop.states_of_codes() == {"DIECI": VoucherState.FREE}


@pytest.mark.parametrize(
    ("draft_state", "case_state"),
    [
        pytest.param(DraftState.SUPERSEDED, CaseState.WAITING_AGENT, id="its text is gone"),
        pytest.param(DraftState.PROPOSED, CaseState.CLOSED, id="its case was closed"),
    ],
)
async def test_the_rounds_free_what_was_left_behind(
    any_shop: Generous, draft_state: DraftState, case_state: CaseState
) -> None:
    await any_shop.loads("DIECI", "UNDICI", amount=10)
    lost = await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    async with any_shop.database.writing() as session:
        await session.execute(update(Draft).where(Draft.id == lost.id).values(state=draft_state))
        await session.execute(update(Case).where(Case.id == lost.case_id).values(state=case_state))
        await let_go_lost(session)
    states = await any_shop.states_of_codes()
    assert states == {"DIECI": VoucherState.FREE, "UNDICI": VoucherState.RESERVED}


@pytest.mark.parametrize("code", ["DIECI\\7", "DIECI_7", "DIECI%7"])
async def test_the_rounds_read_the_signs_of_a_code_as_they_stand(any_shop: Generous, code: str) -> None:
    await any_shop.loads(code, amount=10)
    draft = await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    async with any_shop.database.writing() as session:
        await let_go_lost(session)
    assert await any_shop.states_of_codes() == {code: VoucherState.RESERVED}
    async with any_shop.database.writing() as session:
        other = update(Draft).where(Draft.id == draft.id).values(text="Il codice è DIECIX7.")
        await session.execute(other)
        await let_go_lost(session)
    assert await any_shop.states_of_codes() == {code: VoucherState.FREE}


async def test_a_code_does_not_stand_in_a_longer_one(shop: Generous) -> None:
    await shop.loads("DIECI-7", amount=10)
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    await shop.rewrites(draft, draft.text.replace("DIECI-7", "DIECI-7-B"))
    assert await shop.states_of_codes() == {"DIECI-7": VoucherState.FREE}


async def test_what_was_approved_the_rounds_leave_alone(any_shop: Generous) -> None:
    await any_shop.loads("DIECI", amount=10)
    await any_shop.sends_it(await any_shop.puts_in(await any_shop.by_hand(text=TEXT)))
    async with any_shop.database.writing() as session:
        await let_go_lost(session)
    assert await any_shop.states_of_codes() == {"DIECI": VoucherState.RESERVED}


async def test_a_code_whose_last_day_has_come_is_not_sent(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10, expires_on=utcnow().date() + timedelta(days=9))
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    async with shop.database.writing() as session:
        await session.execute(update(Voucher).values(expires_on=utcnow().date() - timedelta(days=1)))
    with pytest.raises(BlockedError, match=r"code_over \(code=DIECI\)"):
        await shop.sends_it(draft)


async def test_a_case_without_a_draft_gets_a_text_of_its_own(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    async with shop.database.writing() as session:
        case = await seed_case(session)
        case.state = CaseState.WAITING_AGENT
    draft = await shop.puts_in(None, case=case)
    assert draft.text == "Le mandiamo un buono da 10 €: il codice è DIECI.\n{agent}"


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.ANSWERED])
async def test_a_voucher_alone_opens_no_case_again(shop: Generous, state: CaseState) -> None:
    await shop.loads("DIECI", amount=10)
    async with shop.database.writing() as session:
        case = await seed_case(session)
        case.state = state
    with pytest.raises(BlockedError, match="stale"):
        await shop.puts_in(None, case=case)
    assert await shop.states_of_codes() == {"DIECI": VoucherState.FREE}


async def test_a_value_that_nobody_gives_is_refused(shop: Generous) -> None:
    with pytest.raises(BlockedError, match="gone"):
        await shop.puts_in(await shop.by_hand(text=TEXT), amount=33)


async def test_tests_use_up_no_code(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    async with shop.database.writing() as session:
        case = await seed_case(session)
        case.is_test = True
        draft = await seed_draft(session, case, text=TEXT)
    await shop.puts_in(draft)
    assert (await shop.states_of_codes())["DIECI"] == VoucherState.FREE


async def test_erased_with_its_case_it_is_free(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    draft = await shop.puts_in(await shop.by_hand(text=TEXT))
    async with shop.database.writing() as session:
        await blank(session, Scope(cases=(draft.case_id,)))
    assert await shop.states_of_codes() == {"DIECI": VoucherState.FREE}


async def test_where_the_shop_knows_its_own_codes_only_none_is_made_up(any_shop: Generous) -> None:
    await any_shop.loads("CINQUE", amount=5)
    with pytest.raises(BlockedError, match=r"no_codes \(amount=10 EUR\)"):
        await any_shop.puts_in(await any_shop.by_hand(text=TEXT))
    assert await any_shop.states_of_codes() == {"CINQUE": VoucherState.FREE}


@pytest.mark.parametrize(("is_test", "values"), [(False, [5]), (True, [5, 10, 15, 20])])
async def test_what_cannot_be_given_is_not_offered(shop: Generous, is_test: bool, values: list[int]) -> None:
    await shop.loads("CINQUE", amount=5)
    async with shop.database.writing() as session:
        case = await seed_case(session)
        case.is_test = is_test
        policy = await shop.policies.current(session)
        offered = await values_by_hand(session, case, policy, utcnow().date())
    assert [one.amount.amount for one in offered] == values


async def test_what_can_be_given_is_what_the_rules_name_and_what_is_loaded(own: OwnCodes) -> None:
    await own.loads("QUINDICI", amount=15)
    await own.loads("VECCHIO", amount=40, expires_on=date(2020, 1, 1))
    async with own.database.writing() as session:
        case = await seed_case(session)
        policy = await own.policies.current(session)
        values = await values_by_hand(session, case, policy, utcnow().date())
    assert [(one.amount.amount, one.free) for one in values] == [
        (Decimal(5), 0),
        (Decimal(10), 0),
        (Decimal(15), 1),
        (Decimal(20), 0),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", "Ti mandiamo un buono da 10 €: il codice è AB-1, valido fino al 31 dicembre 2026."),
        ("en", "Here is a voucher for €10: the code is AB-1, valid until 31 December 2026."),
    ],
)
def test_the_sentence_is_in_the_language_of_the_answer(language: str, said: str) -> None:
    ten = Money(amount=Decimal(10), currency="EUR")
    voucher = Voucher(
        code="AB-1", amount_minor=ten.minor, currency=ten.currency, expires_on=date(2026, 12, 31)
    )
    assert sentence_of(voucher, language, formal=False) == said


@pytest.mark.parametrize(
    ("text", "signature", "made"),
    [
        pytest.param("Una riga.", "", "Una riga.\nX", id="no signature"),
        pytest.param("Una.\nDue.", "", "Una.\nDue.\nX", id="two lines and no signature"),
        pytest.param("Una riga.\n\n{agent}", "", "Una riga.\nX\n\n{agent}", id="a signature below a gap"),
        pytest.param("{agent}", "", "{agent}\nX", id="nothing else"),
        pytest.param("Una.\n{agent}\nRossi", "", "Una.\nX\n{agent}\nRossi", id="a signature of two lines"),
        pytest.param(
            "Sono {agent}.\nUna.\nIl team\nRossi",
            "Il team\nRossi",
            "Sono {agent}.\nUna.\nX\nIl team\nRossi",
            id="the policy's signature",
        ),
        pytest.param("Una.\nRossi", "Il team\nRossi", "Una.\nRossi\nX", id="a signature that was taken out"),
        pytest.param("", "", "X\n{agent}", id="nothing"),
    ],
)
def test_it_stands_above_the_signature(
    text: str, signature: str, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responses.vouchers.by_hand.sentence_of", lambda *_, **__: "X")
    assert with_voucher(text, Voucher(), "it", formal=True, signature=signature) == made


async def test_it_stands_above_a_signature_of_the_policys_own(shop: Generous) -> None:
    await shop.loads("DIECI", amount=10)
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    draft = await shop.draft(case)
    async with shop.database.writing() as session:
        row = await session.get_one(Draft, draft.id)
        row.parts = [*(part for part in row.parts if part[0] != "signature"), ["signature", "Il team\nRossi"]]
    signed = await shop.rewrites(draft, "Buongiorno Marta, le scrivo.\n\nIl team\nRossi")
    put = await shop.puts_in(signed)
    assert put.text == (
        "Buongiorno Marta, le scrivo.\nLe mandiamo un buono da 10 €: il codice è DIECI.\n\nIl team\nRossi"
    )
