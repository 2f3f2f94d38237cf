from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from policy_cases import HEAD, NOW, euro, gave, known, matter, policy_of, unavailable

from models.decision import (
    Basis,
    Decision,
    DecisionKind,
    FactValue,
    Given,
    Manner,
    RemedyKind,
    Role,
    StepOutcome,
)
from models.serial import from_json, to_json
from responses.policy import Judge, decide, given_by, load_policy, load_policy_text
from responses.policy.case_file import observed, told

EXAMPLE = load_policy(Path(__file__).parent / "example.yaml")


def offers(decision: Decision) -> list[str]:
    return [told(offer) for offer in decision.offers]


def test_the_example_offers_a_choice_for_a_long_delay() -> None:
    decision = decide(EXAMPLE, matter("delivery_late", facts=known(days_late=Decimal(7))))
    assert decision.kind is DecisionKind.OFFER
    assert offers(decision) == ["goodwill: discount 15% of next_order up to 20 EUR | voucher 10 EUR"]
    assert decision.commitments[0].what["en"] == "we send the parcel again"
    assert decision.because == (
        "dopo cinque giorni di ritardo il cliente ha aspettato il doppio di quanto gli avevamo promesso",
    )
    assert decision.presumed == ("fault",)
    assert decision.worth == euro("20")
    assert decision.tier is Role.AGENT
    assert (decision.policy, decision.policy_sha256) == ("negozio-online", EXAMPLE.sha256)


def test_the_example_asks_the_agent_how_late_it_is() -> None:
    decision = decide(EXAMPLE, matter("delivery_late"))
    assert decision.kind is DecisionKind.HAND_OVER
    assert [(fact.name, fact.type, fact.ask, fact.from_agent) for fact in decision.missing] == [
        ("days_late", "days", None, True)
    ]


def test_the_example_offers_what_the_law_gives_though_the_rest_is_handed_over() -> None:
    facts = known(fault="ours", delivered_on=date(2026, 9, 1))
    decision = decide(EXAMPLE, matter("item_damaged", facts=facts))
    assert decision.kind is DecisionKind.OFFER
    assert offers(decision) == ["owed: repair | replacement"]
    assert decision.offers[0].source is not None
    assert any("altro-reclamo" in note for note in decision.notes)


def test_owed_that_is_not_in_force_yet_is_not_given() -> None:
    policy = policy_of("""
        owed: [{id: o, when: always, give: repair, source: legge, since: 2027-01-01, until: 2027-12-31}]
        rules: [{id: r, when: always, apologise: yes}]
    """)
    assert offers(decide(policy, matter("item_damaged"))) == []
    in_force = matter("item_damaged", now=NOW + timedelta(days=60))
    assert offers(decide(policy, in_force)) == ["owed: repair"]
    over = matter("item_damaged", now=NOW + timedelta(days=500))
    assert offers(decide(policy, over)) == []


TWO_RULES = """
    rules:
      - {id: first, when: {fault: ours}, give: {voucher: 20 EUR}}
      - {id: second, when: always, give: {voucher: 5 EUR}}
"""


def test_the_first_rule_that_matches_wins() -> None:
    policy = policy_of(TWO_RULES)
    assert decide(policy, matter("no_reply", facts=known(fault="ours"))).rule_ids == ("first",)
    assert decide(policy, matter("no_reply", facts=known(fault="theirs"))).rule_ids == ("second",)


def test_an_open_rule_before_the_match_is_settled_first() -> None:
    decision = decide(policy_of(TWO_RULES), matter("no_reply"))
    assert decision.kind is DecisionKind.HAND_OVER
    assert [fact.name for fact in decision.missing] == ["fault"]
    assert decision.missing[0].choices == ("ours", "courier", "theirs")
    assert decision.offers == ()


def test_an_unavailable_fact_lets_the_next_rule_decide() -> None:
    decision = decide(policy_of(TWO_RULES), matter("no_reply", facts=unavailable("fault")))
    assert decision.rule_ids == ("second",)


def test_open_rules_after_the_match_ask_for_nothing() -> None:
    policy = policy_of("""
        rules:
          - {id: first, when: always, give: {voucher: 5 EUR}}
          - {id: second, when: {fault: ours}, give: {voucher: 20 EUR}}
    """)
    assert decide(policy, matter("no_reply")).missing == ()


def test_customer_and_agent_are_asked_together_and_the_customer_makes_it_a_question() -> None:
    policy = policy_of("""
        rules: [{id: r, when: {order_id: known, photo: yes, fault: ours}, give: {voucher: 5 EUR}}]
    """)
    decision = decide(policy, matter("item_damaged"))
    assert decision.kind is DecisionKind.ASK
    assert [fact.name for fact in decision.asks_customer] == ["order_id", "photo"]
    assert [fact.name for fact in decision.missing if fact.from_agent] == ["photo", "fault"]


def test_what_was_asked_before_is_not_asked_again() -> None:
    policy = policy_of("rules: [{id: r, when: {order_id: known, photo: yes}, give: {voucher: 5 EUR}}]")
    decision = decide(policy, matter("item_damaged", asked=frozenset({"order_id", "photo"})))
    assert decision.kind is DecisionKind.HAND_OVER
    assert [(fact.name, fact.ask, fact.from_agent) for fact in decision.missing] == [
        ("order_id", None, True),
        ("photo", None, True),
    ]


def test_a_fact_needed_for_an_amount_is_missing() -> None:
    policy = policy_of("""
        owed: [{id: o, when: always, give: {refund: 6 EUR per days_late}, source: legge}]
        rules: [{id: r, when: always, apologise: yes}]
    """)
    assert [fact.name for fact in decide(policy, matter("service_down")).missing] == ["days_late"]
    decision = decide(policy, matter("service_down", facts=known(days_late=Decimal(3))))
    assert offers(decision) == ["owed: refund 18 EUR"]


def test_an_amount_that_can_never_be_worked_out_is_for_a_supervisor() -> None:
    policy = policy_of("""
        owed: [{id: o, when: always, give: {refund: 6 EUR per days_late}, source: legge}]
        rules: [{id: r, when: always, apologise: yes}]
    """)
    decision = decide(policy, matter("service_down", facts=unavailable("days_late")))
    assert (decision.kind, decision.tier) == (DecisionKind.HAND_OVER, Role.SUPERVISOR)


def test_amounts_are_multiplied_and_bounded() -> None:
    policy = policy_of("""
        owed:
          - id: o
            when: always
            give: {refund: 6 EUR per days_late, times: {business_line: 2}, at_most: 100 EUR}
            source: legge
        rules: [{id: r, when: always, apologise: yes}]
    """)
    facts = known(days_late=Decimal(3), business_line=True)
    assert offers(decide(policy, matter("service_down", facts=facts))) == ["owed: refund 36 EUR"]
    facts = known(days_late=Decimal(30), business_line=True)
    assert offers(decide(policy, matter("service_down", facts=facts))) == ["owed: refund 100 EUR"]


def test_a_type_without_any_rule_is_handed_over() -> None:
    policy = policy_of("rules: [{id: r, when: {complaint: item_wrong}, apologise: yes}]")
    decision = decide(policy, matter("no_reply"), language="en")
    assert (decision.kind, decision.notes) == (DecisionKind.HAND_OVER, ("no rule holds for no_reply",))


def test_a_refusal_carries_its_reason_and_what_is_possible() -> None:
    policy = policy_of("""
        rules: [{id: r, when: always, decline: {reason: {it: perché no}, alternative: {it: ma questo sì}}}]
    """)
    decision = decide(policy, matter("unfair_terms"))
    assert decision.kind is DecisionKind.DECLINE
    (refusal,) = decision.refusals
    assert (refusal.reason, refusal.alternative) == ({"it": "perché no"}, {"it": "ma questo sì"})
    assert (refusal.rule_id, refusal.complaint_type) == ("r", "unfair_terms")
    assert not decision.apologise


def test_an_apology_alone_is_an_offer() -> None:
    decision = decide(policy_of("rules: [{id: r, when: always, apologise: yes}]"), matter("no_reply"))
    assert (decision.kind, decision.apologise, decision.offers) == (DecisionKind.OFFER, True, ())


@pytest.mark.parametrize(
    ("rule", "changes", "expected"),
    [
        pytest.param("give: {voucher: 5 EUR}", {}, True, id="nobody knows whose fault"),
        pytest.param("give: {voucher: 5 EUR}", {"facts": known(fault="courier")}, False, id="not ours"),
        pytest.param("give: {voucher: 5 EUR}", {"own_error": True}, False, id="their own error"),
        pytest.param(
            "apologise: no, give: {voucher: 5 EUR}", {"facts": known(fault="ours")}, False, id="the owner"
        ),
        pytest.param("decline: {reason: {it: x}}", {"facts": known(fault="ours")}, False, id="a refusal"),
        pytest.param("apologise: yes, decline: {reason: {it: x}}", {}, True, id="a refusal with an apology"),
    ],
)
def test_when_there_is_an_apology(rule: str, changes: dict[str, Any], expected: bool) -> None:
    policy = policy_of(f"rules: [{{id: r, when: always, {rule}}}]")
    assert decide(policy, matter("no_reply", **changes)).apologise is expected


@pytest.mark.parametrize(
    ("act", "rule", "kind"),
    [
        pytest.param("question", "{fault: ours}", DecisionKind.HAND_OVER, id="a question has no faults"),
        pytest.param("request", "{ask: refund}", DecisionKind.OFFER, id="a request by what it asks"),
        pytest.param("other", "{ask: refund}", DecisionKind.HAND_OVER, id="small talk asks nothing"),
        pytest.param("praise", "always", DecisionKind.THANKS, id="praise is thanked"),
        pytest.param("praise", "{act: praise}", DecisionKind.OFFER, id="a rule for praise"),
        pytest.param("spam", "{own_error: no}", DecisionKind.HAND_OVER, id="spam"),
    ],
)
def test_rules_are_about_complaints_unless_they_say_otherwise(
    act: str, rule: str, kind: DecisionKind
) -> None:
    policy = policy_of(f"rules: [{{id: r, when: {rule}, give: {{voucher: 5 EUR}}}}]")
    decision = decide(policy, matter(act=act, asks=("refund",)))
    assert (decision.kind, decision.missing) == (kind, ())


@pytest.mark.parametrize("field", ["act", "complaint_types", "own_error", "asks", "urgency"])
def test_nothing_is_offered_on_a_label_the_classifier_is_unsure_of(field: str) -> None:
    policy = policy_of("""
        rules:
          - id: a
            when: {complaint: no_reply, own_error: yes, ask: refund, urgency: low}
            hand_over: supervisor
          - {id: b, when: always, give: {voucher: 5 EUR}}
    """)
    about = matter("no_reply", own_error=True, asks=("refund",), urgency="low", abstained=frozenset({field}))
    decision = decide(policy, about)
    assert (decision.kind, decision.offers) == (DecisionKind.HAND_OVER, ())


def test_a_rule_that_fails_anyway_does_not_mind_the_abstention() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {complaint: item_wrong, own_error: yes}, apologise: no}
          - {id: b, when: always, give: {voucher: 5 EUR}}
    """)
    decision = decide(policy, matter("no_reply", abstained=frozenset({"own_error"})))
    assert decision.kind is DecisionKind.OFFER


def test_an_unsure_type_is_no_reason_to_ask_the_customer_for_its_facts() -> None:
    policy = policy_of(
        "rules: [{id: r, when: {complaint: item_damaged, photo: yes}, give: {voucher: 5 EUR}}]"
    )
    decision = decide(policy, matter("item_damaged", abstained=frozenset({"complaint_types"})))
    assert (decision.kind, decision.missing) == (DecisionKind.HAND_OVER, ())


MANNERS = """
    rules:
      - {id: threat, when: {tone: threatening}, answer: mediate, tier: supervisor}
      - {id: abuse, when: {tone: abusive}, answer: boundary}
      - {id: r, when: always, give: {voucher: 5 EUR}}
"""


@pytest.mark.parametrize(
    ("tone", "manner", "tier"),
    [
        ("calm", None, Role.AGENT),
        ("threatening", Manner.MEDIATE, Role.SUPERVISOR),
        ("abusive", Manner.BOUNDARY, Role.AGENT),
    ],
)
def test_tone_chooses_how_we_answer_and_who_approves(tone: str, manner: Manner | None, tier: Role) -> None:
    decision = decide(policy_of(MANNERS), matter("no_reply", tone=tone))
    assert (decision.manner, decision.tier) == (manner, tier)
    assert offers(decision) == ["goodwill: voucher 5 EUR"]


def test_steps_tell_each_rule_that_was_tried_in_the_language_of_the_desk() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {complaint: item_wrong}, give: {voucher: 5 EUR}}
          - {id: b, when: {days_late: {over: 5}}, give: {voucher: 5 EUR}}
          - {id: c, when: {fault: ours}, give: {voucher: 5 EUR}}
    """)
    about = matter("no_reply", facts=known(days_late=Decimal(7)))
    assert [
        (step.rule_id, step.outcome, step.reason) for step in decide(policy, about, language="en").steps
    ] == [
        ("a", StepOutcome.NOT_MATCHED, "does not hold: complaint: item_wrong"),
        ("b", StepOutcome.MATCHED, "holds: days_late: over 5 (7)"),
    ]
    unknown = decide(policy, matter("no_reply", facts=known(days_late=Decimal(3))))
    assert unknown.steps[1].reason == "non vale: days_late: over 5 (3)"
    assert unknown.steps[2].reason == "ancora in sospeso, nessuno sa: fault"
    assert [step.complaint_type for step in unknown.steps] == ["no_reply"] * 3


def test_the_desk_language_changes_sentences_only() -> None:
    about = matter("delivery_late", facts=known(days_late=Decimal(7)))
    assert observed(decide(EXAMPLE, about, language="en")) == observed(decide(EXAMPLE, about, language="it"))


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
    assert any("no_reply" in note for note in decision.notes)


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


def test_what_was_owed_and_given_is_not_given_again() -> None:
    paid = gave("refund", "item_wrong", "50", basis=Basis.OWED)
    about = matter("item_wrong", given_here=(paid,), facts=known(fault="ours"))
    assert decide(policy_of(OWED_LATER), about).kind is DecisionKind.STATUS


def test_goodwill_worth_less_does_not_settle_what_is_owed() -> None:
    little = gave("refund", "item_wrong", "5")
    facts = known(fault="ours", order_value=euro("50"))
    decision = decide(policy_of(OWED_LATER), matter("item_wrong", given_here=(little,), facts=facts))
    assert offers(decision) == ["owed: refund full 50 EUR"]


LOWER = """
    rules:
      - {id: a, when: {complaint: item_wrong}, %s}
      - {id: b, when: always, give: {voucher: 5 EUR}}
"""
UNSURE_OF_TYPE = frozenset({"complaint_types"})


def test_a_rule_for_another_type_stays_open_while_the_type_is_in_doubt() -> None:
    about = matter("no_reply", abstained=UNSURE_OF_TYPE)
    decision = decide(policy_of(LOWER % "give: {refund: 10 EUR}"), about)
    assert (decision.kind, decision.offers) == (DecisionKind.HAND_OVER, ())


def test_a_doubt_that_changes_nothing_holds_nothing_up() -> None:
    about = matter("no_reply", abstained=UNSURE_OF_TYPE)
    decision = decide(policy_of(LOWER % "give: {voucher: 5 EUR}"), about)
    assert (decision.kind, decision.rule_ids) == (DecisionKind.OFFER, ("b",))


def test_what_may_be_owed_to_another_type_holds_up_the_offer() -> None:
    policy = policy_of("""
        owed: [{id: o, when: {complaint: item_wrong}, give: repair, source: legge}]
        rules: [{id: r, when: always, give: {voucher: 5 EUR}}]
    """)
    decision = decide(policy, matter("no_reply", abstained=UNSURE_OF_TYPE))
    assert (decision.kind, decision.offers) == (DecisionKind.HAND_OVER, ())


def test_who_says_that_nobody_knows_leaves_the_presumption_standing() -> None:
    policy = policy_of("presume: {fault: {no_reply: ours}}" + dedent(TWO_RULES))
    decision = decide(policy, matter("no_reply", facts=unavailable("fault")))
    assert (decision.rule_ids, decision.presumed) == (("first",), ("fault",))


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        pytest.param(unavailable("order_id"), ("without",), id="nobody knows it"),
        pytest.param(known(order_id="RS1"), ("rest",), id="somebody does"),
        pytest.param({}, (), id="it is to be asked for"),
    ],
)
def test_a_rule_may_ask_that_nobody_knows(facts: dict[str, FactValue], rules: tuple[str, ...]) -> None:
    policy = policy_of("""
        rules:
          - {id: without, when: {order_id: {known: no}}, give: {voucher: 5 EUR}}
          - {id: rest, when: always, apologise: yes}
    """)
    assert decide(policy, matter("no_reply", facts=facts)).rule_ids == rules


def test_what_only_an_amount_or_a_limit_needs_is_asked_for_with_the_rest() -> None:
    policy = policy_of(
        """
        owed:
          - id: o
            when: {order_id: known}
            give: {refund: 6 EUR per days_late, times: {business_line: 2}}
            source: legge
        rules: [{id: r, when: {photo: yes}, give: {voucher: 5 EUR}}]
        limits: {share_of_price: 150%}
        """,
        price_from="agent",
    )
    assert [fact.name for fact in decide(policy, matter("no_reply")).missing] == [
        "order_id",
        "days_late",
        "business_line",
        "photo",
        "order_value",
    ]


def test_the_open_question_of_what_is_owed_is_told_to_the_agent_in_a_follow_up() -> None:
    about = matter("item_wrong", given_here=(gave("voucher", "item_wrong", "5"),))
    decision = decide(policy_of(OWED_LATER), about, language="en")
    assert decision.kind is DecisionKind.STATUS
    assert decision.notes == ("o may be owed: nobody knows fault",)


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


def test_a_day_at_the_end_of_the_calendar_is_no_reason_to_stop() -> None:
    policy = policy_of("""
        rules: [{id: r, when: {months_since: {bought_on: {up_to: 1200}}}, give: {voucher: 5 EUR}}]
        second_time: {within: 100 years}
    """)
    about = matter("no_reply", facts=known(bought_on=date(9999, 12, 31)))
    assert decide(policy, about).kind is DecisionKind.OFFER


def test_a_judge_that_explains_nothing_decides_the_same() -> None:
    about = matter("delivery_late", facts=known(days_late=Decimal(7)))
    judge = Judge(EXAMPLE)
    assert judge.decide(about, explain=False) == replace(decide(EXAMPLE, about), steps=())
    assert judge.decide(about) == decide(EXAMPLE, about)


def test_a_decision_stored_before_refusals_were_several_can_still_be_read() -> None:
    stored = to_json(decide(EXAMPLE, matter("delivery_late", facts=known(days_late=Decimal(7)))))
    old = {key: value for key, value in stored.items() if key not in ("refusals", "faults", "status_of")}
    old |= {"decline_reason": None, "alternative": None}
    read = from_json(Decision, old)
    assert [told(offer) for offer in read.offers] == [
        "goodwill: discount 15% of next_order up to 20 EUR | voucher 10 EUR"
    ]
    assert read.fault_of("delivery_late") is True


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
