"""Looks through a sound policy for what the owner may not have meant."""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from itertools import pairwise

from models.clock import utcnow
from models.decision import RemedyKind
from models.labels import Act, Ask, ComplaintType, Language, Urgency
from responses.drafts.templates import in_register
from responses.hours import OpeningHours, add_months
from responses.policy.amounts import DIVISIBLE
from responses.policy.check_amounts import check_amounts, most_of, remedies_of
from responses.policy.check_facts import check_facts
from responses.policy.conditions import Operator, Subject, Test, reads_message, single_tests
from responses.policy.coverage import Run, contradiction, covering, covers, may_hold, runs, truth_for
from responses.policy.findings import Finding, Found, Severity
from responses.policy.schema import (
    Codes,
    Count,
    Policy,
    Rule,
)
from responses.policy.sentences import plain
from responses.policy.shifts import uncovered
from responses.policy.situation import FAULT
from responses.policy.verdicts import Truth

_NOT_VERIFIED = re.compile(
    r"\b(da verificare|(non|mai) verificat[oaie]|verificat[oaie] il:? mai|to be verified|(not|never) verified"
    r"|unverified|verified( on)?:? never|cercat[oaie] invano|(sought|looked for) in vain)\b",
    re.IGNORECASE,
)
# After so long somebody should look whether a file still says what is meant.
_OLD_MONTHS = 36
_JUDGEMENTS = re.compile(
    r"(?<![^\W_])(?:scroccon|furb|bugiard|disonest|molest|incontentabil|insaziabil|distrut|difficil|cattiv|"
    r"pericolos|gratis|greedy|insatiable|destructive|difficult|dishonest|liar|abuser|freeloader|scroung|"
    r"troubl|bad_|dangerous|fraud|harmful)",
    re.IGNORECASE,
)


def check(
    policy: Policy,
    languages: Collection[str] = tuple(Language),
    complaint_types: Collection[str] = tuple(ComplaintType),
    today: date | None = None,
) -> list[Finding]:
    """Everything worth telling the owner, in the order of the file.

    Args:
        policy: a policy that loaded.
        languages: those that customers are answered in; the first is the one that other texts fall back
            on, so every text must be there in it.
        complaint_types: those that messages can be labelled with.
        today: what dates of the file are compared with; None for the day it is.

    An error means that the policy does not do what it says or leaves a complaint without an answer; a
    warning that something is probably not meant; an info is good to know.
    """
    parts: tuple[Callable[[], Found], ...] = (
        lambda: _gaps(policy, complaint_types),
        lambda: _rules(policy, complaint_types),
        lambda: check_facts(policy),
        lambda: _texts(policy, languages),
        lambda: check_amounts(policy),
        lambda: _second_time(policy),
        lambda: _slower(policy),
        lambda: _on_call(policy),
        lambda: _signals(policy),
        lambda: _codes(policy),
        lambda: _loudness(policy),
        lambda: _owed_to_some(policy, complaint_types),
        lambda: _conflicts(policy, complaint_types),
        lambda: _swapped(policy),
        lambda: _presumptions(policy, complaint_types),
        lambda: _unverified(policy),
        lambda: _dates(policy, today or utcnow().astimezone(policy.timezone).date()),
    )
    findings = [_finding(policy, *found) for part in parts for found in part()]
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


def check_folder(policies: Collection[Policy]) -> list[Finding]:
    """What is wrong with several files side by side, each of which may be sound: two that would judge the
    same matters from the same day.
    """
    findings: list[Finding] = []
    first: dict[tuple[str, date], Policy] = {}
    for policy in policies:
        other = first.setdefault((policy.audience, policy.effective), policy)
        if other is not policy:
            message = f"{other.file} is for the same audience ({policy.audience}) from the same day"
            findings.append(_finding(policy, Severity.ERROR, "effective", message))
    return findings


def _finding(policy: Policy, severity: Severity, key: str, message: str) -> Finding:
    place = policy.place(key)
    return Finding(
        severity=severity, file=policy.file, line=place.line, column=place.column, key=key, message=message
    )


def _gaps(policy: Policy, complaint_types: Collection[str]) -> Found:
    ending = [rule for rule in policy.rules if rule.ends_the_search]
    for complaint_type in complaint_types:
        truths = {
            truth_for(rule.when, Run(act=Act.COMPLAINT, complaint_type=complaint_type)) for rule in ending
        }
        if truths <= {Truth.FALSE}:
            yield Severity.ERROR, "rules", f"no rule for {complaint_type}: such a complaint is handed over"
        elif Truth.TRUE not in truths:
            yield (
                Severity.WARNING,
                "rules",
                f"{complaint_type} is handed over when none of its rules holds: add a last one without facts",
            )
    untyped = {truth_for(rule.when, Run(act=Act.COMPLAINT, complaint_type=None)) for rule in ending}
    if Truth.TRUE not in untyped:
        yield (
            Severity.WARNING,
            "rules",
            "no rule for a complaint of no known type: end with one for {act: complaint}",
        )


def _rules(policy: Policy, complaint_types: Collection[str]) -> Found:
    for entry in policy.entries:
        clash = contradiction(entry.when)
        if clash is not None:
            first, second = clash
            message = f"never holds: {first.name} cannot be both {first.text} and {second.text}"
            yield Severity.ERROR, f"{entry.key}.when", message
    for index, rule in enumerate(policy.rules):
        by = covering(rule, policy.rules[:index], complaint_types)
        if by is not None:
            yield Severity.ERROR, rule.key, f'"{rule.id}" is never reached: {", ".join(by)} comes first'
        if rule.give and not _reads_whose_fault_it_is(rule):
            yield (
                Severity.WARNING,
                f"{rule.key}.give",
                "is given whoever is at fault: let the rule read fault or own_error",
            )
        gifts = [choice for choice in rule.give if any(spec.kind is not RemedyKind.WORDS for spec in choice)]
        if policy.limits.one_per_failure and len(gifts) > 1:
            yield Severity.WARNING, f"{rule.key}.give", "only the first is given: limits.per_order allows one"


def _is_message(test: Test, name: str) -> bool:
    return test.subject is Subject.MESSAGE and test.name == name


def _reads_whose_fault_it_is(rule: Rule) -> bool:
    return rule.reads("own_error") or any(
        test.subject is Subject.FACT and test.name == FAULT for test in single_tests(rule.when)
    )


def _texts(policy: Policy, languages: Collection[str]) -> Found:
    house = next(iter(languages), None)
    for key, texts in policy.texts.items():
        missing = [language for language in languages if language not in texts]
        if house in missing:
            yield (
                Severity.ERROR,
                key,
                f"missing in {', '.join(missing)}: others fall back on {house}",
            )
        elif missing:
            yield Severity.WARNING, key, f"missing in {', '.join(missing)}"
        for language, text in texts.items():
            if "|" in in_register(text, formal=True):
                yield (
                    Severity.WARNING,
                    key,
                    f"{language}: a | that separates nothing; how customers are addressed is written (le|ti)",
                )
    for language in languages:
        if language not in policy.voice:
            yield Severity.INFO, "voice", f"no form of address for {language}: the formal one is used"


def _slower(policy: Policy) -> Found:
    """A term that gives more time than that of something less urgent."""
    told = [one for one in Urgency if one in policy.deadlines]
    # A Monday morning, as good as any: what counts is which term ends first.
    now = datetime(2026, 1, 12, 9, tzinfo=policy.timezone)
    always = OpeningHours.always(policy.timezone)
    ends = [
        (always if one is Urgency.CRITICAL else policy.hours).add(policy.deadlines[one], now) for one in told
    ]
    for (lower, before), (higher, end) in pairwise(zip(told, ends, strict=True)):
        if end > before:
            message = f"gives more time than {lower}, which is less urgent: the shorter term counts for both"
            yield Severity.WARNING, f"deadlines.{higher}", message


def _loudness(policy: Policy) -> Found:
    """What a message says beside its matter, where it changes what is given as a favour."""
    for entry in policy.rules:
        if not entry.give:
            continue
        key = f"{entry.key}.when"
        if reads_message(entry.when, "language"):
            yield (
                Severity.WARNING,
                key,
                "gives by the language: who writes in another one gets something else",
            )
        tests = [test for test in single_tests(entry.when) if _is_message(test, "ask")]
        if any((Ask.DISCOUNT in test.operands) != test.negated for test in tests):
            yield Severity.WARNING, key, "gives to who asks for a discount and not to who does not"


def _owed_to_some(policy: Policy, complaint_types: Collection[str]) -> Found:
    """What is owed, and not to everybody: by the language, or to who thinks of asking for it.

    A request is its asking, and an entry for requests may say for which.
    """
    for owed in policy.owed:
        key = f"{owed.key}.when"
        if reads_message(owed.when, "language"):
            yield Severity.ERROR, key, "owes by the language: what is owed is owed in every one"
        complaints = (run for run in runs(complaint_types) if run.act == Act.COMPLAINT)
        if reads_message(owed.when, "ask") and any(may_hold(owed, run) for run in complaints):
            message = (
                "owes by what is asked for: of a complaint it is owed whether or not anybody asks for it"
            )
            yield Severity.ERROR, key, message


def _conflicts(policy: Policy, complaint_types: Collection[str]) -> Found:
    """Rules against what is owed whenever they hold."""
    for rule in policy.rules:
        reached = [run for run in runs(complaint_types) if may_hold(rule, run)]
        for owed in policy.owed:
            if not reached or not all(covers(owed, rule, run) for run in reached):
                continue
            if rule.decline is not None:
                message = f'says no where something is owed: "{owed.id}" holds whenever this does'
                yield Severity.WARNING, f"{rule.key}.decline", message
            twice = {spec.kind for choice in rule.give for spec in choice} - DIVISIBLE
            for kind in sorted(twice & {spec.kind for choice in owed.give for spec in choice}):
                message = f'{kind} is never a favour here: "{owed.id}" owes it whenever this holds'
                yield Severity.WARNING, f"{rule.key}.give", message


def _swapped(policy: Policy) -> Found:
    """What is owed, and comes as a promise to buy again although the customer has picked nothing."""
    for owed in policy.owed:
        for choice in owed.give:
            first = choice[0]
            if first.kind is RemedyKind.VOUCHER or first.of == "next_order":
                message = (
                    f"owes a {first.kind} to who has not asked for one: what is owed is the thing or money, "
                    "and a voucher at most a later option of any_of"
                )
                yield Severity.WARNING, f"{owed.key}.give", message


def _presumptions(policy: Policy, complaint_types: Collection[str]) -> Found:
    """Conditions that want to know nothing of what is presumed."""
    presumed = {(one.fact, one.complaint_type) for one in policy.presumptions}
    for entry in policy.entries:
        types = {run.complaint_type for run in runs(complaint_types) if may_hold(entry, run)}
        for test in single_tests(entry.when):
            of_types = {(test.name, one) for one in types}
            always = (test.name, None) in presumed or (bool(of_types) and of_types <= presumed)
            if test.operator is Operator.KNOWN and test.negated and always:
                message = f"never holds: {test.name} is presumed, and so always known"
                yield Severity.ERROR, f"{entry.key}.when", message


def _unverified(policy: Policy) -> Found:
    """What is owed by a text that, as its own source says, nobody has looked up."""
    for owed in policy.owed:
        if _NOT_VERIFIED.search(owed.source):
            message = (
                "its source says that nobody has verified it: have somebody who knows the law look it up, "
                "then write here by whom and when"
            )
            yield Severity.WARNING, f"{owed.key}.source", message


def _dates(policy: Policy, today: date) -> Found:
    if policy.effective < add_months(today, -_OLD_MONTHS):
        message = f"in force since {policy.effective}: look through it, or give it today's date"
        yield Severity.INFO, "effective", message
    if today < policy.effective:
        yield Severity.INFO, "effective", f"judges nothing that happens before {policy.effective}"
    for owed in policy.owed:
        if owed.since is not None and today < owed.since:
            yield Severity.INFO, f"{owed.key}.since", f"is not in force before {owed.since}"
        if owed.until is not None and owed.until < today:
            yield Severity.WARNING, f"{owed.key}.until", f"has not been in force since {owed.until}"
    for index, (_, last) in enumerate(policy.hours.closed):
        if last < today:
            yield Severity.INFO, f"hours.closed[{index}]", f"is over since {last}"


def _second_time(policy: Policy) -> Found:
    if policy.second_time is None:
        yield (
            Severity.INFO,
            "second_time",
            "is missing: the same failure in another case is a first one",
        )
    elif policy.second_time.raise_one_step and len(policy.ladder) < 2:
        yield Severity.WARNING, "second_time.raise", "there is no ladder with a step to climb"
    flat = policy.worth.get(RemedyKind.FREE_PERIOD)
    periods = {
        spec.period for _, _, spec in remedies_of(policy) if spec.period is not None and spec.worth is None
    }
    if flat is not None and flat.each is None and len(periods) > 1:
        yield (
            Severity.WARNING,
            f"worth.{RemedyKind.FREE_PERIOD}",
            "is one sum for periods of several lengths: write what it costs per month",
        )
    for index, (lower, upper) in enumerate(pairwise(policy.ladder)):
        below, above = most_of(lower, policy), most_of(upper, policy)
        if lower.kind is upper.kind and below is not None and above is not None and not below < above:
            yield Severity.WARNING, f"ladder[{index + 1}]", f"{plain(above)} is no more than the step below"


def _on_call(policy: Policy) -> Found:
    gaps = uncovered(policy.on_call) if policy.on_call else []
    if gaps:
        yield (
            Severity.WARNING,
            "on_call",
            f"nobody is on call {', '.join(gaps)}: what is critical then rings with the admins",
        )


def _signals(policy: Policy) -> Found:
    for signal in policy.signals:
        key = f"signals.{signal.name}"
        if _JUDGEMENTS.search(signal.name):
            message = "is a judgement: name it by what happened, the customer may ask to see it"
            yield Severity.WARNING, key, message
        if signal.then.never_raise and (policy.second_time is None or not policy.second_time.raise_one_step):
            yield Severity.INFO, f"{key}.then.never_raise", "changes nothing: second_time raises nothing"
        if signal.then.sooner and Urgency.HIGH not in policy.deadlines:
            yield Severity.INFO, f"{key}.then.sooner", 'changes nothing: "deadlines" says nothing of high'
        if signal.count in (Count.PAID_ORDERS, Count.CLAIMS_WITHOUT_ORDER):
            yield Severity.INFO, key, "is counted in the order book: without one it is never raised"


def _codes(policy: Policy) -> Found:
    """The codes of vouchers, where the file does not say whose they are."""
    gives = any(spec.kind is RemedyKind.VOUCHER for _, _, spec in remedies_of(policy))
    if gives and "codes" not in policy.places:
        message = "not said: codes are those you load (rimedio vouchers import); write ours to have them made"
        yield Severity.INFO, "codes", message
    if policy.codes_valid is not None and policy.codes is not Codes.OURS:
        message = "changes nothing: codes that you load end when you say (rimedio vouchers import --expires)"
        yield Severity.WARNING, "vouchers", message
