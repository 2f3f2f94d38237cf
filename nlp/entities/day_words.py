"""How six languages name days and stretches of time, and the counting that both need."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

UNITS = ("day", "week", "month", "year")


@dataclass(frozen=True, kw_only=True, slots=True)
class DayWords:
    """How one language names days; `|` parts alternatives.

    `named` are the days from the one before yesterday to the one after tomorrow, `counts` the numbers from
    one to ten, `units` day, week, month, year, `ago` and `ahead` the phrases around a count and a unit,
    `last` and `next` those around a weekday. `on` introduces a day, `between` joins the ends of a range.
    `short` are months cut short, `first` is the day that a month begins with.
    """

    named: tuple[str, str, str, str, str]
    counts: tuple[str, ...]
    units: tuple[str, str, str, str]
    ago: str
    ahead: str
    months: str
    short: str
    first: str
    weekdays: str
    last: str
    next: str
    on: str
    between: str


_FR_TODAY = "aujourd['’ ]?hui|ce (?:matin|soir)|cet après-midi|cette nuit"
WORDS: Mapping[str, DayWords] = {
    "it": DayWords(
        named=(
            r"(?:l['’ ]?)?altro ?ieri|avantieri|ier[i ]?\s?l['’ ]?altro",
            "ieri|iersera",
            "oggi|stamattina|stamani|stamane|stasera|stanotte|quest[ao] (?:mattina|pomeriggio|sera|notte)",
            "domani|domattina|dmn",
            "dopo[ -]?domani|domani l['’]altro",
        ),
        counts=("un[oa]?", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci"),
        units=("giorn[oi]|gg", r"settiman[ae]|sett\.?", "mes[ei]", "ann[oi]"),
        ago="{} fa",
        ahead="(?:tra|fra) {}",
        months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
        short="gen|febb?|mar|apr|mag|giu|lug|ago|ott|nov|dic",
        first="primo",
        weekdays="luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica",
        last="{} scors[oa]|scors[oa] {}",
        next="{} prossim[oa]|prossim[oa] {}",
        on="il|del|dal|al|entro|l['’]|dell['’]|all['’]|dall['’]|data",
        between="al|all['’]|e(?: (?:il|l['’]))?|fino al",
    ),
    "en": DayWords(
        named=(
            "(?:the )?day before yesterday",
            "yesterday|yday|last night",
            "today|tonight|this (?:morning|afternoon|evening)",
            "tomorrow|tmrw|tmr",
            "(?:the )?day after tomorrow",
        ),
        counts=("an?|one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        units=("days?", "weeks?|wks?", "months?|mths?", "years?|yrs?"),
        ago="{} ago",
        ahead="in {}",
        months="january|february|march|april|may|june|july|august|september|october|november|december"
        "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
        short="jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
        first="first",
        weekdays="monday|tuesday|wednesday|thursday|friday|saturday|sunday",
        last="last {}",
        next="next {}",
        on="on|since|by|until|from|dated|the|for|to|due|before|after",
        between="to|and|until",
    ),
    "es": DayWords(
        named=(
            "anteayer|antes ?de ?ayer|antier",
            "ayer|anoche",
            "hoy|esta (?:ma[ñn]ana|tarde|noche)",
            "(?<!la )ma[ñn]ana",
            "pasado ma[ñn]ana",
        ),
        counts=("una?", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
        units=("d[ií]as?", "semanas?", "mes(?:es)?", "años?"),
        ago="(?<!desde )hace {}",
        ahead="dentro de {}",
        months="enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre",
        short="ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic",
        first="primero",
        weekdays="lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo",
        last="{} pasado|pasado {}",
        next="{} que viene|{} pr[óo]ximo|pr[óo]ximo {}",
        on="el|del|al|desde|hasta|día",
        between="al|y(?: el)?|hasta el",
    ),
    "fr": DayWords(
        named=("avant[ -]?hier", "hier", _FR_TODAY, "demain", "apr[èe]s[ -]?demain"),
        counts=("une?", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
        units=("jours?", "semaines?", "mois", "ans?"),
        ago="il y a {}",
        ahead="dans {}",
        months="janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre",
        short="janv|f[ée]vr?|avr|juil|sept|oct|nov|d[ée]c",
        first="premier",
        weekdays="lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        last="{} dernier|{} passé",
        next="{} prochain",
        on="le|du|depuis|jusqu['’]au|au",
        between="au|et(?: le)?|jusqu['’]au",
    ),
    "de": DayWords(
        named=("vorgestern", "gestern", "heute", "(?<!am )(?<!guten )morgen", "(?:ü|ue)bermorgen"),
        counts=("eine[mr]?", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"),
        units=("tag(?:en|e)?", "wochen?", "monat(?:en|e)?", "jahr(?:en|e)?"),
        ago="vor {}",
        ahead="in {}",
        months="januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember",
        short="jan|feb|mär|mrz|apr|jun|jul|aug|sept?|okt|nov|dez",
        first="erste[nrm]?",
        weekdays="montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag",
        last="(?:letzten|letzter|vergangenen|vorigen) {}",
        next="(?:nächsten|nächster|kommenden) {}",
        on="am|vom|seit|bis|zum|der|den",
        between="bis(?: zum)?|und(?: dem)?",
    ),
    "pt": DayWords(
        named=(
            "anteontem|antes de ontem",
            "ontem",
            "hoje|esta (?:manhã|tarde|noite)",
            "amanh[ãa]",
            "depois de amanh[ãa]",
        ),
        counts=("uma?", "dois|duas", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"),
        units=("dias?", "semanas?", "m[êe]s(?:es)?", "anos?"),
        ago="(?<!desde )h[áa] {}|faz {}(?! que)|{} atr[áa]s",
        ahead="daqui a {}",
        months="janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
        short="jan|fev|mar|abr|jun|jul|ago|out|nov|dez",
        first="primeiro",
        weekdays="segunda(?:-feira)?|terça(?:-feira)?|quarta(?:-feira)?|quinta(?:-feira)?|sexta(?:-feira)?"
        "|sábado|domingo",
        last="{} passad[oa]",
        next="próxim[oa] {}|{} próxim[oa]|{} que vem",
        on="em|no|do|desde|até|dia|ao|para|para o",
        between="ao|a|e(?: o| a)?|até(?: ao)?",
    ),
}


def counted(word: str, language: str, words: DayWords) -> int | None:
    if word.isdecimal():
        return int(word)
    for number, form in enumerate(words.counts, start=1):
        if re.fullmatch(form, word, re.IGNORECASE):
            return number
    from text_to_num import text2num

    try:
        return int(text2num(word.lower(), language if language in WORDS else "it"))
    except ValueError:
        return None


def shifted(today: date, count: int, unit: str) -> date | None:
    """The day so many units from today; of a shorter month its last day."""
    try:
        if unit in ("day", "week"):
            return today + timedelta(days=count * (7 if unit == "week" else 1))
        months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


def index_of(word: str, alternatives: tuple[str, ...]) -> int:
    return next(
        index
        for index, form in enumerate(alternatives)
        if re.fullmatch(form, word, re.IGNORECASE) is not None
    )


@cache
def pattern(form: str) -> re.Pattern[str]:
    return re.compile(form, re.IGNORECASE)
