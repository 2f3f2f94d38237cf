"""Drafts for messages of the corpus that nothing was written for: none breaks a rule of the house."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.drafts import PAGE, checked, corpus_drafts, page
from responses.drafts import ComposedDraft, DraftBrief, compose
from responses.drafts.phrases import LANGUAGES


@pytest.fixture(scope="module")
def drafts() -> list[tuple[DraftBrief, ComposedDraft]]:
    return list(corpus_drafts(200))


def test_there_are_two_hundred_of_them_in_all_languages(
    drafts: list[tuple[DraftBrief, ComposedDraft]],
) -> None:
    # Spam is left out, which nobody answers: one more here, one less there.
    assert Counter(draft.language for _, draft in drafts) == {
        "it": 40,
        "en": 40,
        "es": 41,
        "fr": 40,
        "de": 39,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_pass_every_check(drafts: list[tuple[DraftBrief, ComposedDraft]], language: str) -> None:
    ours = [(brief, draft) for brief, draft in drafts if draft.language == language]
    assert [found for brief, draft in ours for found in checked(draft, brief)] == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_they_pass_every_check_informally(
    drafts: list[tuple[DraftBrief, ComposedDraft]], language: str
) -> None:
    briefs = [replace(brief, formality="informal") for brief, _ in drafts if brief.language == language]
    composed = [(brief, draft) for brief in briefs if (draft := compose(brief)) is not None]
    assert len(composed) == len(briefs)
    assert [found for brief, draft in composed for found in checked(draft, brief)] == []


def test_the_forty_printed_drafts_are_what_is_written_today() -> None:
    assert page() == PAGE.read_text(encoding="utf-8")
