"""Totals of a simulated past, worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from models.decision import Basis, DecisionKind
from models.record import Dismissal
from responses.policy import Policy
from responses.policy.replay import Past, Replay
from responses.policy.simulate import Cell, Change, simulate
from tests.unit.responses.policy.pasts import past, said
from tests.unit.responses.policy.policy_cases import euro, known, owed_in, policy_of
from tests.unit.responses.policy.test_heeding import signals

_RULES = """\
owed:
  - id: conformita
    when: {complaint: item_damaged}
    give: {refund: full}
    source: "legge"
rules:
  - id: ritardo
    when: {complaint: delivery_late, fault: ours}
    give: {voucher: 10 EUR}
  - id: scelta
    when: {complaint: quality_below}
    give: {one_of: [{voucher: 5 EUR}, {voucher: 8 EUR}]}
  - id: condizioni
    when: {complaint: unfair_terms}
    decline: {reason: {it: "no"}}
  - id: silenzio
    when: {complaint: no_reply}
    hand_over: supervisor
limits: {per_customer: {total: 15 EUR, every: 90 days}, budget: {day: 18 EUR, month: 1000 EUR}}
ladder: [{voucher: 10 EUR}, {voucher: 20 EUR}]
second_time: {within: 180 days, no_formula: yes, raise: one step, tier: supervisor}
"""
POLICY = policy_of(_RULES)
DEARER = policy_of(_RULES.replace("{voucher: 10 EUR}\n  - id: scelta", "{voucher: 12 EUR}\n  - id: scelta"))
CHANGED = policy_of(
    _RULES.replace("{voucher: 10 EUR}\n  - id: scelta", "{voucher: 12 EUR}\n  - id: scelta")
    .replace("{voucher: 8 EUR}", "{voucher: 6 EUR}")
    .replace('decline: {reason: {it: "no"}}', "hand_over: agent")
)
OURS = {"fault": "ours"}
COURIER = {"fault": "courier"}


def test_costs_are_summed_by_month_type_and_basis() -> None:
    found = simulate(
        [
            past("delivery_late", day=0, facts=OURS),
            past("delivery_late", day=1, facts=OURS),
            past("item_damaged", day=2, facts={"order_value": euro("40")}),
            past("item_damaged", day=3),
            past("quality_below", day=10),
        ],
        POLICY,
    )
    assert found.tally.cells == {
        ("2026-11", "delivery_late", Basis.GOODWILL): Cell(cases=2, offers=2, cost=Decimal(20)),
        ("2026-11", "item_damaged", Basis.OWED): Cell(cases=2, offers=2, cost=Decimal(40), unpriced=1),
        ("2026-12", "quality_below", Basis.GOODWILL): Cell(cases=1, offers=1, cost=Decimal(8)),
    }
    assert found.tally.months == {"2026-11": 20, "2026-12": 8}


def test_a_day_with_more_favours_than_its_budget_is_told_and_what_is_owed_does_not_count() -> None:
    found = simulate(
        [
            past("delivery_late", day=0, customer="a", facts=OURS),
            past("item_damaged", day=0.1, customer="b", facts={"order_value": euro("900")}),
            past("quality_below", day=0.2, customer="c"),
            past("delivery_late", day=1, customer="d", facts=OURS),
            past("quality_below", day=1.1, customer="e"),
            past("quality_below", day=1.2, customer="f"),
        ],
        POLICY,
    )
    assert found.tally.days == {date(2026, 11, 23): 18, date(2026, 11, 24): 26}
    assert found.tally.broken_days == (date(2026, 11, 24),)
    assert found.tally.broken_months == ()


def test_a_day_is_one_of_the_policys_time_zone() -> None:
    late = past("quality_below", day=13.25 / 24)  # 23:15 in London, in Rome past midnight
    assert simulate([late], POLICY).tally.days == {date(2026, 11, 24): 8}


def test_rules_that_never_hold_and_outcomes_are_counted() -> None:
    found = simulate(
        [past("unfair_terms", day=0), past("delivery_late", day=1, facts=OURS), past("staff_conduct", day=2)],
        POLICY,
    )
    assert found.tally.never_fired == ("conformita", "scelta", "silenzio")
    assert found.tally.fired["ritardo"] == 1
    assert found.tally.kinds == {DecisionKind.DECLINE: 1, DecisionKind.OFFER: 1, DecisionKind.HAND_OVER: 1}
    assert found.tally.outcomes["unfair_terms", DecisionKind.DECLINE] == 1


def test_cases_that_wait_for_a_fact_are_counted_by_it() -> None:
    found = simulate([past("delivery_late", day=0), past("delivery_late", day=1)], POLICY)
    assert found.tally.undecided == 2
    assert found.tally.missing == {("fault", False): 2}


def test_an_assumed_fact_leaves_nothing_undecided() -> None:
    found = simulate([past("delivery_late")], POLICY, assumed=known(fault="ours"))
    assert found.tally.undecided == 0
    assert found.tally.cost(Basis.GOODWILL) == 10


def test_customers_above_their_limit_are_counted_with_their_cases() -> None:
    found = simulate(
        [
            past("delivery_late", day=day, customer="anna", facts={**OURS, "order_id": f"RS{day}"})
            for day in (0, 10, 20)
        ],
        POLICY,
    )
    assert found.tally.over_limit == {"anna": 2}


def test_what_was_really_given_is_summed_where_it_is_known() -> None:
    found = simulate([past("no_reply", day=0, paid=euro("7")), past("no_reply", day=1)], POLICY)
    assert (found.paid, found.paid_cases) == ({"2026-11": 7}, 1)


def test_two_policies_tell_who_gets_more_who_less_and_who_something_else() -> None:
    found = simulate(
        [
            past("delivery_late", day=0, facts=OURS),
            past("quality_below", day=1),
            past("unfair_terms", day=2),
            past("item_damaged", day=3),
        ],
        CHANGED,
        POLICY,
    )
    comparison = found.comparison
    assert comparison is not None
    assert comparison.cases == {Change.MORE: 1, Change.LESS: 1, Change.OTHER: 1}
    assert (comparison.total(Change.MORE), comparison.total(Change.LESS)) == (2, 2)
    assert comparison.kinds == {(DecisionKind.DECLINE, DecisionKind.HAND_OVER): 1}
    (more,) = comparison.largest(Change.MORE)
    assert (more.case_id, more.difference) == ("case on 0", 2)


def test_only_the_largest_changes_are_kept_one_by_one() -> None:
    many = [past("delivery_late", day=number / 100, facts=OURS) for number in range(600)]
    comparison = simulate(many, DEARER, POLICY).comparison
    assert comparison is not None
    assert comparison.cases[Change.MORE] == 600
    kept = comparison.largest(Change.MORE)
    assert len(kept) == 500
    assert (kept[0].case_id, kept[-1].case_id) == ("case on 5.99", "case on 1.0")


pasts_ = st.lists(
    st.builds(
        lambda types, customer, order, fault, price, tone: past(
            *types,
            customer=customer,
            tone=tone,
            facts={
                name: value
                for name, value in {"order_id": order, "fault": fault, "order_value": price}.items()
                if value is not None
            },
        ),
        st.lists(
            st.sampled_from(["delivery_late", "item_damaged", "quality_below", "no_reply"]),
            max_size=2,
            unique=True,
        ),
        st.sampled_from(["anna", "bruno"]),
        st.sampled_from([None, "RS1", "RS2"]),
        st.sampled_from([None, "ours", "theirs"]),
        st.sampled_from([None, euro("10"), euro("100")]),
        st.sampled_from(["calm", "threatening"]),
    ),
    max_size=15,
).map(
    lambda found: [
        replace(one, at=past(day=place * 9).at, case_id=str(place)) for place, one in enumerate(found)
    ]
)


_SIGNALS = """\
signals:
  richieste: {count: claims, at_least: 3, within: 60 days, after_remedy: 2, then: {once: yes, tier: admin}}
  minacce: {count: cases_with_threat, at_least: 2, within: 30 days, then: {answer: mediate}}
  acquisti: {count: paid_orders, at_most: 0, within: 365 days, then: {show_worth: yes}}
"""
_PLAIN = _RULES.replace(
    "fault: ours}\n    give: {voucher: 10", "fault: {not: theirs}}\n    give: {voucher: 10"
)
HEEDING = policy_of(_PLAIN + _SIGNALS)
PLAIN = policy_of(_PLAIN)


def late(day: float, customer: str = "anna", *, threat: bool | None = False, **changes: object) -> Past:
    case = past("delivery_late", day=day, case_id=f"{day}", customer=customer, facts=COURIER, **changes)
    return said(case, threat=threat)


def test_signals_are_counted_from_the_past_up_to_each_case_and_never_from_what_comes_later() -> None:
    found = simulate([late(0), late(20), late(40), late(61), late(140)], HEEDING)
    heeded = found.tally.heeded["richieste"]
    # Of the third and the fourth the two before came within sixty days; of the last none did.
    assert (heeded.cases, heeded.customers, heeded.changed) == (2, {"anna"}, {"anna"})


def test_with_and_without_what_signals_change_the_costs_are_told() -> None:
    found = simulate([late(0), late(20), late(40), late(41, "bruno")], HEEDING)
    assert found.tally.cost(Basis.GOODWILL) == 30
    assert found.tally.unheeded == {Basis.OWED: 0, Basis.GOODWILL: 40}
    assert (found.tally.heeded["richieste"].cost, found.tally.heeded["richieste"].unheeded) == (0, 10)


def test_without_signals_each_customer_would_have_had_a_history_of_their_own() -> None:
    pasts = [late(day) for day in (0, 20, 40, 55, 70)]
    heeding, plain = simulate(pasts, HEEDING).tally, simulate(pasts, PLAIN).tally
    assert heeding.unheeded[Basis.GOODWILL] == plain.cost(Basis.GOODWILL) > heeding.cost(Basis.GOODWILL)


def test_a_threat_counts_where_the_words_are_known_and_an_order_where_the_book_can_tell() -> None:
    threats = [late(0, threat=True), late(1, "dino", threat=None), late(9, threat=True), late(10, "dino")]
    orders = [late(30, "bruno", paid_orders=()), late(31, "carla", paid_orders=None)]
    heeded = simulate([*threats, *orders], HEEDING).tally.heeded
    assert {name: one.customers for name, one in heeded.items()} == {
        "minacce": {"anna"},
        "acquisti": {"bruno"},
    }
    assert heeded["minacce"].changed == set()


def test_a_signal_that_was_dismissed_counts_for_nothing_until_there_is_more() -> None:
    found = [late(0), late(10), late(20), late(30)]
    dismissed = Dismissal(signal="richieste", evidence=tuple(one.case_id for one in found[:3]))
    heard = Replay(HEEDING)
    assert [bool(heard.judge(one).decision.signals) for one in found] == [False, False, True, True]
    left = Replay(HEEDING)
    kept = [*found[:2], *(replace(one, dismissed=(dismissed,)) for one in found[2:])]
    assert [bool(left.judge(one).decision.signals) for one in kept] == [False, False, False, True]


def test_of_whom_nothing_may_be_counted_no_signal_is_raised() -> None:
    erased = [replace(late(day), said=None) for day in (0, 20, 40)]
    assert simulate(erased, HEEDING).tally.heeded == {}


@given(found=pasts_)
@settings(deadline=None)
def test_a_policy_against_itself_changes_nothing(found: list[Past]) -> None:
    twin: Policy = policy_of(_RULES)
    simulation = simulate(found, POLICY, twin)
    assert simulation.comparison is not None
    assert not simulation.comparison.cases
    assert not simulation.comparison.kinds
    assert simulation.against is not None
    assert simulation.tally.cells == simulation.against.cells


@given(found=pasts_)
@settings(max_examples=50, deadline=None)
def test_every_case_is_counted_once(found: list[Past]) -> None:
    simulation = simulate(found, DEARER, POLICY)
    assert simulation.tally.cases == simulation.tally.kinds.total() == len(found)
    goodwill = sum(simulation.tally.days.values(), Decimal(0))
    assert goodwill == simulation.tally.cost(Basis.GOODWILL)


_DUE = """\
owed:
  - id: guasto
    when: {complaint: item_damaged, months_since: {bought_on: {up_to: 24}}}
    give: replacement
    source: legge
  - {id: sempre, when: {complaint: refund_missing}, give: {any_of: [repair, redo]}, source: l}
rules:
  - {id: tutti, when: {act: complaint, fault: {not: theirs}}, give: {voucher: 10 EUR}}
  - {id: altri, when: {act: complaint}, give: {discount: 10%, at_most: 9 EUR}}
ladder: [{voucher: 10 EUR}, {voucher: 20 EUR}]
second_time: {within: 180 days, raise: one step, tier: supervisor}
"""
pasts_of_all_sorts = st.lists(
    st.builds(
        lambda types, customer, case, order, fault, days, threat, act: said(
            past(
                *types,
                customer=customer,
                case_id=case,
                act=act,
                facts={
                    "order_id": order,
                    "fault": fault,
                    "order_value": euro("40"),
                    "bought_on": date(2026, 11, 1) - timedelta(days=days),
                },
            ),
            threat=threat,
        ),
        st.lists(
            st.sampled_from(["delivery_late", "item_damaged", "refund_missing", "no_reply"]),
            min_size=1,
            max_size=2,
            unique=True,
        ),
        st.sampled_from(["anna", "bruno"]),
        st.sampled_from(["1", "2", "3", "4", "5"]),
        st.sampled_from(["RS1", "RS2", "RS3"]),
        st.sampled_from(["ours", "courier", "theirs"]),
        st.sampled_from([10, 700, 900]),
        st.booleans(),
        st.sampled_from(["complaint", "complaint", "complaint", "question"]),
    ),
    max_size=12,
).map(lambda found: [moved(one, place * 7) for place, one in enumerate(found)])


def moved(one: Past, days: int) -> Past:
    at = past(day=days).at
    return replace(one, at=at, said=tuple(replace(what, at=at) for what in one.said or ()))


@given(found=pasts_of_all_sorts, seen=signals)
@settings(max_examples=40, deadline=None)
def test_no_signal_changes_what_is_owed_in_any_case_of_a_past(found: list[Past], seen: str) -> None:
    # What is owed is judged by facts that are known here: where somebody has to be asked first, a question
    # about a favour's proof comes before it or after it, and in a simulation nobody answers.
    plain, heeding = Replay(policy_of(_DUE)), Replay(policy_of(_DUE + seen))
    without = [owed_in(plain.judge(one).decision) for one in found]
    judged = [heeding.judge(one) for one in found]
    assert [owed_in(one.decision) for one in judged] == without
    assert [owed_in((one.unheeded or one).decision) for one in judged] == without
