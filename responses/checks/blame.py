"""Blame put on the customer."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.clauses import clauses_of, is_denied, judged
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed
from responses.checks.wordlists import word_lists

_CODE = "blame_customer"
_SIGN = re.compile(r"[,;:](?=\s)|\s[–—-]\s")


def check_blame(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Avrebbe dovuto leggere", "as I've already told you"; not "it isn't your fault"."""
    told = list(listed("blame", _CODE, Severity.WARNING, text, about, unless_denied=True))
    yield from told
    for found in _duties(text, about):
        # One reproach is one finding.
        if not any(one.start < found.end and found.start < one.end for one in told):
            yield found


def _duties(text: str, about: CheckContext) -> Iterator[Finding]:
    """What they should have done: not what they should have got, nor what somebody else should have done."""
    lists = word_lists(about.language)
    for clause in clauses_of(judged(text, about), about.language):
        for match in lists.find("duty", clause.words):
            before = _SIGN.split(clause.words[: match.start()])[-1]
            if lists.has("somebody_else", before) or is_denied(clause.words, match.start(), about.language):
                continue
            start, end = clause.start + match.start(), clause.start + match.end()
            yield Finding(code=_CODE, severity=Severity.WARNING, start=start, end=end, words=match.group())
