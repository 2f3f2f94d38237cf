"""Twins: the same draft in the languages in which agents work, for whoever does not read the customer's.

They are composed together with the draft and stored beside it: rules and wordings may change before somebody
looks, and a twin made then would say something else than what goes out.
"""

from collections.abc import Sequence
from dataclasses import replace

from models.tables import Draft
from responses.drafts import ComposedDraft, DraftBrief, compose
from responses.drafts.draft import Part, joined

WORKING_LANGUAGES = ("it", "en")
"""The languages in which agents work, on the desk and with the bot."""


def twins_of(brief: DraftBrief, composed: ComposedDraft) -> dict[str, list[Part]]:
    """The draft's parts in every language of agents but its own."""
    others = [language for language in WORKING_LANGUAGES if language != composed.language]
    found = {language: compose(replace(brief, language=language)) for language in others}
    return {language: list(twin.parts) for language, twin in found.items() if twin is not None}


def twin_for(draft: Draft, language: str, reads: Sequence[str]) -> str | None:
    """The draft for who works in `language`; None where there is none, or they read that of the draft."""
    if draft.language == language or draft.language in reads:
        return None
    parts = draft.twins.get(language)
    return joined([(name, words) for name, words in parts], language) if parts else None
