"""The words that carried the labels, underlined where they stand in the message."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from desk.words import Words
from models.assessment import Assessment, Evidence
from models.labels import Act, Tone, Urgency


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of a message; `why` names the labels that it carried, None where it carried none."""

    text: str
    why: str | None


def pieces_of(text: str, assessment: Assessment, evidence: Sequence[Evidence], words: Words) -> list[Piece]:
    """The message cut at the edges of what carried a label; together the pieces are the message.

    Only labels that an agent acts on are traced: what is wrong, what is wanted, a tone that stands out,
    urgency that presses, and spam.
    """
    carried = [
        (span, name)
        for one in evidence
        if (name := _name(one, assessment, words)) is not None
        for span in one.spans
        if span.end <= len(text)
    ]
    cuts = sorted({0, len(text), *(edge for span, _ in carried for edge in (span.start, span.end))})
    pieces = []
    for start, end in pairwise(cuts):
        here = [name for span, name in carried if span.start <= start and end <= span.end]
        why = ", ".join(dict.fromkeys(here))
        pieces.append(Piece(text=text[start:end], why=words("case.carried", labels=why) if why else None))
    return pieces


def _name(found: Evidence, assessment: Assessment, words: Words) -> str | None:
    match found.field:
        case "complaint_types":
            return words.maybe(f"labels.{found.label}", found.label)
        case "asks":
            return words.maybe(f"asks.{found.label}", found.label)
        case "own_error":
            return words("case.own_error")
        case "tone" if assessment.tone.label != Tone.CALM:
            return words.maybe(f"labels.{found.label}", found.label)
        case "urgency" if assessment.urgency.label in (Urgency.HIGH, Urgency.CRITICAL):
            return words("case.carried_urgency", urgency=words(f"urgency.{found.label}"))
        case "act" if assessment.act.label == Act.SPAM:
            return words.maybe(f"labels.{found.label}", found.label)
        case _:
            return None
