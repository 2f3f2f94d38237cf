"""Signals: what a customer's history shows is for us alone, and named in no text to them."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed

_CODE = "signal_told"


def check_signals(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Tre richieste in 60 giorni", "a difficult customer", and the names that the policy gives signals."""
    yield from listed("signals", _CODE, Severity.ERROR, text, about)
    names = about.decision.signals if about.decision is not None else ()
    seen = judged(text, about)
    for name in names:
        # A name of one word may be a word of every day.
        parts = [re.escape(part) for part in re.split(r"[_\W]+", name) if part]
        pattern = r"[\s_-]+".join(parts)
        for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", seen, re.IGNORECASE) if len(parts) > 1 else ():
            yield Finding(
                code=_CODE,
                severity=Severity.ERROR,
                start=match.start(),
                end=match.end(),
                words=match.group(),
            )
