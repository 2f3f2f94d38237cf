"""The draft as a value: its kind, its parts in order, and how the parts become one text."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from responses.drafts.brief import Formality
from responses.drafts.slots import slots_in
from responses.drafts.templates import capital

Part = tuple[str, str]
"""Name and words of a part, such as `("apology", "le chiedo scusa.")`."""

_LONG = 70
_SHORT = 15
_SECOND_HALF = frozenset({"remedy", "next", "gesture", "question", "holding", "instead", "right", "rights"})
_IN_A_SUM = re.compile(r"(?<=\d) (?=[€$£%]|[A-Z]{3}(?!\w))|(?<=[€$£]) (?=\d)")
_ENDS = (".", "!", "?", "…", "]", "🙂")


class DraftKind(StrEnum):
    """What sort of answer a draft is."""

    APOLOGY_WITH_REMEDY = "apology_with_remedy"
    APOLOGY = "apology"
    REMEDY = "remedy"
    QUESTION = "question"
    DECLINE = "decline"
    STATUS = "status"
    THANKS = "thanks"
    HOLDING = "holding"  # a person looks into it; says so honestly
    ANSWER = "answer"  # with a blank where no ready answer is near: cannot be approved as it stands then
    HELP = "help"  # nothing to answer yet: asks how we can help
    EXIT = "exit"  # ends the relation, and lists what is still open for the customer


@dataclass(frozen=True, kw_only=True, slots=True)
class ComposedDraft:
    """A text proposed to an agent.

    `parts` are in the order of the text, without the capitals and breaks that joining them brings.
    `variant` names the wording variant ("a+b": the apology in another than the rest), `slots` the slots of
    `text` that approval fills, `days` the days that the text promises
    something for, other than those in slots.
    """

    language: str
    kind: DraftKind
    parts: tuple[Part, ...]
    text: str
    variant: str
    slots: tuple[str, ...]
    days: tuple[date, ...]

    @property
    def sha256(self) -> str:
        """Digest of the text with its slots: what an approval is bound to."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def formality_of(variant: str | None) -> Formality:
    """How a draft of this variant addresses the customer; one written by hand has none and is formal."""
    return "informal" if (variant or "").endswith("informal") else "formal"


def assembled(
    language: str, kind: DraftKind, parts: Sequence[Part], variant: str, days: Sequence[date]
) -> ComposedDraft:
    """Puts parts together: one paragraph, or two when it is long, and the signature on its own line."""
    text = joined(parts, language)
    return ComposedDraft(
        language=language,
        kind=kind,
        parts=tuple(parts),
        text=text,
        variant=variant,
        slots=slots_in(text),
        days=tuple(days),
    )


def words_of(parts: Sequence[Part]) -> int:
    """How many words the parts have, without the signature."""
    return sum(len(words.split()) for name, words in parts if name != "signature")


def joined(parts: Sequence[Part], language: str) -> str:
    """Writes parts as one text: a part begins with a capital unless the one before stops in mid-sentence."""
    body = [part for part in parts if part[0] != "signature"]
    long = words_of(parts) > _LONG
    # A last short sentence stays with what it belongs to.
    breaks = (
        name for at, (name, _) in enumerate(body) if name in _SECOND_HALF and words_of(body[at:]) > _SHORT
    )
    break_at = next(breaks, None) if long else None
    text, ended, gap = "", True, ""
    for name, words in body:
        if text and ended and name == break_at:
            gap, break_at = "\n\n", None
        text += gap + (capital(words) if ended else words)
        is_list = "\n" in words
        ended = is_list or words.endswith(_ENDS)
        gap = "\n" if is_list else " "
    if language == "fr":
        text = _french_spaces(text)
    text = _unbroken_sums(text)
    return "\n".join([text, *(words for name, words in parts if name == "signature")])


def _unbroken_sums(text: str) -> str:
    """No line ends between a number and what it counts in: "20 €", "15 %", the owner's own sums as well."""
    return _IN_A_SUM.sub("\u00a0", text)


def _french_spaces(text: str) -> str:
    for sign in (":", ";", "?", "!", "»"):
        text = text.replace(f" {sign}", f"\u00a0{sign}")
    return text.replace("« ", "«\u00a0")
