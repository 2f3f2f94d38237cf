import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.hours import Interval
from responses.policy import Policy, Severity, check, check_folder, load_policy, load_policy_text
from responses.policy.scalars import parse_times, parse_weekdays
from responses.policy.schema import OnCall
from responses.policy.shifts import uncovered
from tests.unit.responses.policy.policy_cases import HEAD, policy_of

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
SAMPLE = ROOT / "responses" / "policy" / "samples" / "negozio.yaml"
CATCH_ALL = "- {id: z, when: {act: complaint}, hand_over: agent}"
QUIET = """
voice: {it: lei}
approval: {agent: 30 EUR, supervisor: 200 EUR, admin: no limit}
second_time: {within: 180 days}
"""


def serious(policy: Policy) -> list[str]:
    """Errors and warnings without their place, texts being wanted in Italian only."""
    return [
        f"{finding.severity} {finding.key}: {finding.message}"
        for finding in check(policy, ("it",))
        if finding.severity is not Severity.INFO
    ]


def findings(rules: str, sections: str = "") -> list[str]:
    lines = "\n".join(f"  {line.strip()}" for line in rules.strip().splitlines())
    return serious(policy_of(f"rules:\n{lines}\n{QUIET}{sections}"))


def in_order(first: str, second: str) -> str:
    """Two rules with these conditions, and one for the rest."""
    rules = [
        f"- {{id: {name}, when: {when}, apologise: yes}}" for name, when in (("a", first), ("b", second))
    ]
    return "\n".join([*rules, CATCH_ALL])


def test_the_sample_is_without_error_or_warning() -> None:
    found = check(load_policy(SAMPLE))
    serious = [finding for finding in found if finding.severity is not Severity.INFO]
    # What its law says has to be looked up by the owner.
    assert [str(one) for one in serious if "nobody has verified it" not in one.message] == []
    told = {finding.key: finding.message for finding in found if finding.key.startswith("signals")}
    assert told == dict.fromkeys(
        ("signals.claims_without_order", "signals.no_purchase", "signals.buys_often"),
        "is counted in the order book: without one it is never raised",
    )


@pytest.mark.parametrize(
    ("sections", "warned"),
    [
        ("codes: ours\nvouchers: {valid: 12 months}\n", []),
        (
            "codes: loaded\nvouchers: {valid: 12 months}\n",
            [
                "warning vouchers: changes nothing: codes that you load end when you say "
                "(rimedio vouchers import --expires)"
            ],
        ),
    ],
    ids=["ours", "loaded"],
)
def test_how_long_codes_are_good_is_said_of_our_own(sections: str, warned: list[str]) -> None:
    assert findings(CATCH_ALL, sections) == warned


def test_a_signal_is_named_by_what_happened() -> None:
    signal = "{count: claims, at_least: 3, within: 60 days, then: {tier: supervisor}}"
    section = f"signals: {{incontentabile: {signal}, richieste_ripetute: {signal}}}\n"
    assert findings(CATCH_ALL, section) == [
        "warning signals.incontentabile: is a judgement: "
        "name it by what happened, the customer may ask to see it"
    ]


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (
            "{type: yes_no, from: [message, agent]}",
            ["a message supplies order_id and facts of type date, days, money; found yes_no"],
        ),
        (
            "{type: days, from: [message, agent]}",
            ["nothing says by which words a message names it: add ask, or words for it"],
        ),
        ("{type: days, from: [message, customer], ask: {it: da quanti giorni è ferma}}", []),
        ("{type: yes_no, from: [agent]}", []),
    ],
    ids=["type", "wordless", "worded", "agent"],
)
def test_what_no_message_can_supply_is_said(fact: str, told: list[str]) -> None:
    rules = "rules: [{id: a, when: {act: complaint, still: known}, apologise: yes}]\n"
    found = check(policy_of(rules, more=f"  still: {fact}\n"), ("it",))
    assert [one.message for one in found if one.key == "facts.still"] == told


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ("che cosa si è rotto (il telaio o il vetro)", []),
        (
            "che cosa si è rotto",
            [
                "the question does not list its options (it): add them in brackets, in the order of `of`;"
                " an agent says what answers in the customer's own words mean"
            ],
        ),
        (
            "che cosa si è rotto (il vetro o il telaio)",
            ["lists its options in another order than `of`: frame stands elsewhere"],
        ),
    ],
    ids=["listed", "not listed", "another order"],
)
def test_a_choice_that_customers_are_asked_lists_its_options_in_order(ask: str, told: list[str]) -> None:
    fact = f'{{type: choice, of: [frame, glass], from: [customer], ask: {{it: "{ask}"}}}}'
    words = "words: {it: {part: {is: 'è {}', frame: il telaio, glass: il vetro}}}\n"
    rules = f"{words}rules: [{{id: a, when: {{act: complaint, part: frame}}, apologise: yes}}]\n"
    found = check(policy_of(rules, more=f"  part: {fact}\n"), ("it",))
    assert [one.message for one in found if one.key.startswith("facts.part")] == told


def test_never_raising_where_nothing_is_raised_is_said() -> None:
    signal = "{count: claims, at_least: 3, within: 60 days, then: {never_raise: yes}}"
    policy = policy_of(
        f"rules: [{{id: a, when: {{act: complaint}}, apologise: yes}}]\nsignals: {{s: {signal}}}\n"
    )
    (found,) = (one for one in check(policy) if one.key.startswith("signals"))
    assert (found.severity, found.message) == (
        Severity.INFO,
        "changes nothing: second_time raises nothing",
    )


def test_looking_sooner_without_a_deadline_for_what_is_urgent_is_said() -> None:
    signal = "{count: claims, at_least: 3, within: 60 days, then: {sooner: yes}}"
    text = f"rules: [{{id: a, when: {{act: complaint}}, apologise: yes}}]\nsignals: {{s: {signal}}}\n"
    said = [
        [one.message for one in check(policy_of(text + deadlines)) if one.key.startswith("signals")]
        for deadlines in ("deadlines: {normal: 1 working day}\n", "deadlines: {high: 4 hours}\n")
    ]
    assert said == [['changes nothing: "deadlines" says nothing of high'], []]


def test_the_example_lacks_languages_only() -> None:
    found = check(load_policy(HERE / "example.yaml"))
    assert {finding.severity for finding in found} == {Severity.WARNING, Severity.INFO}
    warnings = [
        finding
        for finding in found
        if finding.severity is Severity.WARNING and "nobody has verified it" not in finding.message
    ]
    assert {finding.message for finding in warnings} == {"missing in es, fr, de"}
    assert (warnings[0].line, warnings[0].column) == (14, 61)
    assert str(warnings[0]).endswith(
        "example.yaml:14:61: warning: facts.photo_shows_damage.after.ask: missing in es, fr, de"
    )


def test_a_complaint_type_without_a_rule_is_a_gap() -> None:
    found = serious(policy_of("rules: [{id: a, when: {complaint: no_reply}, apologise: yes}]" + QUIET))
    assert len(found) == 13
    assert (
        "warning rules: no rule for a complaint of no known type: end with one for {act: complaint}" in found
    )
    assert "error rules: no rule for delivery_late: such a complaint is handed over" in found


def test_a_type_whose_rules_all_hang_on_facts_falls_through() -> None:
    rule = "rules: [{id: a, when: {complaint: no_reply, fault: ours}, apologise: yes}]"
    found = check(policy_of(rule + QUIET), ("it",), ("no_reply",))
    assert [finding.message for finding in found if finding.severity is Severity.WARNING] == [
        "no_reply is handed over when none of its rules holds: add a last one without facts",
        "no rule for a complaint of no known type: end with one for {act: complaint}",
    ]


def test_a_manner_rule_closes_no_gap_and_hides_no_rule() -> None:
    assert findings(f"- {{id: a, when: always, tier: supervisor}}\n{CATCH_ALL}") == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("{act: complaint}", "{complaint: no_reply}", id="a catch-all first"),
        pytest.param("always", "{complaint: no_reply, ask: refund}", id="always first"),
        pytest.param("{days_late: {over: 3}}", "{days_late: {over: 5}}", id="a lower bound first"),
        pytest.param("{days_late: {at_least: 5}}", "{days_late: {over: 5}}", id="at least before over"),
        pytest.param("{days_late: {up_to: 5}}", "{days_late: 4}", id="a bound before a value"),
        pytest.param("{days_late: {not: 4}}", "{days_late: {over: 5}}", id="not a value before a bound"),
        pytest.param(
            "{fault: {not: theirs}}", "{fault: ours, days_late: {over: 1}}", id="not theirs before ours"
        ),
        pytest.param("{fault: [ours, courier]}", "{fault: courier}", id="a list before one of it"),
        pytest.param("{fault: {not: ours}}", "{fault: {not: [ours, theirs]}}", id="fewer exclusions first"),
        pytest.param("{order_id: known}", "{order_id: RS1}", id="known before a value"),
    ],
)
def test_a_rule_that_an_earlier_one_covers_is_never_reached(first: str, second: str) -> None:
    found = findings(in_order(first, second))
    assert 'error rules[1]: "b" is never reached: a comes first' in found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            "{complaint: no_reply}", "{complaint: [no_reply, item_wrong]}", id="another type is left"
        ),
        pytest.param("{act: complaint}", "{ask: refund}", id="requests are left"),
        pytest.param("always", "{ask: refund}", id="requests are left by what says nothing of them"),
        pytest.param("{days_late: {known: no}}", "{days_late: {over: 5}}", id="what is known is left"),
        pytest.param("{days_late: {over: 5}}", "{days_late: {at_least: 5}}", id="the bound itself is left"),
        pytest.param("{fault: ours}", "{fault: {not: theirs}}", id="the courier is left"),
        pytest.param("{fault: ours, photo: yes}", "{fault: ours}", id="no photo is left"),
        pytest.param(
            "{any_of: [{fault: ours}, {photo: yes}]}", "{fault: ours}", id="too deep to see through"
        ),
    ],
)
def test_a_rule_with_something_left_to_it_is_reached(first: str, second: str) -> None:
    found = findings(in_order(first, second))
    assert [line for line in found if line.startswith("error rules[1]")] == []


def test_rules_for_each_type_together_cover_one_for_all() -> None:
    rules = """
        - {id: a, when: {complaint: no_reply}, apologise: yes}
        - {id: b, when: {complaint: item_wrong}, apologise: yes}
        - {id: c, when: {complaint: [no_reply, item_wrong], fault: ours}, apologise: yes}
    """
    assert 'error rules[2]: "c" is never reached: a, b comes first' in findings(rules + CATCH_ALL)


@pytest.mark.parametrize(
    "when",
    [
        pytest.param("{days_late: {over: 5, under: 3}}", id="over and under"),
        pytest.param("{fault: ours, not: {fault: ours}}", id="is and is not"),
        pytest.param("{complaint: no_reply, all_of: [{complaint: item_wrong}]}", id="two types in one run"),
    ],
)
def test_conditions_that_never_hold_are_errors(when: str) -> None:
    found = findings(f"- {{id: a, when: {when}, apologise: yes}}\n{CATCH_ALL}")
    assert any(line.startswith("error rules[0].when: never holds") for line in found)


def test_two_asks_may_both_be_there() -> None:
    rule = "- {id: a, when: {ask: refund, all_of: [{ask: replacement}]}, apologise: yes}"
    assert findings(f"{rule}\n{CATCH_ALL}") == []


@pytest.mark.parametrize(
    ("rule", "sections", "message"),
    [
        pytest.param(
            "when: {complaint: no_reply}, give: {voucher: 5 EUR}",
            "",
            "warning rules[0].give: is given whoever is at fault: let the rule read fault or own_error",
            id="whoever is at fault",
        ),
        pytest.param(
            "when: {fault: ours}, give: {voucher: 50 EUR}",
            "limits: {per_case: 30 EUR}",
            "warning rules[0].give: 50 EUR is above limits.per_case (30 EUR)",
            id="above the case limit",
        ),
        pytest.param(
            "when: {fault: ours}, give: {voucher: 50 EUR}",
            "limits: {per_customer: {total: 40 EUR, every: 90 days}}",
            "warning rules[0].give: 50 EUR is above limits.per_customer.total (40 EUR): "
            "a supervisor approves it every time",
            id="above the total of a customer",
        ),
        pytest.param(
            "when: {fault: ours}, give: {voucher: 50 EUR}",
            "limits: {budget: {day: 40 EUR}}",
            "warning rules[0].give: 50 EUR is above limits.budget.day (40 EUR): "
            "a supervisor approves it every time",
            id="above the day's budget",
        ),
        pytest.param(
            "when: {fault: ours}, apologise: yes",
            "ladder: [{voucher: 5 EUR}, {voucher: 50 EUR}]\nlimits: {budget: {month: 40 EUR}}",
            "warning ladder[1]: 50 EUR is above limits.budget.month (40 EUR): "
            "a supervisor approves it every time",
            id="a step above the month's budget",
        ),
        pytest.param(
            "when: {fault: ours}, apologise: yes",
            "limits: {budget: {day: 40 EUR, month: 30 EUR}}",
            "warning limits.budget.month: 30 EUR for a month is less than 40 EUR for a day: "
            "the day's is never reached",
            id="a month's budget below a day's",
        ),
        pytest.param(
            "when: {fault: ours}, give: {gift: {it: un fiore}}",
            "",
            "warning rules[0].give: what gift costs is not in worth: a supervisor approves it every time",
            id="worth nobody knows",
        ),
        pytest.param(
            "when: {fault: ours}, give: {discount: 10%}",
            "",
            "warning rules[0].give: a percentage without at_most, and limits.per_case does not bound it",
            id="a share without a bound",
        ),
        pytest.param(
            "when: {fault: ours}, give: {all_of: [{voucher: 5 EUR}, {refund: 5 EUR}]}",
            "limits: {per_order: one goodwill remedy per failure}",
            "warning rules[0].give: only the first is given: limits.per_order allows one",
            id="two gifts",
        ),
        pytest.param(
            "when: {fault: ours}, give: {words: {en: sorry}}",
            "",
            "error rules[0].give.words: missing in it: others fall back on it",
            id="the house language",
        ),
        pytest.param(
            "when: {fault: ours}, give: {words: {it: (le|ti) aspettiamo | a presto}}",
            "",
            "warning rules[0].give.words: it: a | that separates nothing; "
            "how customers are addressed is written (le|ti)",
            id="a form of address without its brackets",
        ),
        pytest.param(
            "when: {fault: ours}, apologise: yes",
            "ladder: [{voucher: 10 EUR}, {voucher: 5 EUR}]",
            "warning ladder[1]: 5 EUR is no more than the step below",
            id="a ladder that goes down",
        ),
    ],
)
def test_what_the_owner_may_not_have_meant(rule: str, sections: str, message: str) -> None:
    assert findings(f"- {{id: a, {rule}}}\n{CATCH_ALL}", sections) == [message]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("customer", "nobody can supply it: say with ask", id="customer without a question"),
        pytest.param("message", "when it is not in the message nobody can supply it", id="message only"),
    ],
)
def test_facts_nobody_can_supply_are_errors(source: str, message: str) -> None:
    found = serious(policy_of(f"rules:\n  {CATCH_ALL}\n{QUIET}", price_from=source))
    assert len(found) == 1
    assert found[0].startswith(f"error facts.order_value: {message}")


def test_findings_come_in_the_order_of_the_file() -> None:
    found = check(load_policy(HERE / "example.yaml"))
    assert [(finding.line, finding.column) for finding in found] == sorted(
        (finding.line, finding.column) for finding in found
    )


def test_loading_and_checking_needs_nothing_heavy() -> None:
    program = (
        "import sys; from pathlib import Path; from responses.policy import check, load_policy;"
        f"check(load_policy(Path({str(SAMPLE)!r})));"
        "print([name for name in ('torch', 'sqlalchemy', 'transformers', 'numpy', 'pydantic') "
        "if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    ("on_call", "gaps"),
    [
        pytest.param("{mon-fri: [sara]}", "sat-sun 0:00-24:00", id="days"),
        pytest.param('{always: {"20:00-8:00": [sara]}}', "mon-sun 8:00-20:00", id="every day"),
        pytest.param(
            '{mon-fri: {"20:00-8:00": [sara]}, sat-sun: [marco]}',
            "mon 0:00-20:00, tue-fri 8:00-20:00",
            id="a night is of the day it begins on",
        ),
        pytest.param(
            '{always: {"8:00-13:00": [sara], "14:00-8:00": [marco]}}', "mon-sun 13:00-14:00", id="noon"
        ),
    ],
)
def test_hours_at_which_nobody_is_on_call_are_named(on_call: str, gaps: str) -> None:
    assert findings(CATCH_ALL, f"on_call: {on_call}\n") == [
        f"warning on_call: nobody is on call {gaps}: what is critical then rings with the admins"
    ]


@pytest.mark.parametrize(
    "on_call",
    [
        "{always: [sara]}",
        '{always: {"8:00-20:00": [sara], "20:00-8:00": [marco]}}',
        '{mon-fri: {"0:00-24:00": [sara]}, sat: {"0:00-12:00": [sara], "12:00-0:00": [marco]}, sun: [marco]}',
        '{mon-sun: {"10:00-9:00": [sara], "9:00-18:00": [marco]}}',
    ],
)
def test_a_week_with_somebody_on_call_at_every_hour_is_quiet(on_call: str) -> None:
    assert findings(CATCH_ALL, f"on_call: {on_call}\n") == []


_TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda at: at[0] * 60 + at[1])
_SHIFTS = st.lists(
    st.builds(
        lambda days, start, length: OnCall(
            days=days, names=("sara",), hours=Interval(start=start, end=start + length)
        ),
        st.frozensets(st.integers(0, 6), min_size=1),
        _TIMES,
        st.integers(1, 24 * 60),
    ),
    max_size=4,
)


@given(_SHIFTS, st.integers(0, 6), _TIMES)
def test_a_minute_is_named_as_uncovered_exactly_when_no_shift_holds(
    shifts: list[OnCall], weekday: int, minute: int
) -> None:
    gaps = [gap.split(" ") for gap in uncovered(shifts)]
    named = [
        times
        for days, hours in gaps
        if weekday in (parse_weekdays(days) or ()) and (times := parse_times(hours)) is not None
    ]
    inside = any(start <= minute < end for start, end in named)
    assert inside is not any(shift.holds_at(weekday, minute) for shift in shifts)


TODAY = date(2026, 11, 23)


def about_owed(owed: str, rule: str, sections: str = "") -> list[str]:
    text = f"owed: [{{id: o, source: legge, {owed}}}]\nrules:\n  - {{id: a, {rule}}}\n  {CATCH_ALL}\n{QUIET}"
    return serious(policy_of(text + sections))


@pytest.mark.parametrize(
    ("owed", "rule", "message"),
    [
        pytest.param(
            "when: {complaint: item_damaged}, give: repair",
            "when: {complaint: item_damaged, fault: ours}, decline: {reason: {it: no}}",
            'warning rules[0].decline: says no where something is owed: "o" holds whenever this does',
            id="a refusal of what is owed",
        ),
        pytest.param(
            "when: {complaint: item_damaged}, give: {any_of: [repair, replacement]}",
            "when: {complaint: item_damaged, fault: ours}, give: {replacement: yes, worth: 5 EUR}",
            'warning rules[0].give: replacement is never a favour here: "o" owes it whenever this holds',
            id="a favour that is owed",
        ),
    ],
)
def test_rules_against_what_is_owed_are_told(owed: str, rule: str, message: str) -> None:
    assert about_owed(owed, rule) == [message]


def test_a_refusal_of_what_is_owed_only_at_times_is_quiet() -> None:
    owed = "when: {complaint: item_damaged, fault: ours}, give: repair"
    assert about_owed(owed, "when: {complaint: item_damaged}, decline: {reason: {it: no}}") == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        pytest.param(
            "when: {language: de, fault: ours}, give: {voucher: 5 EUR}",
            "gives by the language: who writes in another one gets something else",
            id="language",
        ),
        pytest.param(
            "when: {ask: discount, fault: ours}, give: {voucher: 5 EUR}",
            "gives to who asks for a discount and not to who does not",
            id="asking for a discount",
        ),
    ],
)
def test_who_gets_more_by_how_it_is_asked_is_told(rule: str, message: str) -> None:
    assert findings(f"- {{id: a, {rule}}}\n{CATCH_ALL}") == [f"warning rules[0].when: {message}"]


BY_ASK = (
    "error owed[0].when: owes by what is asked for: "
    "of a complaint it is owed whether or not anybody asks for it"
)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        pytest.param("{complaint: refund_missing, ask: refund}", [BY_ASK], id="ask"),
        pytest.param("{ask: {not: cancellation}}", [BY_ASK], id="not ask"),
        pytest.param(
            "{language: [it, en]}",
            ["error owed[0].when: owes by the language: what is owed is owed in every one"],
            id="language",
        ),
        pytest.param("{act: request, ask: cancellation}", [], id="a request is its asking"),
    ],
)
def test_what_is_owed_only_to_some_is_an_error(when: str, told: list[str]) -> None:
    found = findings(CATCH_ALL, f"owed: [{{id: o, when: {when}, give: repair, source: legge}}]\n")
    assert [line for line in found if "owes by" in line] == told


def test_what_is_presumed_is_never_unknown() -> None:
    rule = "- {id: a, when: {fault: {known: no}}, apologise: yes}"
    assert findings(f"{rule}\n{CATCH_ALL}", "presume: {fault: ours}\n") == [
        "error rules[0].when: never holds: fault is presumed, and so always known"
    ]


@pytest.mark.parametrize(
    ("complaint", "told"),
    [
        ("item_wrong", ["error rules[0].when: never holds: fault is presumed, and so always known"]),
        ("[item_wrong, no_reply]", []),
    ],
)
def test_what_is_presumed_for_a_type_is_never_unknown_in_it(complaint: str, told: list[str]) -> None:
    rule = f"- {{id: a, when: {{complaint: {complaint}, fault: {{known: no}}}}, apologise: yes}}"
    assert findings(f"{rule}\n{CATCH_ALL}", "presume: {fault: {item_wrong: ours}}") == told


@pytest.mark.parametrize(
    ("give", "named"),
    [
        ("{voucher: 20 EUR}", "voucher"),
        ("{one_of: [{discount: 10%}, {refund: 20 EUR}]}", "discount"),
        ("{all_of: [{refund: 20 EUR}, {voucher: 5 EUR}]}", "voucher"),
    ],
)
def test_a_voucher_in_the_place_of_what_is_owed_is_told(give: str, named: str) -> None:
    owed = f"owed:\n  - {{id: o, when: {{complaint: item_wrong}}, give: {give}, source: legge}}\n"
    (found,) = findings(CATCH_ALL, owed)
    assert found.startswith(f"warning owed[0].give: owes a {named} to who has not asked for one")


@pytest.mark.parametrize(
    "give", ["{any_of: [{refund: 20 EUR}, {voucher: 25 EUR}]}", "{discount: 10%, of: order}"]
)
def test_a_voucher_that_the_customer_may_pick_is_quiet(give: str) -> None:
    owed = f"owed:\n  - {{id: o, when: {{complaint: item_wrong}}, give: {give}, source: legge}}\n"
    assert findings(CATCH_ALL, owed) == []


@pytest.mark.parametrize(("effective", "told"), [("2026-11-30", True), ("2026-11-29", False)])
def test_a_day_still_to_come_is_told(effective: str, *, told: bool) -> None:
    text = HEAD.replace("effective: 2025-01-01", f"effective: {effective}") + f"rules:\n  {CATCH_ALL}\n"
    found = check(load_policy_text(text, "p.yaml"), ("it",), today=date(2026, 11, 29))
    said = [one.message for one in found if one.key == "effective"]
    assert said == (["judges nothing that happens before 2026-11-30"] if told else [])


def test_known_and_not_known_never_hold_together() -> None:
    when = "{days_late: {over: 5}, not: {days_late: known}}"
    found = findings(f"- {{id: a, when: {when}, apologise: yes}}\n{CATCH_ALL}")
    assert any(line.startswith("error rules[0].when: never holds") for line in found)


def test_dates_that_have_gone_by_are_told() -> None:
    policy = load_policy_text(
        HEAD.replace("2025-01-01", "2021-01-01")
        + "owed:\n  - {id: o, when: always, give: repair, source: legge, until: 2026-11-22}\n"
        + "  - {id: p, when: always, give: repair, source: legge, since: 2026-11-24}\n"
        + f"rules:\n  {CATCH_ALL}\n"
        + 'hours: {mon: ["9:00-13:00"], closed: [2026-08-10..2026-08-20, 2026-11-23]}\n',
        "prova.yaml",
    )
    told = [
        f"{finding.severity} {finding.key}: {finding.message}"
        for finding in check(policy, ("it",), today=TODAY)
        if finding.key in ("effective", "owed[0].until", "owed[1].since")
        or finding.key.startswith("hours.closed")
    ]
    assert told == [
        "info effective: in force since 2021-01-01: look through it, or give it today's date",
        "warning owed[0].until: has not been in force since 2026-11-22",
        "info owed[1].since: is not in force before 2026-11-24",
        "info hours.closed[0]: is over since 2026-08-20",
    ]


def test_two_files_for_one_audience_from_one_day_are_an_error() -> None:
    text = HEAD + f"rules:\n  {CATCH_ALL}\n"
    one, same = load_policy_text(text, "a.yaml"), load_policy_text(text, "b.yaml")
    later = load_policy_text(text.replace("2025-01-01", "2026-01-01"), "c.yaml")
    others = load_policy_text(text.replace("effective", "audience: colleague\neffective"), "d.yaml")
    assert [str(finding) for finding in check_folder([one, same, later, others])] == [
        "b.yaml:2:1: error: effective: a.yaml is for the same audience (customer) from the same day"
    ]


def test_one_sum_for_periods_of_several_lengths_is_told() -> None:
    rules = """
        - {id: a, when: {complaint: no_reply, fault: ours}, give: {free_period: 1 month}}
        - {id: b, when: {fault: ours}, give: {free_period: 2 months}}
    """
    told = (
        "warning worth.free_period: is one sum for periods of several lengths: write what it costs per month"
    )
    assert findings(rules + CATCH_ALL, "worth: {free_period: 20 EUR}\n") == [told]
    assert findings(rules + CATCH_ALL, "worth: {free_period: 20 EUR per month}\n") == []


def test_of_each_remedy_that_says_what_it_costs_nothing_is_missing() -> None:
    rule = "- {id: a, when: {fault: ours}, give: {gift: {it: un fiore}, worth: 4 EUR}}"
    assert findings(f"{rule}\n{CATCH_ALL}") == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("Codice civile, art. 2033 — esempio, da verificare", True),
        ("Codice civile, art. 2033 (non verificato)", True),
        ("Codice civile, art. 2033, confrontato il 28.11.2026 con una copia — esempio, da verificare", True),
        ("Condizioni, punto 4, verificate il: mai", True),
        ("Codice del consumo, art. 65 — mai; cercato invano il 28.11.2026", True),
        ("Consumer Rights Act, s. 23, sought in vain on 28 November 2026", True),
        ("Consumer Rights Act, s. 23: to be verified", True),
        ("Consumer Rights Act, s. 23, not verified", True),
        ("Codice civile, art. 2033, verificato il 14.1.2027 da avv. Neri", False),
        ("Consumer Rights Act, s. 23, verified on 14 January 2027", False),
        ("legge", False),
    ],
)
def test_what_is_owed_by_a_source_that_nobody_has_verified_is_told(source: str, *, told: bool) -> None:
    owed = f'owed: [{{id: o, when: {{fault: ours}}, give: repair, source: "{source}"}}]\n'
    found = [one for one in findings(CATCH_ALL, owed) if "owed[0].source" in one]
    assert [one.startswith("warning owed[0].source: its source says") for one in found] == [True] * told


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            "deadlines: {critical: 3 working days, high: 4 hours, normal: 5 working days}",
            "deadlines.critical",
        ),
        ("deadlines: {high: 2 working days, low: 1 working day}", "deadlines.high"),
        ("deadlines: {critical: 1 hour, high: 4 hours, normal: 1 working day, low: 3 working days}", None),
        ("limits: {share_of_price: 1500%}", "limits.share_of_price"),
        ("limits: {share_of_price: 150%}", None),
    ],
)
def test_terms_the_wrong_way_round_and_shares_beyond_reason_are_said(sections: str, said: str | None) -> None:
    found = findings(CATCH_ALL, f"{sections}\n")
    about = [one.split()[1].rstrip(":") for one in found if "deadlines" in one or "of the price" in one]
    assert about == ([] if said is None else [said])
