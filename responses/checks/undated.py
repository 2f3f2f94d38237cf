"""Promises without a day: "la richiamo", which a customer counts on as well."""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from models.decision import Remedy, RemedyKind
from responses.checks.about import CheckContext
from responses.checks.clauses import (
    Clause,
    clauses_of,
    is_denied,
    is_denied_behind,
    judged,
    outside_quotations,
    without_whether,
)
from responses.checks.finding import Finding, Severity
from responses.checks.plain_text import plain_about, plain_text
from responses.checks.promises import Promised, as_written, part_around, still_to_come, what_is_done
from responses.checks.put import BY_HAND
from responses.checks.sums import sums_in
from responses.checks.undertakings import done_by, is_same, undertakings_in
from responses.checks.wordlists import WordLists, word_lists
from responses.drafts.dates import format_due_day

UNDATED = "promise_undated"

_SIGN = re.compile(r"(?<!\d)[,;:]|[,;:](?!\d)|\s[–—-]\s")
_EDGES = " .!,:;\n"
_UNDERTAKING = {
    RemedyKind.REFUND: "pay",
    RemedyKind.DISCOUNT: "pay",
    RemedyKind.REPLACEMENT: "replace",
    RemedyKind.REPAIR: "repair",
    RemedyKind.REDO: "repair",
    RemedyKind.GIFT: "gift",
}


def check_undated(text: str, about: CheckContext) -> Iterator[Finding]:
    """What somebody of us is going to do and nobody would keep track of, for it has no day."""
    for promise in undated_in(text, about):
        yield Finding(
            code=UNDATED,
            severity=Severity.WARNING,
            start=promise.start,
            end=promise.end,
            words=promise.words,
        )


def is_stopped(start: int, end: int, found: Sequence[Finding], text: str, language: str) -> bool:
    """Whether an error stands in these words: then it is told once, and off policy they go into the books.

    Not for a voucher put in by hand, nor for its value: what its code is told with goes into no books.
    """
    breath = _breath_at(start, text, language)
    put = {one.worth for one in found if one.code == BY_HAND and one.start in breath}
    return any(
        one.severity is Severity.ERROR
        and one.start < end
        and start < one.end
        and one.code != BY_HAND
        and (one.worth is None or one.worth not in put)
        for one in found
    )


def _breath_at(place: int, text: str, language: str) -> range:
    plain = plain_text(text, language)
    for clause in clauses_of(plain.words, language):
        breath = range(*plain.span(clause.start, clause.start + len(clause.words)))
        if place in breath:
            return breath
    return range(0)


def undated_in(text: str, about: CheckContext) -> Iterator[Promised]:
    """What is promised without a day, neither as it was composed nor as it was decided.

    Where something depends on the customer ("appena ho la foto, le dico…") nothing is promised yet.
    """
    plain = plain_text(text, about.language)
    for promise in _undated_in(plain.words, plain_about(about)):
        yield as_written(promise, plain)


def _undated_in(text: str, about: CheckContext) -> Iterator[Promised]:
    if about.composed == text:
        return
    composed = {_flat(one.said) for one in _said_in(about.composed, about)} if about.composed else set()
    answers = about.answer_day is not None and format_due_day(about.answer_day, about.language) in text
    for promise in _said_in(text, about):
        kinds = undertakings_in(promise.said, about.language)
        if _flat(promise.said) in composed or (answers and kinds == {"answer"}):
            continue
        if _is_put(promise, text, about):
            continue
        if not _is_decided(promise.said, about) and not _is_in_the_books(promise.said, about):
            yield promise


def _said_in(text: str, about: CheckContext) -> Iterator[Promised]:
    lists = word_lists(about.language)
    seen = judged(text, about)
    # Told again as it was said: „wir schicken das Paket noch einmal“.
    ours = outside_quotations(text)
    for clause in (part for whole in still_to_come(seen, about.language) for part in _apart(whole, lists)):
        settled = without_whether(clause.words, about.language)
        if clause.words.rstrip().endswith("?") or any(
            lists.has(name, settled) for name in ("asked", "conditions", "open_question")
        ):
            continue
        acts = [
            match
            for match in lists.find("undertakes", clause.words)
            if not is_denied(settled, match.start(), about.language)
            and not is_denied_behind(settled, match.end(), about.language)
        ]
        # Of "guardiamo noi e la richiamiamo" the second half alone.
        cuts = sorted([*acts, *lists.find("acts", clause.words)], key=lambda match: match.start())
        begun: set[int] = set()
        for act in acts:
            begin, until = part_around(clause.words, act, cuts, lists)
            start, end = clause.start + begin, clause.start + until
            said = clause.words[begin:until]
            if ours[clause.start + act.start()].isspace():
                continue
            if begin in begun or "{" in said or _comes_with_the_text(said, lists):
                continue
            # What the owner has worded beforehand is decided.
            if text[start:end] != said or _has_day(clause, begin, until, cuts, lists):
                continue
            begun.add(begin)
            yield Promised(
                start=start + len(said) - len(said.lstrip(_EDGES)),
                end=start + len(said.rstrip(_EDGES)),
                words=said.strip(_EDGES),
                what=what_is_done(clause.words, begin, until, (), lists),
                said=said,
                begin=start,
                until=end,
            )


def _apart(clause: Clause, lists: WordLists) -> Iterator[Clause]:
    """The clause cut before what holds in any case: "se non arriva la richiamo, comunque le rimborsiamo…"."""
    cuts = [0]
    for match in lists.find("in_any_case", clause.words):
        before = clause.words[: match.start()]
        sign = max((found.end() for found in _SIGN.finditer(before)), default=0)
        begins = match.start() if lists.patterns["and"].fullmatch(before.rstrip().rpartition(" ")[2]) else 0
        if (cut := max(sign, begins)) > cuts[-1]:
            cuts.append(cut)
    for start, end in pairwise([*cuts, len(clause.words)]):
        yield Clause(start=clause.start + start, words=clause.words[start:end])


def _comes_with_the_text(said: str, lists: WordLists) -> bool:
    in_person = undertakings_in(said, lists.language) & {"call", "visit"}
    reached = in_person or lists.has("channel", said)
    return lists.has("no_promise", said) or (not reached and lists.has("shown_below", said))


def _has_day(clause: Clause, begin: int, until: int, acts: Sequence[re.Match[str]], lists: WordLists) -> bool:
    """Whether a day stands beside it, or where it is nobody else's: "lunedì, appena apriamo, la richiamo"."""
    for when in lists.find("when", clause.words):
        if begin <= when.start() < until:
            return True
        others = (part_around(clause.words, act, acts, lists) for act in acts)
        if not any(start <= when.start() < end for start, end in others):
            return True
    return False


def _is_decided(said: str, about: CheckContext) -> bool:
    """Whether the decision that the text carries out has put it into the books by itself."""
    if about.carried_out is None:
        return False
    language, lists = about.language, word_lists(about.language)
    if any(
        is_same(commitment.what[language], said, language)
        for commitment in about.carried_out.commitments
        if language in commitment.what
    ):
        return True
    figures = {(one.money, one.percent) for one in sums_in(said, language)}
    return any(_is_remedy(one, said, lists, figures) for one in about.remedies)


def _is_put(promise: Promised, text: str, about: CheckContext) -> bool:
    """Whether it is kept by the text itself: "le mandiamo un buono da 10 €", with the code behind it."""
    if not undertakings_in(promise.said, about.language) <= {"send"}:
        return False
    breath = _breath_at(promise.start, text, about.language)
    here = text[breath.start : breath.stop]
    put = [one for one in about.put if re.search(rf"(?<!\w){re.escape(one.code)}(?!\w)", here)]
    named = word_lists(about.language).remedies.get(RemedyKind.VOUCHER)
    sums = {one.money for one in sums_in(promise.said, about.language)}
    return bool(put) and (
        (named is not None and named.search(promise.said) is not None)
        or any(one.code in promise.said or one.amount in sums for one in put)
    )


def _is_remedy(remedy: Remedy, said: str, lists: WordLists, figures: Set[tuple[object, object]]) -> bool:
    named = lists.remedies.get(remedy.kind)
    if named is not None and named.search(said):
        return True
    if (remedy.amount is not None and (remedy.amount, None) in figures) or (
        remedy.percent is not None and (None, remedy.percent) in figures
    ):
        return True
    kinds = undertakings_in(said, lists.language)
    undertaking = _UNDERTAKING.get(remedy.kind)
    return bool(kinds) and undertaking is not None and kinds <= done_by(undertaking)


def _is_in_the_books(said: str, about: CheckContext) -> bool:
    return any(one.words and is_same(one.words, said, about.language) for one in about.kept)


def _flat(words: str) -> str:
    return " ".join(words.casefold().split()).strip(" .!¡,:;")
