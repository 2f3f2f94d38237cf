"""Numbers spelt out, as messages and our own answers have them: "trentacinque", "fünfunddreißig"."""

import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_ONE = re.compile(r"(?<!\w)(?:uno?|una|one|une|eine?[nmr]?|uma?)$", re.IGNORECASE)
_LANGUAGES = frozenset({"it", "en", "es", "fr", "de", "pt"})
_MILLION = r"(?:milion[ei]|million(?:en|s)?|mill[óo]n(?:es)?|milh(?:ão|ões))"
_HALF_A = {
    "it": "mezzo",
    "en": "half(?: an?| of an?)?",
    "es": "medio",
    "fr": "(?:un )?demi",
    "de": "(?:eine[rn]? )?halbe[rn]?",
    "pt": "meio",
}
AND_A_HALF = {
    "it": " e mezz[oa]",
    "en": " and a half",
    "es": " y medi[oa]",
    "fr": " et demie?",
    "de": "einhalb",
    "pt": " e mei[oa]",
}
"""What stands behind a number that is half a one more: "due e mezzo"."""

_OF_MILLIONS = re.compile(
    rf"(?P<millions>(?<!\w){_MILLION}(?:{'|'.join(AND_A_HALF.values())})?) d(?:[ei]|['’])?$", re.IGNORECASE
)
_CUT_SHORT = re.compile(r"ún$")  # "veintiún euros"
_HOW_MANY = re.compile("milioni|millions|millionen|millones|milhões", re.IGNORECASE)  # of them nobody says
_UMLAUTS = (("fuenf", "fünf"), ("zwoelf", "zwölf"), ("dreissig", "dreißig"))


@lru_cache(maxsize=4096)
def number_at_end(phrase: str, language: str) -> tuple[Decimal | None, int]:
    """The number that a phrase ends with, and how many letters say it: "ho speso cento" ends with 100.

    After millions the "di" before what is counted is one of its words: "mezzo milione di".
    """
    known = language if language in _LANGUAGES else "it"
    counting = _OF_MILLIONS.sub(r"\g<millions>", phrase)
    value, length = _with_halves(counting, known)
    return value, length + len(phrase) - len(counting) if value is not None else 0


def _with_halves(phrase: str, known: str) -> tuple[Decimal | None, int]:
    half = rf"(?P<one>(?<!\w)anderthalb)|{AND_A_HALF[known]}"
    match = re.search(rf"(?:{half})(?P<millions> {_MILLION})?$", phrase, re.IGNORECASE)
    if match is None:
        million = re.search(rf"(?<!\w)(?:{_HALF_A[known]})[ -]{_MILLION}$", phrase, re.IGNORECASE)
        return (Decimal(500_000), len(million[0])) if million is not None else _whole(phrase, known)
    before = phrase[: match.start()]
    value, length = (Decimal(1), 0) if match["one"] else _whole(before, known)
    if value is None:
        return None, 0
    if match["millions"]:
        value = (2 * value + 1) * 500_000
    else:
        value += 500_000 if re.search(rf"(?<!\w){_MILLION}$", before, re.IGNORECASE) else Decimal("0.5")
    return value, length + len(match[0])


def _whole(phrase: str, known: str) -> tuple[Decimal | None, int]:
    # Imported where needed: a batch of texts without a sum never pays for it.
    from text_to_num import text2num

    words = phrase.split(" ")
    for start in range(len(words)):
        part = " ".join(words[start:])
        if _HOW_MANY.fullmatch(part):
            break
        with suppress(ValueError, InvalidOperation):
            return Decimal(text2num(_usual(part.lower(), known), known)), len(part)
    if one := _ONE.search(phrase):
        return Decimal(1), len(one[0])
    return None, 0


def _usual(spelt: str, language: str) -> str:
    """The form that the library knows."""
    if language == "es":
        return _CUT_SHORT.sub("uno", spelt)
    if language == "de":
        for typed, meant in _UMLAUTS:
            spelt = spelt.replace(typed, meant)
    return spelt
