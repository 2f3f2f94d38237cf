"""The book at the command line: what a file's columns are taken for, what is kept, and the links."""

import csv
import json
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from models.errors import LookUpError
from models.money import Money
from responses.orders.links import link_code
from responses.orders.values import reader_for
from responses.policy import load_policy
from rimedio.cli import app
from rimedio.errors import ProgramError
from rimedio.order_file import open_orders
from rimedio.order_source import OrderSource
from rimedio.qr_pictures import write_pictures
from tests.spreadsheet import write_archive, write_xlsx

SAMPLE = Path(__file__).parents[3] / "responses" / "policy" / "samples" / "negozio.yaml"
READER = reader_for([load_policy(SAMPLE)], "it")
ITALIAN = """N° ordine;Cliente;E-mail;Telefono;CAP;Totale;Data ordine;days_late;Note
RS1001;Marta Bianchi;marta@example.org;333 123 4567;20121;"1.234,56 €";3/11/2026;8;regalo
RS1002;Paolo Verdi;paolo@example;;00184;49,90;12/11/2026;tre;
;Senza Numero;;;;10;;;
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("RIMEDIO_SECRET", "a secret of the tests")
    return tmp_path


def rimedio(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Numero ordine", "number"),
        ("Booking reference", "number"),
        ("Número de pedido", "number"),
        ("N° de commande", "number"),
        ("Bestell-Nr.", "number"),
        ("order_id", "number"),
        ("Código postal", "postcode"),
        ("Valore ordine", "value"),
        ("order_value", "value"),
        ("Livré le", "delivered_on"),
        ("Consegna promessa", "promised_on"),
        ("days_late", "days_late"),
    ],
)
def test_columns_are_known_by_their_usual_names(tmp_path: Path, header: str, name: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(f"{header},Ordine\n1,2\n", encoding="utf-8")
    assert open_orders(file, None, [], READER).mapping[name] == header


def test_a_sum_that_no_policy_counts_in_is_kept_and_warned_of_with_its_line(home: Path) -> None:
    (home / "orders.csv").write_text(
        "Order no,Total,Currency\nRS1,89.90,GBP\nRS2,20,EUR\nRS3,£ 5,\n", encoding="utf-8"
    )
    done = rimedio("orders", "import", "orders.csv")
    assert done.exit_code == 0
    why = "the policies count in EUR; an agent will have to say what it comes to"
    assert [line for line in done.output.splitlines() if "warning" in line] == [
        f"line 2: warning: value 89.90 GBP: {why}",
        f"line 4: warning: value 5.00 GBP: {why}",
    ]
    assert "order_value\t89.90 GBP" in rimedio("orders", "list", "RS1").stdout


def test_a_mapping_goes_before_what_a_column_looks_like(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Ordine,Rif cliente,Data\nA,RS1,3/11/2026\n", encoding="utf-8")
    orders = open_orders(file, None, ["order_id=rif cliente", "promised_on=Data"], READER)
    (found,) = orders.rows()
    assert found.entry is not None
    assert found.entry.number == "RS1"
    assert found.entry.facts == {"promised_on": date(2026, 11, 3)}
    assert orders.unused == ["Ordine"]


@pytest.mark.parametrize(
    ("said", "message"),
    [(["numbr=Ordine"], "numbr"), (["number=Ordin"], "no column 'Ordin'"), (["number"], "NAME=COLUMN")],
)
def test_a_mapping_that_cannot_be_is_refused_by_name(tmp_path: Path, said: list[str], message: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Ordine,Data\nRS1,3/11/2026\n", encoding="utf-8")
    with pytest.raises(ProgramError, match=message):
        open_orders(file, None, said, READER)


def test_a_file_without_a_column_of_numbers_says_what_there_is(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Uno,Due\n1,2\n", encoding="utf-8")
    with pytest.raises(ProgramError, match="there are Uno, Due"):
        open_orders(file, None, [], READER)


def test_the_first_line_of_a_table_of_orders_is_its_header_though_the_rows_are_of_words_too(
    tmp_path: Path,
) -> None:
    file = tmp_path / "orders.csv"
    rows = ["Numero ordine;Totale;CAP", "RS1;n.d.;-", "RS2 bis;gratis;Roma centro", "RS3;;"]
    file.write_text("\n".join(rows), encoding="utf-8")
    found = list(open_orders(file, None, [], READER).rows())
    assert [one.entry.number for one in found if one.entry is not None] == ["RS1", "RS2 bis", "RS3"]


def test_a_spreadsheet_is_read_with_its_numbers_and_days(tmp_path: Path) -> None:
    file = tmp_path / "ordini.xlsx"
    rows = [["Ordine", "CAP", "Totale", "Consegnato il"], [1001, 20121, 49.9, date(2026, 11, 12)], ["RS2"]]
    write_xlsx(file, rows, sheet="Novembre")
    numbers, other = open_orders(file, "Novembre", [], READER).rows()
    assert numbers.entry is not None
    assert (numbers.line, numbers.entry.number, numbers.entry.postcode) == (2, "1001", "20121")
    assert numbers.entry.value == Money(amount=Decimal("49.9"), currency="EUR")
    assert numbers.entry.facts == {"delivered_on": date(2026, 11, 12)}
    assert other.entry is not None
    assert other.entry.number == "RS2"


def test_a_formula_that_was_never_calculated_is_a_problem_of_its_order(tmp_path: Path) -> None:
    file = tmp_path / "ordini.xlsx"
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'.format
    head, row = text("Ordine") + text("Totale"), text("RS1") + "<c><f>10*5</f><v></v></c>"
    write_archive(file, {"A": f"<sheetData><row>{head}</row><row>{row}</row></sheetData>"})
    (order,) = open_orders(file, None, [], READER).rows()
    assert order.entry is not None
    assert (order.entry.number, order.entry.value) == ("RS1", None)
    assert order.problems == ("the formula in B2 was never calculated, so the cell has no value",)


def test_a_sheet_that_is_not_there_is_said_and_so_is_a_file_that_is_none(home: Path) -> None:
    write_xlsx(home / "ordini.xlsx", [["Ordine"], ["RS1"]])
    asked = rimedio("orders", "import", "ordini.xlsx", "--sheet", "Dicembre")
    assert (asked.exit_code, "no sheet 'Dicembre'; there are Foglio1" in asked.stderr) == (2, True)
    (home / "rotto.xlsx").write_bytes(b"PK\x03\x04nothing")
    broken = rimedio("orders", "import", "rotto.xlsx")
    assert (broken.exit_code, "not a spreadsheet" in broken.stderr) == (2, True)


def test_an_import_keeps_what_can_be_read_and_lists_the_rest_by_line(home: Path) -> None:
    (home / "ordini.csv").write_text(ITALIAN, encoding="cp1252")
    first = rimedio("orders", "import", "ordini.csv")
    assert first.exit_code == 3
    assert "line 3: days_late 'tre': expected a number (left out)" in first.stderr
    assert "line 4: number ''" in first.stderr
    assert "2 new, 0 changed, 0 as they were" in first.stderr
    assert "not used: 'Note'" in first.stderr
    (home / "ordini.csv").write_text(ITALIAN.replace("1.234,56", "1.000,00"), encoding="utf-8")
    assert "0 new, 1 changed, 1 as they were" in rimedio("orders", "import", "ordini.csv").stderr
    shown = rimedio("orders", "list", "rs 1001").stdout
    assert "order_value\t1000.00 EUR" in shown
    assert "phone\t+393331234567" in shown
    assert "days_late\t8" in shown
    assert rimedio("orders", "list").stdout.split("\t")[0] == "RS1001"


def test_a_file_of_two_columns_and_a_cell_that_cannot_be_read_leave_the_rest_alone(home: Path) -> None:
    (home / "ordini.csv").write_text(ITALIAN, encoding="utf-8")
    rimedio("orders", "import", "ordini.csv")
    before = rimedio("orders", "list", "RS1001").stdout
    (home / "ritardi.csv").write_text("numero ordine;days_late\nRS1001;nove\n", encoding="utf-8")
    assert rimedio("orders", "import", "ritardi.csv").exit_code == 3
    assert "days_late\t8" in rimedio("orders", "list", "RS1001").stdout
    (home / "ritardi.csv").write_text("numero ordine;days_late;email\nRS1001;9;\n", encoding="utf-8")
    assert "0 new, 1 changed, 0 as they were" in rimedio("orders", "import", "ritardi.csv").stderr
    after = rimedio("orders", "list", "RS1001").stdout
    assert after.replace("ritardi.csv", "ordini.csv") == before.replace("days_late\t8", "days_late\t9")


def test_a_dry_run_keeps_nothing(home: Path) -> None:
    (home / "ordini.csv").write_text(ITALIAN, encoding="utf-8")
    assert (
        "2 orders could be read; nothing was kept"
        in rimedio("orders", "import", "ordini.csv", "--dry-run").stderr
    )
    assert rimedio("orders", "list", "RS1001").exit_code == 1


def test_links_are_made_for_every_order_with_a_picture_each(home: Path) -> None:
    (home / "ordini.csv").write_text(f"Ordine\nRS1001\nRS 7/b\n{'9' * 36}\n", encoding="utf-8")
    rimedio("orders", "import", "ordini.csv")
    made = rimedio("orders", "links", "ALL", "-o", "links.csv", "--qr", "qr")
    assert made.exit_code == 3
    assert "expected 1 to 35 bytes" in made.stderr
    with (home / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["RS 7/b", "RS1001"]
    assert rows[1]["chat"].startswith("http://127.0.0.1:8000/chat?o=o")
    assert [rows[0]["qr"], rows[0]["qr_png"]] == ["qr/RS7B.svg", "qr/RS7B.png"]
    pictures = sorted(path.name for path in (home / "qr").iterdir())
    assert pictures == ["RS1001.png", "RS1001.svg", "RS7B.png", "RS7B.svg"]


@pytest.mark.parametrize("number", ["RS1001", "a&b <7>", "W" * 35])
def test_pictures_are_large_enough_to_print_and_the_drawn_one_names_its_order(
    home: Path, number: str
) -> None:
    drawn, dots = write_pictures(home, "picture", "https://desk.example/chat?o=o1", number)
    width, height = struct.unpack(">II", dots.read_bytes()[16:24])
    assert 300 <= width == height < 400
    root = ElementTree.parse(drawn).getroot()
    (text,) = root.iter("{http://www.w3.org/2000/svg}text")
    assert text.text == number
    assert float(text.attrib["font-size"]) * len(number) <= float(root.attrib["width"])
    assert float(text.attrib["y"]) < float(root.attrib["height"])


@pytest.mark.parametrize(("public", "warned"), [(None, True), ("https://desk.example.it", False)])
def test_links_that_only_this_machine_reaches_are_said_to_be(
    home: Path, monkeypatch: pytest.MonkeyPatch, public: str | None, warned: bool
) -> None:
    if public is not None:
        monkeypatch.setenv("RIMEDIO_PUBLIC_URL", public)
    (home / "ordini.csv").write_text("Ordine\nRS1001\n", encoding="utf-8")
    rimedio("orders", "import", "ordini.csv")
    made = rimedio("orders", "links", "ALL", "-o", "links.csv")
    assert made.exit_code == 0, made.stderr
    assert ("RIMEDIO_PUBLIC_URL" in made.stderr) is warned


def test_the_documented_lines_make_the_same_links(home: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "orders.md").read_text(encoding="utf-8")
    lines = page.split("```python\n")[1].split("```")[0]
    documented: dict[str, Callable[[str, str], str]] = {}
    exec(lines, documented)
    key = rimedio("orders", "key").stdout.strip()
    assert documented["order_link"](key, "RS 7/è") == link_code(bytes.fromhex(key), "RS 7/è")


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        number = unquote(self.path.removeprefix("/orders/"))
        allowed = self.headers["Authorization"] == "Bearer secret"
        answers = {
            "RS 1/2": (200, json.dumps({"email": "marta@example.org", "value": 49.9})),
            "list": (200, "[]"),
            "broken": (200, "<html>"),
            "down": (500, ""),
        }
        status, body = answers.get(number, (404, "")) if allowed else (401, "")
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the library's name


@pytest.fixture
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/orders/{{order}}"
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_look_up_asks_with_the_token_and_knows_when_there_is_no_such_order(shop: str) -> None:
    ask = OrderSource(shop, "secret")
    assert await ask("RS 1/2") == {"email": "marta@example.org", "value": 49.9}
    assert await ask("RS9") is None


@pytest.mark.parametrize(
    ("number", "token"), [("list", "secret"), ("broken", "secret"), ("down", "secret"), ("RS 1/2", None)]
)
async def test_any_other_answer_is_a_failure(shop: str, number: str, token: str | None) -> None:
    with pytest.raises(LookUpError):
        await OrderSource(shop, token)(number)


async def test_nobody_there_is_a_failure() -> None:
    with pytest.raises(LookUpError, match="does not answer"):
        await OrderSource("http://127.0.0.1:1/{order}", None)("RS1")
