"""How much paper the sheet takes: estimated from its text, for no browser may be there to print it.

The page's own measures (`page.html.jinja`): A4 less 6 mm all round, two columns, 8.5 points of Liberation
Sans Narrow, whose letters are 0.82 of the width of Arial's. What Chromium prints of the samples, and of the
samples with more rules, is within four parts in a hundred of it (`tests/e2e/test_paper.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from responses.policy.words.lines import Section, Sheet
from responses.policy.words.phrases import phrases_in

_MM = 72 / 25.4
_POINTS = 8.5
_LINE = _POINTS * 1.02
_COLUMN = (210 - 2 * 6 - 3) / 2 * _MM
_HEADER = 11 * 1.02 + 1
_PAGE = 2 * ((297 - 2 * 6) * _MM - _HEADER)
_GAP_OF_RUN, _GAP_OF_SECTION = 0.7, 2.5
_NARROW = 0.82
_SPACING = {" ": -0.04}
_BETWEEN_LETTERS = -0.008
# What a line leaves empty before a word that no longer fits.
_RAGGED = 1.035
_IN_BLOCKS = frozenset({"owed", "rules"})
# Arial's advances in thousandths of the size; every other sign is as wide as a figure.
_ADVANCES = {
    sign: width
    for width, signs in (
        (191, "'’‘"),
        (222, "ijlìíîïl"),
        (260, "|"),
        (278, " .,:;/!ftI«·"),
        (333, '()-r[]“”"„'),
        (500, "ckscvxyzJçý"),
        (584, "+=<>~"),
        (611, "FTZ"),
        (667, "ABEKPSVXYÀÁÈÉ&"),
        (722, "CDHNRUwÙÚ"),
        (778, "GOQÒÓ"),
        (833, "mM"),
        (889, "%"),
        (944, "W"),
        (1000, "—…▸●→"),
    )
    for sign in signs
}
_FIGURE = 556


@dataclass(frozen=True, kw_only=True, slots=True)
class Longest:
    """A part of the sheet and how many printed lines it takes."""

    title: str
    lines: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """How much of a page the sheet fills (1.5: one and a half), and its longest parts, the longest first."""

    filled: float
    longest: tuple[Longest, ...]

    @property
    def fits(self) -> bool:
        """Whether it goes on one side of A4."""
        return self.filled <= 1

    @property
    def sides(self) -> float:
        """The same in tenths, rounded up: what does not fit never takes "1.0" sides."""
        return ceil(self.filled * 10) / 10


def paper(sheet: Sheet) -> Paper:
    """What the sheet takes when it is printed."""
    blocks = [(section, title, lines) for section in sheet.sections for title, lines in _blocks(section)]
    height = sum(lines * _LINE for _, _, lines in blocks)
    height += sum(_GAP_OF_RUN for section, _, _ in blocks if section.name in _IN_BLOCKS)
    height += _GAP_OF_SECTION * len(sheet.sections) + _lines(phrases_in(sheet.language)("left_out")) * _LINE
    parts = [
        Longest(title=f"{section.title}: {title}" if title else section.title, lines=lines)
        for section, title, lines in blocks
    ]
    longest = sorted(parts, key=lambda part: -part.lines)[:3]
    return Paper(filled=height / _PAGE, longest=tuple(longest))


def _blocks(section: Section) -> Iterator[tuple[str, int]]:
    """What begins on a line of its own, with how many lines it takes."""
    head = " ".join(filter(None, (section.title, section.lead)))
    runs = [
        (heading, " ▸ ".join(line.text for line in lines), f"{heading}. " if heading else "")
        for heading, lines in section.runs
    ]
    if section.name not in _IN_BLOCKS:
        yield "", _lines(" ".join([head, *(f"{lead}{text}" for _, text, lead in runs)]))
        return
    yield "", _lines(head)
    for heading, text, lead in runs:
        yield heading or "", _lines(f"{lead}{text}")


def _lines(text: str) -> int:
    return ceil(_width(text) * _RAGGED / _COLUMN)


def _width(text: str) -> float:
    ems = sum(
        _ADVANCES.get(sign, _FIGURE) / 1000 * _NARROW + _BETWEEN_LETTERS + _SPACING.get(sign, 0)
        for sign in text
    )
    return ems * _POINTS
