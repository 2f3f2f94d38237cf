from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_cases import HEAD, policy_of

from models.decision import Duration, DurationUnit, RemedyKind, Role
from responses.hours import WHOLE_DAY, Interval
from responses.policy import Policy, PolicyFileError, load_policy, load_policy_text
from responses.policy.conditions import single_tests
from responses.policy.schema import Address, Audience, Codes, Concerns, Count, FactType, Supplier

EXAMPLE = Path(__file__).parent / "example.yaml"
RULE = "rules: [{id: a, when: always, hand_over: agent}]\n"


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyFileError) as caught:
        load_policy_text(text, "p.yaml")
    return [str(problem) for problem in caught.value.problems]


def problems_after_head(text: str) -> list[str]:
    """Problems without file, line and column, of a policy whose head is sound."""
    return [problem.split(": ", 1)[1] for problem in problems(HEAD + text)]


@pytest.mark.parametrize(
    "hours",
    ["{sat: [9:00-12:30]}", "{sat: ['9:00-12:30']}", "\n  sat: [9:00-12:30]"],
    ids=["bare in brackets", "in quotes", "a line of its own"],
)
def test_hours_need_no_quotes(hours: str) -> None:
    """libyaml alone would take `9:00` in brackets for a key."""
    policy = load_policy_text(HEAD + RULE + f"hours: {hours}\n", "p.yaml")
    assert policy.hours == load_policy_text(HEAD + RULE + "hours: {sat: ['9:00-12:30']}\n", "p.yaml").hours


def test_how_drafts_speak_of_a_trade_is_read() -> None:
    words = "concerns: booking\nwhat_happened: {delivery_late: {it: la camera non era pronta}}\n"
    policy = load_policy_text(HEAD + RULE + words, "p.yaml")
    assert policy.concerns is Concerns.BOOKING
    assert policy.what_happened == {"delivery_late": {"it": "la camera non era pronta"}}
    assert policy.texts["what_happened.delivery_late"] == {"it": "la camera non era pronta"}


def test_reasons_and_rights_for_customers_are_read() -> None:
    policy = policy_of("""\
        owed: [{id: o, when: always, give: repair, source: s, right: {it: un diritto}}]
        rules: [{id: a, when: always, apologise: yes, explain: {it: un guasto}}]
    """)
    assert policy.owed[0].right == {"it": "un diritto"}
    assert policy.rules[0].explain == {"it": "un guasto"}
    assert policy.facts["explanation"].suppliers == {Supplier.AGENT}


@pytest.mark.parametrize(
    ("actions", "problem"),
    [
        ("tier: supervisor", "explain belongs to a rule that decides something"),
        ("decline: {reason: {it: no}}", "explain stands beside an apology or a remedy"),
        ("hand_over: agent", "explain stands beside an apology or a remedy"),
    ],
)
def test_a_reason_stands_beside_an_apology_or_a_remedy(actions: str, problem: str) -> None:
    (found,) = problems_after_head(f"rules: [{{id: a, when: always, explain: {{it: b}}, {actions}}}]\n")
    assert problem in found


@pytest.fixture(scope="module")
def example() -> Policy:
    return load_policy(EXAMPLE)


def test_the_head_of_the_example_is_read(example: Policy) -> None:
    assert (example.name, example.currency, example.timezone.key) == ("negozio-online", "EUR", "Europe/Rome")
    assert example.audience is Audience.CUSTOMER
    assert example.effective == date(2026, 11, 1)
    assert example.address is Address.FIRST_NAME
    assert example.codes is Codes.LOADED
    assert example.formal("it")


def test_the_facts_of_the_example_say_who_supplies_them(example: Policy) -> None:
    assert example.facts["order_value"].suppliers == {Supplier.BOOK}
    assert example.facts["fault"].choices == ("ours", "courier", "theirs")
    assert example.facts["photo_shows_damage"].ask == {
        "it": "una foto del danno",
        "en": "a photo of the damage",
    }
    assert example.facts["delivered_on"].type is FactType.DATE


def test_what_surrounds_the_rules_of_the_example_is_read(example: Policy) -> None:
    assert example.approval[Role.ADMIN] is None
    assert example.limits.share_of_price == Decimal("1.5")
    assert example.limits.one_per_failure
    assert example.limits.per_customer is not None
    assert example.limits.per_customer.every == Duration(count=90, unit=DurationUnit.DAYS)
    assert example.limits.budget_month is not None
    assert example.worth[RemedyKind.REPAIR].fraction == Decimal("0.4")
    assert example.second_time is not None
    assert example.second_time.raise_one_step
    assert [signal.count for signal in example.signals] == [
        Count.CLAIMS,
        Count.CASES_WITH_THREAT,
        Count.PAID_ORDERS,
    ]
    assert example.deadlines["normal"] == Duration(count=1, unit=DurationUnit.WORKING_DAYS)
    assert example.hours.closed == ((date(2027, 8, 10), date(2027, 8, 20)),)
    assert example.on_call[0].names == ("sara",)
    assert example.wait_for_answer == Duration(count=3, unit=DurationUnit.DAYS)


def test_the_fingerprint_is_that_of_the_bytes(example: Policy) -> None:
    content = EXAMPLE.read_bytes()
    assert example.sha256 == sha256(content).hexdigest()
    assert load_policy_text(content.decode(), "elsewhere").sha256 == example.sha256


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + RULE).encode())
    assert load_policy(file).sha256 == sha256(file.read_bytes()).hexdigest()


def test_a_misspelt_remedy_is_named_with_its_place_and_the_right_word() -> None:
    text = EXAMPLE.read_text().replace("{one_of: [{discount: 15%", "{one_of: [{dicount: 15%")
    assert problems(text) == [
        'p.yaml:39:22: rules[1].give.one_of[0].dicount: unknown remedy "dicount"; did you mean "discount"?',
    ]


def test_a_remedy_alone_is_named_at_its_own_key() -> None:
    text = HEAD + "rules:\n  - id: a\n    when: always\n    give:\n        dicount: 10%\n"
    assert problems(text) == [
        'p.yaml:18:9: rules[0].give.dicount: unknown remedy "dicount"; did you mean "discount"?'
    ]


def test_all_problems_of_a_file_come_at_once_and_in_its_order() -> None:
    text = HEAD + (
        "rules:\n"
        "  - {id: a, when: {tone: angri}, answer: mediate}\n"
        "  - {id: b, when: {days_late: {over: many}}, give: {voucher: 5 USD}}\n"
        "limits: {per_cases: 10 EUR}\n"
    )
    assert [problem.split(": ", 1)[1] for problem in problems(text)] == [
        'rules[0].when.tone: unknown tone "angri"; did you mean "angry"?',
        'rules[1].when.days_late.over: expected a number of days, found "many"',
        'rules[1].give.voucher: expected EUR as in "currency", found "5 USD"',
        'limits.per_cases: unknown key "per_cases"; did you mean "per_case"?',
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "p.yaml:1:1: the file is empty", id="empty"),
        pytest.param("a: [1", "p.yaml:1:6: not valid YAML: expected ',' or ']', but got", id="unclosed list"),
        pytest.param("a: 1\n---\nb: 2\n", "p.yaml:2:1: not valid YAML: but found another document", id="two"),
        pytest.param("a: \0", "p.yaml:1:1: not valid YAML: ", id="NUL"),
        pytest.param("- a", "p.yaml:1:1: expected keys with values, found a list", id="a list"),
        pytest.param("&x {policy: a}", "p.yaml:1:1: anchors", id="anchor"),
        pytest.param("a: &x 1\nb: *x\n", "p.yaml:1:4: anchors", id="alias"),
        pytest.param("[" * 1_000_000, "p.yaml:1:1: not readable: ", id="nested without end"),
    ],
)
def test_what_is_no_policy_at_all_is_refused(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_a_key_that_stands_twice_is_refused_at_its_second_place() -> None:
    assert problems(HEAD + RULE + "currency: USD\n") == [
        'p.yaml:15:1: currency: "currency" stands here twice: keep one'
    ]


def test_a_file_in_another_encoding_is_refused_where_it_stops_being_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes("policy: prova\n# perché".encode("cp1252"))
    with pytest.raises(PolicyFileError, match=r"p\.yaml:2:8: not UTF-8"):
        load_policy(file)


def test_what_must_be_there_is_named() -> None:
    assert problems("policy: prova\n") == [
        'p.yaml:1:1: "currency" is missing',
        'p.yaml:1:1: "timezone" is missing',
        'p.yaml:1:1: "rules" is missing',
        'p.yaml:1:1: "effective" is missing',
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("effective: 2026-02-30", "expected a date", id="a day that does not exist"),
        pytest.param("timezone: Europe/Roma", "expected a time zone", id="zone"),
        pytest.param("timezone: ../etc", "expected a time zone", id="zone outside"),
        pytest.param("currency: EURO", "expected a currency", id="currency"),
        pytest.param("policy: Mia Policy", "expected a name", id="name"),
    ],
)
def test_a_wrong_head_is_refused(line: str, problem: str) -> None:
    key = line.split(":")[0]
    lines = [line if old.startswith(f"{key}:") else old for old in HEAD.splitlines()]
    assert problem in problems("\n".join(lines) + "\n" + RULE)[0]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        pytest.param("{id: a, when: always}", "rules[0]: the rule does nothing", id="nothing"),
        pytest.param(
            "{id: a, when: {tone: angry}, give: {voucher: 5 EUR}}",
            "rules[0]: a rule that reads the tone may only say answer and tier",
            id="an amount by tone",
        ),
        pytest.param(
            "{id: a, when: {not: {tone: angry}}, hand_over: agent}",
            "rules[0]: a rule that reads the tone",
            id="an outcome by tone",
        ),
        pytest.param(
            "{id: a, when: always, give: {voucher: 5 EUR}, hand_over: agent}",
            "rules[0]: give and hand_over together",
            id="give and hand over",
        ),
        pytest.param(
            "{id: a, when: always, give: {voucher: 5 EUR, refund: full}}",
            "rules[0].give: voucher and refund together: write all_of",
            id="two remedies",
        ),
        pytest.param(
            "{id: a, when: always, give: [{voucher: 5 EUR}]}", "rules[0].give: write one_of:", id="bare list"
        ),
        pytest.param(
            "{id: a, when: always, give: refund}", 'rules[0].give: "refund" needs a value', id="bare"
        ),
        pytest.param(
            "{id: a, when: always, give: {discount: 120%}}",
            "rules[0].give.discount: expected more than 0% and up to 100%",
            id="more than all",
        ),
        pytest.param(
            "{id: a, when: always, give: {gift: un regalo}}",
            "rules[0].give.gift: expected the text by language",
            id="a text without language",
        ),
        pytest.param(
            "{id: a, when: always, give: {gift: {itt: x}}}",
            'rules[0].give.gift.itt: unknown language "itt"; did you mean "it"?',
            id="unknown language",
        ),
        pytest.param(
            "{id: a, when: always, give: {voucher: 5 EUR, of: order}}",
            'rules[0].give.of: "of" means nothing with this voucher',
            id="modifier",
        ),
        pytest.param(
            "{id: a, when: always, give: {refund: fault}}",
            'rules[0].give.refund: "fault" is of type choice, expected money',
            id="amount from a choice",
        ),
        pytest.param(
            "{id: a, when: {}, hand_over: agent}", "rules[0].when: there is no condition", id="empty"
        ),
        pytest.param(
            "{id: a, when: {day_late: 3}, hand_over: agent}",
            'rules[0].when.day_late: unknown condition or fact "day_late"; did you mean "days_late"?',
            id="unknown fact",
        ),
        pytest.param(
            "{id: a, when: {fault: {over: ours}}, hand_over: agent}",
            'rules[0].when.fault.over: unknown comparison "over"',
            id="order where there is none",
        ),
        pytest.param(
            "{id: a, when: {days_since: {fault: {over: 3}}}, hand_over: agent}",
            'rules[0].when.days_since.fault: unknown fact of type date "fault"',
            id="days since a choice",
        ),
        pytest.param(
            "{id: a, when: {fault: theri}, hand_over: agent}",
            'rules[0].when.fault: unknown value of fault "theri"; did you mean "theirs"?',
            id="unknown choice",
        ),
        pytest.param(
            "{id: a, when: {own_error: forse}, hand_over: agent}",
            'rules[0].when.own_error: expected yes or no, found "forse"',
            id="neither yes nor no",
        ),
        pytest.param(
            "{id: a, when: always, promise: {what: {it: x}, within: 2 moons}}",
            "rules[0].promise.within: expected a span",
            id="span",
        ),
        pytest.param(
            "{id: a, when: always, hand_over: boss}", 'rules[0].hand_over: unknown role "boss"', id="role"
        ),
    ],
)
def test_a_wrong_rule_is_refused(rule: str, problem: str) -> None:
    found = problems_after_head(f"rules: [{rule}]\n")
    assert found[0].startswith(problem)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        pytest.param(
            "ladder: [{vaucher: 5 EUR}]", 'ladder[0].vaucher: unknown remedy "vaucher"', id="ladder"
        ),
        pytest.param(
            "limits: {per_order: two}", 'limits.per_order: unknown value of per_order "two"', id="per order"
        ),
        pytest.param(
            "approval: {agent: 50 EUR, supervisor: 20 EUR, admin: no limit}",
            "approval: supervisor may approve less than agent",
            id="approval upside down",
        ),
        pytest.param("approval: {agent: 50 EUR}", 'approval: "supervisor" is missing', id="approval in part"),
        pytest.param(
            "presume: {fault: {late: ours}}", 'presume.fault.late: unknown complaint type "late"', id="type"
        ),
        pytest.param(
            "presume: {fautl: ours}", 'presume.fautl: unknown fact "fautl"; did you mean "fault"?', id="fact"
        ),
        pytest.param(
            "deadlines: {urgent: 1 hour}", 'deadlines.urgent: unknown urgency "urgent"', id="urgency"
        ),
        pytest.param('hours: {mon: ["9-13"]}', "hours.mon[0]: expected hours", id="hours"),
        pytest.param(
            'hours: {mon: ["9:00-13:00", "12:00-15:00"]}', "hours.mon: the intervals overlap", id="overlap"
        ),
        pytest.param(
            'hours: {mon-fri: ["9:00-13:00"], tue: ["9:00-13:00"]}', "hours.tue: tue already", id="twice"
        ),
        pytest.param('hours: {lun: ["9:00-13:00"]}', "hours.lun: expected a day", id="day"),
        pytest.param(
            'hours: {mon: ["9:00-13:00"], holidays: XX}', "hours.holidays: no calendar", id="holidays"
        ),
        pytest.param(
            'hours: {mon: ["9:00-13:00"], closed: [2027-08-20..2027-08-10]}',
            "hours.closed[0]: expected a day or",
            id="closed backwards",
        ),
        pytest.param("hours: {holidays: IT}", "hours: no day is open", id="never open"),
        pytest.param(
            'hours: {mon: ["9:00-13:00"], patron: 13-07}',
            "hours.patron: expected a day of every",
            id="patron",
        ),
        pytest.param(
            'hours: {mon: ["9:00-13:00"], patron: [12-07, 06-31]}', "hours.patron[1]: expected", id="patrons"
        ),
        pytest.param(
            'hours: {seasons: [{from: 06-01, mon: ["9:00-13:00"]}]}',
            'hours.seasons[0]: "to" is missing',
            id="season without end",
        ),
        pytest.param(
            "hours: {seasons: [{from: 06-01, to: 09-15}]}",
            "hours.seasons[0]: no day is open",
            id="season without opening",
        ),
        pytest.param(
            'hours: {seasons: [{from: 06-01, to: 09-15, lun: ["9:00-13:00"]}]}',
            "hours.seasons[0].lun: expected a day such as sat or mon-fri, from or to",
            id="day in a season",
        ),
        pytest.param(
            'hours: {seasons: [{from: 11-01, to: 02-01, mon: ["9:00-13:00"]},'
            ' {from: 01-15, to: 03-01, mon: ["9:00-13:00"]}]}',
            "hours.seasons: two seasons share the 01-15",
            id="seasons that overlap",
        ),
        pytest.param(
            "emergency: [service_dwon]",
            'emergency[0]: unknown complaint type "service_dwon"; did you mean "service_down"?',
            id="emergency",
        ),
        pytest.param("on_call: {lun: [sara]}", "on_call.lun: expected always or a day", id="call day"),
        pytest.param(
            "on_call: {mon-fri: {20.00-8.00: [sara]}}",
            'on_call.mon-fri.20.00-8.00: expected hours such as "20:00-8:00", found "20.00-8.00"',
            id="on call with points",
        ),
        pytest.param(
            'on_call: {always: {"8:00-20:00": [sara], "20:00-25:00": [marco]}}',
            "on_call.always.20:00-25:00: expected hours",
            id="on call at no hour",
        ),
        pytest.param(
            'on_call: {always: {"8:00-8:00": [sara]}}',
            "on_call.always.8:00-8:00: expected hours",
            id="on call for no time",
        ),
        pytest.param("on_call: {sat: {}}", "on_call.sat: nobody is named", id="nobody on call"),
        pytest.param(
            'on_call: {sat: {"8:00-20:00": []}}', "on_call.sat.8:00-20:00: the list is empty", id="no names"
        ),
        pytest.param("deputy_approval: molto", "deputy_approval: expected", id="deputy"),
        pytest.param(
            "signals: {x: {count: claims, within: 3 days, then: {once: yes}}}", "signals.x: expected", id="s"
        ),
        pytest.param(
            "signals: {x: {count: claims, at_least: 1, within: 3 days, then: {once: yes}}}",
            "signals.x.at_least: one is no sign of anything",
            id="a signal from one message",
        ),
        pytest.param(
            "signals: {x: {count: claims, at_most: 3, within: 3 days, then: {once: yes}}}",
            "signals.x.at_most: few of these are in every history",
            id="a signal from nothing",
        ),
        pytest.param(
            "signals: {x: {count: cases, at_least: 3, within: 3 days, after_remedy: 2, then: {exit: yes}}}",
            "signals.x.after_remedy: after_remedy goes with count: claims",
            id="after what remedy",
        ),
        pytest.param(
            "signals: {x: {count: years_known, at_least: 3, within: 3 days, then: {exit: yes}}}",
            "signals.x.within: years_known looks back",
            id="years within days",
        ),
        pytest.param(
            "signals: {x: {count: years_known, at_least: 101, then: {exit: yes}}}",
            "signals.x.at_least: expected at most 100 years",
            id="more years than anybody",
        ),
        pytest.param(
            "signals: {x: {count: cases, at_least: 2, within: 3 days, then: {proof: [foto]}}}",
            'signals.x.then.proof[0]: unknown fact "foto"',
            id="proof by an unknown fact",
        ),
        pytest.param(
            "signals: {x: {count: cases, at_least: 2, within: 3 days, then: {proof: [order_value]}}}",
            'signals.x.then.proof[0]: nobody can be asked for "order_value"',
            id="proof by nobody",
        ),
        pytest.param(
            "signals: {x: {count: cases, at_least: 2, within: 3 days, then: {}}}",
            "signals.x.then: expected what changes",
            id="a signal that changes nothing",
        ),
        pytest.param(
            "concerns: bookings",
            'concerns: unknown thing "bookings"; did you mean "booking"?',
            id="concerns",
        ),
        pytest.param(
            "what_happened: {delivery_lat: {it: a}}",
            'what_happened.delivery_lat: unknown complaint type "delivery_lat"; did you mean',
            id="what happened",
        ),
        pytest.param("voice: {it: voi}", 'voice.it: unknown form of address "voi"', id="voice"),
        pytest.param('signature: "{agente}"', 'signature: unknown field "{agente}"', id="signature"),
        pytest.param(
            "owed: [{id: a, when: always, give: repair, source: x}]", 'rules[0].id: "a" is already', id="id"
        ),
        pytest.param(
            "owed: [{id: o, when: always, give: repair}]", 'owed[0]: "source" is missing', id="source"
        ),
    ],
)
def test_a_wrong_section_is_refused(section: str, problem: str) -> None:
    found = problems_after_head(RULE + section + "\n")
    assert found[0].startswith(problem)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        pytest.param("tone: {type: text, from: [agent]}", '"tone" already has a meaning', id="reserved name"),
        pytest.param("x: {type: choice, from: [agent]}", '"of" is missing', id="choice without values"),
        pytest.param(
            "x: {type: text, from: [agent], looks_like: [RS1001]}",
            '"looks_like" belongs to order_id only',
            id="looks of another fact",
        ),
        pytest.param(
            "x: {type: text, of: [a], from: [agent]}", '"of" belongs to facts of type choice', id="of"
        ),
        pytest.param(
            "x: {type: text, from: [agent], ask: {it: x}}", '"ask" is for what a customer', id="ask"
        ),
        pytest.param(
            "x: {type: text, from: [book], after: {ask: {it: x}}}", '"after" is for what', id="after"
        ),
        pytest.param("x: {type: text, from: [oracle]}", 'unknown source "oracle"', id="source"),
    ],
)
def test_a_wrong_fact_is_refused(fact: str, problem: str) -> None:
    head = HEAD.replace("facts:\n", f"facts:\n  {fact}\n")
    found = problems(head + RULE)
    assert len(found) == 1
    assert problem in found[0]


def test_an_example_of_an_order_number_needs_a_figure() -> None:
    head = HEAD.replace("order_id: {", "order_id: {looks_like: [RS1001, RSxx], ")
    (problem,) = problems(head + RULE)
    assert 'facts.order_id.looks_like[1]: "RSxx" is no example of an order number' in problem


def test_complaint_types_may_be_those_of_the_business() -> None:
    text = HEAD + "rules: [{id: a, when: {complaint: room_cold}, hand_over: agent}]\n"
    assert load_policy_text(text, "p.yaml", ("room_cold",)).rules[0].id == "a"
    assert 'unknown complaint type "room_cold"' in problems(text)[0]


def test_amounts_by_unit_of_a_fact_are_read() -> None:
    policy = policy_of("""
        owed:
          - id: indennizzo
            when: always
            give: {refund: 6 EUR per days_late, times: {business_line: 2}, at_most: 100 EUR}
            source: esempio
        rules: [{id: a, when: always, hand_over: agent}]
    """)
    remedy = policy.owed[0].give[0][0]
    assert remedy.amount is not None
    assert remedy.amount.facts == ("days_late", "business_line")
    assert remedy.amount.times == {"business_line": Decimal(2)}


def test_plain_words_are_not_taken_for_numbers_or_truth_values() -> None:
    policy = policy_of("""
        rules: [{id: no, when: {order_id: 0012}, because: yes, apologise: no}]
    """)
    rule = policy.rules[0]
    assert (rule.id, rule.because, rule.apologise) == ("no", "yes", False)
    assert [test.operands for test in single_tests(rule.when)] == [("0012",)]


def test_seasons_patrons_and_no_holidays_are_read() -> None:
    hours = policy_of(
        f"{RULE}hours:\n"
        '  mon-fri: ["9:00-13:00", "14:30-18:30"]\n'
        "  holidays: none\n"
        "  patron: [12-07, 06-24]\n"
        '  seasons: [{from: 12-20, to: 01-06, sat: ["9:00-12:00"]}]\n'
    ).hours
    assert hours.holidays is None
    assert hours.yearly_closed == {(12, 7), (6, 24)}
    assert [len(day) for day in hours.week] == [2, 2, 2, 2, 2, 0, 0]
    (season,) = hours.seasons
    assert (season.first, season.last) == ((12, 20), (1, 6))
    assert [len(day) for day in season.week] == [0, 0, 0, 0, 0, 1, 0]


def test_who_is_open_in_a_season_alone_needs_no_other_hours() -> None:
    hours = policy_of(RULE + 'hours: {seasons: [{from: 05-01, to: 09-30, mon-sun: ["8:00-23:00"]}]}\n').hours
    assert not any(hours.week)


DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2000, 12, 31))


@settings(deadline=None)
@given(DAYS, DAYS)
def test_a_season_is_read_as_it_was_written(first: date, last: date) -> None:
    ends = f"from: {first:%m-%d}, to: {last:%m-%d}"
    (season,) = policy_of(f'{RULE}hours: {{seasons: [{{{ends}, mon: ["9:00-13:00"]}}]}}\n').hours.seasons
    assert season.first == (first.month, first.day)
    assert season.last == (last.month, last.day)


def test_who_is_on_call_may_change_with_the_hours_of_the_day() -> None:
    policy = policy_of(
        f'{RULE}on_call:\n  mon-fri: {{"8:00-20:00": [Giulia, Sara], "20:00-8:00": [Sara]}}\n  sat: [Marco]\n'
    )
    day, night, saturday = policy.on_call
    assert (day.names, day.hours) == (("Giulia", "Sara"), Interval(start=480, end=1200))
    assert (night.names, night.hours) == (("Sara",), Interval(start=1200, end=1920))
    assert (saturday.names, saturday.hours) == (("Marco",), WHOLE_DAY)


def test_hours_on_call_that_cannot_be_are_named_with_their_place() -> None:
    text = HEAD + RULE + "on_call:\n  mon-fri:\n    20-8: [sara]\n"
    assert problems(text) == [
        'p.yaml:17:11: on_call.mon-fri.20-8: expected hours such as "20:00-8:00", found "20-8"'
    ]


OWED = "owed: [{{id: o, when: {when}, give: {{refund: 5 EUR}}, source: legge{more}}}]\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            OWED.format(when="{tone: angry}", more="") + RULE,
            "owed[0]: what is owed is owed whoever asks and however",
            id="owed by the tone",
        ),
        pytest.param(
            OWED.format(when="{not: {urgency: low}}", more="") + RULE,
            "owed[0]: what is owed is owed whoever asks and however",
            id="owed by the urgency",
        ),
        pytest.param(
            OWED.format(when="always", more=", since: 2026-01-02, until: 2026-01-01") + RULE,
            "owed[0].until: 2026-01-01 is before since (2026-01-02)",
            id="over before it began",
        ),
        pytest.param(
            "rules: [{id: a, when: {urgency: high}, give: {voucher: 5 EUR}}]\n",
            "rules[0]: a rule that reads the urgency may only hand_over or say answer and tier",
            id="given by the urgency",
        ),
        pytest.param(
            "rules: [{id: a, when: {urgency: low}, decline: {reason: {it: no}}}]\n",
            "rules[0]: a rule that reads the urgency may only hand_over or say answer and tier",
            id="refused by the urgency",
        ),
        pytest.param(
            "rules: [{id: a, when: always, give: {voucher: 6 EUR per days_late}}]\n",
            'rules[0].give.voucher: "per" and "times" count an indemnity and belong to owed',
            id="a favour by the day",
        ),
        pytest.param(
            "rules: [{id: a, when: always, give: {voucher: 6 EUR, times: {business_line: 2}}}]\n",
            'rules[0].give.voucher: "per" and "times" count an indemnity and belong to owed',
            id="a favour multiplied",
        ),
        pytest.param(
            RULE + "ladder: [{voucher: 6 EUR per days_late}]\n",
            'ladder[0].voucher: "per" and "times" count an indemnity and belong to owed',
            id="a step by the day",
        ),
        pytest.param(
            "rules: [{id: a, when: {months_since: {bought_on: {up_to: 999999}}}, hand_over: agent}]\n",
            "rules[0].when.months_since.bought_on.up_to: expected at most 1200 months",
            id="more months than a century has",
        ),
        pytest.param(
            RULE + "second_time: {within: 9999 years}\n",
            'second_time.within: expected at most 100 years, found "9999 years"',
            id="more than a century",
        ),
        pytest.param(
            RULE + "wait_for_answer: 9999 months\n",
            "wait_for_answer: expected at most 100 years",
            id="a wait of centuries",
        ),
        pytest.param(
            RULE + "worth: {gift: 5 EUR per month}\n",
            'worth.gift: "per month" is for what a free_period costs',
            id="a gift has no length",
        ),
        pytest.param(
            RULE + "worth: {free_period: 5 EUR per hour}\n",
            "worth.free_period: expected per day, week, month or year",
            id="by the hour",
        ),
        pytest.param(
            "rules: [{id: a, when: always, give: {voucher: 5 EUR, worth: 3 EUR}}]\n",
            'rules[0].give.worth: "worth" means nothing with this voucher',
            id="a sum costs what it says",
        ),
    ],
)
def test_what_a_policy_may_not_say_is_refused_with_its_place(text: str, problem: str) -> None:
    found = problems_after_head(text)
    assert found[0].startswith(problem)
    assert len(found) == 1


def test_a_version_accepted_once_is_not_refused_for_what_is_forbidden_since() -> None:
    text = (
        HEAD
        + OWED.format(when="{tone: angry}", more="")
        + (
            "rules: [{id: a, when: {urgency: high}, give: {voucher: 6 EUR per days_late}}]\n"
            "second_time: {within: 9999 years}\n"
        )
    )
    assert len(problems(text)) == 3
    assert load_policy_text(text, "p.yaml", accepted=True).rules[0].id == "a"
    with pytest.raises(PolicyFileError, match="unknown remedy"):
        load_policy_text(text.replace("voucher", "vaucher"), "p.yaml", accepted=True)


def test_a_fact_of_the_notation_keeps_its_type() -> None:
    head = HEAD.replace("facts:\n", "facts:\n  delivered_on: {type: text, from: [agent]}\n")
    (found,) = problems(head + RULE)
    assert '"delivered_on" is a date: months_since_delivery counts from it; found text' in found


@pytest.mark.parametrize(
    "rule",
    [
        "{id: a, when: {urgency: critical}, hand_over: supervisor}",
        "{id: a, when: {urgency: critical}, tier: supervisor}",
        "{id: a, when: {urgency: critical}, answer: mediate}",
    ],
)
def test_urgency_may_say_who_decides(rule: str) -> None:
    assert policy_of(f"rules: [{rule}]").rules[0].reads("urgency")
