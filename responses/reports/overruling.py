"""Overruling: what customers were given instead of what a rule had decided for them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import DecisionKind
from models.serial import from_json
from models.states import EditReason
from responses.checks import Beyond
from responses.offers import withheld_by
from responses.policy.withheld import Place
from responses.reports.judged import Judged, parts_of, says

_AT_ONCE = 500
_GIVES = frozenset({"remedy", "gesture", "choice"})


class Instead(StrEnum):
    """What came in the place of a rule's answer, the plainest first."""

    MORE = "more"
    LESS = "less"
    ANOTHER = "another"  # something else, or something that nobody can put a figure to
    WITHHELD = "withheld"  # what was decided was left out, and nothing came in its place
    DECLINED = "declined"  # the agent wrote a no
    ASKED = "asked"  # the agent put a question first
    DISCARDED = "discarded"  # the draft was thrown away
    REWORDED = "reworded"  # the books say the same; the words, or the agent, say that it was not right


_OF_KIND: Mapping[str, Instead] = {DecisionKind.ASK: Instead.ASKED, DecisionKind.DECLINE: Instead.DECLINED}


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCount:
    """How many drafts a rule made, and what came instead of how many of them."""

    rule_id: str
    of: int
    instead: tuple[tuple[Instead, int], ...]

    @property
    def changed(self) -> int:
        """How many were overruled, one way or another."""
        return sum(times for _, times in self.instead)


async def overruled_rules(session: AsyncSession, verdicts: Sequence[Judged]) -> list[RuleCount]:
    """Every rule that these verdicts are about, by how often it was overruled."""
    sent = [one.approval.id for one in verdicts if one.is_sent and one.approval.difference]
    withheld: dict[str, frozenset[Place]] = {}
    for start in range(0, len(sent), _AT_ONCE):
        withheld |= await withheld_by(session, sent[start : start + _AT_ONCE])
    of: Counter[str] = Counter()
    ways: dict[str, Counter[Instead]] = defaultdict(Counter)
    for one in verdicts:
        if one.decision is None:
            continue
        without = {one.decision.offers[number].rule_id for number, _ in withheld.get(one.approval.id, ())}
        for rule in dict.fromkeys(one.decision.rule_ids):
            of[rule] += 1
            way = _instead(one, rule, without)
            ways[rule].update([way] if way is not None else [])
    found = [
        RuleCount(rule_id=rule, of=times, instead=tuple(ways[rule].most_common()))
        for rule, times in of.items()
    ]
    return sorted(found, key=lambda one: -one.changed)


def _instead(one: Judged, rule: str, without: set[str]) -> Instead | None:
    """`without` are the rules of which something was withheld."""
    if not one.is_sent:
        return Instead.DISCARDED
    if not one.is_of_its_kind:
        return _OF_KIND.get(one.last.kind, Instead.ANOTHER)
    if one.approval.off_policy is not None:
        found = from_json(Beyond, one.approval.off_policy)
        gives = found.extra is None or found.extra.amount > 0
        if (rule in without or found.withheld) and not gives:
            return Instead.WITHHELD
        if rule in without or found.extra is None or found.extra.amount == 0:
            return Instead.ANOTHER
        return Instead.MORE if found.extra.amount > 0 else Instead.LESS
    if without:
        return Instead.WITHHELD if rule in without else None
    if one.approval.edit_reason == EditReason.AMOUNT or _says_otherwise(one):
        return Instead.REWORDED
    return None


def _says_otherwise(one: Judged) -> bool:
    return bool(one.approval.difference) and any(
        not says(one.last.text, words) for name, words in parts_of(one.composed) if name in _GIVES
    )
