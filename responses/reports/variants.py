"""Wording variants against each other: how often each was used and rewritten, and what came after it.

Which variant somebody gets hangs on their id alone, as by a draw: the people with one are like those with
another, and whatever differs between them beyond chance comes from the words.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.labels import Act, Tone
from models.states import Direction
from models.states import Verdict as AgentsVerdict
from models.tables import Approval, Case, Message, Rating
from responses.corrections import Understood, understood
from responses.drafts.compose import VARIANTS
from responses.reports.intervals import Interval, Share, Verdict, difference, together
from responses.reports.judged import REAL, Judged, judged_since, parts_of, says, variant_of

ENOUGH = 100
"""So many people each of two variants must have before they are compared."""
GOOD_MARK = 4
"""From this mark on, of five, it went well."""
ANSWERS_WITHIN = timedelta(days=7)
"""Until then what a customer writes is taken as their word on the answer, and silence is waited for."""

_ANGRY = frozenset({Tone.ANGRY, Tone.THREATENING, Tone.ABUSIVE})
_AT_ONCE = 500


class Outcome(StrEnum):
    """What may become of an answer."""

    REWRITTEN = "rewritten"  # agents changed its words before it went out
    ANGRY = "angry"  # the customer wrote again, in anger
    THANKED = "thanked"
    WELL_RATED = "well_rated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """The first answer that one person got in a language, and what became of it, as far as that is known."""

    language: str
    variant: str
    became: Mapping[Outcome, bool]
    mark: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """One variant in one language: how many answers `used` it, and what became of those of its people.

    Each person counts once, with their first answer: ten answers to one person do not tell ten times as much.
    `mark` is the mean of the marks, None where there are none.
    """

    language: str
    variant: str
    used: int
    people: int
    shares: Mapping[Outcome, Share]
    mark: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contrast:
    """Two variants in one language: by how much more often the first came to this, within `interval`."""

    language: str
    outcome: Outcome
    variants: tuple[str, str]
    shares: tuple[Share, Share]
    interval: Interval
    verdict: Verdict

    @property
    def difference(self) -> float:
        """In [-1, 1]."""
        return self.shares[0].share - self.shares[1].share


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacking:
    """Of how many more people each of these variants has to be known before it is compared."""

    language: str
    outcome: Outcome
    people: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Variants:
    """The report, each list by language, outcome and variant."""

    figures: tuple[Figures, ...]
    contrasts: tuple[Contrast, ...]
    lacking: tuple[Lacking, ...]


async def variants_since(session: AsyncSession, since: datetime, now: datetime) -> Variants:
    """What has become of the answers since then; samples, tests and what was taken back are left out."""
    sent = [
        one
        for one in await judged_since(session, since)
        if one.is_sent and one.is_of_its_kind and variant_of(one.composed) in VARIANTS
    ]
    used: dict[tuple[str, str], int] = defaultdict(int)
    first: dict[tuple[str, str], Judged] = {}
    for one in sent:
        used[one.composed.language, variant_of(one.composed)] += 1
        first.setdefault((one.composed.language, one.customer_id), one)
    met = await _met(session, list(first.values()), since, now)
    contrasts, lacking = compare_variants(met)
    return Variants(figures=tuple(_figures(met, used)), contrasts=contrasts, lacking=lacking)


def compare_variants(met: Sequence[Met]) -> tuple[tuple[Contrast, ...], tuple[Lacking, ...]]:
    """Every two variants of a language of which enough is known, and what is lacking for the others."""
    pairs: list[tuple[str, Outcome, tuple[str, str], tuple[Share, Share]]] = []
    lacking = []
    for language in sorted({each.language for each in met}):
        for outcome in Outcome:
            shares = {name: _share(_of(met, language, name), outcome) for name in VARIANTS}
            few = {name: ENOUGH - share.of for name, share in shares.items() if share.of < ENOUGH}
            if few:
                lacking.append(Lacking(language=language, outcome=outcome, people=few))
            pairs += [
                (language, outcome, names, (shares[names[0]], shares[names[1]]))
                for names in combinations([name for name in VARIANTS if name not in few], 2)
            ]
    # Of twenty equal pairs one lies outside of its own interval: the verdict counts how many are looked at.
    sure = together(len(pairs))
    contrasts = []
    for language, outcome, names, (one, other) in pairs:
        interval = difference(one, other)
        contrasts.append(
            Contrast(
                language=language,
                outcome=outcome,
                variants=names,
                shares=(one, other),
                interval=interval,
                verdict=_verdict(interval, difference(one, other, sure)),
            )
        )
    return tuple(contrasts), tuple(lacking)


def _verdict(alone: Interval, among_all: Interval) -> Verdict:
    if alone.holds_nought:
        return Verdict.NONE
    return Verdict.DOUBT if among_all.holds_nought else Verdict.SHOWN


def _figures(met: Sequence[Met], used: Mapping[tuple[str, str], int]) -> Iterator[Figures]:
    for (language, variant), times in sorted(used.items()):
        people = list(_of(met, language, variant))
        marks = [one.mark for one in people if one.mark is not None]
        yield Figures(
            language=language,
            variant=variant,
            used=times,
            people=len(people),
            shares={outcome: _share(people, outcome) for outcome in Outcome},
            mark=sum(marks) / len(marks) if marks else None,
        )


def _of(met: Iterable[Met], language: str, variant: str) -> Iterator[Met]:
    return (one for one in met if (one.language, one.variant) == (language, variant))


def _share(met: Iterable[Met], outcome: Outcome) -> Share:
    known = [one.became[outcome] for one in met if outcome in one.became]
    return Share(count=sum(known), of=len(known))


async def _met(session: AsyncSession, first: Sequence[Judged], since: datetime, now: datetime) -> list[Met]:
    replies = await _replies(session, first, since)
    known: dict[str, Understood] = {}
    wanted = sorted(set(replies.values()))
    for start in range(0, len(wanted), _AT_ONCE):
        known |= await understood(session, wanted[start : start + _AT_ONCE])
    rated = await session.execute(
        select(Rating.case_id, Rating.mark, Rating.created_at).where(
            Rating.created_at >= since, Rating.mark.is_not(None)
        )
    )
    marks = {case_id: (mark, at) for case_id, mark, at in rated}
    met = []
    for one in first:
        at = one.approval.created_at
        mark, rated_at = marks.get(one.approval.case_id, (None, at))
        mark = mark if rated_at > at else None
        became = _rewritten(one)
        if mark is not None:
            became[Outcome.WELL_RATED] = mark >= GOOD_MARK
        reply = replies.get(one.approval.id)
        if now >= at + ANSWERS_WITHIN and (reply is None or reply in known):
            became |= _told(known[reply] if reply is not None else None)
        met.append(
            Met(language=one.composed.language, variant=variant_of(one.composed), became=became, mark=mark)
        )
    return met


def _rewritten(one: Judged) -> dict[Outcome, bool]:
    """Nothing of a draft in which every part had a blank to be filled."""
    parts = [words for _, words in parts_of(one.composed)]
    return {Outcome.REWRITTEN: any(not says(one.last.text, words) for words in parts)} if parts else {}


def _told(reply: Understood | None) -> dict[Outcome, bool]:
    """What the customer's next word says; silence is neither anger nor thanks."""
    if reply is None:
        return {Outcome.ANGRY: False, Outcome.THANKED: False}
    found = reply.assessment
    tone = found.tone.label if "tone" not in found.abstained else None
    praises = found.act.label == Act.PRAISE and "act" not in found.abstained
    return {Outcome.ANGRY: tone in _ANGRY, Outcome.THANKED: praises or tone == Tone.GRATEFUL}


async def _replies(session: AsyncSession, first: Sequence[Judged], since: datetime) -> dict[str, str]:
    """By approval the id of what the customer wrote next, before our next answer and within the time.

    In the same case, or in one that was split off from it.
    """
    answered: dict[str, list[datetime]] = defaultdict(list)
    approvals = select(Approval.case_id, Approval.created_at).where(
        Approval.verdict == AgentsVerdict.SEND, Approval.undone_at.is_(None), Approval.created_at >= since
    )
    for case_id, at in await session.execute(approvals.order_by(Approval.id)):
        answered[case_id].append(at)
    written: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    messages = (
        select(Message.id, Message.created_at, Case.id, Case.linked_case_id)
        .join(Case, Case.id == Message.case_id)
        .where(
            Message.direction == Direction.IN,
            Message.edit == 0,
            Message.created_at >= since,
            *REAL,
        )
        .order_by(Message.created_at, Message.id)
    )
    for message_id, at, case_id, linked in await session.execute(messages):
        written[case_id].append((at, message_id))
        if linked is not None:
            written[linked].append((at, message_id))
    found = {}
    for one in first:
        at, case_id = one.approval.created_at, one.approval.case_id
        until = min([at + ANSWERS_WITHIN, *(later for later in answered[case_id] if later > at)])
        after = [message_id for when, message_id in written[case_id] if at < when <= until]
        if after:
            found[one.approval.id] = after[0]
    return found
