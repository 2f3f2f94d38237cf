"""Looks through a sound policy for what the owner may not have meant."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from models.clock import utcnow
from models.decision import RemedyKind, Role
from models.labels import Act, Ask, ComplaintType, Language, Urgency
from models.money import Money
from responses.drafts.templates import in_register
from responses.hours import OpeningHours, add_months
from responses.policy.amounts import DIVISIBLE
from responses.policy.conditions import Operator, Subject, Test, reads_message, single_tests
from responses.policy.coverage import Run, contradiction, covering, covers, may_hold, runs, truth_for
from responses.policy.options import options_listed
from responses.policy.schema import (
    READ_FROM_MESSAGES,
    AmountSpec,
    Codes,
    Count,
    FactSpec,
    FactType,
    Limits,
    Owed,
    Policy,
    RemedySpec,
    Rule,
    Supplier,
)
from responses.policy.sentences import plain
from responses.policy.shifts import uncovered
from responses.policy.situation import FAULT, ORDER, OURS, PRICE, can_be_supplied
from responses.policy.verdicts import Truth

# After so long somebody should look whether a file still says what is meant.
_NOT_VERIFIED = re.compile(
    r"\b(da verificare|(non|mai) verificat[oaie]|verificat[oaie] il:? mai|to be verified|(not|never) verified"
    r"|unverified|verified( on)?:? never|cercat[oaie] invano|(sought|looked for) in vain)\b",
    re.IGNORECASE,
)
_OLD_MONTHS = 36
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
# Of the price; more makes nobody more content (Haesevoets et al. 2017).
_DEAR_SHARE = Decimal("1.5")

# Given without cost, or with a cost that lies in the remedy itself.
_JUDGEMENTS = re.compile(
    r"(?<![^\W_])(?:scroccon|furb|bugiard|disonest|molest|incontentabil|insaziabil|distrut|difficil|cattiv|"
    r"pericolos|gratis|greedy|insatiable|destructive|difficult|dishonest|liar|abuser|freeloader|scroung|"
    r"troubl|bad_|dangerous|fraud|harmful)",
    re.IGNORECASE,
)
_NEEDS_NO_WORTH = DIVISIBLE | {RemedyKind.WORDS, RemedyKind.EXCHANGE_AT_COST}


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found in a policy, and where. `line` and `column` count from 1."""

    severity: Severity
    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.key}: {self.message}"


_Found = Iterator[tuple[Severity, str, str]]
"""Severity, key and message."""


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
    parts: tuple[Callable[[], _Found], ...] = (
        lambda: _gaps(policy, complaint_types),
        lambda: _rules(policy, complaint_types),
        lambda: _facts(policy),
        lambda: _texts(policy, languages),
        lambda: _amounts(policy),
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


def _gaps(policy: Policy, complaint_types: Collection[str]) -> _Found:
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


def _rules(policy: Policy, complaint_types: Collection[str]) -> _Found:
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


def _facts(policy: Policy) -> _Found:
    used = {test.name for test in _all_tests(policy)} | set(_facts_in_amounts(policy))
    used |= {name for signal in policy.signals for name in signal.then.proof}
    for name, spec in policy.facts.items():
        key = f"facts.{name}"
        if key not in policy.places:
            continue  # built in
        if not can_be_supplied(spec) and Supplier.BOOK not in spec.suppliers:
            yield Severity.ERROR, key, _nobody_supplies(spec)
        elif not can_be_supplied(spec) and name in used:
            yield (
                Severity.INFO,
                key,
                "comes from the order book only: without it, conditions on it are false",
            )
        if name not in used:
            yield Severity.INFO, key, "no rule reads it"
        if spec.type is FactType.CHOICE and Supplier.CUSTOMER in spec.suppliers:
            yield from _options(policy, spec, key)
        if Supplier.MESSAGE in spec.suppliers and name != ORDER:
            yield from _unread(policy, spec, key)
    fault = policy.facts.get(FAULT)
    if fault is not None and (fault.type is not FactType.CHOICE or OURS not in fault.choices):
        message = "expected a choice with ours among its values: it says whether we apologise for ourselves"
        yield Severity.WARNING, f"facts.{FAULT}", message
    price = policy.facts.get(PRICE)
    if price is not None and price.type is not FactType.MONEY:
        yield Severity.ERROR, f"facts.{PRICE}", f"expected type money, found {price.type}: it is the price"


def _unread(policy: Policy, spec: FactSpec, key: str) -> _Found:
    """What of `from: [message]` comes to nothing: a type that is not read, or a fact without words."""
    if spec.type not in READ_FROM_MESSAGES:
        known = ", ".join(sorted(READ_FROM_MESSAGES))
        yield Severity.INFO, key, f"a message supplies {ORDER} and facts of type {known}; found {spec.type}"
    elif spec.ask is None and not any(spec.name in words.facts for words in policy.words.values()):
        message = "nothing says by which words a message names it: add ask, or words for it"
        yield Severity.INFO, key, message


def _options(policy: Policy, spec: FactSpec, key: str) -> _Found:
    """Questions for a choice that do not list its options, or in another order than `of`."""
    asks = {
        language: options_listed(in_register(ask, formal=True)) for language, ask in (spec.ask or {}).items()
    }
    unlisted = [language for language, listed in asks.items() if len(listed) != len(spec.choices)]
    if unlisted:
        message = (
            f"the question does not list its options ({', '.join(unlisted)}): add them in brackets, in the"
            " order of `of`; an agent says what answers in the customer's own words mean"
        )
        yield Severity.INFO, key, message
    for language, listed in asks.items():
        values = policy.words[language].facts.get(spec.name) if language in policy.words else None
        if values is not None and language not in unlisted:
            yield from _order_of_options(spec, listed, values.values, f"{key}.ask.{language}")


def _order_of_options(spec: FactSpec, listed: list[str], values: Mapping[str, str], key: str) -> _Found:
    """The first option that the owner's words for it find in another place of the list."""
    said = [set(_LONG_WORD.findall(one)) for one in listed]
    for place, option in enumerate(spec.choices):
        own = set(_LONG_WORD.findall(values.get(option, "").casefold()))
        if own.isdisjoint(said[place]) and any(own & other for other in said):
            message = f"lists its options in another order than `of`: {option} stands elsewhere"
            yield Severity.WARNING, key, message
            return


def _nobody_supplies(spec: FactSpec) -> str:
    if Supplier.CUSTOMER in spec.suppliers:
        return "nobody can supply it: say with ask what the customer is asked for"
    return "when it is not in the message nobody can supply it: add agent, or customer with ask"


def _all_tests(policy: Policy) -> Iterator[Test]:
    for entry in policy.entries:
        yield from single_tests(entry.when)


def _facts_in_amounts(policy: Policy) -> Iterator[str]:
    for _, _, spec in _remedies(policy):
        if spec.amount is not None:
            yield from spec.amount.facts
        if spec.full or spec.of == "order":
            yield PRICE
    own = (spec.worth for _, _, spec in _remedies(policy) if spec.worth is not None)
    for amount in (*policy.worth.values(), *own):
        yield from amount.facts
    if policy.limits.share_of_price is not None:
        yield PRICE


def _texts(policy: Policy, languages: Collection[str]) -> _Found:
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


def _slower(policy: Policy) -> _Found:
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


def _amounts(policy: Policy) -> _Found:
    limits = policy.limits
    if limits.share_of_price is not None and limits.share_of_price > _DEAR_SHARE:
        share = f"{(limits.share_of_price * 100).normalize():f}%"
        message = f"{share} of the price: above 150% more brings nothing more; is a decimal point missing?"
        yield Severity.WARNING, "limits.share_of_price", message
    if limits.share_of_price is not None and PRICE not in policy.facts:
        yield Severity.ERROR, "limits.share_of_price", f"needs a fact {PRICE} of type money"
    for key, entry, spec in _remedies(policy):
        if isinstance(entry, Owed):
            continue
        most = _most(spec, policy)
        if most is not None and limits.per_case is not None and limits.per_case < most:
            yield Severity.WARNING, key, f"{plain(most)} is above limits.per_case ({plain(limits.per_case)})"
        for limit, bound in _bounds_of_everything(limits):
            if most is not None and bound < most:
                message = (
                    f"{plain(most)} is above {limit} ({plain(bound)}): a supervisor approves it every time"
                )
                yield Severity.WARNING, key, message
        approver = policy.approval.get(Role.ADMIN)
        if most is not None and approver is not None and approver < most:
            yield Severity.WARNING, key, f"{plain(most)} is above what anyone may approve ({plain(approver)})"
        if (spec.full or spec.of == "order") and PRICE not in policy.facts:
            yield (
                Severity.WARNING,
                key,
                f"is a share of a price that nobody will ever know: declare the fact {PRICE} "
                "({type: money, from: [book, agent]}), or write a sum",
            )
        if spec.kind not in _NEEDS_NO_WORTH and spec.kind not in policy.worth and spec.worth is None:
            yield (
                Severity.WARNING,
                key,
                f"what {spec.kind} costs is not in worth: a supervisor approves it every time",
            )
        bounded = spec.fraction is None or spec.at_most is not None or limits.per_case is not None
        if not bounded:
            yield Severity.WARNING, key, "a percentage without at_most, and limits.per_case does not bound it"
    day, month = limits.budget_day, limits.budget_month
    if day is not None and month is not None and month < day:
        message = (
            f"{plain(month)} for a month is less than {plain(day)} for a day: the day's is never reached"
        )
        yield Severity.WARNING, "limits.budget.month", message
    if not policy.approval:
        yield Severity.WARNING, "approval", "is missing: every agent may approve any amount"


def _bounds_of_everything(limits: Limits) -> Iterator[tuple[str, Money]]:
    """What binds the favours of a customer, or of everybody, together. It changes who approves."""
    if limits.per_customer is not None:
        yield "limits.per_customer.total", limits.per_customer.total
    if limits.budget_day is not None:
        yield "limits.budget.day", limits.budget_day
    if limits.budget_month is not None:
        yield "limits.budget.month", limits.budget_month


def _most(spec: RemedySpec, policy: Policy) -> Money | None:
    """The most that a remedy can come to, as far as the file alone tells."""
    if spec.at_most is not None:
        return spec.at_most
    amount = spec.amount or spec.worth or policy.worth.get(spec.kind)
    return amount.fixed if amount is not None and _is_fixed(amount) else None


def _is_fixed(amount: AmountSpec) -> bool:
    return amount.fixed is not None and not amount.counts and amount.each is None


def _remedies(policy: Policy) -> Iterator[tuple[str, Owed | Rule | None, RemedySpec]]:
    """Every remedy of the file: its key, the entry it belongs to (None: the ladder), and itself."""
    for entry in policy.entries:
        for choice in entry.give:
            for spec in choice:
                yield f"{entry.key}.give", entry, spec
    for index, spec in enumerate(policy.ladder):
        yield f"ladder[{index}]", None, spec


def _loudness(policy: Policy) -> _Found:
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


def _owed_to_some(policy: Policy, complaint_types: Collection[str]) -> _Found:
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


def _conflicts(policy: Policy, complaint_types: Collection[str]) -> _Found:
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


def _swapped(policy: Policy) -> _Found:
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


def _presumptions(policy: Policy, complaint_types: Collection[str]) -> _Found:
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


def _unverified(policy: Policy) -> _Found:
    """What is owed by a text that, as its own source says, nobody has looked up."""
    for owed in policy.owed:
        if _NOT_VERIFIED.search(owed.source):
            message = (
                "its source says that nobody has verified it: have somebody who knows the law look it up, "
                "then write here by whom and when"
            )
            yield Severity.WARNING, f"{owed.key}.source", message


def _dates(policy: Policy, today: date) -> _Found:
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


def _second_time(policy: Policy) -> _Found:
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
        spec.period for _, _, spec in _remedies(policy) if spec.period is not None and spec.worth is None
    }
    if flat is not None and flat.each is None and len(periods) > 1:
        yield (
            Severity.WARNING,
            f"worth.{RemedyKind.FREE_PERIOD}",
            "is one sum for periods of several lengths: write what it costs per month",
        )
    for index, (lower, upper) in enumerate(pairwise(policy.ladder)):
        below, above = _most(lower, policy), _most(upper, policy)
        if lower.kind is upper.kind and below is not None and above is not None and not below < above:
            yield Severity.WARNING, f"ladder[{index + 1}]", f"{plain(above)} is no more than the step below"


def _on_call(policy: Policy) -> _Found:
    gaps = uncovered(policy.on_call) if policy.on_call else []
    if gaps:
        yield (
            Severity.WARNING,
            "on_call",
            f"nobody is on call {', '.join(gaps)}: what is critical then rings with the admins",
        )


def _signals(policy: Policy) -> _Found:
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


def _codes(policy: Policy) -> _Found:
    """The codes of vouchers, where the file does not say whose they are."""
    gives = any(spec.kind is RemedyKind.VOUCHER for _, _, spec in _remedies(policy))
    if gives and "codes" not in policy.places:
        message = "not said: codes are those you load (rimedio vouchers import); write ours to have them made"
        yield Severity.INFO, "codes", message
    if policy.codes_valid is not None and policy.codes is not Codes.OURS:
        message = "changes nothing: codes that you load end when you say (rimedio vouchers import --expires)"
        yield Severity.WARNING, "vouchers", message
