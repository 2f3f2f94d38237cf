"""Replaying the past: what was given before bears on what is given now."""

from decimal import Decimal

import pytest

from models.decision import Basis, DecisionKind
from responses.policy.replay import Past, Replay
from tests.unit.responses.policy.pasts import past
from tests.unit.responses.policy.policy_cases import known, policy_of

RULES = """\
    rules:
      - id: ritardo
        when: {complaint: delivery_late, fault: ours}
        give: {voucher: 10 EUR}
        promise: {what: {it: "rispediamo"}, within: 2 days}
      - id: rotto
        when: {complaint: item_damaged, fault: ours}
        give: replacement
      - id: altro
        when: {act: complaint}
        hand_over: agent
    ladder: [{voucher: 10 EUR}, {voucher: 20 EUR}]
    second_time: {within: 180 days, no_formula: yes, raise: one step, tier: supervisor}
    limits: {per_customer: {total: 25 EUR, every: 90 days}}
    worth: {replacement: 30 EUR}
    """
POLICY = policy_of(RULES)
OURS = {"fault": "ours"}


def goodwill(*pasts: Past) -> list[Decimal]:
    replay = Replay(POLICY)
    return [replay.judge(one).cost(Basis.GOODWILL) for one in pasts]


def test_the_same_failure_of_another_order_climbs_the_ladder() -> None:
    first = past("delivery_late", day=0, customer="anna", facts={**OURS, "order_id": "RS1"})
    second = past("delivery_late", day=40, customer="anna", facts={**OURS, "order_id": "RS2"})
    assert goodwill(first, second) == [10, 20]


@pytest.mark.parametrize(("days", "worth"), [(1, 0), (40, 20)], ids=["promise open", "promise kept"])
def test_another_message_about_the_same_order_gets_more_only_after_what_was_promised(
    days: int, worth: int
) -> None:
    first = past("delivery_late", day=0, customer="anna", facts={**OURS, "order_id": "RS1"})
    again = past("delivery_late", day=days, customer="anna", facts={**OURS, "order_id": "RS1"})
    assert goodwill(first, again) == [10, worth]


@pytest.mark.parametrize(("days", "worth"), [(1, 0), (9, 20)], ids=["promise open", "promise kept"])
def test_the_same_case_taken_up_again_gets_more_only_after_what_was_promised(days: int, worth: int) -> None:
    first = past("delivery_late", day=0, customer="anna", case_id="1", facts=OURS)
    again = past("delivery_late", day=days, customer="anna", case_id="1", facts=OURS)
    assert goodwill(first, again) == [10, worth]


ASKS = {"act": "other", "customer": "anna", "asks_where_it_stands": True}


@pytest.mark.parametrize(
    ("news", "kind"),
    [
        ({"day": 1, "case_id": "1"}, DecisionKind.STATUS),
        ({"day": 1, "case_id": "2"}, DecisionKind.HAND_OVER),
        ({"day": 1, "case_id": "1", "asks_where_it_stands": False}, DecisionKind.HAND_OVER),
        ({"day": 1, "case_id": "1", "asks": ("cancellation",)}, DecisionKind.HAND_OVER),
        ({"day": 1, "case_id": "2", "customer": "bruno"}, DecisionKind.HAND_OVER),
        ({"day": 3, "case_id": "1"}, DecisionKind.HAND_OVER),
    ],
    ids=["same case", "number of its own", "something else", "cancels", "somebody else", "promise kept"],
)
def test_who_asks_where_a_promise_stands_is_told_and_brings_nothing_new(
    news: dict[str, object], kind: DecisionKind
) -> None:
    replay = Replay(POLICY)
    replay.judge(past("delivery_late", day=0, customer="anna", case_id="1", facts=OURS))
    judged = replay.judge(past(**{**ASKS, **news}))
    assert (judged.decision.kind, judged.gifts) == (kind, ())


def test_after_the_period_a_failure_is_the_first_again() -> None:
    first = past("delivery_late", day=0, customer="anna", facts=OURS)
    later = past("delivery_late", day=181, customer="anna", facts=OURS)
    assert goodwill(first, later) == [10, 10]


def test_what_was_given_to_somebody_else_counts_for_nothing() -> None:
    anna = past("delivery_late", day=0, customer="anna", facts=OURS)
    bruno = past("delivery_late", day=1, customer="bruno", facts=OURS)
    assert goodwill(anna, bruno) == [10, 10]


@pytest.mark.parametrize(("days", "worth"), [(1, 0), (9, 30)], ids=["promise open", "promise kept"])
def test_a_cure_that_failed_is_given_again_once_its_promise_counts_as_kept(days: int, worth: int) -> None:
    first = past("item_damaged", day=0, customer="anna", case_id="1", facts=OURS)
    again = past("item_damaged", day=days, customer="anna", case_id="1", facts=OURS)
    assert goodwill(first, again) == [30, worth]


def test_what_an_agent_decides_is_not_given() -> None:
    judged = Replay(POLICY).judge(past("staff_conduct", facts=OURS))
    assert judged.decision.kind is DecisionKind.HAND_OVER
    assert judged.gifts == ()


def test_a_customer_above_the_limit_is_told() -> None:
    replay = Replay(POLICY)
    first = replay.judge(past("delivery_late", day=0, customer="anna", facts=OURS))
    second = replay.judge(past("delivery_late", day=40, customer="anna", facts=OURS))
    assert (first.over_limit, second.over_limit) == (False, True)


def test_favours_of_longer_ago_do_not_count_against_the_limit() -> None:
    replay = Replay(POLICY)
    replay.judge(past("delivery_late", day=0, customer="anna", facts=OURS))
    assert not replay.judge(past("delivery_late", day=91, customer="anna", facts=OURS)).over_limit


def test_an_assumed_fact_holds_where_none_is_known() -> None:
    replay = Replay(POLICY, assumed=known(fault="ours"))
    unknown = replay.judge(past("delivery_late", day=0))
    not_ours = replay.judge(past("delivery_late", day=1, facts={"fault": "theirs"}))
    assert unknown.cost(Basis.GOODWILL) == 10
    assert not_ours.decision.kind is DecisionKind.HAND_OVER


def test_a_year_later_nothing_is_remembered_but_what_was_given_for_an_order() -> None:
    replay = Replay(POLICY)
    replay.judge(past("delivery_late", day=0, customer="anna", facts={**OURS, "order_id": "RS1"}))
    replay.judge(past("delivery_late", day=0, customer="bruno", facts=OURS))
    replay.judge(past("delivery_late", day=400, customer="carla"))
    assert set(replay._entries) == {"anna"}
