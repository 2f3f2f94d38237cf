"""What the policy makes of a matter, told at the terminal: every rule that was tried, and what came of it."""

from collections.abc import Iterator, Sequence

from models.decision import Decision, Matter
from responses.drafts.lines import offer_line, rule_line
from responses.policy import Policy
from responses.policy.explained import reasons
from responses.policy.fact_names import FactNames
from responses.policy.sentences import Sentences
from responses.policy.signals import raised, told
from responses.policy.words import sheet

_MARKS = {"matched": "✓", "not_matched": "✗", "open": "?"}

_WORDS = {
    "it": {
        "holds": "regola {rule}: vale, ma {pending}",
        "second_time": "è la seconda volta",
        "manner": "come si risponde: {manner}",
        "signal": "segnale {name} ({seen}): {line}",
        "presumed": "presunto, perché nessuno lo sa",
        "asked": "da chiedere al cliente",
        "missing": "lo deve dire un operatore",
        "approves": "approva: {role}",
    },
    "en": {
        "holds": "rule {rule}: holds, but {pending}",
        "second_time": "it is the second time",
        "manner": "how it is answered: {manner}",
        "signal": "signal {name} ({seen}): {line}",
        "presumed": "presumed, as nobody knows it",
        "asked": "to be asked of the customer",
        "missing": "an agent has to say",
        "approves": "approved by: {role}",
    },
}


def account(policy: Policy, matter: Matter, decision: Decision, language: str) -> list[str]:
    """The rules that were tried, an empty line, and the decision with everything that explains it."""
    steps = _steps(decision, reasons(policy, matter, decision, language))
    return [*steps, "", f"→ {offer_line(decision, language, FactNames(policy, language))}"] + [
        f"  {line}" for line in _conclusion(policy, matter, decision, language)
    ]


def _conclusion(policy: Policy, matter: Matter, decision: Decision, language: str) -> Iterator[str]:
    words, say, names = _WORDS[language], Sentences(language, policy), FactNames(policy, language)
    lines = {line.key: line for line in sheet(policy, language).lines}
    pending = [step for step in decision.steps if step.pending is not None]
    for step in pending:
        yield words["holds"].format(rule=say.quoted(step.rule_id), pending=step.pending)
    if decision.rule_ids or not pending:
        yield rule_line(decision, language)
    for rule_id in decision.rule_ids:
        line = lines.get(f"rules.{rule_id}") or lines[f"owed.{rule_id}"]
        yield f"  {line.alone or line.text}"
    yield from (*decision.limits_cut, *decision.notes)
    if decision.second_time:
        yield words["second_time"]
    if decision.manner is not None:
        yield words["manner"].format(manner=say.manner(decision.manner))
    for one in raised(policy, matter.record, matter.now):
        if one.name in decision.signals:
            line, name = lines[f"signals.{one.name}"], say.quoted(one.name)
            yield words["signal"].format(name=name, seen=told(one, language), line=line.text)
    if decision.presumed:
        yield f"{words['presumed']}: {', '.join(map(names.needed, decision.presumed))}"
    for fact in decision.missing:
        asked = fact.ask is not None
        named = names.wanted(fact) if asked else names.needed(fact.name)
        yield f"{words['asked' if asked else 'missing']}: {named}"
    yield words["approves"].format(role=say.role(decision.tier))


def _steps(decision: Decision, why: Sequence[str]) -> Iterator[str]:
    """The rules that were tried, for each complaint type in order."""
    width = max((len(step.rule_id) for step in decision.steps), default=0)
    before: object = object()
    for step, reason in zip(decision.steps, why, strict=True):
        if step.complaint_type != before:
            before = step.complaint_type
            yield step.complaint_type or "–"
        yield f"  {_MARKS[step.outcome]} {step.rule_id:<{width}}  {reason}"
