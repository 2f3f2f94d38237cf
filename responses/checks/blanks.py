"""Blanks that somebody meant to fill."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.clauses import quotations_in
from responses.checks.finding import Finding, Severity

_FIELDS = (
    "nome|cognome|cliente|importo|data|numero|inserire|name|first name|customer|amount|date|number|insert|"
    "nombre|apellido|importe|fecha|n[uú]mero|pr[eé]nom|nom|montant|numéro|vorname|nachname|betrag|datum|nummer|"
    "tbd|todo|xxx"
)
# In parentheses a field stands alone, or somebody is told to put it there: "(nome)", "(inserire la data)".
_ALONE = (
    r"(?:nome|cognome|first name|last name|name|nombre|apellidos?|pr[eé]nom|nom|vorname|nachname)"
    r"(?: (?:del |de la |of the |du |des |de )?(?:cliente|customer|client|kunden))?"
    r"|importo|amount|importe|montant|betrag"
    r"|(?-i:DATA|DATE|FECHA|DATUM|NUMERO|NÚMERO|NUMÉRO|NUMBER|NUMMER)"
)
_TO_PUT = (
    r"(?:da )?(?:inserir|completar|compilar)\w*|(?:please )?(?:insert|fill in|to be (?:added|completed))|"
    r"insertar|rellenar|completar|(?:à )?(?:ins[eé]rer|compl[eé]ter|remplir)|"
    r"(?:bitte |hier )?(?:einsetzen|einf[uü]gen|eintragen|erg[aä]nzen)"
)
# "[quella blu]" is said in passing: a field has a name.
_POINTING = (
    r"quell[oaie]|quest[oaie]|this|that|these|those|the \w+ ones?|es[eao]s?|est[eao]s?|aquel\w*|celui|"
    r"celles?|ceux|dies\w*|jen\w+"
)
_BLANK = re.compile(
    # Whatever stands in square brackets is for a person to fill: not a link's text, nor the number of a note.
    rf"\[(?!\d{{1,4}}\]|(?:{_POINTING})(?!\w))[^\[\]\n]{{0,60}}\](?!\()"
    rf"|[{{<](?:{_FIELDS})[^\[\]{{}}<>]{{0,30}}[}}>]"
    # Fields of other programs; doubled braces around a slot's word say it literally.
    r"|\{\{\s*(?!(?:agent|greeting|choose_by|due|voucher)(?::[^{}\n]{0,20})?\}\})[^{}\n]{1,40}\}\}"
    r"|(?-i:(?<![\w%])%[A-Z][A-Z_]{1,30}%(?!\w)|(?<![\w$])\$\{?[A-Z][A-Z_]{2,30}\}?(?!\w)"
    r"|(?<![\w#])#[A-Z][A-Z_]{1,30}#(?!\w))"
    r"|\(\s*(?:…|\.{3,}|\?{2,})\s*\)|(?<=\s)\(\s*\)"
    rf"|(?P<aside>(?<=\s)\(\s*(?:(?:{_ALONE})|(?:{_TO_PUT})(?: [\w']+){{0,4}})\s*\))"
    r"|(?<!\w)(?:n[.°ºr]{1,3}|num[eé]ro|n[uú]mero|number|nummer)\s(?:…|\.{3})"
    # A day that nobody filled in: GG/MM/AAAA, DD/MM, JJ.MM., TT.MM.JJJJ.
    r"|(?P<day>(?<!\w)(?:GG|DD|JJ|TT)[/.-]MM(?:[/.-](?:AAAA|YYYY|JJJJ|AA|YY|JJ)?)?(?!\w))"
    # A number or a day: "n. ???", "per il ???", "??? €"; "davvero???" is a question.
    r"|(?:(?<!\w)(?:n[.°ºr]{1,3}|no\.|num[eé]ro|n[uú]mero|number|nummer|il|lo|la|le|del|al|el|du|au|the|of|by|am|den|"
    r"zum|vom|für|fuer)\s|[#:]\s?|(?<!\d)(?<!\d\s)[€$£]\s?)\?{2,}|\?{2,}\s?[€%]"
    r"|(?<!\w)[Xx]{3,}(?!\w)|_{3,}|\.{4,}|(?<!\w)(?:TODO|TBD|FIXME)(?!\w)|(?i:lorem ipsum)",
    re.IGNORECASE,
)
# "Nel campo obbligatorio (nome)", "ci scriva chi firma (nome)": something is to be filled by the customer.
_THEIRS_TO_FILL = re.compile(
    r"\b(?:campo|casella|voce|colonna|modulo|riga|field|box|column|form|line|casilla|columna|formulario|champ|case|"
    r"colonne|formulaire|ligne|feld|spalte|formular|zeile|scriv\w+|mand\w+|indic\w+|dica|dicci|write|send|tell|give|"
    r"escrib\w+|indiqu\w+|d[ií]ga\w*|[eé]cri\w+|envoy\w+|schreib\w*|nenn\w*|schick\w*)\b[^.!?\n]{0,40}$",
    re.IGNORECASE,
)
_AS_ASKED = re.compile(r"(?:format\w*|come|as|como|comme|als|wie)[:\s(«\"“„]*$", re.IGNORECASE)
_ELLIPSIS = re.compile(r"[(\[]\s*(?:…|\.{3})\s*[)\]]")
_SHOUTED = re.compile(r"todo|tbd", re.IGNORECASE)


def check_blanks(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "[…]", "[nome]", "(nome)", "XXXX", "____"; what approval fills is no blank."""
    shortened = _shortened_in(text)
    for match in _BLANK.finditer(text):
        if _SHOUTED.fullmatch(match.group()) and not match.group().isupper():
            continue  # Spanish for "everything"
        if match["day"] and _AS_ASKED.search(text[: match.start()]):
            continue  # how the customer is to write a day
        if match.span() in shortened or (match["aside"] and _THEIRS_TO_FILL.search(text[: match.start()])):
            continue
        if match.group().startswith("[") and "…" not in match.group() and _is_theirs(match.group(), about):
            continue
        yield Finding(
            code="blank",
            severity=Severity.ERROR,
            start=match.start(),
            end=match.end(),
            words=match.group(),
        )


def _shortened_in(text: str) -> set[tuple[int, int]]:
    """Where "(…)" leaves something out of words that are quoted; alone between the marks it is a blank."""
    return {
        (start + match.start(), start + match.end())
        for start, end in quotations_in(text)
        if re.search(r"\w", _ELLIPSIS.sub("", text[start:end]))
        for match in _ELLIPSIS.finditer(text[start:end])
    }


def _is_theirs(words: str, about: CheckContext) -> bool:
    """Whether the customer wrote it, brackets and all."""
    return any(words in said for said in about.said)
