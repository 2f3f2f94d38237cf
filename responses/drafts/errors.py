"""What can go wrong while a draft is composed or filled."""

from collections.abc import Iterable

from responses.errors import ResponsesError


class DraftError(ResponsesError):
    """Base class of every error about drafts."""


class UnknownLanguageError(DraftError):
    """Nothing is written in this language."""

    def __init__(self, language: str, known: Iterable[str]) -> None:
        super().__init__(f"no phrases in {language!r}: expected one of {', '.join(sorted(known))}")


class PhraseError(DraftError):
    """A phrase file lacks a phrase, or no wording of a phrase fits what is known."""

    def __init__(self, language: str, key: str, problem: str) -> None:
        super().__init__(f"phrases/{language}.yaml: {key}: {problem}")


class UnknownSlotError(DraftError):
    """A text holds something that looks like a slot and is none."""

    def __init__(self, slot: str) -> None:
        super().__init__(
            f"unknown slot {slot}: expected {{agent}}, {{greeting}}, {{due:1}}, {{choose_by}} or"
            f" {{voucher:1}}; to show the words themselves, double the braces: {{{slot}}}"
        )


class UnfilledSlotError(DraftError):
    """A text holds a slot for which no value was given."""

    def __init__(self, slot: str, known: Iterable[str]) -> None:
        given = ", ".join(known) or "none"
        super().__init__(f"no value for slot {slot}: values given for {given}")


class PlaceholderLeftError(DraftError):
    """A text still holds a blank that an agent was meant to fill."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(f"placeholder left: {placeholder} must be replaced by an answer before sending")
