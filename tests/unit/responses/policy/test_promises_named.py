"""A customer who says that a promise was broken, and what the books say of what was promised."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.decision import Decision, DecisionKind
from responses.policy import decide, given_by
from tests.unit.responses.policy.policy_cases import NOW, euro, gave, known, matter, policy_of

POLICY = policy_of("""
    presume: {fault: {promise_broken: ours, delivery_late: ours}}
    rules:
      - id: mancata
        when: {complaint: promise_broken, fault: {not: theirs}}
        apologise: yes
        give: {voucher: 10 EUR}
        promise: {what: {it: "un responsabile controlla"}, within: 2 working days}
      - {id: ritardo, when: {complaint: delivery_late}, give: {discount: 15%, at_most: 20 EUR}}
      - {id: altro, when: always, hand_over: agent}
""")
IN_TIME = NOW + timedelta(days=1)


def promised(**changes: Any) -> Any:
    fields = {"at": NOW - timedelta(days=1), "due_at": IN_TIME, "committed": True, **changes}
    return replace(gave("discount", "delivery_late", "20"), **fields)


def said(*types: str, **changes: Any) -> Decision:
    return decide(POLICY, matter(*(types or ("promise_broken",)), **changes))


@pytest.mark.parametrize("types", [("promise_broken",), ("promise_broken", "delivery_late")])
def test_a_promise_that_has_its_time_yet_is_not_broken_by_saying_so(types: tuple[str, ...]) -> None:
    decision = said(*types, given_here=(promised(),))
    assert (decision.kind, decision.offers, decision.apologise) == (DecisionKind.STATUS, (), False)
    assert decision.status_of == types
    assert "non è ancora passato" in decision.steps[0].reason


def test_beside_a_new_grievance_the_promise_is_told_and_only_the_new_one_is_put_right() -> None:
    decision = said("promise_broken", "delivery_late", given_here=(gave("words", "no_reply", None),))
    assert decision.status_of == ("promise_broken",)
    assert [offer.complaint_type for offer in decision.offers] == ["delivery_late"]
    assert decision.faults == {"promise_broken": None, "delivery_late": True}


def test_telling_where_a_promise_stands_does_not_settle_that_it_is_broken_later() -> None:
    old = promised(complaint_type="no_reply")
    told = said("promise_broken", "delivery_late", given_here=(old,))
    record = given_by(told, case_id="c", at=NOW, due_at=NOW + timedelta(days=9))
    later = said(given_here=(old, *record), now=NOW + timedelta(days=2))
    assert (later.kind, later.rule_ids) == ("offer", ("mancata",))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param((), id="no promise in the books"),
        pytest.param((promised(promise_state=None, due_at=None),), id="nothing was promised"),
        pytest.param((promised(due_at=NOW),), id="overdue"),
        pytest.param((promised(promise_state="broken", due_at=None),), id="marked broken"),
        pytest.param((promised(), promised(due_at=NOW - timedelta(hours=1))), id="one of two is overdue"),
        pytest.param((promised(), promised(case_id="older", promise_state="broken")), id="another is broken"),
        pytest.param(
            (
                promised(at=NOW - timedelta(days=9), promise_state="broken", settled_at=NOW),
                promised(),
            ),
            id="broken since the last answer",
        ),
    ],
)
def test_what_was_missed_or_never_written_down_is_put_right(given: tuple[Any, ...]) -> None:
    decision = said(given_here=given)
    assert (decision.kind, decision.rule_ids, decision.apologise) == ("offer", ("mancata",), True)


def test_what_was_broken_and_answered_since_is_not_put_right_twice() -> None:
    broken = promised(at=NOW - timedelta(days=9), promise_state="broken", settled_at=NOW - timedelta(days=5))
    assert said(given_here=(broken, promised())).kind is DecisionKind.STATUS


@pytest.mark.parametrize(
    ("then", "now", "kind"),
    [("RS1", "RS1", "status"), ("RS1", None, "status"), (None, "RS1", "status"), ("RS1", "RS2", "offer")],
)
def test_a_promise_of_another_case_counts_unless_it_was_about_another_order(
    then: str | None, now: str | None, kind: str
) -> None:
    facts = known(order_id=now) if now is not None else {}
    history = (promised(case_id="older", order_id=then),)
    assert said(history=history, facts=facts).kind == kind


def test_a_remedy_for_a_broken_promise_is_a_promise_like_any_other() -> None:
    first = said()
    record = given_by(first, case_id="c", at=NOW - timedelta(hours=1), due_at=IN_TIME)
    assert [given.worth for given in record] == [euro("10")]
    assert said(given_here=record).kind is DecisionKind.STATUS
