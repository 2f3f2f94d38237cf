"""What holds for every policy that can be written, and what grows with a failure in those of the samples.

As in `test_properties`, enough of the examples have to put a property to the test.
"""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decision import Basis, Decision, DecisionKind, FactValue, Matter, Role
from models.labels import Language, Tone, Urgency
from models.money import Money
from responses.policy import Judge, Policy, check, decide, load_policy, load_policy_text
from responses.policy.amounts import DIVISIBLE
from responses.policy.limits import higher
from tests.unit.responses.policy.policy_cases import HEAD, euro, gave, known, matter, owed_in, unavailable
from tests.unit.responses.policy.test_properties import SAMPLE, answered, before, cost, had, matters

SAMPLES = {path: load_policy(path) for path in sorted(SAMPLE.parent.glob("*.yaml")) if "." not in path.stem}
CAP = 12

_CONDITIONS = (
    "always",
    "{complaint: no_reply}",
    "{complaint: [delivery_late, item_damaged]}",
    "{complaint: {not: item_wrong}, fault: ours}",
    "{fault: {not: theirs}}",
    "{days_late: {over: 5}}",
    "{order_id: known}",
    "{order_id: {known: no}}",
    "{own_error: yes}",
    "{any_of: [{photo: yes}, {days_late: {up_to: 3}}]}",
    "{act: request, ask: refund}",
    "{months_since: {bought_on: {up_to: 24}}}",
)
REMEDIES = (
    "{voucher: 5 EUR}",
    "{voucher: 20 EUR}",
    "{discount: 15%, at_most: 30 EUR}",
    "{refund: 10 EUR}",
    "{refund: 30%}",
    "{refund: full}",
    "replacement",
    "repair",
    "{gift: {it: un fiore}, worth: 4 EUR}",
    "{free_period: 1 month}",
    "{words: {it: grazie}}",
)
_OWED = (*REMEDIES, "{refund: 6 EUR per days_late, times: {business_line: 2}, at_most: 100 EUR}")

conditions = st.sampled_from([*["always"] * 4, *_CONDITIONS])


def gives(remedies: tuple[str, ...]) -> st.SearchStrategy[str]:
    several = st.lists(st.sampled_from(remedies), min_size=2, max_size=3, unique=True).map(", ".join)
    return st.one_of(
        st.sampled_from(remedies),
        several.map("{{one_of: [{}]}}".format),
        several.map("{{all_of: [{}]}}".format),
    )


outcomes = st.one_of(
    gives(REMEDIES).map("give: {}".format),
    gives(REMEDIES).map("give: {}, promise: {{what: {{it: x}}, within: 1 day}}".format),
    st.sampled_from(
        [
            "apologise: yes",
            "apologise: no, promise: {what: {it: y}, within: 1 day}",
            "decline: {reason: {it: no}}",
            "decline: {reason: {it: no}, alternative: {it: altro}}",
            "hand_over: supervisor",
        ]
    ),
)
manners = st.sampled_from(
    [
        "when: {tone: threatening}, answer: mediate, tier: supervisor",
        "when: {tone: [angry, abusive]}, answer: boundary",
        "when: {urgency: {at_least: high}}, tier: admin",
    ]
)
ending = st.builds("when: {}, {}".format, conditions, outcomes)
rules = st.one_of(ending, ending, manners)
owed_entries = st.builds("when: {}, give: {}, source: legge".format, conditions, gives(_OWED))
RAISES = (
    "ladder: [{voucher: 5 EUR}, {voucher: 20 EUR}, {free_period: 1 month}]\n"
    "second_time: {within: 180 days, raise: one step, tier: supervisor}\n"
)
sections = st.sampled_from(
    [
        "",
        "presume: {fault: ours}\n",
        "presume: {fault: {no_reply: ours}, days_late: {delivery_late: 7}}\n",
        RAISES,
        "worth: {replacement: 50 EUR, repair: 20 EUR, free_period: 9 EUR per month}\n",
        "approval: {agent: 10 EUR, supervisor: 20 EUR, admin: 25 EUR}\n",
    ]
)
limits = st.sampled_from(
    [
        f"limits: {{per_case: {CAP} EUR}}\n",
        f"limits: {{per_case: {CAP} EUR, per_order: one goodwill remedy per failure}}\n",
        *[f"limits: {{per_case: {CAP} EUR, share_of_price: 50%}}\n"] * 2,
        f"limits: {{per_case: {CAP} EUR, per_customer: {{total: 30 EUR, every: 90 days}}}}\n",
    ]
)


_TYPES = ("no_reply", "delivery_late", "item_damaged", "item_wrong", "unfair_terms")
_VALUES: dict[str, st.SearchStrategy[object]] = {
    "fault": st.sampled_from(["ours", "courier", "theirs"]),
    "days_late": st.integers(0, 20).map(Decimal),
    "order_value": st.one_of(st.integers(1, 24), st.integers(1, 200)).map(lambda whole: euro(str(whole))),
    "order_id": st.just("RS1"),
    "photo": st.booleans(),
    "bought_on": st.dates(date(2020, 1, 1), date(2026, 11, 23)),
    "business_line": st.booleans(),
}


@st.composite
def about_much(draw: st.DrawFn) -> Matter:
    """A matter of which most is known: what is wrong with an offer shows only where there is one."""
    about = draw(matters)
    lacking = draw(st.sets(st.sampled_from(sorted(_VALUES)), max_size=2))
    facts = {name: draw(values) for name, values in _VALUES.items() if name not in lacking}
    types = draw(st.lists(st.sampled_from(_TYPES), min_size=1, max_size=3, unique=True))
    # In this case, for another failure.
    here = st.builds(gave, st.just("voucher"), st.just("quality_below"), st.integers(1, 20).map(str))
    return replace(
        about,
        act=draw(st.sampled_from([*["complaint"] * 8, "request"])),
        complaint_types=tuple(types),
        facts=known(**facts)
        | unavailable(*draw(st.sets(st.sampled_from(sorted(lacking)))) if lacking else ()),
        given_here=draw(st.one_of(st.just(()), st.just(about.given_here[:1]), here.map(lambda one: (one,)))),
        history=about.history if draw(st.booleans()) else (),
    )


cases = about_much()


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A policy without limits."""
    owed = draw(st.lists(owed_entries, max_size=2))
    ruled = draw(st.lists(rules, min_size=1, max_size=4))
    text = HEAD
    text += "owed:\n" * bool(owed) + "".join(f"  - {{id: o{i}, {entry}}}\n" for i, entry in enumerate(owed))
    text += "rules:\n" + "".join(f"  - {{id: r{i}, {rule}}}\n" for i, rule in enumerate(ruled))
    return text + draw(sections)


@st.composite
def once_more(draw: st.DrawFn) -> tuple[str, Matter]:
    """A policy that gives and raises, and somebody to whom the same happens again."""
    gives_first = draw(
        st.sampled_from(["{voucher: 5 EUR}", "{one_of: [{voucher: 5 EUR}, {refund: 10 EUR}]}"])
    )
    given_always = f"  - {{id: r, when: always, give: {gives_first}}}\n"
    about = draw(cases)
    # For another order, or for this one.
    order = draw(st.sampled_from(["RS9", "RS1"]))
    same = draw(st.sampled_from(about.complaint_types))
    again = before(same, draw(st.integers(1, 60)), draw(st.sampled_from(_ENDED)), order)
    return f"{HEAD}rules:\n{given_always}{RAISES}", replace(about, act="complaint", history=(again,))


_ENDED = ("kept", "broken")
_SUMS = (
    "{voucher: 5 EUR}",
    "{voucher: 20 EUR}",
    "{refund: 10 EUR}",
    "{refund: 30%}",
    "{discount: 8 EUR, of: order}",
)


@st.composite
def much(draw: st.DrawFn) -> str:
    """A policy that owes something to everybody and gives them several sums."""
    several = ", ".join(draw(st.lists(st.sampled_from(_SUMS), min_size=2, max_size=3, unique=True)))
    due = draw(gives(("{refund: full}", "replacement", "repair", "{refund: 4 EUR}")))
    owed = f"owed:\n  - {{id: o, when: always, give: {due}, source: legge}}\n" if draw(st.booleans()) else ""
    return f"{HEAD}{owed}rules:\n  - {{id: r, when: always, give: {{all_of: [{several}]}}}}\n"


plenty = st.one_of(texts(), much())
judged = st.one_of(st.tuples(texts(), cases), st.tuples(texts(), cases), once_more())


def policy(text: str) -> Policy:
    return load_policy_text(text, "generated.yaml")


def divisible_goodwill(decision: Decision) -> Decimal:
    """Of each offer the dearest favour that can be cut."""
    worths = [
        [
            option.worth.amount
            for option in offer.options
            if offer.basis_of(option) is Basis.GOODWILL
            and option.kind in DIVISIBLE
            and option.worth is not None
        ]
        for offer in decision.offers
    ]
    return sum((max(some) for some in worths if some), Decimal(0))


def test_how_it_is_said_never_changes_what_is_given() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=200)
    @given(judged, limits, st.sampled_from(Urgency), st.sampled_from(Language))
    def holds(case: tuple[str, Matter], bounds: str, urgency: Urgency, language: Language) -> None:
        text, about = case
        judging = policy(text + bounds)
        plain = decide(judging, about)
        said = [replace(about, tone=tone, urgency=urgency, language=language) for tone in Tone]
        loud = [decide(judging, one) for one in said]
        assert {_given(one) == _given(plain) for one in loud} == {True}
        reached["gives"] += bool(plain.offers)
        reached["cut"] += bool(plain.offers and plain.limits_cut)
        reached["by other people or in another manner"] += len({(one.tier, one.manner) for one in loud}) > 1
        reached["the second time"] += bool(plain.offers) and plain.second_time

    holds()
    assert reached["gives"] >= 20
    assert reached["cut"] >= 5
    assert reached["by other people or in another manner"] >= 3
    assert reached["the second time"] >= 3


def _given(one: Decision) -> tuple[object, ...]:
    return one.kind, one.offers, one.commitments, one.missing, one.refusals, one.worth


def test_limits_never_touch_what_is_owed() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=200)
    @given(plenty, limits, cases)
    def holds(text: str, bounds: str, about: Matter) -> None:
        bounded, plain = decide(policy(text + bounds), about), decide(policy(text), about)
        assert owed_in(bounded) == owed_in(plain)
        reached["owed"] += bool(owed_in(plain))
        reached["owed beside a cut"] += bool(owed_in(plain) and bounded.limits_cut)

    holds()
    assert reached["owed"] >= 20
    assert reached["owed beside a cut"] >= 3


def test_what_is_owed_uses_up_no_limit() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=100)
    @given(st.lists(st.sampled_from(_FAVOURS), min_size=1, max_size=2, unique=True), limits, cases)
    def holds(several: list[str], bounds: str, about: Matter) -> None:
        rest = f"rules:\n  - {{id: r, when: always, give: {{all_of: [{', '.join(several)}]}}}}\n{bounds}"
        due = "owed:\n  - {id: o, when: always, give: {refund: 60 EUR}, source: legge}\n"
        alone, beside = (decide(policy(HEAD + owed + rest), about) for owed in ("", due))
        favours = [offer for offer in beside.offers if offer.basis is Basis.GOODWILL]
        assert favours == list(alone.offers) or beside.kind != alone.kind
        reached["cut beside what is owed"] += bool(favours and owed_in(beside) and beside.limits_cut)

    holds()
    assert reached["cut beside what is owed"] >= 10


_FAVOURS = (
    "{voucher: 5 EUR}",
    "{voucher: 20 EUR}",
    "{discount: 15%, of: order}",
    "{discount: 8 EUR, of: order}",
)


def test_what_can_be_cut_never_goes_above_a_limit() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=200)
    @given(plenty, limits, cases)
    def holds(text: str, bounds: str, about: Matter) -> None:
        bounded = decide(policy(text + bounds), about)
        most = max(_most(bounds, about) - had(about).amount, Decimal(0))
        assert divisible_goodwill(bounded) <= most
        whole = divisible_goodwill(decide(policy(text), about))
        reached["cut"] += whole > most
        reached["cut by the price"] += whole > most and most < CAP - had(about).amount
        reached["cut to what was left"] += whole > most and had(about).amount > 0
        reached["several sums"] += whole > most and len(bounded.offers) > 1

    holds()
    assert reached["cut"] >= 5
    assert reached["cut by the price"] >= 3
    assert reached["cut to what was left"] >= 3
    assert reached["several sums"] >= 3


def _most(bounds: str, about: Matter) -> Decimal:
    price = about.facts["order_value"].value if "order_value" in about.facts else None
    by_price = "share_of_price" in bounds and isinstance(price, Money)
    return min(Decimal(CAP), price.amount / 2) if by_price and isinstance(price, Money) else Decimal(CAP)


def test_totals_change_who_approves_and_nothing_else() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=400)
    @given(plenty, cases)
    def holds(text: str, about: Matter) -> None:
        alone = decide(policy(text), about)
        bounded = decide(
            policy(f"{text}limits: {{per_customer: {{total: 15 EUR, every: 90 days}}}}\n"), about
        )
        assert (bounded.kind, bounded.offers, bounded.worth) == (alone.kind, alone.offers, alone.worth)
        assert bounded.tier in (alone.tier, higher(alone.tier, Role.SUPERVISOR))
        reached["another approves"] += bounded.tier != alone.tier

    holds()
    assert reached["another approves"] >= 5


@given(texts(), limits, cases)
def test_the_same_matter_gets_the_same_from_the_same_text(text: str, bounds: str, about: Matter) -> None:
    assert decide(policy(text + bounds), about) == decide(policy(text + bounds), replace(about))


def test_follow_ups_without_new_facts_earn_nothing_more() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=200)
    @given(judged, st.integers(1, 3))
    def holds(case: tuple[str, Matter], follow_ups: int) -> None:
        text, about = case
        judging = policy(text)
        fresh = replace(about, given_here=())
        first = decide(judging, fresh)
        current = answered(fresh, first)
        costs = euro("0")
        for _ in range(follow_ups):
            following = decide(judging, current)
            costs += cost([offer for offer in following.offers if following.kind is DecisionKind.OFFER])
            current = answered(current, following)
        assert (first.kind is not DecisionKind.OFFER) or costs == euro("0")
        gave_something = first.kind is DecisionKind.OFFER and cost(list(first.offers)).amount > 0
        reached["cost something the first time"] += gave_something
        reached["after a second time"] += gave_something and first.second_time

    holds()
    assert reached["cost something the first time"] >= 10
    assert reached["after a second time"] >= 3


@given(texts(), limits, st.lists(cases, min_size=1, max_size=3))
def test_a_judge_that_explains_nothing_decides_the_same(
    text: str, bounds: str, several: list[Matter]
) -> None:
    judging = policy(text + bounds)
    judge = Judge(judging)
    found = [judge.decide(about, explain=False) for about in several]
    assert found == [replace(decide(judging, about), steps=()) for about in several]


@given(st.sampled_from(sorted(SAMPLES)), matters, st.sets(st.sampled_from(["complaint_types", "own_error"])))
def test_a_judge_of_a_sample_that_explains_nothing_decides_the_same(
    path: Path, about: Matter, unsure: set[str]
) -> None:
    about = replace(about, abstained=about.abstained | unsure)
    plain = Judge(SAMPLES[path]).decide(about, explain=False)
    assert plain == replace(decide(SAMPLES[path], about), steps=())


@given(texts(), limits)
def test_whatever_loads_can_be_checked(text: str, bounds: str) -> None:
    assert {finding.file for finding in check(policy(text + bounds))} <= {"generated.yaml"}


GROWING = {
    "negozio: days of delay": ("negozio", "delivery_late", "days_late", {"order_id": "RS1", "fault": "ours"}),
    "negozio: charged too much": ("negozio", "billing_error", "overcharged", {}),
    "telefonia: days without a line": (
        "telefonia",
        "service_down",
        "days_down",
        {"order_id": "TL1", "business_line": True, "outage_is_general": False, "fault": "ours"},
    ),
    "telefonia: days of delay": (
        "telefonia",
        "delivery_late",
        "days_late",
        {"order_id": "TL1", "what_is_late": "activation", "business_line": False, "fault": "ours"},
    ),
    "telefonia: days without an answer": (
        "telefonia",
        "no_reply",
        "reply_days_late",
        {"order_id": "TL1"},
    ),
    "albergo: charged too much": (
        "albergo",
        "billing_error",
        "overcharged",
        {"order_id": "RV1", "unagreed_extra": euro("0")},
    ),
    "albergo: value of what was lost": (
        "albergo",
        "item_damaged",
        "belongings_value",
        {"order_id": "RV1", "what_is_broken": "belongings", "fault": "ours"},
    ),
}


@pytest.mark.parametrize(
    ("sample", "complaint_type", "fact", "facts"),
    [pytest.param(*parts, id=name) for name, parts in GROWING.items()],
)
@given(st.data())
def test_the_worse_the_failure_the_more_is_given(
    sample: str, complaint_type: str, fact: str, facts: dict[str, object], data: st.DataObject
) -> None:
    judging = SAMPLES[SAMPLE.with_name(f"{sample}.yaml")]
    is_money = judging.facts[fact].type == "money"
    less, more = sorted(data.draw(st.lists(st.integers(0, 60), min_size=2, max_size=2)))
    amounts = [
        cost(
            list(
                decide(
                    judging, matter(complaint_type, facts=known(**facts) | of(fact, size, is_money))
                ).offers
            )
        )
        for size in (less, more)
    ]
    assert amounts[0] <= amounts[1]


def of(fact: str, size: int, is_money: bool) -> dict[str, FactValue]:
    value: object = Money(amount=Decimal(size), currency="EUR") if is_money else Decimal(size)
    return known(**{fact: value})
