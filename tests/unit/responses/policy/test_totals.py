"""Budgets change who approves, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import DecisionKind, Role, Spent
from responses.policy import Policy, PolicyFileError, check, decide, load_policy_text
from responses.policy.case_file import read_cases
from tests.unit.responses.policy.policy_cases import euro, matter

TEXT = """
policy: prova
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
owed:
  - {id: dovuto, when: {complaint: billing_error}, give: {refund: 40 EUR}, source: legge, since: 2020-01-01}
rules:
  - {id: ritardo, when: {complaint: delivery_late}, apologise: yes, give: {voucher: 10 EUR}}
  - {id: altro, when: {act: complaint}, hand_over: agent}
limits: {budget: {day: 100 EUR, month: 1000 EUR}}
approval: {agent: 30 EUR, supervisor: 200 EUR, admin: no limit}
"""


def policy() -> Policy:
    return load_policy_text(TEXT, "prova.yaml")


def so_far(day: int, month: int) -> Spent:
    return Spent(day=euro(str(day)), month=euro(str(month)))


@pytest.mark.parametrize(
    ("spent", "tier"),
    [
        pytest.param(so_far(90, 990), Role.AGENT, id="both just hold it"),
        pytest.param(so_far(91, 91), Role.SUPERVISOR, id="the day does not"),
        pytest.param(so_far(0, 991), Role.SUPERVISOR, id="the month does not"),
        pytest.param(so_far(-20, 990), Role.AGENT, id="something was taken back"),
        pytest.param(None, Role.AGENT, id="nobody keeps books"),
    ],
)
def test_a_favour_that_no_longer_fits_is_a_supervisors(spent: Spent | None, tier: Role) -> None:
    decision = decide(policy(), matter("delivery_late", spent=spent))
    assert (decision.kind, decision.tier) == (DecisionKind.OFFER, tier)


def test_the_note_says_what_the_day_comes_to() -> None:
    decision = decide(policy(), matter("delivery_late", spent=so_far(95, 95)), language="en")
    assert decision.notes == (
        "with this today's favours come to €105, above the budget of €100: approved by a supervisor",
    )


def test_what_is_owed_takes_no_notice() -> None:
    assert decide(policy(), matter("billing_error", spent=so_far(5000, 5000))).tier == Role.AGENT


@given(st.integers(-500, 5000), st.integers(-500, 5000), st.sampled_from(["delivery_late", "billing_error"]))
def test_no_budget_changes_what_is_given(day: int, month: int, complaint: str) -> None:
    judging = policy()
    alone = decide(judging, matter(complaint))
    beside = decide(judging, matter(complaint, spent=so_far(day, month)))
    assert (beside.kind, beside.offers, beside.worth) == (alone.kind, alone.offers, alone.worth)


def test_the_check_has_nothing_to_say_of_budgets() -> None:
    assert [finding for finding in check(policy()) if "budget" in finding.key] == []


def test_a_case_says_what_was_spent_before(tmp_path: Path) -> None:
    cases = tmp_path / "prova.cases.yaml"
    cases.write_text(
        "today: 2026-11-23\n"
        "cases:\n"
        "  - {case: ieri, message: {complaint: delivery_late}, spent: {day: 12 EUR}, expect: {kind: offer}}\n"
    )
    (case,) = read_cases(cases, policy())
    assert case.matter.spent == so_far(12, 12)


def test_a_case_in_another_currency_is_refused(tmp_path: Path) -> None:
    cases = tmp_path / "prova.cases.yaml"
    cases.write_text(
        "today: 2026-11-23\n"
        "cases:\n"
        "  - {case: ieri, message: {complaint: delivery_late}, spent: {day: 12 USD}, expect: {kind: offer}}\n"
    )
    with pytest.raises(PolicyFileError, match=r"spent.day: is in USD: expected EUR"):
        read_cases(cases, policy())
