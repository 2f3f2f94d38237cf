"""Signals: what a customer's history shows is for us alone, and named in no text to them."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.clauses import clauses_of, judged
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed
from responses.checks.wordlists import word_lists

_CODE = "signal_told"
_NEAR = 90
"""How far apart, in characters, what belongs to one remark may stand."""


def check_signals(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Tre richieste in 60 giorni", "a difficult customer", and the names that the policy gives signals."""
    told = [*listed("signals", _CODE, Severity.ERROR, text, about), *_named(text, about)]
    yield from told
    for found in _counted(text, about):
        # One remark is one finding.
        if not any(one.start < found.end and found.start < one.end for one in told):
            yield found


def _named(text: str, about: CheckContext) -> Iterator[Finding]:
    names = about.decision.signals if about.decision is not None else ()
    seen = judged(text, about)
    for name in names:
        # A name of one word may be a word of every day.
        parts = [re.escape(part) for part in re.split(r"[_\W]+", name) if part]
        pattern = r"[\s_-]+".join(parts)
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", seen, re.IGNORECASE) if len(parts) > 1 else ():
            yield _finding(match.group(), match.start(), match.end())


def _counted(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Quest'anno si è già lamentata": what they did, and in the same breath that it was not once."""
    lists = word_lists(about.language)
    for clause in clauses_of(judged(text, about), about.language):
        deed = next(lists.find("history", clause.words), None)
        if deed is None:
            continue
        for times in lists.find("more_than_once", clause.words):
            first, last = min(deed.start(), times.start()), max(deed.end(), times.end())
            between = clause.words[first:last]
            if last - first <= _NEAR and ":" not in between and not lists.has("of_ours", between):
                yield _finding(between, clause.start + first, clause.start + last)
                break


def _finding(words: str, start: int, end: int) -> Finding:
    return Finding(code=_CODE, severity=Severity.ERROR, start=start, end=end, words=words)
