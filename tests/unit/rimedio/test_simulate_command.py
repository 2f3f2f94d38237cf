"""`rimedio policy simulate` as a user meets it, with files as they come."""

import csv
import gc
import io
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from responses.policy.replay import Past
from rimedio import histories
from rimedio.cli import app
from rimedio.histories import in_time_order, plain_number
from rimedio.simulation_progress import watching

_RULES = """\
policy: prova
effective: 2025-01-01
currency: EUR
timezone: Europe/Rome
facts:
  fault: {type: choice, of: [ours, theirs], from: [agent]}
  days_late: {type: days, from: [agent]}
  order_value: {type: money, from: [book]}
  order_id: {type: text, from: [book]}
  photo: {type: yes_no, from: [agent]}
rules:
  - id: ritardo
    when: {complaint: delivery_late, days_late: {over: 5}}
    give: {voucher: 10 EUR}
  - id: rotto
    when: {complaint: item_damaged, photo: yes}
    give: {refund: 50%}
  - id: altro
    when: {act: complaint}
    hand_over: agent
limits: {budget: {day: 15 EUR}}
"""
HEADER = "cliente;data;act;complaint_types;order_value;giorni;photo"
LABELLED = """\
anna;03/11/2026;complaint;delivery_late;20,00 €;8;
bruno;03/11/2026;complaint;delivery_late;1.234,50;9;
carla;28/11/2026;complaint;item_damaged;"40,00";;true
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    code: int
    shown: str
    said: str


class Shop:
    """A folder with a policy and tables in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file("new.yaml", _RULES)
        self.file("old.yaml", _RULES.replace("voucher: 10", "voucher: 4"))

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def simulates(self, *words: str) -> Ran:
        done = CliRunner().invoke(app, ["policy", "simulate", *words, "--policy", "new.yaml"])
        return Ran(code=done.exit_code, shown=done.stdout, said=done.stderr)

    def figures(self, name: str) -> list[dict[str, str]]:
        with (self.folder / "figures" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("RIMEDIO_LANGUAGE", "en")
    return Shop(tmp_path)


def test_an_export_as_spreadsheets_write_it_is_counted(shop: Shop) -> None:
    shop.file("labelled.csv", f"{HEADER}\n{LABELLED}")
    ran = shop.simulates("labelled.csv", "--map", "days_late=giorni", "--csv", "figures")
    assert ran.code == 0, ran.said
    assert "3 cases, from 3 November 2026 to 28 November 2026" in ran.shown
    costs = {row["complaint_type"]: (row["cases"], row["cost"]) for row in shop.figures("costs.csv")}
    assert costs == {"delivery_late": ("2", "20.00"), "item_damaged": ("1", "20.00")}
    assert [(row["day"], row["over"]) for row in shop.figures("budget.csv")] == [
        ("2026-11-03", "true"),
        ("2026-11-28", "true"),
    ]


def test_guessed_columns_are_said(shop: Shop) -> None:
    shop.file("labelled.csv", f"{HEADER}\n{LABELLED}")
    said = shop.simulates("labelled.csv").said
    assert "customer = 'cliente'" in said
    assert "date = 'data'" in said
    assert "order_value = 'order_value'" in said
    assert "no column holds the case's number" in said


def test_two_policies_are_compared_case_by_case(shop: Shop) -> None:
    shop.file("labelled.csv", f"{HEADER}\n{LABELLED}")
    words = ("--against", "old.yaml", "--map", "days_late=giorni", "--csv", "figures", "--html", "out.html")
    ran = shop.simulates("labelled.csv", *words)
    assert ran.code == 0, ran.said
    assert "+€12.00" in ran.shown
    assert [(row["case"], row["change"], row["difference"]) for row in shop.figures("changes.csv")] == [
        ("3", "more", "6.00"),
        ("2", "more", "6.00"),
    ]
    page = (shop.folder / "out.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert "<script" not in page
    assert "src=" not in page


SIGNALS = """\
signals:
  claims: {count: claims, at_least: 3, within: 60 days, after_remedy: 2, then: {once: yes}}
  threats: {count: cases_with_threat, at_least: 2, within: 60 days, then: {tier: supervisor}}
  orders: {count: paid_orders, at_most: 0, within: 365 days, then: {show_worth: yes}}
"""
LOUD = """\
cliente,data,act,complaint_types,days_late,tone,urgency{head}
anna,2026-11-01,complaint,delivery_late,8,abusive,critical{words}
bruno,2026-11-02,complaint,delivery_late,8,abusive,critical{words}
anna,2026-11-10,complaint,delivery_late,8,calm,normal{calm}
anna,2026-11-20,complaint,delivery_late,8,abusive,critical{words}
"""


def test_signals_are_counted_by_customer_and_what_they_change_is_told(shop: Shop) -> None:
    shop.file("new.yaml", _RULES + SIGNALS)
    words, calm = ",Vengo in sede e vi spacco la faccia", ",Di nuovo in ritardo"
    shop.file("labelled.csv", LOUD.format(head=",testo", words=words, calm=calm))
    ran = shop.simulates("labelled.csv", "--csv", "figures")
    assert "text = 'testo'" in ran.said
    assert "never raised: orders" in ran.said
    assert "Signals for 1 customers. All cases together cost €30.00; without" in ran.shown
    names = ("signal", "cases", "customers", "customers_changed", "cost", "unheeded")
    assert [tuple(row[name] for name in names) for row in shop.figures("signals.csv")] == [
        ("claims", "1", "1", "1", "0", "10.00"),
        ("threats", "1", "1", "1", "0", "10.00"),
        ("orders", "0", "0", "0", "0", "0"),
    ]


def test_without_the_words_no_threat_is_told_and_that_is_said(shop: Shop) -> None:
    shop.file("new.yaml", _RULES + SIGNALS)
    shop.file("labelled.csv", LOUD.format(head="", words="", calm=""))
    ran = shop.simulates("labelled.csv", "--csv", "figures")
    assert "(--text-column): threats cannot be told, never raised: threats" in ran.said
    assert [row["cases"] for row in shop.figures("signals.csv")] == ["1", "0", "0"]


def test_rows_that_cannot_be_used_are_told_with_their_lines(shop: Shop) -> None:
    broken = "dora;ieri;complaint;delivery_late;;9;\nelio;04/11/2026;lament;;;;\nfabio;04/11/2026;complaint\n"
    shop.file(
        "labelled.csv", f"{HEADER}\n{LABELLED}{broken}gina;04/11/2026;complaint;delivery_late;boh;molti;\n"
    )
    ran = shop.simulates("labelled.csv", "--map", "days_late=giorni")
    assert ran.code == 3
    assert "1 rows left out: data: not a date (line 5)" in ran.said
    assert "1 rows left out: act: expected one of complaint" in ran.said
    assert "1 rows left out: expected 7 columns, found 3 (line 7)" in ran.said
    assert "1 cells not read: giorni: days_late is of type days (line 8)" in ran.said
    assert "4 cases" in ran.shown


def test_facts_that_are_missing_are_told_and_may_be_assumed(shop: Shop) -> None:
    shop.file("labelled.csv", f"{HEADER}\nanna;03/11/2026;complaint;delivery_late;;;\n")
    unknown = shop.simulates("labelled.csv")
    assert "1 cases of 1 cannot be decided like this" in unknown.shown
    assumed = shop.simulates("labelled.csv", "--assume", "days_late=9")
    assert "Assumed where nobody knows: days_late = 9" in assumed.shown
    assert "cannot be decided" not in assumed.shown


def test_who_asks_for_news_of_a_promise_is_told_and_waits_for_no_agent(shop: Shop) -> None:
    promise = '    promise: {what: {it: "rispediamo il pacco"}, within: 5 days}\n'
    shop.file("new.yaml", _RULES.replace("{voucher: 10 EUR}\n", f"{{voucher: 10 EUR}}\n{promise}"))
    rows = [
        "anna;7;03/11/2026;complaint;delivery_late;8;non arriva",
        "anna;7;04/11/2026;question;;;novità?",
        "anna;8;04/11/2026;question;;;siete aperti sabato?",
    ]
    shop.file("labelled.csv", "\n".join(["cliente;caso;data;act;complaint_types;giorni;text", *rows, ""]))
    ran = shop.simulates("labelled.csv", "--map", "days_late=giorni", "--csv", "figures")
    assert ran.code == 0, ran.said
    kinds = {row["outcome"]: row["cases"] for row in shop.figures("outcomes.csv")}
    assert kinds == {"offer": "1", "status": "1", "hand_over": "1"}


def test_the_order_of_the_rows_makes_no_difference(shop: Shop) -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    rows = [
        f"c{number % 7};{(start + timedelta(hours=number * 31)).isoformat()};complaint;delivery_late;;9;"
        for number in range(60)
    ]
    shop.file("sorted.csv", "\n".join([HEADER, *rows]))
    shop.file("mixed.csv", "\n".join([HEADER, *rows[::-3], *rows[1::3], *rows[::3][::-1]]))
    in_order = shop.simulates("sorted.csv", "--map", "days_late=giorni")
    mixed = shop.simulates("mixed.csv", "--map", "days_late=giorni")
    assert "not in the order of time" not in in_order.said
    assert "not in the order of time: sorted" in mixed.said
    assert mixed.shown == in_order.shown


def test_json_lines_keep_their_lists_and_types(shop: Shop) -> None:
    row = {
        "customer": "anna",
        "date": "2026-11-03T10:00:00Z",
        "act": "complaint",
        "complaint_types": ["item_damaged", "no_reply"],
        "asks": ["refund"],
        "own_error": False,
        "photo": True,
        "order_value": 40.5,
        "needs_review": True,
        "abstained": ["tone"],
    }
    shop.file("labelled.jsonl", f"{json.dumps(row)}\nnot json\n")
    ran = shop.simulates("labelled.jsonl", "--csv", "figures")
    assert ran.code == 3
    assert "1 rows the classifier is unsure" in ran.said
    assert "(line 2)" in ran.said
    assert {row["outcome"] for row in shop.figures("outcomes.csv")} == {"hand_over"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.csv",), "nowhere.csv: no such file"),
        (("raw.csv",), "no column 'act': classify it first"),
        (("dateless.csv",), "no column with dates; name it with --date-column"),
        (("labelled.csv", "--customer-column", "chi"), "no column 'chi'; found: cliente, data"),
        (("labelled.csv", "--map", "giorni"), "--map 'giorni': expected FACT=COLUMN"),
        (("labelled.csv", "--map", "ritardo=giorni"), "the policy has no fact 'ritardo'"),
        (("labelled.csv", "--assume", "fault=nostra"), "--assume 'fault=nostra': expected ours, theirs"),
        (("labelled.csv", "--against", "dollars.yaml"), "dollars.yaml is in USD, new.yaml in EUR"),
        (("labelled.csv", "--html", "no/where.html"), "--html no/where.html: expected the name of a file"),
        (("labelled.csv", "--csv", "raw.csv"), "--csv raw.csv: expected a folder"),
        (("desk", "--map", "days_late=giorni"), "the desk's own cases have no columns"),
        (("empty.csv",), "no case in it can be used"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_clear_line(shop: Shop, words: Sequence[str], message: str) -> None:
    shop.file("labelled.csv", f"{HEADER}\n{LABELLED}")
    shop.file("raw.csv", "text,date\nIl pacco non arriva,2026-11-03\n")
    shop.file("dateless.csv", "act,complaint_types,n\ncomplaint,delivery_late,12345678\n")
    shop.file("empty.csv", "act,date\n")
    shop.file("dollars.yaml", _RULES.replace("EUR", "USD"))
    ran = shop.simulates(*words)
    assert ran.code in (1, 2)
    assert message in ran.said
    assert "Traceback" not in ran.said


@pytest.mark.parametrize(
    ("written", "whole_cents", "plain"),
    [
        ("12,50 €", True, "12.50"),
        ("€ 1.234,56", True, "1234.56"),
        ("EUR 1,234.56", True, "1234.56"),
        ("1.234", True, "1234"),
        ("1.234", False, "1.234"),
        ("1.234.567", False, "1234567"),
        ("1 234,5", False, "1234.5"),
        ("molti", False, "molti"),
    ],
)
def test_numbers_are_read_as_spreadsheets_write_them(written: str, whole_cents: bool, plain: str) -> None:
    assert plain_number(written, whole_cents=whole_cents) == plain


@given(minutes=st.lists(st.integers(0, 50), max_size=40))
def test_any_past_comes_in_the_order_of_time(minutes: list[int]) -> None:
    pasts = [_past(place, minute) for place, minute in enumerate(minutes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(histories, "_AT_ONCE", 7)
        found = list(in_time_order(pasts))
    assert found == sorted(pasts, key=lambda past: past.at)


def _past(place: int, minute: int) -> Past:
    return Past(
        case_id=str(place),
        customer="anna",
        at=datetime(2026, 11, 3, 9, minute, tzinfo=UTC),
        act="complaint",
        complaint_types=(),
        tone="calm",
        urgency="normal",
        asks=(),
        own_error=False,
        language="it",
        facts={},
    )


def test_where_nobody_watches_it_is_said_now_and_then_how_far_it_is() -> None:
    with watching(Console(file=io.StringIO())) as watch:
        before = watch.told()
        cases = watch.following("trying the rules", range(1200), 1200)
        seen = [watch.told() for case in cases if case == 1100]
    assert before == "looking through the cases"
    assert [one.partition(" (")[0] for one in seen] == ["trying the rules: 1,000 of 1,200 cases"]


def test_a_long_simulation_is_told_in_lines(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    lines: list[str] = []

    def heard(line: str) -> None:
        lines.append(line)
        told.set()

    def waits(*_args: object) -> None:
        assert told.wait(10)

    monkeypatch.setattr("rimedio.telling.EVERY", 0.01)
    monkeypatch.setattr("rimedio.telling.say", heard)
    monkeypatch.setattr("responses.policy.simulate.Tally.add", waits)
    shop.file("labelled.csv", f"{HEADER}\n{LABELLED}")
    shop.simulates("labelled.csv", "--map", "days_late=giorni")
    assert lines[0].startswith("trying the rules: 0 of 3 cases"), lines


def test_memory_is_looked_through_as_before_once_it_is_over() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), watching(Console(file=io.StringIO())):
        raise ValueError("broken")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_the_help_shows_how_it_is_called() -> None:
    shown = CliRunner().invoke(app, ["policy", "simulate", "--help"], env={"COLUMNS": "140"}).stdout
    assert "rimedio policy simulate labelled.csv --policy new.yaml --against old.yaml" in shown
    assert "rimedio policy simulate desk --policy new.yaml" in shown
