"""What an attentive reader finds in a text, said in ways of everyday."""

import pytest

from responses.checks import check_text
from tests.checks.examples import FILES, CheckExample, read_file

NAMED = ("examples_of_sayings", "examples_of_turns", "examples_of_attacks")
SAYINGS = [one for file in FILES if file.stem in NAMED for one in read_file(file)]


@pytest.mark.parametrize(
    "example",
    [pytest.param(one, id=f"{one.about.language}-{one.text}") for one in SAYINGS if not one.held_out],
)
def test_a_saying_is_judged_as_a_reader_would(example: CheckExample) -> None:
    assert {finding.code for finding in check_text(example.text, example.about)} == example.expected
