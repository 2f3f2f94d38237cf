"""What the report of wording variants says, in sentences anybody can read: in the languages of the desk."""

from responses.reports.fairness_words import verdict_words
from responses.reports.variants import Contrast, Lacking

_IT = {
    "rewritten": "riscritta prima di partire",
    "angry": "il cliente riscrive arrabbiato",
    "thanked": "il cliente ringrazia",
    "well_rated": "voto 4 o 5",
    "contrast": "{language}, {outcome}: {one} {first}, {other} {second}. {difference} punti "
    "(tra {low} e {high}): {verdict}.",
    "lacking": "{language}, {outcome}: per un confronto mancano ancora risposte ad altre persone: {people}.",
    "and": "{count} con la {variant}",
    "it": "Italiano",
    "en": "Inglese",
    "es": "Spagnolo",
    "fr": "Francese",
    "de": "Tedesco",
}
_EN = {
    "rewritten": "rewritten before it went out",
    "angry": "the customer writes again in anger",
    "thanked": "the customer thanks",
    "well_rated": "mark of 4 or 5",
    "contrast": "{language}, {outcome}: {one} {first}, {other} {second}. {difference} points "
    "(between {low} and {high}): {verdict}.",
    "lacking": "{language}, {outcome}: to compare, more answers to other people are needed: {people}.",
    "and": "{count} with {variant}",
    "it": "Italian",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
}


def outcome_words(outcome: str, language: str) -> str:
    """What became of an answer, in a few words."""
    return _say(language)[outcome]


def contrast_sentence(contrast: Contrast, language: str) -> str:
    """One comparison, its difference in points of a hundred: "Italian, … a 62%, b 48%. +14 points …"."""
    say = _say(language)
    one, other = contrast.variants
    return say["contrast"].format(
        language=say.get(contrast.language, contrast.language),
        outcome=say[contrast.outcome],
        one=one,
        other=other,
        first=f"{contrast.shares[0].share:.0%}",
        second=f"{contrast.shares[1].share:.0%}",
        difference=_points(contrast.difference),
        low=_points(contrast.interval.low),
        high=_points(contrast.interval.high),
        verdict=verdict_words(contrast.verdict, language),
    )


def lacking_sentence(lacking: Lacking, language: str) -> str:
    """How many more answers it takes before anything is said."""
    say = _say(language)
    people = [say["and"].format(count=count, variant=variant) for variant, count in lacking.people.items()]
    return say["lacking"].format(
        language=say.get(lacking.language, lacking.language),
        outcome=say[lacking.outcome],
        people=", ".join(people),
    )


def _points(share: float) -> str:
    return f"{100 * share:+.0f}"


def _say(language: str) -> dict[str, str]:
    return _IT if language == "it" else _EN
