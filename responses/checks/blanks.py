"""Blanks that somebody meant to fill."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity

_FIELDS = (
    "nome|cognome|cliente|importo|data|numero|inserire|name|first name|customer|amount|date|number|insert|"
    "nombre|apellido|importe|fecha|número|prénom|nom|montant|numéro|vorname|nachname|betrag|datum|nummer|"
    "tbd|todo|xxx"
)
_BLANK = re.compile(
    rf"\[\s*(?:…|\.\.\.)[^\[\]]*\]|[\[{{<](?:{_FIELDS})[^\[\]{{}}<>]{{0,30}}[\]}}>]"
    # A day that nobody filled in: GG/MM/AAAA, DD/MM, JJ.MM., TT.MM.JJJJ.
    r"|(?P<day>(?<!\w)(?:GG|DD|JJ|TT)[/.-]MM(?:[/.-](?:AAAA|YYYY|JJJJ|AA|YY|JJ)?)?(?!\w))"
    # A number or a day: "n. ???", "per il ???", "??? €"; "davvero???" is a question.
    r"|(?:(?<!\w)(?:n[.°ºr]{1,3}|no\.|numero|número|numéro|number|nummer|il|lo|la|le|del|al|el|du|au|the|of|by|am|den|"
    r"zum|vom|für)\s|[#:]\s?|(?<!\d)(?<!\d\s)[€$£]\s?)\?{2,}|\?{2,}\s?[€%]"
    r"|(?<!\w)[Xx]{3,}(?!\w)|_{3,}|\.{4,}|(?<!\w)(?:TODO|TBD|FIXME)(?!\w)|(?i:lorem ipsum)",
    re.IGNORECASE,
)
_AS_ASKED = re.compile(r"(?:format\w*|come|as|como|comme|als|wie)[:\s(«\"“„]*$", re.IGNORECASE)
_SHOUTED = re.compile(r"todo|tbd", re.IGNORECASE)


def check_blanks(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "[…]", "[nome]", "XXXX", "____"; what approval fills is no blank."""
    for match in _BLANK.finditer(text):
        if _SHOUTED.fullmatch(match.group()) and not match.group().isupper():
            continue  # Spanish for "everything"
        if match["day"] and _AS_ASKED.search(text[: match.start()]):
            continue  # how the customer is to write a day
        yield Finding(
            code="blank",
            severity=Severity.ERROR,
            start=match.start(),
            end=match.end(),
            words=match.group(),
        )
