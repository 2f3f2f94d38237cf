"""Every kind of table is read from an archive and without a name as it is under its own."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from nlp.errors import BatchError
from nlp.tables import CsvTable, JsonTable, MailTable, PlainTable, TelegramTable, open_table
from tests.spreadsheet import write_xlsx

TELEGRAM = json.dumps(
    {
        "name": "Negozio",
        "type": "personal_chat",
        "id": 7,
        "messages": [{"id": 1, "type": "message", "text": ["rotto ", {"type": "bold", "text": "ieri"}]}],
    }
).encode()
HEAD = b"From: ada@x.it\nTo: aiuto@y.it\nDate: Fri, 27 Nov 2026 10:00:00 +0100\nSubject: Pacco\n"
BEGINS = b"From ada@x.it Fri Nov 27 10:00:00 2026\n"
MAIL = HEAD + b"\nIl pacco manca.\n"
MAILBOX = (BEGINS + MAIL + b"\n") * 3
PACKINGS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstandard.compress}


def texts(path: Path, scratch: Path | None = None) -> list[object]:
    return [row.values["text"] for row in open_table(path, scratch=scratch).rows()]


def parquet(folder: Path) -> bytes:
    path = folder / "whole.parquet"
    pq.write_table(pa.table({"text": ["rotto", "bello", "brutto"]}), path, row_group_size=2)
    return path.read_bytes()


def workbook(folder: Path) -> bytes:
    path = folder / "whole.xlsx"
    write_xlsx(path, [["text"], ["rotto"], ["bello"]])
    return path.read_bytes()


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("result.json", TELEGRAM, ["rotto ieri"]),
        ("in.mbox", MAILBOX, ["Il pacco manca."] * 3),
        ("in.eml", MAIL, ["Il pacco manca."]),
    ],
)
def test_mails_and_chats_are_read_through_an_archive(
    tmp_path: Path, ending: str, name: str, content: bytes, expected: list[str]
) -> None:
    path = tmp_path / f"{name}.{ending}"
    path.write_bytes(PACKINGS[ending](content))
    assert texts(path) == expected


@pytest.mark.parametrize("ending", PACKINGS)
@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [("parquet", parquet, ["rotto", "bello", "brutto"]), ("xlsx", workbook, ["rotto", "bello"])],
)
def test_what_is_read_from_its_end_is_unpacked_and_leaves_nothing(
    tmp_path: Path, ending: str, kind: str, content: Callable[[Path], bytes], expected: list[str]
) -> None:
    path, scratch = tmp_path / f"in.{kind}.{ending}", tmp_path / "scratch"
    scratch.mkdir()
    path.write_bytes(PACKINGS[ending](content(tmp_path)))
    table = open_table(path, scratch=scratch)
    assert list(scratch.iterdir()) == []  # it has no name even while it is there
    assert [row.values["text"] for row in table.rows()] == expected
    assert [row.values["text"] for row in table.rows()] == expected


def test_rows_of_an_unpacked_file_are_read_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet.gz"
    path.write_bytes(gzip.compress(parquet(tmp_path)))
    table = open_table(path)
    pairs = list(zip(table.rows(), table.rows(), strict=True))
    assert [(one.line, other.line) for one, other in pairs] == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize("name", ["in.parquet.gz", "in.xlsx.gz"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("nlp.tables.compression._LARGE", 1 << 18)
    path = tmp_path / name
    path.write_bytes(gzip.compress((b"PAR1" if "parquet" in name else b"PK\x03\x04") + bytes(1 << 22)))
    with pytest.raises(BatchError, match="cannot be unpacked: the archive unpacks to more than 200 times"):
        open_table(path)


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_a_damaged_archive_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"in.{kind}.gz"
    content = gzip.compress(parquet(tmp_path) if kind == "parquet" else workbook(tmp_path))
    path.write_bytes(content[: len(content) * 3 // 4])
    with pytest.raises(BatchError, match="cannot be unpacked: the archive ends in the middle"):
        open_table(path)


def test_a_mailbox_in_an_archive_that_breaks_off_says_so(tmp_path: Path) -> None:
    mails = b"".join(BEGINS + HEAD + b"\n%d\n" % (number * 7919 % 10007) * 9 for number in range(500))
    path, content = tmp_path / "in.mbox.gz", gzip.compress(mails)
    path.write_bytes(content[: len(content) * 3 // 4])
    *rows, last = open_table(path).rows()
    assert len(rows) > 100
    assert [row.error for row in rows if row.error is not None] == []
    assert "the archive ends in the middle" in str(last.error)


WITHOUT_A_NAME: dict[str, tuple[bytes, type[object]]] = {
    "chat": (TELEGRAM, TelegramTable),
    "packed chat": (gzip.compress(TELEGRAM), TelegramTable),
    "mailbox": (MAILBOX, MailTable),
    "mailbox of Windows": (MAILBOX.replace(b"\n", b"\r\n"), MailTable),
    "packed mailbox": (zstandard.compress(MAILBOX), MailTable),
    "mail": (MAIL, MailTable),
    "mail with folded lines": (b"Received: by x\n\tfor y\n" + MAIL, MailTable),
    "mail with a mark": (b"\xef\xbb\xbf" + MAIL, MailTable),
    "letter about a sender": (b"From the shop 10:30 in 2026\nnothing came\n", PlainTable),
    "note with colons": (b"From: Milano\nTo: Roma\n\nil pacco manca\n", PlainTable),
    "table with such names": (b"from;date;to\nada;2026;bob\nbob;2026;ada\n", CsvTable),
    "object with messages": (b'{"total": 1, "messages": [{"text": "a"}]}', JsonTable),
}


@pytest.mark.parametrize(("content", "kind"), WITHOUT_A_NAME.values(), ids=WITHOUT_A_NAME)
def test_what_comes_without_a_name_is_told_by_its_content(
    tmp_path: Path, content: bytes, kind: type[object]
) -> None:
    path = tmp_path / "input-0"
    path.write_bytes(content)
    assert type(open_table(path)) is kind
