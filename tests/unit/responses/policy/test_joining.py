import pytest
from policy_cases import euro, known, matter, policy_of

from models.decision import DecisionKind, Role
from responses.policy import decide
from responses.policy.case_file import told


def join(rules: str, *types: str, owed: str = "", **facts: object) -> list[str]:
    lines = "\n".join(f"  - {{id: r{i}, when: {line}}}" for i, line in enumerate(rules.strip().split("\n")))
    text = (f"owed:\n  - {{id: o, when: {owed}, source: legge}}\n" if owed else "") + f"rules:\n{lines}\n"
    decision = decide(policy_of(text), matter(*types, facts=known(**facts)))
    return [told(offer) for offer in decision.offers]


def test_of_the_same_kind_the_larger_stays() -> None:
    rules = """{complaint: no_reply}, give: {voucher: 5 EUR}
{complaint: item_wrong}, give: {voucher: 15 EUR}"""
    assert join(rules, "no_reply", "item_wrong") == ["goodwill: voucher 15 EUR"]
    assert join(rules, "item_wrong", "no_reply") == ["goodwill: voucher 15 EUR"]


def test_other_kinds_are_all_given() -> None:
    rules = """{complaint: no_reply}, give: {voucher: 5 EUR}
{complaint: item_wrong}, give: {refund: 10 EUR}"""
    assert join(rules, "no_reply", "item_wrong") == ["goodwill: voucher 5 EUR", "goodwill: refund 10 EUR"]


def test_a_full_refund_and_a_replacement_become_a_choice() -> None:
    rules = """{complaint: no_reply}, give: {refund: full}
{complaint: item_wrong}, give: replacement"""
    assert join(rules, "no_reply", "item_wrong") == ["goodwill: replacement | refund full"]


def test_a_share_of_the_price_and_a_replacement_become_a_choice() -> None:
    rules = """{complaint: no_reply}, give: {refund: 10%}
{complaint: item_wrong}, give: replacement"""
    assert join(rules, "no_reply", "item_wrong") == ["goodwill: replacement | refund 10%"]


def test_a_sum_pays_for_something_else_and_stands_beside_a_replacement() -> None:
    rules = """{complaint: no_reply}, give: {refund: 30 EUR}
{complaint: item_wrong}, give: replacement"""
    assert join(rules, "no_reply", "item_wrong") == ["goodwill: refund 30 EUR", "goodwill: replacement"]


def test_what_is_owed_leads_the_choice_and_stays_owed() -> None:
    rules = """{complaint: no_reply}, give: {refund: full}
{complaint: item_wrong}, apologise: yes"""
    owed = "{complaint: item_wrong}, give: {any_of: [replacement, repair]}"
    assert join(rules, "no_reply", "item_wrong", owed=owed) == [
        "owed: replacement | repair | goodwill: refund full"
    ]


@pytest.mark.parametrize(
    ("goodwill", "expected"),
    [
        pytest.param("{refund: 30 EUR}", ["owed: refund 20 EUR", "goodwill: refund 10 EUR"], id="the rest"),
        pytest.param("{refund: 20 EUR}", ["owed: refund 20 EUR"], id="nothing left"),
        pytest.param(
            "{refund: 50%}", ["owed: refund 20 EUR", "goodwill: refund 50% up to 5 EUR"], id="a share"
        ),
        pytest.param(
            "{voucher: 30 EUR}", ["owed: refund 20 EUR", "goodwill: voucher 30 EUR"], id="another kind"
        ),
    ],
)
def test_goodwill_is_reduced_by_what_is_owed_of_its_kind(goodwill: str, expected: list[str]) -> None:
    rules = f"always, give: {goodwill}"
    assert join(rules, "no_reply", owed="always, give: {refund: 20 EUR}", order_value=euro("50")) == expected


def test_the_same_thing_is_not_owed_twice() -> None:
    rules = "always, apologise: yes"
    assert join(rules, "no_reply", "item_wrong", owed="always, give: replacement") == ["owed: replacement"]


def test_sums_owed_for_two_failures_are_both_owed() -> None:
    rules = "always, apologise: yes"
    assert join(rules, "no_reply", "service_down", owed="always, give: {refund: 7 EUR}") == [
        "owed: refund 7 EUR",
        "owed: refund 7 EUR",
    ]


def test_one_type_that_hands_over_hands_over_the_case_and_shows_the_other_offers() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {complaint: safety_privacy}, hand_over: supervisor}
          - {id: b, when: always, give: {voucher: 5 EUR}}
    """)
    decision = decide(policy, matter("no_reply", "safety_privacy"))
    assert (decision.kind, decision.tier) == (DecisionKind.HAND_OVER, Role.SUPERVISOR)
    assert [told(offer) for offer in decision.offers] == ["goodwill: voucher 5 EUR"]
    assert not decision.apologise


def test_a_type_that_waits_for_the_customer_makes_the_whole_case_wait() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {complaint: item_wrong, order_id: known}, give: replacement}
          - {id: b, when: {complaint: no_reply}, give: {voucher: 5 EUR}}
    """)
    decision = decide(policy, matter("no_reply", "item_wrong"))
    assert (decision.kind, decision.offers) == (DecisionKind.ASK, ())


def test_the_same_promise_is_made_once() -> None:
    policy = policy_of("""
        rules: [{id: a, when: always, apologise: yes, promise: {what: {it: x}, within: 1 day}}]
    """)
    assert len(decide(policy, matter("no_reply", "item_wrong")).commitments) == 1
