"""The stretches of a text by which its language is told."""

import re
from dataclasses import dataclass

LOOKED_AT = 160
"""Letters that are looked at together: more say nothing more of one language."""

MOST = 6
"""Stretches of one text that are looked at, spread over the whole of it."""

_LEAST_ASKED = 24  # letters of a question by which a language can be told: "Capito?" is none
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Stretches of a text; where it `asks`, its last question is one more, behind the others."""

    stretches: tuple[str, ...]
    asks: bool = False


def cut_up(text: str) -> Cut:
    """Stretches of whole sentences, of at most `LOOKED_AT` letters each; a short text is one."""
    if len(text) <= LOOKED_AT:
        return Cut(stretches=(text,))
    sentences = _SENTENCE.findall(text)
    stretches: list[str] = []
    last = ""
    for sentence in sentences:
        if last and len(last) + len(sentence) > LOOKED_AT:
            stretches.append(last)
            last = ""
        last += sentence
        if len(last) > LOOKED_AT:
            end = (len(last) - 1) // LOOKED_AT * LOOKED_AT
            stretches += [last[at : at + LOOKED_AT] for at in range(0, end, LOOKED_AT)]
            last = last[end:]
    stretches.append(last)
    if len(stretches) > MOST:
        stretches = [stretches[at * (len(stretches) - 1) // (MOST - 1)] for at in range(MOST)]
    questions = [one.strip() for one in sentences if "?" in one]
    asked = next((one for one in reversed(questions) if len(one) >= _LEAST_ASKED), None)
    if asked is None:
        return Cut(stretches=tuple(stretches))
    return Cut(stretches=(*stretches, asked[-LOOKED_AT:]), asks=True)
