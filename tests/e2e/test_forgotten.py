"""The running program forgets somebody: not a byte of their words is left in its data folder."""

import re
from pathlib import Path

from tests.e2e.office import Office
from tests.telegram import FaultProxy

PATIENCE = 60.0
WORDS = re.compile(rb"zq(name|capt|phot|note|firs)")
"""Beginnings long enough that no random code has one by chance."""


def test_nothing_of_who_was_forgotten_is_left_in_the_data_folder(
    mortal: tuple[Office, FaultProxy], tmp_path: Path
) -> None:
    office, _ = mortal
    home = tmp_path / "home"
    office.start()
    office.wait_until_ready()
    giulia, marta = office.hire("Giulia"), office.telegram.user("zqnamezq")
    photo = marta.send_photo(caption="Il pacco zqcaptionzq è rotto.", content=b"zqphotozq")
    card = office.card(giulia, "zqcaptionzq")
    giulia.send("zqnotezq", reply_to=card.head)
    giulia.press(card.last, "Approva e invia")
    office.settled()
    office.wait(lambda: list((home / "files").rglob("??/*")) or None, "the photo is kept", timeout=PATIENCE)
    marta.send("/dimenticami", reply_to=photo)
    question = office.wait(lambda: marta.find("entro 15 minuti"), "the question")
    marta.press(question, "Sì, cancellate tutto")
    office.wait(lambda: marta.find("non ha più niente di lei"), "the last word")
    office.settled()

    tidy = "SELECT count(*) FROM installation WHERE name = 'traces_left'"
    office.wait(lambda: office.number(tidy) == 0 or None, "the last traces are removed", timeout=PATIENCE)
    # Killed, so that what SQLite has in its log is found as it was.
    office.kill()
    kept = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert {"jobs.sqlite", "rimedio.sqlite"} <= set(kept)
    assert [name for name, content in kept.items() if WORDS.search(content)] == []
    assert not WORDS.search(office.log.read_bytes())


def test_the_command_line_erases_beside_the_running_program(
    mortal: tuple[Office, FaultProxy], tmp_path: Path
) -> None:
    office, _ = mortal
    office.start()
    office.wait_until_ready()
    marta = office.telegram.user("zqnamezq")
    marta.send("Il pacco zqfirstzq non arriva.")
    office.settled()
    export = tmp_path / "export.json"
    office.run("export", "--customer", "zqnamezq", "-o", str(export))
    assert "zqfirstzq" in export.read_text()
    assert "erase for good?" in office.run("erase", "#101", said="n\n", status=1)
    assert office.number("SELECT count(*) FROM messages WHERE text LIKE '%zqfirstzq%'") == 1
    assert "#101" in office.run("erase", str(marta.id), "--yes")
    assert not WORDS.search((tmp_path / "home" / "rimedio.sqlite").read_bytes())
    assert "nobody is found" in office.run("erase", "101", "--yes", status=1)
