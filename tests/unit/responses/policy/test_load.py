"""Loading a policy: what is read, and what its file must be."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decision import Duration, DurationUnit, RemedyKind, Role
from responses.hours import WHOLE_DAY, Interval
from responses.policy import Policy, PolicyFileError, load_policy, load_policy_text
from responses.policy.conditions import single_tests
from responses.policy.schema import Address, Audience, Codes, Concerns, Count, FactType, Supplier
from tests.unit.responses.policy.loaded import OWED, RULE, problems, problems_after_head
from tests.unit.responses.policy.policy_cases import HEAD, policy_of

EXAMPLE = Path(__file__).parent / "example.yaml"


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


def test_what_happened_is_said_by_what_is_known() -> None:
    text = """\
what_happened:
  service_down:
    it: il servizio è fermo da {days_late}
    fault: {ours: {it: la linea è caduta per noi, en: we cut the line}}
    business_line: {yes: {it: la linea del negozio è ferma}}
  delivery_late:
    business_line: {no: {it: la consegna a casa tarda}}
"""
    policy = load_policy_text(HEAD + RULE + text, "p.yaml")
    assert list(policy.what_happened.items()) == [
        (
            "service_down.fault.ours",
            {"it": "la linea è caduta per noi", "en": "we cut the line"},
        ),
        ("service_down.business_line.yes", {"it": "la linea del negozio è ferma"}),
        ("service_down", {"it": "il servizio è fermo da {days_late}"}),
        ("delivery_late.business_line.no", {"it": "la consegna a casa tarda"}),
    ]
    assert "what_happened.service_down.fault.ours" in policy.texts


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
