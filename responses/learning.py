"""What agents keep correcting: wordings they rewrite, rules they overrule, labels they put right.

Nothing is said of who did it, and nothing of less than five: one odd case is no habit, and five agree.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment, Label
from models.serial import from_json
from models.states import EditReason
from models.tables import AssessmentRow, Case, Correction, Message
from responses.corrections import Labels, corrected
from responses.judged import REAL, Judged, judged_since, parts_of, says, variant_of_part

FEWEST = 5
"""Counts under this are not shown."""
_GIVES = frozenset({"remedy", "gesture", "choice"})
_FIELDS = ("act", "complaint_types", "tone", "urgency", "asks", "own_error")


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How often something was changed, of how often it was there."""

    changed: int
    of: int

    @property
    def share(self) -> float:
        """The part that was changed, in [0, 1]."""
        return self.changed / self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """A part of drafts (`apology`) in one wording variant and language.

    `example` are its words where at least five drafts had the very same.
    """

    part: str
    variant: str
    language: str
    example: str | None
    count: Count


@dataclass(frozen=True, kw_only=True, slots=True)
class Overruled:
    """A rule whose answer agents changed: another remedy, another kind of answer, or thrown away."""

    rule_id: str
    count: Count


@dataclass(frozen=True, kw_only=True, slots=True)
class Relabelled:
    """A label that agents took away from messages. `instead` is what they said most often, None for nothing.

    Of a field with one label that is another one, of the others what was added in the same breath.
    """

    field: str
    label: str
    instead: str | None
    count: Count


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """Everything since a day, each list by falling count.

    `approved` are the composed drafts that were sent, `edited` those of them with changes; `reasons` say why,
    where an agent did.
    """

    approved: int
    edited: int
    reasons: tuple[tuple[EditReason, Count], ...]
    rewritten: tuple[Rewritten, ...]
    overruled: tuple[Overruled, ...]
    relabelled: tuple[Relabelled, ...]


async def learned(session: AsyncSession, since: datetime) -> Learned:
    """What was corrected since then; samples, tests and what was taken back are left out."""
    verdicts = await judged_since(session, since)
    sent = [one for one in verdicts if one.is_sent]
    edited = [one for one in sent if one.approval.difference]
    reasons = Counter(one.approval.edit_reason for one in edited if one.approval.edit_reason is not None)
    return Learned(
        approved=len(sent),
        edited=len(edited),
        reasons=tuple(
            (EditReason(reason), Count(changed=changed, of=len(edited)))
            for reason, changed in reasons.most_common()
            if changed >= FEWEST
        ),
        rewritten=tuple(_rewritten(sent)),
        overruled=tuple(_overruled(verdicts)),
        relabelled=tuple(_relabelled(await _labels(session, since))),
    )


def _rewritten(sent: Sequence[Judged]) -> list[Rewritten]:
    there: Counter[tuple[str, str, str]] = Counter()
    changed: Counter[tuple[str, str, str]] = Counter()
    words_of: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for one in sent:
        if not one.is_of_its_kind:
            continue
        for name, words in parts_of(one.composed):
            key = (name, variant_of_part(one.composed, name), one.composed.language)
            there[key] += 1
            words_of[key][words] += 1
            changed[key] += not says(one.last.text, words)
    found = []
    for key, count in changed.most_common():
        if count >= FEWEST:
            words, times = words_of[key].most_common(1)[0]
            found.append(
                Rewritten(
                    part=key[0],
                    variant=key[1],
                    language=key[2],
                    example=words if times >= FEWEST else None,
                    count=Count(changed=count, of=there[key]),
                )
            )
    return found


def _overruled(verdicts: Sequence[Judged]) -> list[Overruled]:
    there: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for one in verdicts:
        if one.decision is None:
            continue
        overruled = (
            not one.is_sent
            or not one.is_of_its_kind
            or one.approval.edit_reason == EditReason.AMOUNT
            or any(not says(one.last.text, words) for name, words in parts_of(one.composed) if name in _GIVES)
        )
        for rule in dict.fromkeys(one.decision.rule_ids):
            there[rule] += 1
            changed[rule] += overruled
    return [
        Overruled(rule_id=rule, count=Count(changed=count, of=there[rule]))
        for rule, count in changed.most_common()
        if count >= FEWEST
    ]


async def _labels(session: AsyncSession, since: datetime) -> list[tuple[Assessment, Assessment | None]]:
    """What the classifier said of each message since then, and what an agent did, where one has."""
    rows = await session.execute(
        select(AssessmentRow.message_id, AssessmentRow.fields)
        .join(Message, Message.id == AssessmentRow.message_id)
        .join(Case, Case.id == Message.case_id)
        .where(AssessmentRow.created_at >= since, *REAL)
        .order_by(AssessmentRow.id)
    )
    said: dict[str, dict[str, Any]] = {row.message_id: row.fields for row in rows}
    corrections = await session.execute(
        select(Correction.message_id, Correction.labels)
        .join(Message, Message.id == Correction.message_id)
        .join(AssessmentRow, AssessmentRow.message_id == Message.id)
        .where(AssessmentRow.created_at >= since)
        .order_by(Correction.id)
    )
    corrected_as: dict[str, dict[str, Any]] = {row.message_id: row.labels for row in corrections}
    found = []
    for message_id, fields in said.items():
        assessment = from_json(Assessment, fields)
        labels = corrected_as.get(message_id)
        after = corrected(assessment, from_json(Labels, labels)) if labels is not None else None
        found.append((assessment, after))
    return found


def _relabelled(pairs: Iterable[tuple[Assessment, Assessment | None]]) -> list[Relabelled]:
    there: Counter[tuple[str, str]] = Counter()
    taken: Counter[tuple[str, str]] = Counter()
    instead: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for before, after in pairs:
        for field in _FIELDS:
            said = _said(before, field)
            now = said if after is None else _said(after, field)
            for label in said:
                there[field, label] += 1
                if label not in now:
                    taken[field, label] += 1
                    instead[field, label].update(one for one in now if one not in said)
    return [
        Relabelled(
            field=field,
            label=label,
            instead=next(iter(dict(instead[field, label].most_common(1))), None),
            count=Count(changed=count, of=there[field, label]),
        )
        for (field, label), count in taken.most_common()
        if count >= FEWEST
    ]


def _said(assessment: Assessment, field: str) -> list[str]:
    value: Label | tuple[Label, ...] = getattr(assessment, field)
    return [one.label for one in (value if isinstance(value, tuple) else (value,))]
