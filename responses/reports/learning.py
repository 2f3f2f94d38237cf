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
from responses.drafts.slots import has_placeholder
from responses.reports.intervals import Interval, Share
from responses.reports.judged import REAL, Judged, judged_since, parts_of, variant_of_part
from responses.reports.left_behind import How, left_since
from responses.reports.overruling import Instead, overruled_rules
from responses.reports.rewriting import Change, Words, became, changes, most_frequent, shown, words_in

FEWEST = 5
"""Counts under this are not shown."""
_EXAMPLES = 3
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

    @property
    def interval(self) -> Interval:
        """Between what the true share lies, at 95 %: Wilson's."""
        return Share(count=self.changed, of=self.of).interval()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """A wording: a part of drafts (`apology`) in one variant and language.

    `words` are those it most often has, `examples` the most frequent changes, each with how many of the edits
    had it. In both, `…` stands for words that fewer than five people were written.
    """

    part: str
    variant: str
    language: str
    words: str
    examples: tuple[tuple[Change, int], ...]
    count: Count


@dataclass(frozen=True, kw_only=True, slots=True)
class Overruled:
    """A rule whose answer agents changed, and what was given instead how often: together `count.changed`."""

    rule_id: str
    instead: tuple[tuple[Instead, int], ...]
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

    `approved` are the composed drafts that were sent, `edited` those of them with changes, `discarded` those
    thrown away. `reasons` say why of the two, `unsaid` how many of them have none: who was asked did not say
    (None where fewer than five did not). `superseded` are edited drafts that the case moved on from,
    `taken_over` those in place of which an agent who had taken the case over sent a text of their own.
    """

    approved: int
    edited: int
    discarded: int
    superseded: int
    taken_over: int
    unsaid: int | None
    reasons: tuple[tuple[EditReason, Count], ...]
    rewritten: tuple[Rewritten, ...]
    overruled: tuple[Overruled, ...]
    relabelled: tuple[Relabelled, ...]


async def learned(session: AsyncSession, since: datetime) -> Learned:
    """What was corrected since then; samples, tests and what was taken back are left out."""
    verdicts = await judged_since(session, since)
    sent = [one for one in verdicts if one.is_sent]
    edited = [one for one in sent if one.approval.difference]
    discarded = [one for one in verdicts if not one.is_sent]
    wrong = [*edited, *discarded]
    reasons = Counter(one.approval.edit_reason for one in wrong if one.approval.edit_reason is not None)
    left = Counter(one.how for one in await left_since(session, since))
    unsaid = len(wrong) - reasons.total()
    return Learned(
        approved=len(sent),
        edited=len(edited),
        discarded=len(discarded),
        superseded=left[How.SUPERSEDED],
        taken_over=left[How.TAKEN_OVER],
        unsaid=unsaid if unsaid >= FEWEST else None,
        reasons=tuple(
            (EditReason(reason), Count(changed=changed, of=len(wrong)))
            for reason, changed in reasons.most_common()
            if changed >= FEWEST
        ),
        rewritten=tuple(_rewritten(sent)),
        overruled=tuple(
            Overruled(rule_id=one.rule_id, instead=one.instead, count=Count(changed=one.changed, of=one.of))
            for one in await overruled_rules(session, verdicts)
            if one.changed >= FEWEST
        ),
        relabelled=tuple(_relabelled(await _labels(session, since))),
    )


@dataclass(frozen=True, slots=True)
class _Use:
    """One draft that had a wording, and what came in its place; None where it was left alone."""

    customer_id: str
    words: Words
    instead: Words | None


def _rewritten(sent: Sequence[Judged]) -> list[Rewritten]:
    """By the lower end of the interval: three of three may be chance, thirty of forty are none."""
    uses: dict[tuple[str, str, str], list[_Use]] = defaultdict(list)
    for one in sent:
        if one.is_of_its_kind:
            for name, use in _uses(one):
                uses[name, variant_of_part(one.composed, name), one.composed.language].append(use)
    found = []
    for (name, variant, language), used in uses.items():
        edits = [(one, one.instead) for one in used if one.instead is not None]
        if len(edits) < FEWEST:
            continue
        old = _said_to_many((one.customer_id, one.words) for one in used)
        new = _said_to_many((one.customer_id, instead) for one, instead in edits)
        forms = Counter(shown(one.words, old) for one in used)
        examples = most_frequent(
            [changes(one.words, instead) for one, instead in edits], old, new | old, FEWEST
        )
        found.append(
            Rewritten(
                part=name,
                variant=variant,
                language=language,
                words=forms.most_common(1)[0][0],
                examples=tuple(examples[:_EXAMPLES]),
                count=Count(changed=len(edits), of=len(used)),
            )
        )
    return sorted(found, key=lambda one: -one.count.interval.low)


def _uses(one: Judged) -> list[tuple[str, _Use]]:
    if one.composed is one.last or one.composed.text == one.last.text:
        return [
            (name, _Use(one.customer_id, words_in(words), None)) for name, words in parts_of(one.composed)
        ]
    parts = [(str(name), str(words)) for name, words in one.composed.parts]
    composed = [words_in(words) for _, words in parts]
    return [
        (name, _Use(one.customer_id, words, instead))
        for (name, written), words, instead in zip(
            parts, composed, became(composed, words_in(one.last.text)), strict=True
        )
        # Who fills a blank changes nothing.
        if not has_placeholder(written)
    ]


def _said_to_many(texts: Iterable[tuple[str, Words]]) -> frozenset[str]:
    """The words that at least five people were written: those name nobody."""
    people: dict[str, set[str]] = defaultdict(set)
    for customer_id, words in texts:
        for word in words:
            people[word.key].add(customer_id)
    return frozenset(key for key, who in people.items() if len(who) >= FEWEST)


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
