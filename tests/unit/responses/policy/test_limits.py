from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.decision import Basis, Decision, DecisionKind, Given, Role, StepOutcome
from models.money import Money
from responses.policy import decide
from responses.policy.case_file import told
from tests.unit.responses.policy.policy_cases import NOW, euro, gave, known, matter, policy_of


def limited(give: str, sections: str, *types: str, **changes: Any) -> Decision:
    text = f"rules: [{{id: r, when: always, give: {give}}}]\n{sections}\n"
    return decide(policy_of(text), matter(*(types or ("no_reply",)), **changes), language="en")


def offers(decision: Decision) -> list[str]:
    return [told(offer) for offer in decision.offers]


CAP = "limits: {per_case: 30 EUR}"


@pytest.mark.parametrize(
    ("give", "expected"),
    [
        pytest.param("{voucher: 40 EUR}", "voucher 30 EUR", id="voucher"),
        pytest.param("{refund: 50%}", "refund 50% up to 30 EUR", id="share of a known price"),
        pytest.param("{refund: full}", "refund 30 EUR", id="full refund of a known price"),
        pytest.param("{discount: 10%, of: next_order}", "discount 10% of next_order up to 30 EUR", id="open"),
        pytest.param(
            "{discount: 10%, at_most: 50 EUR}", "discount 10% of next_order up to 30 EUR", id="bound"
        ),
        pytest.param("{voucher: 20 EUR}", "voucher 20 EUR", id="below"),
    ],
)
def test_divisible_remedies_are_cut_to_the_limit(give: str, expected: str) -> None:
    decision = limited(give, CAP, facts=known(order_value=euro("100")))
    assert offers(decision) == [f"goodwill: {expected}"]
    assert decision.worth is not None
    assert decision.worth <= euro("30")


def test_every_option_of_a_choice_is_cut_and_the_dearest_counts() -> None:
    decision = limited("{one_of: [{voucher: 40 EUR}, {refund: 10 EUR}]}", CAP)
    assert offers(decision) == ["goodwill: voucher 30 EUR | refund 10 EUR"]
    assert decision.worth == euro("30")
    assert decision.limits_cut == ("the voucher cut to €30: the limit per case (€30)",)


def test_what_cannot_be_cut_is_given_whole_and_approved_higher() -> None:
    decision = limited("replacement", CAP + "\nworth: {replacement: 50 EUR}")
    assert (offers(decision), decision.tier) == (["goodwill: replacement"], Role.SUPERVISOR)


def test_a_remedy_of_unknown_worth_is_for_a_supervisor() -> None:
    decision = limited("{gift: {it: un fiore}}", CAP)
    assert (decision.tier, decision.worth) == (Role.SUPERVISOR, None)


def test_words_cost_nothing() -> None:
    decision = limited("{words: {it: grazie}}", "limits: {per_case: 0 EUR, share_of_price: 100%}")
    assert (decision.tier, decision.worth, decision.notes) == (Role.AGENT, euro("0"), ())


def test_what_the_case_was_given_before_leaves_less() -> None:
    decision = limited("{voucher: 25 EUR}", CAP, "no_reply", given_here=(gave("refund", "item_wrong", "20"),))
    assert offers(decision) == ["goodwill: voucher 10 EUR"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(gave("refund", "item_wrong", "30", basis=Basis.OWED), id="owed"),
        pytest.param(gave("refund", "item_wrong", "30", promise_state="withdrawn"), id="withdrawn"),
    ],
)
def test_what_counts_against_no_limit(given: Given) -> None:
    assert offers(limited("{voucher: 25 EUR}", CAP, given_here=(given,))) == ["goodwill: voucher 25 EUR"]


def test_where_nothing_is_left_the_remedy_falls_away_and_says_so() -> None:
    decision = limited("{voucher: 25 EUR}", CAP, given_here=(gave("refund", "item_wrong", "30"),))
    assert decision.offers == ()
    assert decision.limits_cut == ("the voucher left out: the limit per case (€30)",)


def test_several_offers_share_the_limit() -> None:
    policy = policy_of("""
        rules:
          - {id: a, when: {complaint: no_reply}, give: {voucher: 20 EUR}}
          - {id: b, when: {complaint: item_wrong}, give: {refund: 20 EUR}}
        limits: {per_case: 30 EUR}
    """)
    decision = decide(policy, matter("no_reply", "item_wrong"))
    assert offers(decision) == ["goodwill: voucher 20 EUR", "goodwill: refund 10 EUR"]


def test_the_price_bounds_goodwill_too() -> None:
    decision = limited(
        "{voucher: 25 EUR}", "limits: {share_of_price: 150%}", facts=known(order_value=euro("9.99"))
    )
    assert offers(decision) == ["goodwill: voucher 14.98 EUR"]


def test_a_price_that_only_the_book_knows_is_not_waited_for() -> None:
    decision = limited("{voucher: 5 EUR}", "limits: {per_case: 50 EUR, share_of_price: 150%}")
    assert (decision.missing, decision.tier) == ((), Role.AGENT)
    assert decision.notes == ("the limit by the price was not checked: the order's value is not known",)


def test_where_the_price_is_the_only_limit_and_unknown_a_supervisor_approves() -> None:
    decision = limited("{voucher: 5 EUR}", "limits: {share_of_price: 150%}")
    assert (decision.missing, decision.tier) == ((), Role.SUPERVISOR)
    assert offers(decision) == ["goodwill: voucher 5 EUR"]


def test_a_price_that_an_agent_can_tell_is_asked_for() -> None:
    policy = policy_of(
        """
        rules: [{id: r, when: always, give: {voucher: 5 EUR}}]
        limits: {share_of_price: 150%}
        """,
        price_from="agent",
    )
    assert [fact.name for fact in decide(policy, matter("no_reply")).missing] == ["order_value"]


def test_what_is_owed_is_never_cut() -> None:
    policy = policy_of("""
        owed: [{id: o, when: always, give: {refund: full}, source: legge}]
        rules: [{id: r, when: always, give: {voucher: 40 EUR}}]
        limits: {per_case: 30 EUR, share_of_price: 10%}
        approval: {agent: 5 EUR, supervisor: 10 EUR, admin: no limit}
    """)
    decision = decide(policy, matter("no_reply", facts=known(order_value=euro("1000"))))
    assert offers(decision) == ["owed: refund full 1000 EUR", "goodwill: voucher 30 EUR"]
    assert decision.worth == euro("30")


@pytest.mark.parametrize(
    ("worth", "tier"),
    [("30", Role.AGENT), ("30.01", Role.SUPERVISOR), ("200", Role.SUPERVISOR), ("200.01", Role.ADMIN)],
)
def test_the_tier_follows_the_worth(worth: str, tier: Role) -> None:
    approval = "approval: {agent: 30 EUR, supervisor: 200 EUR, admin: no limit}"
    assert limited(f"{{voucher: {worth} EUR}}", approval).tier is tier


def test_owed_is_approved_by_whom_the_owner_says() -> None:
    policy = policy_of("""
        owed: [{id: o, when: always, give: repair, source: legge}]
        rules: [{id: r, when: always, apologise: yes}]
        owed_approval: supervisor
    """)
    assert decide(policy, matter("no_reply")).tier is Role.SUPERVISOR


@pytest.mark.parametrize(
    ("days", "tier"),
    [pytest.param(20, Role.SUPERVISOR, id="within"), pytest.param(100, Role.AGENT, id="long ago")],
)
def test_many_favours_to_one_customer_raise_the_tier_and_never_the_amount(days: int, tier: Role) -> None:
    history = (gave("voucher", "item_wrong", "48", case_id="old", at=NOW - timedelta(days=days)),)
    limits = "limits: {per_customer: {total: 50 EUR, every: 90 days}}"
    decision = limited("{voucher: 5 EUR}", limits, history=history)
    assert (offers(decision), decision.tier) == (["goodwill: voucher 5 EUR"], tier)


def test_one_goodwill_remedy_per_failure() -> None:
    give = "{all_of: [{voucher: 5 EUR}, {refund: 5 EUR}, {words: {it: grazie}}]}"
    assert len(limited(give, "").offers) == 3
    decision = limited(give, "limits: {per_order: one goodwill remedy per failure}")
    assert offers(decision) == ["goodwill: voucher 5 EUR", "goodwill: words"]
    assert decision.limits_cut == ("the refund left out: one goodwill remedy per failure",)


def test_a_worth_that_needs_a_price_is_asked_of_whoever_knows_it() -> None:
    text = """
        rules: [{id: r, when: always, give: replacement}]
        worth: {replacement: 50% of order_value}
    """
    policy = policy_of(text, price_from="agent")
    assert [fact.name for fact in decide(policy, matter("no_reply")).missing] == ["order_value"]
    decision = decide(policy, matter("no_reply", facts=known(order_value=euro("30"))))
    assert (decision.kind, decision.worth) == (DecisionKind.OFFER, euro("15"))


TIGHT_ADMIN = "approval: {agent: 30 EUR, supervisor: 200 EUR, admin: 500 EUR}"


def test_what_nobody_may_approve_is_handed_to_an_administrator_who_sees_it() -> None:
    decision = limited("{voucher: 600 EUR}", TIGHT_ADMIN)
    assert (decision.kind, decision.tier) == (DecisionKind.HAND_OVER, Role.ADMIN)
    assert offers(decision) == ["goodwill: voucher 600 EUR"]


def test_what_is_owed_does_not_wait_for_a_favour_that_nobody_may_approve() -> None:
    policy = policy_of(f"""
        owed: [{{id: o, when: always, give: repair, source: legge}}]
        rules: [{{id: r, when: always, give: {{voucher: 600 EUR}}}}]
        {TIGHT_ADMIN}
    """)
    decision = decide(policy, matter("no_reply"), language="en")
    assert (decision.kind, offers(decision), decision.worth) == (
        DecisionKind.OFFER,
        ["owed: repair"],
        euro("0"),
    )
    assert decision.tier is Role.ADMIN
    assert any(note.startswith("the voucher as goodwill beside what is owed") for note in decision.notes)


PER_CUSTOMER = "limits: {per_customer: {total: 50 EUR, every: 90 days}}"


def test_a_favour_of_unknown_worth_cannot_be_held_against_the_total_of_a_customer() -> None:
    decision = limited("{discount: 10%}", PER_CUSTOMER)
    assert decision.tier is Role.SUPERVISOR
    assert "its worth is unknown and a customer may have €50 at most: approved by a supervisor" in (
        decision.notes
    )


@pytest.mark.parametrize(
    ("given", "tier"),
    [
        pytest.param(
            replace(gave("voucher", "item_wrong", "480"), worth=Money(amount=Decimal(480), currency="USD")),
            Role.SUPERVISOR,
            id="another currency",
        ),
        pytest.param(gave("gift", "item_wrong", None), Role.SUPERVISOR, id="unknown worth"),
        pytest.param(gave("words", "item_wrong", None), Role.AGENT, id="words"),
        pytest.param(gave("refund", "item_wrong", None, basis=Basis.OWED), Role.AGENT, id="owed"),
    ],
)
def test_a_past_favour_nobody_can_put_a_figure_to_leaves_the_limit_open(given: Given, tier: Role) -> None:
    decision = limited("{voucher: 5 EUR}", PER_CUSTOMER, history=(given,))
    assert decision.tier is tier
    open_limits = [step.outcome for step in decision.steps if step.rule_id == "limits.per_customer"]
    assert open_limits == [StepOutcome.OPEN] * (tier is Role.SUPERVISOR)


def test_what_was_given_for_the_failure_of_the_order_counts_as_its_one_remedy() -> None:
    text = """
        rules: [{id: r, when: always, give: {voucher: 5 EUR}, promise: {what: {it: x}, within: 1 day}}]
        limits: {per_order: one goodwill remedy per failure}
    """
    day = timedelta(days=1)
    older = gave("refund", "no_reply", "10", at=NOW - 9 * day, order_id="RS1")
    broken = gave("voucher", "no_reply", "5", at=NOW - day, order_id="RS1", promise_state="broken")
    about = matter("no_reply", given_here=(older, broken), facts=known(order_id="RS1"))
    assert decide(policy_of(text), about, language="en").limits_cut == (
        "the voucher left out: one goodwill remedy per failure",
    )
    # A remedy that never came is none.
    alone = matter("no_reply", given_here=(broken,), facts=known(order_id="RS1"))
    assert offers(decide(policy_of(text), alone)) == ["goodwill: voucher 5 EUR"]


@pytest.mark.parametrize(
    ("worth", "period", "expected"),
    [
        pytest.param("20 EUR per month", "3 months", "60", id="months"),
        pytest.param("20 EUR per month", "15 days", "10", id="half a month"),
        pytest.param("1 EUR per day", "1 month", "30", id="days"),
        pytest.param("20 EUR", "3 months", "20", id="one sum"),
        pytest.param("order_value per month", "2 months", "100", id="by a fact"),
        pytest.param("50% of order_value per year", "6 months", "12.50", id="by a share of a fact"),
    ],
)
def test_a_free_period_costs_by_its_length(worth: str, period: str, expected: str) -> None:
    text = f"worth: {{free_period: {worth}}}"
    decision = limited(f"{{free_period: {period}}}", text, facts=known(order_value=euro("50")))
    assert decision.worth == euro(expected)


def test_a_remedy_may_say_itself_what_it_costs() -> None:
    give = (
        "{one_of: [{gift: {it: un fiore}, worth: 4 EUR}, {gift: {it: una cena}, worth: 40 EUR}, replacement]}"
    )
    decision = limited(give, "worth: {gift: 9 EUR, replacement: 7 EUR}")
    (offer,) = decision.offers
    assert [option.worth for option in offer.options] == [euro("4"), euro("40"), euro("7")]


@pytest.mark.parametrize(
    ("give", "sections", "sum_", "whole"),
    [
        pytest.param("{refund: 20%}", "limits: {per_case: 80 EUR}", "80", "112", id="by the limit"),
        pytest.param("{refund: 20%, at_most: 80 EUR}", "", "80", "112", id="by the rule"),
        pytest.param(
            "{refund: 20%, at_most: 90 EUR}", "limits: {per_case: 80 EUR}", "80", "112", id="by both"
        ),
        pytest.param(
            "{discount: 15%, of: order}", "limits: {share_of_price: 10%}", "56", "84", id="by the price"
        ),
    ],
)
def test_a_cut_share_of_a_known_price_is_the_sum_that_is_left(
    give: str, sections: str, sum_: str, whole: str
) -> None:
    decision = limited(give, sections, facts=known(order_value=euro("560")))
    (remedy,) = decision.offers[0].options
    assert (remedy.amount, remedy.worth) == (euro(sum_), euro(sum_))
    assert (remedy.percent, remedy.at_most) == (None, None)
    assert remedy.cut_from is not None
    assert remedy.cut_from.amount == euro(whole)


@pytest.mark.parametrize(
    ("give", "facts"),
    [
        pytest.param("{refund: 20%}", {}, id="nobody knows the price"),
        pytest.param("{discount: 20%, of: next_order}", {"order_value": euro("560")}, id="of the next order"),
        pytest.param("{refund: 20%, at_most: 90 EUR}", {"order_value": euro("100")}, id="below the bound"),
    ],
)
def test_a_share_that_is_not_known_to_be_cut_stays_one(give: str, facts: dict[str, Any]) -> None:
    decision = limited(give, "limits: {per_case: 80 EUR}", facts=known(**facts))
    (remedy,) = decision.offers[0].options
    assert (remedy.percent, remedy.amount, remedy.cut_from) == (Decimal(20), None, None)


def test_a_share_beside_what_is_owed_is_told_as_the_rest_of_it() -> None:
    policy = policy_of("""
        owed: [{id: legge, when: {complaint: item_wrong}, give: {refund: 30 EUR}, source: una legge}]
        rules: [{id: r, when: {complaint: no_reply}, give: {refund: 20%}}]
    """)
    decision = decide(policy, matter("item_wrong", "no_reply", facts=known(order_value=euro("560"))))
    rest = decision.offers[1].options[0]
    assert rest.amount == euro("82")
    assert rest.cut_from is not None
    assert (rest.cut_from.amount, rest.cut_from.reduced) == (euro("112"), True)
