from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.decision import FactValue, Matter
from responses.policy.schema import Policy
from responses.policy.situation import situation
from responses.policy.verdicts import Truth, Verdict, evaluate
from tests.unit.responses.policy.policy_cases import euro, known, matter, policy_of, unavailable


def rule(when: str, extra: str = "") -> Policy:
    return policy_of(f"{extra}\nrules: [{{id: a, when: {when}, hand_over: agent}}]\n")


def judge(policy: Policy, about: Matter) -> Verdict:
    complaint_type = about.complaint_types[0] if about.complaint_types else None
    return evaluate(policy.rules[0].when, situation(policy, about, complaint_type))


LATE = matter("delivery_late")


@pytest.mark.parametrize(
    ("when", "facts", "truth"),
    [
        pytest.param("{days_late: {over: 5}}", known(days_late=Decimal(6)), Truth.TRUE, id="over"),
        pytest.param(
            "{days_late: {over: 5}}", known(days_late=Decimal(5)), Truth.FALSE, id="not over itself"
        ),
        pytest.param("{days_late: {at_least: 5}}", known(days_late=Decimal(5)), Truth.TRUE, id="at least"),
        pytest.param("{days_late: {under: 5}}", known(days_late=Decimal(5)), Truth.FALSE, id="under"),
        pytest.param("{days_late: {up_to: 5 days}}", known(days_late=Decimal(5)), Truth.TRUE, id="up to"),
        pytest.param(
            "{days_late: {over: 2, under: 4}}", known(days_late=Decimal(3)), Truth.TRUE, id="between"
        ),
        pytest.param(
            "{order_value: {over: 50 EUR}}", known(order_value=euro("50.01")), Truth.TRUE, id="money"
        ),
        pytest.param("{fault: ours}", known(fault="ours"), Truth.TRUE, id="choice"),
        pytest.param("{fault: {not: theirs}}", known(fault="courier"), Truth.TRUE, id="not"),
        pytest.param("{fault: [ours, courier]}", known(fault="courier"), Truth.TRUE, id="one of a list"),
        pytest.param("{fault: {any_of: [ours, theirs]}}", known(fault="courier"), Truth.FALSE, id="any of"),
        pytest.param("{photo: yes}", known(photo=False), Truth.FALSE, id="yes or no"),
        pytest.param("{order_id: known}", known(order_id="RS1"), Truth.TRUE, id="known"),
        pytest.param(
            "{bought_on: {under: 2026-01-01}}", known(bought_on=date(2025, 12, 31)), Truth.TRUE, id="date"
        ),
        pytest.param("{fault: ours}", {}, Truth.OPEN, id="unknown"),
        pytest.param("{fault: {not: ours}}", {}, Truth.OPEN, id="not unknown"),
        pytest.param("{order_id: known}", {}, Truth.OPEN, id="known, unknown"),
        pytest.param("{fault: ours}", unavailable("fault"), Truth.FALSE, id="unavailable"),
        pytest.param("{fault: {not: ours}}", unavailable("fault"), Truth.FALSE, id="not unavailable"),
        pytest.param("{not: {fault: ours}}", unavailable("fault"), Truth.FALSE, id="unavailable in a not"),
        pytest.param("{order_id: known}", unavailable("order_id"), Truth.FALSE, id="known, unavailable"),
        pytest.param("always", {}, Truth.TRUE, id="always"),
    ],
)
def test_conditions_on_facts(when: str, facts: dict[str, FactValue], truth: Truth) -> None:
    assert judge(rule(when), matter("delivery_late", facts=facts)).truth is truth


@pytest.mark.parametrize(
    ("when", "truth"),
    [
        pytest.param("{complaint: delivery_late}", Truth.TRUE, id="the type of this run"),
        pytest.param("{complaint: [item_wrong, delivery_late]}", Truth.TRUE, id="one of several types"),
        pytest.param("{complaint: {not: delivery_late}}", Truth.FALSE, id="not the type"),
        pytest.param("{urgency: {at_least: high}}", Truth.TRUE, id="urgency in order"),
        pytest.param("{urgency: {under: high}}", Truth.FALSE, id="urgency below"),
        pytest.param("{ask: refund}", Truth.TRUE, id="one of the asks"),
        pytest.param("{ask: {not: discount}}", Truth.TRUE, id="not asked"),
        pytest.param("{own_error: no}", Truth.TRUE, id="own error"),
        pytest.param("{language: [it, en]}", Truth.TRUE, id="language"),
        pytest.param("{act: complaint, tone: calm}", Truth.FALSE, id="all must hold"),
        pytest.param("{any_of: [{tone: calm}, {tone: angry}]}", Truth.TRUE, id="any holds"),
        pytest.param("{all_of: [{act: complaint}, {tone: angry}]}", Truth.TRUE, id="all of"),
        pytest.param("{not: {act: complaint, tone: angry}}", Truth.FALSE, id="not both"),
    ],
)
def test_conditions_on_the_message(when: str, truth: Truth) -> None:
    about = matter("delivery_late", tone="angry", urgency="critical", asks=("refund", "information"))
    policy = policy_of(f"rules: [{{id: a, when: {when}, answer: mediate}}]\n")
    assert judge(policy, about).truth is truth


@pytest.mark.parametrize(
    ("when", "truth"),
    [
        pytest.param("{fault: ours, complaint: item_wrong}", Truth.FALSE, id="all of: one false decides"),
        pytest.param("{fault: ours, complaint: delivery_late}", Truth.OPEN, id="all of: one open"),
        pytest.param(
            "{any_of: [{fault: ours}, {complaint: delivery_late}]}", Truth.TRUE, id="any: one true decides"
        ),
        pytest.param("{any_of: [{fault: ours}, {complaint: item_wrong}]}", Truth.OPEN, id="any of: one open"),
        pytest.param("{not: {fault: ours, complaint: item_wrong}}", Truth.TRUE, id="not of a false"),
        pytest.param("{not: {fault: ours}}", Truth.OPEN, id="not of an open"),
    ],
)
def test_three_values(when: str, truth: Truth) -> None:
    assert judge(rule(when), LATE).truth is truth


def test_an_open_condition_names_every_fact_that_nobody_knows() -> None:
    verdict = judge(rule("{fault: ours, days_late: {over: 3}, order_id: known}"), LATE)
    assert verdict.facts == ("fault", "days_late", "order_id")


def test_a_false_condition_asks_for_nothing() -> None:
    assert judge(rule("{fault: ours, complaint: item_wrong}"), LATE).facts == ()


@pytest.mark.parametrize(
    ("bought", "truth"),
    [
        pytest.param(date(2024, 11, 23), Truth.TRUE, id="the very day"),
        pytest.param(date(2024, 11, 22), Truth.FALSE, id="a day too late"),
        pytest.param(date(2026, 11, 23), Truth.TRUE, id="today"),
    ],
)
def test_up_to_24_months_ends_with_the_same_day(bought: date, truth: Truth) -> None:
    about = matter("item_damaged", facts=known(delivered_on=bought))
    assert judge(rule("{months_since_delivery: {up_to: 24}}"), about).truth is truth


@pytest.mark.parametrize(
    ("day", "truth"), [(date(2026, 11, 9), Truth.FALSE), (date(2026, 11, 8), Truth.TRUE)], ids=["14", "15"]
)
def test_days_since_a_date(day: date, truth: Truth) -> None:
    about = matter("refund_missing", facts=known(bought_on=day))
    assert judge(rule("{days_since: {bought_on: {over: 14}}}"), about).truth is truth


def test_today_is_the_day_in_the_zone_of_the_policy() -> None:
    late_evening = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # already the 24th in Rome
    about = matter("refund_missing", facts=known(bought_on=date(2026, 11, 9)), now=late_evening)
    assert judge(rule("{days_since: {bought_on: {over: 14}}}"), about).truth is Truth.TRUE


def test_a_presumption_fills_what_nobody_knows_and_is_named() -> None:
    policy = rule("{fault: ours}", extra="presume: {fault: {delivery_late: ours}}")
    assert judge(policy, LATE) == Verdict(
        truth=Truth.TRUE, deciding=judge(policy, LATE).deciding, presumed=("fault",)
    )
    assert judge(policy, matter("item_wrong")).truth is Truth.OPEN


def test_knowledge_goes_before_presumption() -> None:
    policy = rule("{fault: ours}", extra="presume: {fault: ours}")
    assert judge(policy, matter("delivery_late", facts=known(fault="theirs"))).truth is Truth.FALSE


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(known(order_value=Decimal(5)), id="another type"),
        pytest.param(known(fault="nobody"), id="a choice that is none"),
        pytest.param(known(days_late=5), id="a bare int"),
    ],
)
def test_a_value_that_does_not_fit_its_fact_is_unknown(value: dict[str, FactValue]) -> None:
    policy = rule("{any_of: [{order_value: {over: 1 EUR}}, {fault: ours}, {days_late: {over: 1}}]}")
    assert judge(policy, matter("delivery_late", facts=value)).truth is Truth.OPEN


def test_what_only_the_book_can_know_is_not_waited_for() -> None:
    verdict = judge(rule("{order_value: {over: 500 EUR}}"), LATE)
    assert (verdict.truth, verdict.facts) == (Truth.FALSE, ())


@pytest.mark.parametrize(
    ("when", "field", "truth"),
    [
        pytest.param("{own_error: yes}", "own_error", Truth.OPEN, id="read and unsure"),
        pytest.param("{own_error: yes}", "asks", Truth.FALSE, id="another field is unsure"),
        pytest.param("{complaint: delivery_late}", "complaint_types", Truth.OPEN, id="the type found"),
        pytest.param("{complaint: item_wrong}", "complaint_types", Truth.OPEN, id="a type not found"),
        pytest.param("{ask: refund}", "asks", Truth.OPEN, id="asks"),
        pytest.param("{not: {ask: refund}}", "asks", Truth.OPEN, id="not asked"),
    ],
)
def test_conditions_on_a_field_the_classifier_abstained_on(when: str, field: str, truth: Truth) -> None:
    verdict = judge(rule(when), matter("delivery_late", abstained=frozenset({field})))
    assert verdict.truth is truth
    assert verdict.unsure == ((field,) if truth is Truth.OPEN else ())
