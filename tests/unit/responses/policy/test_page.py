"""The page about the policy file: its pieces are one file, which is sound and decides what it says."""

import re
from pathlib import Path

import pytest

from responses.policy import Severity, check, load_policy_text
from responses.policy.case_file import read_cases, try_case

PAGE = Path(__file__).parents[4] / "docs" / "policy.md"
PIECES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
POLICY = load_policy_text(
    "".join(piece for piece in PIECES if not piece.startswith("today:")), "bottega.yaml"
)
(CASES,) = (piece for piece in PIECES if piece.startswith("today:"))
NAMES = re.findall(r"- case: (.*)", CASES)


def test_the_pieces_are_one_file_without_errors() -> None:
    assert len(PIECES) > 6
    errors = [str(found) for found in check(POLICY, ("it", "en")) if found.severity is Severity.ERROR]
    assert errors == []


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_case_of_the_page(index: int, tmp_path: Path) -> None:
    path = tmp_path / "bottega.cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    _, mismatches = try_case(POLICY, read_cases(path, POLICY)[index])
    assert [str(mismatch) for mismatch in mismatches] == []
