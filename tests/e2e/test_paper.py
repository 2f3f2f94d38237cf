"""The sheet on real paper: a browser prints it, and takes as much as is estimated."""

import re

import pytest
from playwright.sync_api import Browser, Page

from responses.policy.words import Sheet, page, paper
from tests.e2e.test_browser import browser, pytestmark
from tests.unit.responses.policy.test_paper import SAMPLES, told, with_more

__all__ = ["browser", "pytestmark"]

MM = 96 / 25.4
ONE_COLUMN = (
    "@media print { body { width: 198mm !important }"
    " .parts { columns: 1 !important; width: 97.5mm !important } }"
)
HEIGHT = "document.querySelector('.parts').getBoundingClientRect().height"
HEADER = "document.querySelector('header').getBoundingClientRect().height"


@pytest.mark.parametrize("part", [0, 33, 100])
@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_browser_fills_as_much_as_is_estimated(
    browser: Browser, name: str, language: str, part: int
) -> None:
    made = with_more(told(name, language), part)
    tab = printing(browser, made)
    tab.add_style_tag(content=ONE_COLUMN)
    filled = tab.evaluate(HEIGHT) / (2 * (285 * MM - tab.evaluate(HEADER)))
    tab.close()
    assert paper(made).filled == pytest.approx(filled, rel=0.04)


@pytest.mark.parametrize("part", [0, 100])
@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_what_fits_is_printed_on_one_side(browser: Browser, name: str, language: str, part: int) -> None:
    made = with_more(told(name, language), part)
    tab = printing(browser, made)
    sides = len(re.findall(rb"/Type\s*/Page[^s]", tab.pdf(prefer_css_page_size=True)))
    tab.close()
    assert paper(made).fits == (sides == 1)


def printing(browser: Browser, made: Sheet) -> Page:
    tab = browser.new_page()
    tab.set_content(page(made))
    tab.emulate_media(media="print")
    return tab
