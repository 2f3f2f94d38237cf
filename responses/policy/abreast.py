"""Two policies over one past, abreast: what cannot come out otherwise is decided once."""

from dataclasses import fields, replace

from responses.policy.conditions import Condition
from responses.policy.coverage import Run
from responses.policy.decide import entries_for, runs_of
from responses.policy.replay import Judged, Past, Replay
from responses.policy.schema import Owed, Policy, Rule
from responses.policy.situation import situations
from responses.policy.verdicts import Truth, evaluate

# What a file is called and where things stand in it decides nothing; its entries are compared one by one.
_NO_GROUND = frozenset({"name", "file", "sha256", "effective", "places", "texts", "words", "owed", "rules"})


class Abreast:
    """Judges each case by two replays, in the order of time.

    Where the policies agree in all but their entries, a case is decided once if the customer was given the
    same by both until then, and both have the same entries for it, or those that differ do not hold.
    """

    def __init__(self, new: Replay, old: Replay) -> None:
        self._new, self._old = new, old
        self._same_ground = _same_ground(new.policy, old.policy)
        self._differences: dict[tuple[Run, bool], tuple[Condition, ...] | None] = {}

    def judge(self, past: Past) -> tuple[Judged, Judged]:
        """What becomes of a case by the new policy, and by the old one."""
        if self._same_ground and self._old.stands_as(self._new, past.customer) and self._agree(past):
            after = self._new.judge(past)
            return after, self._old.follow(self._new, past, after)
        return self._new.judge(past), self._old.judge(past)

    def _agree(self, past: Past) -> bool:
        """Whether nothing in which the policies differ has a say in the case."""
        open_to: list[tuple[str | None, tuple[Condition, ...]]] = []
        for run in runs_of(past.act, past.complaint_types):
            found = self._differing(run, every="complaint_types" in past.abstained)
            if found is None:
                return False
            if found:
                open_to.append((run.complaint_type, found))
        if not open_to:
            return True
        matter = self._new.matter(past)
        seen = situations(self._new.policy, matter, [complaint_type for complaint_type, _ in open_to])
        return all(
            evaluate(condition, situation).truth is Truth.FALSE
            for situation, (_, conditions) in zip(seen, open_to, strict=True)
            for condition in conditions
        )

    def _differing(self, run: Run, *, every: bool) -> tuple[Condition, ...] | None:
        """When the entries hold that differ by what they do alone; None where others do."""
        if (run, every) not in self._differences:
            new, old = (_entries(one.policy, run, every=every) for one in (self._new, self._old))
            self._differences[run, every] = _conditions_of(new, old)
        return self._differences[run, every]


def _conditions_of(new: list[Owed | Rule], old: list[Owed | Rule]) -> tuple[Condition, ...] | None:
    if len(new) != len(old):
        return None
    differing = [(one, other) for one, other in zip(new, old, strict=True) if one != other]
    return tuple(one.when for one, _ in differing) if all(_stand_alike(*pair) for pair in differing) else None


def _stand_alike(one: Owed | Rule, other: Owed | Rule) -> bool:
    """Whether two entries take each other's place: where they do not hold, they leave the same behind."""
    return (
        type(one) is type(other)
        and one.when == other.when
        and (
            not isinstance(one, Rule)
            or not isinstance(other, Rule)
            or one.ends_the_search == other.ends_the_search
        )
    )


def _same_ground(one: Policy, other: Policy) -> bool:
    names = [field.name for field in fields(Policy) if field.name not in _NO_GROUND]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _entries(policy: Policy, run: Run, *, every: bool) -> list[Owed | Rule]:
    owed, rules = entries_for(policy, run, every=every)
    return [*(replace(one, key="") for one in owed), *(replace(one, key="") for one in rules)]
