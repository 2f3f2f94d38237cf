"""Two policies over one past: what is decided once comes out as if each had been tried by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decision import Decision, Matter
from responses.policy.abreast import Abreast
from responses.policy.decide import Judge
from responses.policy.replay import Past, Replay
from tests.unit.responses.policy.pasts import past
from tests.unit.responses.policy.policy_cases import policy_of
from tests.unit.responses.policy.test_heeding import signals
from tests.unit.responses.policy.test_simulate import pasts_of_all_sorts

_RULES = """\
owed:
  - id: guasto
    when: {complaint: item_damaged, months_since: {bought_on: {up_to: 24}}}
    give: replacement
    source: legge
rules:
  - {id: persi, when: {complaint: delivery_late, fault: courier}, give: {voucher: 10 EUR}}
  - {id: tutti, when: {act: complaint, fault: {not: theirs}}, give: {voucher: 10 EUR}}
  - {id: altri, when: {act: complaint}, give: {discount: 10%, at_most: 9 EUR}}
limits: {per_customer: {total: 20 EUR, every: 90 days}}
ladder: [{voucher: 10 EUR}, {voucher: 20 EUR}]
second_time: {within: 180 days, raise: one step, tier: supervisor}
"""
# A dearer rule; one more above it, by which all others stand elsewhere in the file; another limit for all.
_CHANGES = {
    "dearer": ("courier}, give: {voucher: 10", "courier}, give: {voucher: 12"),
    "longer": ("rules:\n", "rules:\n  - {id: primo, when: {complaint: no_reply}, give: {voucher: 5 EUR}}\n"),
    "limited": ("limits: {", "limits: {per_case: 8 EUR, "),
    "owing": ("up_to: 24", "up_to: 12"),
    "sharing": ("courier}, give: {voucher: 10 EUR}", "courier}, give: {refund: 20%}"),
    "asking": ("fault: courier}, give", "fault: courier, bought_on: known}, give"),
}


@given(found=pasts_of_all_sorts, seen=signals, change=st.sampled_from(list(_CHANGES)))
@settings(max_examples=80, deadline=None)
def test_each_policy_comes_out_as_if_tried_by_itself(found: list[Past], seen: str, change: str) -> None:
    # An agent can say the price: where it is open whether a share of it is given, it is missing.
    old = policy_of(_RULES + seen, price_from="agent")
    new = policy_of(_RULES.replace(*_CHANGES[change]) + seen, price_from="agent")
    apart, abreast = (Replay(new), Replay(old)), Abreast(Replay(new), Replay(old))
    assert [abreast.judge(one) for one in found] == [
        (apart[0].judge(one), apart[1].judge(one)) for one in found
    ]


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The policies by which something was decided, in order."""
    policies: list[str] = []
    decide = Judge.decide

    def counted(self: Judge, matter: Matter, *, language: str = "it", explain: bool = True) -> Decision:
        policies.append(self.policy.sha256)
        return decide(self, matter, language=language, explain=explain)

    monkeypatch.setattr(Judge, "decide", counted)
    return policies


@pytest.mark.parametrize(
    ("change", "complaint", "times"),
    [
        pytest.param("dearer", "delivery_late", 1, id="another-remedy-of-a-rule-that-does-not-hold"),
        pytest.param("dearer", "no_reply", 1, id="the-same-rules-for-it"),
        pytest.param("asking", "delivery_late", 2, id="another-condition"),
        pytest.param("longer", "delivery_late", 1, id="the-same-rules-further-down"),
        pytest.param("limited", "delivery_late", 2, id="another-limit"),
    ],
)
def test_what_cannot_come_out_otherwise_is_decided_once(
    decided: list[str], change: str, complaint: str, times: int
) -> None:
    abreast = Abreast(Replay(policy_of(_RULES.replace(*_CHANGES[change]))), Replay(policy_of(_RULES)))
    abreast.judge(past(complaint, facts={"fault": "ours"}))
    assert len(decided) == times


@pytest.mark.parametrize(
    ("facts", "times"),
    [
        pytest.param({"fault": "courier"}, 2, id="holds"),
        pytest.param({}, 2, id="is-open"),
        pytest.param({"fault": "ours"}, 1, id="does-not-hold"),
    ],
)
def test_a_rule_that_gives_something_else_counts_unless_it_cannot_hold(
    decided: list[str], facts: dict[str, object], times: int
) -> None:
    abreast = Abreast(Replay(policy_of(_RULES.replace(*_CHANGES["dearer"]))), Replay(policy_of(_RULES)))
    abreast.judge(past("delivery_late", facts=facts))
    assert len(decided) == times


def test_whom_they_gave_different_things_before_each_decides_by_itself(decided: list[str]) -> None:
    abreast = Abreast(Replay(policy_of(_RULES.replace(*_CHANGES["dearer"]))), Replay(policy_of(_RULES)))
    abreast.judge(past("delivery_late", customer="anna", facts={"fault": "courier"}))
    abreast.judge(past("no_reply", day=1, customer="anna", facts={"fault": "ours"}))
    assert len(decided) == 4
    abreast.judge(past("no_reply", day=1, customer="bruno", facts={"fault": "ours"}))
    assert len(decided) == 5
