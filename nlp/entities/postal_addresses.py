"""Postal addresses: a street with its house number, and the postcode and town after it."""

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int]

_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_NAME = rf"{_CAPITAL}[^\W\d_]*(?:['’.-][^\W\d_]+)*\.?"
_TOWN = rf"{_NAME}(?:[ ](?:(?:di|de|del|della|la|sur|am|an der|upon|d'|en)[ ])?{_NAME}){{0,3}}"
_SEP = r"(?:[ ]?[,;–-][ ]?|[ ]?\n[ ]?|[ ]{1,2})"
_POSTCODE = rf"(?:[A-Z]{{1,2}}-)?\d{{5}}[ ](?:{_TOWN}|[^\W\d_]{{2,30}})(?:[ ]\(?[A-Z]{{2}}\)?(?!\w))?"
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}(?!\w)"
_WORD = r"(?:\d{1,2}[ ](?=[^\W\d_]{4}))?[^\W\d_][^\s\d,;:!?()]{0,30}"
_HOUSE = r"\d{1,4}(?:[ ]?[/-][ ]?[A-Za-z0-9]{1,3}|[ ]?[A-Za-z]|[ ]bis|[ ]ter)?(?![\w'’]|[.,:/]\d)"
_INSIDE = (
    r"(?:int(?:erno|\.)?|scala|sc\.|piano|app(?:artamento|\.)?|palazzina|piso|puerta|pta\.|esc(?:alera|\.)?"
    r"|bajo|b[âa]t(?:iment|\.)?|appt?\.?|étage|wohnung|whg\.?)[ ]?[\wº°ª]{0,4}|\d{1,2}[º°ª][ ]?\w{0,5}"
)
_REST = rf"(?:{_SEP}(?i:{_INSIDE})(?!\w)){{0,3}}(?:{_SEP}{_POSTCODE})?"

_STREET_FIRST = re.compile(
    rf"""(?<![\w'’])(?P<street>(?i:via|viale|v\.le|piazza|piazzale|p\.?zza|p\.le|corso|c\.so|largo|vicolo|strada
        |contrada|c\.da|localit[àa]|loc\.|frazione|fraz\.|lungomare|lungotevere|borgo|salita|traversa
        |calle|c/|avenida|avda\.?|av\.|paseo|plaza|pza\.?|camino|carretera|ctra\.?|ronda|traves[ií]a
        |urbanizaci[óo]n))
        (?P<words>(?:[ ]{{1,2}}|(?<=/)|(?<=\.)){_WORD}(?:[ ]{{1,2}}{_WORD}){{0,5}}?)
        (?:[ ]?,?[ ]?|[ ])(?:(?i:n[.°º]?[°º]?|nr\.?|nº|núm\.?|civico)[ ]?)?{_HOUSE}{_REST}""",
    re.VERBOSE,
)
_ENGLISH = re.compile(
    rf"""(?<![\w.,/£$€-])(?:(?i:flat|apt\.?|unit|apartment)[ ]\w{{1,4}},?[ ])?\d{{1,5}}[A-Za-z]?,?
        (?P<words>(?:[ ][^\W\d_][^\W\d_'’.-]{{1,20}}){{1,3}})[ ]
        (?i:street|st|road|rd|avenue|ave|lane|ln|drive|close|court|crescent|terrace|gardens|grove|boulevard|blvd
        |square|mews|way|hill|row|walk)(?!\w)\.?
        (?:(?:{_SEP}{_TOWN})?{_SEP}{_UK_POSTCODE}|,[ ]{_TOWN},?[ ][A-Z]{{2}}[ ]\d{{5}}(?:-\d{{4}})?)?""",
    re.VERBOSE,
)
_FRENCH = re.compile(
    rf"""(?<![\w.,/£$€-])\d{{1,4}}(?:[ ]?(?:bis|ter|quater|[A-D](?=,|[ ])))?,?[ ]
        (?i:rue|avenue|av\.|boulevard|bd|blvd|place|chemin|allée|impasse|quai|route|cours|square|passage|faubourg)
        (?:[ ](?:de[ ]la|de[ ]l['’]|de|du|des|la|le|les|d['’]))?
        (?:(?:[ ]|(?<=['’])){_NAME}(?:[ ](?:(?:de|du|des|la|le|les|et|en)[ ]){{0,2}}{_NAME}){{0,4}}
        |[ ][^\W\d_]{{3,30}})
        {_REST}""",
    re.VERBOSE,
)
_ENDING = r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt)"
_AT = r"(?:Am|An|Im|In|Auf|Zum|Zur|Unter|Hinter|Vor)(?:[ ](?:der|dem|den))?[ ]"
_GERMAN = re.compile(
    rf"""(?<![\w-])(?P<words>(?:{_AT})?(?:{_CAPITAL}[^\W\d_]{{1,25}}[ -]){{0,2}}[^\W\d_]{{2,25}}{_ENDING}
        |(?:{_AT}|{_CAPITAL}[^\W\d_]{{1,25}}[ -]){{1,2}}
        (?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Markt|Ring|Ufer))
        [ ](?:Nr\.[ ]?)?{_HOUSE}{_REST}""",
    re.VERBOSE,
)
_LONE_POSTCODE = re.compile(rf"(?<!\w){_UK_POSTCODE}|(?<![\w.,])\d{{5}}[ ]{_TOWN}[ ]\([A-Z]{{2}}\)")

_HINTS = """via |viale|v.le|piazz|p.zza|pzza|p.le|corso|c.so|largo|vicolo|strada|contrada|c.da|local|loc.|fraz
lungo|borgo|salita|trav|calle|c/|av|paseo|plaza|pza|camino|carretera|ctra|ronda|urbaniz"""
_GERMAN_HINTS = (
    "straße",
    "strasse",
    "str.",
    "weg ",
    "platz",
    "allee",
    "gasse",
    "ring ",
    "damm ",
    "ufer ",
    "markt",
)
_STREET_HINTS = tuple(re.split(r"[|\n]", _HINTS))
_UNIT = re.compile(
    r"""(?ix)
        [ ]? (?: [€$£%°] | (?: giorn | volt | pezz | or[ae] | ann[oi] | mes[ei] | settiman | person |
        fot | eur | d[ií]a | ve[cz] | hora | año | semana | jour | fois | heure | ans? | mois | semaine
        | tag | mal | woche | stunde | jahr | monat | minut | prodott | articol | paia | confezion |
        scatol | pacc | messagg | telefonat | chiamat | day | week | month | year | time | hour | item |
        people | miles | k[mg] | cm ) \w* \b )"""
)
_WAYS = """
email mail mails e-mail pec sms whatsapp wa telefono telefonica corriere posta fax chat internet web app
mare terra aria telegram messaggio bonifico che non è con per tutto alle ho mi ci vi mezzo ogni ancora
sono está esta es no que en hay ya se me un una
"""
_NO_STREET = frozenset(_WAYS.split())  # "via" is also by, away and by way of
_SMALL = """
di del dei degli della delle dello dell' da dal dalla d' il la lo le i san santa santo e ed de los las el
y al sant' gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
"""
_SMALL_WORDS = frozenset(_SMALL.split())
_LONGEST_ABBREVIATION, _MOST_SMALL = 5, 3
_NO_GERMAN = re.compile(
    r"(?i)(?:park|sitz|spiel|heim|um|rück|hin|arbeits|lager|steh|stell|liefer|camping|super|bau|flug)"
    r"(?:platz|weg|markt)"
)
_AT_HOME = re.compile(
    r"(?i)(?:\bin|\ba|indirizzo:?|abito|residente|domicilio|vivo en|\ben|direcci[óo]n:?(?: es)?)(?: la)? ?$"
)
_BEFORE = 20  # letters in which `_AT_HOME` stands


def find_addresses(text: str, *, is_everyday: Callable[[str], bool]) -> list[Span]:
    """Where addresses stand, in order and apart from one another.

    A street without capitals is one where `is_everyday` knows none of its words, or the words before say so.
    """
    spans: list[Span] = []
    for start, end in sorted(_found(text, is_everyday), key=lambda span: (span[0], -span[1])):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
    return spans


def _found(text: str, is_everyday: Callable[[str], bool]) -> Iterator[Span]:
    small = text.lower()
    match = _STREET_FIRST.search(text) if any(hint in small for hint in _STREET_HINTS) else None
    while match is not None:
        found = _is_street(text, match, is_everyday)
        if found:
            yield match.span()
        match = _STREET_FIRST.search(text, match.end() if found else match.end("street"))
    for match in _ENGLISH.finditer(text):
        words = match["words"].split()
        if all(word[0].isupper() or not is_everyday(word.lower()) for word in words):
            yield match.span()
    for match in _FRENCH.finditer(text):
        yield match.span()
    for match in _GERMAN.finditer(text) if any(hint in small for hint in _GERMAN_HINTS) else ():
        if not _UNIT.match(text, match.end()) and not _NO_GERMAN.search(match["words"]):
            yield match.span()
    for match in _LONE_POSTCODE.finditer(text):
        yield match.span()


def _is_street(text: str, match: re.Match[str], is_everyday: Callable[[str], bool]) -> bool:
    words = match["words"].split()
    small = {word for word in words if word[0].islower()}
    if _UNIT.match(text, match.end()) or words[0].lower() in _NO_STREET:
        return False
    if any(word.endswith(".") and len(word) > _LONGEST_ABBREVIATION for word in words):
        return False
    if len(small) < len(words):
        return small <= _SMALL_WORDS
    if len(words) > _MOST_SMALL or small & _NO_STREET or small <= _SMALL_WORDS:
        return False
    if _AT_HOME.search(text[max(0, match.start() - _BEFORE) : match.start()]):
        return True
    return not any(is_everyday(word) for word in small - _SMALL_WORDS)
