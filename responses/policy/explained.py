"""Why a rule held or not, in the sentences of the sheet."""

from collections.abc import Sequence

from models.decision import Decision, Matter, Step, StepOutcome
from responses.policy.conditions import Operator, Subject, Test
from responses.policy.schema import Policy
from responses.policy.sentences import Sentences
from responses.policy.situation import Situation, situation
from responses.policy.verdicts import evaluate
from responses.policy.words.conditions import ConditionWords
from responses.policy.words.phrases import Phrases, phrases_in

_PHRASES = {
    StepOutcome.MATCHED: "matched",
    StepOutcome.NOT_MATCHED: "not_matched",
    StepOutcome.OPEN: "open_facts",
}


def reasons(policy: Policy, matter: Matter, decision: Decision, language: str) -> list[str]:
    """The reason of each step of a decision.

    Where a condition decided it, the tests are said as the sheet says them; any other reason (already put
    right, not in force yet) is a sentence as it is.
    """
    say, engine = phrases_in(language), Sentences(language)
    words = ConditionWords(policy, say)
    entries = {entry.id: entry for entry in policy.entries}
    told: list[str] = []
    for step in decision.steps:
        if step.rule_id not in entries:
            told.append(step.reason)  # of what was given before, not of an entry
            continue
        seen = situation(policy, matter, step.complaint_type)
        verdict = evaluate(entries[step.rule_id].when, seen)
        if not _by_condition(step, engine) or not verdict.deciding:
            told.append(step.reason if step.pending is None else f"{step.reason}; {step.pending}")
            continue
        if step.outcome is StepOutcome.OPEN:
            parts = [words.asked(name) for name in verdict.facts]
            parts += [say(f"fields.{field}") for field in verdict.unsure]
            told.append(say("steps.open", list=say.joined(parts)))
            continue
        tests = _said(verdict.deciding, words, seen, say)
        reason = say("steps.holds" if step.outcome is StepOutcome.MATCHED else "steps.fails", list=tests)
        told.append(f"{reason}; {step.pending}" if step.pending is not None else reason)
    return told


def _by_condition(step: Step, engine: Sentences) -> bool:
    starts = [engine(_PHRASES[step.outcome], tests="", facts="").strip()]
    if step.outcome is StepOutcome.OPEN:
        starts.append(engine("open_unsure", fields="").strip())
    return step.reason.startswith(tuple(starts))


def _said(tests: Sequence[Test], words: ConditionWords, seen: Situation, say: Phrases) -> str:
    parts: list[str] = []
    for test in tests:
        value = seen.known.get(test.name)
        compared = test.operator not in (Operator.IS, Operator.KNOWN)
        shown = compared and test.subject is not Subject.MESSAGE and value is not None
        text = words.clause(test)
        parts.append(f"{text} ({words.value(test.name, value)})" if shown and value is not None else text)
    return "; ".join(parts)
