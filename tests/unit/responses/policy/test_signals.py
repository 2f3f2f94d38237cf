"""Signals: counted in distinct cases within a period, never from one, gone when their time is over."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.record import Dismissal, Happening, Record
from responses.policy import Policy
from responses.policy.signals import Raised, raised, told
from tests.unit.responses.policy.policy_cases import NOW, policy_of

DAY = timedelta(days=1)
RULE = "rules: [{id: a, when: {act: complaint}, apologise: yes}]\n"


def judging(signal: str) -> Policy:
    return policy_of(f"{RULE}signals:\n  s: {{{signal}, then: {{tier: supervisor}}}}\n")


CLAIMS = judging("count: claims, at_least: 3, within: 60 days")
AFTER = judging("count: claims, at_least: 3, within: 60 days, after_remedy: 2")
THREATS = judging("count: cases_with_threat, at_least: 2, within: 30 days")
NO_ORDER = judging("count: paid_orders, at_most: 0, within: 365 days")
GOOD = judging("count: paid_orders, at_least: 3, within: 24 months")
YEARS = judging("count: years_known, at_least: 3")
CRITICAL = judging("count: critical_cases, at_least: 2, within: 12 months")
CASES = judging("count: cases, at_least: 2, within: 1 month")


def ago(*days: float) -> tuple[Happening, ...]:
    return tuple(
        Happening(id=f"case-{one}", at=NOW - one * DAY, messages=(f"message-{one}",)) for one in days
    )


def one(policy: Policy, record: Record, at: datetime = NOW) -> Raised:
    (found,) = raised(policy, record, at)
    return found


def test_enough_cases_within_the_period_raise_it_with_their_messages() -> None:
    found = one(CLAIMS, Record(claims=ago(40, 20, 0)))
    assert (found.name, found.number, found.since) == ("s", 3, NOW - 40 * DAY)
    assert [seen.messages for seen in found.evidence] == [("message-40",), ("message-20",), ("message-0",)]


@pytest.mark.parametrize(
    ("policy", "record"),
    [
        pytest.param(CLAIMS, Record(claims=ago(20, 0)), id="too few"),
        pytest.param(CLAIMS, Record(claims=ago(60, 20, 0)), id="one too long ago"),
        pytest.param(CLAIMS, Record(claims=ago(20, 20, 20)), id="one case three times"),
        pytest.param(CLAIMS, Record(claims=ago(20, 0, -1)), id="one still to come"),
        pytest.param(CLAIMS, Record(threats=ago(3, 2, 1)), id="claims not known"),
        pytest.param(AFTER, Record(claims=ago(40, 20, 0), remedies=ago(10)), id="one after a remedy"),
        pytest.param(AFTER, Record(claims=ago(40, 20, 0), remedies=ago(90)), id="a remedy long before"),
        pytest.param(AFTER, Record(claims=ago(40, 20, 0)), id="no remedy"),
        pytest.param(NO_ORDER, Record(), id="no order book"),
        pytest.param(NO_ORDER, Record(paid_orders=ago(300)), id="an order within the year"),
        pytest.param(YEARS, Record(since=NOW - 1094 * DAY), id="not yet three years"),
        pytest.param(YEARS, Record(), id="known since nobody knows when"),
    ],
)
def test_it_is_not_raised(policy: Policy, record: Record) -> None:
    assert raised(policy, record, NOW) == ()


@pytest.mark.parametrize(
    ("policy", "record", "until"),
    [
        pytest.param(CLAIMS, Record(claims=ago(40, 20, 0)), NOW + 20 * DAY, id="the third newest falls out"),
        pytest.param(CLAIMS, Record(claims=ago(40, 20, 10, 0)), NOW + 40 * DAY, id="one more than needed"),
        pytest.param(
            AFTER, Record(claims=ago(30, 20, 10, 0), remedies=ago(25)), NOW + 40 * DAY, id="claims count"
        ),
        pytest.param(
            AFTER, Record(claims=ago(30, 5, 3, 0), remedies=ago(4)), NOW + 55 * DAY, id="after remedies count"
        ),
        pytest.param(NO_ORDER, Record(paid_orders=()), NOW + 365 * DAY, id="what was not there"),
        pytest.param(
            YEARS,
            Record(since=datetime.fromisoformat("2022-12-01T09:00+00:00")),
            datetime.fromisoformat("2026-12-01T09:00+00:00"),
            id="until the next year is full",
        ),
    ],
)
def test_it_holds_until_what_it_rests_on_no_longer_suffices(
    policy: Policy, record: Record, until: datetime
) -> None:
    assert one(policy, record).until == until
    assert raised(policy, record, until - timedelta(seconds=1))


def test_a_month_ends_with_the_same_day_of_the_next() -> None:
    at = datetime.fromisoformat("2026-03-31T10:00+00:00")
    february = Happening(id="a", at=datetime.fromisoformat("2026-02-28T10:00+00:00"))
    march = Happening(id="b", at=datetime.fromisoformat("2026-03-02T10:00+00:00"))
    assert raised(CASES, Record(cases=(february, march)), at) == ()
    assert raised(CASES, Record(cases=(february, march)), at - 3 * DAY - DAY)


def test_it_says_whether_it_would_hold_without_the_case_at_hand() -> None:
    record = Record(threats=ago(20, 0), present="case-0")
    assert not one(THREATS, record).before
    assert one(THREATS, replace(record, threats=ago(20, 10, 0))).before


def test_without_a_record_nothing_is_raised() -> None:
    assert raised(NO_ORDER, None, NOW) == ()


def test_what_was_dismissed_comes_back_with_new_evidence_only() -> None:
    claims = ago(40, 20, 0)
    dismissed = (Dismissal(signal="s", evidence=tuple(seen.id for seen in claims)),)
    assert raised(CLAIMS, Record(claims=claims, dismissed=dismissed), NOW) == ()
    assert raised(CLAIMS, Record(claims=claims, dismissed=dismissed), NOW + 10 * DAY) == ()
    more = Record(claims=(*claims, *ago(-1)), dismissed=dismissed)
    assert one(CLAIMS, more, NOW + 2 * DAY).number == 4


def test_the_dismissal_of_one_signal_leaves_the_others() -> None:
    claims = ago(40, 20, 0)
    dismissed = (Dismissal(signal="other", evidence=tuple(seen.id for seen in claims)),)
    assert raised(CLAIMS, Record(claims=claims, dismissed=dismissed), NOW)


@pytest.mark.parametrize(
    ("policy", "record", "italian", "english"),
    [
        pytest.param(
            AFTER,
            Record(claims=ago(40, 20, 0), remedies=ago(30)),
            "3 richieste in 60 giorni, 2 dopo un rimedio",
            "3 claims in 60 days, 2 after a remedy",
            id="claims after a remedy",
        ),
        pytest.param(
            THREATS,
            Record(threats=ago(2, 0)),
            "2 casi con minacce in 30 giorni",
            "2 cases with threats in 30 days",
            id="threats",
        ),
        pytest.param(
            NO_ORDER,
            Record(paid_orders=()),
            "nessun acquisto pagato in 365 giorni",
            "no paid purchase in 365 days",
            id="no purchase",
        ),
        pytest.param(
            GOOD,
            Record(paid_orders=ago(400, 200, 3)),
            "3 acquisti pagati in 24 mesi",
            "3 paid purchases in 24 months",
            id="purchases",
        ),
        pytest.param(
            YEARS,
            Record(since=NOW - 1900 * DAY),
            "cliente da 5 anni",
            "customer for 5 years",
            id="years",
        ),
        pytest.param(
            CRITICAL,
            Record(critical=ago(90, 3)),
            "2 casi con urgenza critica in 12 mesi",
            "2 cases of critical urgency in 12 months",
            id="critical",
        ),
        pytest.param(
            CASES, Record(cases=ago(9, 3)), "2 casi in un mese", "2 cases in one month", id="any case"
        ),
    ],
)
def test_it_is_named_by_what_happened(policy: Policy, record: Record, italian: str, english: str) -> None:
    found = one(policy, record)
    assert (told(found, "it"), told(found, "en")) == (italian, english)
