"""Streets with a house number, in whatever of the five languages: of addresses they alone can be told."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_NAME = rf"(?:{_CAPITAL}[^\W\d_]{{0,2}}\.(?= )|{_CAPITAL}[^\W\d_]*(?:['.-][^\W\d_]+)*)"
_LETTER = r"(?:[a-zA-Z]| [A-Z]| [a-z](?=[,.;)]|$))(?![\w'])"
_HOUSE = rf"(?P<house>\d{{1,4}}(?:{_LETTER}|/\w{{1,3}}| (?:bis|ter)\b)?)(?!\w|[.,:/-]\d| ?[%€$£])"
_STREETS_ENDING = re.compile(r"stra(?:ß|ss)e\b|strasse\b|str\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Street:
    """A street with its number: where it stands, the last word of its name, and the number of the house."""

    start: int
    end: int
    name: str
    house: str
    number_first: bool


def streets_in(text: str, language: str) -> list[Street]:
    """The streets with a house number in a plain text of that language, in order and apart."""
    grammar = _grammar()
    found: list[Street] = []
    matches = (match for pattern in grammar.patterns for match in pattern.finditer(text))
    for match in sorted(matches, key=lambda one: (one.start(), -one.end())):
        if found and match.start() < found[-1].end:
            continue
        if grammar.is_street(match, language):
            found.append(_street(match))
    return found


def is_named(street: Street, texts: Iterable[str]) -> bool:
    """Whether one of the texts names that house in that street, with more or fewer words around it."""
    name = re.escape(_flat(street.name))
    digits, letter = re.fullmatch(r"(\d+)\W*(\w*)", _flat(street.house)).groups()  # type: ignore[union-attr]
    house = rf"(?<!\w){digits}\W?{letter}(?!\w)" if letter else rf"(?<!\w){digits}(?!\w)"
    forms = [rf"(?<!\w){name}\W{{1,4}}(?:[^\W\d_]{{1,8}}\W{{1,3}})?{house}"]
    if street.number_first:
        forms.append(rf"{house}\W{{1,3}}(?:[^\W\d_]+\W{{1,3}}){{0,5}}{name}(?!\w)")
    pattern = re.compile("|".join(forms))
    return any(pattern.search(_flat(text)) for text in texts)


def _street(match: re.Match[str]) -> Street:
    words = match["name"].split()
    # Of "Kölner Straße" the last word alone names none.
    bare = len(words) > 1 and words[-1] == match["word"]
    return Street(
        start=match.start(),
        end=match.end(),
        name=" ".join(words[-2:] if bare else words[-1:]),
        house=match["house"],
        number_first=match.start("house") < match.start("name"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Grammar:
    """What is written in `streets.yaml`; a word that is `doubtful` in a pattern needs a sign beside it."""

    patterns: tuple[re.Pattern[str], ...]
    signs: re.Pattern[str]
    ways: re.Pattern[str]
    no_streets: re.Pattern[str]
    units: re.Pattern[str]

    def is_street(self, match: re.Match[str], language: str) -> bool:
        text = match.string
        if self.units.match(text, match.end()) or self.no_streets.search(match["name"]):
            return False
        if self.ways.fullmatch(match["name"].split()[0]):
            return False
        # Elsewhere than in Italian "via" is mostly by way of something.
        if not match["doubtful"] and (match["word"].lower() != "via" or language == "it"):
            return True
        # "Am Markt 5": the sign may be a part of the name.
        begins = f"{match['name'].split()[0]} " if match["name"] != match["word"] else ""
        before = text[: match.start()]
        return bool(match["sign"]) or any(self.signs.search(words) for words in (before, begins) if words)


@cache
def _grammar() -> _Grammar:
    source = files("responses").joinpath("phrases", "streets.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = YAML(typ="safe").load(source)
    small = rf"(?:(?i:{'|'.join(tree['small'])})(?:(?<=')| ))"
    ahead = rf"{small}{{0,3}}(?:\d{{1,2}} (?={_CAPITAL}))?"
    names = rf"{_NAME}(?: {small}{{0,2}}{_NAME}){{0,4}}"
    called = r"(?:n[.°º]+|nr\.?|nº|núm\.?|civico|numero|número)"
    kinds = {kind: _words(tree[kind]) for kind in ("first", "number_first", "between", "ending")}
    ending = kinds["ending"]
    return _Grammar(
        patterns=(
            re.compile(
                rf"(?<![\w'-])(?P<word>(?i:{kinds['first']}))(?:(?<=/)|(?<=\.)| ) ?{ahead}(?P<name>{names}?)"
                rf"(?:(?P<sign>,(?: ?{called})?| {called}) ?| ){_HOUSE}"
            ),
            # "rue de la paix": in small letters only behind a word that nothing but a street has.
            re.compile(
                rf"(?<![\w.,/£$€-]){_HOUSE}(?P<sign>,?) (?P<word>(?i:{kinds['number_first']})) {ahead}"
                rf"(?P<name>{names}|(?(doubtful)(?!)|(?:(?<=(?:la|es|du|de) )|(?<='))[^\W\d_]{{3,30}}))"
            ),
            re.compile(
                rf"(?<![\w.,/£$€-]){_HOUSE}(?P<sign>,?) (?P<name>(?:{_NAME} ){{0,3}}?{_NAME}) "
                rf"(?P<word>(?i:{kinds['between']}))(?!\w)"
            ),
            re.compile(
                rf"(?<![\w-])(?P<name>(?:(?:{_CAPITAL}[\w-]*[ -]){{1,3}}|{_CAPITAL}[^\W\d_]*?)"
                rf"(?P<word>(?i:{ending})))(?P<sign>)(?<!\w-) (?:Nr\. ?)?{_HOUSE}"
            ),
        ),
        signs=re.compile(rf"(?:(?<!\w)(?i:{'|'.join(tree['signs'])})(?: (?:the|la|el))? |[:(] ?)$"),
        ways=re.compile("|".join(tree["ways"]), re.IGNORECASE),
        no_streets=re.compile(tree["no_streets"], re.IGNORECASE),
        units=re.compile(rf" ?{tree['units']}(?!\w)", re.IGNORECASE),
    )


def _words(kind: dict[str, list[str]]) -> str:
    return rf"(?:{'|'.join(kind['sure'])}|(?P<doubtful>{'|'.join(kind['doubtful'])}))"


def _flat(words: str) -> str:
    decomposed = unicodedata.normalize("NFD", words.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(_STREETS_ENDING.sub("str", bare).replace("str.", "str").replace("'", " ").split())
