"""A chat exported by WhatsApp comes out as its messages, whatever telephone wrote it."""

import gzip
from pathlib import Path

import pytest

from nlp.tables import WhatsAppTable, open_table

ANDROID = (
    "28/11/26, 14:03 - I messaggi e le chiamate sono crittografati end-to-end.\n"
    "28/11/26, 14:04 - Ada Rossi: Buongiorno, il pacco\n"
    "non è arrivato\n"
    "\n"
    "e nessuno risponde\n"
    "28/11/26, 14:05 - Negozio: Ci dica: quale ordine?\n"
    "28/11/26, 14:06 - Ada Rossi: <Media omessi>\n"
    "28/11/26, 14:07 - Ada Rossi: il 512 \u200e<Questo messaggio è stato modificato>\n"
)
IPHONE = (
    "[03.11.26, 09:01:02] Laden: \u200eNachrichten sind verschlüsselt.\n"
    "[03.11.26, 09:02:00] Jörg: Wo bleibt mein Paket?\n"
    "\u200e[04.11.26, 09:03:00] Jörg: \u200eBild weggelassen\n"
)


def rows_of(folder: Path, content: str, name: str = "_chat.txt") -> list[tuple[int, dict[str, object]]]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return [(row.line, row.values) for row in open_table(path).rows()]


def test_lines_that_go_on_belong_to_the_message_before_them(tmp_path: Path) -> None:
    found = rows_of(tmp_path, ANDROID)

    assert [(line, values["from"], values["text"]) for line, values in found] == [
        (2, "Ada Rossi", "Buongiorno, il pacco\nnon è arrivato\n\ne nessuno risponde"),
        (6, "Negozio", "Ci dica: quale ordine?"),
        (7, "Ada Rossi", ""),
        (8, "Ada Rossi", "il 512"),
    ]
    assert [values["media"] for _, values in found] == ["", "", "Media omessi", ""]
    assert [values["edited"] for _, values in found] == ["", "", "", "yes"]
    assert found[0][1]["date"] == "2026-11-28T14:04:00"


def test_what_the_program_says_is_counted(tmp_path: Path) -> None:
    (tmp_path / "_chat.txt").write_text(ANDROID, encoding="utf-8")
    table = open_table(tmp_path / "_chat.txt")

    assert len([*table.rows()]) == 4
    assert table.left_out == {"notices of WhatsApp left out": 1}


def test_where_the_program_says_nothing_nothing_is_said_of_it(tmp_path: Path) -> None:
    (tmp_path / "_chat.txt").write_text("28/11/26, 14:04 - Ada: ciao\n", encoding="utf-8")
    table = open_table(tmp_path / "_chat.txt")

    assert len([*table.rows()]) == 1
    assert table.left_out == {}


def test_the_chat_of_an_iphone(tmp_path: Path) -> None:
    found = [values for _, values in rows_of(tmp_path, IPHONE)]

    assert [values["text"] for values in found] == ["", "Wo bleibt mein Paket?", ""]
    assert found[2]["media"] == "Bild weggelassen"
    assert found[1]["date"] == "2026-11-03T09:02:00"


@pytest.mark.parametrize(
    ("days", "date"),
    [
        (("3/4/26, 2:03\u202fPM", "3/5/26, 2:03\u202fPM"), "2026-03-04T14:03:00"),
        (("3/4/26, 14:03", "3/5/26, 14:03"), "2026-04-03T14:03:00"),
        (("3/4/26, 14:03", "3/28/26, 14:03"), "2026-03-04T14:03:00"),
        (("3/4/26, 12:03 a.m.", "28/4/26, 1:00 p.m."), "2026-04-03T00:03:00"),
        (("2026-04-03 14:03", "2026-04-28 14:03"), "2026-04-03T14:03:00"),
    ],
    ids=["american", "european", "month_first", "day_first", "year_first"],
)
def test_the_order_of_day_and_month_is_found_out(tmp_path: Path, days: tuple[str, str], date: str) -> None:
    found = rows_of(tmp_path, "".join(f"{day} - Ada: ciao\n" for day in days))

    assert found[0][1]["date"] == date


def test_a_day_that_does_not_exist_stays_as_it_stands(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "[31/02/26, 14:03:00] Ada: ciao\n[28/02/26, 14:03:00] Ada: e?\n")

    assert [values["date"] for _, values in found] == ["31/02/26, 14:03:00", "2026-02-28T14:03:00"]


def test_a_damaged_archive_loses_no_message_that_can_be_read(tmp_path: Path) -> None:
    whole = gzip.compress((ANDROID * 400).encode())
    path = tmp_path / "_chat.txt.gz"
    path.write_bytes(whole[: len(whole) // 2])

    rows = [*open_table(path).rows()]

    assert len(rows) > 100
    assert rows[-1].error is not None


@pytest.mark.parametrize(
    "content",
    [
        "28/11/26 il pacco non è arrivato\nancora niente\n",
        "ciao\n28/11/26, 14:04 - Ada: ciao\n",
        "28/11/26, 14:04 - si parte\n28/11/26, 15:04 - si arriva\n",
    ],
    ids=["no_time", "begins_otherwise", "nobody_speaks"],
)
def test_other_texts_stay_plain(tmp_path: Path, content: str) -> None:
    path = tmp_path / "note.txt"
    path.write_text(content, encoding="utf-8")

    assert not isinstance(open_table(path), WhatsAppTable)
