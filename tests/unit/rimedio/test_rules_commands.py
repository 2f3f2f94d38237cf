"""`rimedio policy show`, `use` and `explain`, as the owner meets them."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rimedio.cli import app

SAMPLES = Path(__file__).parents[3] / "responses" / "policy" / "samples"
SHOP = SAMPLES / "negozio.yaml"


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def types(self, *words: str, answer: str = "") -> tuple[int, str]:
        """Exit status and everything that is shown."""
        done = CliRunner().invoke(app, words, input=answer)
        return done.exit_code, done.output

    def shop(self, name: str, *changes: tuple[str, str]) -> str:
        """A policy file of the owner's."""
        text = SHOP.read_text(encoding="utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    return Terminal(tmp_path)


CHEAPER = ("per_case: 80 EUR", "per_case: 70 EUR")


def test_the_rules_in_force_are_shown_once_a_file_is_in_use(terminal: Terminal) -> None:
    assert "in use yet" in terminal.types("policy", "show")[1]
    assert terminal.types("policy", "use", terminal.shop("a.yaml"), "--yes")[0] == 0
    status, shown = terminal.types("policy", "show", "--language", "en")
    assert status == 0
    assert "For each case at most €80." in shown


def test_a_use_says_the_difference_and_asks(terminal: Terminal) -> None:
    terminal.types("policy", "use", terminal.shop("a.yaml"), "--yes")
    status, shown = terminal.types("policy", "use", terminal.shop("b.yaml", CHEAPER), answer="n\n")
    assert status == 1
    assert "~ Prima: Per ogni caso al massimo 80 €." in shown
    assert "    Adesso: Per ogni caso al massimo 70 €." in shown
    assert "al massimo 80 €" in terminal.types("policy", "show")[1]


def test_an_earlier_file_is_put_in_use_again(terminal: Terminal) -> None:
    first, second = terminal.shop("a.yaml"), terminal.shop("b.yaml", CHEAPER)
    for path in (first, second, first):
        assert terminal.types("policy", "use", path, "--yes")[0] == 0
    assert "al massimo 80 €" in terminal.types("policy", "show")[1]


def test_a_file_with_errors_is_not_put_in_use(terminal: Terminal) -> None:
    terminal.types("policy", "use", terminal.shop("a.yaml"), "--yes")
    covered = ("when: {complaint: safety_privacy}", "when: {complaint: no_reply}")
    status, shown = terminal.types("policy", "use", terminal.shop("b.yaml", covered), "--yes")
    assert status == 1
    assert '"nessuna-risposta" is never reached' in shown
    assert "is not put in use" in shown


@pytest.mark.parametrize(
    ("day", "message"), [("2020-01-01", "that day is over"), ("soon", "expected a day such as 2027-01-01")]
)
def test_a_day_that_is_none_or_over_is_refused(terminal: Terminal, day: str, message: str) -> None:
    status, shown = terminal.types("policy", "use", terminal.shop("a.yaml"), "--from", day, "--yes")
    assert status == 2
    assert message in shown


def test_the_page_is_written_to_a_file(terminal: Terminal) -> None:
    status, _ = terminal.types("policy", "show", str(SHOP), "--html", "regole.html")
    assert status == 0
    assert "<title>Le nostre regole · negozio-online</title>" in Path("regole.html").read_text("utf-8")


MANY = "rules:\n" + "".join(
    f"  - {{id: tardi-{days}, when: {{complaint: delivery_late, days_late: {{over: {days}}}}},"
    " apologise: yes, give: {voucher: 10 EUR}}\n"
    for days in range(400, 200, -1)
)


def test_a_sheet_of_more_than_one_side_says_so_and_what_is_long(terminal: Terminal) -> None:
    file = terminal.shop("lungo.yaml", ("\nrules:\n", f"\n{MANY}"))
    status, shown = terminal.types("policy", "show", file, "--html", "regole.html")
    assert status == 0
    assert re.search(
        r"printed it takes about [12]\.\d sides of A4, not one\. Longest: .*Consegna in ritardo", shown
    )
    assert "on one page" not in shown
    assert "sides of A4" in terminal.types("policy", "show", file)[1]


def test_one_that_fits_says_nothing_of_it(terminal: Terminal) -> None:
    shown = terminal.types("policy", "show", str(SHOP), "--html", "regole.html")[1]
    assert "print it on one page" in shown
    assert "sides of A4" not in shown


def test_explain_says_conditions_as_the_sheet_does(terminal: Terminal) -> None:
    words = ("policy", "explain", "Il pacco?", "--types", "delivery_late", "--policy", str(SHOP))
    _, shown = terminal.types(*words, "--facts", "days_late=3", "--facts", "order_id=RS1")
    assert "non vale che il pacco è in ritardo di più di 5 giorni (3 giorni)" in shown
    _, shown = terminal.types(*words, "--facts", "days_late=8", "--language", "en")
    assert "open, not known: the order number" in shown
    assert "presumed, as nobody knows it: whose fault it is" in shown


def test_explain_takes_a_sum_as_the_policy_file_writes_it(terminal: Terminal) -> None:
    words = ("policy", "explain", "Il pacco?", "--types", "delivery_late", "--policy", str(SHOP))
    assert terminal.types(*words, "--facts", "order_value=50 EUR")[0] == 0
    status, shown = terminal.types(*words, "--facts", "order_value=fifty")
    assert (status, "expected an amount such as 50 or 50 EUR" in shown) == (2, True)
    assert "expected a number of days such as 8" in terminal.types(*words, "--facts", "days_late=some")[1]


LATE_AGAIN = ("policy", "explain", "Di nuovo?", "--types", "delivery_late", "--policy", str(SHOP))
TWO_DAYS = ("--facts", "order_id=RS1", "--facts", "days_late=2", "--language", "en")


def test_explain_is_told_what_was_given_before(terminal: Terminal) -> None:
    _, first = terminal.types(*LATE_AGAIN, *TWO_DAYS)
    assert "voucher €5" in first
    before = (
        "complaint: delivery_late, remedy: voucher, worth: 5 EUR, days_ago: 40, promise: kept, order: RS9"
    )
    status, again = terminal.types(*LATE_AGAIN, *TWO_DAYS, "--history", before)
    assert (status, "voucher €10" in again, "it is the second time" in again) == (0, True, True)
    here = before.replace("RS9", "RS1")
    _, follow_up = terminal.types(*LATE_AGAIN, *TWO_DAYS, "--given", f"{{{here}}}".replace("kept", "open"))
    assert ("voucher" in follow_up.split("→")[1].splitlines()[0], "second time" in follow_up) == (
        False,
        False,
    )
    _, broken = terminal.types(*LATE_AGAIN, *TWO_DAYS, "--given", here.replace("kept", "broken"))
    assert "it is the second time" in broken


def test_explain_is_told_what_signals_count(terminal: Terminal) -> None:
    given = (
        "complaint: delivery_late, remedy: voucher, worth: 5 EUR, days_ago: {}, promise: kept, order: RS{}"
    )
    remedies = [part for ago in (20, 10) for part in ("--history", given.format(ago, ago))]
    status, shown = terminal.types(*LATE_AGAIN, *TWO_DAYS, *remedies, "--signals", "claims: [0, 3, 9, 15]")
    assert (status, "signal “repeated_claims” (4 claims in 60 days" in shown) == (0, True)


@pytest.mark.parametrize(
    ("option", "entry", "told"),
    [
        ("--given", "complaint: delivery_lat, remedy: voucher", "did you mean"),
        ("--given", "complaint: delivery_late, remedy: vouchers", "did you mean"),
        ("--history", "remedy: voucher", "complaint"),
        ("--history", "delivery_late", "--history 'delivery_late'"),
        ("--history", "complaint: delivery_late, remedy: voucher, days_ago: some", "a number of days"),
        ("--signals", "claim: [0]", "did you mean"),
        ("--signals", "claims: [zero]", "a number of days"),
    ],
)
def test_explain_says_what_is_wrong_with_what_was_before(
    terminal: Terminal, option: str, entry: str, told: str
) -> None:
    status, shown = terminal.types(*LATE_AGAIN, *TWO_DAYS, option, entry)
    assert (status, told in shown) == (2, True), shown


def test_explain_says_that_a_rule_below_an_open_one_is_not_applied_yet(terminal: Terminal) -> None:
    words = ("policy", "explain", "Il pacco?", "--types", "delivery_late", "--policy", str(SHOP))
    steps, told = terminal.types(*words)[1].split("→")
    waits = "non si applica ancora, perché prima c'è «ritardo-breve», in sospeso"
    assert f"vale: il messaggio è un reclamo; {waits}" in steps
    assert f"regola «altro-reclamo»: vale, ma {waits}" in told
    assert "nessuna regola" not in told
    assert (
        "not applied yet, as “ritardo-breve” stands before it and is open"
        in (terminal.types(*words, "--language", "en")[1].split("→")[1])
    )


BEFORE = """
given: [{complaint: no_reply, remedy: words, promise: broken}]
history: [{complaint: delivery_late, remedy: voucher, worth: 5 EUR, days_ago: 40, promise: kept, order: RS9}]
signals: {claims: [0, 3, 9], cases_with_threat: [0, 4, 8]}
"""


def test_explain_takes_what_was_before_from_a_file_and_says_all_of_it_in_words(terminal: Terminal) -> None:
    (terminal.folder / "before.yaml").write_text(BEFORE, encoding="utf-8")
    types = ("policy", "explain", "Di nuovo?", "--types", "delivery_late,no_reply", "--policy", str(SHOP))
    status, shown = terminal.types(*types, *TWO_DAYS, "--history", "before.yaml")
    assert status == 0
    told = shown.split("→")[1]
    assert "it had happened before, on " in told
    assert ": “late delivery”" in told
    assert ": “no reply”" in told
    assert "the voucher as a favour left out, already put right on " in told
    assert "3 cases with threats in 30 days: we answer as mediators" in told
    assert "how it is answered: we answer as mediators" in told
    assert "signal “repeated_threats” (3 cases with threats in 30 days): Threats in at least 2 cases" in told
    assert "Late delivery. ● If the fault is not the customer's: we apologise" in told
    assert "no_reply" not in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("histori: []", "before.yaml:1:1: histori: unknown key"),
        ("- {complaint: delivery_lat, remedy: voucher}", "did you mean"),
        ("[", "before.yaml:1"),
        (None, "before.yaml: No such file"),
    ],
)
def test_explain_says_what_is_wrong_in_the_file_of_what_was_before(
    terminal: Terminal, content: str | None, told: str
) -> None:
    if content is not None:
        (terminal.folder / "before.yaml").write_text(content, encoding="utf-8")
    status, shown = terminal.types(*LATE_AGAIN, *TWO_DAYS, "--history", "before.yaml")
    assert (status, told in shown) == (2, True), shown


def test_a_day_that_an_agent_has_to_say_is_called_a_day(terminal: Terminal) -> None:
    words = ("policy", "explain", "Rotto", "--types", "item_damaged,refund_missing", "--policy", str(SHOP))
    shown = terminal.types(*words, "--facts", "order_id=RS1", "--language", "en")[1]
    assert "the day of the request to return the order" in shown.split("→")[0]


def test_explain_takes_the_policy_of_the_audience_that_is_named(terminal: Terminal) -> None:
    (terminal.folder / "var" / "policies").mkdir(parents=True)
    terminal.shop("var/policies/clienti.yaml")
    terminal.shop(
        "var/policies/colleghi.yaml",
        ("audience: customer", "audience: colleague"),
        ("id: ritardo-lungo", "id: attesa-dei-colleghi"),
    )
    words = ("policy", "explain", "Il pacco?", "--types", "delivery_late", "--facts", "order_id=RS1")
    assert "ritardo-lungo" in terminal.types(*words)[1]
    assert "attesa-dei-colleghi" in terminal.types(*words, "--audience", "colleague")[1]
    assert terminal.types(*words, "--audience", "suppliers")[0] == 2
    terminal.shop("var/policies/clienti-2.yaml", ("effective: 20", "effective: 19"))
    status, shown = terminal.types(*words)
    assert (status, "2 policies for customers (clienti-2.yaml, clienti.yaml)" in shown) == (2, True)


def test_a_case_that_comes_out_otherwise_is_told_in_the_sentences_of_explain(terminal: Terminal) -> None:
    file = terminal.shop("negozio.yaml")
    cases = file.replace(".yaml", ".cases.yaml")
    Path(cases).write_text(
        "today: 2026-11-23\ncases:\n  - case: a refusal\n    message: {complaint: delivery_late}\n"
        "    facts: {order_id: RS1, days_late: 2}\n    expect: {kind: decline}\n",
        encoding="utf-8",
    )
    status, shown = terminal.types("policy", "test", cases)
    assert status == 1
    assert "kind: expected decline, found offer (goodwill: voucher 5 EUR)" in shown
    assert "non vale che il pacco è in ritardo di più di 5 giorni (2 giorni)" in shown
    assert "→ buono 5 €" in shown
