"""The page about signals: its examples go into the file of the page about policies, and do what they say."""

import re
from pathlib import Path

import pytest

from responses.policy import Severity, check, load_policy_text
from responses.policy.case_file import read_cases, try_case
from responses.policy.signals import raised
from tests.unit.responses.policy.test_page import PAGE as POLICY_PAGE
from tests.unit.responses.policy.test_page import PIECES

PAGE = POLICY_PAGE.with_name("signals.md")
SIGNALS, CASES = re.findall(
    r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
WITHOUT = re.sub(
    r"^signals:\n(?:  .*\n)+",
    "",
    "".join(piece for piece in PIECES if not piece.startswith("today:")),
    flags=re.MULTILINE,
)
POLICY = load_policy_text(WITHOUT + SIGNALS, "bottega.yaml")
NAMES = re.findall(r"- case: (.*)", CASES)


def test_the_examples_pass_the_check() -> None:
    assert len(POLICY.signals) == 9
    found = [one for one in check(POLICY, ("it", "en")) if one.key.startswith("signals")]
    assert [str(one) for one in found if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_case_of_the_page(index: int, tmp_path: Path) -> None:
    path = tmp_path / "bottega.cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    _, mismatches = try_case(POLICY, read_cases(path, POLICY)[index])
    assert [str(mismatch) for mismatch in mismatches] == []


def test_every_signal_of_the_page_can_be_raised(tmp_path: Path) -> None:
    path = tmp_path / "bottega.cases.yaml"
    path.write_text(
        "today: 2026-11-23\ncases:\n  - case: everything at once\n"
        "    history: [{complaint: item_wrong, remedy: voucher, days_ago: 11}]\n"
        "    signals: {claims: [12, 10, 5, 0], cases_with_threat: [20, 9, 5, 0], critical_cases: [9, 3],"
        " claims_without_order: [12, 5, 0], paid_orders: [500, 450, 440, 430, 420], years_known: 4}\n"
        "    expect: {}\n",
        encoding="utf-8",
    )
    (case,) = read_cases(path, POLICY)
    found = raised(POLICY, case.matter.record, case.matter.now)
    assert [one.name for one in found] == [signal.name for signal in POLICY.signals]
