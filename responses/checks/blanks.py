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
    r"|(?<!\w)[Xx]{3,}(?!\w)|_{3,}|\.{4,}|(?<!\w)(?:TODO|TBD|FIXME)(?!\w)|(?i:lorem ipsum)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"todo|tbd", re.IGNORECASE)


def check_blanks(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "[…]", "[nome]", "XXXX", "____"; what approval fills is no blank."""
    for match in _BLANK.finditer(text):
        if _SHOUTED.fullmatch(match.group()) and not match.group().isupper():
            continue  # Spanish for "everything"
        yield Finding(
            code="blank",
            severity=Severity.ERROR,
            start=match.start(),
            end=match.end(),
            words=match.group(),
        )
