"""Drafts for messages of the corpus that nothing was written for: none breaks a rule of the house.

Two hundred complete ones, forty of each language: within a language one draft of each kind after the other,
each kind in the corpus's order. Beside them all that hold a blank, in which nothing else is found.
"""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.drafts import PAGE, blank_drafts, checked, complete_drafts, corpus_drafts, page
from models.decision import DecisionKind
from models.labels import Act, Ask
from responses.drafts import ComposedDraft, DraftBrief, DraftKind, compose
from responses.drafts.phrases import LANGUAGES

Drafts = list[tuple[DraftBrief, ComposedDraft]]


@pytest.fixture(scope="module")
def drafts() -> Drafts:
    return list(corpus_drafts())


@pytest.fixture(scope="module")
def complete(drafts: Drafts) -> Drafts:
    return complete_drafts(drafts, 200)


@pytest.fixture(scope="module")
def with_a_blank(drafts: Drafts) -> Drafts:
    return blank_drafts(drafts)


def test_two_hundred_complete_drafts_are_in_all_languages(complete: Drafts) -> None:
    assert Counter(draft.language for _, draft in complete) == dict.fromkeys(LANGUAGES, 40)


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_of_every_kind_that_the_corpus_brings_about(complete: Drafts, language: str) -> None:
    # Where a promise stands and how a relation ends no message says by itself; an answer is left to a person.
    assert {draft.kind for _, draft in complete if draft.language == language} == {
        DraftKind.APOLOGY_WITH_REMEDY,
        DraftKind.REMEDY,
        DraftKind.QUESTION,
        DraftKind.DECLINE,
        DraftKind.THANKS,
        DraftKind.HOLDING,
        DraftKind.HELP,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_pass_every_check(complete: Drafts, language: str) -> None:
    ours = [(brief, draft) for brief, draft in complete if draft.language == language]
    assert [found for brief, draft in ours for found in checked(draft, brief)] == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_they_pass_every_check_informally(complete: Drafts, language: str) -> None:
    assert [
        found for brief, draft in _informally(complete, language) for found in checked(draft, brief)
    ] == []


def test_a_blank_is_left_for_every_question_and_request_that_no_rule_decides(
    drafts: Drafts, with_a_blank: Drafts
) -> None:
    undecided = [
        brief
        for brief, _ in drafts
        if brief.decision.kind is DecisionKind.HAND_OVER
        and brief.act in (Act.QUESTION, Act.REQUEST)
        # Who asks for nothing but a person hears that one is there.
        and (brief.act == Act.QUESTION or set(brief.asks) != {Ask.HUMAN_CONTACT})
    ]
    assert [brief for brief, _ in with_a_blank] == undecided
    assert {draft.language for _, draft in with_a_blank} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_blank_is_all_that_is_found_in_them(with_a_blank: Drafts, language: str) -> None:
    found = [checked(draft, brief) for brief, draft in with_a_blank if draft.language == language]
    assert found == [["blank (error)"]] * len(found)


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_the_blank_is_all_that_is_found_in_them_informally(with_a_blank: Drafts, language: str) -> None:
    found = [checked(draft, brief) for brief, draft in _informally(with_a_blank, language)]
    assert found == [["blank (error)"]] * len(found)


def test_the_forty_printed_drafts_are_what_is_written_today() -> None:
    assert page() == PAGE.read_text(encoding="utf-8")


def _informally(drafts: Drafts, language: str) -> Drafts:
    briefs = [replace(brief, formality="informal") for brief, _ in drafts if brief.language == language]
    composed = [(brief, draft) for brief in briefs if (draft := compose(brief)) is not None]
    assert len(composed) == len(briefs)
    return composed
