"""A policy in the words of a sheet that the owner pins to the wall, and what differs between two of them."""

from responses.policy.words.difference import difference
from responses.policy.words.lines import Line, Section, Sheet
from responses.policy.words.page import page
from responses.policy.words.paper import Paper, paper
from responses.policy.words.sheet import sheet
from responses.policy.words.steps import fact_nouns, reasons

__all__ = [
    "Line",
    "Paper",
    "Section",
    "Sheet",
    "difference",
    "fact_nouns",
    "page",
    "paper",
    "reasons",
    "sheet",
]
