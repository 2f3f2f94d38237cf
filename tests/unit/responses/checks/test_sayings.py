"""What an attentive reader finds in a text, said in ways of everyday."""

import pytest

from responses.checks import check_text
from tests.checks.examples import FILES, CheckExample, read_file

(SAYINGS,) = [file for file in FILES if file.stem == "examples_of_sayings"]


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(one, id=f"{one.about.language}-{one.text}")
        for one in read_file(SAYINGS)
        if not one.held_out
    ],
)
def test_a_saying_is_judged_as_a_reader_would(example: CheckExample) -> None:
    assert {finding.code for finding in check_text(example.text, example.about)} == example.expected
