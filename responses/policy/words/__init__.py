"""A policy in the words of a sheet that the owner pins to the wall, and what differs between two of them."""

from responses.policy.words.difference import difference
from responses.policy.words.lines import Line, Section, Sheet
from responses.policy.words.page import page
from responses.policy.words.paper import Paper, paper
from responses.policy.words.sheet import sheet

__all__ = [
    "Line",
    "Paper",
    "Section",
    "Sheet",
    "difference",
    "page",
    "paper",
    "sheet",
]
