"""What was decided and a rewritten text no longer says: the mirror of what it gives beyond the decision.

Only what can be told with certainty counts as said: a part of a sentence that stands as it was composed, or
one that gives the decided figure or names the remedy. Of everything else an agent has to say whether it is
withheld or only worded otherwise.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from models.decision import Basis, Offer, Remedy, RemedyKind
from responses.checks.about import CheckContext
from responses.checks.clauses import clauses_of, is_denied, judged
from responses.checks.finding import Finding, Severity
from responses.checks.plain_text import plain_about, plain_words
from responses.checks.promises import promised_in
from responses.checks.sums import Said, sums_in
from responses.checks.wordlists import WordLists, word_lists
from responses.drafts.dates import format_due_day
from responses.drafts.phrases import phrases
from responses.drafts.promises import answer_words
from responses.drafts.remedies import option_words
from responses.drafts.slots import slots_in
from responses.drafts.templates import in_register
from responses.drafts.voice import Voice
from responses.policy.withheld import Place

_PART_END = re.compile(r"[,:;](?=\s|$)")
_FEW, _NEAR = 5, 18
_NUMBERED = re.compile(r"\s*\d\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsaid:
    """Something decided that the text does not say, as far as can be told.

    `key` names it within its decision: `o0` the first offer, `o0.1` the second option of its choice, `d1` the
    first commitment, `a` the answer that the text had announced. `places` are what is left unsaid of an
    offer, `commitment` is a commitment's number, from 1. With `needs_slot` no words can say it: it is a code.
    """

    key: str
    places: tuple[Place, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    commitment: int | None = None
    what: Mapping[str, str] = field(default_factory=dict)
    is_owed: bool = False
    needs_slot: bool = False

    def told(self, language: str) -> str:
        """What it is, in a few words: "buono 10 €"."""
        if self.remedies:
            voice = Voice(words=phrases(language), formal=True, variant=0, values={})
            return " / ".join(option_words(remedy, voice) for remedy in self.remedies)
        return self.what.get(language) or next(iter(self.what.values()), "")


def check_unsaid(text: str, about: CheckContext) -> Iterator[Finding]:
    """Offers, options of a choice and promises that the text no longer says."""
    for one in unsaid_in(text, about):
        if one.remedies:
            code = "option_missing" if "." in one.key else "offer_missing"
            named = ",".join(dict.fromkeys(str(remedy.kind) for remedy in one.remedies))
        else:
            code = "promise_missing" if one.commitment is not None else "answer_missing"
            named = one.what.get(about.language) or next(iter(one.what.values()), "")
        yield Finding(code=code, severity=Severity.WARNING, named=named)


def unsaid_in(text: str, about: CheckContext) -> tuple[Unsaid, ...]:
    """Everything decided that the text does not say, in the order of the decision.

    Raises:
        UnknownSlotError: something in the text looks like a slot and is none.
    """
    text, about = plain_words(text, about.language), plain_about(about)
    return (*_offers(text, about), *_commitments(text, about), *_answer(text, about))


def _offers(text: str, about: CheckContext) -> Iterator[Unsaid]:
    slots = slots_in(text)
    number = 0
    for group, offer in enumerate(about.offers):
        left = []
        for place, remedy in enumerate(offer.options):
            is_voucher = remedy.kind is RemedyKind.VOUCHER
            number += is_voucher
            is_code = is_voucher and len(offer.options) == 1
            said = f"voucher:{number}" in slots if is_code else _is_said(remedy, offer, text, about)
            left += [] if said else [place]
        if len(left) == len(offer.options):
            yield _unsaid(f"o{group}", group, left, offer)
        else:
            yield from (_unsaid(f"o{group}.{place}", group, [place], offer) for place in left)


def _unsaid(key: str, group: int, left: list[int], offer: Offer) -> Unsaid:
    remedies = tuple(offer.options[place] for place in left)
    return Unsaid(
        key=key,
        places=tuple((group, place) for place in left),
        remedies=remedies,
        is_owed=any(offer.basis_of(remedy) is Basis.OWED for remedy in remedies),
        needs_slot=len(offer.options) == 1 and remedies[0].kind is RemedyKind.VOUCHER,
    )


def _commitments(text: str, about: CheckContext) -> Iterator[Unsaid]:
    if about.carried_out is None:
        return
    slots = slots_in(text)
    owed = {offer.rule_id for offer in about.offers if offer.basis is Basis.OWED}
    for number, commitment in enumerate(about.carried_out.commitments, start=1):
        if f"due:{number}" not in slots:
            yield Unsaid(
                key=f"d{number}",
                commitment=number,
                what={
                    language: in_register(words, about.formality == "formal")
                    for language, words in commitment.what.items()
                },
                is_owed=commitment.rule_id in owed,
            )


def _answer(text: str, about: CheckContext) -> Iterator[Unsaid]:
    """The announced answer, where its day is gone and the text promises something all the same.

    A text that promises nothing is the answer.
    """
    if about.answer_day is None or format_due_day(about.answer_day, about.language) in text:
        return
    if promised_in(text, about):
        yield Unsaid(key="a", what=answer_words())


def _is_said(remedy: Remedy, offer: Offer, text: str, about: CheckContext) -> bool:
    if about.composed is None or about.composed == text:
        return True
    own = (remedy.wording or {}).get(about.language, "").strip().rstrip(".")
    if own:
        wordings = (plain_words(in_register(own, formal), about.language) for formal in (True, False))
        return any(_flat(words) in _flat(text) for words in wordings)
    parts = list(_parts(text, about))
    if any(_says(remedy, offer, part, about) or _is_held_out(remedy, part, about) for part in parts):
        return True
    # As it was composed it says it, whatever the word lists make of it.
    before = [part for part in _parts(about.composed, about) if _touches(remedy, part, about)]
    stand = {_flat(part.words) for part in parts}
    return bool(before) and all(_flat(part.words) in stand for part in before)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What is said between two commas, and the clause around it."""

    words: str
    clause: str


def _parts(text: str, about: CheckContext) -> Iterator[_Part]:
    for clause in clauses_of(judged(text, about), about.language):
        for words in _PART_END.split(clause.words):
            if words.strip():
                yield _Part(words=words, clause=clause.words)


def _says(remedy: Remedy, offer: Offer, part: _Part, about: CheckContext) -> bool:
    """Whether the part gives that remedy, beyond doubt."""
    language = about.language
    lists = word_lists(language)
    if lists.has("not", part.words) or any(lists.has(name, part.clause) for name in ("refuses", "asked")):
        return False
    named = _is_named(remedy.kind, part.words, language)
    gives = (
        lists.has("gives", part.words)
        or lists.payments["given"].search(part.words) is not None
        or _is_done(remedy.kind, part.words, language)
    )
    if not gives and not (named and _is_listed(remedy, offer, part, language)):
        return False
    if remedy.full:
        return lists.has("whole", part.words) or (named and _has_figure(remedy, part.words, language))
    if remedy.percent is not None or remedy.amount is not None:
        if not _has_figure(remedy, part.words, language):
            # Another sum in its place is told of by itself; of a choice nobody knows whose place it is.
            return named and len(offer.options) == 1 and _has_other_figure(part.words, about)
        return _is_given(remedy, part.words, lists) and (named or _is_only_figure(remedy, about))
    return named and not lists.has("past", part.words)


def _is_held_out(remedy: Remedy, part: _Part, about: CheckContext) -> bool:
    """Whether the decided figure stands there as one to have, though no verb gives it: "B: buono da 10 €"."""
    lists = word_lists(about.language)
    words = lists.patterns["no_more_than"].sub(" ", part.words)
    # "Dieci euro, in buono": the name may follow behind the comma.
    at = part.clause.find(part.words) + len(part.words)
    is_named = _names(remedy.kind, words + part.clause[at : at + _NEAR], lists)
    if remedy.percent is None and not (remedy.amount is not None and is_named):
        return False
    is_past = lists.has("past", words) and not lists.has("in_mind", words)
    signs = lists.payments
    aside = (signs["no"], signs["spent"], signs["wanted"], lists.patterns["asked"])
    if is_past or lists.has("refuses", part.clause) or any(sign.search(words) for sign in aside):
        return False
    return _is_given(remedy, words, lists)


def _is_given(remedy: Remedy, words: str, lists: WordLists) -> bool:
    """Whether the decided figure stands there for itself."""
    figures = [one for one in sums_in(words, lists.language) if _is_figure(one, remedy)]
    return any(not _is_in_its_place(words[: one.start], lists) for one in figures)


def _names(kind: RemedyKind, words: str, lists: WordLists) -> bool:
    return kind in lists.remedies and lists.remedies[kind].search(words) is not None


def _is_in_its_place(before: str, lists: WordLists) -> bool:
    """Whether something else is given for what follows: "anziché il buono da"."""
    rest = next((before[match.end() :] for match in lists.find("instead_of", before)), None)
    return rest is not None and len(rest.split()) <= _FEW and not lists.has("gives", rest)


def _is_done(kind: RemedyKind, words: str, language: str) -> bool:
    """Whether somebody of us does it: "ripariamo", and not "parliamo della riparazione"."""
    return any(_is_named(kind, match.group(), language) for match in word_lists(language).find("acts", words))


def _touches(remedy: Remedy, part: _Part, about: CheckContext) -> bool:
    named = _is_named(remedy.kind, part.words, about.language)
    return (
        named
        or _has_figure(remedy, part.words, about.language)
        or (remedy.full and word_lists(about.language).has("whole", part.words))
    )


def _is_named(kind: RemedyKind, words: str, language: str) -> bool:
    pattern = word_lists(language).remedies.get(kind)
    found = pattern.finditer(words) if pattern is not None else ()
    return any(not is_denied(words, match.start(), language) for match in found)


def _has_figure(remedy: Remedy, words: str, language: str) -> bool:
    return any(_is_figure(one, remedy) for one in sums_in(words, language))


def _is_figure(said: Said, remedy: Remedy) -> bool:
    return (said.percent is not None and said.percent == remedy.percent) or (
        said.money is not None and said.money == remedy.amount
    )


def _has_other_figure(words: str, about: CheckContext) -> bool:
    """Whether it gives a sum or share, and none that was decided."""
    given = any(_has_figure(remedy, words, about.language) for remedy in about.remedies)
    return bool(sums_in(words, about.language)) and not given


def _is_only_figure(remedy: Remedy, about: CheckContext) -> bool:
    """Whether no other remedy of the decision has the same figure, so that it need not be named."""
    figure = (remedy.percent, remedy.amount)
    return [(one.percent, one.amount) for one in about.remedies].count(figure) == 1


def _is_listed(remedy: Remedy, offer: Offer, part: _Part, language: str) -> bool:
    """Whether it stands as one of several: "la riparazione oppure la sostituzione", "2) la riparazione"."""
    others = [option for option in offer.options if option.kind is not remedy.kind]
    return bool(others) and (
        _NUMBERED.match(part.words) is not None
        or any(_is_named(option.kind, part.clause, language) for option in others)
    )


def _flat(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!,:;")
