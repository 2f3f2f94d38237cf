"""How a draft puts a choice: what is asked, until when, and what holds without an answer."""

from responses.drafts.remedies import NumberedOffer, noun
from responses.drafts.slots import CHOOSE_BY
from responses.drafts.voice import Voice


def question_of_choice(choices: list[NumberedOffer], voice: Voice, *, is_last: bool) -> str:
    """What the customer is asked; `is_last`: the options stand just before it."""
    (first, *others) = choices
    if others:
        return voice.say("choose.several")
    if first.has_voucher:
        return voice.say("choose.voucher")
    if first.is_listed:
        numbers = [str(number) for number, _ in enumerate(first.options, start=1)]
        return voice.bare("choose.listed", numbers=voice.listed(numbers, "or"))
    if is_last:
        return voice.say("choose.plain")
    options = [noun(option, voice) for option in first.options]
    return voice.bare("choose.between", options=voice.listed(options, "or"))


def end_of_choice(choices: list[NumberedOffer], voice: Voice) -> str:
    """Until when the customer can choose, and what holds if they say nothing."""
    return voice.bare("choose.by", by=f"{{{CHOOSE_BY}}}", default=_default(choices, voice))


def _default(choices: list[NumberedOffer], voice: Voice) -> str:
    (first, *others) = choices
    places = {choice.offer.default for choice in choices}
    if others and places == {0}:
        return voice.bare("choose.first_each")
    if others:
        nouns = [noun(choice.options[choice.offer.default], voice) for choice in choices]
        return voice.bare("choose.these", list=voice.listed(nouns, "items"))
    if first.is_listed:
        return voice.bare("choose.number", number=str(first.offer.default + 1))
    return voice.bare("choose.second" if places == {1} else "choose.first")
