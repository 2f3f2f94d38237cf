"""Promises: whatever we say that we do by a certain time stands in the books, or is not said."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from models.decision import DecisionKind, Role
from responses.checks.about import CheckContext
from responses.checks.clauses import (
    Clause,
    clauses_of,
    is_denied,
    is_left_open,
    judged,
    outside_quotations,
    whether_in,
    without_whether,
)
from responses.checks.days import days_in, latest_day, near_day
from responses.checks.finding import Finding, Severity
from responses.checks.plain_text import PlainText, plain_about, plain_text
from responses.checks.undertakings import is_same
from responses.checks.wordlists import WordLists, names_in, weekdays, word_lists

_COLON = re.compile(r":\s+")
_SIGN = re.compile(r"(?<!\d)[,:;]|[,:;](?!\d)")  # not inside of 11:15 or 4,90


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """When something is promised for: the words and their place, and what, as far as that can be cut out.

    `begin` and `until` are the place of all that is `said` in it: of "la richiamo lunedì" `words` are
    "lunedì".
    """

    start: int
    end: int
    words: str
    what: str
    said: str
    begin: int
    until: int


def check_promises(text: str, about: CheckContext) -> Iterator[Finding]:
    """Deadlines that no slot carries and nobody keeps."""
    gives = about.kind == DecisionKind.OFFER
    for promise in untracked_in(text, about):
        yield Finding(
            code="promise_untracked",
            severity=Severity.ERROR if gives else Severity.WARNING,
            start=promise.start,
            end=promise.end,
            words=promise.words,
            # Where nobody set limits no role is named.
            needs_tier=Role.SUPERVISOR if gives and about.limits else None,
        )


def untracked_in(text: str, about: CheckContext) -> Iterator[Promised]:
    """What is promised for a day to come that the books do not know."""
    for promise in promised_in(text, about):
        named = [found.day for found in days_in(promise.words, about.language, about.today)]
        if any(day < about.today for day in named):
            continue  # said of the day itself
        if not _is_kept(promise, named, about):
            yield promise


def promised_in(text: str, about: CheckContext) -> list[Promised]:
    """Where somebody of us does something, in our own words or in the owner's, and says when."""
    plain = plain_text(text, about.language)
    return [as_written(one, plain) for one in _promised_in(plain.words, plain_about(about))]


def as_written(promise: Promised, plain: PlainText) -> Promised:
    """The promise with its places in the text as it was written."""
    start, end = plain.span(promise.start, promise.end)
    begin, until = plain.span(promise.begin, promise.until)
    return replace(promise, start=start, end=end, begin=begin, until=until)


def _promised_in(text: str, about: CheckContext) -> list[Promised]:
    lists = word_lists(about.language)
    seen = judged(text, about)
    ours = outside_quotations(text)
    found = []
    for clause in still_to_come(seen, about.language):
        settled = without_whether(clause.words, about.language)
        asked = whether_in(clause.words, about.language)
        results = _results(clause.words, settled, lists)
        acts = [
            match
            for match in sorted((*lists.find("acts", clause.words), *results), key=re.Match.start)
            if not is_denied(settled, match.start(), about.language)
            and not is_left_open(settled, match.start(), about.language)
            and not any(match.start() in span for span in asked)
            and not ours[clause.start + match.start()].isspace()
        ]
        end = clause.start + len(clause.words)
        is_owners = text[clause.start : end] != clause.words
        if not acts and not is_owners:
            continue
        times = list(lists.find("when", clause.words))
        for match in times:
            before = clause.words[: match.start()].split()[-1:]
            if before and lists.patterns["belongs"].fullmatch(before[0]):
                continue
            if acts and ours[clause.start + match.end() - 1].isspace():
                continue
            if acts and all(act in results for act in acts) and _is_since(clause.words, match, lists):
                continue
            part = _part_of(clause.words, acts, match, lists) if acts else None
            begin, until = part or (0, len(clause.words))
            what = what_is_done(clause.words, begin, until, times, lists) if part else ""
            if not begin <= match.start() < until:
                begin, until = 0, len(clause.words)
            found.append(
                Promised(
                    start=clause.start + match.start() + len(match.group()) - len(match.group().lstrip()),
                    end=clause.start + match.end(),
                    words=match.group().strip(),
                    what=what,
                    said=clause.words[begin:until],
                    begin=clause.start + begin,
                    until=clause.start + until,
                )
            )
    return found


def _results(clause: str, settled: str, lists: WordLists) -> list[re.Match[str]]:
    """What will be so by then, whoever does it, where it depends on nothing and nobody asks."""
    if clause.rstrip().endswith("?") or any(lists.has(name, settled) for name in ("asked", "conditions")):
        return []
    return list(lists.find("results", clause))


def _is_since(clause: str, when: re.Match[str], lists: WordLists) -> bool:
    """Whether it has been so since then: "è risolto da lunedì"."""
    words = (*clause[: when.start()].split()[-1:], *when.group().split()[:1])
    return any(lists.patterns["since"].fullmatch(word) for word in words)


def still_to_come(text: str, language: str) -> Iterator[Clause]:
    """What is neither told of the past nor refused: of "ho visto: la richiamo domani" the second half."""
    lists = word_lists(language)
    for clause in clauses_of(text, language):
        # Whole where it can be: what is done and its day may stand on either side of a colon.
        pieces = _pieces(clause, language) if _is_over(clause, lists) else iter((clause,))
        yield from (piece for piece in pieces if not _is_over(piece, lists))


def _is_over(clause: Clause, lists: WordLists) -> bool:
    return lists.has("past", clause.words) or lists.has("refuses", clause.words)


def _pieces(clause: Clause, language: str) -> Iterator[Clause]:
    """A clause cut at its colons, and where it certainly goes on with something that is still to be done."""
    lists = word_lists(language)
    cuts = {match.end() for match in _COLON.finditer(clause.words)}
    for match in lists.find("goes_on", clause.words):
        before = clause.words[: match.start()].rstrip()
        if before.endswith(",") or lists.patterns["and"].fullmatch(before.rpartition(" ")[2]):
            cuts.add(match.start())
    places = [0, *sorted(cuts - {0}), len(clause.words)]
    for start, end in pairwise(places):
        yield Clause(start=clause.start + start, words=clause.words[start:end])


def _part_of(
    clause: str, acts: Sequence[re.Match[str]], when: re.Match[str], lists: WordLists
) -> tuple[int, int]:
    """Where it stands what is done then: of "la chiamo lunedì e le mando il pacco martedì" each by itself."""
    parts = [part_around(clause, act, acts, lists) for act in acts]
    return next((part for part in parts if part[0] <= when.start() < part[1]), parts[0])


def what_is_done(
    clause: str, begin: int, until: int, times: Sequence[re.Match[str]], lists: WordLists
) -> str:
    """What is done in that part, without its deadlines: "la richiamo"; nothing where it cannot be cut out."""
    if "{" in clause[begin:until]:
        return ""  # a slot, which means nothing outside of its text
    inside = [when for when in times if begin <= when.start() < until]
    edges = [begin, *(edge for when in inside for edge in when.span()), until]
    *before, last = [clause[start:end].split() for start, end in zip(edges[::2], edges[1::2], strict=True)]
    for words in before:
        while words and lists.patterns["hangs"].fullmatch(words[-1]):
            words.pop()
    return _joined(*(" ".join(words) for words in (*before, last)))


def part_around(
    clause: str, act: re.Match[str], acts: Sequence[re.Match[str]], lists: WordLists
) -> tuple[int, int]:
    """From where to where a clause speaks of what is done there."""
    cuts = [(match.start(), match.end()) for match in _SIGN.finditer(clause)]
    for one, other in pairwise(acts):
        ands = [
            (one.end() + word.start(), one.end() + word.end())
            for word in re.finditer(r"\S+", clause[one.end() : other.start()])
            if lists.patterns["and"].fullmatch(word.group())
        ]
        cuts += ands[-1:]
    begin = max((end for _, end in cuts if end <= act.start()), default=0)
    return begin, min((start for start, _ in cuts if start >= act.start()), default=len(clause))


def _joined(*pieces: str) -> str:
    return " ".join(" ".join(pieces).split()).strip(" .!¡")


def _is_kept(promise: Promised, named: list[date], about: CheckContext) -> bool:
    """Whether the books know that thing for that day: named in full, by its day of the week, or as "oggi"."""
    if named:
        return all(_is_known(promise, (day,), about) for day in named)
    near_by = near_day(promise.words, about.language, about.today)
    if near_by is not None:
        return _is_known(promise, (near_by,), about)
    names = names_in(promise.words.lower(), weekdays(about.language))
    near = [day for day in about.days if 0 <= (day - about.today).days < 7]
    return bool(names) and all(
        _is_known(promise, [day for day in near if day.weekday() == number], about) for number in names
    )


def _is_known(promise: Promised, days: Collection[date], about: CheckContext) -> bool:
    """Of two things for one day only that which is kept; where nobody knows what is, the day is enough."""
    for day in days:
        kept = [one for one in about.kept if one.day == day]
        if day in about.days and (
            not kept or any(is_same(one.words, promise.said, about.language) for one in kept)
        ):
            return True
    return False


def promised_day(text: str, about: CheckContext) -> date | None:
    """By which day the text promises the one thing that it does in words; None where there are several."""
    found = promised_in(text, about)
    return latest_day(found[0].words, about.language, about.today) if len(found) == 1 else None
