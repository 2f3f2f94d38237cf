"""Which display name may be used to greet somebody."""

import re
import unicodedata

_LETTERS = re.compile(r"[^\W\d_]{1,20}")
_VOWEL = re.compile(r"[aeiouy]")
_THRICE = re.compile(r"(.)\1\1", re.IGNORECASE)
# What people and shops put where a first name is asked for: "Buongiorno Admin" would be worse than no name.
_WORDS = """
account admin agente altro amministrazione amore anonimo anonima anonymous bar bot business client cliente
contact contatto customer demo deleted ditta hotel info kunde kundin mamma me mister mr mrs ms negozio nessuno
nobody official officina papa papà pizzeria prova ristorante shop signor signora sir srl spa staff store
studio support supporto telegram test tester ufficio unknown user usuario utente
the il lo la le gli un una de di da del della van von el los las der die das don donna dott dr prof
"""
_NO_NAME = frozenset(_WORDS.split())
# Words that no first name is, but that many surnames begin with.
_PARTICLES = frozenset(
    {"di", "de", "da", "del", "della", "dal", "lo", "la", "le", "van", "von", "der", "el", "los", "las"}
)


def usable_name(display_name: str | None) -> str | None:
    """Gives the first name in a display name, when it plainly is one, else None.

    "Marta Rossi" and "MARTA" give "Marta"; "🦋Ale🦋", "xX_dark_Xx", "Pizzeria Da Gino", "M." and "user123"
    give None: a greeting without a name is always right, one with a wrong name never.
    """
    tokens = _tokens(display_name)
    return _written(tokens[0]) if tokens else None


def usable_full_name(display_name: str | None) -> str | None:
    """Gives first name and surname where a display name plainly is both, else None.

    A bare surname wants "signor" or "signora" before it, and nobody told us which: the full name is as
    polite and guesses nothing. "marta rossi" gives "Marta Rossi"; "Marta" and "Marta R." give None.
    """
    tokens = _tokens(display_name)
    if len(tokens) < 2 or len(tokens[-1]) < 2 or tokens[-1].lower() in _NO_NAME:
        return None
    if any(token.lower() in _NO_NAME - _PARTICLES for token in tokens):
        return None
    shouted = " ".join(tokens).islower() or " ".join(tokens).isupper()
    return " ".join(
        token if token.lower() in _PARTICLES and not shouted else _written(token) for token in tokens
    )


def _tokens(display_name: str | None) -> list[str]:
    """The words of a display name that begins with a first name, else none."""
    tokens = unicodedata.normalize("NFC", display_name or "").split()
    if not 1 <= len(tokens) <= 4 or not all(_is_plain(token) for token in tokens):
        return []
    first = tokens[0]
    if len(first) < 2 or first.lower() in _NO_NAME or not _VOWEL.search(_base(first)):
        return []
    return tokens


def _written(token: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"([-'’])", token))


def _is_plain(token: str) -> bool:
    """Letters only, at most one hyphen or apostrophe, capitals only where a name has them."""
    parts = re.split(r"[-'’]", token)
    return (
        len(parts) <= 2
        and not _THRICE.search(token)
        and all(_LETTERS.fullmatch(part) and _is_latin(part) for part in parts)
        and all(part in (part.lower(), part.upper(), part.capitalize()) for part in parts)
    )


def _is_latin(word: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in word)


def _base(word: str) -> str:
    return unicodedata.normalize("NFD", word.lower())
