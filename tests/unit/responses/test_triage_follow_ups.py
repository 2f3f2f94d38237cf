"""Triage of what follows: answers to what was asked, second cases, and what was given before."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.assessment import Assessment, Entities
from models.clock import utcnow
from models.decision import Role
from models.labels import Act, ComplaintType, Tone, Urgency
from models.states import CaseState, Direction, PromiseState, Verdict
from models.tables import (
    Agent,
    Approval,
    Case,
    DecisionRow,
    Draft,
    Identity,
    LedgerEntry,
    Message,
    Promise,
    Update,
)
from responses.cases import open_case
from responses.corrections import Labels, correct
from responses.customers.person_wanted import want_person
from responses.drafts.dates import format_due_day
from responses.errors import NotAllowedError
from responses.facts import give_fact, known_facts
from responses.intake.filing import due_now
from responses.intake.inbox import receive
from responses.intake.incoming import Incoming, IncomingFile, MessageKind
from responses.promises.keeping import break_, keep
from tests.seed import seed_agent, seed_case, seed_draft
from tests.unit.responses.triage_road import LATE, LATE_ORDER, Road, agent, assessed, label, road

__all__ = ["agent", "road"]


BROKEN_ORDER = assessed("complaint", "item_damaged", entities=Entities(order_ids=("RS1234",)))


PERSON = assessed("request", asks=(label("human_contact"),))


NUMBER = assessed("other", entities=Entities(order_ids=("RS1234",)))


async def test_what_was_asked_and_answered_leads_to_the_offer(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    assert (await road.draft(case)).kind == "ask"
    await road.answers(agent, case)
    answered = await road.writes("RS1234", NUMBER)
    draft = await road.draft(answered)
    assert (answered.id, draft.kind) == (case.id, "offer")
    await road.answers(agent, case)
    # From then on it is settled: the same words ask for nothing new.
    await road.writes("RS1234", NUMBER)
    assert (await road.draft(case)).kind != "offer"


async def test_a_fact_that_an_agent_finds_while_we_wait_leads_to_the_offer(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        policy = await road.policies.current(session)
        await give_fact(session, await session.get_one(Agent, agent.id), row, "order_id", "RS1234", policy)
    await road.triage.run(case.id)
    async with road.database.reading() as session:
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_AGENT
    assert (await road.draft(case)).kind == "offer"


async def test_thanks_for_a_question_are_no_answer_to_it(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    before = await road.number(Draft)
    after = await road.writes("Grazie, guardo!", assessed("praise", tone=label("grateful")))
    assert after.state == CaseState.WAITING_CUSTOMER
    assert await road.number(Draft) == before


async def test_a_photo_sent_before_we_asked_is_not_asked_for(road: Road, agent: Agent) -> None:
    broken = assessed("complaint", "item_damaged")
    case = await road.writes("È arrivato rotto", broken, kind=MessageKind.PHOTO)
    assert "foto" not in (await road.draft(case)).text
    await road.answers(agent, case)
    await road.writes("RS1234", NUMBER)
    async with road.database.reading() as session:
        query = select(DecisionRow).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id.desc())
        content = (await session.scalars(query.limit(1))).one().content
    assert [fact["name"] for fact in content["missing"]] == ["photo_shows_damage"]
    assert content["missing"][0]["ask"] is None


def sent(kind: str, mime: str | None = None) -> tuple[IncomingFile, ...]:
    return (IncomingFile(provider_id=f"{kind}-1", kind=kind, mime=mime),)


@pytest.mark.parametrize(
    ("kind", "its_files", "is_asked"),
    [
        (MessageKind.STICKER, (), True),
        (MessageKind.VOICE, sent("voice", "audio/ogg"), True),
        (MessageKind.FILE, sent("document", "application/zip"), True),
        (MessageKind.FILE, sent("document", "application/pdf"), False),
        (MessageKind.FILE, sent("audio", "audio/mpeg"), True),
        (MessageKind.FILE, sent("document"), True),
        (MessageKind.PHOTO, sent("photo", "image/jpeg"), False),
        (MessageKind.FILE, sent("document", "image/png"), False),
        (MessageKind.FILE, sent("video", "video/mp4"), False),
        (MessageKind.VOICE, sent("video_note"), False),
    ],
    ids=[
        "sticker",
        "voice",
        "archive",
        "pdf",
        "song",
        "nameless",
        "photo",
        "picture",
        "video",
        "round video",
    ],
)
async def test_only_what_shows_something_is_the_photo_that_is_asked_for(
    road: Road, kind: MessageKind, its_files: tuple[IncomingFile, ...], is_asked: bool
) -> None:
    case = await road.writes("La lampada RS1234 è arrivata rotta", BROKEN_ORDER)
    assert "foto" in (await road.draft(case)).text
    await road.writes("", assessed("other"), kind=kind, files=its_files)
    assert ("foto" in (await road.draft(case)).text) is is_asked


async def test_who_sends_the_photo_without_the_number_lacks_only_the_number(road: Road, agent: Agent) -> None:
    case = await road.writes("La lampada è arrivata rotta", assessed("complaint", "item_damaged"))
    await road.answers(agent, case)
    await road.writes("Purtroppo non ce l'ho", assessed("other"), kind=MessageKind.PHOTO, files=sent("photo"))
    async with road.database.reading() as session:
        facts = await known_facts(session, case.id)
    assert facts["order_id"].unavailable
    assert "photo_shows_damage" not in facts


async def test_the_same_complaint_about_the_same_order_in_a_new_case_earns_nothing_more(
    road: Road, agent: Agent
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    assert (await road.draft(case)).kind == "offer"
    await road.answers(agent, case)
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.state, row.closed_at = CaseState.CLOSED, utcnow() - timedelta(days=60)
        row.answer_until = None
        identity = await session.get_one(Identity, row.identity_id)
        again = await open_case(session, identity, is_sample=False, is_test=False)
        message = Message(
            case_id=again.id,
            identity_id=identity.id,
            external_id="again",
            direction=Direction.IN,
            text="Il pacco RS1234 è sempre in ritardo",
            sent_at=utcnow(),
        )
        session.add(message)
        await due_now(session, again)
    road.labels["Il pacco RS1234 è sempre in ritardo"] = LATE_ORDER
    await road.triage.run(again.id)
    assert (await road.draft(again)).kind == "status"


async def settle(road: Road, case: Case, state: PromiseState) -> None:
    """Everything promised in the case so far is kept, or broken."""
    async with road.database.writing() as session:
        open_ones = update(Promise).where(Promise.case_id == case.id, Promise.state == PromiseState.OPEN)
        await session.execute(open_ones.values(state=state, settled_at=utcnow()))


async def set_back(road: Road, case: Case) -> datetime:
    """The case began a year ago."""
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.incident_at -= timedelta(days=365)
        return row.incident_at


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.BROKEN])
async def test_the_same_failure_after_a_promise_was_settled_takes_the_rules_of_its_own_day(
    road: Road, agent: Agent, state: PromiseState
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    began = await set_back(road, case)
    await road.answers(agent, case)
    assert (await road.writes("Allora, il pacco?", LATE)).incident_at == began
    await settle(road, case, state)
    again = await road.writes("Ancora niente pacco", LATE)
    assert again.incident_at > began + timedelta(days=360)


async def test_thanks_after_a_kept_promise_begin_nothing(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    began = await set_back(road, case)
    await road.answers(agent, case)
    await settle(road, case, PromiseState.KEPT)
    assert (await road.writes("Arrivato, grazie!", assessed("praise"))).incident_at == began


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        pytest.param("Grazie, non serve più", {"tone": label("grateful")}, id="more than thanks"),
        pytest.param("È arrivato, grazie!", {}, id="what was promised has come"),
        pytest.param("Grazie mille", {"tone": label("sarcastic")}, id="a tone that does not thank"),
        pytest.param("Grazie mille", {"asks": (label("cancellation"),)}, id="something is wanted"),
    ],
)
async def test_what_is_no_pure_thanks_is_put_before_an_agent(
    road: Road, agent: Agent, words: str, labels: dict[str, object]
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    after = await road.writes(words, assessed("praise", **labels))
    assert (after.id, after.state) == (case.id, CaseState.WAITING_AGENT)
    assert await road.draft(case) is not None


async def make_late(road: Road, case: Case) -> None:
    """What was promised in the case should have been done a minute ago."""
    async with road.database.writing() as session:
        late = update(Promise).where(Promise.case_id == case.id)
        await session.execute(late.values(due_at=utcnow() - timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("words", "act", "asks"),
    [
        pytest.param("Novità?", "other", True, id="asked"),
        pytest.param("Grazie, alla buonora", "praise", False, id="praised"),
    ],
)
async def test_who_is_owed_something_that_is_late_hears_so_and_waits_no_longer_than_others(
    road: Road, agent: Agent, words: str, act: str, asks: bool
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await make_late(road, case)
    labels = assessed(act, urgency=label("low"), asks_where_it_stands=asks)
    after = await road.writes(words, labels)
    draft = await road.draft(case)
    assert (draft.kind, after.urgency) == ("status", Urgency.NORMAL)
    assert "siamo in ritardo" in draft.text


@pytest.mark.parametrize(("asks", "cases"), [(True, 1), (False, 2)])
async def test_who_only_waits_for_money_opens_no_case_beside_what_is_promised(
    road: Road, agent: Agent, asks: bool, cases: int
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    labels = assessed("complaint", "refund_missing", asks_where_it_stands=asks)
    await road.writes("E dei miei soldi neanche l'ombra", labels)
    assert await road.number(Case) == cases


@pytest.mark.parametrize("name", ["no_reply", "promise_broken"])
async def test_a_complaint_about_our_word_stays_where_the_promise_is_open_and_hears_of_it(
    road: Road, agent: Agent, name: str
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await make_late(road, case)
    await road.writes("Avevate promesso!", assessed("complaint", name))
    assert await road.number(Case) == 1
    assert "on un impegno siamo in ritardo" in (await road.draft(case)).text


@pytest.mark.parametrize(
    ("words", "labels", "is_late"),
    [
        pytest.param("Operatore", assessed("other"), True, id="a word, and we are late"),
        pytest.param("Un responsabile", PERSON, True, id="asked for, and we are late"),
        pytest.param("Un responsabile", PERSON, False, id="asked for"),
    ],
)
async def test_who_wants_a_person_is_not_asked_what_about(
    road: Road, agent: Agent, words: str, labels: Assessment, is_late: bool
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    if is_late:
        await make_late(road, case)
    await road.writes(words, labels)
    draft = await road.draft(case)
    assert ("siamo in ritardo" in draft.text) is is_late
    assert ("una persona" in draft.text) is (labels is PERSON)
    assert "[…]" not in draft.text
    assert "che cosa le serve" not in draft.text


async def test_who_presses_for_a_person_hears_of_what_is_late(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await make_late(road, case)
    asked = Incoming(
        channel="web",
        person_id="marta",
        chat_key="web:marta",
        external_id="person",
        sent_at=utcnow(),
        text="",
        display_name="Marta",
    )
    async with road.database.writing() as session:
        received = await receive(
            session, source="web", external_id="person", chat_key="web:marta", raw="{}", customer_says=True
        )
        row = await session.get_one(Update, received)
        row.processed_at = utcnow()
        await want_person(session, road.filing, row, asked)
    await road.triage.run(case.id)
    draft = await road.draft(case)
    assert "una persona" in draft.text
    assert "siamo in ritardo" in draft.text


async def test_a_complaint_about_our_word_is_a_new_one_where_all_is_done(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await settle(road, case, PromiseState.KEPT)
    await road.writes("Nessuno risponde alle mail", assessed("complaint", "no_reply"))
    assert await road.number(Case) == 2


class TestSettledWhileThanksWereUnread:
    """A promise is settled in the seconds between a customer's thanks and their being read."""

    async def thanked(self, road: Road, agent: Agent, state: PromiseState) -> Case:
        case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
        await road.answers(agent, case)
        async with road.database.writing() as session:
            row = await session.get_one(Case, case.id)
            row.reopened_from, row.state = row.state, CaseState.DRAFTING
            identity = await session.get_one(Identity, row.identity_id)
            message = Message(
                case_id=case.id,
                identity_id=identity.id,
                external_id="thanks",
                direction=Direction.IN,
                text="Grazie!",
                sent_at=utcnow(),
            )
            session.add(message)
        road.labels["Grazie!"] = assessed("praise", tone=label("grateful"))
        async with road.database.writing() as session:
            query = select(Promise.id).where(Promise.case_id == case.id)
            (promise,) = await session.scalars(query)
            person = await session.merge(agent)
            if state is PromiseState.KEPT:
                await keep(session, road.texts, person, promise, "BRT 123")
            else:
                await break_(session, person, promise, "perso")
            await due_now(session, await session.get_one(Case, case.id))
        await road.triage.run(case.id)
        async with road.database.reading() as session:
            return await session.get_one(Case, case.id)

    async def test_kept_the_case_is_answered(self, road: Road, agent: Agent) -> None:
        assert (await self.thanked(road, agent, PromiseState.KEPT)).state == CaseState.ANSWERED

    async def test_broken_it_is_decided_anew(self, road: Road, agent: Agent) -> None:
        case = await self.thanked(road, agent, PromiseState.BROKEN)
        assert case.state == CaseState.WAITING_AGENT
        assert "non abbiamo mantenuto" in (await road.draft(case)).text


async def test_a_budget_that_others_used_up_meanwhile_stops_the_approval(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    async with road.database.writing() as session:
        supervisor = await seed_agent(session, "Sara", Role.SUPERVISOR)
        other = await seed_case(session)
        spent = await seed_draft(session, other)
        approval = Approval(
            case_id=other.id,
            draft_id=spent.id,
            agent_id=supervisor.id,
            verdict=Verdict.SEND,
            revision=spent.revision,
            sha256=spent.sha256,
        )
        session.add(approval)
        await session.flush()
        session.add(
            LedgerEntry(
                customer_id=other.customer_id,
                case_id=other.id,
                approval_id=approval.id,
                basis="goodwill",
                amount_minor=30000,
                currency="EUR",
            )
        )
    with pytest.raises(NotAllowedError, match="above_budget"):
        await road.answers(agent, case)
    await road.answers(supervisor, case)
    assert await road.number(LedgerEntry, LedgerEntry.case_id == case.id) == 1


async def test_what_was_given_for_one_order_does_not_answer_for_another(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    began = await set_back(road, case)
    await road.answers(agent, case)
    other = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS5678",)))
    async with road.database.writing() as session:
        (await session.get_one(Case, case.id)).state = CaseState.WAITING_AGENT
    again = await road.writes("Anche RS5678 non arriva", other)
    assert again.id == case.id
    assert again.incident_at > began + timedelta(days=360)
    assert (await road.draft(again)).kind == "offer"


async def test_a_new_complaint_type_after_an_answer_becomes_a_case_of_its_own(
    road: Road, agent: Agent
) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    async with road.database.writing() as session:
        (await session.get_one(Case, case.id)).state = CaseState.ANSWERED
    await road.writes("Mi avete addebitato due volte", assessed("complaint", "billing_error"))
    async with road.database.reading() as session:
        cases = (await session.scalars(select(Case).order_by(Case.number))).all()
    assert cases[0].state == CaseState.ANSWERED
    assert cases[1].linked_case_id == case.id
    await road.triage.run(cases[1].id)
    assert (await road.draft(cases[1])).case_id == cases[1].id


async def test_a_type_in_doubt_makes_no_case_of_its_own(road: Road, agent: Agent) -> None:
    case = await road.writes("L'ordine RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    doubtful = assessed("complaint", "billing_error", abstained=frozenset({"complaint_types"}))
    assert (await road.writes("Quello sconto è ridicolo", doubtful)).id == case.id
    assert await road.number(Case) == 1


async def test_a_linked_case_tells_what_was_promised_about_the_same_order(road: Road, agent: Agent) -> None:
    case = await road.writes("L'ordine RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    billing = assessed("complaint", "billing_error", entities=Entities(order_ids=("RS1234",)))
    await road.writes("Per RS1234 voglio uno sconto vero", billing)
    async with road.database.writing() as session:
        split = (await session.scalars(select(Case).where(Case.linked_case_id == case.id))).one()
    await road.triage.run(split.id)
    async with road.database.writing() as session:
        message = (await session.scalars(select(Message.id).where(Message.case_id == split.id))).one()
        labels = Labels(
            act=Act.COMPLAINT,
            complaint_types=("delivery_late",),
            tone=Tone.CALM,
            urgency=Urgency.NORMAL,
            asks=(),
            own_error=False,
        )
        row = await session.get_one(Case, split.id)
        await correct(session, agent, row, message, labels, tuple(ComplaintType))
        promise = (await session.scalars(select(Promise))).one()
    await road.triage.run(split.id)
    draft = await road.draft(split)
    due = format_due_day(promise.due_at.astimezone(road.config.timezone).date(), "it")
    assert draft.kind == "status"
    assert f"Cerchiamo il pacco e le scriviamo dov'è e quando arriva {due}, come promesso." in draft.text
    assert draft.findings == []


async def test_follow_ups_cost_what_one_message_costs(road: Road, agent: Agent) -> None:
    words = ["Il pacco è in ritardo", "Allora?", "Sto ancora aspettando", "Guardi che non è arrivato"]
    worth = []
    for text in words:
        case = await road.writes(text, LATE)
        async with road.database.writing() as session:
            row = await session.get_one(Case, case.id)
            decision = (
                await session.scalars(
                    select(DecisionRow)
                    .where(DecisionRow.case_id == row.id)
                    .order_by(DecisionRow.id.desc())
                    .limit(1)
                )
            ).one()
        worth.append(len(decision.content["offers"]))
        if "[…" not in (await road.draft(case)).text:
            await road.answers(agent, case)
    assert sum(1 for offers in worth if offers) <= 1
    assert await road.number(LedgerEntry) <= 1


@pytest.mark.parametrize("act", [Act.OTHER, Act.QUESTION])
async def test_who_asks_where_it_stands_hears_what_was_promised(road: Road, agent: Agent, act: Act) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await road.writes("novità?", assessed(act, asks_where_it_stands=True))
    draft = await road.draft(case)
    assert draft.kind == "status"
    assert "cerchiamo il pacco" in draft.text.lower()
    assert draft.findings == []


async def test_who_asks_about_something_else_is_answered_by_a_person(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await road.writes("A che ora aprite domani?", assessed("question"))
    assert (await road.draft(case)).kind == "hand_over"


async def test_without_a_promise_nobody_is_told_where_it_stands(road: Road, agent: Agent) -> None:
    case = await road.writes("Salve", assessed("other"))
    await road.answers(agent, case)
    await road.writes("novità?", assessed("other", asks_where_it_stands=True))
    assert (await road.draft(case)).kind == "hand_over"


async def test_who_says_by_themselves_that_they_have_no_number_is_not_asked_for_it(road: Road) -> None:
    case = await road.writes("Il pacco è in ritardo. Non ho il numero d'ordine, ho perso la mail", LATE)
    draft = await road.draft(case)
    assert draft.kind == "hand_over"
    assert "numero d'ordine" not in draft.text


async def test_who_asks_for_what_is_overdue_is_told_that_we_are_late(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    async with road.database.writing() as session:
        await session.execute(update(Promise).values(due_at=utcnow() - timedelta(days=2)))
    await road.writes("novità?", assessed("other", asks_where_it_stands=True))
    draft = await road.draft(case)
    assert (draft.kind, draft.findings) == ("status", [])
    assert "siamo in ritardo" in draft.text
    assert "come promesso" not in draft.text
