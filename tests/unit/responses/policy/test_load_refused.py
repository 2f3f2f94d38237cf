"""Loading a policy: what may not stand in it is refused with its place."""

import pytest

from tests.unit.responses.policy.loaded import OWED, RULE, problems, problems_after_head
from tests.unit.responses.policy.policy_cases import HEAD


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
            "{id: a, when: always, give: {voucher: 0 EUR}}",
            'rules[0].give.voucher: expected more than nothing, found "0 EUR"',
            id="nothing",
        ),
        pytest.param(
            "{id: a, when: always, give: {refund: 20%, at_most: 0 EUR}}",
            'rules[0].give.at_most: expected more than nothing, found "0 EUR"',
            id="up to nothing",
        ),
        pytest.param(
            "{id: a, when: always, give: {voucher: -5 EUR}}",
            'rules[0].give.voucher: expected an amount: "10 EUR"',
            id="less than nothing",
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
        pytest.param(
            "what_happened: {service_down: {it: 'da {days_dow}'}}",
            'what_happened.service_down: unknown fact "{days_dow}"',
            id="a value that no fact has",
        ),
        pytest.param(
            "what_happened: {service_down: {it: 'da {explanation}'}}",
            'what_happened.service_down: "{explanation}" is of type text, expected days or money',
            id="a value that is not said",
        ),
        pytest.param(
            "what_happened: {service_down: {what_is_dow: {spa: {it: a}}}}",
            'what_happened.service_down.what_is_dow: unknown fact "what_is_dow"',
            id="what happened by no fact",
        ),
        pytest.param(
            "what_happened: {service_down: {explanation: {yes: {it: a}}}}",
            'what_happened.service_down.explanation: "explanation" is of type text',
            id="what happened by a text",
        ),
        pytest.param(
            "what_happened: {service_down: {}}",
            "what_happened.service_down: the text is missing in every language",
            id="nothing happened",
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


def test_hours_on_call_that_cannot_be_are_named_with_their_place() -> None:
    text = HEAD + RULE + "on_call:\n  mon-fri:\n    20-8: [sara]\n"
    assert problems(text) == [
        'p.yaml:17:11: on_call.mon-fri.20-8: expected hours such as "20:00-8:00", found "20-8"'
    ]


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
