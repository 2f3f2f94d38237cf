"""What agents keep correcting is counted against what they left alone, and never shown of fewer than five."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from models.assessment import Assessment, Entities, Label
from models.clock import utcnow
from models.database import Database
from models.decision import Decision, DecisionKind
from models.labels import Act, Tone, Urgency
from models.serial import to_json
from models.states import CaseState, Direction, EditReason
from models.tables import Agent, AssessmentRow, Case, Correction, DecisionRow, Draft, Message
from responses.approving.approval import Approvals
from responses.config import Business, RoadConfig
from responses.corrections import Labels
from responses.hours import OpeningHours
from responses.people.holding import take_over
from responses.proposed import difference_of, supersede
from responses.reports.judged import variant_of, variant_of_part
from responses.reports.learning import Count, Learned, learned
from responses.reports.left_behind import How, left_since
from responses.reports.rewriting import Change
from tests.seed import bound, seed_agent, seed_case, seed_draft

ROME = ZoneInfo("Europe/Rome")
HOURS = OpeningHours.always(ROME)
APPROVALS = Approvals(RoadConfig(business=Business(name="Prova"), timezone=ROME, undo=timedelta(0)))
APOLOGY, REMEDY = "Le chiedo scusa.", "Ci pensa la mia collega."
TEXT = f"Buongiorno Marta. {APOLOGY} {REMEDY}"
DECIDED = Decision(
    kind=DecisionKind.OFFER, policy="p", policy_sha256="a" * 64, complaint_types=(), rule_ids=("ritardo",)
)


async def composed(database: Database) -> Draft:
    """A draft of a rule, as it was composed."""
    async with database.writing() as session:
        case = await seed_case(session)
        row = DecisionRow(
            case_id=case.id,
            revision=0,
            kind=DECIDED.kind,
            tier=DECIDED.tier,
            content=to_json(DECIDED),
            policy_sha256=DECIDED.policy_sha256,
            inputs_sha256="b" * 64,
        )
        session.add(row)
        await session.flush()
        draft = await seed_draft(session, case, TEXT, kind="offer")
        draft.decision_id, draft.variant = row.id, "a-formal"
        draft.parts = [["greeting", f"Buongiorno {case.number}."], ["apology", APOLOGY], ["remedy", REMEDY]]
        return draft


async def approved(
    database: Database, *texts: str, kind: str | None = None, reason: EditReason | None = None
) -> str | None:
    """The draft goes out as the last of these texts; returns what was noted as changed."""
    draft = await composed(database)
    async with database.writing() as session:
        agent = await seed_agent(session, f"agente {draft.case_id}")
        draft = await session.get_one(Draft, draft.id)
        for text in texts:
            draft = await APPROVALS.edit(session, agent, bound(draft), text, kind)
        approval = await APPROVALS.approve(session, agent, bound(draft), HOURS, reason)
        return approval.difference


async def often(times: int, database: Database, *texts: str, **more: object) -> None:
    await asyncio.gather(*(approved(database, *texts, **more) for _ in range(times)))  # type: ignore[arg-type]


async def found(database: Database) -> Learned:
    async with database.reading() as session:
        return await learned(session, utcnow() - timedelta(days=1))


async def test_after_two_edits_the_difference_is_to_the_composed_text(database: Database) -> None:
    difference = await approved(database, "Prima prova.", "Seconda prova.")
    assert difference is not None
    assert difference.splitlines()[-2:] == [f"-{TEXT}", "+Seconda prova."]


async def test_a_text_that_was_edited_back_has_no_difference_and_no_reason(sqlite: Database) -> None:
    assert await approved(sqlite, "Prova.", TEXT, reason=EditReason.TONE) is None
    assert (await found(sqlite)).edited == 0


async def left(database: Database) -> list[tuple[How, list[str]]]:
    """Which drafts were left behind, with the lines that changed."""
    async with database.reading() as session:
        found = await left_since(session, utcnow() - timedelta(days=1))
    return [(one.how, one.difference.splitlines()[-2:]) for one in found]


async def rewritten_from_nothing(database: Database, draft: Draft, agent: Agent) -> None:
    """The agent takes the case over, and sends a text of their own."""
    async with database.writing() as session:
        case = await session.get_one(Case, draft.case_id)
        case.state = CaseState.WAITING_AGENT
        agent = await session.merge(agent)
        await take_over(session, agent, case)
        own = await APPROVALS.write(session, agent, case, "Mio.", kind="hand_over", language="it")
        await APPROVALS.approve(session, agent, bound(own), HOURS)


async def test_an_edit_that_a_new_message_supersedes_is_kept_and_counted(database: Database) -> None:
    draft = await composed(database)
    async with database.writing() as session:
        agent = await seed_agent(session)
        await APPROVALS.edit(session, agent, bound(draft), "Prova.")
    assert await left(database) == []
    async with database.writing() as session:
        await supersede(session, await session.get_one(Case, draft.case_id))
    assert await left(database) == [(How.SUPERSEDED, [f"-{TEXT}", "+Prova."])]
    learned_ = await found(database)
    assert (learned_.superseded, learned_.taken_over, learned_.edited) == (1, 0, 0)


async def test_a_composed_draft_that_is_superseded_was_not_edited(sqlite: Database) -> None:
    draft = await composed(sqlite)
    async with sqlite.writing() as session:
        await supersede(session, await session.get_one(Case, draft.case_id))
    assert await left(sqlite) == []


async def test_who_takes_over_and_writes_anew_leaves_the_difference_to_the_draft(database: Database) -> None:
    draft = await composed(database)
    async with database.writing() as session:
        agent = await seed_agent(session)
    await rewritten_from_nothing(database, draft, agent)
    assert await left(database) == [(How.TAKEN_OVER, [f"-{TEXT}", "+Mio."])]
    learned_ = await found(database)
    assert (learned_.superseded, learned_.taken_over, learned_.edited) == (0, 1, 0)


async def test_an_edited_draft_that_was_taken_over_counts_once(sqlite: Database) -> None:
    draft = await composed(sqlite)
    async with sqlite.writing() as session:
        agent = await seed_agent(session)
        edited = await APPROVALS.edit(session, agent, bound(draft), "Prova.")
    await rewritten_from_nothing(sqlite, edited, agent)
    assert await left(sqlite) == [(How.TAKEN_OVER, [f"-{TEXT}", "+Mio."])]


async def test_an_agents_own_text_is_compared_with_nothing(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        agent = await seed_agent(session)
        case = await seed_case(session)
        own = await APPROVALS.write(session, agent, case, "Mio.", kind="hand_over", language="it")
        again = await APPROVALS.edit(session, agent, bound(own), "Mio, meglio.")
        assert await difference_of(session, again) is None


async def test_a_sentence_that_is_always_rewritten_is_named_with_its_words(database: Database) -> None:
    await often(5, database, TEXT.replace(APOLOGY, "Ci dispiace."), reason=EditReason.TONE)
    await often(3, database)
    told = await found(database)
    (apology,) = [one for one in told.rewritten if one.part == "apology"]
    assert (apology.variant, apology.language, apology.words) == ("a", "it", APOLOGY)
    assert apology.count == Count(changed=5, of=8)
    assert told.reasons == ((EditReason.TONE, Count(changed=5, of=5)),)
    assert (told.approved, told.edited) == (8, 5)
    assert told.overruled == ()


async def test_a_sentence_that_everybody_rewrites_otherwise_is_named_with_what_they_have_in_common(
    sqlite: Database,
) -> None:
    for name in ("Anna", "Bruna", "Carla", "Dora", "Elsa", "Franca"):
        await approved(sqlite, TEXT.replace(APOLOGY, f"Le chiedo davvero scusa, {name}."))
    await often(2, sqlite)
    (apology,) = [one for one in (await found(sqlite)).rewritten if one.part == "apology"]
    assert (apology.words, apology.count) == (APOLOGY, Count(changed=6, of=8))
    assert apology.examples == ((Change("scusa", "davvero scusa, …"), 6),)
    assert (round(apology.count.interval.low, 2), round(apology.count.interval.high, 2)) == (0.41, 0.93)


async def test_words_that_name_somebody_are_not_repeated(sqlite: Database) -> None:
    await often(5, sqlite, "Tutto diverso.")
    (greeting,) = [one for one in (await found(sqlite)).rewritten if one.part == "greeting"]
    assert greeting.words == "Buongiorno …."


async def test_fewer_than_five_are_not_shown(sqlite: Database) -> None:
    await often(4, sqlite, "Tutto diverso.", reason=EditReason.FACT)
    told = await found(sqlite)
    assert (told.edited, told.reasons, told.rewritten, told.overruled) == (4, (), (), ())


async def test_another_remedy_and_another_kind_of_answer_overrule_the_rule(sqlite: Database) -> None:
    await often(3, sqlite, TEXT.replace(REMEDY, "Ci penso io."))
    await often(2, sqlite, "Mi serve il numero.", kind="ask")
    await often(1, sqlite)
    (rule,) = (await found(sqlite)).overruled
    assert (rule.rule_id, rule.count) == ("ritardo", Count(changed=5, of=6))


async def test_why_drafts_were_thrown_away_counts_too_and_so_does_who_did_not_say(sqlite: Database) -> None:
    await often(3, sqlite, TEXT.replace(APOLOGY, "Ci dispiace."), reason=EditReason.TONE)
    await often(4, sqlite, TEXT.replace(APOLOGY, "Ci dispiace."))
    await often(1, sqlite)
    for reason in (EditReason.TONE, EditReason.TONE, None):
        draft = await composed(sqlite)
        async with sqlite.writing() as session:
            agent = await seed_agent(session, f"agente {draft.case_id}")
            await APPROVALS.discard(session, agent, bound(draft), None, reason)
    told = await found(sqlite)
    assert (told.approved, told.edited, told.discarded, told.unsaid) == (8, 7, 3, 5)
    assert told.reasons == ((EditReason.TONE, Count(changed=5, of=10)),)


async def test_fewer_than_five_who_did_not_say_why_are_not_shown(sqlite: Database) -> None:
    await often(4, sqlite, TEXT.replace(APOLOGY, "Ci dispiace."))
    told = await found(sqlite)
    assert (told.edited, told.unsaid) == (4, None)


async def test_labels_taken_away_are_counted_of_all_that_were_said(sqlite: Database) -> None:
    await asyncio.gather(*(_message(sqlite, corrected=number < 5) for number in range(9)))
    told = await found(sqlite)
    (tone,) = told.relabelled
    assert (tone.field, tone.label, tone.instead) == ("tone", "angry", "calm")
    assert tone.count == Count(changed=5, of=9)


def _label(name: str) -> Label:
    return Label(label=name, probability=0.9)


READ = Assessment(
    act=_label("question"),
    complaint_types=(),
    tone=_label("angry"),
    urgency=_label("normal"),
    asks=(),
    own_error=_label("no"),
    language="it",
    entities=Entities(),
    abstained=frozenset(),
    encoder="table",
    heads="table",
)
SAID = Labels(
    act=Act.QUESTION, complaint_types=(), tone=Tone.CALM, urgency=Urgency.NORMAL, asks=(), own_error=False
)


async def _message(database: Database, *, corrected: bool) -> None:
    async with database.writing() as session:
        case = await seed_case(session)
        agent = await seed_agent(session, f"agente {case.id}")
        message = Message(
            case_id=case.id,
            identity_id=case.identity_id,
            direction=Direction.IN,
            kind="text",
            text="A che ora aprite?",
            sent_at=utcnow(),
        )
        session.add(message)
        await session.flush()
        session.add(
            AssessmentRow(
                message_id=message.id, fields=to_json(READ), needs_review=False, encoder="t", heads="t"
            )
        )
        labels = SAID if corrected else replace(SAID, tone=Tone.ANGRY)
        session.add(
            Correction(message_id=message.id, case_id=case.id, agent_id=agent.id, labels=to_json(labels))
        )


@pytest.mark.parametrize(
    ("variant", "apology", "remedy"), [("a-formal", "a", "a"), ("a+b-informal", "b", "a"), (None, "", "")]
)
def test_an_apology_that_moved_on_counts_for_the_wording_it_has(
    variant: str | None, apology: str, remedy: str
) -> None:
    draft = Draft(variant=variant)
    assert (variant_of_part(draft, "apology"), variant_of_part(draft, "remedy")) == (apology, remedy)
    assert variant_of(draft) == remedy
