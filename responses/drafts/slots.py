"""Slots: the few places in a draft that are filled only when somebody approves it.

A draft is shown to agents, and bound by its sha256, with its slots in it: `{agent}` (who approves),
`{greeting}` (by the hour of approval), `{due:1}` (a date counted from that moment), `{choose_by}` (until when
the customer can choose, counted from it too) and `{voucher:1}` (a code reserved in the same transaction).
Numbers start at 1.

**Braces.** Only these words in single braces are slots; `{due}`, `{due:x}` or `{Agent}` are taken for
misspelt ones and refused. Every other brace is ordinary text and survives untouched: `{ciao}`, `{}`,
`f(x) = {x}`. To say literally `{agent}`, the braces are doubled, `{{agent}}`, and filling takes one pair
away. `escape` does that for every value that a customer, a book or an agent brought into a text, so that
nobody can smuggle a slot in by writing one. Filling is a single pass: a value that contains a slot is
not filled again.
"""

import re
from collections.abc import Mapping
from datetime import datetime, time

from responses.drafts.errors import PlaceholderLeftError, UnfilledSlotError, UnknownSlotError
from responses.drafts.phrases import phrases

BLANK = "[…]"
"""What stands where only a person can go on writing. A text that holds one cannot be approved."""

CHOOSE_BY = "choose_by"
"""The slot for the day until which a choice is open; all choices of one text are open for as long."""

_WORD = r"(?:agent|greeting|choose_by|due|voucher)(?::[^{}\n]{0,20})?"
_SLOT = re.compile(rf"\{{\{{(?P<literal>{_WORD})\}}\}}|\{{(?P<slot>{_WORD})\}}", re.IGNORECASE)
_SINGLE = re.compile(rf"\{{({_WORD})\}}", re.IGNORECASE)
_GOOD = re.compile(r"(?:agent|greeting|choose_by|(?:due|voucher):[1-9][0-9]{0,2})", re.ASCII)
_PLACEHOLDER = re.compile(r"\[\s*(?:…|\.\.\.)[^\[\]]*\]")


def escape(text: str) -> str:
    """Doubles the braces of whatever in `text` would be read as a slot; `fill` undoes it."""
    return _SINGLE.sub(r"{{\1}}", text)


def slots_in(text: str) -> tuple[str, ...]:
    """Names the slots of `text`, such as `agent` and `due:1`, in order and without repeats.

    Raises:
        UnknownSlotError: something looks like a slot and is none.
    """
    found = [match["slot"] for match in _SLOT.finditer(text) if match["slot"] is not None]
    for slot in found:
        _refuse_misspelt(slot)
    return tuple(dict.fromkeys(found))


def fill(
    text: str,
    *,
    agent: str,
    greeting: str,
    due: Mapping[str, str],
    vouchers: Mapping[str, str],
    choose_by: str | None = None,
) -> str:
    """Puts the values into the slots of an approved text.

    Args:
        text: the text with its slots.
        agent: the name of who approves.
        greeting: the words of the hour, from `greeting_for`.
        due: number of the commitment, as a string, to "entro giovedì 21 novembre".
        vouchers: number of the voucher, as a string, to its code.
        choose_by: "entro martedì 24 novembre", None where no choice has an end.

    Raises:
        UnknownSlotError: something looks like a slot and is none.
        UnfilledSlotError: a slot has no value.
        PlaceholderLeftError: the text still has a blank for the agent.
    """
    left = placeholder_in(text)
    if left is not None:
        raise PlaceholderLeftError(left)
    values = {"agent": agent, "greeting": greeting}
    if choose_by is not None:
        values[CHOOSE_BY] = choose_by
    values |= {f"due:{number}": words for number, words in due.items()}
    values |= {f"voucher:{number}": code for number, code in vouchers.items()}

    def value_of(match: re.Match[str]) -> str:
        literal, slot = match["literal"], match["slot"]
        if literal is not None:
            return f"{{{literal}}}"
        _refuse_misspelt(slot)
        if slot not in values:
            raise UnfilledSlotError(f"{{{slot}}}", values)
        return values[slot]

    return _SLOT.sub(value_of, text)


def greeting_for(language: str, formality: str, local_time: datetime | time) -> str:
    """Words for the `{greeting}` slot: in Italian "Buongiorno", from 18 "Buonasera".

    Args:
        language: ISO 639-1 code of one of the draft languages.
        formality: `formal` or `informal`.
        local_time: the moment of approval in the business's time zone.
    """
    words = phrases(language)
    formal = formality == "formal"
    evening, afternoon = (int(words.say(f"greeting.{part}_from")) for part in ("evening", "afternoon"))
    if local_time.hour >= evening or local_time.hour < 4:
        return words.say("greeting.evening", formal=formal)
    if local_time.hour >= afternoon:
        return words.say("greeting.afternoon", formal=formal)
    return words.say("greeting.morning", formal=formal)


def placeholder_in(text: str) -> str | None:
    """The first blank left for an agent: `[…]`, or `[… «words to be put into this language»]`."""
    found = _PLACEHOLDER.search(text)
    return None if found is None else found.group()


def has_placeholder(text: str) -> bool:
    """Whether an agent still has to write something before `text` may be sent."""
    return placeholder_in(text) is not None


def _refuse_misspelt(slot: str) -> None:
    if _GOOD.fullmatch(slot) is None:
        raise UnknownSlotError(f"{{{slot}}}")
