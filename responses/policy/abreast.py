"""Two policies over one past, abreast: what cannot come out otherwise is decided once."""

from dataclasses import fields, replace

from responses.policy.coverage import Run
from responses.policy.decide import entries_for, runs_of
from responses.policy.replay import Judged, Past, Replay
from responses.policy.schema import Owed, Policy, Rule

# What a file is called and where things stand in it decides nothing; its entries are compared one by one.
_NO_GROUND = frozenset({"name", "file", "sha256", "effective", "places", "texts", "words", "owed", "rules"})


class Abreast:
    """Judges each case by two replays, in the order of time.

    Where the policies agree in all but their entries, a case is decided once if both have the same entries
    for it, and the customer was given the same by both until then.
    """

    def __init__(self, new: Replay, old: Replay) -> None:
        self._new, self._old = new, old
        self._same_ground = _same_ground(new.policy, old.policy)
        self._same_entries: dict[tuple[Run, bool], bool] = {}

    def judge(self, past: Past) -> tuple[Judged, Judged]:
        """What becomes of a case by the new policy, and by the old one."""
        if self._same_ground and self._agree(past) and self._old.stands_as(self._new, past.customer):
            after = self._new.judge(past)
            return after, self._old.follow(self._new, past, after)
        return self._new.judge(past), self._old.judge(past)

    def _agree(self, past: Past) -> bool:
        """Whether both policies try the same on every complaint type of the case."""
        every = "complaint_types" in past.abstained
        for run in runs_of(past.act, past.complaint_types):
            if (run, every) not in self._same_entries:
                new, old = (_entries(one.policy, run, every=every) for one in (self._new, self._old))
                self._same_entries[run, every] = new == old
            if not self._same_entries[run, every]:
                return False
        return True


def _same_ground(one: Policy, other: Policy) -> bool:
    names = [field.name for field in fields(Policy) if field.name not in _NO_GROUND]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _entries(policy: Policy, run: Run, *, every: bool) -> list[Owed | Rule]:
    owed, rules = entries_for(policy, run, every=every)
    return [*(replace(one, key="") for one in owed), *(replace(one, key="") for one in rules)]
