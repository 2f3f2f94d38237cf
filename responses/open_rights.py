"""Rights that a refusal has to name: what is owed if the fault turns out to be ours after all."""

from dataclasses import replace

from models.decision import Decision, Matter
from responses.policy import Policy
from responses.policy.schema import Owed, Texts
from responses.policy.situation import FAULT, situation
from responses.policy.verdicts import Truth, evaluate


def right_open(policy: Policy, matter: Matter, decision: Decision) -> Texts | None:
    """The rights of this matter that the decision does not give, per language; None when none is worded.

    Whose fault it was is our own judgement, and the customer may see it otherwise: a right is open when
    nothing but that speaks against it.
    """
    if not decision.refusals:
        return None
    given = {offer.rule_id for offer in decision.offers}
    open_ones = [
        owed.right
        for owed in policy.owed
        if owed.right is not None and owed.id not in given and _may_apply(owed, policy, matter)
    ]
    if not open_ones:
        return None
    languages = [language for language in open_ones[0] if all(language in right for right in open_ones)]
    return {
        language: "; ".join(right[language].strip().rstrip(".") for right in open_ones)
        for language in languages
    }


def _may_apply(owed: Owed, policy: Policy, matter: Matter) -> bool:
    presumptions = tuple(one for one in policy.presumptions if one.fact != FAULT)
    facts = {name: fact for name, fact in matter.facts.items() if name != FAULT}
    situations = [
        situation(replace(policy, presumptions=presumptions), replace(matter, facts=facts), one)
        for one in matter.complaint_types or (None,)
    ]
    today = situations[0].today
    in_force = (owed.since is None or owed.since <= today) and (owed.until is None or today <= owed.until)
    return in_force and any(evaluate(owed.when, one).truth is not Truth.FALSE for one in situations)
