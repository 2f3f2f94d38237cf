"""Going off policy: by whom, with what reason, and how it is kept in the books."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, DecisionKind, Offer, Remedy, RemedyKind, Role
from models.money import Money
from models.states import PromiseKind, PromiseState
from models.tables import Agent, Approval, Case, Draft, Event, LedgerEntry, Promise
from responses.approving.approval import Approvals
from responses.approving.off_policy import WentOff, went_off_policy
from responses.approving.withholding import Meant
from responses.checks import Beyond, CheckContext, beyond_in, check_text, errors_in
from responses.checks.advising import advice_of_refusal, may_overrule
from responses.checks.days import latest_day
from responses.config import RoadConfig
from responses.customers.history import given_to
from responses.errors import BlockedError
from responses.hours import Interval, OpeningHours
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.approving.test_approval import HOURS, a_decision, everything, on_the_table
from tests.unit.responses.promises.test_promises import Desk
from tests.unit.responses.test_checks_on_the_road import edited, written
from tests.unit.responses.triage_road import LATE, LATE_ORDER

REASON = "Aspetta da tre settimane e le avevamo detto una."
OFFER = "{greeting} Marta, abbiamo sbagliato noi e le chiedo scusa. Le rimborsiamo 10 €.\n{agent}"
MONDAY = date(2026, 11, 23)


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def refund(amount: str = "10", basis: Basis = Basis.GOODWILL) -> Offer:
    remedy = Remedy(kind=RemedyKind.REFUND, amount=euros(amount), worth=euros(amount))
    return Offer(basis=basis, options=(remedy,), rule_id="ritardo", complaint_type="delivery_late")


@pytest.fixture
def approvals(config: RoadConfig) -> Approvals:
    return Approvals(config)


async def sends(
    database: Database,
    approvals: Approvals,
    agent: Agent,
    draft: Draft,
    reason: str | None,
    hours: OpeningHours = HOURS,
    **meant: Meant,
) -> Approval:
    async with database.writing() as session:
        return await approvals.approve(
            session, await session.merge(agent), bound(draft), hours, reason=reason, meant=meant
        )


async def raised_to(
    database: Database,
    approvals: Approvals,
    amount: str,
    *,
    role: Role = Role.SUPERVISOR,
    limit: int | None = None,
) -> tuple[Agent, Case, Draft]:
    """An offer of a refund of 10 € whose text somebody has changed to another sum."""
    agent, case, draft = await on_the_table(
        database, text=OFFER, decision=a_decision(offers=(refund(),)), role=role
    )
    async with database.writing() as session:
        (await session.merge(agent)).limit_minor = limit
    text = OFFER.replace("10 €", f"{amount} €")
    agent.limit_minor = limit
    return agent, case, await edited(database, approvals, agent, draft, text)


async def listed(database: Database) -> list[WentOff]:
    async with database.reading() as session:
        return await went_off_policy(session, utcnow() - timedelta(days=7))


async def test_a_supervisor_with_a_reason_sends_more_than_was_decided(
    database: Database, approvals: Approvals
) -> None:
    agent, case, draft = await raised_to(database, approvals, "25")
    approval = await sends(database, approvals, agent, draft, f"  {REASON}  ")
    assert approval.filled_text is not None
    assert "Le rimborsiamo 25 €" in approval.filled_text
    (went,) = await listed(database)
    assert (went.agent, went.case_number, went.reason) == ("Giulia", case.number, REASON)
    assert (went.found.codes, went.found.words) == (("amount_above",), ("25 €",))
    assert (went.found.extra, went.found.total) == (euros("15"), euros("25"))
    async with database.reading() as session:
        booked = (await session.scalars(select(LedgerEntry).order_by(LedgerEntry.amount_minor))).all()
        events = (await session.scalars(select(Event.action))).all()
    assert [(one.amount_minor, one.rule_id, one.agent_id) for one in booked] == [
        (1000, "ritardo", agent.id),
        (1500, None, agent.id),
    ]
    assert "approval.off_policy" in events


@pytest.mark.parametrize("reason", [None, "", " \n "], ids=["none", "empty", "blank"])
async def test_without_a_reason_nothing_goes_and_the_refusal_asks_for_one(
    sqlite: Database, approvals: Approvals, reason: str | None
) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "25")
    with pytest.raises(BlockedError, match="findings") as refused:
        await sends(sqlite, approvals, agent, draft, reason)
    assert may_overrule(refused.value)
    assert await everything(sqlite, Approval) == []


async def test_an_agent_may_not_whatever_the_reason(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "11", role=Role.AGENT)
    with pytest.raises(BlockedError, match="amount_above") as refused:
        await sends(sqlite, approvals, agent, draft, REASON)
    assert not may_overrule(refused.value)


async def test_nor_a_supervisor_above_a_limit_of_their_own(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "25", limit=2499)
    with pytest.raises(BlockedError, match="amount_above"):
        await sends(sqlite, approvals, agent, draft, REASON)


async def refused_to(
    database: Database, approvals: Approvals, agent: Agent, draft: Draft, reason: str | None = REASON
) -> str:
    """The sentence with which an approval is refused."""
    with pytest.raises(BlockedError) as refused:
        await sends(database, approvals, agent, draft, reason)
    return advice_of_refusal(refused.value, "it")


@pytest.mark.parametrize("more", ["25", "7"], ids=["more than decided", "less than decided"])
async def test_an_agent_is_told_to_whom_it_can_be_passed_on(
    sqlite: Database, approvals: Approvals, more: str
) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, more, role=Role.AGENT)
    said = await refused_to(sqlite, approvals, agent, draft)
    assert said.endswith("Fuori regola può inviarlo un supervisore, con un motivo: «Passa a…».")


async def test_so_is_an_agent_who_promises_what_nobody_keeps_track_of(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(sqlite, text=OFFER, decision=a_decision(offers=(refund(),)))
    more = await edited(sqlite, approvals, agent, draft, OFFER.replace("10 €.", "10 €. La richiamo domani."))
    assert "può inviarlo un supervisore" in await refused_to(sqlite, approvals, agent, more)


async def test_a_supervisor_at_their_own_limit_is_sent_to_another(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "25", limit=2499)
    said = await refused_to(sqlite, approvals, agent, draft)
    assert "È oltre il tuo limite: fuori regola può inviarlo un altro supervisore" in said


async def test_who_only_lacks_a_reason_is_sent_to_nobody(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "25")
    said = await refused_to(sqlite, approvals, agent, draft, reason=None)
    assert said == "«25 €» è più di quanto è stato deciso (10 €). Riporta la cifra a quella decisa."


async def test_nobody_is_named_where_nobody_may(sqlite: Database, approvals: Approvals) -> None:
    owed = a_decision(offers=(refund("40", Basis.OWED),), worth=euros("0"))
    agent, _, draft = await on_the_table(sqlite, text=OFFER.replace("10 €", "40 €"), decision=owed)
    less = await edited(sqlite, approvals, agent, draft, OFFER.replace("10 €", "20 €"))
    assert "inviarlo" not in await refused_to(sqlite, approvals, agent, less)


async def test_just_at_the_limit_it_goes(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "25", limit=2500)
    await sends(sqlite, approvals, agent, draft, REASON)
    assert len(await listed(sqlite)) == 1


@pytest.mark.parametrize(
    "more",
    ["Siete degli idioti.", "Come per l'ordine RS-9999.", "Le mandiamo […] domani."],
    ids=["an insult", "somebody else's order", "a blank"],
)
async def test_what_is_wrong_in_itself_nobody_overrules(
    sqlite: Database, approvals: Approvals, more: str
) -> None:
    agent, _, draft = await on_the_table(
        sqlite, text=OFFER, decision=a_decision(offers=(refund(),)), role=Role.ADMIN
    )
    wrong = await edited(
        sqlite, approvals, agent, draft, OFFER.replace("10 €.", f"25 €. {more}").replace("{agent}", "Giulia")
    )
    with pytest.raises(BlockedError) as refused:
        await sends(sqlite, approvals, agent, wrong, REASON)
    assert not may_overrule(refused.value)


async def test_a_text_as_decided_needs_no_reason_and_leaves_none(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(
        sqlite, text=OFFER, decision=a_decision(offers=(refund(),)), role=Role.SUPERVISOR
    )
    approval = await sends(sqlite, approvals, agent, draft, REASON)
    assert (approval.off_policy, approval.reason) == (None, None)
    assert await listed(sqlite) == []


async def test_less_than_decided_is_booked_as_less(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "6")
    await sends(sqlite, approvals, agent, draft, REASON)
    async with sqlite.reading() as session:
        amounts = (await session.scalars(select(LedgerEntry.amount_minor))).all()
    assert sorted(amounts) == [-400, 1000]


async def test_taken_back_it_leaves_nothing_in_the_books(sqlite: Database, config: RoadConfig) -> None:
    approvals = Approvals(config)
    agent, _, draft = await raised_to(sqlite, approvals, "25")
    approval = await sends(sqlite, approvals, agent, draft, REASON)
    async with sqlite.writing() as session:
        await approvals.undo(session, await session.merge(agent), approval.id)
    async with sqlite.reading() as session:
        amounts = (await session.scalars(select(LedgerEntry.amount_minor))).all()
        states = (await session.scalars(select(Promise.state))).all()
    assert (sum(amounts), set(states)) == (0, {PromiseState.WITHDRAWN})
    assert await listed(sqlite) == []


async def by_hand(database: Database, approvals: Approvals, text: str) -> tuple[Agent, Case, Draft]:
    async with database.writing() as session:
        agent, case = await seed_agent(session, role=Role.SUPERVISOR), await seed_case(session)
        await seed_draft(session, case)
    return agent, case, await written(database, approvals, agent, case, text)


async def test_a_sum_by_hand_is_a_gift_that_the_history_knows(
    database: Database, approvals: Approvals
) -> None:
    agent, case, draft = await by_hand(database, approvals, "Buongiorno Marta, le rimborsiamo 30 €.\nGiulia")
    await sends(database, approvals, agent, draft, REASON)
    async with database.reading() as session:
        here, elsewhere = await given_to(session, await session.get_one(Case, case.id))
    assert elsewhere == ()
    assert [(one.kind, one.basis, one.worth, one.promise_state) for one in here] == [
        (RemedyKind.GIFT, Basis.GOODWILL, euros("30"), "open")
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Buongiorno Marta, le rimborsiamo 30 €.\nSara", DecisionKind.STATUS),
        ("Buongiorno Marta, guardo io.\nSara", DecisionKind.OFFER),
    ],
    ids=["after a sum by hand", "after words alone"],
)
async def test_a_follow_up_earns_by_rule_only_where_nothing_was_given_by_hand(
    database: Database, config: RoadConfig, text: str, kind: DecisionKind
) -> None:
    desk = await Desk(database, config).hire()
    case = await desk.writes("Il pacco è in ritardo", LATE)
    async with database.writing() as session:
        policy, approvals = await desk.policies.current(session), Approvals(config)
        draft = await approvals.edit(
            session, desk.agent, bound(await desk.draft(case)), text, DecisionKind.HAND_OVER
        )
        await approvals.approve(session, desk.agent, bound(draft), policy.hours, reason=REASON)
    await desk.writes("Allora? L'ordine è RS1234", LATE_ORDER)
    assert (await desk.draft(case)).kind == kind


async def test_who_gives_it_has_to_see_to_it(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await by_hand(sqlite, approvals, "Buongiorno Marta, le rimborsiamo 30 €.\nGiulia")
    await sends(sqlite, approvals, agent, draft, REASON)
    async with sqlite.reading() as session:
        promise = (await session.scalars(select(Promise))).one()
    assert (promise.kind, promise.owner_id) == (PromiseKind.REMEDY, agent.id)
    assert "30" not in "".join(promise.what.values())


async def test_a_promise_by_hand_is_kept_track_of_by_its_day(
    database: Database, approvals: Approvals
) -> None:
    agent, _, draft = await by_hand(
        database, approvals, "Buongiorno Marta, le rimborsiamo 30 €. La richiamo dopodomani.\nGiulia"
    )
    await sends(database, approvals, agent, draft, REASON, w38=Meant.PROMISED)
    async with database.reading() as session:
        refund, promise = (await session.scalars(select(Promise).order_by(Promise.kind.desc()))).all()
    zone = HOURS.zone
    assert refund.kind == PromiseKind.REMEDY
    assert promise.what == {"it": "La richiamo"}
    assert promise.due_at.astimezone(zone).date() == utcnow().astimezone(zone).date() + timedelta(days=2)


async def test_a_promise_that_names_a_sum_is_told_again_without_it(
    sqlite: Database, approvals: Approvals
) -> None:
    text = "Buongiorno Marta, le rimborsiamo 30 € entro venerdì.\nGiulia"
    agent, _, draft = await by_hand(sqlite, approvals, text)
    await sends(sqlite, approvals, agent, draft, REASON, w17=Meant.PROMISED)
    async with sqlite.reading() as session:
        promise = (await session.scalars(select(Promise))).one()
    assert promise.what["it"] == "quanto promesso nella nostra risposta"
    assert promise.due_at.astimezone(HOURS.zone).weekday() == 4


async def test_a_day_by_hand_is_due_when_the_business_closes_on_it(
    database: Database, approvals: Approvals
) -> None:
    office = OpeningHours(zone=HOURS.zone, week=((Interval(start=9 * 60, end=18 * 60),),) * 5 + ((),) * 2)
    text = "Buongiorno Marta, le rimborsiamo 30 € entro venerdì.\nGiulia"
    agent, _, draft = await by_hand(database, approvals, text)
    await sends(database, approvals, agent, draft, REASON, office, w17=Meant.PROMISED)
    async with database.reading() as session:
        due = (await session.scalars(select(Promise))).one().due_at.astimezone(office.zone)
    assert (due.weekday(), due.hour, due.minute) == (4, 18, 0)


async def test_a_promise_beside_an_offer_needs_a_reason_as_well(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(
        sqlite, text=OFFER, decision=a_decision(offers=(refund(),)), role=Role.SUPERVISOR
    )
    more = await edited(sqlite, approvals, agent, draft, OFFER.replace("10 €.", "10 €. La richiamo domani."))
    with pytest.raises(BlockedError, match="promise_untracked"):
        await sends(sqlite, approvals, agent, more, None)
    await sends(sqlite, approvals, agent, more, REASON)
    async with sqlite.reading() as session:
        whats = [one.what.get("it") for one in (await session.scalars(select(Promise))).all()]
    assert sorted(map(str, whats)) == ["La richiamo", "il rimborso"]
    async with sqlite.reading() as session:
        amounts = (await session.scalars(select(LedgerEntry.amount_minor))).all()
    assert list(amounts) == [1000]


async def test_tests_are_not_booked(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await raised_to(sqlite, approvals, "25")
    async with sqlite.writing() as session:
        (await session.get_one(Case, case.id)).is_test = True
    await sends(sqlite, approvals, agent, draft, REASON)
    assert await everything(sqlite, LedgerEntry) == []
    assert await listed(sqlite) == []


async def test_a_reason_is_no_letter(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await raised_to(sqlite, approvals, "25")
    with pytest.raises(BlockedError, match="text_long"):
        await sends(sqlite, approvals, agent, draft, "x" * 301)


def found_in(text: str, *offers: Offer, worth: str = "10") -> Beyond | None:
    decision = a_decision(offers=offers, worth=euros(worth)) if offers else None
    about = CheckContext(
        language="it",
        kind=DecisionKind.OFFER if offers else DecisionKind.HAND_OVER,
        today=MONDAY,
        decision=decision,
        names=("Marta",),
        grievances=("delivery_late",),
    )
    return beyond_in(text, errors_in(check_text(text, about)), about)


def test_a_sum_beside_the_decided_one_comes_on_top() -> None:
    found = found_in("Scusa Marta, le rimborsiamo 10 € e le offriamo un buono da 7 €.", refund())
    assert found is not None
    assert (found.extra, found.total) == (euros("7"), euros("17"))


def test_a_sum_said_twice_is_one() -> None:
    found = found_in("Marta, le offriamo 50 €. Ripeto: le offriamo 50 €.")
    assert found is not None
    assert (found.extra, found.words) == (euros("50"), ("50 €",))


def test_a_share_of_a_price_that_nobody_knows_has_no_worth() -> None:
    found = found_in("Marta, le offriamo il 40% di sconto sul prossimo ordine.")
    assert found is not None
    assert (found.extra, found.total) == (None, None)


def test_what_is_owed_is_not_cut_by_anybody() -> None:
    assert found_in("Marta, le rimborsiamo 20 €.", refund("40", Basis.OWED), worth="0") is None


def test_more_than_is_owed_is_a_favour_by_the_difference() -> None:
    found = found_in("Marta, le rimborsiamo 60 €.", refund("40", Basis.OWED), worth="0")
    assert found is not None
    assert (found.extra, found.total) == (euros("20"), euros("20"))


def test_a_code_is_worth_what_was_decided() -> None:
    voucher = Remedy(kind=RemedyKind.VOUCHER, amount=euros("10"), worth=euros("10"))
    offer = Offer(basis=Basis.GOODWILL, options=(voucher,), rule_id="r", complaint_type="delivery_late")
    assert found_in("Marta, ecco un buono da 100 €: {voucher:1}", offer) is None


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("it", "entro giovedì", date(2026, 11, 26)),
        ("it", "lunedì", date(2026, 11, 30)),
        ("it", "entro il 27 novembre", date(2026, 11, 27)),
        ("it", "dopodomani", date(2026, 11, 25)),
        ("it", "entro due giorni", date(2026, 11, 25)),
        ("it", "in giornata", MONDAY),
        ("en", "tomorrow", date(2026, 11, 24)),
        ("en", "within 2 weeks", date(2026, 12, 7)),
        ("es", "pasado mañana", date(2026, 11, 25)),
        ("fr", "après-demain", date(2026, 11, 25)),
        ("de", "innerhalb von drei Tagen", date(2026, 11, 26)),
        ("de", "bis Freitag", date(2026, 11, 27)),
        ("it", "prima di Natale", None),
    ],
)
def test_the_last_day_of_a_deadline(language: str, words: str, day: date | None) -> None:
    assert latest_day(words, language, MONDAY) == day
