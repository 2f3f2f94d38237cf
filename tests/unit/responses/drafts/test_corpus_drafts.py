"""Drafts for messages of the corpus that nothing was written for: none breaks a rule of the house."""

import pytest

from benchmarks.drafts import checked, corpus_drafts
from responses.drafts.phrases import LANGUAGES

DRAFTS = list(corpus_drafts(200))


@pytest.mark.parametrize("language", LANGUAGES)
def test_drafts_for_two_hundred_messages_pass_every_check(language: str) -> None:
    drafts = [(brief, draft) for brief, draft in DRAFTS if draft.language == language]
    assert len(drafts) >= 35
    assert [found for brief, draft in drafts for found in checked(draft, brief)] == []
