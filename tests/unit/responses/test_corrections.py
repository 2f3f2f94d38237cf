"""What an agent says of a message holds: for the decision, the draft, everybody's eyes, and to learn from."""

from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.assessment import Assessment, Evidence, Span
from models.database import Database
from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from models.serial import to_json
from models.states import CaseState, Direction, DraftState, OutboxState, Purpose
from models.tables import (
    Agent,
    AssessmentRow,
    Case,
    Correction,
    Customer,
    DecisionRow,
    Draft,
    Event,
    Message,
    OutboxEntry,
)
from responses.cases import claim, raise_revision
from responses.config import RoadConfig
from responses.corrections import (
    DeskExample,
    Labels,
    Understood,
    correct,
    corrected,
    desk_examples,
    understood,
)
from responses.customers.threats import is_threat
from responses.errors import BlockedError
from responses.intake.files import FileStore
from responses.intake.filing import due_now
from responses.intake.samples import remove_samples
from responses.people.holding import take_over
from responses.privacy.erasure import erase_person
from responses.privacy.export import export_person
from responses.views import queue, view_case
from tests.seed import now, seed_agent, seed_case
from tests.unit.responses.triage_road import Road, assessed, label

LATE = assessed("complaint", "delivery_late")
THANKS = assessed("praise", tone=label("grateful"))
AS_READ = Labels(
    act=Act.COMPLAINT,
    complaint_types=("delivery_late",),
    tone=Tone.CALM,
    urgency=Urgency.NORMAL,
    asks=(),
    own_error=False,
)
BROKEN_WORD = replace(AS_READ, complaint_types=("promise_broken",))
PRAISE = replace(AS_READ, act=Act.PRAISE, complaint_types=(), tone=Tone.GRATEFUL)


class Office(Road):
    """The road, and agents who correct what was read on it."""

    async def hires(self, name: str) -> Agent:
        async with self.database.writing() as session:
            return await seed_agent(session, name)

    async def message(self, case: Case) -> Message:
        """The customer's last one in the case."""
        async with self.database.reading() as session:
            query = select(Message).where(Message.case_id == case.id, Message.direction == Direction.IN)
            return (await session.scalars(query.order_by(Message.id.desc()).limit(1))).one()

    async def says(
        self,
        agent: Agent,
        case: Case,
        labels: Labels,
        message: Message | None = None,
        types: tuple[str, ...] = tuple(ComplaintType),
    ) -> bool:
        """The agent says what the message (the last one) means, and triage does what is due."""
        said = message or await self.message(case)
        async with self.database.writing() as session:
            held = await session.get_one(Case, case.id, with_for_update=True)
            anew = await correct(
                session, await session.get_one(Agent, agent.id), held, said.id, labels, types
            )
        await self.triage.run(case.id)
        return anew

    async def edits(self, message: Message, text: str, labels: Assessment) -> Message:
        """The customer edits the message, which is read again."""
        self.labels[text] = labels
        assert message.case_id is not None
        async with self.database.writing() as session:
            version = Message(
                case_id=message.case_id,
                identity_id=message.identity_id,
                external_id=message.external_id,
                edit=message.edit + 1,
                direction=Direction.IN,
                text=text,
                sent_at=now(),
            )
            session.add(version)
            case = await session.get_one(Case, message.case_id)
            await raise_revision(session, case)
            await due_now(session, case)
        await self.triage.run(message.case_id)
        return version

    async def case(self, case: Case) -> Case:
        async with self.database.reading() as session:
            return await session.get_one(Case, case.id)

    async def rules(self, case: Case) -> list[str]:
        """The rules of the newest decision."""
        async with self.database.reading() as session:
            query = select(DecisionRow.content).where(DecisionRow.case_id == case.id)
            content = (await session.scalars(query.order_by(DecisionRow.id.desc()).limit(1))).one()
        return list(content["rule_ids"])

    async def meaning(self, case: Case) -> Understood:
        message = await self.message(case)
        async with self.database.reading() as session:
            return (await understood(session, [message.id]))[message.id]

    async def examples(self) -> list[DeskExample]:
        async with self.database.reading() as session:
            return await desk_examples(session)


@pytest_asyncio.fixture
async def office(database: Database, config: RoadConfig) -> Office:
    office = Office(database, config)
    await office.prepare()
    return office


@pytest_asyncio.fixture
async def giulia(office: Office) -> Agent:
    return await office.hires("Giulia")


async def test_another_complaint_type_fires_another_rule_and_redoes_the_draft(
    office: Office, giulia: Agent
) -> None:
    case = await office.writes("Mi avevate promesso una telefonata", LATE)
    before, rules = await office.draft(case), await office.rules(case)
    assert await office.says(giulia, case, BROKEN_WORD) is True
    after, standing = await office.draft(case), await office.case(case)
    assert await office.rules(case) != rules
    assert (before.kind, after.kind) == ("ask", "offer")
    assert (standing.state, after.revision) == (CaseState.WAITING_AGENT, standing.revision)
    assert standing.revision > case.revision


async def test_everybody_sees_what_was_said(office: Office, giulia: Agent) -> None:
    case = await office.writes("Mi avevate promesso una telefonata", LATE)
    await office.says(giulia, case, BROKEN_WORD)
    async with office.database.reading() as session:
        shown = (
            await view_case(session, await session.get_one(Case, case.id), office.config.timezone)
        ).messages[0]
        (line,) = await queue(session)
    assert shown.corrected_by == "Giulia"
    assert shown.assessment == line.assessment == corrected(LATE, BROKEN_WORD)


async def test_the_newest_word_counts_and_the_earlier_stays(office: Office, giulia: Agent) -> None:
    case = await office.writes("Mi avevate promesso una telefonata", LATE)
    await office.says(giulia, case, replace(BROKEN_WORD, urgency=Urgency.HIGH))
    await office.says(await office.hires("Sara"), case, BROKEN_WORD)
    meaning = await office.meaning(case)
    assert (meaning.corrected_by, meaning.assessment.urgency.label) == ("Sara", "normal")
    assert await office.number(Correction) == 2
    assert (await office.case(case)).urgency == "normal"


async def test_a_confirmation_is_kept_and_leaves_the_draft_alone(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    draft = await office.draft(case)
    assert await office.says(giulia, case, AS_READ) is False
    assert (await office.draft(case)).id == draft.id
    assert (await office.meaning(case)).corrected_by == "Giulia"
    assert [example.labels for example in await office.examples()] == [AS_READ]


async def test_confirming_what_was_in_doubt_decides_anew(office: Office, giulia: Agent) -> None:
    unsure = replace(LATE, abstained=frozenset({"complaint_types"}))
    case = await office.writes("Il pacco è in ritardo", unsure)
    kind = (await office.draft(case)).kind
    assert await office.says(giulia, case, AS_READ) is True
    assert ((await office.draft(case)).kind, kind) == ("ask", "hand_over")
    assert (await office.meaning(case)).assessment.needs_review is False


async def test_a_word_on_an_answered_message_reopens_nothing(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    await office.answers(giulia, case)
    answered = await office.case(case)
    assert await office.says(giulia, case, BROKEN_WORD) is False
    standing = await office.case(case)
    assert (standing.state, standing.revision) == (answered.state, answered.revision)
    assert (await office.meaning(case)).assessment.complaint_types[0].label == "promise_broken"


async def test_a_word_on_an_answered_message_leaves_the_draft_for_the_next_one(
    office: Office, giulia: Agent
) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    answered = await office.message(case)
    await office.answers(giulia, case)
    await office.writes("Allora, dov'è?", LATE)
    draft = await office.draft(case)
    assert await office.says(giulia, case, BROKEN_WORD, answered) is False
    assert draft.revision == (await office.case(case)).revision


async def answered_and_thanked(office: Office, giulia: Agent) -> Case:
    case = await office.writes("Mi avevate promesso una telefonata", LATE)
    await office.says(giulia, case, BROKEN_WORD)
    await office.answers(giulia, case)
    thanked = await office.writes("Grazie tante", THANKS)
    assert thanked.state in (CaseState.ANSWERED, CaseState.PROMISED)
    return thanked


async def test_thanks_that_were_meant_otherwise_are_read_as_if_they_had_just_come(
    office: Office, giulia: Agent
) -> None:
    case = await answered_and_thanked(office, giulia)
    sarcastic = replace(BROKEN_WORD, tone=Tone.SARCASTIC)
    assert await office.says(giulia, case, sarcastic) is True
    assert (await office.case(case)).state == CaseState.WAITING_AGENT


async def test_thanks_in_another_tone_stay_thanks(office: Office, giulia: Agent) -> None:
    case = await answered_and_thanked(office, giulia)
    await office.says(giulia, case, replace(PRAISE, tone=Tone.CALM))
    assert (await office.case(case)).state == case.state
    assert await office.number(Draft, Draft.state == DraftState.PROPOSED) == 0


async def test_what_was_no_spam_comes_back(office: Office, giulia: Agent) -> None:
    case = await office.writes("Guadagna subito il mio rimborso", assessed("spam"))
    assert case.state == CaseState.SPAM
    await office.says(giulia, case, AS_READ)
    assert (await office.case(case)).state == CaseState.WAITING_AGENT


async def test_what_is_spam_leaves_the_table(office: Office, giulia: Agent) -> None:
    async with office.database.writing() as session:
        (await session.get_one(Agent, giulia.id)).telegram_id = 99
    waiting = (OutboxEntry.purpose == Purpose.CARD, OutboxEntry.state == OutboxState.PENDING)
    case = await office.writes("Offerta imperdibile", LATE)
    assert await office.number(OutboxEntry, *waiting) > 0
    await office.says(giulia, case, replace(AS_READ, act=Act.SPAM))
    assert (await office.case(case)).state == CaseState.SPAM
    assert await office.number(Draft, Draft.state == DraftState.PROPOSED) == 0
    assert await office.number(OutboxEntry, *waiting) == 0


async def test_who_has_taken_the_case_over_gets_no_draft(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    async with office.database.writing() as session:
        agent = await session.get_one(Agent, giulia.id)
        await take_over(session, agent, await session.get_one(Case, case.id))
    await office.triage.run(case.id)
    assert await office.says(giulia, case, BROKEN_WORD) is False
    assert (await office.case(case)).state == CaseState.TAKEN_OVER


async def test_a_case_that_a_colleague_holds_is_left_alone(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    sara = await office.hires("Sara")
    async with office.database.writing() as session:
        await claim(session, await session.get_one(Case, case.id), await session.get_one(Agent, sara.id))
    with pytest.raises(BlockedError, match="claimed"):
        await office.says(giulia, case, BROKEN_WORD)
    assert await office.number(Correction) == 0


async def test_a_message_of_another_case_is_refused(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    async with office.database.writing() as session:
        other = await seed_case(session)
    with pytest.raises(BlockedError, match="gone"):
        await office.says(giulia, other, BROKEN_WORD, await office.message(case))


@pytest.mark.parametrize(
    ("direction", "text", "read"),
    [
        (Direction.OUT, "Buongiorno", True),
        (Direction.NOTE, "sentito il magazzino", True),
        (Direction.IN, "", True),
        (Direction.IN, "Il pacco è in ritardo", False),
    ],
    ids=["our answer", "a note", "no words", "not read yet"],
)
async def test_only_a_customers_words_that_were_read_are_corrected(
    office: Office, giulia: Agent, direction: Direction, text: str, read: bool
) -> None:
    async with office.database.writing() as session:
        case = await seed_case(session)
        said = Message(case_id=case.id, direction=direction, text=text, sent_at=now())
        session.add(said)
        await session.flush()
        row = AssessmentRow(
            message_id=said.id, fields=to_json(LATE), needs_review=False, encoder="t", heads="t"
        )
        session.add_all([row] * read)
    with pytest.raises(BlockedError, match="gone"):
        await office.says(giulia, case, AS_READ, said)


async def test_a_type_that_nobody_knows_is_refused(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il parcheggio era pieno", LATE)
    parking = replace(AS_READ, complaint_types=("parking",))
    with pytest.raises(BlockedError, match="label_unknown"):
        await office.says(giulia, case, parking)
    assert await office.says(giulia, case, parking, types=("parking",)) is True


async def test_a_type_of_earlier_heads_may_stay(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il parcheggio era pieno", assessed("complaint", "parking"))
    await office.says(giulia, case, replace(AS_READ, complaint_types=("parking", "no_reply")))
    types = (await office.meaning(case)).assessment.complaint_types
    assert [one.label for one in types] == ["parking", "no_reply"]


async def test_what_is_no_complaint_has_no_types(office: Office, giulia: Agent) -> None:
    case = await office.writes("Quando arriva il pacco?", LATE)
    await office.says(giulia, case, replace(AS_READ, act=Act.QUESTION))
    assert (await office.meaning(case)).assessment.complaint_types == ()
    assert (await office.examples())[0].labels.complaint_types == ()


async def test_the_trail_names_the_fields_that_changed(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    await office.says(giulia, case, replace(AS_READ, tone=Tone.ANGRY, asks=(Ask.REFUND,), own_error=True))
    async with office.database.reading() as session:
        query = select(Event).where(Event.action == "message.corrected")
        event = (await session.scalars(query)).one()
    assert (event.actor, event.case_id) == (giulia.id, case.id)
    assert event.details == {"fields": "tone asks own_error"}


def test_what_is_stated_is_certain_and_the_rest_stays() -> None:
    read = assessed("complaint", "no_reply", "delivery_late", abstained=frozenset({"tone"}))
    said = corrected(read, replace(AS_READ, complaint_types=("delivery_late", "item_wrong", "no_reply")))
    # What the model found comes first and in its order, so that a confirmation turns no draft around.
    assert said.complaint_types == tuple(
        label(one, 1.0) for one in ("no_reply", "delivery_late", "item_wrong")
    )
    assert (said.act, said.own_error) == (label("complaint", 1.0), label("no", 1.0))
    assert said.abstained == frozenset()
    assert (said.language, said.entities, said.encoder) == (read.language, read.entities, read.encoder)


async def test_words_are_underlined_for_labels_that_still_stand(office: Office, giulia: Agent) -> None:
    case = await office.writes(
        "Pacco in ritardo e nessuno risponde", assessed("complaint", "delivery_late", "no_reply")
    )
    found = [
        Evidence(field="complaint_types", label=name, spans=(Span(start=0, end=5),))
        for name in ("delivery_late", "no_reply")
    ]
    async with office.database.writing() as session:
        row = (await session.scalars(select(AssessmentRow))).one()
        row.evidence = [to_json(one) for one in found]
    await office.says(giulia, case, replace(AS_READ, complaint_types=("no_reply",)))
    assert (await office.meaning(case)).evidence == (found[1],)


async def test_examples_come_in_the_order_of_the_labelling_with_their_newest_labels(
    office: Office, giulia: Agent
) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    first = await office.message(case)
    await office.writes("Mi avevate promesso una telefonata", LATE)
    await office.says(giulia, case, AS_READ, first)
    await office.says(giulia, case, BROKEN_WORD)
    await office.says(giulia, case, PRAISE, first)
    found = await office.examples()
    assert [(one.text, one.labels) for one in found] == [
        ("Mi avevate promesso una telefonata", BROKEN_WORD),
        ("Il pacco è in ritardo", PRAISE),
    ]
    assert {one.case_id for one in found} == {case.id}
    assert found[0].corrected_at < found[1].corrected_at


LAWYER = "Se non mi ridate i soldi vi mando l'avvocato, e non solo lui."
THREATENING = assessed("complaint", "delivery_late", tone=label("threatening"))


async def test_a_press_says_that_it_is_a_threat_whatever_lawful_step_it_names(
    office: Office, giulia: Agent
) -> None:
    case = await office.writes(LAWYER, THREATENING)
    message = await office.message(case)

    async def counts() -> bool:
        async with office.database.reading() as session:
            return is_threat(LAWYER, (await understood(session, [message.id]))[message.id])

    as_read = replace(AS_READ, tone=Tone.THREATENING)
    # All labels stand: whoever confirms them has not said that a lawyer is a threat.
    assert not await office.says(giulia, case, as_read)
    assert not await counts()
    assert await office.says(giulia, case, replace(as_read, threat=True))
    assert await counts()
    # Nothing else was said of it: what is learnt from the desk is the labels alone.
    async with office.database.reading() as session:
        found = (await understood(session, [message.id]))[message.id].assessment
    assert (found.tone.label, found.urgency.label) == ("threatening", "normal")
    assert await office.says(giulia, case, as_read)
    assert not await counts()


async def test_an_agent_may_also_say_that_it_is_none(office: Office, giulia: Agent) -> None:
    words = "Adesso vi faccio vedere io chi sono."
    case = await office.writes(words, THREATENING)
    message = await office.message(case)

    async def counts() -> bool:
        async with office.database.reading() as session:
            return is_threat(words, (await understood(session, [message.id]))[message.id])

    as_read = replace(AS_READ, tone=Tone.THREATENING)
    await office.says(giulia, case, replace(as_read, threat=True))
    assert await counts()
    await office.says(giulia, case, replace(as_read, threat=False))
    assert not await counts()


async def test_what_is_calm_is_no_threat(office: Office, giulia: Agent) -> None:
    case = await office.writes(LAWYER, THREATENING)
    message = await office.message(case)
    await office.says(giulia, case, replace(AS_READ, threat=True))
    async with office.database.reading() as session:
        assert not is_threat(LAWYER, (await understood(session, [message.id]))[message.id])


async def test_each_version_of_an_edited_message_has_its_own_labels(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    first = await office.message(case)
    await office.says(giulia, case, BROKEN_WORD, first)
    second = await office.edits(first, "Il pacco è arrivato, grazie", THANKS)
    meaning = await office.meaning(case)
    assert (meaning.corrected_by, meaning.assessment) == (None, THANKS)
    # A page that stayed open speaks of the version that it shows: nothing is drafted for it.
    draft = await office.draft(case)
    assert await office.says(giulia, case, AS_READ, first) is False
    assert (await office.draft(case)).id == draft.id
    await office.says(giulia, case, PRAISE, second)
    assert [(one.text, one.labels.act) for one in await office.examples()] == [
        ("Il pacco è in ritardo", "complaint"),
        ("Il pacco è arrivato, grazie", "praise"),
    ]


@pytest.mark.parametrize("kind", ["is_sample", "is_test"])
async def test_samples_and_tests_teach_nothing(office: Office, giulia: Agent, kind: str) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE, **{kind: True})
    await office.says(giulia, case, BROKEN_WORD)
    assert (await office.meaning(case)).corrected_by == "Giulia"
    assert await office.examples() == []


async def test_samples_go_with_what_was_said_of_them(office: Office, giulia: Agent) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE, is_sample=True)
    await office.says(giulia, case, BROKEN_WORD)
    async with office.database.writing() as session:
        assert await remove_samples(session, giulia.id) == 1
    assert await office.number(Correction) == 0


async def test_an_erased_persons_words_are_no_example_and_their_labels_stay(
    office: Office, giulia: Agent
) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    await office.says(giulia, case, BROKEN_WORD)
    message = await office.message(case)
    async with office.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), "system")
    assert await office.examples() == []
    assert (await office.meaning(case)).assessment.complaint_types == (label("promise_broken", 1.0),)
    with pytest.raises(BlockedError, match="erased"):
        await office.says(giulia, case, AS_READ, message)


async def test_an_export_shows_what_was_said_of_each_message(
    office: Office, giulia: Agent, tmp_path: Path
) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    await office.says(giulia, case, BROKEN_WORD)
    async with office.database.reading() as session:
        customer = await session.get_one(Customer, case.customer_id)
        export = await export_person(session, customer, FileStore(str(tmp_path)))
    (said,) = export["cases"][0]["messages"][0]["corrections"]
    assert said["labels"]["complaint_types"] == ["promise_broken"]
