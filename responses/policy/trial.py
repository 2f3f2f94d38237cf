"""Tries what is owed and the rules on one complaint type of a matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from models.decision import Basis, Commitment, Manner, RemedyKind, Role, Step, StepOutcome
from models.labels import Act
from models.money import Money
from responses.policy.amounts import Valued, value_remedy
from responses.policy.conditions import Subject, Test, single_tests
from responses.policy.given import Occasion, already_met, standing
from responses.policy.joining import Grant, Option
from responses.policy.limits import higher
from responses.policy.schema import Choice, Owed, Policy, PromiseSpec, Refusal, RemedySpec, Rule, Texts
from responses.policy.sentences import Sentences, listed, plain
from responses.policy.situation import FAULT, FactInput, Situation
from responses.policy.verdicts import Truth, Verdict, evaluate

# The step that stands for what was given before, beside those of the rules.
GIVEN_STEP = "given"

_PLAIN_SUBJECTS = (Subject.MESSAGE, Subject.FACT)


@dataclass(kw_only=True)
class Trial:
    """What came of one complaint type. Filled while trying, read afterwards.

    `missing` are facts that someone can supply and that stand before a decision; `unsure` the classifier's
    fields that do. `settled` says that something decides this type, be it an apology alone.
    """

    complaint_type: str | None
    grants: list[Grant] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    settled: bool = False
    status: bool = False
    second_time: bool = False
    hand_over: Role | None = None
    refusal: Refusal | None = None
    explanation: Texts | None = None
    apologise: bool = False
    our_fault: bool | None = None
    manner: Manner | None = None
    tier: Role = Role.AGENT
    rule_ids: list[str] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    presumed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def try_type(policy: Policy, situation: Situation, say: Sentences) -> Trial:
    """Try everything on one complaint type: what was given, what is owed, then the rules from the top."""
    return _Trial(policy, situation, say).run()


class _Trial:
    def __init__(self, policy: Policy, situation: Situation, say: Sentences) -> None:
        self.policy = policy
        self.situation = situation
        self.say = say
        self.matter = situation.matter
        self.standing = standing(policy, situation.matter, situation.complaint_type)
        self.result = Trial(complaint_type=situation.complaint_type, our_fault=situation.our_fault)

    def run(self) -> Trial:
        result = self.result
        if self.standing.occasion is Occasion.FOLLOW_UP:
            self._follow_up()
            return result
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

    def _waits(self) -> bool:
        """Whether something must be known before this type can be decided."""
        return bool(self.result.missing or self.result.unsure)

    def _follow_up(self) -> None:
        """Nothing more is given for what was put right, except what turns out to be owed after all."""
        result, before = self.result, self.standing.before
        self._step(GIVEN_STEP, StepOutcome.MATCHED, self.say("given", day=self._day(before[0].at)))
        for owed in self.policy.owed:
            verdict = self._judge(owed)
            if verdict is None or verdict.truth is not Truth.TRUE:
                continue
            for options in self._value(owed.give, owed.id, Basis.OWED):
                met = already_met(tuple(option.remedy for option in options), before)
                if met is None:
                    self._grant(options, owed)
                else:
                    reason = self.say("owed_given", day=self._day(met.at))
                    self._step(owed.id, StepOutcome.NOT_MATCHED, reason)
        result.status = not result.grants
        result.settled = bool(result.grants)

    def _try_owed(self) -> None:
        """Grant all that is owed; note the facts that may still open more."""
        for owed in self.policy.owed:
            verdict = self._judge(owed)
            if verdict is None:
                continue
            if verdict.truth is Truth.OPEN:
                self._note_open(verdict)
            elif verdict.truth is Truth.TRUE:
                for options in self._value(owed.give, owed.id, Basis.OWED):
                    self._grant(options, owed)
                self._note_match(owed, verdict)
                self._promise(owed.promise, owed.id)

    def _judge(self, owed: Owed) -> Verdict | None:
        """The verdict on an entry of `owed`; None for one that has no place in this matter."""
        if self.matter.act != Act.COMPLAINT and not _speaks_of_more_than_complaints(owed):
            return None
        today = self.situation.today
        if (owed.since is not None and today < owed.since) or (owed.until is not None and owed.until < today):
            reason = self.say("not_in_force", day=today.isoformat())
            self._step(owed.id, StepOutcome.NOT_MATCHED, reason)
            return None
        verdict = evaluate(owed.when, self.situation)
        self._explain(owed.id, verdict)
        return verdict

    def _try_rules(self) -> Rule | None:
        """Apply the first rule from the top that matches, and return it.

        What stands open before it is noted as missing, and then nothing is applied yet.
        """
        for rule in self.policy.rules:
            if not _concerns(rule, self.matter.act):
                continue
            verdict = evaluate(rule.when, self.situation)
            self._explain(rule.id, verdict)
            if not rule.ends_the_search:
                self._apply_manner(rule, verdict)
            elif verdict.truth is Truth.TRUE:
                if self._waits():
                    return None
                self._apply(rule, verdict)
                return rule
            elif verdict.truth is Truth.OPEN:
                self._note_open(verdict)
            elif all(test.name in self.situation.presumed for test in verdict.deciding):
                self.result.presumed += verdict.presumed  # but for the presumption it might have matched
        return None

    def _note_open(self, verdict: Verdict) -> None:
        # While the classifier may be wrong about the matter itself, its facts are not asked for.
        self.result.unsure += verdict.unsure
        self.result.missing += () if verdict.unsure else verdict.facts

    def _apply_manner(self, rule: Rule, verdict: Verdict) -> None:
        """A rule that gives nothing: how to answer, and who approves. Where it is open, the safe side."""
        result = self.result
        if verdict.truth is Truth.TRUE:
            result.manner = result.manner or rule.answer
            result.tier = higher(result.tier, rule.tier or Role.AGENT)
            self._note_match(rule, verdict)
        elif verdict.truth is Truth.OPEN and rule.tier is not None:
            result.tier = higher(result.tier, rule.tier)
            result.notes.append(self.say("manner_unsure", rule=rule.id, role=self.say.role(rule.tier)))

    def _apply(self, rule: Rule, verdict: Verdict) -> None:
        result = self.result
        self._note_match(rule, verdict)
        result.refusal = rule.decline
        result.explanation = rule.explain
        result.manner = result.manner or rule.answer
        result.tier = higher(result.tier, rule.tier or Role.AGENT)
        if rule.hand_over is not None and result.grants:
            result.tier = higher(result.tier, rule.hand_over)
            role = self.say.role(rule.hand_over)
            result.notes.append(self.say("hands_over", rule=rule.id, role=role))
        raises = result.second_time and rule.decline is None and rule.hand_over is None
        give = self._raised(rule.give) if raises else rule.give
        choices = self._value(give, rule.id, Basis.GOODWILL)
        for options in self._one_per_failure(choices):
            self._grant(options, rule)
        self._promise(rule.promise, rule.id)

    def _one_per_failure(self, choices: Sequence[tuple[Option, ...]]) -> list[tuple[Option, ...]]:
        kept: list[tuple[Option, ...]] = []
        gifts = 0
        for options in choices:
            is_gift = any(option.kind is not RemedyKind.WORDS for option in options)
            gifts += is_gift
            if is_gift and gifts > 1 and self.policy.limits.one_per_failure:
                kinds = " / ".join(option.kind for option in options)
                self.result.cut.append(self.say("one_per_failure", remedy=kinds))
            else:
                kept.append(options)
        return kept

    def _raised(self, give: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The second time: one step up the ladder, or somebody more senior where there is no step."""
        result, second = self.result, self.policy.second_time
        if second is not None and not second.raise_one_step:
            return give
        raised = tuple(self._raised_choice(choice) for choice in give)
        if raised == give:
            result.tier = higher(result.tier, Role.SUPERVISOR)
            result.notes.append(self.say("not_raised", role=self.say.role(result.tier)))
        else:
            result.notes.append(self.say("raised"))
        return raised

    def _raised_choice(self, choice: Choice) -> Choice:
        raised: list[RemedySpec] = []
        for spec in choice:
            above = self._next_step(spec)
            if above not in raised:
                raised.append(above)
        return tuple(raised)

    def _next_step(self, spec: RemedySpec) -> RemedySpec:
        ladder = self.policy.ladder if self.policy.second_time is not None else ()
        for step, above in pairwise(ladder):
            if _same_step(step, spec):
                return above
        return spec

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
                    reason = self.say("unknown_amount", rule=rule_id, facts=listed(lost))
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
        return [name for name in names if name not in self.situation.unavailable]

    def _grant(self, options: tuple[Option, ...], entry: Owed | Rule) -> None:
        self.result.grants.append(
            Grant(
                options=options,
                rule_id=entry.id,
                complaint_type=self.result.complaint_type,
                because=entry.because,
                source=entry.source if isinstance(entry, Owed) else None,
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
        step = Step(
            rule_id=rule_id, complaint_type=self.result.complaint_type, outcome=outcome, reason=reason
        )
        self.result.steps.append(step)

    def _day(self, moment: datetime) -> str:
        return moment.astimezone(self.policy.timezone).date().isoformat()


def _concerns(rule: Rule, act: str) -> bool:
    """Whether a rule has a say in a message of that act.

    Rules are written with complaints in mind. One that would hold for a question too must say so, by
    naming the act, what is asked for, or whose mistake it was; for praise, spam and the rest, the act.
    """
    match act:
        case Act.COMPLAINT:
            return True
        case Act.REQUEST | Act.QUESTION:
            return rule.reads("act") or rule.reads("ask") or rule.reads("own_error")
        case _:
            return rule.reads("act")


def _speaks_of_more_than_complaints(owed: Owed) -> bool:
    return any(
        test.subject is Subject.MESSAGE and test.name in ("act", "ask") for test in single_tests(owed.when)
    )


def _same_step(step: RemedySpec, spec: RemedySpec) -> bool:
    # Its bound and what it is a share of may differ: 30% is 30%.
    return (step.kind, step.fraction, step.amount, step.full) == (
        spec.kind,
        spec.fraction,
        spec.amount,
        spec.full,
    )


def _shown(value: FactInput) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, Money) else str(value)
