"""Decides a matter: what the policy offers, asks, declines or hands over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from models.decision import (
    PROOF_FACT,
    Decision,
    DecisionKind,
    FactValue,
    Matter,
    MissingFact,
    Role,
    Step,
    StepOutcome,
)
from models.labels import Act
from responses.policy.coverage import Run, concerns, may_hold, narrowed
from responses.policy.fact_names import FactNames
from responses.policy.heeding import Heeding, Outcome
from responses.policy.joining import Joined, join
from responses.policy.limits import Limited, apply_limits, higher
from responses.policy.schema import Codes, FactType, Owed, Policy, Rule, Supplier
from responses.policy.sentences import Sentences, listed
from responses.policy.situation import ORDER, can_be_supplied, foreign_money, situation, situations
from responses.policy.trial import Trial, Tried, try_type

_Item = TypeVar("_Item")

_SOME_NUMBER = "?"
"""In place of the one that nobody knows: what would be asked for next does not depend on it."""


def decide(policy: Policy, matter: Matter, *, language: str = "it") -> Decision:
    """Judge a matter by a policy.

    Depends on its arguments only; equal ones give an equal decision. `language` is that of the desk
    (`it`, else English) and touches nothing but the sentences for agents: the reasons of the steps,
    `notes` and `limits_cut`.
    """
    return Judge(policy).decide(matter, language=language)


class Judge:
    """Judges many matters by one policy, and remembers which of its entries are for what."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._tried: dict[tuple[Run, bool, bool], Tried] = {}

    def decide(self, matter: Matter, *, language: str = "it", explain: bool = True) -> Decision:
        """The same decision as `decide`; without `explain` it has no steps and takes far less time."""
        say = Sentences(language, self.policy)
        decision = self._decide(matter, say, language, explain=explain)
        return _with_other_orders(_with_remarks(decision, self.policy, matter, say), matter, say)

    def _decide(self, matter: Matter, say: Sentences, language: str, *, explain: bool) -> Decision:
        policy = self.policy
        if "act" in matter.abstained:
            # Everything below rests on the act: whether there is a grievance at all.
            unsure = (say("unsure", fields=say.fields(["act"])),)
            return replace(_blank(policy, matter, DecisionKind.HAND_OVER), notes=unsure)
        first = self._try(matter, say, explain=explain)
        told = first.trials[0].settled or (matter.asks_progress and first.trials[0].status)
        if matter.act == Act.PRAISE and not told:
            return replace(_blank(policy, matter, DecisionKind.THANKS), steps=tuple(first.trials[0].steps))
        heeding = Heeding(policy, matter, language)

        def without_climbing() -> Outcome | None:
            outcome = self._try(matter, say, explain=explain, climbs=False)
            return outcome if _is_offer(policy, matter, outcome) else None

        outcome = first
        if heeding.binds_favours and _is_offer(policy, matter, first):
            whole = situation(policy, matter, None)
            outcome = heeding.hold_back(
                first,
                without_climbing=without_climbing,
                limit=lambda grants: apply_limits(grants, policy, whole, say),
            )
        decision = _assemble(policy, matter, outcome, say, explain=explain)
        return heeding.told(self._asking_ahead(decision, matter, say), outcome.trials)

    def _asking_ahead(self, decision: Decision, matter: Matter, say: Sentences) -> Decision:
        """Where an order's number is asked for, with the proof that would be asked for next."""
        names = [fact.name for fact in decision.asks_customer]
        if ORDER not in names or not matter.ahead or matter.proof_ask is None or PROOF_FACT in matter.asked:
            return decision
        number = FactValue(value=_SOME_NUMBER, source=Supplier.CUSTOMER)
        named = replace(matter, facts={**matter.facts, ORDER: number}, unproven=matter.ahead)
        then = _missing(self.policy, named, self._try(named, say, explain=False))
        proof = [fact for fact in then if fact.name == PROOF_FACT]
        behind = 1 + [fact.name for fact in decision.missing].index(ORDER)
        missing = (*decision.missing[:behind], *proof, *decision.missing[behind:])
        return replace(decision, missing=missing)

    def _try(self, matter: Matter, say: Sentences, *, explain: bool, climbs: bool = True) -> Outcome:
        policy = self.policy
        types = matter.complaint_types if matter.act == Act.COMPLAINT else ()
        *each, whole = situations(policy, matter, (*types, None))
        trials = [
            try_type(policy, one, say, self._to_try(matter, one.complaint_type, explain), climbs=climbs)
            for one in each or (whole,)
        ]
        joined = join([grant for trial in trials for grant in trial.grants], whole, say)
        limited = _together(joined, apply_limits(joined.grants, policy, whole, say))
        return Outcome(trials=trials, limited=limited)

    def _to_try(self, matter: Matter, complaint_type: str | None, explain: bool) -> Tried:
        """The entries that concern the act; of these only what may hold, unless each is to be explained or
        the complaint type is in doubt."""
        run = Run(act=matter.act, complaint_type=complaint_type)
        every = explain or "complaint_types" in matter.abstained
        key = run, explain, every
        if key not in self._tried:
            owed, rules = entries_for(self.policy, run, every=every)
            self._tried[key] = Tried(owed=owed, rules=rules, explain=explain)
        return self._tried[key]


def runs_of(act: str, complaint_types: Iterable[str]) -> tuple[Run, ...]:
    """The runs of a matter: one for each complaint type of a complaint, else one without a type."""
    types = tuple(complaint_types) if act == Act.COMPLAINT else ()
    return tuple(Run(act=act, complaint_type=one) for one in types or (None,))


def entries_for(policy: Policy, run: Run, *, every: bool) -> tuple[tuple[Owed, ...], tuple[Rule, ...]]:
    """What a policy has for a run: the entries that concern its act, or (not `every`) that may hold in it."""
    owed = [one for one in policy.owed if concerns(one, run.act)]
    rules = [one for one in policy.rules if concerns(one, run.act)]
    if not every:
        owed = [replace(one, when=narrowed(one.when, run)) for one in owed if may_hold(one, run)]
        rules = [replace(one, when=narrowed(one.when, run)) for one in rules if may_hold(one, run)]
    return tuple(owed), tuple(rules)


def _together(joined: Joined, limited: Limited) -> Limited:
    if joined.tier is Role.AGENT and not joined.notes and not joined.missing:
        return limited
    return replace(
        limited,
        tier=higher(joined.tier, limited.tier),
        notes=joined.notes + limited.notes,
        missing=joined.missing + limited.missing,
    )


def _assemble(policy: Policy, matter: Matter, outcome: Outcome, say: Sentences, *, explain: bool) -> Decision:
    trials, limited = outcome.trials, outcome.limited
    missing, unsure = _missing(policy, matter, outcome), _unsure(outcome)
    kind = _kind(outcome, missing)
    given = kind in (DecisionKind.OFFER, DecisionKind.DECLINE, DecisionKind.STATUS)
    refusals = [trial.refusal for trial in trials if trial.refusal is not None]
    unchecked = [
        Step(rule_id=limit, complaint_type=None, outcome=StepOutcome.OPEN, reason=reason)
        for limit, reason in limited.unchecked
    ]
    notes = [*_each(trial.notes for trial in trials), *limited.notes]
    if unsure:
        notes.append(say("unsure", fields=say.fields(unsure)))
    # What is asked for before deciding binds nobody; offers stand beside a hand-over for agents to see.
    shows_offers = given or kind is DecisionKind.HAND_OVER
    return Decision(
        kind=kind,
        policy=policy.name,
        policy_sha256=policy.sha256,
        complaint_types=matter.complaint_types,
        offers=tuple(grant.offer() for grant in limited.grants) if shows_offers else (),
        commitments=_distinct(_each(trial.commitments for trial in trials)) if given else (),
        missing=missing,
        tier=_tier(policy, trials, limited, kind),
        apologise=given and any(trial.apologise for trial in trials),
        at_fault=_at_fault(trials),
        faults={
            trial.complaint_type: trial.our_fault for trial in trials if trial.complaint_type is not None
        },
        second_time=_without_formula(policy, trials),
        refusals=tuple(refusals) if given else (),
        status_of=_of_which_nothing_is_new(trials) if given else (),
        explanation=_explanation(trials) if given else None,
        manner=next((trial.manner for trial in trials if trial.manner is not None), None),
        rule_ids=_distinct(_each(trial.rule_ids for trial in trials)),
        because=_distinct(_each(trial.because for trial in trials)),
        limits_cut=_distinct([*_each(trial.cut for trial in trials), *limited.cut]),
        notes=_distinct(notes),
        presumed=_distinct(_each(trial.presumed for trial in trials)),
        steps=(*_each(trial.steps for trial in trials), *unchecked) if explain else (),
        worth=limited.worth if shows_offers and limited.grants else None,
        loaded_codes=policy.codes is Codes.LOADED,
        codes_valid=policy.codes_valid if policy.codes is Codes.OURS else None,
        choose_within=policy.choice_within,
    )


def _kind(outcome: Outcome, missing: Sequence[MissingFact]) -> DecisionKind:
    trials, limited = outcome.trials, outcome.limited
    if any(trial.hand_over is not None for trial in trials):
        return DecisionKind.HAND_OVER
    if any(fact.ask is not None for fact in missing):
        return DecisionKind.ASK
    if missing or _unsure(outcome) or limited.beyond:
        return DecisionKind.HAND_OVER
    if limited.grants or any(trial.commitments for trial in trials):
        return DecisionKind.OFFER
    if any(trial.refusal is not None for trial in trials):
        return DecisionKind.DECLINE
    if any(trial.apologise for trial in trials):
        return DecisionKind.OFFER
    return DecisionKind.STATUS if any(trial.status for trial in trials) else DecisionKind.HAND_OVER


def _is_offer(policy: Policy, matter: Matter, outcome: Outcome) -> bool:
    return _kind(outcome, _missing(policy, matter, outcome)) is DecisionKind.OFFER


def _tier(policy: Policy, trials: Sequence[Trial], limited: Limited, kind: DecisionKind) -> Role:
    tiers = [trial.tier for trial in trials]
    if kind is DecisionKind.HAND_OVER:
        beyond = Role.ADMIN if limited.beyond else Role.AGENT
        return higher(*tiers, beyond, *(trial.hand_over or Role.AGENT for trial in trials))
    if kind is not DecisionKind.OFFER:
        return higher(*tiers)
    owed = policy.owed_approval if any(grant.owed for grant in limited.grants) else Role.AGENT
    return higher(*tiers, limited.tier, owed)


def _of_which_nothing_is_new(trials: Sequence[Trial]) -> tuple[str, ...]:
    return tuple(one.complaint_type for one in trials if one.status and one.complaint_type is not None)


def _at_fault(trials: Sequence[Trial]) -> bool | None:
    faults = [trial.our_fault for trial in trials]
    if True in faults:
        return True
    return None if None in faults else False


def _without_formula(policy: Policy, trials: Sequence[Trial]) -> bool:
    formula_stays = policy.second_time is not None and not policy.second_time.no_formula
    return any(trial.second_time for trial in trials) and not formula_stays


def _explanation(trials: Sequence[Trial]) -> Mapping[str, str] | None:
    """Why it happened; of several explanations the first."""
    return next((trial.explanation for trial in trials if trial.explanation is not None), None)


def _unsure(outcome: Outcome) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_each(trial.unsure for trial in outcome.trials)))


def _missing(policy: Policy, matter: Matter, outcome: Outcome) -> tuple[MissingFact, ...]:
    names = [*_each(trial.missing for trial in outcome.trials), *outcome.limited.missing]
    if not names:
        return ()
    wanted = tuple(dict.fromkeys(names))
    facts = [
        _missing_fact(policy, matter, name)
        for name in wanted
        if name not in matter.unproven or can_be_supplied(policy.facts[name])
    ]
    if not matter.unproven.isdisjoint(wanted):
        ask = None if PROOF_FACT in matter.asked else matter.proof_ask
        again = ask is not None and PROOF_FACT in matter.asked_once
        facts.append(MissingFact(name=PROOF_FACT, type=FactType.TEXT, ask=ask, from_agent=False, again=again))
    return tuple(facts)


def _missing_fact(policy: Policy, matter: Matter, name: str) -> MissingFact:
    spec = policy.facts[name]
    # What they know is known: what it comes to in the policy's currency is for an agent to say.
    asked = name in matter.asked or foreign_money(policy, spec, matter.facts.get(name)) is not None
    return MissingFact(
        name=name,
        type=spec.type,
        ask=None if asked else spec.ask,
        # Once the customer was asked in vain, or has sent the thing, an agent has to say.
        from_agent=asked or Supplier.AGENT in spec.suppliers,
        choices=spec.choices,
        again=not asked and spec.ask is not None and name in matter.asked_once,
    )


def _with_remarks(decision: Decision, policy: Policy, matter: Matter, say: Sentences) -> Decision:
    """The decision, which says of what is missing why it is left to an agent."""
    remarks = {fact.name: _remark(fact, policy, matter, say) for fact in decision.missing}
    told = {name: remark for name, remark in remarks.items() if remark is not None}
    if not told:
        return decision
    missing = tuple(replace(fact, remark=told.get(fact.name)) for fact in decision.missing)
    names = FactNames(policy, say.language)
    notes = [say("remark", fact=names.needed(name), remark=remark) for name, remark in told.items()]
    return replace(decision, missing=missing, notes=(*decision.notes, *notes))


def _remark(fact: MissingFact, policy: Policy, matter: Matter, say: Sentences) -> str | None:
    spec = policy.facts.get(fact.name)
    foreign = None if spec is None else foreign_money(policy, spec, matter.facts.get(fact.name))
    if foreign is not None:
        return say("foreign", amount=foreign, currency=policy.currency)
    return say("asked_twice") if fact.name in matter.asked_twice and fact.ask is None else None


def _with_other_orders(decision: Decision, matter: Matter, say: Sentences) -> Decision:
    """The decision, which says for which order it counts where the messages name more than that."""
    counted = matter.facts.get(ORDER)
    if counted is None or not matter.other_orders:
        return decision
    note = say("other_orders", others=listed(matter.other_orders), order=str(counted.value))
    return replace(decision, other_orders=matter.other_orders, notes=(note, *decision.notes))


def _blank(policy: Policy, matter: Matter, kind: DecisionKind) -> Decision:
    return Decision(
        kind=kind,
        policy=policy.name,
        policy_sha256=policy.sha256,
        complaint_types=matter.complaint_types,
    )


def _each(lists: Iterable[Iterable[_Item]]) -> Iterable[_Item]:
    return chain.from_iterable(lists)


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    each = tuple(items)
    if len(each) < 2:  # as nearly always
        return each
    kept: list[_Item] = []
    for item in each:
        if item not in kept:  # commitments hold mappings, which cannot be hashed
            kept.append(item)
    return tuple(kept)
