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
    """ "Tre richieste in 60 giorni", "a difficult customer", and the names that the policy gives signals.

    What may as well be said to apologise or to help is only a warning, and none where it plainly is.
    """
    told = [*listed("signals", _CODE, Severity.ERROR, text, about), *_named(text, about)]
    yield from told
    for found in (*_noted(text, about), *_counted(text, about)):
        # One remark is one finding.
        if not any(one.start < found.end and found.start < one.end for one in told):
            told.append(found)
            yield found


def _named(text: str, about: CheckContext) -> Iterator[Finding]:
    names = about.decision.signals if about.decision is not None else ()
    seen = judged(text, about)
    for name in names:
        # A name of one word may be a word of every day.
        parts = [re.escape(part) for part in re.split(r"[_\W]+", name) if part]
        pattern = r"[\s_-]+".join(parts)
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", seen, re.IGNORECASE) if len(parts) > 1 else ():
            yield _finding(match.group(), match.start(), match.end(), Severity.ERROR)


def _noted(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Sul suo profilo c'è una nota", and not "so that it isn't charged again"."""
    seen = judged(text, about)
    lists = word_lists(about.language)
    for found in listed("notes", _CODE, Severity.WARNING, text, about):
        if not lists.has("for_them", _around(seen, found.start, found.end)):
            yield found


def _counted(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Quest'anno si è già lamentata": what they did, and in the same breath that it was not once.

    An apology says it too, "e nessuno le ha risposto", be it in the next sentence.
    """
    seen = judged(text, about)
    lists = word_lists(about.language)
    for clause in clauses_of(seen, about.language):
        deed = next(lists.find("history", clause.words), None)
        if deed is None:
            continue
        for times in lists.find("more_than_once", clause.words):
            first, last = min(deed.start(), times.start()), max(deed.end(), times.end())
            between = clause.words[first:last]
            start, end = clause.start + first, clause.start + last
            if (
                end - start <= _NEAR
                and ":" not in between
                and not lists.has("of_ours", between)
                and not lists.has("unheard", _around(seen, start, end))
            ):
                yield _finding(between, start, end, Severity.WARNING)
                break


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - _NEAR) : end + _NEAR]


def _finding(words: str, start: int, end: int, severity: Severity) -> Finding:
    return Finding(code=_CODE, severity=severity, start=start, end=end, words=words)
