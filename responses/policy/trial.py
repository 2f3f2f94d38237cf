"""Tries what is owed and the rules on one complaint type of a matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from models.decision import (
    Basis,
    Commitment,
    Given,
    Manner,
    Refused,
    RemedyKind,
    Role,
    Step,
    StepOutcome,
)
from models.labels import Act
from models.money import Money
from responses.policy.amounts import Valued, value_remedy
from responses.policy.conditions import Subject, Test
from responses.policy.given import Occasion, already_met, of_the_same_failure, standing, was_favour
from responses.policy.joining import Grant, Option
from responses.policy.limits import higher
from responses.policy.schema import Choice, Owed, Policy, PromiseSpec, RemedySpec, Rule, Texts
from responses.policy.sentences import Sentences, listed, plain
from responses.policy.situation import FAULT, ORDER, PRICE, FactInput, Situation
from responses.policy.verdicts import Truth, Verdict, evaluate

# The step that stands for what was given before, beside those of the rules.
GIVEN_STEP = "given"

_PLAIN_SUBJECTS = (Subject.MESSAGE, Subject.FACT)


@dataclass(kw_only=True, slots=True)
class Trial:
    """What came of one complaint type. Filled while trying, read afterwards.

    `missing` are facts that someone can supply and that stand before a decision; `unsure` the classifier's
    fields that do, `open_before` the entries that wait for either. `settled` says that something decides
    this type, be it an apology alone; `climbed` that the second time earned a step up the ladder.
    """

    complaint_type: str | None
    grants: list[Grant] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    settled: bool = False
    status: bool = False
    open_before: list[str] = field(default_factory=list)
    second_time: bool = False
    climbed: bool = False
    hand_over: Role | None = None
    refusal: Refused | None = None
    explanation: Texts | None = None
    apologise: bool = False
    our_fault: bool | None = None
    fault_is_established: bool = False
    manner: Manner | None = None
    tier: Role = Role.AGENT
    rule_ids: list[str] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    presumed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """The entries that have a say in a matter; with `explain` each leaves a step that tells how it went."""

    owed: tuple[Owed, ...]
    rules: tuple[Rule, ...]
    explain: bool


def try_type(
    policy: Policy, situation: Situation, say: Sentences, tried: Tried, *, climbs: bool = True
) -> Trial:
    """Try everything on one complaint type: what was given, what is owed, then the rules from the top.

    Without `climbs` the second time earns no step up the ladder, unless the failure is established as ours.
    """
    return _Trial(policy, situation, say, tried, climbs=climbs).run()


class _Trial:
    def __init__(
        self, policy: Policy, situation: Situation, say: Sentences, tried: Tried, *, climbs: bool
    ) -> None:
        self.policy = policy
        self.situation = situation
        self.say = say
        self.tried = tried
        self.matter = situation.matter
        self.standing = standing(policy, situation.matter, situation.complaint_type)
        self.climbs = climbs or situation.fault_is_established
        self.result = Trial(
            complaint_type=situation.complaint_type,
            our_fault=situation.our_fault,
            fault_is_established=situation.fault_is_established,
        )

    def run(self) -> Trial:
        result = self.result
        if self.standing.occasion is Occasion.FOLLOW_UP:
            self._follow_up()
            return result
        if self.standing.occasion is Occasion.UNSURE:
            self._same_or_another()
        result.second_time = self.standing.occasion is Occasion.SECOND
        if result.second_time:
            day = self._day(self.standing.before[0].at)
            complaint = self.say.complaint(result.complaint_type)
            result.notes.append(self.say("second_time", day=day, complaint=complaint))
        self._try_owed()
        rule = self._try_rules()
        result.settled = bool(rule is not None or result.grants)
        if result.second_time and result.settled and self.policy.second_time is not None:
            result.tier = higher(result.tier, self.policy.second_time.tier)
        waits = self._waits()
        if rule is not None and rule.hand_over is not None and not result.grants and not waits:
            result.hand_over = rule.hand_over
        elif not result.settled and not waits:
            result.hand_over = Role.AGENT
            result.notes.append(self.say("no_rule", complaint=self.say.complaint(result.complaint_type)))
        if waits:
            # Goodwill is decided when its turn comes; what is owed stands whatever else turns out.
            result.grants = [grant for grant in result.grants if grant.owed]
        result.apologise = self._apologise(rule)
        return result

    def _same_or_another(self) -> None:
        """It was answered before, perhaps for this very order: only the number tells, or a person."""
        if ORDER in self.situation.known or ORDER in self.situation.unavailable:
            self.result.hand_over = Role.AGENT
        else:
            self.result.missing.append(ORDER)
        day = self._day(self.standing.before[0].at)
        complaint = self.say.complaint(self.result.complaint_type)
        self.result.notes.append(self.say("same_or_another", day=day, complaint=complaint))

    def _waits(self) -> bool:
        """Whether something must be known before this type can be decided."""
        return bool(self.result.missing or self.result.unsure)

    def _follow_up(self) -> None:
        """Nothing more is given for what was put right, except what turns out to be owed after all."""
        result, before = self.result, self.standing.before
        if self.standing.in_time and not self.situation.fault_is_established:
            result.our_fault = None  # nothing has failed yet, whatever is presumed of a broken promise
        phrase = "in_time" if self.standing.in_time else "given"
        self._step(GIVEN_STEP, StepOutcome.MATCHED, self.say(phrase, day=self._day(before[0].at)))
        for owed in self.tried.owed:
            verdict = self._judge(owed)
            if verdict is None or verdict.truth is Truth.FALSE:
                continue
            if verdict.truth is Truth.OPEN:
                if verdict.facts:
                    rule, facts = self.say.quoted(owed.id), self.say.facts(verdict.facts)
                    result.notes.append(self.say("owed_open", rule=rule, facts=facts))
                continue
            for options in self._value(owed.give, owed.id, Basis.OWED):
                remedies = tuple(option.remedy for option in options)
                met = already_met(remedies, self.standing, self.matter)
                if met is None:
                    self._grant(options, owed)
                else:
                    reason = self.say("owed_given", day=self._day(met.at))
                    self._step(owed.id, StepOutcome.NOT_MATCHED, reason)
        result.status = not result.grants
        result.settled = bool(result.grants)

    def _try_owed(self) -> None:
        """Grant all that is owed; note the facts that may still open more."""
        for owed in self.tried.owed:
            verdict = self._judge(owed)
            if verdict is None:
                continue
            if verdict.truth is Truth.OPEN:
                self.result.unsure += verdict.unsure
                self.result.open_before.append(owed.id)
                self._note_missing(owed, verdict)
            elif verdict.truth is Truth.TRUE:
                for options in self._value(owed.give, owed.id, Basis.OWED):
                    self._grant(options, owed)
                self._note_match(owed, verdict)
                self._promise(owed.promise, owed.id)

    def _judge(self, owed: Owed) -> Verdict | None:
        """The verdict on an entry of `owed`; None for one that is not in force."""
        today = self.situation.today
        if (owed.since is not None and today < owed.since) or (owed.until is not None and owed.until < today):
            reason = self.say("not_in_force", day=today)
            self._step(owed.id, StepOutcome.NOT_MATCHED, reason)
            return None
        verdict = evaluate(owed.when, self.situation)
        self._explain(owed.id, verdict)
        return verdict

    def _try_rules(self) -> Rule | None:
        """Apply the first rule from the top that matches, and return it.

        What stands open before it is noted as missing, and then nothing is applied yet. Where the
        classifier is unsure of what rules above read, the match counts if they would do just the same.
        """
        result = self.result
        doubtful: list[tuple[Rule, Verdict]] = []
        found: tuple[Rule, Verdict] | None = None
        for rule in self.tried.rules:
            verdict = evaluate(rule.when, self.situation)
            self._explain(rule.id, verdict)
            if not rule.ends_the_search:
                self._apply_manner(rule, verdict)
            elif verdict.truth is Truth.TRUE:
                found = rule, verdict
                break
            elif verdict.truth is Truth.OPEN:
                if verdict.unsure:
                    doubtful.append((rule, verdict))
                else:
                    result.open_before.append(rule.id)
                self._note_missing(rule, verdict)
            elif all(test.name in self.situation.presumed for test in verdict.deciding):
                result.presumed += verdict.presumed  # but for the presumption it might have matched
        if found is None or not all(_do_the_same(rule, found[0]) for rule, _ in doubtful):
            result.unsure += [field for _, verdict in doubtful for field in verdict.unsure]
            result.open_before += [rule.id for rule, _ in doubtful]
        if found is None:
            return None
        if self._waits():
            self._say_pending()
            return None
        self._apply(*found)
        return found[0]

    def _say_pending(self) -> None:
        """The last step found the rule that would count: why it does not yet."""
        result, say = self.result, self.say
        if not self.tried.explain:
            return
        if result.open_before:
            number = "one" if len(result.open_before) == 1 else "other"
            pending = say(f"pending_{number}", rules=say.rules(result.open_before))
        else:
            pending = say("pending_known", facts=say.facts(dict.fromkeys(result.missing)))
        result.steps[-1] = replace(result.steps[-1], pending=pending)

    def _note_missing(self, entry: Owed | Rule, verdict: Verdict) -> None:
        """What must be known before an open entry can be judged, and with it what its amounts will need:
        everything is asked for at once."""
        if verdict.unsure:
            return  # while the classifier may be wrong about the matter itself, its facts are not asked for
        missing = self.result.missing
        missing += verdict.facts
        favour = isinstance(entry, Rule)
        for spec in (spec for choice in entry.give for spec in choice):
            valued = value_remedy(spec, self.policy, self.situation)
            missing += self._can_come(valued, Basis.GOODWILL if favour else Basis.OWED)
            if favour and spec.kind is not RemedyKind.WORDS and self._bounds_by_unknown_price():
                missing.append(PRICE)

    def _bounds_by_unknown_price(self) -> bool:
        return self.policy.limits.share_of_price is not None and self.situation.can_come(PRICE)

    def _apply_manner(self, rule: Rule, verdict: Verdict) -> None:
        """A rule that gives nothing: how to answer, and who approves. Where it is open, the safe side."""
        result = self.result
        if verdict.truth is Truth.TRUE:
            result.manner = result.manner or rule.answer
            result.tier = higher(result.tier, rule.tier or Role.AGENT)
            self._note_match(rule, verdict)
        elif verdict.truth is Truth.OPEN and rule.tier is not None:
            result.tier = higher(result.tier, rule.tier)
            result.notes.append(
                self.say("manner_unsure", rule=self.say.quoted(rule.id), role=self.say.role(rule.tier))
            )

    def _apply(self, rule: Rule, verdict: Verdict) -> None:
        result = self.result
        self._note_match(rule, verdict)
        if rule.decline is not None:
            result.refusal = Refused(
                reason=rule.decline.reason,
                alternative=rule.decline.alternative,
                rule_id=rule.id,
                complaint_type=result.complaint_type,
            )
        result.explanation = rule.explain
        result.manner = result.manner or rule.answer
        result.tier = higher(result.tier, rule.tier or Role.AGENT)
        if rule.hand_over is not None and result.grants:
            result.tier = higher(result.tier, rule.hand_over)
            role = self.say.role(rule.hand_over)
            result.notes.append(self.say("hands_over", rule=self.say.quoted(rule.id), role=role))
        raises = result.second_time and rule.decline is None and rule.hand_over is None
        give = self._raised(rule.give) if raises else rule.give
        choices = self._value(give, rule.id, Basis.GOODWILL)
        for options in self._one_per_failure(choices):
            self._grant(options, rule)
        self._promise(rule.promise, rule.id)

    def _one_per_failure(self, choices: Sequence[tuple[Option, ...]]) -> list[tuple[Option, ...]]:
        kept: list[tuple[Option, ...]] = []
        gifts = sum(map(was_favour, of_the_same_failure(self.standing, self.matter)))
        for options in choices:
            is_gift = any(option.kind is not RemedyKind.WORDS for option in options)
            gifts += is_gift
            if is_gift and gifts > 1 and self.policy.limits.one_per_failure:
                kinds = self.say.kinds(option.kind for option in options)
                self.result.cut.append(self.say("one_per_failure", remedy=kinds))
            else:
                kept.append(options)
        return kept

    def _raised(self, give: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The second time: one step up the ladder, or somebody more senior where there is no step."""
        result, second = self.result, self.policy.second_time
        if not self.climbs or (second is not None and not second.raise_one_step):
            return give
        reached = self._reached()
        steps = [[self._next_step(spec, reached) for spec in choice] for choice in give]
        if any(climbs for choice in steps for _, climbs in choice):
            result.climbed = True
            result.notes.append(self.say("raised"))
        else:
            result.tier = higher(result.tier, Role.SUPERVISOR)
            result.notes.append(self.say("not_raised", role=self.say.role(result.tier)))
        return tuple(_distinct(spec for spec, _ in choice) for choice in steps)

    def _next_step(self, spec: RemedySpec, reached: int) -> tuple[RemedySpec, bool]:
        """The step above the higher of a rule's remedy and what was given last; whether there is one."""
        ladder = self._ladder
        place = next((index for index, step in enumerate(ladder) if _same_step(step, spec)), None)
        if place is None:
            return spec, False
        above = max(place, reached) + 1
        return (ladder[above], True) if above < len(ladder) else (ladder[-1], False)

    def _reached(self) -> int:
        """The highest step of the ladder that the last answer gave; -1 for none."""
        before = self.standing.before
        last = [given for given in before if given.at == before[0].at and was_favour(given)]
        steps = enumerate(self._ladder)
        return max(
            (index for index, step in steps if any(self._is_at(one, step) for one in last)), default=-1
        )

    def _is_at(self, given: Given, step: RemedySpec) -> bool:
        if given.kind is not step.kind:
            return False
        worth = value_remedy(step, self.policy, self.situation).remedy.worth
        if worth is not None and given.worth is not None and given.worth.currency == worth.currency:
            return worth <= given.worth
        # By its kind alone, where the ladder has but one such.
        return [other.kind for other in self._ladder].count(step.kind) == 1

    @property
    def _ladder(self) -> tuple[RemedySpec, ...]:
        return self.policy.ladder if self.policy.second_time is not None else ()

    def _value(self, give: Iterable[Choice], rule_id: str, basis: Basis) -> list[tuple[Option, ...]]:
        """Remedies with their sums. A fact that someone can supply is missing; without one that nobody can
        supply the option cannot be offered, and a person has to decide."""
        choices: list[tuple[Option, ...]] = []
        for choice in give:
            options: list[Option] = []
            for spec in choice:
                valued = value_remedy(spec, self.policy, self.situation)
                self.result.missing += self._can_come(valued, basis)
                lost = [name for name in valued.needed if name in self.situation.unavailable]
                if lost:
                    rule, facts = self.say.quoted(rule_id), self.say.facts(lost)
                    reason = self.say("unknown_amount", rule=rule, facts=facts)
                    self.result.notes.append(reason)
                    self.result.hand_over = higher(self.result.hand_over or Role.AGENT, Role.SUPERVISOR)
                elif not valued.needed:
                    options.append(Option(remedy=valued.remedy, basis=basis))
            if options:
                choices.append(tuple(options))
        return choices

    def _can_come(self, valued: Valued, basis: Basis) -> list[str]:
        # The worth of what is owed counts against nothing, so nobody is asked for it.
        names = valued.needed + (valued.worth_needs if basis is Basis.GOODWILL else ())
        return [name for name in names if self.situation.can_come(name)]

    def _grant(self, options: tuple[Option, ...], entry: Owed | Rule) -> None:
        self.result.grants.append(
            Grant(
                options=options,
                rule_id=entry.id,
                complaint_type=self.result.complaint_type,
                because=entry.because,
                source=entry.source if isinstance(entry, Owed) else None,
                joined=frozenset({self.result.complaint_type}),
                rules=frozenset({entry.id}),
            )
        )

    def _promise(self, promises: Iterable[PromiseSpec], rule_id: str) -> None:
        self.result.commitments += [
            Commitment(what=promise.what, within=promise.within, rule_id=rule_id) for promise in promises
        ]

    def _apologise(self, rule: Rule | None) -> bool:
        if rule is not None and rule.apologise is not None:
            return rule.apologise
        if rule is not None and (rule.decline is not None or rule.hand_over is not None):
            return bool(self.result.grants) and self.result.our_fault is True
        return self.matter.act == Act.COMPLAINT and self.result.our_fault is not False

    def _note_match(self, entry: Owed | Rule, verdict: Verdict) -> None:
        result = self.result
        result.rule_ids.append(entry.id)
        if entry.because is not None:
            result.because.append(entry.because)
        result.presumed += verdict.presumed
        if FAULT in self.situation.presumed and FAULT not in result.presumed:
            result.presumed.append(FAULT)

    def _explain(self, rule_id: str, verdict: Verdict) -> None:
        if not self.tried.explain:
            return
        match verdict.truth:
            case Truth.TRUE:
                tests = listed(map(self._describe, verdict.deciding))
                reason = self.say("matched", tests=tests) if tests else self.say("always")
                self._step(rule_id, StepOutcome.MATCHED, reason)
            case Truth.FALSE:
                reason = self.say("not_matched", tests=listed(map(self._describe, verdict.deciding)))
                self._step(rule_id, StepOutcome.NOT_MATCHED, reason)
            case Truth.OPEN:
                parts = [self.say("open_facts", facts=listed(verdict.facts))] if verdict.facts else []
                if verdict.unsure:
                    parts.append(self.say("open_unsure", fields=listed(verdict.unsure)))
                self._step(rule_id, StepOutcome.OPEN, "; ".join(parts))

    def _describe(self, test: Test) -> str:
        known = self.situation.known.get(test.name)
        seen = "" if known is None else f" ({_shown(known)})"
        subject = test.name if test.subject in _PLAIN_SUBJECTS else f"{test.subject} {test.name}"
        return f"{subject}: {test.text}{seen}"

    def _step(self, rule_id: str, outcome: StepOutcome, reason: str) -> None:
        if not self.tried.explain:
            return
        step = Step(
            rule_id=rule_id, complaint_type=self.result.complaint_type, outcome=outcome, reason=reason
        )
        self.result.steps.append(step)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.policy.timezone).date()


def _same_step(step: RemedySpec, spec: RemedySpec) -> bool:
    # Its bound, what it is a share of and what it costs may differ: 30% is 30%.
    return (step.kind, step.fraction, step.amount, step.full, step.period, step.wording) == (
        spec.kind,
        spec.fraction,
        spec.amount,
        spec.full,
        spec.period,
        spec.wording,
    )


def _do_the_same(rule: Rule, other: Rule) -> bool:
    """Whether it makes no difference to the customer which of two rules holds, nor to who approves."""
    mine, yours = (
        (one.give, one.promise, one.decline, one.hand_over, one.apologise, one.answer, one.tier)
        for one in (rule, other)
    )
    return mine == yours


def _distinct(specs: Iterable[RemedySpec]) -> Choice:
    kept: list[RemedySpec] = []
    for spec in specs:
        if spec not in kept:  # wordings are mappings, which cannot be hashed
            kept.append(spec)
    return tuple(kept)


def _shown(value: FactInput) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, Money) else str(value)
