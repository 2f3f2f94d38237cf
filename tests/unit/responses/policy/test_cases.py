"""Case files: those of the sample policies, and what is said of wrong ones."""

from pathlib import Path

import pytest

from responses.policy import Policy, PolicyFileError, check, load_policy
from responses.policy.case_file import SUFFIX, PolicyCase, policy_beside, read_cases, try_case

SAMPLES = Path(__file__).parents[4] / "responses" / "policy" / "samples"
SHOP = load_policy(SAMPLES / "negozio.yaml")
POLICIES = {path: load_policy(policy_beside(path)) for path in sorted(SAMPLES.glob("*.cases.yaml"))}
CASES = {path: read_cases(path, policy) for path, policy in POLICIES.items()}


@pytest.mark.parametrize(
    ("policy", "case"),
    [
        pytest.param(POLICIES[path], case, id=f"{path.name.partition('.')[0]}: {case.name}")
        for path, cases in CASES.items()
        for case in cases
    ],
)
def test_case(policy: Policy, case: PolicyCase) -> None:
    _, mismatches = try_case(policy, case)
    assert [str(mismatch) for mismatch in mismatches] == []


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_a_sample_is_sound_and_its_cases_are_many(path: Path) -> None:
    told = [finding for finding in check(POLICIES[path]) if finding.severity != "info"]
    assert [str(finding) for finding in told if "nobody has verified it" not in finding.message] == []
    assert {finding.severity for finding in told} == {"warning"}
    assert len(told) == len(POLICIES[path].owed)  # no lawyer has looked at any of them
    assert len(CASES[path]) >= 40


def test_every_sample_has_its_cases() -> None:
    policies = {path for path in SAMPLES.glob("*.yaml") if not path.name.endswith(SUFFIX)}
    assert {policy_beside(path) for path in POLICIES} == policies


def test_a_case_file_stands_beside_its_policy() -> None:
    assert policy_beside(SAMPLES / "negozio.cases.yaml") == SAMPLES / "negozio.yaml"


def test_what_comes_out_otherwise_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.cases.yaml"
    path.write_text(
        "today: 2026-11-23\ncases:\n  - case: too hopeful\n    message: {complaint: no_reply}\n"
        "    expect: {tier: admin, offers: [], apologise: no, kind: offer}\n",
        encoding="utf-8",
    )
    (case,) = read_cases(path, SHOP)
    _, mismatches = try_case(SHOP, case)

    assert case.place.line == 3
    assert [str(one) for one in mismatches] == [
        "tier: expected admin, found agent",
        "apologise: expected no, found yes",
    ]


def test_another_kind_than_expected_is_told_with_what_was_offered(tmp_path: Path) -> None:
    path = tmp_path / "x.cases.yaml"
    path.write_text(
        "today: 2026-11-23\ncases:\n  - case: a\n    message: {complaint: delivery_late}\n"
        "    facts: {order_id: RS1, days_late: 2}\n    expect: {kind: decline}\n",
        encoding="utf-8",
    )
    (case,) = read_cases(path, SHOP)
    _, (mismatch,) = try_case(SHOP, case)
    assert str(mismatch) == "kind: expected decline, found offer (goodwill: voucher 5 EUR)"


ONE = "  - case: a\n    message: {complaint: no_reply}\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "x.cases.yaml:1:1: the file is empty"),
        ("cases:\n" + ONE + "    expect: {kind: offer}\n", '"today" is missing'),
        ("today: 2026-11-23\n", '"cases" is missing'),
        ("today: soon\ncases:\n" + ONE, "1:8: today: expected a date such as 2026-11-23"),
        ("today: 2026-11-23\ncases:\n" + ONE, '"expect" is missing'),
        ("today: 2026-11-23\ncases:\n" + ONE + "    expect: {teir: agent}\n", 'did you mean "tier"?'),
        (
            "today: 2026-11-23\ncases:\n" + ONE + "    facts: {days_lat: 3}\n    expect: {kind: offer}\n",
            'unknown fact "days_lat"; did you mean "days_late"?',
        ),
        (
            "today: 2026-11-23\ncases:\n" + ONE + "    facts: {fault: mine}\n    expect: {kind: offer}\n",
            'unknown choice "mine"',
        ),
        (
            "today: 2026-11-23\ncases:\n"
            + ONE
            + "    facts: {order_value: much}\n    expect: {kind: offer}\n",
            "expected an amount such as 12.50 EUR",
        ),
        (
            "today: 2026-11-23\ncases:\n" + 2 * (ONE + "    expect: {kind: offer}\n"),
            '"a" stands here twice',
        ),
        (
            "today: 2026-11-23\ncases:\n  - case: a\n    message: {tone: furious}\n    expect: {kind: ask}\n",
            'unknown tone "furious"',
        ),
        (
            "today: 2026-11-23\ncases:\n  - case: a\n    message: {complaint: no_replay}\n"
            "    expect: {kind: ask}\n",
            'cases[0].message.complaint: unknown complaint type "no_replay"; did you mean "no_reply"?',
        ),
        (
            "today: 2026-11-23\ncases:\n"
            + ONE
            + "    given: [{complaint: delivery_lat, remedy: voucher}]\n    expect: {kind: ask}\n",
            'unknown complaint type "delivery_lat"; did you mean "delivery_late"?',
        ),
        (
            "today: 2026-11-23\ncases:\n" + ONE + "    unsure_of: asks\n    expect: {kind: ask}\n",
            'cases[0].unsure_of: unknown key "unsure_of"; it belongs inside message:',
        ),
        (
            "today: 2026-11-23\ncases:\n  - case: a\n    message: {complaint: no_reply, asked: order_id}\n"
            "    expect: {kind: ask}\n",
            'unknown key "asked"; it belongs beside message:, not inside',
        ),
        (
            "today: 2026-11-23\ncases:\n  - case: a\n    message: {complaint: no_reply, unsure_of: ask}\n"
            "    expect: {kind: ask}\n",
            'unknown field "ask": the classifier\'s field is called "asks"',
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.cases.yaml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(PolicyFileError) as caught:
        read_cases(path, SHOP)
    assert said in str(caught.value)


def test_a_case_may_speak_of_orders_commitments_refusals_and_status(tmp_path: Path) -> None:
    path = tmp_path / "x.cases.yaml"
    path.write_text(
        "today: 2026-11-23\ncases:\n  - case: a\n"
        "    message: {complaint: [unfair_terms, billing_error, delivery_late]}\n"
        "    facts: {order_id: RS1, overcharged: 0 EUR}\n"
        "    history: [{complaint: delivery_late, remedy: voucher, order: RS1, commitment: yes}]\n"
        "    expect: {kind: decline, refusals: [condizioni, addebito-giusto], status_of: delivery_late}\n",
        encoding="utf-8",
    )
    (case,) = read_cases(path, SHOP)
    assert try_case(SHOP, case)[1] == []
    (given,) = case.matter.history
    assert (given.order_id, given.committed) == ("RS1", True)


def test_complaint_types_may_be_those_of_the_business(tmp_path: Path) -> None:
    path = tmp_path / "x.cases.yaml"
    path.write_text(
        "today: 2026-11-23\ncases: [{case: a, message: {complaint: room_cold}, expect: {kind: hand_over}}]\n",
        encoding="utf-8",
    )
    (case,) = read_cases(path, SHOP, ("room_cold",))
    assert case.matter.complaint_types == ("room_cold",)


def test_the_documented_run_says_as_many_cases_as_there_are() -> None:
    said = Path(__file__).parents[4].joinpath("docs", "policy-tools.md").read_text(encoding="utf-8")
    assert f"negozio.cases.yaml: {len(CASES[SAMPLES / 'negozio.cases.yaml'])} cases, all as expected" in said
