"""Money that is known in another currency than the policy counts in."""

from dataclasses import replace
from decimal import Decimal

import pytest

from models.decision import DecisionKind, FactValue, Matter
from models.money import Money
from responses.policy import decide
from tests.unit.responses.policy.policy_cases import euro, matter, offers, policy_of

RULES = """
rules:
  - {id: caro, when: {order_value: {over: 50 EUR}}, give: {voucher: 20 EUR}}
  - {id: altro, when: always, give: {voucher: 5 EUR}}
"""
POUNDS = FactValue(value=Money(amount=Decimal("89.90"), currency="GBP"), source="book")


def late(**facts: FactValue) -> Matter:
    return replace(matter("delivery_late"), facts=facts)


def test_it_is_asked_of_an_agent_and_no_lower_rule_holds() -> None:
    decision = decide(policy_of(RULES), late(order_value=POUNDS))
    assert (decision.kind, offers(decision)) == (DecisionKind.HAND_OVER, [])
    [missing] = decision.missing
    assert (missing.name, missing.from_agent, missing.ask) == ("order_value", True, None)
    assert missing.remark == "si sa 89,90 £, ma le regole contano in EUR: quanto fa lo dice un operatore"
    assert decision.notes == (f"il valore dell'ordine: {missing.remark}",)


def test_the_customer_is_not_asked_for_what_they_have_said() -> None:
    paid = "rules: [{id: r, when: {paid: {over: 50 EUR}}, give: {voucher: 5 EUR}}]\n"
    policy = policy_of(paid, more="  paid: {type: money, from: [customer], ask: {it: quanto ha pagato}}\n")
    assert [fact.ask is None for fact in decide(policy, late()).missing] == [False]
    [missing] = decide(policy, late(paid=replace(POUNDS, source="customer"))).missing
    assert (missing.from_agent, missing.ask) == (True, None)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (FactValue(value=euro("105"), source="agent"), "caro"),
        (FactValue(value=euro("40"), source="agent"), "altro"),
        (FactValue(value=None, source="agent", unavailable=True), "altro"),
    ],
    ids=["more", "less", "nobody can say"],
)
def test_what_an_agent_says_of_it_settles_it(said: FactValue, rule: str) -> None:
    decision = decide(policy_of(RULES), late(order_value=said))
    assert (decision.rule_ids, decision.missing, decision.notes) == ((rule,), (), ())


def test_a_limit_by_the_price_waits_for_it_as_well() -> None:
    text = "rules: [{id: r, when: always, give: {voucher: 5 EUR}}]\nlimits: {share_of_price: 10%}\n"
    decision = decide(policy_of(text), late(order_value=POUNDS), language="en")
    assert (decision.kind, [fact.name for fact in decision.missing]) == (
        DecisionKind.HAND_OVER,
        ["order_value"],
    )
    assert "the value of the order: £89.90 is known, but the policy counts in EUR" in decision.notes[-1]


def test_where_nothing_needs_it_nothing_is_said_of_it() -> None:
    text = "rules: [{id: r, when: always, give: {voucher: 5 EUR}}]\n"
    decision = decide(policy_of(text), late(order_value=POUNDS))
    assert (decision.kind, decision.notes) == (DecisionKind.OFFER, ())
