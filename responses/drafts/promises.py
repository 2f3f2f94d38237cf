"""What is promised beside the policy's own commitments, in every language that customers are answered in."""

from models.decision import Remedy, RemedyKind
from responses.drafts.numbers import format_span
from responses.drafts.phrases import LANGUAGES, phrases
from responses.drafts.templates import in_register


def answer_words() -> dict[str, str]:
    """The answer that a text has announced, by language."""
    return {language: phrases(language).say("promised.answer") for language in LANGUAGES}


def by_hand_words() -> dict[str, str]:
    """What an agent gave in words of their own, by language: without them, for they name sums."""
    return {language: phrases(language).say("promised.by_hand") for language in LANGUAGES}


def remedy_words(remedy: Remedy, *, formal: bool) -> dict[str, str]:
    """A remedy that somebody has to carry out, by language, as far as the policy has words for it.

    Without its sums: texts that nobody approves one by one repeat these words.
    """
    if remedy.kind is RemedyKind.GIFT:
        own = remedy.wording or {}
        return {language: in_register(words.strip(), formal).rstrip(".") for language, words in own.items()}
    return {language: _noun(remedy, language) for language in LANGUAGES}


def _noun(remedy: Remedy, language: str) -> str:
    words = phrases(language)
    match remedy.kind:
        case RemedyKind.REFUND if remedy.full:
            return words.say("remedy.refund_full.np")
        case RemedyKind.DISCOUNT if remedy.of == "next_order":
            # What is to be done, and is told as done, is that it stands where the next order will find it.
            return words.say("promised.discount_next")
        case RemedyKind.REFUND | RemedyKind.DISCOUNT:
            return words.say(f"promised.{remedy.kind}")
        case RemedyKind.FREE_PERIOD if remedy.period is not None:
            return words.say("remedy.free_period.np", {"period": format_span(remedy.period, language)})
        case _:
            return words.say(f"remedy.{remedy.kind}.np")
