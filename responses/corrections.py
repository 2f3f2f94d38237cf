"""Corrections: an agent says what a message means, and from then on that holds, whatever was understood."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment, Evidence, Label
from models.labels import Act, Ask, Tone, Urgency
from models.serial import from_json, to_json
from models.states import CaseState, Direction
from models.tables import Agent, AssessmentRow, Case, Correction, Customer, Message
from responses.approving.rights import check_free
from responses.cases import move, open_messages, raise_revision
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import due_now

_FIELDS = ("act", "complaint_types", "tone", "urgency", "asks", "own_error")
_AT_REST = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.WAITING_CUSTOMER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """All that is said of a message. `complaint_types` is empty unless `act` is `complaint`.

    `threat`: an agent has said that it is a threat, whatever lawful step it names, or that it is none.
    """

    act: Act
    complaint_types: tuple[str, ...]
    tone: Tone
    urgency: Urgency
    asks: tuple[Ask, ...]
    own_error: bool
    threat: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What a message means, and which words carried it; by whom it was corrected, if by anybody.

    `tone_by_agent` says that its tone had been read otherwise, or was in doubt, before an agent set it,
    `called_a_threat` that an agent has called it a threat and no lawful step.
    """

    assessment: Assessment
    evidence: tuple[Evidence, ...] = ()
    corrected_by: str | None = None
    tone_by_agent: bool = False
    called_a_threat: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskExample:
    """A message as a customer wrote it, labelled by an agent: something to learn from."""

    text: str
    labels: Labels
    case_id: str
    corrected_at: datetime


async def understood(session: AsyncSession, message_ids: Collection[str]) -> dict[str, Understood]:
    """What these messages mean: the newest assessment of each, and an agent's word over it.

    Messages that nobody has read yet have no entry.
    """
    rows = await session.execute(
        select(AssessmentRow, Correction, Agent.name)
        .outerjoin(Correction, Correction.message_id == AssessmentRow.message_id)
        .outerjoin(Agent, Agent.id == Correction.agent_id)
        .where(AssessmentRow.message_id.in_(message_ids))
        .order_by(AssessmentRow.id, Correction.id)
    )
    assessed: dict[str, AssessmentRow] = {}
    newest: dict[str, tuple[Correction, str]] = {}
    for assessment_row, correction, name in rows:
        assessed[assessment_row.message_id] = assessment_row
        if correction is not None:
            newest[correction.message_id] = (correction, name)
    found = {
        message_id: Understood(
            assessment=from_json(Assessment, row.fields),
            evidence=tuple(from_json(Evidence, one) for one in row.evidence or ()),
        )
        for message_id, row in assessed.items()
    }
    for message_id, (row, name) in newest.items():
        known = found[message_id]
        labels = from_json(Labels, row.labels)
        assessment = corrected(known.assessment, labels)
        found[message_id] = Understood(
            assessment=assessment,
            evidence=tuple(one for one in known.evidence if one.label in _said(assessment, one.field)),
            corrected_by=name,
            tone_by_agent=labels.tone != known.assessment.tone.label or "tone" in known.assessment.abstained,
            called_a_threat=labels.threat,
        )
    return found


def corrected(assessment: Assessment, labels: Labels) -> Assessment:
    """The assessment as an agent says: what is stated is certain, and nothing is left open."""
    return replace(
        assessment,
        act=_sure(labels.act),
        complaint_types=_all_sure(assessment.complaint_types, labels.complaint_types),
        tone=_sure(labels.tone),
        urgency=_sure(labels.urgency),
        asks=_all_sure(assessment.asks, labels.asks),
        own_error=_sure("yes" if labels.own_error else "no"),
        abstained=frozenset(),
    )


async def correct(
    session: AsyncSession,
    agent: Agent,
    case: Case,
    message_id: str,
    labels: Labels,
    complaint_types: Collection[str],
) -> bool:
    """An agent says what a customer's message means; returns whether the case is decided anew.

    It is when the message waits for an answer and something is other than it was held to be, or no longer in
    doubt. A confirmation leaves the draft on the table as it is: somebody may have edited it.

    Args:
        session: the caller's writing transaction.
        agent: who says it.
        case: the message's case.
        message_id: the version of the message that was read.
        labels: what it means; complaint types of what is no complaint are left out.
        complaint_types: those that there are. Those that the message has already may stay.

    Raises:
        BlockedError: `gone` (not a message of a customer in this case, without words, or not read yet),
            `label_unknown`, `claimed`, `erased`.
        NotAllowedError: `own_case`.
    """
    await check_free(session, agent, case)
    message = await session.get(Message, message_id)
    if message is None or message.case_id != case.id or message.direction != Direction.IN:
        raise BlockedError("gone")
    before = (await understood(session, [message_id])).get(message_id)
    if before is None or not message.text.strip():
        raise BlockedError("gone")
    if labels.act != Act.COMPLAINT:
        labels = replace(labels, complaint_types=())
    known = {*complaint_types, *_said(before.assessment, "complaint_types")}
    for label in labels.complaint_types:
        if label not in known:
            raise BlockedError("label_unknown", label=label)
    after = corrected(before.assessment, labels)
    changed = [field for field in _FIELDS if _said(before.assessment, field) != _said(after, field)]
    if labels.threat != before.called_a_threat:
        changed.append("threat")
    session.add(Correction(message_id=message_id, case_id=case.id, agent_id=agent.id, labels=to_json(labels)))
    record(session, agent.id, "message.corrected", case.id, fields=" ".join(changed))
    if not changed and not before.assessment.needs_review:
        return False
    if case.state == CaseState.TAKEN_OVER or message_id not in {
        one.id for one in await open_messages(session, case.id)
    }:
        return False
    if case.state in _AT_REST:
        # As when the message came: whether it is more than thanks, or a matter of its own, triage sees.
        case.reopened_from = case.state
    move(case, CaseState.DRAFTING)
    await raise_revision(session, case)
    await due_now(session, case)
    return True


async def desk_examples(session: AsyncSession) -> list[DeskExample]:
    """Every message that agents have labelled and whose words are still there, in the order of the labelling.

    A message counts with its newest correction, and each version of an edited one with its own. Samples,
    tests and people who were erased are left out.
    """
    rows = await session.execute(
        select(Correction, Message.text)
        .join(Message, Message.id == Correction.message_id)
        .join(Case, Case.id == Correction.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .where(
            Message.text != "",
            Customer.erased_at.is_(None),
            Case.is_sample.is_(False),
            Case.is_test.is_(False),
        )
        .order_by(Correction.id)
    )
    newest = {row.message_id: (row, text) for row, text in rows}
    examples = [
        DeskExample(
            text=text,
            labels=from_json(Labels, row.labels),
            case_id=row.case_id,
            corrected_at=row.created_at,
        )
        for row, text in newest.values()
    ]
    return sorted(examples, key=lambda one: one.corrected_at)


def _sure(label: str) -> Label:
    return Label(label=str(label), probability=1.0)


def _all_sure(found: Sequence[Label], said: Sequence[str]) -> tuple[Label, ...]:
    """What was found too comes first, and in its order: a draft begins with what weighs most."""
    agreed = [one.label for one in found if one.label in said]
    return tuple(_sure(label) for label in dict.fromkeys((*agreed, *said)))


def _said(assessment: Assessment, field: str) -> frozenset[str]:
    value: Label | tuple[Label, ...] = getattr(assessment, field)
    return frozenset(one.label for one in (value if isinstance(value, tuple) else (value,)))
