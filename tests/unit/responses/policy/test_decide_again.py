"""Decisions about what was answered before: second times, ladders, follow-ups, what was given."""

from dataclasses import replace
from datetime import timedelta
from textwrap import dedent
from typing import Any

import pytest

from models.decision import Basis, DecisionKind, FactValue, Given, RemedyKind, Role
from responses.policy import decide, given_by, load_policy_text
from tests.unit.responses.policy.policy_cases import (
    HEAD,
    NOW,
    euro,
    gave,
    known,
    matter,
    offers,
    policy_of,
    unavailable,
)

LADDER = """
    rules: [{id: r, when: always, give: {one_of: [{voucher: 10 EUR}, {discount: 15%, at_most: 20 EUR}]}}]
    ladder: [{voucher: 5 EUR}, {voucher: 10 EUR}, {voucher: 20 EUR}]
    second_time: {within: 180 days, raise: one step, tier: agent}
"""


def before(days: int = 30, **changes: Any) -> Given:
    """The same failure in another case, our fault, and what was promised then was kept."""
    fields: dict[str, Any] = {"case_id": "older", "promise_state": "kept", **changes}
    return gave("voucher", "no_reply", "10", at=NOW - timedelta(days=days), **fields)


def test_the_second_time_goes_one_step_up_where_there_is_one() -> None:
    decision = decide(policy_of(LADDER), matter("no_reply", history=(before(),)))
    assert offers(decision) == ["goodwill: voucher 20 EUR | discount 15% of next_order up to 20 EUR"]
    assert (decision.second_time, decision.tier) == (True, Role.AGENT)


SAME_OR_ANOTHER = [
    pytest.param({"promise_state": "open"}, {}, "status", id="promise still open"),
    pytest.param({"promise_state": None}, {}, "ask", id="nothing promised, no number"),
    pytest.param({"promise_state": "broken"}, {}, "offer", id="promise broken"),
    pytest.param({"promise_state": "open", "order_id": "RS1"}, {}, "status", id="open, number unknown now"),
    pytest.param(
        {"promise_state": None, "order_id": "RS1"}, unavailable("order_id"), "hand_over", id="no number"
    ),
    pytest.param({"promise_state": None}, known(order_id="RS2"), "hand_over", id="number unknown then"),
    pytest.param(
        {"promise_state": "open", "order_id": "RS1"}, known(order_id="RS2"), "offer", id="another order"
    ),
]


@pytest.mark.parametrize(("then", "now", "kind"), SAME_OR_ANOTHER)
def test_the_same_complaint_in_a_new_case_is_a_second_time_only_when_it_is_another_matter(
    then: dict[str, Any], now: dict[str, FactValue], kind: str
) -> None:
    decision = decide(policy_of(LADDER), matter("no_reply", history=(before(**then),), facts=now))
    assert decision.kind == kind
    assert decision.second_time is (kind == "offer")


def test_the_order_number_is_asked_for_when_it_tells_whether_this_is_the_same_matter() -> None:
    decision = decide(policy_of(LADDER), matter("no_reply", history=(before(promise_state=None),)))
    assert [fact.name for fact in decision.missing] == ["order_id"]
    assert any("«nessuna risposta»" in note for note in decision.notes)


def test_where_no_order_numbers_exist_another_case_is_another_matter() -> None:
    text = HEAD.replace('  order_id: {type: text, from: [customer], ask: {it: "il numero d\'ordine"}}\n', "")
    policy = load_policy_text(text + dedent(LADDER), "prova.yaml")
    assert decide(policy, matter("no_reply", history=(before(promise_state=None),))).second_time
    assert decide(policy, matter("no_reply", history=(before(promise_state="open"),))).kind == "status"


def test_another_order_in_the_same_case_is_another_matter() -> None:
    earlier = gave("voucher", "no_reply", "10", order_id="RS1")
    about = matter("no_reply", given_here=(earlier,), facts=known(order_id="RS2"))
    assert decide(policy_of(LADDER), about).second_time


def test_at_the_top_of_the_ladder_a_supervisor_approves() -> None:
    policy = policy_of(LADDER.replace("voucher: 10 EUR}, {discount", "voucher: 20 EUR}, {discount"))
    decision = decide(policy, matter("no_reply", history=(before(),)))
    assert decision.tier is Role.SUPERVISOR
    assert offers(decision)[0].startswith("goodwill: voucher 20 EUR")


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(before(days=181), id="too long ago"),
        pytest.param(before(our_fault=False), id="not our fault then"),
        pytest.param(replace(before(), complaint_type="item_wrong"), id="another failure"),
    ],
)
def test_what_opens_no_second_time(history: Given) -> None:
    decision = decide(policy_of(LADDER), matter("no_reply", history=(history,)))
    assert not decision.second_time
    assert offers(decision)[0].startswith("goodwill: voucher 10 EUR")


def test_formulas_may_stay_where_the_owner_wants_them() -> None:
    policy = policy_of(LADDER.replace("within: 180 days", "within: 180 days, no_formula: no"))
    assert not decide(policy, matter("no_reply", history=(before(),))).second_time


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param({}, DecisionKind.STATUS, id="promise open"),
        pytest.param({"promise_state": None}, DecisionKind.STATUS, id="nothing promised"),
        pytest.param({"promise_state": "kept"}, DecisionKind.STATUS, id="money that was paid"),
        pytest.param({"promise_state": "broken"}, DecisionKind.OFFER, id="broken promise"),
        pytest.param(
            {"promise_state": "kept", "kind": RemedyKind.REDO}, DecisionKind.OFFER, id="redone in vain"
        ),
        pytest.param(
            {"promise_state": "kept", "kind": RemedyKind.REDO, "settled_at": NOW - timedelta(hours=1)},
            DecisionKind.STATUS,
            id="asked before it was redone",
        ),
        pytest.param(
            {"promise_state": "kept", "kind": RemedyKind.REDO, "settled_at": NOW - timedelta(hours=3)},
            DecisionKind.OFFER,
            id="redone, and then it happened again",
        ),
    ],
)
def test_what_was_given_in_the_case_and_what_opens_it_again(
    given: dict[str, Any], kind: DecisionKind
) -> None:
    earlier = replace(gave("voucher", "no_reply", "10"), **given)
    decision = decide(
        policy_of(LADDER), matter("no_reply", given_here=(earlier,), said_at=NOW - timedelta(hours=2))
    )
    assert decision.kind is kind
    assert decision.second_time is (kind is DecisionKind.OFFER)


def test_only_the_newest_answer_counts() -> None:
    broken = gave("voucher", "no_reply", "10", promise_state="broken", at=NOW - timedelta(days=9))
    answered_again = gave("voucher", "no_reply", "20", at=NOW - timedelta(days=2))
    decision = decide(policy_of(LADDER), matter("no_reply", given_here=(broken, answered_again)))
    assert decision.kind is DecisionKind.STATUS


def test_the_same_failure_of_the_same_order_is_a_follow_up_in_another_case_too() -> None:
    earlier = gave("voucher", "no_reply", "10", case_id="older", order_id="RS1")
    about = matter("no_reply", history=(earlier,), facts=known(order_id="RS1"))
    assert decide(policy_of(LADDER), about).kind is DecisionKind.STATUS


def test_a_request_repeated_earns_what_it_was_given_only_once() -> None:
    policy = policy_of("rules: [{id: r, when: {own_error: yes}, give: {voucher: 5 EUR}}]")
    asking = matter(act="request", own_error=True)
    given = given_by(decide(policy, asking), case_id="c", at=NOW)
    assert [entry.worth for entry in given] == [euro("5")]
    assert decide(policy, replace(asking, given_here=given)).kind is DecisionKind.STATUS


def test_a_request_after_one_answered_in_words_is_a_new_one() -> None:
    policy = policy_of("rules: [{id: r, when: {ask: refund}, give: {voucher: 5 EUR}}]")
    answered = gave("words", None, None)
    asking = matter(act="request", asks=("refund",), given_here=(answered,))
    assert decide(policy, asking).kind is DecisionKind.OFFER


def test_every_type_of_an_answer_is_on_record_as_answered() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {complaint: no_reply}, give: {one_of: [{voucher: 5 EUR}, {voucher: 8 EUR}]}}
          - {id: b, when: {complaint: item_wrong}, give: {voucher: 10 EUR}}
          - {id: c, when: {complaint: service_down}, apologise: yes}
    """)
    about = matter("no_reply", "item_wrong", "service_down", facts=known(fault="ours"))
    record = given_by(decide(policy, about), case_id="c", at=NOW, order_id="RS1")
    assert [(given.complaint_type, given.kind, given.worth) for given in record] == [
        ("item_wrong", RemedyKind.VOUCHER, euro("10")),
        ("no_reply", RemedyKind.WORDS, None),
        ("service_down", RemedyKind.WORDS, None),
    ]
    assert {given.our_fault for given in record} == {True}
    assert decide(policy, replace(about, given_here=record)).kind is DecisionKind.STATUS


OWED_LATER = """
    owed: [{id: o, when: {fault: ours}, give: {refund: full}, source: legge}]
    rules: [{id: r, when: always, give: {voucher: 5 EUR}}]
"""


def test_a_follow_up_still_gets_what_turns_out_to_be_owed() -> None:
    about = matter("item_wrong", given_here=(gave("voucher", "item_wrong", "5"),), facts=known(fault="ours"))
    decision = decide(policy_of(OWED_LATER), about)
    assert (decision.kind, offers(decision)) == (DecisionKind.OFFER, ["owed: refund full"])


def test_the_open_question_of_what_is_owed_is_told_to_the_agent_in_a_follow_up() -> None:
    about = matter("item_wrong", given_here=(gave("voucher", "item_wrong", "5"),))
    decision = decide(policy_of(OWED_LATER), about, language="en")
    assert decision.kind is DecisionKind.STATUS
    assert decision.notes == ("“o” may be owed: nobody knows whose fault it is",)


def test_what_was_owed_and_given_is_not_given_again() -> None:
    paid = gave("refund", "item_wrong", "50", basis=Basis.OWED)
    about = matter("item_wrong", given_here=(paid,), facts=known(fault="ours"))
    assert decide(policy_of(OWED_LATER), about).kind is DecisionKind.STATUS


def test_goodwill_worth_less_does_not_settle_what_is_owed() -> None:
    little = gave("refund", "item_wrong", "5")
    facts = known(fault="ours", order_value=euro("50"))
    decision = decide(policy_of(OWED_LATER), matter("item_wrong", given_here=(little,), facts=facts))
    assert offers(decision) == ["owed: refund full 50 EUR"]


@pytest.mark.parametrize(
    ("last", "expected", "tier"),
    [
        pytest.param("5", "voucher 10 EUR", Role.AGENT, id="the rule's own step"),
        pytest.param("10", "voucher 20 EUR", Role.AGENT, id="one step above what was given"),
        pytest.param("12", "voucher 20 EUR", Role.AGENT, id="between two steps"),
        pytest.param("20", "voucher 20 EUR", Role.SUPERVISOR, id="the top was given"),
    ],
)
def test_the_ladder_goes_on_from_what_was_given_last(last: str, expected: str, tier: Role) -> None:
    policy = policy_of("""
        rules: [{id: r, when: always, give: {voucher: 5 EUR}}]
        ladder: [{voucher: 5 EUR}, {voucher: 10 EUR}, {voucher: 20 EUR}]
        second_time: {within: 180 days, raise: one step, tier: agent}
    """)
    history = (replace(before(), worth=euro(last)),)
    decision = decide(policy, matter("no_reply", history=history))
    assert (offers(decision), decision.tier) == ([f"goodwill: {expected}"], tier)


@pytest.mark.parametrize(
    ("give", "expected"),
    [
        pytest.param("{gift: {it: un fiore}}", ["goodwill: free_period"], id="the gift of the ladder"),
        pytest.param("{gift: {it: una torta}}", ["goodwill: gift"], id="another gift is not on it"),
        pytest.param("{free_period: 1 month}", ["goodwill: voucher 20 EUR"], id="the period of the ladder"),
        pytest.param("{free_period: 2 months}", ["goodwill: free_period"], id="another period is not on it"),
    ],
)
def test_a_step_is_known_by_its_words_and_its_length(give: str, expected: list[str]) -> None:
    policy = policy_of(f"""
        rules: [{{id: r, when: always, give: {give}}}]
        ladder: [{{gift: {{it: un fiore}}}}, {{free_period: 1 month}}, {{voucher: 20 EUR}}]
        second_time: {{within: 180 days, raise: one step}}
    """)
    history = (gave("words", "no_reply", None, case_id="older", promise_state="kept"),)
    assert offers(decide(policy, matter("no_reply", history=history))) == expected


def test_a_commitment_kept_in_vain_opens_the_second_time() -> None:
    policy = policy_of("""
        rules: [{id: r, when: always, give: {voucher: 5 EUR}, promise: {what: {it: x}, within: 1 day}}]
    """)
    first = decide(policy, matter("no_reply"))
    (kept,) = given_by(first, case_id="c", at=NOW - timedelta(days=3), promise_state="kept")
    assert kept.committed
    assert decide(policy, matter("no_reply", given_here=(kept,))).second_time
    paid = replace(kept, committed=False)
    assert decide(policy, matter("no_reply", given_here=(paid,))).kind is DecisionKind.STATUS


def test_a_failure_of_somebody_else_in_an_old_case_opens_no_second_time() -> None:
    policy = policy_of(
        "presume: {fault: {no_reply: ours, unfair_terms: theirs}}"
        + dedent("""
        rules:
          - {id: a, when: {complaint: unfair_terms}, decline: {reason: {it: no}}}
          - {id: b, when: always, give: {voucher: 5 EUR}}
        second_time: {within: 180 days}
        """)
    )
    old = given_by(
        decide(policy, matter("no_reply", "unfair_terms")),
        case_id="old",
        at=NOW - timedelta(days=21),
        promise_state="kept",
    )
    assert not decide(policy, matter("unfair_terms", history=old)).second_time
    assert decide(policy, matter("no_reply", history=old)).second_time


@pytest.mark.parametrize(
    "owed",
    [
        pytest.param("give: {gift: {it: un fiore}}", id="one thing for both"),
        pytest.param("give: {refund: full}", id="the price for both"),
        pytest.param("give: {refund: 7 EUR}", id="a sum for each"),
    ],
)
def test_what_was_owed_to_two_grievances_and_given_is_not_given_again(owed: str) -> None:
    policy = policy_of(f"""
        owed: [{{id: o, when: always, {owed}, source: legge}}]
        rules: [{{id: r, when: always, apologise: yes}}]
    """)
    about = matter("no_reply", "item_wrong")
    record = given_by(decide(policy, about), case_id="c", at=NOW)
    assert decide(policy, replace(about, given_here=record)).kind is DecisionKind.STATUS


def test_a_choice_between_the_price_and_a_new_one_settles_both_grievances() -> None:
    policy = policy_of("""
        owed:
          - {id: o, when: {complaint: no_reply}, give: replacement, source: legge}
          - {id: p, when: {complaint: item_wrong}, give: {refund: full}, source: legge}
        rules: [{id: r, when: always, apologise: yes}]
    """)
    about = matter("no_reply", "item_wrong", facts=known(order_value=euro("50")))
    record = given_by(decide(policy, about), case_id="c", at=NOW)
    assert decide(policy, replace(about, given_here=record)).kind is DecisionKind.STATUS


def test_a_sum_refunded_for_one_grievance_is_not_the_price_owed_for_another() -> None:
    policy = policy_of("""
        owed: [{id: o, when: {complaint: item_wrong, fault: ours}, give: {refund: full}, source: legge}]
        rules: [{id: r, when: always, apologise: yes}]
    """)
    record = (gave("refund", "no_reply", "5"), gave("words", "item_wrong", None))
    facts = known(fault="ours", order_value=euro("50"))
    decision = decide(policy, matter("no_reply", "item_wrong", given_here=record, facts=facts))
    assert offers(decision) == ["owed: refund full 50 EUR"]
    assert decision.status_of == ("no_reply",)


ANYTHING = policy_of("rules: [{id: r, when: always, give: {voucher: 10 EUR}}]")
LATER = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("complaint_type", "before", "kind"),
    [
        ("refund_missing", gave("refund", "quality_below", "20", due_at=LATER), DecisionKind.STATUS),
        ("delivery_late", gave("replacement", "item_wrong", None, due_at=LATER), DecisionKind.STATUS),
        ("no_reply", gave("voucher", "quality_below", "5", due_at=LATER), DecisionKind.STATUS),
        ("refund_missing", gave("voucher", "quality_below", "5", due_at=LATER), DecisionKind.OFFER),
        ("delivery_late", gave("refund", "quality_below", "5", due_at=LATER), DecisionKind.OFFER),
        ("item_damaged", gave("refund", "quality_below", "5", due_at=LATER), DecisionKind.OFFER),
        ("refund_missing", gave("refund", "quality_below", "5", due_at=NOW), DecisionKind.OFFER),
        (
            "refund_missing",
            gave("refund", "quality_below", "5", promise_state="kept", settled_at=NOW),
            DecisionKind.OFFER,
        ),
    ],
    ids=[
        "the money that was promised",
        "what was sent again",
        "no answer while something is to come",
        "money where a voucher was promised",
        "a parcel where money was promised",
        "another grievance",
        "money that is late",
        "money that was paid",
    ],
)
def test_who_only_waits_for_what_was_promised_hears_where_it_stands(
    complaint_type: str, before: Given, kind: DecisionKind
) -> None:
    about = matter(complaint_type, given_here=(before,), waits=True)
    assert decide(ANYTHING, about).kind is kind
    # Without that it is a grievance of its own.
    assert decide(ANYTHING, replace(about, waits=False)).kind is DecisionKind.OFFER
