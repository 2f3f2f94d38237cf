"""How much paper the sheet takes, as far as it can be told without printing it."""

from dataclasses import replace
from importlib.resources import files

import pytest

from responses.policy import load_policy_text
from responses.policy.words import Sheet, paper, sheet

SAMPLES = ("negozio", "albergo", "telefonia")


def told(name: str, language: str = "it") -> Sheet:
    text = files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")
    return sheet(load_policy_text(text, f"{name}.yaml"), language)


def with_more(before: Sheet, part: int) -> Sheet:
    """The sheet with so many parts in a hundred of its rules once more, under headings of their own."""
    rules = next(section for section in before.sections if section.name == "rules")
    again = tuple(
        replace(line, heading=f"{line.heading} bis") for line in rules.lines[: len(rules.lines) * part // 100]
    )
    longer = replace(rules, lines=(*rules.lines, *again))
    return replace(
        before,
        sections=tuple(longer if section is rules else section for section in before.sections),
    )


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_fits_on_one_side(name: str, language: str) -> None:
    assert paper(told(name, language)).fits


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", ["albergo", "telefonia"])
def test_with_twice_the_rules_it_does_not(name: str, language: str) -> None:
    taken = paper(with_more(told(name, language), 100))
    assert not taken.fits
    assert 1.2 < taken.sides < 1.7


def test_the_longest_parts_are_named_the_longest_first() -> None:
    taken = paper(told("albergo"))
    lines = [part.lines for part in taken.longest]
    assert lines == sorted(lines, reverse=True)
    assert len(lines) == 3
    assert all(part.title for part in taken.longest)


def test_what_only_just_does_not_fit_is_more_than_one_side() -> None:
    assert replace(paper(told("albergo")), filled=1.004).sides == 1.1
