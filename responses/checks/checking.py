"""All the checks, one after the other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from models.decision import DecisionKind
from responses.checks.about import CheckContext
from responses.checks.amounts import check_amounts
from responses.checks.apology import check_apology
from responses.checks.blame import check_blame
from responses.checks.blanks import check_blanks
from responses.checks.choose_by import check_choose_by
from responses.checks.dates import check_dates
from responses.checks.finding import Finding, Severity
from responses.checks.grievances import check_grievances
from responses.checks.insults import check_insults
from responses.checks.language import check_language
from responses.checks.length import check_length
from responses.checks.liability import check_liability
from responses.checks.mentions import check_mentions
from responses.checks.names import check_names
from responses.checks.plain_text import PlainText, plain_about, plain_text
from responses.checks.promises import check_promises
from responses.checks.put import check_put
from responses.checks.register import check_register
from responses.checks.rights import check_rights
from responses.checks.scope import CHOICE, UNCAPPED, check_scope
from responses.checks.signals import check_signals
from responses.checks.strangers import check_strangers
from responses.checks.undated import UNDATED, check_undated, is_stopped
from responses.checks.undecided import check_undecided
from responses.checks.unsaid import check_unsaid

_CHECKS = (
    check_amounts,
    check_scope,
    check_put,
    check_undecided,
    check_unsaid,
    check_choose_by,
    check_dates,
    check_promises,
    check_undated,
    check_apology,
    check_liability,
    check_blame,
    check_insults,
    check_signals,
    check_strangers,
    check_grievances,
    check_rights,
    check_names,
    check_mentions,
    check_register,
    check_blanks,
    check_length,
)

CODES = (
    "amount_above",
    "amount_unknown",
    CHOICE,
    UNCAPPED,
    "voucher_by_hand",
    "remedy_undecided",
    "offer_missing",
    "option_missing",
    "choose_by_missing",
    "choose_by_default",
    "date_past",
    "date_unknown",
    "date_impossible",
    "weekday_wrong",
    "promise_untracked",
    UNDATED,
    "promise_missing",
    "answer_missing",
    "apology_missing",
    "responsibility_missing",
    "apology_repeated",
    "apology_again",
    "non_apology",
    "liability",
    "fault_admitted",
    "blame_customer",
    "insult",
    "sarcasm",
    "threat",
    "signal_told",
    "stranger_data",
    "grievance_unanswered",
    "right_not_mentioned",
    "wrong_language",
    "wrong_name",
    "stranger_name",
    "register_mixed",
    "blank",
    "too_long",
)
"""Every code that a finding can have, in the order in which they are told."""

_OF_ANY_TEXT = frozenset(
    {
        "remedy_undecided",
        "non_apology",
        "liability",
        "blame_customer",
        "insult",
        "sarcasm",
        "threat",
        "signal_told",
        "wrong_language",
        "blank",
    }
)


def check_text(text: str, about: CheckContext) -> tuple[Finding, ...]:
    """Everything that is wrong with a text, the errors first, each in the order of the text.

    Raises:
        UnknownSlotError: something in the text looks like a slot and is none.
    """
    plain = plain_text(text, about.language)
    return tuple(_as_written(one, text, plain) for one in _found_in(plain.words, plain_about(about)))


def _as_written(finding: Finding, text: str, plain: PlainText) -> Finding:
    start, end = plain.span(finding.start, finding.end)
    return replace(finding, start=start, end=end, words=text[start:end])


def _found_in(text: str, about: CheckContext) -> Sequence[Finding]:
    wrong = list(check_language(text, about))
    if wrong:
        # With the words of one language nothing can be found in another.
        blanks = check_blanks(text, about)
        return [*wrong, *blanks]
    found = [finding for check in _CHECKS for finding in check(text, about)]
    found = [
        one
        for one in found
        if one.code != UNDATED or not is_stopped(one.start, one.end, found, text, about.language)
    ]
    return sorted(found, key=lambda one: (one.severity is not Severity.ERROR, one.start))


def check_standing(text: str, language: str, today: date) -> tuple[Finding, ...]:
    """What is wrong with a text that goes to everybody, without knowing any case.

    What would only be shown in a draft counts here too: nobody looks at a standing text before it goes out.
    """
    about = CheckContext(language=language, kind=DecisionKind.HAND_OVER, today=today)
    return tuple(finding for finding in check_text(text, about) if finding.code in _OF_ANY_TEXT)
