"""Spreadsheets as small as Excel takes them, for tests that read one."""

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_xlsx(path: Path, rows: Sequence[Sequence[str | float | date]], sheet: str = "Foglio1") -> None:
    """Writes one sheet; days are numbers with a day's format, as Excel keeps them."""
    lines = "".join(f"<row>{''.join(_cell(value) for value in row)}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f'<sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>',
    }
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, _HEAD + content)


def _cell(value: str | float | date) -> str:
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def write_archive(path: Path, sheets: Mapping[str, str], states: Mapping[str, str] | None = None) -> None:
    """Writes a workbook whose sheets are given as the XML inside `worksheet`; `states` hides some."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="s{number}" '
        f'state="{(states or {}).get(name, "visible")}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="s{number}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="st" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
        # One after another: plain, a day, a day and time, a time, a duration.
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
        '<numFmts><numFmt numFmtId="170" formatCode="[h]:mm:ss"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/>'
        '<xf numFmtId="170"/></cellXfs></styleSheet>',
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, _HEAD + content)
        for number, content in enumerate(sheets.values(), start=1):
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml", f'{_HEAD}<worksheet xmlns="{_MAIN}">{content}</worksheet>'
            )


def write_ole(path: Path, stream: str, content: bytes) -> None:
    """Writes an OLE file with one stream, as old Excel files and encrypted new ones are."""
    padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    sectors = len(padded) // 512
    free, end, this = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    table = [this, end, *range(3, sectors + 2), end]
    head = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack(
        "<108I", *[free] * 108
    )
    entries = [_ole_entry("Root Entry", 5, 1, end, 0), _ole_entry(stream, 2, free, 2, len(padded))]
    with path.open("wb") as file:
        file.write(head)
        file.write(struct.pack("<128I", *table, *[free] * (128 - len(table))))
        file.write(b"".join(entries).ljust(512, b"\0"))
        file.write(padded)


def old_workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    """The stream `Workbook` of an old Excel file with one sheet."""
    begin = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)
    name = "Foglio1"
    start = len(begin) + 4 + 8 + len(name) + 4
    listed = struct.pack("<HHIBBBB", 0x85, 8 + len(name), start, 0, 0, len(name), 0) + name.encode()
    ends = struct.pack("<HH", 0x0A, 0)
    cells = b"".join(
        _old_cell(line, column, value) for line, row in enumerate(rows) for column, value in enumerate(row)
    )
    sheet = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 0x10, 0, 0, 0, 0)
    return begin + listed + ends + sheet + cells + ends


def _old_cell(line: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", line, column, 0)
    if isinstance(value, str):
        text = place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return struct.pack("<HH", 0x204, len(text)) + text
    return struct.pack("<HH", 0x203, 14) + place + struct.pack("<d", value)


def _ole_entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    free = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII16sIQQIQ", written, len(written), kind, 1, free, free, child, b"", 0, 0, 0, start, size
    )
