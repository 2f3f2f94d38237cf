"""What signals change in a decision: who approves, how the answer is given, and favours beyond what is due.

What is owed stays as it is, and so does every favour for a failure that is established as ours.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from models.decision import Basis, Decision, DecisionKind, Given, Manner, Matter, RemedyKind, Role
from models.labels import Act
from responses.policy.given import later, still_counts
from responses.policy.joining import Grant, Option
from responses.policy.limits import Limited, higher
from responses.policy.schema import Consequence, Policy
from responses.policy.sentences import Sentences
from responses.policy.signals import LOUD, Raised, raised, told
from responses.policy.situation import situation
from responses.policy.trial import Trial

# Words cost nothing, and what customers pay themselves is no favour.
_NO_GIFTS = frozenset({RemedyKind.WORDS, RemedyKind.EXCHANGE_AT_COST})


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of all the complaint types of a matter, within the limits."""

    trials: Sequence[Trial]
    limited: Limited


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    raised: Raised
    then: Consequence

    @property
    def binds_favours(self) -> bool:
        """Whether it may hold a favour back. How the message at hand is said changes no amount."""
        return self.raised.before or self.raised.count not in LOUD


class Heeding:
    """The signals of one matter, and what they change in it."""

    def __init__(self, policy: Policy, matter: Matter, language: str) -> None:
        self._policy = policy
        self._matter = matter
        self._language = language
        self._say = Sentences(language, policy)
        found = raised(policy, matter.record, matter.now)
        then = {signal.name: signal.then for signal in policy.signals} if found else {}
        self._heard = [_Heard(raised=one, then=then[one.name]) for one in found]
        self._binding = [one for one in self._heard if one.binds_favours]
        self._notes: list[str] = []
        self._cut: list[str] = []

    @property
    def binds_favours(self) -> bool:
        """Whether any of them may hold a favour back."""
        return bool(self._binding)

    def hold_back(
        self,
        outcome: Outcome,
        *,
        without_climbing: Callable[[], Outcome | None],
        limit: Callable[[Sequence[Grant]], Limited],
    ) -> Outcome:
        """An offer without the favours that a signal holds back, or with the proof they wait for.

        Args:
            outcome: what would be offered.
            without_climbing: the same with no step up the ladder but for what is established as ours; None
                where that is no offer.
            limit: keeps grants within the limits.
        """
        if any(trial.climbed and not trial.fault_is_established for trial in outcome.trials):
            outcome = self._not_raised(outcome, without_climbing, limit)
        kept = self._once(outcome)
        if kept != outcome.limited.grants:
            outcome = replace(outcome, limited=limit(kept))
        return self._proven(outcome, limit)

    def told(self, decision: Decision, trials: Sequence[Trial]) -> Decision:
        """The decision with everything else that the signals change, and what the agent is told of it."""
        if not self._heard:
            return decision
        decision = replace(decision, signals=tuple(one.raised.name for one in self._heard))
        gives = any(map(_is_gift, _options(decision)))
        if self._matter.act == Act.COMPLAINT or gives:
            ours = any(trial.fault_is_established for trial in trials)
            decision = self._sooner(self._answered(decision))
            decision = self._approved(decision, gives=gives)
            offers = decision.kind is DecisionKind.OFFER and gives and not ours
            worth = next((one for one in self._heard if one.then.show_worth), None) if offers else None
            if worth is not None:
                self._note("signal_show_worth", worth)
                decision = replace(decision, show_worth=True)
            for one in self._heard:
                if one.then.exit and not ours:
                    self._note("signal_exit", one)
        return replace(
            decision,
            notes=tuple(dict.fromkeys((*decision.notes, *self._notes))),
            limits_cut=tuple(dict.fromkeys((*decision.limits_cut, *self._cut))),
        )

    def _not_raised(
        self,
        outcome: Outcome,
        without_climbing: Callable[[], Outcome | None],
        limit: Callable[[Sequence[Grant]], Limited],
    ) -> Outcome:
        first = next((one for one in self._binding if one.then.never_raise), None)
        if first is None:
            return outcome
        self._note("signal_never_raise", first)
        # The lower step may want facts that the higher one did not: nothing else is to wait for them.
        return without_climbing() or replace(outcome, limited=limit(_without_gifts(outcome)))

    def _once(self, outcome: Outcome) -> tuple[Grant, ...]:
        """What is left where a favour was given before, and once is what the signal says."""
        for one in self._binding:
            had = self._favour_within(one) if one.then.once else None
            if had is not None:
                day = had.at.astimezone(self._policy.timezone).date()
                for kinds in _held_back(outcome):
                    remedy = self._say.kinds(kinds)
                    self._cut.append(
                        self._say("signal_once", remedy=remedy, day=day, signal=self._words(one))
                    )
                return _without_gifts(outcome)
        return outcome.limited.grants

    def _favour_within(self, one: _Heard) -> Given | None:
        had = (*self._matter.given_here, *self._matter.history)
        within = [
            given
            for given in had
            if given.at <= self._matter.now < later(given.at, one.raised.within)
            and still_counts(given)
            and given.kind not in _NO_GIFTS
        ]
        return max(within, key=lambda given: given.at, default=None)

    def _proven(self, outcome: Outcome, limit: Callable[[Sequence[Grant]], Limited]) -> Outcome:
        """Asks for the proof of favours; where there is more to give than these, that does not wait."""
        waiting = _held_back(outcome)
        wanted = [(one, self._lacking(one)) for one in self._binding]
        one, lacking = next(((one, names) for one, names in wanted if names), (None, ()))
        if not waiting or one is None:
            return outcome
        names = tuple(dict.fromkeys(name for _, each in wanted for name in each))
        rest = _without_gifts(outcome)
        due = any(grant.owed or not _is_free(grant, outcome) for grant in rest)
        if due or any(trial.fault_is_established for trial in outcome.trials):
            for kinds in waiting:
                remedy, facts = self._say.kinds(kinds), self._say.facts(names)
                self._cut.append(
                    self._say("signal_unproven", remedy=remedy, facts=facts, signal=self._words(one))
                )
            return replace(outcome, limited=limit(rest))
        self._note("signal_proof", one, facts=self._say.facts(lacking))
        first = outcome.trials[0]
        unavailable = situation(self._policy, self._matter, None).unavailable
        first.missing += [name for name in names if name not in unavailable]
        if unavailable.intersection(names):
            first.hand_over = first.hand_over or Role.AGENT
        return outcome

    def _lacking(self, one: _Heard) -> tuple[str, ...]:
        seen = situation(self._policy, self._matter, None)
        return tuple(name for name in one.then.proof if name not in seen.known or name in seen.presumed)

    def _answered(self, decision: Decision) -> Decision:
        wanted = [(one, one.then.answer) for one in self._heard if one.then.answer is not None]
        if decision.manner is not None or not wanted:
            return decision
        # Whoever threatens now is answered with care first, however long they have been a customer.
        one, manner = min(wanted, key=lambda each: each[1] is Manner.REASSURE)
        self._note("signal_answer", one, answer=self._say.manner(manner))
        return replace(decision, manner=manner)

    def _sooner(self, decision: Decision) -> Decision:
        first = next((one for one in self._heard if one.then.sooner), None)
        if first is None:
            return decision
        self._note("signal_sooner", first)
        return replace(decision, sooner=True)

    def _approved(self, decision: Decision, *, gives: bool) -> Decision:
        """Who approves. A question binds nobody, nor does saying where a promise stands, and nobody else is
        needed for what is owed alone."""
        only_owed = bool(decision.offers) and not decision.refusals and not gives
        binds = decision.kind not in (DecisionKind.ASK, DecisionKind.STATUS)
        if not binds or (decision.kind is DecisionKind.OFFER and only_owed):
            return decision
        for one in self._heard:
            tier = one.then.tier
            if tier is not None and higher(decision.tier, tier) is not decision.tier:
                decision = replace(decision, tier=tier)
                self._note("signal_tier", one, role=self._say.role(tier))
        return decision

    def _note(self, phrase: str, one: _Heard, **fields: str) -> None:
        self._notes.append(self._say(phrase, signal=self._words(one), **fields))

    def _words(self, one: _Heard) -> str:
        return told(one.raised, self._language)


def _options(decision: Decision) -> Iterable[Option]:
    for offer in decision.offers:
        for option in offer.options:
            yield Option(remedy=option, basis=offer.basis_of(option))


def _is_gift(option: Option) -> bool:
    return option.basis is Basis.GOODWILL and option.kind not in _NO_GIFTS


def _is_free(grant: Grant, outcome: Outcome) -> bool:
    """Whether nothing it was joined from is established as our failure."""
    ours = {trial.complaint_type for trial in outcome.trials if trial.fault_is_established}
    return grant.joined.isdisjoint(ours)


def _held_back(outcome: Outcome) -> list[tuple[RemedyKind, ...]]:
    """The favours that a signal may hold back, by kind."""
    return [
        tuple(option.kind for option in grant.options if _is_gift(option))
        for grant in outcome.limited.grants
        if _is_free(grant, outcome) and any(map(_is_gift, grant.options))
    ]


def _without_gifts(outcome: Outcome) -> tuple[Grant, ...]:
    kept = []
    for grant in outcome.limited.grants:
        left = tuple(option for option in grant.options if not _is_gift(option))
        if not _is_free(grant, outcome) or len(left) == len(grant.options):
            kept.append(grant)
        elif left:
            kept.append(replace(grant, options=left))
    return tuple(kept)
