"""Drafts for messages of the corpus that nothing was written for: none breaks a rule of the house."""

import pytest

from benchmarks.drafts import PAGE, checked, corpus_drafts, page
from responses.drafts import ComposedDraft, DraftBrief
from responses.drafts.phrases import LANGUAGES


@pytest.fixture(scope="module")
def drafts() -> list[tuple[DraftBrief, ComposedDraft]]:
    return list(corpus_drafts(200))


@pytest.mark.parametrize("language", LANGUAGES)
def test_drafts_for_two_hundred_messages_pass_every_check(
    drafts: list[tuple[DraftBrief, ComposedDraft]], language: str
) -> None:
    ours = [(brief, draft) for brief, draft in drafts if draft.language == language]
    assert len(ours) >= 35
    assert [found for brief, draft in ours for found in checked(draft, brief)] == []


def test_the_forty_printed_drafts_are_what_is_written_today() -> None:
    assert page() == PAGE.read_text(encoding="utf-8")
