"""Voucher codes: those of the business are given out once each, those of ours are unguessable."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, DecisionKind, Offer, Remedy, RemedyKind, Role
from models.money import Money
from models.states import VoucherState
from models.tables import Case, Customer, Draft, OutboxEntry, Voucher
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.hours import add_months
from responses.intake.samples import remove_samples
from responses.notices import NoticeKind, standing_notices
from responses.vouchers.codes import UnknownVoucherError, expire_codes, known_codes, load_codes, use_code
from responses.vouchers.file import MAX_CODE, CodesFileError, read_codes
from tests.seed import bound, seed_case, seed_draft
from tests.unit.responses.choices.test_choices import VOUCHER, Shop
from tests.unit.responses.promises.test_promises import LATE
from tests.unit.responses.staff import Staff, lay

TEN = Money(amount=Decimal(10), currency="EUR")
NEXT_YEAR = date(utcnow().year + 1, 12, 31)


class Loaded(Shop):
    """The shop whose codes are its own: a short delay gives one of 5 €, a long one a choice with 10 €."""

    async def prepare(self) -> None:
        text = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        async with self.database.writing() as session:
            loaded = await self.policies.load(
                session, {"negozio.yaml": text.replace("codes: ours", "codes: loaded")}
            )
            assert loaded.refused == ()
            await self.texts.seed(session)

    async def loads(self, *codes: str, amount: int = 5, expires_on: date | None = None) -> None:
        worth = Money(amount=Decimal(amount), currency="EUR")
        async with self.database.writing() as session:
            await load_codes(session, codes, worth, expires_on)

    async def by_hand(self, *, text: str, case: Case | None = None) -> Draft:
        """A text of an agent's own: for that case, or another customer's."""
        async with self.database.writing() as session:
            row = await session.get_one(Case, case.id) if case is not None else await seed_case(session)
            return await seed_draft(session, row, text=text)

    async def sends(self, draft: Draft) -> None:
        async with self.database.writing() as session:
            policy = await self.policies.current(session)
            agent = await session.merge(self.agent)
            await Approvals(self.config).approve(session, agent, bound(draft), policy.hours)

    async def states_of_codes(self) -> dict[str, str]:
        async with self.database.reading() as session:
            return {one.code: str(one.state) for one in await session.scalars(select(Voucher))}

    async def sent(self) -> str:
        async with self.database.reading() as session:
            query = select(OutboxEntry).where(OutboxEntry.purpose == "answer").order_by(OutboxEntry.id.desc())
            return str((await session.scalars(query.limit(1))).one().content["text"])


@pytest_asyncio.fixture
async def shop(sqlite: Database, config: RoadConfig) -> Loaded:
    return await Loaded(sqlite, config).hire()


@pytest_asyncio.fixture
async def any_shop(database: Database, config: RoadConfig) -> Loaded:
    """The same on each storage."""
    return await Loaded(database, config).hire()


async def test_a_code_of_the_business_goes_out_and_is_good_from_then_on(any_shop: Loaded) -> None:
    await any_shop.loads("NATALE-1", "NATALE-2")
    case = await any_shop.writes("Il pacco RS1234 è in ritardo", LATE)
    await any_shop.answers(any_shop.agent, case)
    assert "NATALE-1" in await any_shop.sent()
    assert await any_shop.states_of_codes() == {
        "NATALE-1": VoucherState.ACTIVE,
        "NATALE-2": VoucherState.FREE,
    }


async def test_after_midnight_the_last_day_is_counted_from_the_day_that_has_begun_here(
    database: Database, config: RoadConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Ending(database, config)
    await shop.hire()
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    late = utcnow().replace(hour=23, minute=30)
    monkeypatch.setattr("responses.views.utcnow", lambda: late)
    (supply,) = (await shop.view(case)).supplies
    assert supply.expires_on == add_months(late.date() + timedelta(days=1), 2)


async def test_without_a_code_the_draft_says_so_and_cannot_be_approved(any_shop: Loaded) -> None:
    await any_shop.loads("DIECI", amount=10)
    case = await any_shop.writes("Il pacco RS1234 è in ritardo", LATE)
    (supply,) = (await any_shop.view(case)).supplies
    assert (supply.amount.minor, supply.free) == (500, 0)
    with pytest.raises(BlockedError, match=r"no_codes \(amount=5 EUR\)"):
        await any_shop.approves(case)
    assert await any_shop.promises() == []
    await any_shop.loads("CINQUE")
    await any_shop.approves(case)
    assert await any_shop.states_of_codes() == {
        "DIECI": VoucherState.FREE,
        "CINQUE": VoucherState.RESERVED,
    }


async def on_the_table(shop: Loaded) -> Draft:
    """Another customer's draft that gives a voucher of 5 €."""
    worth = Money(amount=Decimal(5), currency="EUR")
    offer = Offer(
        basis=Basis.GOODWILL,
        options=(Remedy(kind=RemedyKind.VOUCHER, amount=worth, worth=worth),),
        rule_id="ritardo-breve",
        complaint_type="delivery_late",
    )
    decision = Decision(
        kind=DecisionKind.OFFER,
        policy="p",
        policy_sha256="0",
        complaint_types=("delivery_late",),
        offers=(offer,),
        loaded_codes=True,
    )
    async with shop.database.writing() as session:
        case = await seed_case(session)
        return await lay(session, case, decision, "Il suo buono: {voucher:1}\n{agent}")


class Ending(Loaded):
    """A shop whose codes are made by Rimedio and good for two months."""

    async def prepare(self) -> None:
        text = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        mine = text.replace("codes: ours", "vouchers: {valid: 2 months}\ncodes: ours")
        async with self.database.writing() as session:
            loaded = await self.policies.load(session, {"negozio.yaml": mine})
            assert loaded.refused == ()
            await self.texts.seed(session)


async def test_a_code_of_ours_ends_when_the_policy_says(database: Database, config: RoadConfig) -> None:
    shop = Ending(database, config)
    await shop.hire()
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    (supply,) = (await shop.view(case)).supplies
    today = utcnow().astimezone(config.timezone).date()
    assert (supply.free, supply.expires_on) == (1, add_months(today, 2))
    await shop.answers(shop.agent, case)
    last = add_months(utcnow().astimezone(config.timezone).date(), 2)
    async with shop.database.reading() as session:
        assert (await session.scalars(select(Voucher))).one().expires_on == last
    assert f"valido fino al {last.day}" in await shop.sent()
    assert str(last.year) in await shop.sent()


async def test_a_code_of_ours_for_a_choice_is_good_so_long_after_the_choice_is_over(
    sqlite: Database, config: RoadConfig
) -> None:
    shop = Ending(sqlite, config)
    await shop.hire()
    await shop.puts()
    choice = await shop.choice()
    assert choice.expires_at is not None
    last = add_months(choice.expires_at.astimezone(config.timezone).date(), 2)
    async with shop.database.reading() as session:
        assert (await session.scalars(select(Voucher))).one().expires_on == last


async def test_approvals_at_the_same_moment_never_give_the_same_code(any_shop: Loaded) -> None:
    await any_shop.loads(*(f"C{number}" for number in range(7)))
    drafts = [await on_the_table(any_shop) for _ in range(8)]
    approvals = Approvals(any_shop.config)

    async def approve(draft: Draft) -> str:
        async with any_shop.database.writing() as session:
            policy = await any_shop.policies.current(session)
            agent = await session.merge(any_shop.agent)
            return str((await approvals.approve(session, agent, bound(draft), policy.hours)).filled_text)

    said = await asyncio.gather(*(approve(draft) for draft in drafts), return_exceptions=True)
    texts = {one for one in said if isinstance(one, str)}
    blocked = [one.reason for one in said if isinstance(one, BlockedError)]
    assert texts == {f"Il suo buono: C{number}\nSara" for number in range(7)}
    assert blocked == ["no_codes"]
    assert set((await any_shop.states_of_codes()).values()) == {VoucherState.RESERVED}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("può usare il codice NATALE-17.", id="as it was loaded"),
        pytest.param("può usare il codice «natale-17».", id="in small letters and quoted"),
        pytest.param("ecco il codice:NATALE-17!", id="behind a colon"),
    ],
)
async def test_a_code_typed_by_hand_stops_the_text(any_shop: Loaded, words: str) -> None:
    await any_shop.loads("NATALE-17")
    draft = await any_shop.by_hand(text=f"Buongiorno Marta, {words}\n{{agent}}")
    with pytest.raises(BlockedError, match=r"code_by_hand \(code=NATALE-17\)"):
        await any_shop.sends(draft)
    assert await any_shop.states_of_codes() == {"NATALE-17": VoucherState.FREE}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("me ne resta uno, e le scrivo il 2026.", id="words and numbers"),
        pytest.param("il codice NATALE-170 non è più valido.", id="part of another"),
    ],
)
async def test_what_only_looks_like_a_code_stops_nothing(shop: Loaded, words: str) -> None:
    await shop.loads("UNO", "2026", "NATALE-17")
    await shop.sends(await shop.by_hand(text=f"Buongiorno Marta, {words}\n{{agent}}"))
    assert set((await shop.states_of_codes()).values()) == {VoucherState.FREE}


async def test_the_cases_own_code_may_be_told_again_and_nobody_elses(shop: Loaded) -> None:
    await shop.loads("NATALE-1")
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    await shop.answers(shop.agent, case)
    text = "Buongiorno Marta, il codice è NATALE-1.\n{agent}"
    with pytest.raises(BlockedError, match="code_by_hand"):
        await shop.sends(await shop.by_hand(text=text))
    await shop.sends(await shop.by_hand(text=text, case=case))
    assert await shop.states_of_codes() == {"NATALE-1": VoucherState.ACTIVE}


async def test_undoing_frees_the_code(any_shop: Loaded) -> None:
    await any_shop.loads("UNO")
    slow = await Loaded(any_shop.database, replace(any_shop.config, undo=timedelta(seconds=30))).prepare_with(
        any_shop
    )
    case = await any_shop.writes("Il pacco RS1234 è in ritardo", LATE)
    await slow.takes_back(await slow.approves(case))
    async with any_shop.database.reading() as session:
        code = (await session.scalars(select(Voucher))).one()
    assert (code.state, code.case_id, code.approval_id, code.offer_id) == (
        VoucherState.FREE,
        None,
        None,
        None,
    )


async def test_a_code_that_cannot_be_used_for_ever_says_until_when(shop: Loaded) -> None:
    await shop.loads("SENZA-FINE")
    await shop.loads("FINE-ANNO", expires_on=NEXT_YEAR)
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    assert [supply.expires_on for supply in (await shop.view(case)).supplies] == [NEXT_YEAR]
    await shop.answers(shop.agent, case)
    assert f"FINE-ANNO, valido fino al 31 dicembre {NEXT_YEAR.year}" in await shop.sent()


async def test_a_code_that_ends_today_is_given_to_nobody(shop: Loaded) -> None:
    await shop.loads("OGGI", expires_on=utcnow().date())
    case = await shop.writes("Il pacco RS1234 è in ritardo", LATE)
    with pytest.raises(BlockedError, match="no_codes"):
        await shop.approves(case)


async def test_for_a_choice_a_code_is_kept_that_outlasts_it(shop: Loaded) -> None:
    await shop.loads("PRESTO", amount=10, expires_on=utcnow().date() + timedelta(days=5))
    await shop.loads("TARDI", amount=10, expires_on=NEXT_YEAR)
    await shop.puts()
    assert await shop.states_of_codes() == {"PRESTO": VoucherState.FREE, "TARDI": VoucherState.RESERVED}
    await shop.presses(VOUCHER)
    (told,) = await shop.standing()
    assert f"Il codice è TARDI, valido fino al 31 dicembre {NEXT_YEAR.year}." in told


async def test_an_empty_pool_blocks_the_choice_that_holds_such_a_voucher(shop: Loaded) -> None:
    case = await shop.decides()
    with pytest.raises(BlockedError, match=r"no_codes \(amount=10 EUR\)"):
        await shop.approves(case)
    assert await shop.choices() == []


async def test_what_is_not_chosen_is_free_for_the_next(shop: Loaded) -> None:
    await shop.loads("DIECI", amount=10)
    await shop.puts()
    await shop.presses(0)
    assert await shop.states_of_codes() == {"DIECI": VoucherState.FREE}


async def test_tests_use_up_no_code(shop: Loaded) -> None:
    await shop.loads("DIECI", amount=10)
    case = await shop.decides()
    async with shop.database.writing() as session:
        (await session.get_one(Case, case.id)).is_test = True
    await shop.approves(case)
    states = await shop.states_of_codes()
    assert states.pop("DIECI") == VoucherState.FREE
    assert list(states.values()) == [VoucherState.RESERVED]


async def test_samples_go_with_their_choices(shop: Loaded) -> None:
    case = await shop.decides()
    async with shop.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.is_sample = (await session.get_one(Customer, row.customer_id)).is_sample = True
    await shop.approves(case)
    async with shop.database.writing() as session:
        assert await remove_samples(session, "system") == 1
    assert (await shop.choices(), await shop.states_of_codes()) == ([], {})


async def test_a_code_is_used_once(any_shop: Loaded) -> None:
    await any_shop.loads("NATALE-1")
    case = await any_shop.writes("Il pacco RS1234 è in ritardo", LATE)
    await any_shop.answers(any_shop.agent, case)
    async with any_shop.database.writing() as session:
        voucher = await use_code(session, " natale-1 ", utcnow())
        assert (voucher.state, voucher.case_id) == (VoucherState.USED, case.id)
        assert voucher.used_at is not None
    async with any_shop.database.writing() as session:
        with pytest.raises(UnknownVoucherError, match="NATALE-1 is used: expected an active code"):
            await use_code(session, "NATALE-1", utcnow())
        with pytest.raises(UnknownVoucherError, match="'ALTRO' is no code of ours"):
            await use_code(session, "ALTRO", utcnow())


async def test_codes_expire_the_day_after_their_last(any_shop: Loaded) -> None:
    await any_shop.loads("A", expires_on=NEXT_YEAR)
    await any_shop.loads("B")
    for day in (NEXT_YEAR, NEXT_YEAR + timedelta(days=1)):
        before = await any_shop.states_of_codes()
        async with any_shop.database.writing() as session:
            await expire_codes(session, day)
    assert before == {"A": VoucherState.FREE, "B": VoucherState.FREE}
    assert await any_shop.states_of_codes() == {"A": VoucherState.EXPIRED, "B": VoucherState.FREE}


async def test_admins_are_told_of_values_that_run_low(sqlite: Database, config: RoadConfig) -> None:
    staff = await Staff(sqlite, config).prepare(lambda text: text.replace("codes: ours", "codes: loaded"))
    await staff.hires("Ada", Role.ADMIN, telegram=7)
    async with sqlite.writing() as session:
        await load_codes(session, [f"T{number}" for number in range(4)], TEN, None)
    await staff.looks()
    async with sqlite.reading() as session:
        (notice,) = [one for one in await standing_notices(session) if one.kind == NoticeKind.VOUCHERS_LOW]
    assert notice.details == {"left": "5 EUR: 0, 10 EUR: 4, 15 EUR: 0, 20 EUR: 0"}
    await staff.looks(utcnow() + timedelta(hours=1))
    assert len(await staff.said("notice")) == 1


async def test_where_codes_are_ours_nothing_runs_low(sqlite: Database, config: RoadConfig) -> None:
    staff = await Staff(sqlite, config).prepare()
    await staff.looks()
    async with sqlite.reading() as session:
        assert NoticeKind.VOUCHERS_LOW not in {one.kind for one in await standing_notices(session)}


class TestFilesOfCodes:
    def test_one_code_a_line(self) -> None:
        read = read_codes("\ufeffAB-1\n AB-2\t\n\nAB-1\nab-2\nA B\n" + "x" * (MAX_CODE + 1))
        assert read.codes == ("AB-1", "AB-2")
        assert read.left_out == (
            (3, "blank"),
            (4, "AB-1: already in line 1"),
            (5, "ab-2: already in line 2"),
            (6, "'A B': a code has no blanks inside"),
            (7, f"{'x' * MAX_CODE}…: longer than {MAX_CODE} characters"),
        )

    def test_codes_that_are_known_are_left_out(self) -> None:
        read = read_codes("Natale\nPasqua", {"natale"})
        assert (read.codes, read.left_out) == (("Pasqua",), ((1, "Natale: already loaded"),))

    @pytest.mark.parametrize(
        ("text", "column"),
        [
            pytest.param("Codice;valore\nA1;10\nA2;10", None, id="a heading that says so"),
            pytest.param('nome,sconto\n"x",A1\n"y",A2', "sconto", id="a heading that was named"),
            pytest.param("code\nA1\nA2", None, id="a heading over one column"),
            pytest.param("\n \nCodice buono\nA1\nA2", None, id="a heading below blank lines"),
            pytest.param("Buono\nA1\nA2", None, id="a heading that is what the code is for"),
            pytest.param("buono;codice\nNatale;A1\nNatale;A2", None, id="a name beside the code"),
            pytest.param("codice\timporto\nA1\t10,00\nA2\t10,00", None, id="tabs, and sums with commas"),
            pytest.param("nota,codice\nuno; due,A1\ntre,A2", None, id="a semicolon inside a cell"),
            pytest.param(
                "sep=;\ncodice;valore\nA1;10\nA2;10", None, id="the line that a spreadsheet begins with"
            ),
            pytest.param("A1;\nA2;\n", None, id="a column that is blank"),
            pytest.param('"Gutschein-Code"\n"A1"\n"A2"', None, id="everything quoted"),
        ],
    )
    def test_a_column_of_a_table(self, text: str, column: str | None) -> None:
        assert read_codes(text, column=column).codes == ("A1", "A2")

    def test_which_of_several_columns_has_to_be_said(self) -> None:
        with pytest.raises(CodesFileError, match="several columns"):
            read_codes("A1;10\nA2;10")

    def test_a_column_that_there_is_not_is_named_with_those_there_are(self) -> None:
        with pytest.raises(CodesFileError, match="no column 'sconto' in line 1: there are nome, codice"):
            read_codes("nome;codice\nx;A1", column="sconto")

    def test_a_heading_in_the_middle_and_a_shortened_number_are_no_codes(self) -> None:
        read = read_codes("codice\nA1\nCodice\n1,23457E+11\n2.5e+09\n2E5")
        assert read.codes == ("A1", "2E5")
        assert [(line, reason.partition(":")[0]) for line, reason in read.left_out] == [
            (3, "Codice"),
            (4, "1,23457E+11"),
            (5, "2.5e+09"),
        ]

    def test_lines_are_counted_as_the_file_has_them(self) -> None:
        read = read_codes('codice;nota\nA1;"due\nrighe"\nA 2;x')
        assert read.left_out == ((4, "'A 2': a code has no blanks inside"),)

    @pytest.mark.parametrize(
        "text",
        ['A1\n"A2\nA3', 'x\n"' + "A\n" * 80_000, 'nr;codice\n1;"A1\n2;A2'],
        ids=["short", "long", "in a table"],
    )
    def test_a_quotation_mark_that_nobody_closes_makes_no_code_of_all_that_follow(self, text: str) -> None:
        with pytest.raises(CodesFileError, match="quotation mark"):
            read_codes(text)

    @given(st.text(st.characters(exclude_characters=';,\t"'), max_size=200))
    def test_whatever_is_read_is_there_once_and_can_be_typed(self, text: str) -> None:
        read = read_codes(text)
        assert len({code.casefold() for code in read.codes}) == len(read.codes)
        assert all(code.strip() == code and code.isprintable() for code in read.codes)


async def test_every_code_there_is_counts_as_known(shop: Loaded) -> None:
    await shop.loads("Natale-1")
    async with shop.database.reading() as session:
        assert await known_codes(session) == {"natale-1"}
