"""Days: none over that we promise for, none whose day of the week is another, none from nowhere."""

from collections.abc import Iterator
from datetime import date

from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.days import days_in, impossible_in
from responses.checks.finding import Finding, Severity
from responses.checks.promises import promised_in
from responses.checks.wordlists import weekdays


def check_dates(text: str, about: CheckContext) -> Iterator[Finding]:
    """A promise for a day that is over, a wrong weekday, a day that no year has or nobody has named."""
    seen = judged(text, about)
    promised = [(promise.start, promise.end) for promise in promised_in(text, about)]
    known = known_days(about)
    for start, end in impossible_in(seen, about.language, about.today):
        yield Finding(
            code="date_impossible", severity=Severity.WARNING, start=start, end=end, words=seen[start:end]
        )
    for named in days_in(seen, about.language, about.today):
        words = seen[named.start : named.end]
        if named.weekday is not None and named.weekday != named.day.weekday():
            name = weekdays(about.language)[named.day.weekday()]
            yield Finding(
                code="weekday_wrong",
                severity=Severity.WARNING,
                start=named.start,
                end=named.end,
                words=words,
                named=name,
            )
        if named.day in known:
            continue  # "l'importo che le abbiamo chiesto il 3 novembre" promises nothing for that day
        if not any(start <= named.start and named.end <= end for start, end in promised):
            code, severity = "date_unknown", Severity.WARNING
        elif named.day < about.today:
            code, severity = "date_past", Severity.ERROR
        else:
            continue  # told as a promise
        yield Finding(code=code, severity=severity, start=named.start, end=named.end, words=words)


def known_days(about: CheckContext) -> set[date]:
    """The days of the facts, those promised, and whatever either side has named before."""
    days = {fact for fact in about.known_facts.values() if isinstance(fact, date)} | {
        *about.days,
        *about.named,
    }
    for text in (*about.said, *about.sent):
        days |= {named.day for named in days_in(text, about.language, about.today)}
    return days | {about.today}
