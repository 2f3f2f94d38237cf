"""Questions of ours, and the words that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.decision import MissingFact


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a customer was asked at a moment; nothing, where that moment ended what had been asked before."""

    at: datetime
    asked: tuple[MissingFact, ...]


def question_before(questions: Sequence[Question], at: datetime) -> tuple[MissingFact, ...]:
    """What was asked and still open at a moment; `questions` are in the order of time."""
    before = [question for question in questions if question.at < at]
    return before[-1].asked if before else ()
