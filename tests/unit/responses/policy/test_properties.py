"""What holds for every matter, whatever is known of it and however it was said.

A property holds of itself where nothing is given or nothing would be cut. So those that speak of it count the
examples that put them to the test, and want enough of them.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.decision import Basis, Decision, DecisionKind, FactValue, Given, Matter, Offer
from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from models.money import Money
from responses.policy import Policy, decide, given_by, load_policy, load_policy_text
from tests.unit.responses.policy.policy_cases import NOW, euro, gave, known, owed_in, unavailable

SAMPLE = Path(__file__).parents[4] / "responses" / "policy" / "samples" / "negozio.yaml"
SHOP = load_policy(SAMPLE)
AGAIN = load_policy(SAMPLE)
CAP = euro("12")
TIGHT = load_policy_text(
    SAMPLE.read_text(encoding="utf-8").replace("per_case: 80 EUR", "per_case: 12 EUR"), "tight.yaml"
)

_VALUES = {
    "order_id": st.sampled_from(["RS1", "RS2"]),
    "order_value": st.one_of(st.integers(1, 2_000), st.integers(1, 50_000)).map(
        lambda cents: Money.from_minor(cents, "EUR")
    ),
    "days_late": st.decimals(0, 40, places=0),
    "fault": st.sampled_from(["ours", "courier", "theirs"]),
    "within_two_years": st.booleans(),
    "photo_shows_damage": st.booleans(),
    "withdrawn_on": st.dates(date(2026, 10, 1), date(2026, 11, 23)),
    "overcharged": st.integers(0, 9_000).map(lambda cents: Money.from_minor(cents, "EUR")),
}


@st.composite
def facts(draw: st.DrawFn) -> dict[str, FactValue]:
    found: dict[str, FactValue] = {}
    for name in sorted(draw(st.sets(st.sampled_from(sorted(_VALUES))))):
        found |= known(**{name: draw(_VALUES[name])}) if draw(st.booleans()) else unavailable(name)
    return found


givens = st.builds(
    lambda kind, type_, worth, days, basis, ours, state: replace(
        gave(kind, type_, str(worth), case_id="older", at=NOW - timedelta(days=days)),
        basis=basis,
        our_fault=ours,
        promise_state=state,
    ),
    st.sampled_from(["voucher", "refund", "replacement"]),
    st.sampled_from(ComplaintType),
    st.integers(1, 60),
    st.integers(1, 300),
    st.sampled_from(Basis),
    st.booleans(),
    st.sampled_from([None, "open", "kept", "broken", "withdrawn"]),
)

anything = st.builds(
    Matter,
    act=st.sampled_from([Act.COMPLAINT, Act.COMPLAINT, Act.COMPLAINT, *Act]),
    complaint_types=st.lists(st.sampled_from(ComplaintType), unique=True, max_size=3).map(tuple),
    tone=st.sampled_from(Tone),
    urgency=st.sampled_from(Urgency),
    asks=st.lists(st.sampled_from(Ask), unique=True, max_size=2).map(tuple),
    own_error=st.booleans(),
    language=st.sampled_from(["it", "en"]),
    abstained=st.frozensets(st.sampled_from(["tone", "urgency", "asks"]), max_size=1),
    facts=facts(),
    given_here=st.lists(givens, max_size=2).map(tuple),
    history=st.lists(givens, max_size=2).map(tuple),
    now=st.just(NOW),
)


_GIVEN_FOR = (
    *("delivery_late", "quality_below", "booking_error", "promise_broken"),
    *("item_wrong", "item_damaged", "billing_error", "refund_missing"),
)


def before(complaint_type: str, worth: int, state: str, order: str) -> Given:
    """A favour for such a failure of ours, forty days ago."""
    given = gave("voucher", complaint_type, str(worth), case_id="older", at=NOW - timedelta(days=40))
    return replace(given, promise_state=state, order_id=order)


@st.composite
def favours(draw: st.DrawFn) -> Matter:
    """A matter for which the shop has a favour, some of them for the second time."""
    types = draw(st.lists(st.sampled_from(_GIVEN_FOR), min_size=1, max_size=3, unique=True))
    facts = {name: draw(values) for name, values in _VALUES.items()}
    facts["fault"] = draw(st.sampled_from(["ours", "ours", "courier"]))
    again = st.builds(
        before,
        st.sampled_from(types),
        st.integers(1, 60),
        st.sampled_from(["kept", "broken"]),
        st.sampled_from(["RS9", "RS1"]),
    )
    in_this_case = st.builds(gave, st.just("voucher"), st.just("no_reply"), st.integers(1, 20).map(str))
    return replace(
        draw(anything),
        act=Act.COMPLAINT,
        complaint_types=tuple(types),
        own_error=False,
        abstained=frozenset(),
        facts=known(**facts),
        given_here=tuple(draw(st.lists(in_this_case, max_size=1))),
        history=tuple(draw(st.lists(again, max_size=1))),
    )


matters = st.one_of(anything, favours())


def goodwill(decision: Decision) -> list[Offer]:
    return [offer for offer in decision.offers if offer.basis is Basis.GOODWILL]


def cost(offers: list[Offer]) -> Money:
    """The dearest option of each offer together; what has no known worth costs nothing here."""
    dearest = [
        max(
            (remedy.worth.amount for remedy in offer.options if remedy.worth is not None),
            default=euro("0").amount,
        )
        for offer in offers
    ]
    return Money(amount=sum(dearest, euro("0").amount), currency="EUR")


def had(about: Matter) -> Money:
    counted = [
        given.worth.amount
        for given in about.given_here
        if given.basis is Basis.GOODWILL and given.promise_state != "withdrawn" and given.worth is not None
    ]
    return Money(amount=sum(counted, euro("0").amount), currency="EUR")


def answered(about: Matter, decision: Decision) -> Matter:
    """The matter after an agent approved the decision: what it gave is on record, its promises open."""
    return replace(
        about,
        given_here=about.given_here + given_by(decision, case_id="this", at=about.now),
        now=about.now + timedelta(hours=1),
    )


@given(matters)
def test_the_same_matter_gets_the_same_decision(about: Matter) -> None:
    assert decide(SHOP, about) == decide(AGAIN, replace(about))


def test_tone_never_changes_what_is_given() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=400)
    @given(matters)
    def holds(about: Matter) -> None:
        told = [decide(SHOP, replace(about, tone=tone)) for tone in Tone]
        calm = told[0]
        alike = [
            (one.kind, one.offers, one.commitments, one.missing)
            == (calm.kind, calm.offers, calm.commitments, calm.missing)
            for one in told
        ]
        assert all(alike)
        reached["a favour"] += bool(goodwill(calm))
        reached["a favour that is cut"] += bool(goodwill(calm) and calm.limits_cut)
        reached["the second time"] += calm.second_time

    holds()
    assert reached["a favour"] >= 10
    assert reached["a favour that is cut"] >= 5
    assert reached["the second time"] >= 3


def test_divisible_goodwill_never_goes_above_the_limit_of_the_case() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=400)
    @given(matters)
    def holds(about: Matter) -> None:
        tight = decide(TIGHT, about)
        given_now = cost([offer for offer in goodwill(tight) if offer.options[0].kind != "replacement"])
        assert given_now.amount <= max(CAP.amount - had(about).amount, 0)
        reached["cut"] += tight.limits_cut != decide(SHOP, about).limits_cut
        reached["cut to what was left"] += bool(tight.limits_cut) and had(about).amount > 0

    holds()
    assert reached["cut"] >= 5
    assert reached["cut to what was left"] >= 3


def test_goodwill_never_goes_above_the_share_of_the_price() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=400)
    @given(matters)
    def holds(about: Matter) -> None:
        price = about.facts.get("order_value", FactValue(value=None, source="agent")).value
        bound = price.amount * 3 / 2 if isinstance(price, Money) else euro("80").amount
        decision = decide(SHOP, about)
        assert cost(goodwill(decision)).amount <= max(bound - had(about).amount, 0)
        reached["cut"] += bool(decision.limits_cut)

    holds()
    assert reached["cut"] >= 5


def test_limits_leave_what_is_owed_alone() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=400)
    @given(matters)
    def holds(about: Matter) -> None:
        tight = decide(TIGHT, about)
        assert owed_in(tight) == owed_in(decide(SHOP, about))
        reached["owed"] += bool(owed_in(tight))
        reached["owed beside a cut"] += bool(owed_in(tight) and tight.limits_cut)

    holds()
    assert reached["owed"] >= 10
    assert reached["owed beside a cut"] >= 3


def test_follow_ups_without_new_facts_earn_nothing_more() -> None:
    reached: Counter[str] = Counter()

    @given(matters, st.integers(1, 4))
    def holds(about: Matter, follow_ups: int) -> None:
        fresh = replace(about, given_here=())
        decision = decide(SHOP, fresh)
        current = answered(fresh, decision) if decision.kind is DecisionKind.OFFER else fresh
        costs = euro("0")
        for _ in range(follow_ups if decision.offers and decision.kind is DecisionKind.OFFER else 0):
            following = decide(SHOP, current)
            costs += cost(list(following.offers))
            current = answered(current, following)
        assert costs == euro("0")
        reached["cost something the first time"] += cost(list(decision.offers)).amount > 0
        reached["after a second time"] += bool(decision.offers) and decision.second_time

    holds()
    assert reached["cost something the first time"] >= 10
    assert reached["after a second time"] >= 3


def test_follow_ups_that_call_the_matter_by_another_name_earn_nothing_more() -> None:
    reached: Counter[str] = Counter()

    @given(matters, st.data())
    def holds(about: Matter, data: st.DataObject) -> None:
        fresh = replace(about, act=Act.COMPLAINT, given_here=(), history=())
        decision = decide(SHOP, fresh)
        assume(decision.kind is DecisionKind.OFFER)
        current = answered(fresh, decision)
        names = st.lists(
            st.sampled_from([*fresh.complaint_types, ComplaintType.PROMISE_BROKEN]), unique=True, max_size=3
        )
        costs, commitments = euro("0"), 0
        for types in data.draw(st.lists(names, min_size=1, max_size=4), label="the names"):
            following = decide(SHOP, replace(current, complaint_types=tuple(types)))
            costs += cost(list(following.offers))
            commitments += len(following.commitments)
            current = answered(current, following)
            reached["a broken promise"] += ComplaintType.PROMISE_BROKEN in types
        assert (costs, commitments) == (euro("0"), 0)

    holds()
    assert reached["a broken promise"] >= 10


@given(matters)
def test_nothing_is_offered_while_something_is_asked(about: Matter) -> None:
    decision = decide(SHOP, about)
    asks = bool(decision.asks_customer)
    assert (decision.kind is DecisionKind.ASK) <= (asks and not decision.offers and not decision.commitments)


@given(matters)
def test_a_kind_always_has_what_it_says(about: Matter) -> None:
    decision = decide(SHOP, about)
    shown = bool(decision.offers or decision.commitments or decision.apologise)
    assert (decision.kind is DecisionKind.OFFER) <= shown
    assert (decision.kind is DecisionKind.DECLINE) <= bool(decision.refusals)
    assert (decision.kind is DecisionKind.THANKS) <= (about.act == Act.PRAISE)


@given(matters, matters)
def test_a_policy_keeps_nothing_of_the_matters_before(first: Matter, second: Matter) -> None:
    policy: Policy = SHOP
    alone = decide(policy, second)
    decide(policy, first)
    assert decide(policy, second) == alone
