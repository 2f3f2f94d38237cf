from textwrap import dedent

import pytest

from models.decision import Basis, DecisionKind, RemedyKind, Role
from responses.policy import decide, given_by
from responses.policy.case_file import told
from tests.unit.responses.policy.policy_cases import NOW, euro, gave, known, matter, policy_of


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


CURED = """{complaint: quality_below}, give: {refund: 30%}
{complaint: item_wrong}, give: replacement
{complaint: item_damaged}, give: repair
{complaint: booking_error}, give: redo"""


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (("quality_below", "item_wrong", "item_damaged"), "replacement | refund 30% | repair"),
        (("item_damaged", "quality_below", "item_wrong"), "repair | refund 30% | replacement"),
        (
            ("quality_below", "item_wrong", "item_damaged", "booking_error"),
            "replacement | refund 30% | repair | redo",
        ),
    ],
)
def test_a_refund_and_every_way_of_putting_it_right_are_one_choice(
    types: tuple[str, ...], expected: str
) -> None:
    assert join(CURED, *types) == [f"goodwill: {expected}"]


def test_two_cures_without_a_refund_are_both_given() -> None:
    assert join(CURED, "item_wrong", "item_damaged") == ["goodwill: replacement", "goodwill: repair"]


def test_of_two_cures_that_are_owed_neither_is_given_up() -> None:
    policy = policy_of("""
        owed:
          - {id: a, when: {complaint: item_wrong}, give: replacement, source: legge}
          - {id: b, when: {complaint: item_damaged}, give: repair, source: legge}
        rules:
          - {id: r, when: {complaint: quality_below}, give: {refund: 30%}}
          - {id: z, when: always, apologise: yes}
    """)
    decision = decide(policy, matter("quality_below", "item_wrong", "item_damaged"))
    assert [told(offer) for offer in decision.offers] == [
        "owed: replacement | goodwill: refund 30%",
        "owed: repair",
    ]


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


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(
            "{voucher: 20 EUR}",
            "{one_of: [{voucher: 5 EUR}, {discount: 10%, at_most: 30 EUR}]}",
            ["goodwill: voucher 20 EUR | discount 10% of next_order up to 30 EUR"],
            id="the larger goes into the choice",
        ),
        pytest.param(
            "{voucher: 50 EUR}",
            "{one_of: [{voucher: 5 EUR}, {gift: {it: un fiore}}]}",
            ["goodwill: voucher 50 EUR | gift"],
            id="beside something nobody can put a figure to",
        ),
        pytest.param(
            "{one_of: [{free_period: 1 month}, {voucher: 20 EUR}]}",
            "{voucher: 10 EUR}",
            ["goodwill: free_period | voucher 20 EUR"],
            id="the larger choice keeps its order",
        ),
        pytest.param(
            "{one_of: [{voucher: 20 EUR}, {refund: 5 EUR}]}",
            "{all_of: [{voucher: 10 EUR}, {refund: 10 EUR}]}",
            ["goodwill: voucher 20 EUR", "goodwill: refund 10 EUR"],
            id="what is given together stays together",
        ),
        pytest.param(
            "{refund: 20%}",
            "{refund: 30%}",
            ["goodwill: refund 30%"],
            id="the larger share of unknown prices",
        ),
        pytest.param(
            "{words: {it: a}}",
            "{words: {it: b}}",
            ["goodwill: words", "goodwill: words"],
            id="words answer different grievances",
        ),
    ],
)
def test_two_grievances_never_get_one_kind_twice(one: str, other: str, expected: list[str]) -> None:
    rules = f"{{complaint: no_reply}}, give: {one}\n{{complaint: item_wrong}}, give: {other}"
    swapped = f"{{complaint: no_reply}}, give: {other}\n{{complaint: item_wrong}}, give: {one}"
    assert join(rules, "no_reply", "item_wrong") == expected
    assert sorted(join(swapped, "no_reply", "item_wrong")) == sorted(expected)


def test_a_choice_between_what_two_others_get_anyway_takes_nothing_from_them() -> None:
    rules = """{complaint: no_reply}, give: {voucher: 10 EUR}
{complaint: item_wrong}, give: {one_of: [{voucher: 5 EUR}, {refund: 20 EUR}]}
{complaint: quality_below}, give: {refund: 10 EUR}"""
    assert join(rules, "no_reply", "item_wrong", "quality_below") == [
        "goodwill: voucher 10 EUR",
        "goodwill: refund 20 EUR",
    ]


def test_what_an_owner_gives_together_is_never_made_a_choice() -> None:
    rules = "{complaint: no_reply}, give: {all_of: [{refund: full}, replacement]}"
    assert join(rules, "no_reply") == ["goodwill: refund full", "goodwill: replacement"]


def test_goodwill_in_a_choice_with_what_is_owed_stays_goodwill() -> None:
    policy = policy_of("""
        owed: [{id: o, when: always, give: replacement, source: legge}]
        rules: [{id: r, when: always, give: {refund: full}}]
    """)
    decision = decide(policy, matter("item_wrong", facts=known(order_value=euro("500"))))
    (offer,) = decision.offers
    assert [(option.kind, offer.basis_of(option)) for option in offer.options] == [
        (RemedyKind.REPLACEMENT, Basis.OWED),
        (RemedyKind.REFUND, Basis.GOODWILL),
    ]
    assert decision.worth == euro("500")
    assert [(given.kind, given.basis) for given in given_by(decision, case_id="c", at=NOW)] == [
        (RemedyKind.REPLACEMENT, Basis.OWED),
        (RemedyKind.REFUND, Basis.GOODWILL),
    ]


UNKNOWN_OWED = """
    owed: [{id: o, when: always, give: {refund: full}, source: legge}]
    rules: [{id: r, when: always, give: {refund: 10 EUR}}]
"""


def test_a_favour_beside_something_owed_of_unknown_price_is_left_whole_and_looked_at() -> None:
    decision = decide(policy_of(UNKNOWN_OWED), matter("item_wrong"))
    assert [told(offer) for offer in decision.offers] == ["owed: refund full", "goodwill: refund 10 EUR"]
    assert decision.tier is Role.SUPERVISOR


def test_the_price_on_which_the_rest_of_a_favour_depends_is_asked_for() -> None:
    policy = policy_of(UNKNOWN_OWED, price_from="agent")
    assert [fact.name for fact in decide(policy, matter("item_wrong")).missing] == ["order_value"]


def test_a_share_of_a_price_that_is_owed_back_adds_nothing_whatever_the_price() -> None:
    rules = "always, give: {refund: 10%}"
    assert join(rules, "no_reply", owed="always, give: {refund: full}") == ["owed: refund full"]


def test_a_favour_is_reduced_by_all_that_is_owed_of_its_kind() -> None:
    rules = "always, give: {refund: 20 EUR}"
    assert join(rules, "no_reply", "service_down", owed="always, give: {refund: 7 EUR}") == [
        "owed: refund 7 EUR",
        "owed: refund 7 EUR",
        "goodwill: refund 6 EUR",
    ]


ANSWERS = """
    rules:
      - {id: a, when: {complaint: unfair_terms}, decline: {reason: {it: no a}}}
      - {id: b, when: {complaint: billing_error}, decline: {reason: {it: no b}, alternative: {it: b}}}
      - {id: c, when: {complaint: item_wrong}, give: {voucher: 5 EUR}}
      - {id: d, when: {complaint: no_reply}, give: {voucher: 5 EUR}}
"""


def test_every_refusal_is_kept() -> None:
    decision = decide(policy_of(ANSWERS), matter("unfair_terms", "item_wrong", "billing_error"))
    assert decision.kind is DecisionKind.OFFER
    assert [(refusal.rule_id, refusal.complaint_type) for refusal in decision.refusals] == [
        ("a", "unfair_terms"),
        ("b", "billing_error"),
    ]


def test_a_grievance_answered_before_is_told_where_it_stands_beside_a_new_one() -> None:
    given = (gave("voucher", "no_reply", "5"),)
    decision = decide(policy_of(ANSWERS), matter("no_reply", "item_wrong", given_here=given))
    assert (decision.kind, decision.status_of) == (DecisionKind.OFFER, ("no_reply",))


def test_fault_is_told_for_each_grievance() -> None:
    policy = policy_of("presume: {fault: {item_wrong: ours, unfair_terms: theirs}}\n" + dedent(ANSWERS))
    decision = decide(policy, matter("unfair_terms", "item_wrong"))
    assert (decision.at_fault, decision.faults) == (True, {"unfair_terms": False, "item_wrong": True})
    assert {given.complaint_type: given.our_fault for given in given_by(decision, case_id="c", at=NOW)} == {
        "item_wrong": True,
        "unfair_terms": False,
    }
