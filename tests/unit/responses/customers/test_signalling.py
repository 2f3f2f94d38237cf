"""Signals on the road: counted from what was understood, kept and dismissed."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Given, RemedyKind, Role
from models.labels import Act, Tone, Urgency
from models.serial import from_json, to_json
from models.states import CaseState
from models.tables import Agent, AssessmentRow, Case, Correction, Customer, Event, Identity, Message
from responses.cases import open_case
from responses.config import RoadConfig
from responses.corrections import Labels
from responses.customers.dismissals import decide_dismissed_anew
from responses.customers.signalling import record_of
from responses.deadlines import due_by
from responses.errors import BlockedError, NotAllowedError
from responses.policy import load_policy_text
from responses.policy.signals import Raised, told
from tests.seed import seed_agent
from tests.unit.responses.customers.signals_shop import (
    DAY,
    LATE,
    LATE_ORDER,
    WORDS,
    Shop,
    agent,
    in_the_book,
    insatiable,
    shop,
)
from tests.unit.responses.triage_road import assessed, label

__all__ = ["agent", "shop"]


VIOLENT = assessed("complaint", "no_reply", tone=label("abusive"), urgency=label("critical"))


PUNCH = "Stasera passo in sede e vi spacco la faccia."


FAVOUR = Given(
    case_id="another",
    complaint_type="item_wrong",
    at=utcnow() - 30 * DAY,
    kind=RemedyKind.VOUCHER,
    basis=Basis.GOODWILL,
    worth=None,
    our_fault=True,
    promise_state="open",
)


class Mortal(Database):
    """The same database, in a process that is killed before it writes once more than so many times."""

    def __init__(self, database: Database, writes: int) -> None:
        self.__dict__.update(database.__dict__)
        self._left = iter(range(writes))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        if next(self._left, None) is None:
            raise InterruptedError
        async with super().writing() as session:
            yield session


async def test_what_the_history_shows_is_kept_with_its_evidence_and_heeded(shop: Shop) -> None:
    case = await insatiable(shop)
    decision = await shop.decision(case)
    (signal,) = await shop.signals()
    seen = from_json(Raised, signal.evidence)
    assert (signal.name, told(seen, "it"), seen.number) == ("repeated_claims", WORDS, 3)
    assert timedelta(days=19) < signal.expires_at - utcnow() < timedelta(days=21)
    assert (decision.signals, decision.tier, decision.offers) == (("repeated_claims",), Role.SUPERVISOR, ())
    assert any("abbiamo già rimediato" in line for line in decision.limits_cut)
    assert "in ritardo" not in str(signal.evidence)


async def test_no_text_to_the_customer_says_so(shop: Shop) -> None:
    draft = await shop.draft(await insatiable(shop))
    assert [finding["code"] for finding in draft.findings if finding["code"] == "signal_told"] == []
    assert "rimedio" not in draft.text
    assert "60" not in draft.text


async def test_a_second_look_keeps_one_signal_and_brings_it_up_to_date(shop: Shop) -> None:
    case = await insatiable(shop)
    await shop.writes("E nessuno mi risponde", LATE)
    (signal,) = await shop.signals()
    last = from_json(Raised, signal.evidence).evidence[-1]
    assert (last.id, len(last.messages)) == (case.id, 2)
    async with shop.database.reading() as session:
        raisings = select(func.count()).select_from(Event).where(Event.action == "signal.raised")
        assert (await session.scalars(raisings)).one() == 1


async def test_a_dismissed_signal_counts_no_more_until_there_is_more(shop: Shop, agent: Agent) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    before = (await shop.draft(case)).id
    await shop.dismisses(agent, case, signal)
    decision = await shop.decision(case)
    assert (decision.signals, [offer.rule_id for offer in decision.offers]) == ((), ["ritardo-breve"])
    assert (await shop.draft(case)).id != before
    (kept,) = await shop.signals()
    assert (kept.dismissed_by, kept.dismissed_reason) == (agent.id, "Era il corriere")

    await shop.earlier(2)
    await shop.writes("Allora, il pacco?", LATE)
    again = await shop.signals()
    assert [row.dismissed_at is None for row in again] == [False, True]
    assert (await shop.decision(case)).signals == ("repeated_claims",)


async def test_the_customers_other_cases_are_decided_anew_one_by_one(shop: Shop, agent: Agent) -> None:
    await shop.favoured(40)
    await shop.earlier(20)
    cases = [await shop.opens(number) for number in ("RS7", "RS8", "RS9")]
    heeded = [(await shop.decision(case)).signals for case in cases]
    assert heeded == [("repeated_claims",)] * 3
    (signal,) = await shop.signals()
    await shop.dismisses(agent, cases[0], signal)

    # Killed after the first of the others: the rows still say which are left.
    with pytest.raises(InterruptedError):
        await decide_dismissed_anew(Mortal(shop.database, 1), cases[0].customer_id)
    assert await decide_dismissed_anew(shop.database) == 1
    for case in cases:
        await shop.triage.run(case.id)
    assert [(await shop.decision(case)).signals for case in cases] == [(), (), ()]
    assert await decide_dismissed_anew(shop.database) == 0


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [("  ", "reason_empty"), ("x" * 2001, "text_long")],
    ids=["without a reason", "with a novel"],
)
async def test_nothing_is_dismissed(shop: Shop, agent: Agent, reason: str, refusal: str) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    with pytest.raises(BlockedError, match=refusal):
        await shop.dismisses(agent, case, signal, reason)
    assert (await shop.decision(case)).signals == ("repeated_claims",)


async def test_it_is_dismissed_once_and_in_a_case_of_its_customer(shop: Shop, agent: Agent) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    async with shop.database.writing() as session:
        stranger = Customer(name="Paolo")
        session.add(stranger)
        await session.flush()
        identity = Identity(customer_id=stranger.id, channel="web", external_id="p", chat_key="web:p")
        session.add(identity)
        await session.flush()
        other = await open_case(session, identity, is_sample=False, is_test=False)
    with pytest.raises(BlockedError, match="gone"):
        await shop.dismisses(agent, other, signal)
    await shop.dismisses(agent, case, signal)
    with pytest.raises(BlockedError, match="gone"):
        await shop.dismisses(agent, case, signal)


async def test_nobody_dismisses_a_signal_of_their_own(shop: Shop) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    async with shop.database.writing() as session:
        identity = await session.get_one(Identity, case.identity_id)
        identity.external_id = "77"
        (await session.get_one(Case, case.id)).channel = "telegram:1"
        me = await seed_agent(session, "Marta")
        me.telegram_id = 77
    with pytest.raises(NotAllowedError):
        await shop.dismisses(me, case, signal)


async def test_what_an_agent_corrects_counts_as_the_agent_says(shop: Shop, agent: Agent) -> None:
    await shop.writes("Ciao", assessed("other"))
    case = await shop.earlier(5, PUNCH, VIOLENT)
    assert [one.id for one in (await shop.record(case)).threats or ()] == [case.id]
    async with shop.database.writing() as session:
        message = (await session.scalars(select(Message).where(Message.case_id == case.id))).one()
        calm = Labels(
            act=Act.REQUEST,
            complaint_types=(),
            tone=Tone.CALM,
            urgency=Urgency.LOW,
            asks=(),
            own_error=False,
        )
        session.add(
            Correction(message_id=message.id, case_id=case.id, agent_id=agent.id, labels=to_json(calm))
        )
    record = await shop.record(case)
    assert (record.claims, record.threats, record.critical) == ((), (), ())


async def test_a_signal_that_holds_no_more_goes_at_the_next_look(shop: Shop, agent: Agent) -> None:
    case = await insatiable(shop)
    async with shop.database.writing() as session:
        older = select(Case.id).where(Case.id != case.id)
        await session.execute(
            update(AssessmentRow)
            .where(AssessmentRow.message_id.in_(select(Message.id).where(Message.case_id.in_(older))))
            .values(fields=to_json(assessed("praise")))
        )
    await shop.writes("Allora?", LATE)
    assert await shop.signals() == []


@pytest.mark.parametrize(
    ("text", "labels", "changes"),
    [
        pytest.param("Ciao", assessed("praise"), {}, id="praise"),
        pytest.param("Boh", assessed("complaint", abstained=frozenset({"act"})), {}, id="in doubt"),
        pytest.param("", LATE, {}, id="words that are gone"),
        pytest.param("Tardi", LATE, {"is_sample": True}, id="a sample"),
        pytest.param("Tardi", LATE, {"is_test": True}, id="a test"),
        pytest.param("Tardi", LATE, {"state": CaseState.SPAM}, id="spam"),
        pytest.param("Tardi", LATE, {"audience": "colleague"}, id="a colleague's"),
    ],
)
async def test_is_no_claim(shop: Shop, text: str, labels: Assessment, changes: dict[str, object]) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    await shop.earlier(5, text, labels, **changes)
    assert (await shop.record(case)).claims == ()


async def test_a_case_counts_once_and_from_its_first_complaint(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    late = await shop.earlier(9, "Una domanda", assessed("question"))
    await shop.adds(late, 8, "Sempre in ritardo")
    await shop.adds(late, 3, "Ancora in ritardo")
    (claim,) = (await shop.record(case)).claims or ()
    assert (claim.id, len(claim.messages), utcnow() - claim.at > timedelta(days=7)) == (late.id, 2, True)


async def test_only_the_last_version_of_a_message_counts(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    late = await shop.earlier(9)
    async with shop.database.writing() as session:
        await session.execute(update(Message).where(Message.case_id == late.id).values(external_id="m1"))
    await shop.adds(late, 9, "Scusate, è arrivato", assessed("praise"))
    async with shop.database.writing() as session:
        await session.execute(
            update(Message)
            .where(Message.case_id == late.id, Message.external_id.is_(None))
            .values(external_id="m1", edit=1)
        )
    assert (await shop.record(case)).claims == ()


async def test_who_claims_what_is_their_right_has_shown_nothing(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    late = await shop.earlier(9)
    owed = replace(FAVOUR, case_id=late.id, basis=Basis.OWED)
    record = await shop.record(case, None, owed, FAVOUR)
    assert (record.claims, [one.id for one in record.remedies]) == ((), ["another"])


async def test_samples_tests_and_the_erased_have_no_record(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        row = await session.get_one(Case, case.id)
        row.is_test = True
        assert await record_of(session, row, policy, (), utcnow()) is None
        row.is_test, row.is_sample = False, True
        assert await record_of(session, row, policy, (), utcnow()) is None
        row.is_sample = False
        (await session.get_one(Customer, case.customer_id)).erased_at = utcnow()
        assert await record_of(session, row, policy, (), utcnow()) is None


async def test_who_was_in_danger_twice_is_looked_at_as_soon_as_what_is_urgent(
    database: Database, config: RoadConfig
) -> None:
    sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    # So far apart that no hour of the day makes one of them end when the other does.
    far = re.sub(r"(?m)^deadlines:.*$", "deadlines: {high: 4 hours, normal: 20 working days}", sample)
    shop = Shop(database, config)
    async with database.writing() as session:
        await shop.policies.load(session, {"negozio.yaml": far})
        await shop.texts.seed(session)
    smoke = assessed("complaint", "safety_privacy", urgency=label("critical"))
    first = await shop.writes("Il primo pacco è in ritardo", LATE)
    await shop.earlier(40, "Esce fumo dal caricatore", smoke)
    await shop.earlier(20, "Di nuovo fumo", smoke)
    case = await shop.opens("RS9")
    async with shop.database.reading() as session:
        policy = await shop.policies.current(session)
        row = await session.get_one(Case, case.id)
        wrote = (await session.scalars(select(Message.created_at).where(Message.case_id == case.id))).one()
    assert (await shop.decision(first)).sooner is False
    assert (await shop.decision(case)).sooner is True
    # How urgent the words are stays as it was read: nobody is rung for it.
    assert (row.urgency, row.due_at) == (Urgency.NORMAL, due_by(policy, Urgency.HIGH, wrote))


async def test_without_signals_in_the_policy_nobody_looks(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    plain = load_policy_text(
        "policy: p\neffective: 2025-01-01\ncurrency: EUR\ntimezone: Europe/Rome\n"
        "rules: [{id: a, when: {act: complaint}, hand_over: agent}]\n",
        "p.yaml",
    )
    async with shop.database.reading() as session:
        assert await record_of(session, await session.get_one(Case, case.id), plain, (), utcnow()) is None


async def test_who_threatens_is_not_the_one_in_danger(shop: Shop) -> None:
    await shop.writes("Ciao", assessed("other"))
    await shop.earlier(20, PUNCH, VIOLENT)
    danger = await shop.earlier(10, "Il fornello perde gas, che cosa faccio?", VIOLENT)
    case = await shop.writes("Il pacco è in ritardo", LATE)
    record = await shop.record(case)
    assert [one.id for one in record.critical or ()] == [danger.id]
    assert len(record.threats or ()) == 1


async def test_paid_orders_are_those_proven_to_be_theirs(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    await in_the_book(shop, case.customer_id)
    await in_the_book(shop, None, number="RS2", key="RS2")
    await in_the_book(shop, case.customer_id, number="RS3", key="RS3", value_minor=0)
    (order,) = (await shop.record(case)).paid_orders or ()
    assert order.at.date() == date(2026, 11, 3)


@pytest.mark.parametrize("facts", [None, {}], ids=["a stranger to the book", "an order of no day"])
async def test_where_the_book_cannot_tell_the_source_is_missing(
    shop: Shop, facts: dict[str, object] | None
) -> None:
    case = await shop.writes("Il pacco RS1 è in ritardo", LATE_ORDER)
    await in_the_book(
        shop, case.customer_id if facts is not None else None, facts=facts or {}, number="RS8", key="RS8"
    )
    assert (await shop.record(case)).paid_orders is None
    assert (await shop.decision(case)).signals == ()
