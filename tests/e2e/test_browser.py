"""The whole road in a real browser: written in the web chat, approved on the desk, seen in the chat."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.e2e.office import START_PATIENCE, until

CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "chromium is not installed: the browser tests are left out (Debian: apt-get install chromium)"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 30_000
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
"""A PNG of one pixel."""
expect.set_options(timeout=PATIENCE)

pytestmark = pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason=NO_CHROMIUM)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A program of this file's own, and the one-time link of its first admin."""

    address: str
    login: str


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`rimedio run` on a new data folder."""
    folder = tmp_path_factory.mktemp("browser")
    log = folder / "log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RIMEDIO_")} | {
        "RIMEDIO_HOME": str(folder / "home"),
        "RIMEDIO_PORT": str(port),
        "RIMEDIO_DEBOUNCE": "0",
        "RIMEDIO_UNDO": "0",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "rimedio", "run", "--no-samples"],
            env=environment,
            stdout=output,
            stderr=output,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until(
            lambda: _answers(process, f"{address}/readyz", log),
            "the program is ready",
            patience=START_PATIENCE,
        )
        login = re.search(r"http\S+/login/\S+", log.read_text())
        assert login is not None, log.read_text()
        yield Running(address=address, login=login[0])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _answers(process: subprocess.Popen[bytes], address: str, log: Path) -> bool:
    assert process.poll() is None, f"the program has ended:\n{log.read_text()[-3000:]}"
    try:
        return httpx.get(address, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None, NO_CHROMIUM
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def complaints() -> list[str]:
    """What browsers complained of: blocked content, errors in scripts."""
    return []


def new_page(browser: Browser, complaints: list[str], *, width: int = 1280) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="it-IT")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    return page


@pytest.fixture(scope="module")
def signed_in(program: Running, browser: Browser) -> list[Any]:
    """The cookies of the admin, who came in by the printed link."""
    page = new_page(browser, [])
    page.goto(program.login)
    page.get_by_role("button", name="Entra alla scrivania").click()
    expect(page).to_have_url(f"{program.address}/queue")
    cookies = page.context.cookies()
    page.context.close()
    return list(cookies)


def desk_page(browser: Browser, signed_in: list[Any], complaints: list[str], *, width: int = 1280) -> Page:
    page = new_page(browser, complaints, width=width)
    page.context.add_cookies(signed_in)
    return page


@pytest.fixture(scope="module")
def phone(browser: Browser, signed_in: list[Any]) -> Iterator[tuple[Page, list[str]]]:
    """A page as narrow as a phone, which may be sent anywhere, and what was complained of in it."""
    complaints: list[str] = []
    page = desk_page(browser, signed_in, complaints, width=390)
    yield page, complaints
    page.context.close()


def write_in_chat(page: Page, program: Running, text: str, name: str) -> None:
    page.goto(f"{program.address}/chat")
    page.get_by_label("Il tuo nome (facoltativo)").fill(name)
    page.get_by_label("Scrivi qui il tuo messaggio").fill(text)
    page.get_by_role("button", name="Invia").click()


def press_enter(what: Locator) -> None:
    """Presses it by the key. A page that is still loading moves the focus to the part its address names."""
    what.page.wait_for_load_state()
    what.focus()
    expect(what).to_be_focused()
    what.press("Enter")


def give_nothing_of_what_is_left_out(desk: Page) -> None:
    """Answers what the desk asks about everything decided that the text does not say, and sends."""
    dialog = desk.locator("#unsaid-dialog")
    expect(dialog).to_be_visible()
    for field in dialog.locator("input[value=withheld]").all():
        field.check()
    dialog.get_by_role("button", name="Invia").click()


def open_the_box(desk: Page) -> None:
    """Presses E until the text can be edited: the page may show before its script listens."""

    def opened() -> bool:
        if not desk.locator("#text").is_visible():
            desk.keyboard.press("e")
            desk.wait_for_timeout(200)
        return desk.locator("#text").is_visible()

    until(opened, "the text can be edited")


def test_an_answer_approved_on_the_desk_arrives_in_the_chat(program, browser, signed_in, complaints):
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    expect(desk.get_by_text("Tutto risposto")).to_be_visible()
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Posso cambiare l'indirizzo del pacco <b>RS20418</b>?", "Marta")

    # Neither page is loaded anew from here on.
    row = desk.locator("li.row", has_text="Marta")
    expect(row).to_contain_text("Posso cambiare l'indirizzo del pacco <b>RS20418</b>?")
    row.click()
    expect(desk.locator("#preview")).not_to_be_empty()
    open_the_box(desk)
    desk.locator("#text").fill("Buongiorno Marta, il pacco riparte oggi.\n{agent}")
    desk.get_by_role("button", name="Approva e invia").click()

    answer = customer.locator(".bubble.out", has_text="il pacco riparte oggi")
    expect(answer).to_contain_text("Buongiorno Marta, il pacco riparte oggi.\nadmin")
    expect(desk.locator(".bubble.out", has_text="il pacco riparte oggi")).to_be_visible()
    customer.reload()
    expect(customer.locator(".bubble.out", has_text="il pacco riparte oggi")).to_have_count(1)
    assert complaints == []
    desk.context.close()
    customer.context.close()


def test_the_answer_to_a_case_typed_in_is_copied_when_it_is_approved(program, browser, signed_in, complaints):
    desk = desk_page(browser, signed_in, complaints)
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.goto(f"{program.address}/cases/new")
    desk.locator("textarea[name=text]").fill("Il pacco RS77001 non è arrivato.")
    desk.locator("input[name=name]").fill("Piera")
    desk.locator("main form button.primary").click()
    desk.wait_for_url(re.compile(r"/cases/\d+"))
    expect(desk.locator("#preview")).not_to_be_empty()
    open_the_box(desk)
    desk.locator("#text").fill("Gentile Piera, il pacco riparte oggi.\n{agent}")
    desk.get_by_role("button", name="Approva").first.click()
    give_nothing_of_what_is_left_out(desk)
    expect(desk.locator("#filled")).to_contain_text("il pacco riparte oggi")
    assert desk.evaluate("navigator.clipboard.readText()") == "Gentile Piera, il pacco riparte oggi.\nadmin"
    assert complaints == []
    desk.context.close()


def test_a_file_attached_on_the_desk_is_shown_there_and_opens_in_the_chat(
    program, browser, signed_in, complaints
):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Il pacco RS20421 non è mai arrivato, aspetto da due settimane", "Aldo")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Aldo").click()
    desk.wait_for_url("**/cases/*")  # with its script: a file chosen before goes nowhere
    expect(desk.locator("#preview")).not_to_be_empty()
    file = {"name": "bolla.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 the receipt"}
    desk.locator("#enclose").set_input_files(file)
    expect(desk.locator("#enclosures")).to_contain_text("bolla.pdf")
    open_the_box(desk)
    desk.locator("#text").fill("Buongiorno Aldo, ecco la bolla.\n{agent}")
    desk.get_by_role("button", name="Approva e invia").click()
    give_nothing_of_what_is_left_out(desk)
    link = customer.locator(".bubble.out a", has_text="bolla.pdf")
    expect(link).to_be_visible()
    with customer.expect_download() as download:
        link.click(modifiers=["Alt"])
    assert download.value.suggested_filename == "bolla.pdf"
    assert complaints == []
    desk.context.close()
    customer.context.close()


def test_a_photo_sent_in_the_chat_is_seen_by_customer_and_agent(program, browser, signed_in, complaints):
    chat = new_page(browser, complaints, width=360)
    chat.goto(f"{program.address}/chat")
    chat.locator("#files").set_input_files(
        [
            {"name": "danno.png", "mimeType": "image/png", "buffer": PICTURE},
            {"name": "scelto per sbaglio.png", "mimeType": "image/png", "buffer": PICTURE},
        ]
    )
    chat.get_by_role("button", name="Togli scelto per sbaglio.png").press("Enter")
    chat.get_by_label("Il tuo nome (facoltativo)").fill("Petra")
    chat.get_by_label("Scrivi qui il tuo messaggio").fill("Il vaso è arrivato rotto, ecco la foto")
    chat.get_by_role("button", name="Invia").press("Enter")
    picture = chat.locator(".bubble.in img")
    expect(picture).to_have_count(1)
    expect(picture).to_have_js_property("naturalWidth", 1)
    expect(chat.locator("#chosen")).to_be_hidden()

    chat.locator("#files").set_input_files(
        {"name": "appunti.txt", "mimeType": "text/plain", "buffer": b"niente da vedere"}
    )
    chat.get_by_role("button", name="Invia").press("Enter")
    expect(chat.locator("#problem")).to_have_text("Qui si possono mandare foto, video e PDF.")
    expect(chat.locator(".bubble", has_text="appunti.txt")).to_have_count(0)
    # The refusal is one of the page's own words; the browser itself notes every answer of this kind.
    complaints[:] = [one for one in complaints if "415" not in one]

    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Petra").click()
    expect(desk.locator(".attachment img")).to_have_js_property("naturalWidth", 1)
    assert complaints == []
    desk.context.close()
    chat.context.close()


def test_a_blank_in_the_draft_is_filled_before_it_leaves(program, browser, signed_in, complaints):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Quanto costa la spedizione a Pantelleria? Grazie", "Nadia")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Nadia").click()
    expect(desk.locator("#preview")).not_to_be_empty()
    open_the_box(desk)
    desk.locator("#text").fill("Buongiorno Nadia, […]\n{agent}")
    desk.get_by_role("button", name="Approva e invia").click()
    expect(desk.locator("#notice")).to_contain_text("Completa il punto segnato")
    desk.keyboard.type("la spedizione costa 9 €.")
    expect(desk.locator("#text")).to_have_value("Buongiorno Nadia, la spedizione costa 9 €.\n{agent}")
    desk.keyboard.press("Control+Enter")
    expect(customer.locator(".bubble.out", has_text="costa 9 €")).to_be_visible()
    assert complaints == []
    desk.context.close()
    customer.context.close()


def test_a_no_and_a_draft_thrown_away_ask_what_was_wrong(program, browser, signed_in, complaints):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Il pacco RS20999 non è mai arrivato, voglio il rimborso", "Nives")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Nives").click()
    expect(desk.locator("#preview")).not_to_be_empty()
    reasons, dialog = desk.locator("#reasons"), desk.locator("#discard-dialog")
    expect(reasons).to_be_hidden()

    def declining() -> bool:
        if not desk.locator("#text").is_visible():
            desk.locator("[data-do=decline]").click()
            desk.wait_for_timeout(200)
        return desk.locator("#text").is_visible()

    until(declining, "a no can be written")
    expect(reasons).to_be_visible()
    reasons.get_by_role("button").nth(1).click()
    desk.locator("[data-do=discard]").click()
    pressed = dialog.locator("[data-reason][aria-pressed=true]")
    expect(pressed).to_have_count(1)
    dialog.get_by_role("button", name="Scarta la bozza").click()
    expect(desk.locator("[data-do=discard]")).to_be_disabled()
    assert complaints == []
    desk.context.close()


def test_a_text_being_edited_survives_a_closed_tab(program, browser, signed_in, complaints):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "La lampada dell'ordine RS20377 è arrivata in mille pezzi.", "Davide")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Davide").click()
    expect(desk.locator("#preview")).not_to_be_empty()
    case = desk.url
    open_the_box(desk)
    desk.locator("#text").fill("Buongiorno Davide, una lampada intera")
    expect(desk.locator("#saved")).to_have_text("Salvato")
    desk.context.close()

    again = desk_page(browser, signed_in, complaints)
    again.goto(case)
    expect(again.locator("#text")).to_have_value("Buongiorno Davide, una lampada intera")
    again.get_by_role("button", name="Torna alla bozza").click()
    expect(again.locator("#preview")).to_be_visible()
    expect(again.locator("#preview")).not_to_have_text("Buongiorno Davide, una lampada intera")
    assert complaints == []
    again.context.close()
    customer.context.close()


def test_a_text_being_written_is_not_touched_when_the_customer_writes_again(
    program, browser, signed_in, complaints
):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Non avete ancora risposto alla mia mail di lunedì.", "Paolo")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Paolo").click()
    expect(desk.locator("#preview")).not_to_be_empty()
    open_the_box(desk)
    desk.locator("#text").fill("Buongiorno Paolo, ho letto")
    expect(desk.locator("#saved")).to_have_text("Salvato")
    customer.get_by_label("Scrivi qui il tuo messaggio").fill("E adesso vorrei anche un rimborso.")
    customer.keyboard.press("Enter")

    expect(desk.locator("#notice")).to_contain_text("la bozza è cambiata")
    expect(desk.locator("#text")).to_have_value("Buongiorno Paolo, ho letto")
    desk.get_by_role("button", name="Tieni il mio testo").click()
    desk.get_by_role("button", name="Approva e invia").click()
    give_nothing_of_what_is_left_out(desk)
    expect(customer.locator(".bubble.out", has_text="ho letto")).to_be_visible()
    assert complaints == []
    desk.context.close()
    customer.context.close()


def test_a_customer_rates_a_closed_case_in_the_chat_by_keys_alone(program, browser, signed_in, complaints):
    customer = new_page(browser, complaints)
    write_in_chat(
        customer, program, "Il pacco RS20424 non è mai arrivato, aspetto da due settimane", "Ornella"
    )
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Ornella").click()
    desk.wait_for_url("**/cases/*")  # with its script: a button pressed before does nothing
    expect(desk.locator("#preview")).not_to_be_empty()
    desk.get_by_role("button", name="Rispondi di no").click()
    desk.locator("#text").fill("Buongiorno Ornella, il pacco è stato consegnato ieri.\n{agent}")
    desk.get_by_role("button", name="Approva e invia").click()
    expect(customer.locator(".bubble.out", has_text="consegnato ieri")).to_be_visible()
    desk.locator("[data-do=close]").click()
    marks = customer.get_by_role("group", name="Voto da 1 (male) a 5 (bene)")
    expect(marks.get_by_role("button")).to_have_text(["1", "2", "3", "4", "5"])
    press_enter(marks.get_by_role("button", name="4"))
    expect(customer.locator(".bubble.out", has_text="il suo voto è segnato")).to_be_visible()
    expect(marks).to_have_count(0)
    expect(desk.get_by_text("Voto 4 su 5")).to_be_visible()
    assert complaints == []
    desk.context.close()
    customer.context.close()


def test_a_text_that_goes_out_by_itself_is_worded_and_approved_by_keys_alone(
    program, browser, signed_in, complaints
):
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/texts?language=it")
    reminder = desk.locator("#reminder")
    press_enter(reminder.get_by_role("link", name="Cambia"))
    expect(desk.get_by_label("Il testo")).to_be_focused()
    desk.keyboard.press("Control+A")
    desk.keyboard.type("Per la richiesta {number} aspettiamo ancora una sua riga.")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(reminder.get_by_role("status")).to_contain_text("Salvato")
    press_enter(reminder.get_by_role("button", name="Approva questo testo"))
    expect(reminder.get_by_role("status")).to_contain_text("da adesso parte questo testo")
    expect(reminder).to_contain_text("Approvato da admin")
    press_enter(reminder.get_by_role("button", name="Torna al testo di Rimedio"))
    expect(reminder).to_contain_text("Per andare avanti con la richiesta n. {number}")
    assert complaints == []
    desk.context.close()


def test_the_state_is_told_in_the_chat_by_a_press_and_by_a_word(program, browser, complaints):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Il pacco RS20425 non è arrivato, aspetto da due settimane", "Rita")
    until_filed = customer.locator(".bubble.out", has_text="è la richiesta n.")
    expect(until_filed).to_be_visible()
    press_enter(customer.get_by_role("button", name="A che punto siamo?"))
    told = customer.locator(".bubble.out", has_text="è aperta. Le risponde una persona")
    expect(told).to_have_count(1)
    customer.get_by_label("Scrivi qui il tuo messaggio").fill("/stato")
    customer.keyboard.press("Enter")
    expect(told).to_have_count(2)
    for _ in range(6):
        press_enter(customer.get_by_role("button", name="A che punto siamo?"))
    expect(told).to_have_count(8)
    # A long conversation scrolls by itself: where one writes stays in sight.
    expect(customer.get_by_role("button", name="Invia")).to_be_in_viewport(ratio=1)
    expect(told.last).to_be_in_viewport()
    customer.reload()
    expect(customer.locator(".bubble.in")).to_have_count(1)
    assert complaints == []
    customer.context.close()


def test_a_promise_in_own_words_becomes_one_or_is_taken_out_by_keys_alone(
    program, browser, signed_in, complaints
):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Il pacco RS20426 non è arrivato, aspetto da due settimane", "Sandra")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    desk.locator("li.row", has_text="Sandra").click()
    desk.wait_for_url("**/cases/*")  # with its script: a button pressed before does nothing
    expect(desk.locator("#preview")).not_to_be_empty()
    desk.get_by_role("button", name="Chiedi al cliente").click()
    soon = datetime.now(ZoneInfo("Europe/Rome")).date() + timedelta(days=6)
    promised = f"Le mandiamo il pacco entro il {soon.day}/{soon.month}"
    desk.locator("#text").fill(f"Buongiorno Sandra, la richiamo domani. {promised}.")
    desk.keyboard.press("Control+Enter")
    dialog = desk.locator("#word-given-dialog")
    expect(dialog.locator(".words")).to_have_text("la richiamo domani")
    expect(dialog.locator(".becomes")).to_contain_text("Diventa un impegno: admin, entro")
    press_enter(dialog.get_by_role("button", name="Toglilo dal testo"))
    expect(desk.locator("#preview")).to_contain_text(f"Buongiorno Sandra. {promised}.")
    assert customer.locator(".bubble.out", has_text="Sandra").count() == 0
    expect(dialog).to_be_hidden()
    desk.get_by_role("button", name="Approva e invia").click()
    with suppress(AssertionError):
        expect(dialog).to_be_visible(timeout=5_000)
    if dialog.is_hidden():  # pressed while what is left was being drawn anew
        desk.get_by_role("button", name="Approva e invia").click()
    expect(dialog.locator(".words")).to_have_text(promised)
    press_enter(dialog.get_by_role("button", name="È un impegno"))
    expect(customer.locator(".bubble.out", has_text=promised)).to_be_visible()
    kept = desk.locator("details", has=desk.locator(".promise-form[data-way=keep]"))
    kept.locator("summary").click()
    kept.locator("input[name=words]").fill("spedito con il 778")
    press_enter(kept.get_by_role("button"))
    expect(desk.locator(".promise-form")).to_have_count(0)
    assert complaints == []
    desk.context.close()
    customer.context.close()


def test_nothing_pokes_out_of_its_button_at_any_width(program, browser, signed_in, complaints):
    customer = new_page(browser, complaints)
    write_in_chat(customer, program, "Il pacco non è arrivato, aspetto da due settimane", "Vera")
    desk = desk_page(browser, signed_in, complaints)
    desk.goto(f"{program.address}/queue")
    case = desk.locator("li.row", has_text="Vera").get_by_role("link").get_attribute("href")
    desk.goto(f"{program.address}{case}")
    expect(desk.locator("#preview")).not_to_be_empty()
    for width in (1920, 1280, 1024, 768, 390):
        desk.set_viewport_size({"width": width, "height": 900})
        out = desk.evaluate(
            """() => [...document.querySelectorAll(".actions button")].filter((button) => {
              const edge = button.getBoundingClientRect();
              return [...button.children].some((part) => {
                const { left, right, bottom, width } = part.getBoundingClientRect();
                return width && (left < edge.left + 4 || right > edge.right - 4 || bottom > edge.bottom - 4);
              }) || button.scrollWidth > button.clientWidth;
            }).map((button) => button.textContent)"""
        )
        assert out == []
        links = desk.locator(".top > nav a")
        edges = links.evaluate_all("links => links.map((link) => link.getBoundingClientRect().right)")
        assert max(edges) <= width
    desk.context.close()
    customer.context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/queue",
        "/queue?state=all",
        "/cases/101",
        "/cases/new",
        "/colleagues",
        "/absence",
        "/reading",
        "/rules",
        "/texts",
        "/texts/receipt/de",
    ],
)
def test_no_page_is_wider_than_a_phone(program, phone, path):
    page, complaints = phone
    complaints.clear()
    page.goto(f"{program.address}{path}")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0
    assert complaints == []
