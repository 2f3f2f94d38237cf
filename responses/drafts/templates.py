"""The small notation in which the phrase files are written.

- `(le|ti)`: the formal form, then the informal one;
- `<order>`: a value that may or may not be known; `<^is>` the same, beginning with a capital;
- `[ dell'ordine <order>]`: left out as a whole when a value inside it is unknown; `[… ]` is plain
  text: the blank that a person has to fill.

A wording whose values outside the square brackets are not all known cannot be used; of those that can,
the ones that name most come first (`best`). Round brackets without a bar, and braces, are plain text.
Values are put in last, so nothing in them is read as notation.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_REGISTER = re.compile(r"\(([^()|]*)\|([^()|]*)\)")
_OPTIONAL = re.compile(r"\[(?!…)([^\[\]]*)\]")
_FIELD = re.compile(r"<(\^?)([a-z_]+)>")
_OPENING = '¿¡«“„"('


@lru_cache(maxsize=4096)
def required(wording: str) -> frozenset[str]:
    """Names the values without which `wording` cannot be used."""
    return fields_of(_OPTIONAL.sub("", wording))


@lru_cache(maxsize=4096)
def fields_of(wording: str) -> frozenset[str]:
    """Names every value that `wording` may use."""
    return frozenset(name for _, name in _FIELD.findall(wording))


@lru_cache(maxsize=4096)
def in_register(wording: str, formal: bool) -> str:
    """Settles how `(le|ti)` addresses the customer; the rest stays as it is."""
    return _REGISTER.sub(lambda match: match[1 if formal else 2], wording)


def render(wording: str, values: Mapping[str, str], *, formal: bool) -> str:
    """Writes `wording` out. `values` holds at least what it requires."""
    kept = _OPTIONAL.sub(
        lambda match: match[1] if fields_of(match[1]) <= values.keys() else "", in_register(wording, formal)
    )
    return _FIELD.sub(lambda match: capital(values[match[2]]) if match[1] else values[match[2]], kept)


def best(wordings: Sequence[str], values: Mapping[str, str], variant: int) -> str | None:
    """Picks the wording that names most of what is known, and among equals by `variant`.

    None when each of them needs a value that is not known.
    """
    usable = [wording for wording in wordings if required(wording) <= values.keys()]
    if len(usable) < 2:
        return usable[0] if usable else None
    most = max(len(required(wording)) for wording in usable)
    richest = [wording for wording in usable if len(required(wording)) == most]
    return richest[variant % len(richest)]


def shortest(wordings: Sequence[str], values: Mapping[str, str], variant: int, *, formal: bool) -> str | None:
    """Picks the wording of fewest words among those that name what `best` would name, and nothing else.

    None when each of them needs a value that is not known.
    """
    usual = best(wordings, values, variant)
    if usual is None:
        return None
    named = fields_of(usual) & values.keys()
    alike = [
        one for one in wordings if required(one) <= values.keys() and fields_of(one) & values.keys() == named
    ]
    written = {one: render(one, values, formal=formal) for one in alike}
    return min(alike, key=lambda one: (len(written[one].split()), len(written[one])))


def capital(text: str) -> str:
    """Begins `text` as a sentence begins, also behind "¿" and an opening quotation mark."""
    start = len(text) - len(text.lstrip(_OPENING))
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]
