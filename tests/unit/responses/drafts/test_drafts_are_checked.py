"""What is composed goes through the checks that everybody's texts go through."""

from dataclasses import replace
from datetime import date
from itertools import islice

import pytest

from responses.checks import CheckContext, Finding, check_text
from responses.checks.context import ready_in
from responses.drafts import ComposedDraft, DraftBrief, compose
from responses.knowledge.entries import sample_entries
from responses.knowledge.file import Entry
from tests.unit.responses.drafts.combinations import REGISTERS, complaints
from tests.unit.responses.drafts.golden_drafts import BRIEFS, LANGUAGES


def found_in(brief: DraftBrief) -> list[Finding]:
    draft = compose(brief)
    assert draft is not None
    return list(check_text(draft.text, about(brief, draft)))


def about(brief: DraftBrief, draft: ComposedDraft) -> CheckContext:
    return CheckContext(
        language=brief.language,
        formality=brief.formality,
        kind=brief.decision.kind,
        decision=brief.decision,
        today=date(2026, 11, 16),
        facts=brief.facts,
        said=brief.order_ids,
        names=(brief.customer_name,) if brief.customer_name else (),
        grievances=brief.complaint_types if brief.act == "complaint" else (),
        days=(*draft.days, *(promise.due for promise in brief.promises if promise.due)),
        named=brief.dates,
        own=(brief.business, brief.hand_over_contact or ""),
        composed=draft.text,
        ready=ready_in(draft.parts),
    )


LEFT_TO_A_PERSON = ("answer_to_a_question", "answer_to_a_request")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in BRIEFS if name not in LEFT_TO_A_PERSON])
def test_golden_drafts_pass_with_nothing_found(name: str, language: str) -> None:
    assert found_in(replace(BRIEFS[name], language=language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LEFT_TO_A_PERSON)
def test_what_a_person_has_to_write_is_a_blank_and_nothing_else_is_found(name: str, language: str) -> None:
    assert [one.code for one in found_in(replace(BRIEFS[name], language=language))] == ["blank"]


@pytest.mark.parametrize(("language", "formality"), REGISTERS)
def test_composed_drafts_pass_with_nothing_found(language: str, formality: str) -> None:
    some = islice(complaints(language, formality), 0, None, 23)
    assert [one for brief in some for one in found_in(brief)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", sample_entries(), ids=lambda entry: entry.id)
def test_a_ready_answer_passes_with_nothing_found(entry: Entry, language: str) -> None:
    question = next(one for one in BRIEFS.values() if one.act == "question")
    assert found_in(replace(question, language=language, answer=entry.answer, answer_until=entry.until)) == []


def test_of_a_ready_answer_what_an_agent_adds_is_judged() -> None:
    question = next(one for one in BRIEFS.values() if one.act == "question")
    costs = {"it": "La spedizione costa 4,90 €. Sopra i 50 € la paghiamo noi."}
    brief = replace(question, language="it", answer=costs)
    draft = compose(brief)
    assert draft is not None
    context = about(brief, draft)
    shorter = draft.text.replace(" Sopra i 50\u00a0€ la paghiamo noi.", "")
    assert shorter != draft.text
    assert check_text(shorter, context) == ()
    more = draft.text.replace("la paghiamo noi.", "la paghiamo noi. Le rimborsiamo 20 €.")
    assert "amount_above" in [one.code for one in check_text(more, context)]
