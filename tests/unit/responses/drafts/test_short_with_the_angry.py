"""For the angry: shorter, calmer, concrete. Nothing that is said to the calm is lost."""

import re
from dataclasses import replace
from statistics import mean

import pytest

from models.decision import DecisionKind
from models.labels import Act
from responses.drafts import ComposedDraft, compose
from tests.unit.responses.drafts.combinations import REGISTERS
from tests.unit.responses.drafts.golden_drafts import (
    BRIEFS,
    KEEP_ASIDE,
    LANGUAGES,
    VOUCHER,
    brief,
    decided,
    goodwill,
    refused,
)

COMPLAINTS = {name: one for name, one in BRIEFS.items() if one.act == Act.COMPLAINT}
WITHOUT = {"mediation", "closing"}
"""Parts that say nothing of the matter."""
ANGRY = ("frustrated", "angry", "sarcastic", "threatening")


def drafts(language: str, formality: str, tone: str) -> list[ComposedDraft]:
    found = [
        compose(replace(one, language=language, formality=formality, tone=tone, variant=variant))
        for one in COMPLAINTS.values()
        for variant in range(3)
    ]
    return [draft for draft in found if draft is not None]


def length(draft: ComposedDraft) -> int:
    return len(re.findall(r"\S*\w\S*", draft.text))


def concrete(draft: ComposedDraft) -> set[str]:
    """Every number, name and slot of a text."""
    return set(re.findall(r"\{\w+:?\d*\}|[\w-]*\d[\w.,-]*\w|\b\d\b", draft.text))


@pytest.mark.parametrize(("language", "formality"), REGISTERS)
class TestToTheAngry:
    @pytest.mark.parametrize("tone", ANGRY)
    def test_drafts_are_a_tenth_shorter_and_none_is_longer(
        self, language: str, formality: str, tone: str
    ) -> None:
        calm, angry = (list(map(length, drafts(language, formality, one))) for one in ("calm", tone))
        assert mean(angry) < 0.9 * mean(calm)
        assert all(one <= other for one, other in zip(angry, calm, strict=True))

    def test_drafts_to_the_abusive_are_shorter_though_they_ask_for_other_words(
        self, language: str, formality: str
    ) -> None:
        calm, abusive = (drafts(language, formality, tone) for tone in ("calm", "abusive"))
        assert mean(map(length, abusive)) < mean(map(length, calm))
        assert all("boundary" in dict(draft.parts) for draft in abusive)

    @pytest.mark.parametrize("tone", [*ANGRY, "abusive"])
    def test_every_number_name_and_day_is_there_as_for_the_calm(
        self, language: str, formality: str, tone: str
    ) -> None:
        calm, angry = (drafts(language, formality, one) for one in ("calm", tone))
        assert [concrete(draft) for draft in angry] == [concrete(draft) for draft in calm]

    @pytest.mark.parametrize("tone", [*ANGRY, "abusive"])
    def test_only_parts_that_say_nothing_of_the_matter_are_left_out(
        self, language: str, formality: str, tone: str
    ) -> None:
        calm, angry = (
            [
                [name for name, _ in draft.parts if name not in WITHOUT | {"boundary"}]
                for draft in drafts(language, formality, one)
            ]
            for one in ("calm", tone)
        )
        assert angry == calm


@pytest.mark.parametrize("words", [10, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_calm_gets_a_long_answer_as_short_as_the_angry(language: str, words: int) -> None:
    decision = decided(
        DecisionKind.OFFER,
        apologise=True,
        at_fault=True,
        offers=(goodwill(VOUCHER),),
        refusals=(refused({language: "x " * words}, KEEP_ASIDE),),
    )
    calm, angry = (compose(brief(decision, language=language, tone=tone)) for tone in ("calm", "frustrated"))
    assert calm is not None
    assert angry is not None
    assert (calm.parts == angry.parts) is (words > 100)
