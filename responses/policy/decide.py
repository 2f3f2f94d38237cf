"""Decides a matter: what the policy offers, asks, declines or hands over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from models.decision import Decision, DecisionKind, Matter, MissingFact, Role
from models.labels import Act
from responses.policy.joining import join
from responses.policy.limits import Limited, apply_limits, higher
from responses.policy.schema import Policy, Supplier
from responses.policy.sentences import Sentences, listed
from responses.policy.situation import situation
from responses.policy.trial import Trial, try_type

_Item = TypeVar("_Item")


def decide(policy: Policy, matter: Matter, *, language: str = "it") -> Decision:
    """Judge a matter by a policy.

    Depends on its arguments only; equal ones give an equal decision. `language` is that of the desk
    (`it`, else English) and touches nothing but the sentences for agents: the reasons of the steps,
    `notes` and `limits_cut`.
    """
    say = Sentences(language)
    if "act" in matter.abstained:
        # Everything below rests on the act: whether there is a grievance at all.
        return replace(_blank(policy, matter, DecisionKind.HAND_OVER), notes=(say("unsure", fields="act"),))
    types = matter.complaint_types if matter.act == Act.COMPLAINT else ()
    trials = [try_type(policy, situation(policy, matter, one), say) for one in types or (None,)]
    if matter.act == Act.PRAISE and not trials[0].settled:
        return replace(_blank(policy, matter, DecisionKind.THANKS), steps=tuple(trials[0].steps))
    joined, notes = join([grant for trial in trials for grant in trial.grants], say)
    limited = apply_limits(joined, policy, situation(policy, matter, None), say)
    return _assemble(policy, matter, trials, replace(limited, notes=notes + limited.notes), say)


def _assemble(
    policy: Policy, matter: Matter, trials: Sequence[Trial], limited: Limited, say: Sentences
) -> Decision:
    missing = _missing(policy, matter, [*_each(trial.missing for trial in trials), *limited.missing])
    unsure = tuple(dict.fromkeys(_each(trial.unsure for trial in trials)))
    kind = _kind(trials, limited, missing, unsure)
    given = kind in (DecisionKind.OFFER, DecisionKind.DECLINE, DecisionKind.STATUS)
    refusal = next((trial.refusal for trial in trials if trial.refusal is not None), None)
    notes = [*_each(trial.notes for trial in trials), *limited.notes]
    if unsure:
        notes.append(say("unsure", fields=listed(unsure)))
    # What is asked for before deciding binds nobody; offers stand beside a hand-over for agents to see.
    shows_offers = given or kind is DecisionKind.HAND_OVER
    return replace(
        _blank(policy, matter, kind),
        offers=tuple(grant.offer() for grant in limited.grants) if shows_offers else (),
        commitments=_distinct(_each(trial.commitments for trial in trials)) if given else (),
        missing=missing,
        tier=_tier(policy, trials, limited, kind),
        apologise=given and any(trial.apologise for trial in trials),
        at_fault=_at_fault(trials),
        second_time=_without_formula(policy, trials),
        decline_reason=refusal.reason if refusal is not None and given else None,
        alternative=refusal.alternative if refusal is not None and given else None,
        explanation=_explanation(trials) if given else None,
        manner=next((trial.manner for trial in trials if trial.manner is not None), None),
        rule_ids=_distinct(_each(trial.rule_ids for trial in trials)),
        because=_distinct(_each(trial.because for trial in trials)),
        limits_cut=_distinct([*_each(trial.cut for trial in trials), *limited.cut]),
        notes=_distinct(notes),
        presumed=_distinct(_each(trial.presumed for trial in trials)),
        steps=tuple(_each(trial.steps for trial in trials)),
        worth=limited.worth if shows_offers and limited.grants else None,
    )


def _kind(
    trials: Sequence[Trial], limited: Limited, missing: Sequence[MissingFact], unsure: Sequence[str]
) -> DecisionKind:
    if any(trial.hand_over is not None for trial in trials):
        return DecisionKind.HAND_OVER
    if any(fact.ask is not None for fact in missing):
        return DecisionKind.ASK
    if missing or unsure:
        return DecisionKind.HAND_OVER
    if limited.grants or any(trial.commitments for trial in trials):
        return DecisionKind.OFFER
    if any(trial.refusal is not None for trial in trials):
        return DecisionKind.DECLINE
    if any(trial.apologise for trial in trials):
        return DecisionKind.OFFER
    return DecisionKind.STATUS if any(trial.status for trial in trials) else DecisionKind.HAND_OVER


def _tier(policy: Policy, trials: Sequence[Trial], limited: Limited, kind: DecisionKind) -> Role:
    tiers = [trial.tier for trial in trials]
    if kind is DecisionKind.HAND_OVER:
        return higher(*tiers, *(trial.hand_over or Role.AGENT for trial in trials))
    if kind is not DecisionKind.OFFER:
        return higher(*tiers)
    owed = policy.owed_approval if any(grant.owed for grant in limited.grants) else Role.AGENT
    return higher(*tiers, limited.tier, owed)


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


def _missing(policy: Policy, matter: Matter, names: Iterable[str]) -> tuple[MissingFact, ...]:
    return tuple(_missing_fact(policy, matter, name) for name in dict.fromkeys(names))


def _missing_fact(policy: Policy, matter: Matter, name: str) -> MissingFact:
    spec = policy.facts[name]
    asked = name in matter.asked
    return MissingFact(
        name=name,
        type=spec.type,
        ask=None if asked else spec.ask,
        # Once the customer was asked in vain, or has sent the thing, an agent has to say.
        from_agent=asked or Supplier.AGENT in spec.suppliers,
        choices=spec.choices,
    )


def _blank(policy: Policy, matter: Matter, kind: DecisionKind) -> Decision:
    return Decision(
        kind=kind,
        policy=policy.name,
        policy_sha256=policy.sha256,
        complaint_types=matter.complaint_types,
    )


def _each(lists: Iterable[Iterable[_Item]]) -> Iterable[_Item]:
    return (item for items in lists for item in items)


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    kept: list[_Item] = []
    for item in items:
        if item not in kept:  # commitments hold mappings, which cannot be hashed
            kept.append(item)
    return tuple(kept)
