"""What signals change, and what they leave alone."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decision import Basis, Decision, DecisionKind, Manner, Matter, Role
from models.labels import Tone
from models.record import Happening, Record
from responses.policy import Judge, decide
from responses.policy.case_file import told
from tests.unit.responses.policy.policy_cases import (
    HEAD,
    NOW,
    gave,
    known,
    matter,
    owed_in,
    policy_of,
    unavailable,
)
from tests.unit.responses.policy.test_generated import (
    REMEDIES,
    cases,
    gives,
    limits,
    policy,
    sections,
    texts,
)

DAY = timedelta(days=1)
RULES = """
rules:
  - {id: late, when: {complaint: delivery_late, fault: {not: theirs}}, give: {voucher: 5 EUR}}
  - {id: wrong, when: {complaint: item_wrong, fault: courier}, give: {discount: 10%, at_most: 9 EUR}}
  - {id: kind, when: {complaint: no_reply}, give: {all_of: [{voucher: 5 EUR}, {words: {it: grazie}}]}}
  - {id: rest, when: {act: complaint}, hand_over: agent}
presume: {fault: {delivery_late: ours}}
ladder: [{voucher: 5 EUR}, {voucher: 10 EUR}]
second_time: {within: 180 days, raise: one step}
approval: {agent: 30 EUR, supervisor: 100 EUR}
"""
OWED = """
owed: [{id: law, when: {complaint: item_damaged}, give: {any_of: [repair, replacement]}, source: legge}]
"""
CLAIMS = tuple(Happening(id=f"case-{days}", at=NOW - days * DAY) for days in (40, 20, 0))
RECORD = Record(claims=CLAIMS, threats=CLAIMS, critical=CLAIMS, paid_orders=(), present="case-0")
HAD = (gave("voucher", "quality_below", "5", case_id="older", at=NOW - 30 * DAY, order_id="A"),)


def judged(then: str, about: Matter, *, count: str = "claims", record: Record = RECORD) -> Decision:
    signal = f"signals: {{s: {{count: {count}, at_least: 2, within: 60 days, then: {{{then}}}}}}}\n"
    return decide(policy_of(OWED + RULES + signal), replace(about, record=record))


def late(**facts: object) -> Matter:
    return matter("delivery_late", facts=known(order_id="B", **facts), history=HAD)


def offers(decision: Decision) -> list[str]:
    return [told(offer) for offer in decision.offers]


def test_once_gives_words_where_a_favour_was_given_before() -> None:
    decision = judged("once: yes", late())
    assert (decision.kind, offers(decision), decision.apologise) == (DecisionKind.OFFER, [], True)
    assert decision.limits_cut == (
        "togliamo il buono di favore, perché abbiamo già rimediato il 24 ottobre 2026: "
        "3 richieste in 60 giorni",
    )


@pytest.mark.parametrize(
    "history",
    [
        pytest.param((), id="nothing"),
        pytest.param((replace(HAD[0], at=NOW - 61 * DAY),), id="too long ago"),
        pytest.param((replace(HAD[0], basis=Basis.OWED),), id="what was owed"),
        pytest.param((replace(HAD[0], promise_state="broken"),), id="what we promised and did not do"),
        pytest.param((replace(HAD[0], promise_state="withdrawn"),), id="what was taken back"),
        pytest.param((gave("exchange_at_cost", "quality_below", "0", case_id="older"),), id="what they paid"),
    ],
)
def test_once_is_once_after_a_favour_only(history: tuple[object, ...]) -> None:
    decision = judged("once: yes", replace(late(), history=history))
    assert offers(decision) == ["goodwill: voucher 5 EUR"]


def test_words_and_what_customers_pay_themselves_stay() -> None:
    decision = judged("once: yes", matter("no_reply", history=HAD))
    assert offers(decision) == ["goodwill: words"]


def test_of_a_choice_what_is_owed_stays() -> None:
    rules = RULES.replace("give: {discount: 10%, at_most: 9 EUR}", "give: {refund: 20%, at_most: 9 EUR}")
    signal = "signals: {s: {count: claims, at_least: 2, within: 60 days, then: {once: yes}}}\n"
    about = matter("item_damaged", "item_wrong", facts=known(fault="courier"), history=HAD, record=RECORD)
    mixed = "owed: repair | replacement | goodwill: refund 20% up to 9 EUR"
    assert offers(decide(policy_of(OWED + rules), about)) == [mixed]
    assert offers(decide(policy_of(OWED + rules + signal), about)) == ["owed: repair | replacement"]


@pytest.mark.parametrize("then", ["once: yes", "never_raise: yes", "proof: [photo]"])
def test_a_failure_established_as_ours_is_answered_as_for_everybody(then: str) -> None:
    again = (gave("voucher", "delivery_late", "5", case_id="older", order_id="A", promise_state="kept"),)
    about = replace(late(fault="ours"), history=again)
    decision = judged(f"{then}, tier: supervisor, answer: mediate", about)
    assert (offers(decision), decision.missing) == (["goodwill: voucher 10 EUR"], ())
    assert (decision.tier, decision.manner) == (Role.SUPERVISOR, Manner.MEDIATE)


def test_who_is_to_be_answered_sooner_and_with_a_calming_word_gets_nothing_else() -> None:
    plain, decision = decide(policy_of(OWED + RULES), late()), judged("sooner: yes, answer: reassure", late())
    assert (decision.sooner, decision.manner) == (True, Manner.REASSURE)
    assert (offers(decision), decision.tier, decision.missing) == (offers(plain), plain.tier, plain.missing)
    assert decision.notes[-1] == "3 richieste in 60 giorni: si guarda presto come ciò che è urgente"
    assert not plain.sooner


def test_a_calming_word_gives_way_to_care_under_threat_whatever_stands_first() -> None:
    each = [
        f"count: claims, at_least: 2, within: 60 days, then: {{answer: {one}}}"
        for one in ("reassure", "mediate")
    ]
    signals = "".join(f"  s{place}: {{{one}}}\n" for place, one in enumerate(each))
    about = replace(late(), record=RECORD)
    assert decide(policy_of(OWED + RULES + "signals:\n" + signals), about).manner is Manner.MEDIATE


def test_never_raise_leaves_the_remedy_of_the_rule() -> None:
    again = (gave("voucher", "delivery_late", "5", case_id="older", order_id="A", promise_state="kept"),)
    decision = judged("never_raise: yes", replace(late(), history=again))
    assert (offers(decision), decision.second_time) == (["goodwill: voucher 5 EUR"], True)
    assert "nessun gradino in più nella scala: 3 richieste in 60 giorni" in decision.notes


@pytest.mark.parametrize("count", ["cases_with_threat", "critical_cases"])
def test_how_the_case_at_hand_is_said_changes_no_amount(count: str) -> None:
    first = replace(RECORD, threats=CLAIMS[1:], critical=CLAIMS[1:])
    decision = judged("once: yes, tier: supervisor", late(), count=count, record=first)
    assert (offers(decision), decision.tier) == (["goodwill: voucher 5 EUR"], Role.SUPERVISOR)
    assert offers(judged("once: yes", late(), count=count)) == []


def test_a_favour_waits_for_its_proof() -> None:
    decision = judged("proof: [photo]", late())
    assert (decision.kind, [fact.name for fact in decision.asks_customer]) == (DecisionKind.ASK, ["photo"])
    assert "prima di un favore serve sapere «photo»: 3 richieste in 60 giorni" in decision.notes
    assert offers(judged("proof: [photo]", late(photo=False))) == ["goodwill: voucher 5 EUR"]


def test_without_a_proof_that_anybody_can_give_a_person_decides() -> None:
    about = replace(late(), facts=late().facts | unavailable("photo"))
    decision = judged("proof: [photo]", about)
    assert (decision.kind, offers(decision)) == (DecisionKind.HAND_OVER, ["goodwill: voucher 5 EUR"])


def test_what_is_owed_does_not_wait_for_the_proof_of_a_favour() -> None:
    about = matter("item_damaged", "delivery_late", history=HAD)
    decision = judged("proof: [photo]", about)
    assert (decision.kind, offers(decision)) == (DecisionKind.OFFER, ["owed: repair | replacement"])
    assert decision.limits_cut == (
        "il buono di favore aspetta, prima serve sapere «photo»: 3 richieste in 60 giorni",
    )


def test_a_proof_is_asked_where_words_are_all_there_is_beside() -> None:
    assert judged("proof: [photo]", matter("no_reply")).kind is DecisionKind.ASK


@pytest.mark.parametrize(
    ("about", "tier"),
    [
        pytest.param(late(), Role.SUPERVISOR, id="a favour"),
        pytest.param(matter("quality_below"), Role.SUPERVISOR, id="left to a person"),
        pytest.param(matter("item_damaged"), Role.AGENT, id="what is owed alone"),
        pytest.param(matter("item_wrong"), Role.AGENT, id="a question"),
        pytest.param(matter(act="question"), Role.AGENT, id="no complaint"),
        pytest.param(
            matter("delivery_late", given_here=(gave("words", "delivery_late", None),)),
            Role.AGENT,
            id="where a promise stands",
        ),
    ],
)
def test_who_approves(about: Matter, tier: Role) -> None:
    rules = RULES.replace("fault: courier}", "order_id: known}")
    signal = "signals: {s: {count: claims, at_least: 2, within: 60 days, then: {tier: supervisor}}}\n"
    decision = decide(policy_of(OWED + rules + signal), replace(about, record=RECORD))
    assert (decision.tier, decision.signals) == (tier, ("s",))


def test_the_exit_is_a_word_to_supervisors_and_no_more() -> None:
    decision = judged("exit: yes", late())
    assert decision == replace(
        judged("show_worth: no", late()),
        notes=decision.notes,
        policy_sha256=decision.policy_sha256,
    )
    assert decision.notes[-1] == (
        "3 richieste in 60 giorni: un responsabile può proporre di chiudere il rapporto"
    )
    assert judged("exit: yes", late(fault="ours")).notes == ()


def test_the_worth_is_shown_of_favours_for_what_is_not_established_as_ours() -> None:
    assert judged("show_worth: yes", late()).show_worth
    assert not judged("show_worth: yes", late(fault="ours")).show_worth
    assert not judged("show_worth: yes", matter("item_damaged")).show_worth


def test_thanks_are_thanks() -> None:
    decision = judged("tier: admin, answer: boundary", matter(act="praise"))
    assert (decision.kind, decision.tier, decision.manner) == (DecisionKind.THANKS, Role.AGENT, None)


# What holds for every policy and history

happenings = st.lists(
    st.builds(lambda days: Happening(id=f"case-{days}", at=NOW - days * DAY), st.integers(0, 29)),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.id,
).map(tuple)
mostly = st.one_of(happenings, happenings, happenings, st.none())
records = st.builds(
    Record,
    cases=mostly,
    claims=mostly,
    threats=mostly,
    critical=mostly,
    paid_orders=mostly,
    remedies=happenings,
    since=st.just(NOW - 2000 * DAY),
    present=st.just("case-0"),
)
counted = st.sampled_from(
    [
        "count: cases, at_least: 2, within: 1 month",
        "count: claims, at_least: 2, within: 60 days",
        "count: claims, at_least: 3, within: 12 months, after_remedy: 1",
        "count: cases_with_threat, at_least: 2, within: 60 days",
        "count: critical_cases, at_least: 2, within: 60 days",
        "count: paid_orders, at_most: 1, within: 365 days",
        "count: years_known, at_least: 3",
    ]
)
consequences = st.sets(
    st.sampled_from(
        [
            "once: yes",
            "never_raise: yes",
            "show_worth: yes",
            "sooner: yes",
            "answer: mediate",
            "tier: admin",
            "proof: [photo, order_id]",
            "exit: yes",
        ]
    ),
    min_size=1,
    max_size=3,
).map(sorted)
holding = st.sampled_from(["{complaint: delivery_late}", "{complaint: [no_reply, item_damaged]}", "always"])
givers = st.builds("when: {}, {}".format, holding, gives(REMEDIES).map("give: {}".format))
due = gives(("{refund: 10 EUR}", "{refund: full}", "replacement", "repair"))
dues = st.builds("when: {}, give: {}, source: legge".format, st.one_of(st.just("always"), holding), due)


@st.composite
def giving(draw: st.DrawFn) -> str:
    """A policy that gives something to nearly everybody, beside what it owes."""
    owed = draw(st.lists(dues, min_size=draw(st.sampled_from([0, 1])), max_size=2))
    rules = draw(st.lists(givers, min_size=1, max_size=3))
    text = HEAD + "owed:\n" * bool(owed)
    text += "".join(f"  - {{id: o{i}, {entry}}}\n" for i, entry in enumerate(owed))
    text += "rules:\n" + "".join(f"  - {{id: r{i}, {rule}}}\n" for i, rule in enumerate(rules))
    return text + draw(sections)


policies = st.one_of(texts(), giving(), giving())
EARLIER = st.sampled_from(
    [
        gave("voucher", "quality_below", "5", case_id="older", at=NOW - 9 * DAY),
        gave(
            "voucher", "no_reply", "5", case_id="older", at=NOW - 9 * DAY, promise_state="kept", order_id="A"
        ),
        gave("refund", "delivery_late", "5", case_id="older", at=NOW - 5 * DAY, promise_state="broken"),
    ]
)


@st.composite
def favoured(draw: st.DrawFn) -> Matter:
    """A matter of somebody who had a favour before, mostly no established failure of ours."""
    about = draw(cases)
    fault = draw(st.sampled_from([{}, known(fault="courier"), known(fault="courier"), known(fault="ours")]))
    rest = {name: fact for name, fact in about.facts.items() if name not in ("fault", "photo")}
    history = tuple(draw(st.lists(EARLIER, min_size=1, max_size=2)))
    return replace(about, facts=rest | fault, given_here=(), history=history)


people = st.one_of(cases, favoured(), favoured(), favoured())
written = "{}, then: {{{}}}".format
# Of everybody here, who has been known for years.
binding = st.sampled_from(["proof: [photo]", "once: yes", "proof: [photo], tier: admin", "never_raise: yes"])
standing = st.builds(
    written, st.just("count: years_known, at_least: 3"), st.one_of(binding, consequences.map(", ".join))
)
signals = st.builds(
    lambda first, rest: [first, *rest],
    standing,
    st.lists(st.builds(written, counted, consequences.map(", ".join)), min_size=1, max_size=3),
).map(lambda each: "signals:\n" + "".join(f"  s{i}: {{{one}}}\n" for i, one in enumerate(each)))


loud_signals = st.builds(
    written,
    st.sampled_from(
        [
            "count: cases_with_threat, at_least: 2, within: 60 days",
            "count: critical_cases, at_least: 2, within: 60 days",
        ]
    ),
    binding,
).map("signals:\n  s0: {{{}}}\n".format)

_ONCE = (Happening(id="case-9", at=NOW - 9 * DAY),)
once_before = records.map(lambda record: replace(record, threats=_ONCE, critical=_ONCE))


@st.composite
def owing(draw: st.DrawFn) -> str:
    """A policy that owes something to everybody and has a favour of another kind for them."""
    due = draw(st.sampled_from(["replacement", "{refund: 10 EUR}", "{any_of: [repair, {refund: full}]}"]))
    favour = draw(st.sampled_from(["{voucher: 5 EUR}", "{gift: {it: un fiore}, worth: 4 EUR}"]))
    entries = f"owed:\n  - {{id: o, when: always, give: {due}, source: legge}}\n"
    return f"{HEAD}{entries}rules:\n  - {{id: r, when: always, give: {favour}}}\n"


def test_no_signal_ever_changes_what_is_owed() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=400)
    @given(st.one_of(policies, owing()), limits, signals, people, records)
    def holds(text: str, bounds: str, seen: str, about: Matter, record: Record) -> None:
        plain = decide(policy(text + bounds), about)
        heeded = decide(policy(text + bounds + seen), replace(about, record=record))
        assert owed_in(heeded) == owed_in(plain)
        assert (heeded.kind == plain.kind) or not owed_in(plain)
        assert (heeded.status_of, heeded.refusals) == (plain.status_of, plain.refusals) or not owed_in(plain)
        held_back = len(heeded.limits_cut) > len(plain.limits_cut)
        reached["owed to whom a signal names"] += bool(owed_in(plain) and heeded.signals)
        reached["a favour held back"] += held_back
        reached["a favour held back beside what is owed"] += bool(owed_in(plain)) and held_back
        unproven = "proof: [photo" in seen and "photo" not in about.facts
        reached["want of a proof beside what is owed"] += bool(owed_in(plain)) and held_back and unproven

    holds()
    assert reached["owed to whom a signal names"] >= 20
    assert reached["a favour held back"] >= 5
    assert reached["a favour held back beside what is owed"] >= 3
    assert reached["want of a proof beside what is owed"] >= 3


@given(policies, limits, signals, people, records)
def test_where_the_fault_is_established_as_ours_every_favour_stays(
    text: str, bounds: str, seen: str, about: Matter, record: Record
) -> None:
    ours = replace(about, facts=about.facts | known(fault="ours"))
    plain = decide(policy(text + bounds), ours)
    heeded = decide(policy(text + bounds + seen), replace(ours, record=record))
    assert heeded == replace(
        plain,
        policy_sha256=heeded.policy_sha256,
        tier=heeded.tier,
        manner=heeded.manner,
        notes=heeded.notes,
        signals=heeded.signals,
        sooner=heeded.sooner,
    )


@given(policies, limits, signals, people, records, st.sampled_from(Tone))
def test_signals_do_not_listen_to_the_tone(
    text: str, bounds: str, seen: str, about: Matter, record: Record, tone: Tone
) -> None:
    judging, about = policy(text + bounds + seen), replace(about, record=record)
    plain, loud = decide(judging, about), decide(judging, replace(about, tone=tone))
    assert (plain.kind, plain.offers, plain.missing, plain.signals, plain.show_worth) == (
        loud.kind,
        loud.offers,
        loud.missing,
        loud.signals,
        loud.show_worth,
    )


def test_a_threat_or_a_danger_in_the_case_at_hand_changes_no_amount() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=200)
    @given(st.one_of(policies, owing()), loud_signals, favoured(), st.one_of(records, once_before))
    def holds(text: str, seen: str, about: Matter, record: Record) -> None:
        loud = Happening(id="case-0", at=NOW)
        earlier = replace(
            record,
            threats=tuple(one for one in record.threats or () if one.id != "case-0"),
            critical=tuple(one for one in record.critical or () if one.id != "case-0"),
        )
        now = replace(
            earlier, threats=(*(earlier.threats or ()), loud), critical=(*(earlier.critical or ()), loud)
        )
        judging = policy(text + seen)
        before = decide(judging, replace(about, record=earlier))
        after = decide(judging, replace(about, record=now))
        assert (before.kind, before.offers, before.missing, before.worth) == (
            after.kind,
            after.offers,
            after.missing,
            after.worth,
        )
        raised_by_it = set(after.signals) - set(before.signals)
        favour = bool(after.worth is not None and after.worth.amount) and about.facts.get("fault") != _OURS
        reached["a favour that a signal by this case alone could hold back"] += bool(raised_by_it and favour)

    holds()
    assert reached["a favour that a signal by this case alone could hold back"] >= 3


_OURS = known(fault="ours")["fault"]


@given(policies, limits, signals, people, records)
def test_no_signal_gives_more(text: str, bounds: str, seen: str, about: Matter, record: Record) -> None:
    plain = decide(policy(text + bounds), about)
    heeded = decide(policy(text + bounds + seen), replace(about, record=record))
    worths = [one.worth.amount if one.worth is not None else None for one in (plain, heeded)]
    assert None in worths or (worths[1] or 0) <= (worths[0] or 0)


@given(policies, limits, signals, people)
def test_without_a_record_signals_change_nothing(text: str, bounds: str, seen: str, about: Matter) -> None:
    plain, heeded = decide(policy(text + bounds), about), decide(policy(text + bounds + seen), about)
    assert heeded == replace(plain, policy_sha256=heeded.policy_sha256)


@given(policies, limits, signals, people, records)
def test_a_judge_that_explains_nothing_heeds_the_same(
    text: str, bounds: str, seen: str, about: Matter, record: Record
) -> None:
    judging, about = policy(text + bounds + seen), replace(about, record=record)
    assert Judge(judging).decide(about, explain=False) == replace(decide(judging, about), steps=())
