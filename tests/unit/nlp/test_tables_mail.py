"""Mailboxes and mails come out as what their writers wrote, whatever programs made of it."""

from base64 import b64encode
from pathlib import Path

import pytest

from nlp.errors import BatchError
from nlp.tables import Row, open_table

HEAD = (
    b"Message-ID: <1@x.it>\nDate: Fri, 27 Nov 2026 10:00:00 +0100\n"
    b"From: =?utf-8?q?Ad=C3=A0?= <ada@x.it>\nTo: aiuto@y.it\nSubject: =?utf-8?b?UGVyY2jDqQ==?=\n"
)
BEGINS = b"From ada@x.it Fri Nov 27 10:00:00 2026\n"


def written(folder: Path, content: bytes, name: str = "in.eml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def only(path: Path) -> Row:
    (row,) = open_table(path).rows()
    return row


def test_a_mail_has_its_header_and_text(tmp_path: Path) -> None:
    row = only(written(tmp_path, HEAD + b"\nIl pacco manca.\n"))
    assert row == Row(
        values={
            "message_id": "<1@x.it>",
            "date": "2026-11-27T10:00:00+01:00",
            "from": "Adà <ada@x.it>",
            "to": "aiuto@y.it",
            "subject": "Perché",
            "text": "Il pacco manca.",
        },
        line=1,
    )


def part(kind: str, content: str, more: str = "") -> str:
    return f"--XX\nContent-Type: {kind}; charset=utf-8\n{more}\n{content}\n"


def parts(*some: str, kind: str = "alternative") -> bytes:
    return (f'Content-Type: multipart/{kind}; boundary="XX"\n\n' + "".join(some) + "--XX--\n").encode()


PAGE = (
    "<html><head><style>p {color: red}</style><title>no</title></head><body><p>Caro&nbsp;negozio,</p>"
    "<div>il pacco <b>&egrave;</b> rotto<br>e bagnato &amp; sporco</div><script>alert(1)</script>"
    "<ul><li>uno<li>due</ul></body></html>"
)
PAGE_TEXT = "Caro negozio,\nil pacco è rotto\ne bagnato & sporco\nuno\ndue"
BODIES = {
    "plain_before_page": (parts(part("text/plain", "rotto"), part("text/html", "<p>other")), "rotto"),
    "page_alone": (f"Content-Type: text/html; charset=utf-8\n\n{PAGE}".encode(), PAGE_TEXT),
    "page_where_plain_is_empty": (parts(part("text/plain", " \n"), part("text/html", "<p>rotto")), "rotto"),
    "attachment_after": (
        parts(part("text/plain", "rotto"), part("image/png", "AAAA"), kind="mixed"),
        "rotto",
    ),
    "page_with_pictures": (
        parts(part("text/html", "<p>rotto<img>"), part("image/png", "A"), kind="related"),
        "rotto",
    ),
    "mail_in_a_mail": (
        parts("--XX\nContent-Type: message/rfc822\n\nSubject: x\n\nrotto\n", kind="mixed"),
        "rotto",
    ),
    "base64": (b"Content-Transfer-Encoding: base64\n\n" + b64encode("perché".encode()), "perché"),
    "quoted_printable": (
        b"Content-Transfer-Encoding: quoted-printable\n\nperch=C3=A9 s=\nempre",
        "perché sempre",
    ),
    "windows_under_the_name_of_latin": (
        b"Content-Type: text/plain; charset=iso-8859-1\n\n\x80 5, perch\xe9",
        "€ 5, perché",
    ),
    "ascii_that_is_not": (b"Content-Type: text/plain; charset=us-ascii\n\nperch\xc3\xa9", "perché"),
    "unknown_charset": (b"Content-Type: text/plain; charset=x-nobody\n\nperch\xe9", "perché"),
    "charset_that_is_no_text": (b"Content-Type: text/plain; charset=rot13\n\nciao", "ciao"),
    "type_that_is_none": (b"Content-Type: nonsense\n\nciao", "ciao"),
    "windows_line_ends": (b"\r\nuno\r\ndue\r\n", "uno\ndue"),
    "picture_alone": (b"Content-Type: image/png\n\nAAAA", ""),
    "nothing": (b"", ""),
    "nul": (b"\na\0b", "a\0b"),
    "hebrew_and_emoji": ("\nהחבילה 😡".encode(), "החבילה 😡"),
}


@pytest.mark.parametrize(("body", "text"), BODIES.values(), ids=BODIES)
def test_the_text_of_a_mail_is_found(tmp_path: Path, body: bytes, text: str) -> None:
    row = only(written(tmp_path, HEAD + body))
    assert (row.values["text"], row.error) == (text, None)


CUT = {
    "answer_above": (
        "Ancora niente.\n\nIl giorno ven 27 nov 2026 alle 10:00 X <x@y.it> ha scritto:\n> ciao\n>> di più"
    ),
    "wrapped_attribution": "Ancora niente.\n\nOn Fri, Nov 27, 2026 at 10:00 A Name\n<x@y.it> wrote:\n\n> hi",
    "nothing_marked": "Ancora niente.\n\nLe ven. 27 nov. 2026, X <x@y.fr> a écrit :\nsalut",
    "original_message": "Ancora niente.\n-----Messaggio originale-----\nDa: X\nciao",
    "copied_header": "Ancora niente.\n\nDa: X <x@y.it>\nInviato: ieri\nA: Ada\nOggetto: R: pacco\n\nciao",
    "copied_header_in_german": "Ancora niente.\n____________\nVon: X\nGesendet: heute\nAn: Ada\n\nja",
    "signature": "Ancora niente.\n-- \nAda Rossi\nVia Roma 1",
    "signature_without_a_blank": "Ancora niente.\n--\nAda Rossi",
    "answer_below": "Il 27 nov 2026 alle 10:00 X ha scritto:\n> dove?\n\nAncora niente.",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_earlier_mails_and_signatures_are_cut(tmp_path: Path, text: str) -> None:
    row = only(written(tmp_path, HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()))
    assert row.values["text"] == "Ancora niente."


KEPT = {
    "an_answer_that_is_told": "Il giorno 3 alle 10:00 il corriere mi ha scritto:\nconsegnato.\nFalso.",
    "a_passed_on_mail": "---------- Forwarded message ---------\nDa: X\nDate: oggi\nTo: Ada\n\nrotto",
    "quotes_alone": "> solo\n> citato",
    "dashes": "uno -- due\n--- tre",
    "a_place": "Da: Roma\nil pacco non parte",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_people_wrote_is_kept(tmp_path: Path, text: str) -> None:
    row = only(written(tmp_path, HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()))
    assert row.values["text"] == text


def test_a_quote_in_a_page_is_cut(tmp_path: Path) -> None:
    page = (
        '<div dir="ltr">Ancora niente.</div><br><div class="gmail_quote"><div>Il giorno 27 nov 2026 X '
        "&lt;x@y.it&gt; ha scritto:<br></div><blockquote>ciao<blockquote>no</blockquote></blockquote></div>"
    )
    row = only(written(tmp_path, HEAD + f"Content-Type: text/html\n\n{page}".encode()))
    assert row.values["text"] == "Ancora niente."


DAMAGED = {
    "no_boundary": (
        HEAD + b"Content-Type: multipart/mixed; boundary=XX\n\nciao\n",
        "ciao",
        "parts cannot be told",
    ),
    "bad_base64": (
        HEAD + b"Content-Transfer-Encoding: base64\n\nY2lhbw=!!",
        "ciao",
        "text of the mail is damaged",
    ),
    "encrypted": (HEAD + parts(part("text/plain", "x"), kind="encrypted"), "", "encrypted"),
    "too_long": (HEAD + b"\n" + b"ciao " * (1 << 20), ("ciao " * (1 << 20)).strip(), "only the first 4 MB"),
}


@pytest.mark.parametrize(("content", "text", "why"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_mail_is_read_as_far_as_it_goes(
    tmp_path: Path, content: bytes, text: str, why: str
) -> None:
    row = only(written(tmp_path, content))
    assert str(row.values["text"])[:100] == text[:100]
    assert why in (row.error or "")


ODD_HEADERS = {
    "bytes_of_windows": (b"Subject: perch\xe9", "subject", "perché"),
    "bytes_of_utf8": (b"Subject: perch\xc3\xa9", "subject", "perché"),
    "folded": (b"Subject: uno\n due", "subject", "uno due"),
    "unknown_charset": (b"Subject: =?x-nobody?q?ciao?=", "subject", "ciao"),
    "date_as_text": (b"Date: ieri mattina", "date", "ieri mattina"),
    "broken_sender": (b"From: <<<ada@@x>", "from", "<<<ada@@x>"),
    "twice": (b"Subject: uno\nSubject: due", "subject", "uno"),
}


@pytest.mark.parametrize(("header", "column", "value"), ODD_HEADERS.values(), ids=ODD_HEADERS)
def test_a_header_that_keeps_to_no_standard_is_read(
    tmp_path: Path, header: bytes, column: str, value: str
) -> None:
    row = only(written(tmp_path, header + b"\n\nciao"))
    assert (row.values[column], row.values["text"], row.error) == (value, "ciao", None)


def test_a_mailbox_is_read_mail_by_mail_and_counts_what_is_cut(tmp_path: Path) -> None:
    mails = [
        HEAD + b"\nuno\n-- \nAda\n",
        b"this is no header\n\ngarbage\n",
        HEAD + b"\n>From here on it is broken\nFrom my point of view, in 2026\n\n>>From x\n",
        HEAD + b"\ndue\n> citato\n",
    ]
    table = open_table(written(tmp_path, b"\n".join(BEGINS + mail for mail in mails), "in.mbox"))
    rows = list(table.rows())
    assert [(row.line, row.values["text"]) for row in rows] == [
        (1, "uno"),
        (12, "this is no header\n\ngarbage"),
        (17, "From here on it is broken\nFrom my point of view, in 2026"),
        (29, "due"),
    ]
    assert [row.error for row in rows] == [None, "the mail is damaged: it has no header", None, None]
    assert table.said == ("mailbox (mbox)", "quoted mails and signatures are cut")
    assert table.left_out == {"mails without what they quoted": 2, "mails without their signature": 1}
    assert list(table.rows()) == rows


def test_a_line_of_the_separator_in_a_single_mail_is_text(tmp_path: Path) -> None:
    assert (
        only(written(tmp_path, HEAD + b"\nuno\n" + BEGINS)).values["text"]
        == f"uno\n{BEGINS.decode()}".strip()
    )


def test_large_attachments_are_passed_over(tmp_path: Path) -> None:
    attached = part("application/pdf", ("A" * 76 + "\n") * 100_000, "Content-Transfer-Encoding: base64\n")
    mail = HEAD + parts(part("text/plain", "rotto"), attached, kind="mixed")
    rows = list(open_table(written(tmp_path, BEGINS + mail + b"\n" + BEGINS + mail, "in.mbox")).rows())
    assert [(row.values["text"], row.error) for row in rows] == [("rotto", None), ("rotto", None)]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"ciao a tutti\n"], ids=["empty", "noise", "text"])
def test_what_is_no_mail_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BatchError, match="no mail; expected"):
        open_table(written(tmp_path, content, "in.mbox"))
