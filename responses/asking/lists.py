"""Answers that are a list: "1) … 2) …", or a line for each thing that was asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.assessment import Assessment
from models.decision import MissingFact
from responses.asking.mentions import mentions_of
from responses.asking.names import courtesy_apart, is_no_name, name_said
from responses.asking.values import (
    SHORT,
    Answers,
    choice_in,
    counts_otherwise,
    is_doubtful,
    number_in,
    only,
    yes_or_no,
)
from responses.choices.reply_words import reply_words
from responses.facts import ORDER_FACT
from responses.policy.schema import FactType

_LINE = 8
"""In words: what is longer is no line of a list of answers."""
CODE = re.compile(r"(?<![\w-])(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{3,29}(?![\w-])")
"""What may be the number of an order."""
_POINT = re.compile(r"(?:(?<=\s)|^)\(?([1-9])[).:]\)?\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerList:
    """The text after a question of ours. `said` are the facts that words can answer.

    `orders` are the order numbers that are kept as such whatever was asked.
    """

    said: Sequence[MissingFact]
    question: Sequence[MissingFact]
    text: str
    read: Sequence[Assessment]
    orders: Sequence[str]
    currency: str

    def answers(self) -> Answers | None:
        """The values of "1) … 2) …", or of as many lines as things were asked; None where it is no list."""
        if len(self.question) < 2:
            return None
        pieces, numbered = self._points(), True
        if not pieces:
            pieces, numbered = self._lines(), False
        if not pieces:
            return None
        given: dict[str, object] = {}
        likely: dict[str, str] = {}
        for fact, (start, end) in zip(self.question, pieces, strict=True):
            if all(fact.name != one.name for one in self.said):
                continue
            if fact.name == ORDER_FACT and self.orders:
                continue
            piece = self.text[start:end].strip()
            value = self._of_piece(fact, start, end)
            if value is not None:
                given[fact.name] = value
            elif fact.type == FactType.TEXT and fact.name != ORDER_FACT and _may_be_a_name(piece):
                likely[fact.name] = piece
            elif not numbered:
                return None
        # Without numbers it is a list only where its lines are what was asked for.
        return Answers(given=given, likely=likely) if numbered or given else None

    def _points(self) -> list[tuple[int, int]]:
        marks = list(_POINT.finditer(self.text))
        if [int(mark[1]) for mark in marks] != list(range(1, len(self.question) + 1)):
            return []
        ends = [*(mark.start() for mark in marks[1:]), len(self.text)]
        return [(mark.end(), end) for mark, end in zip(marks, ends, strict=True)]

    def _lines(self) -> list[tuple[int, int]]:
        lines = [
            (match.start(), match.end())
            for match in re.finditer(r"[^\n]+", self.text)
            if courtesy_apart(match.group()) or re.search(r"\d", match.group()) or _answers(match.group())
        ]
        short = all(len(self.text[start:end].split()) <= _LINE for start, end in lines)
        return lines if short and len(lines) == len(self.question) else []

    def _of_piece(self, fact: MissingFact, start: int, end: int) -> object | None:
        piece = self.text[start:end].strip(" .,;!\n")
        if "?" in piece or is_doubtful(piece):
            return None
        match fact.type:
            case FactType.DATE | FactType.MONEY:
                inside = [
                    one
                    for one in mentions_of(fact.type, self.text, self.read, self.currency)
                    if start <= one.start and one.end <= end
                ]
                return only({one.value for one in inside})
            case FactType.DAYS | FactType.NUMBER:
                return None if counts_otherwise([fact], [piece]) else number_in(fact.type, [piece], [])
            case FactType.YES_NO:
                return yes_or_no(fact, [piece])
            case FactType.CHOICE:
                return choice_in(fact, [piece])
            case _ if fact.name == ORDER_FACT:
                return only(set(CODE.findall(piece)))
            case _:
                name = name_said(fact, piece, [fact], ())
                return name[0] if name is not None and name[1] else None


def _answers(line: str) -> bool:
    """Whether a line begins with a yes or a no, short as these are."""
    words = reply_words()
    answers = "|".join([*words["yes"].values(), *words["no"].values()])
    return re.match(rf"\s*(?:{answers})(?!\w)", line.casefold()) is not None


def _may_be_a_name(piece: str) -> bool:
    return 0 < len(piece.split()) <= SHORT and "?" not in piece and not is_no_name(piece)
