"""The cases of `tests/policy/*.yaml`: sentences about what the sample policies decide."""

from pathlib import Path

import pytest
from policy_cases import Case, observed, read_cases

from responses.policy import Policy, decide, load_policy

ROOT = Path(__file__).parents[4]
SAMPLES = ROOT / "responses" / "policy" / "samples"
SHOP = load_policy(SAMPLES / "negozio.yaml")
SHOP_CASES = read_cases(ROOT / "tests" / "policy" / "negozio.yaml", SHOP)


@pytest.mark.parametrize(("policy", "case"), [pytest.param(SHOP, case, id=case.name) for case in SHOP_CASES])
def test_case(policy: Policy, case: Case) -> None:
    decision = observed(decide(policy, case.matter))
    assert {name: decision[name] for name in case.expected} == case.expected


def test_the_case_file_is_not_nearly_empty() -> None:
    assert len(SHOP_CASES) >= 25
