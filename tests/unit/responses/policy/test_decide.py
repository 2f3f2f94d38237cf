"""Decisions: which rule counts, what is missing, what is owed, and what stands in doubt."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from models.decision import Decision, DecisionKind, FactValue, Manner, Role, StepOutcome
from models.serial import from_json, to_json
from responses.policy import Judge, decide, load_policy
from responses.policy.case_file import observed, told
from tests.unit.responses.policy.policy_cases import NOW, euro, known, matter, offers, policy_of, unavailable

EXAMPLE = load_policy(Path(__file__).parent / "example.yaml")


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
    assert (decision.kind, decision.notes) == (DecisionKind.HAND_OVER, ("no rule holds for “no reply”",))


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


OPEN_ABOVE = """
    rules:
      - {id: a, when: {days_late: {over: 5}}, give: {voucher: 10 EUR}}
      - {id: b, when: {fault: ours}, give: {voucher: 7 EUR}}
      - {id: c, when: {act: complaint}, give: {voucher: 5 EUR}}
"""


@pytest.mark.parametrize(
    ("facts", "language", "pending"),
    [
        ({}, "it", "non si applica ancora, perché prima ci sono «a» e «b», in sospeso"),
        ({"fault": "theirs"}, "it", "non si applica ancora, perché prima c'è «a», in sospeso"),
        ({}, "en", "not applied yet, as “a” and “b” stand before it and are open"),
        ({"fault": "theirs"}, "en", "not applied yet, as “a” stands before it and is open"),
        ({"fault": "theirs", "days_late": Decimal(2)}, "en", None),
    ],
)
def test_a_rule_that_holds_below_an_open_one_says_that_it_is_not_applied_yet(
    facts: dict[str, object], language: str, pending: str | None
) -> None:
    decision = decide(policy_of(OPEN_ABOVE), matter("no_reply", facts=known(**facts)), language=language)
    last = decision.steps[-1]
    assert (last.rule_id, last.outcome, last.pending) == ("c", StepOutcome.MATCHED, pending)
    assert ("c" in decision.rule_ids) == (pending is None)


def test_a_rule_that_holds_beside_something_owed_that_is_open_waits_for_it() -> None:
    policy = policy_of("""
        owed: [{id: o, when: {fault: ours}, give: repair, source: legge}]
        rules: [{id: r, when: {act: complaint}, give: {voucher: 5 EUR}}]
    """)
    last = decide(policy, matter("no_reply"), language="en").steps[-1]
    assert (last.rule_id, last.pending) == ("r", "not applied yet, as “o” stands before it and is open")


def test_open_rules_that_would_do_the_same_hold_nothing_up() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {ask: refund}, give: {voucher: 5 EUR}}
          - {id: b, when: {act: complaint}, give: {voucher: 5 EUR}}
    """)
    about = matter("no_reply", abstained=frozenset({"asks"}))
    assert decide(policy, about).steps[-1].pending is None


def test_the_desk_language_changes_sentences_only() -> None:
    about = matter("delivery_late", facts=known(days_late=Decimal(7)))
    assert observed(decide(EXAMPLE, about, language="en")) == observed(decide(EXAMPLE, about, language="it"))


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
