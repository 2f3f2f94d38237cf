"""A program that was off for longer than Telegram keeps messages says so when it starts."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.office import Office
from tests.telegram import FaultProxy


def test_after_thirty_hours_off_the_terminal_and_the_admins_hear_what_may_be_lost(
    mortal: tuple[Office, FaultProxy], tmp_path: Path
) -> None:
    office, _ = mortal
    office.start()
    try:
        office.wait_until_ready()
        ada = office.hire("Ada", "admin")
        office.stop()
        polled = datetime.now(UTC) - timedelta(hours=30)
        with closing(sqlite3.connect(tmp_path / "home" / "rimedio.sqlite")) as database, database:
            database.execute("UPDATE cursors SET polled_at = ?", (f"{polled:%Y-%m-%d %H:%M:%S.%f}",))
        office.start()
        office.wait_until_ready()
        office.wait(lambda: ada.find("possono essere andati persi"), "the admin is told")
        assert "possono essere andati persi" in office.log.read_text()
    finally:
        office.stop()
