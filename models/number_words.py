"""Numbers spelt out, as messages and our own answers have them: "trentacinque", "fünfunddreißig"."""

import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_ONE = re.compile(r"(?<!\w)(?:uno?|una|one|une|eine?[nmr]?|uma?)$", re.IGNORECASE)
_LANGUAGES = frozenset({"it", "en", "es", "fr", "de", "pt"})
_CUT_SHORT = re.compile(r"ún$")  # "veintiún euros"
_UMLAUTS = (("fuenf", "fünf"), ("zwoelf", "zwölf"), ("dreissig", "dreißig"))


@lru_cache(maxsize=4096)
def number_at_end(phrase: str, language: str) -> tuple[Decimal | None, int]:
    """The number that a phrase ends with, and how many letters say it: "ho speso cento" ends with 100."""
    # Imported where needed: a batch of texts without a sum never pays for it.
    from text_to_num import text2num

    words = phrase.split(" ")
    known = language if language in _LANGUAGES else "it"
    for start in range(len(words)):
        part = " ".join(words[start:])
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
