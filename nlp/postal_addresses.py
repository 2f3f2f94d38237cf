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
_HOUSE = r"\d{1,4}(?:[ ]?[/-][ ]?[A-Za-z0-9]{1,3}|[ ]?[A-Za-z]|[ ]bis|[ ]ter)?(?![\w]|[.,:/]\d)"
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
        (?P<words>(?:[ ]|(?<=['’])){_NAME}(?:[ ](?:(?:de|du|des|la|le|les|et|en)[ ]){{0,2}}{_NAME}){{0,4}}|[ ][^\W\d_]{{3,30}})
        {_REST}""",
    re.VERBOSE,
)
_GERMAN = re.compile(
    rf"""(?<![\w-])(?P<words>(?:(?:(?:Am|An|Im|In|Auf|Zum|Zur|Unter|Hinter|Vor)(?:[ ](?:der|dem|den))?[ ])?
        (?:{_CAPITAL}[^\W\d_]{{1,25}}[ -]){{0,2}}
        (?:[^\W\d_]{{2,25}}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|pfad|markt|graben)
        |(?<=[ -])(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Markt|Ring|Ufer))))
        [ ](?:Nr\.[ ]?)?{_HOUSE}{_REST}""",
    re.VERBOSE,
)
_LONE_POSTCODE = re.compile(rf"(?<!\w){_UK_POSTCODE}|(?<![\w.,])\d{{5}}[ ]{_TOWN}[ ]\([A-Z]{{2}}\)")

_STREETS = (
    *(
        "via ",
        "viale",
        "v.le",
        "piazz",
        "p.zza",
        "pzza",
        "p.le",
        "corso",
        "c.so",
        "largo",
        "vicolo",
        "strada",
    ),
    *("contrada", "c.da", "local", "loc.", "fraz", "lungo", "borgo", "salita", "trav", "calle", "c/", "av"),
    *("paseo", "plaza", "pza", "camino", "carretera", "ctra", "ronda", "urbaniz"),
)
_UNIT = re.compile(
    r"""(?ix)[ ]?(?:[€$£%°]|(?:giorn|volt|pezz|or[ae]|ann[oi]|mes[ei]|settiman|person|fot|eur|dí?ia|día|ve[cz]|hora|año|mese
        |semana|person|jour|fois|heure|an(?:s)?|mois|semaine|tag|mal|woche|stunde|jahr|monat|minut|prodott|articol|paia
        |confezion|scatol|pacc|messagg|telefonat|chiamat|day|week|month|year|time|minute|hour|item|people|miles|km|kg|cm)\w*\b)"""
)
_NO_STREET = frozenset(
    """email mail mails e-mail pec sms whatsapp wa telefono telefonica corriere posta fax chat internet web app mare terra aria
    telegram messaggio bonifico che non è con per del tutto alle le il i gli dal ho mi ci vi di mezzo ogni ancora da sono
    está esta es no que en hay ya se me una un""".split()
)
_NO_GERMAN = re.compile(
    r"(?i)(?:park|sitz|spiel|heim|um|rück|hin|arbeits|lager|steh|stell|liefer|camping|super|bau|flug)(?:platz|weg|markt)"
)
_AT_HOME = re.compile(
    r"(?i)(?:\bin|\ba|indirizzo:?|abito|residente|domicilio|vivo en|\ben|direcci[óo]n:?(?: es)?)(?: la)? ?$"
)


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
    if any(word in small for word in _STREETS):
        for match in _STREET_FIRST.finditer(text):
            if _is_street(text, match, is_everyday):
                yield match.span()
    for match in _ENGLISH.finditer(text):
        words = match["words"].split()
        if all(word[0].isupper() or not is_everyday(word.lower()) for word in words):
            yield match.span()
    for match in _FRENCH.finditer(text):
        yield match.span()
    for match in _GERMAN.finditer(text):
        if not _UNIT.match(text, match.end()) and not _NO_GERMAN.search(match["words"]):
            yield match.span()
    for match in _LONE_POSTCODE.finditer(text):
        yield match.span()


def _is_street(text: str, match: re.Match[str], is_everyday: Callable[[str], bool]) -> bool:
    words = match["words"].split()
    if _UNIT.match(text, match.end()):
        return False
    if any(word[0].isupper() for word in words):
        return words[0].lower() not in _NO_STREET or words[0][0].isupper()
    if _NO_STREET.intersection(words):
        return False
    at_home = _AT_HOME.search(text[max(0, match.start() - 16) : match.start()]) is not None
    return at_home or not any(is_everyday(word) for word in words if len(word) > 3)
