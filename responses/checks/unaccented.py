"""Expressions that find words typed without their accents too: "deja effectue", "manana", "fuer", "Strasse".

The lists are written as the languages are. A letter with an accent in them is found without it as well, a
German umlaut also as two letters. The text stays as it was typed, and so does every place in it.
"""

import re
import unicodedata

from responses.spelling import Accents, accents_of

_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe"}
_BEHIND = re.compile(r"\(\?<(?P<sign>[=!])(?P<words>[^()\[\]\\]*)\)")
_PIECE = re.compile(r"\(\?<[=!][^()]*\)|\\.|\[(?:\\.|[^\]\\])*\]|[^\W\d_]+|.", re.DOTALL)
_PARTICIPLE = re.compile("ée?s?$")
_FEW = 4
_WAYS = 3


def also_unaccented(expression: str, language: str) -> str:
    """The regular expression, widened: whatever it found it finds still.

    Italian and English are left alone: their hasty spellings are read in the text itself.
    """
    accents = accents_of(language)
    if accents is None:
        return expression
    return "".join(
        piece if piece.isascii() else _widened(piece, accents) for piece in _PIECE.findall(expression)
    )


def spellings(word: str) -> tuple[str, ...]:
    """The word as it should be, with two letters for an umlaut, and with none of its signs."""
    letters = [_spellings(letter, is_kept=False) for letter in word]
    ways = ("".join(one[min(way, len(one) - 1)] for one in letters) for way in range(_WAYS))
    return tuple(dict.fromkeys(ways))


def _widened(piece: str, accents: Accents) -> str:
    if piece.startswith("["):
        bare = "".join(sorted({_stripped(letter) for letter in piece if not letter.isascii()}))
        return piece if piece.startswith("[^") else f"{piece[:-1]}{bare}]"
    if piece.startswith("(?<"):
        behind = _BEHIND.fullmatch(piece)
        return _behind(behind) if behind is not None else piece
    is_kept = accents.kept.fullmatch(piece) is not None
    letters = [_either(_spellings(letter, is_kept=is_kept)) for letter in piece]
    participle = _PARTICIPLE.search(piece)
    if participle is not None and len(piece) > _FEW and not is_kept:
        # "Effacé" may be typed "efface", but "il efface" is what somebody does.
        place = participle.start()
        deeds = "".join(f"(?<!{subject}{piece[:place]})" for subject in accents.subjects)
        letters[place] = f"(?:é|{deeds}e)"
    return "".join(letters)


def _behind(match: re.Match[str]) -> str:
    """What stands before a place has to have one length: each spelling of it by itself."""
    sign, words = match["sign"], match["words"]
    places = [f"(?<{sign}{spelling})" for spelling in spellings(words)]
    return "".join(places) if sign == "!" else _either(places)


def _spellings(letter: str, *, is_kept: bool) -> list[str]:
    spellings = [letter]
    two = _TWO_LETTERS.get(letter.lower())
    if two is not None:
        spellings.append(two.capitalize() if letter.isupper() else two)
    if not is_kept and _stripped(letter) != letter:
        spellings.append(_stripped(letter))
    return spellings


def _either(spellings: list[str]) -> str:
    return spellings[0] if len(spellings) == 1 else f"(?:{'|'.join(spellings)})"


def _stripped(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]
