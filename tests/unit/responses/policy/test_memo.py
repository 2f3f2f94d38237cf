"""A remembered decision is the one that would have been made."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_cases import NOW, euro, gave, known, matter, policy_of
from test_properties import facts, givens

from models.decision import Decision, Matter
from models.labels import Act, Ask, ComplaintType, Language, Tone, Urgency
from responses.policy import Policy, decide, load_policy, load_policy_text
from responses.policy.memo import Memo

SAMPLES = Path(__file__).parents[4] / "responses" / "policy" / "samples"
SHOP = load_policy(SAMPLES / "negozio.yaml")
STRICT = policy_of(
    """\
    owed:
      - id: nuovo
        when: {complaint: item_damaged, months_since: {bought_on: {up_to: 24}}}
        give: {any_of: [replacement, {refund: full}]}
        source: "legge"
        since: 2026-11-20
        until: 2026-11-25
    rules:
      - id: grida
        when: {tone: [angry, abusive], language: {not: it}}
        tier: supervisor
      - id: urgente
        when: {urgency: {at_least: high}, complaint: delivery_late}
        give: {discount: 30%, of: next_order}
      - id: chiede
        when: {ask: refund, order_value: {over: 20 EUR}}
        give: {refund: 30%}
      - id: righe
        when: {complaint: delivery_late, lines: known}
        give: {voucher: 7 EUR}
      - id: altro
        when: {act: complaint}
        give: {voucher: 5 EUR}
    limits: {per_case: 30 EUR, share_of_price: 50%}
    worth: {replacement: 40% of order_value}
    """
)
_SWAPPED = ["act", "tone", "urgency", "asks", "own_error", "language", "abstained", "now"]

matters = st.builds(
    lambda types, act, tone, urgency, asks, own, language, unsure, known_facts, here, before, days: matter(
        *types,
        act=act,
        tone=tone,
        urgency=urgency,
        asks=tuple(asks),
        own_error=own,
        language=language,
        abstained=frozenset(unsure),
        facts=known_facts,
        given_here=tuple(here),
        history=tuple(before),
        now=NOW + timedelta(days=days),
    ),
    st.lists(st.sampled_from(ComplaintType), max_size=2, unique=True),
    st.sampled_from([*Act, *[Act.COMPLAINT] * 8]),
    st.sampled_from(Tone),
    st.sampled_from(Urgency),
    st.lists(st.sampled_from(Ask), max_size=2, unique=True),
    st.booleans(),
    st.sampled_from(Language),
    st.sets(st.sampled_from(["act", "complaint_types", "tone", "urgency", "asks", "own_error"]), max_size=1),
    st.one_of(
        facts(),
        st.builds(
            lambda value, bought, lines: known(order_value=euro(str(value)), bought_on=bought, lines=lines),
            st.integers(1, 60),
            st.dates(date(2024, 11, 1), date(2026, 11, 23)),
            st.decimals(0, 3, places=0),
        ),
    ),
    st.lists(givens, max_size=1),
    st.lists(givens, max_size=2),
    st.integers(-6, 6),
)


def told(decision: Decision) -> Decision:
    """A decision without what a memo leaves out."""
    return replace(decision, steps=(), notes=(), limits_cut=(), presumed=())


@pytest.mark.parametrize("policy", [SHOP, STRICT], ids=["shop", "strict"])
@given(first=matters, other=matters, swapped=st.sets(st.sampled_from(_SWAPPED), max_size=2), data=st.data())
@settings(max_examples=400, deadline=None)
def test_it_decides_as_if_nothing_were_remembered(
    policy: Policy, first: Matter, other: Matter, swapped: set[str], data: st.DataObject
) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted({*first.facts, *other.facts, "none"})), max_size=2))
    second = replace(
        first,
        facts={**first.facts, **{name: other.facts[name] for name in names if name in other.facts}},
        **{name: getattr(other, name) for name in swapped},
    )
    memo = Memo(policy)
    memo.decide(first)  # from here on it may be taken for the other, which is nearly the same
    fresh, remembered = told(decide(policy, second)), memo.decide(second)
    assert replace(remembered, tier=fresh.tier) == fresh


@given(matters=st.lists(matters, min_size=2, max_size=12))
@settings(max_examples=50, deadline=None)
def test_the_tier_is_the_same_for_customers_without_a_history(matters: list[Matter]) -> None:
    memo = Memo(SHOP)
    alone = [replace(one, history=(), given_here=()) for one in matters]
    assert [memo.decide(one) for one in alone] == [told(decide(SHOP, one)) for one in alone]


def test_what_no_condition_reads_makes_no_difference() -> None:
    memo = Memo(SHOP)
    late = {"order_id": "RS1", "days_late": 8, "order_value": euro("200")}
    one = matter("delivery_late", facts=known(**late), tone="calm", language="it")
    other = matter("delivery_late", facts=known(**late, overcharged=euro("9")), tone="angry", language="de")
    assert memo.decide(one) is memo.decide(other)


def test_a_price_above_every_bound_makes_no_difference() -> None:
    memo = Memo(SHOP)
    low, high, higher = (
        memo.decide(matter("booking_error", facts=known(order_value=euro(price))))
        for price in ("2", "90", "91")
    )
    assert high is higher
    assert low.worth == euro("3")
    assert high.worth == euro("5")


def test_a_law_counts_from_its_day_on_and_until_its_last() -> None:
    memo = Memo(STRICT)
    bought = known(bought_on=date(2026, 1, 1), order_value=euro("10"))
    offered = [
        memo.decide(matter("item_damaged", facts=bought, now=NOW + timedelta(days=days))).offers[0].rule_id
        for days in (-4, -3, 2, 3)
    ]
    assert offered == ["altro", "nuovo", "nuovo", "altro"]


def test_what_was_given_before_is_never_answered_from_memory() -> None:
    memo = Memo(SHOP)
    late = known(order_id="RS1", days_late=8)
    memo.decide(matter("delivery_late", facts=late))
    again = memo.decide(
        matter("delivery_late", facts=late, given_here=(gave("voucher", "delivery_late", "5"),))
    )
    assert again.kind == "status"


def test_a_price_that_the_file_does_not_declare_is_not_known() -> None:
    undeclared = load_policy_text(
        """\
policy: prova
effective: 2025-01-01
currency: EUR
timezone: Europe/Rome
owed:
  - id: tutto
    when: {complaint: item_damaged}
    give: {refund: full}
    source: legge
rules:
  - id: altro
    when: {act: complaint}
    hand_over: agent
""",
        "prova.yaml",
    )
    priced = matter("item_damaged", facts=known(order_value=euro("40")))
    assert Memo(undeclared).decide(priced) == told(decide(undeclared, priced))
