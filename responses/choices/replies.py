"""What somebody answers to a choice in their own words: a yes, one of the options, none of them, or neither.

Only what is clear is read; a tie or a doubt is `other`. Nothing is done with a reading before an agent has
confirmed it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from models.decision import Remedy
from responses.drafts.templates import in_register
from responses.spelling import spelled_out

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-zß]+|[%€$£]")
_SENTENCE_END = re.compile(r"(?<=[.!?\n])")
_CLAUSE_END = re.compile(r"[.,;:!?\n]+")
_SHARE = frozenset({"%", "percent", "prozent"})
_SUM = frozenset({"€", "$", "£", "euro", "euros", "eur"}) | _SHARE
_MORE_FROM = 3
"""How many words that belong to no choice make a message more than one."""


class ReplyKind(StrEnum):
    ACCEPT = "accept"  # yes, without saying to which
    CHOOSE = "choose"
    DECLINE = "decline"  # none of them
    OTHER = "other"  # anything else, and everything that is not clear


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """How an answer was read.

    `option` is the place of what was chosen, from 0, None unless `kind` is choose. `more`: the message says
    or asks something beside it.
    """

    kind: ReplyKind
    option: int | None = None
    more: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """One language's words, folded as a message is."""

    choose: frozenset[str]
    accept: frozenset[str]
    decline: tuple[str, ...]
    nothing: frozenset[str]
    no: frozenset[str]
    doubt: tuple[str, ...]
    both: tuple[str, ...]
    but: tuple[str, ...]
    than: tuple[str, ...]
    not_: str
    polite: tuple[str, ...]
    idle: frozenset[str]
    spelled: Mapping[str, str]
    places: Mapping[str, int]
    last: frozenset[str]
    no_place: tuple[str, ...]
    remedies: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Clause:
    """What one clause says: which options it names, and whether it is for, against, or about them."""

    named: frozenset[int]
    refuses: bool
    accepts: bool
    chooses: bool
    asks: bool
    rest: int


def read_reply(text: str, options: Sequence[Remedy], language: str, *, by_number: bool = True) -> Reply:
    """Reads `text` as an answer to the choice among `options`.

    Args:
        text: what was written.
        options: the remedies to choose among, in the order in which they were put.
        language: in which they were put; one that we do not write in is read as English.
        by_number: whether a number or a bare yes can only be about this choice.
    """
    words = _words(language)
    folded = _fold(spelled_out(text))
    declines, folded = _cut(folded, words.decline)
    both, folded = _cut(folded, words.both)
    doubts, folded = _cut(folded, words.doubt)
    _, folded = _cut(folded, words.no_place)
    for phrase, word in words.spelled.items():
        folded = re.sub(rf"\b{phrase}\b", word, folded)
    names = _names(options, words, language)
    clauses = [
        clause
        for sentence in _SENTENCE_END.split(folded)
        for clause in _read_sentence(sentence, options, words, names, by_number=by_number)
    ]
    rest = sum(clause.rest for clause in clauses)
    more = rest >= _MORE_FROM or any(clause.asks for clause in clauses)
    wanted = {place for clause in clauses if not clause.refuses for place in clause.named}
    refused = {place for clause in clauses if clause.refuses for place in clause.named}
    if doubts or both or len(wanted) > 1 or wanted & refused:
        return Reply(kind=ReplyKind.OTHER)
    if declines:
        return Reply(kind=ReplyKind.OTHER) if wanted else Reply(kind=ReplyKind.DECLINE, more=more)
    if len(wanted) == 1:
        (place,) = wanted
        # "Il buono è scaduto" names the voucher and does not choose it; nor does "quanto vale il buono?".
        if any(
            place in clause.named
            and not clause.asks
            and (clause.chooses or clause.accepts or not clause.rest)
            for clause in clauses
        ):
            return Reply(kind=ReplyKind.CHOOSE, option=place, more=more)
        return Reply(kind=ReplyKind.OTHER)
    left = set(range(len(options))) - refused
    if refused and not left:
        return Reply(kind=ReplyKind.DECLINE, more=more)
    if refused or rest or more or not by_number:
        return Reply(kind=ReplyKind.OTHER)
    if any(clause.accepts for clause in clauses):
        return Reply(kind=ReplyKind.ACCEPT)
    if any(clause.refuses for clause in clauses):
        return Reply(kind=ReplyKind.DECLINE)
    return Reply(kind=ReplyKind.OTHER)


def _read_sentence(
    sentence: str,
    options: Sequence[Remedy],
    words: _Words,
    names: Sequence[frozenset[str]],
    *,
    by_number: bool,
) -> list[_Clause]:
    polite, wish = _cut(sentence, words.polite)
    for phrase in words.than:
        wish = re.sub(rf"(?<![a-z]){re.escape(phrase)}(?![a-z])", f", {words.not_} ", wish)
    for phrase in words.but:
        wish = re.sub(rf"(?<![a-z]){re.escape(phrase)}(?![a-z])", ",", wish)
    clauses = [
        _read_clause(clause, options, words, names, by_number=by_number)
        for clause in _CLAUSE_END.split(wish)
        if clause.strip()
    ]
    # "Posso avere il buono?" is no question, nor is "per favore?".
    names_any = any(clause.named for clause in clauses)
    asks = "?" in sentence and not (polite and names_any)
    asks = asks and (names_any or any(clause.rest for clause in clauses))
    return [replace(clause, asks=asks, chooses=clause.chooses or polite) for clause in clauses]


def _read_clause(
    clause: str,
    options: Sequence[Remedy],
    words: _Words,
    names: Sequence[frozenset[str]],
    *,
    by_number: bool,
) -> _Clause:
    tokens = _TOKEN.findall(clause)
    named: set[int] = set()
    used: set[int] = set()
    for place, name in enumerate(names):
        at = {index for index, token in enumerate(tokens) if token in name}
        if at:
            named.add(place)
            used |= at
    for index, token in enumerate(tokens):
        sign = _sign_of(tokens, index)
        if sign is not None:
            named |= _by_sum(token, tokens[sign], options)
            used |= {index, sign}
        elif by_number and index not in used:
            place_named = _by_place(token, words, len(options))
            if place_named is not None:
                named.add(place_named)
                used.add(index)
    known = words.choose | words.accept | words.no | words.nothing | words.idle
    rest = sum(index not in used and token not in known for index, token in enumerate(tokens))
    said = set(tokens)
    return _Clause(
        named=frozenset(named),
        refuses=bool(said & (words.no | words.nothing)),
        accepts=bool(said & words.accept),
        chooses=bool(said & words.choose),
        asks=False,
        rest=rest,
    )


def _by_place(token: str, words: _Words, count: int) -> int | None:
    if token in words.last:
        return count - 1
    number = int(token) if token.isdecimal() else words.places.get(token)
    return number - 1 if number is not None and 1 <= number <= count else None


def _sign_of(tokens: Sequence[str], index: int) -> int | None:
    """Where the sign of a sum of money or a percentage stands; None where the token begins none."""
    if tokens[index][0].isdigit():
        for place in (index + 1, index - 1):
            if 0 <= place < len(tokens) and tokens[place] in _SUM:
                return place
    return None


def _by_sum(number: str, sign: str, options: Sequence[Remedy]) -> set[int]:
    """The options that a sum or a percentage means."""
    plain = number.replace(",", ".")
    if plain.count(".") > 1:
        return set()
    found = set()
    for place, option in enumerate(options):
        sums = [money.amount for money in (option.amount, option.at_most) if money is not None]
        said = [option.percent] if sign in _SHARE else sums
        if any(value is not None and float(value) == float(plain) for value in said):
            found.add(place)
    return found


def _names(options: Sequence[Remedy], words: _Words, language: str) -> list[frozenset[str]]:
    """What each option may be called; a word that would mean two of them means none."""
    called = [
        words.remedies.get(option.kind, frozenset())
        | _own_words(in_register((option.wording or {}).get(language, ""), formal=True), words)
        for option in options
    ]
    return [
        name - frozenset().union(*(other for place, other in enumerate(called) if place != own))
        for own, name in enumerate(called)
    ]


def _own_words(wording: str, words: _Words) -> frozenset[str]:
    known = words.choose | words.accept | words.no | words.nothing | words.idle | words.places.keys()
    return frozenset(
        token for token in _TOKEN.findall(_fold(wording)) if len(token) > 3 and token not in known
    )


def _cut(folded: str, phrases: Sequence[str]) -> tuple[bool, str]:
    """Whether any of the phrases stands in the text, and the text without them."""
    found = False
    for phrase in phrases:
        pattern = rf"(?<![a-z]){re.escape(phrase)}(?![a-z])"
        found = found or re.search(pattern, folded) is not None
        folded = re.sub(pattern, " ", folded)
    return found, folded


def _fold(text: str) -> str:
    """Small letters without accents, hyphens or apostrophes: "Sì, l'altro" is "si, l altro"."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("ß", "ss"))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")
    return re.sub(r"['’`´-]", " ", plain)


@cache
def _words(language: str) -> _Words:
    source = files("responses").joinpath("phrases", "choice_replies.yaml").read_text(encoding="utf-8")
    tree = YAML(typ="safe").load(source)
    own = tree.get(language, tree["en"])

    def several(name: str) -> tuple[str, ...]:
        # The longest first: "non voglio niente" before "niente".
        folded = {" ".join(_fold(phrase).split()) for phrase in own[name]}
        return tuple(sorted(folded, key=lambda phrase: (-len(phrase), phrase)))

    def single(name: str) -> frozenset[str]:
        return frozenset(token for phrase in own[name] for token in _fold(phrase).split())

    return _Words(
        choose=single("choose"),
        accept=single("accept"),
        decline=several("decline"),
        nothing=single("nothing"),
        no=single("no"),
        doubt=several("doubt"),
        both=several("both"),
        but=several("but"),
        than=several("than"),
        not_=_fold(own["no"][0]),
        polite=several("polite"),
        idle=single("idle"),
        spelled={_fold(phrase): f" {_fold(word)} " for phrase, word in own["spelled"].items()},
        places={
            _fold(word): number for number, spoken in enumerate(own["places"], start=1) for word in spoken
        },
        last=single("last"),
        no_place=several("no_place"),
        remedies={
            kind: frozenset(_fold(word) for word in spoken) for kind, spoken in own["remedies"].items()
        },
    )
