"""Mailboxes (mbox) and single mails (.eml), a mail at a time."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email import policy
from email.errors import (
    InvalidBase64CharactersDefect,
    InvalidBase64LengthDefect,
    InvalidBase64PaddingDefect,
    MessageError,
)
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from nlp.errors import BatchError
from nlp.tables.compression import open_bytes
from nlp.tables.html_text import text_of_html
from nlp.tables.mail_text import own_text
from nlp.tables.rows import NO_REPEATS, NOTHING, Cells, Row

MAIL_SUFFIXES = (".mbox", ".mbx", ".eml")

_PIECE = 1 << 16  # bytes; a line that is longer comes in several
_LARGEST = 1 << 22  # bytes of a mail that are looked at; what people wrote comes before what they attach
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[!-9;-~]+[ \t]*:")
_SEPARATOR = re.compile(rb"From .*\d:\d\d.*\d{4}\s*$")
_ESCAPED = re.compile(rb">+From ")
_FAULTS = (ValueError, LookupError, AttributeError, TypeError, RecursionError, MessageError)
"""What the parser is known to raise on mails that keep to no standard."""
_BASE64_DEFECTS = (InvalidBase64CharactersDefect, InvalidBase64LengthDefect, InvalidBase64PaddingDefect)
_ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
# A letter may begin with "From:" or "Date:" on one line; these are in every mail that was sent.
_OF_A_MAIL = (
    {b"from"},
    {b"date", b"message-id", b"received"},
    {b"to", b"subject", b"received", b"mime-version"},
)
# What programs say and what they send are two things.
_AS_SENT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8"}


class MailTable:
    """The mails of a mailbox, or one mail. `line` is where a mail begins.

    The text is the plain part, else the page; mails that are quoted in it and the signature are cut, except
    where nothing else is there.
    """

    delimiter = ","
    cells = Cells.TEXT
    repeated = NO_REPEATS
    encoding = "utf-8"

    def __init__(self, path: Path) -> None:
        self._path = path
        reader, source = open_bytes(path)
        with reader:
            first = reader.readline(_PIECE)
        if not _SEPARATOR.match(first) and not _HEADER.match(first):
            raise BatchError(f"{path}: no mail; expected a line that begins with `From ` or a header")
        self.columns = ["message_id", "date", "from", "to", "subject", "text"]
        kind = "mailbox (mbox)" if _SEPARATOR.match(first) else "one mail"
        packed = (f"{source.packing} archive",) if source.packing else ()
        self.said: tuple[str, ...] = (*packed, kind, "quoted mails and signatures are cut")
        self.left_out: Mapping[str, int] = NOTHING

    def rows(self) -> Iterator[Row]:
        """Every mail; one that is damaged comes out as far as it can be read, with an error.

        What a damaged archive ends with is a row with an error.
        """
        self.left_out = cut = Counter[str]()
        reader, source = open_bytes(self._path)
        line = 1
        with reader:
            for line, content in _mails(reader):
                mail = BytesParser(policy=policy.default).parsebytes(content)
                text, error = _text(mail)
                if len(content) >= _LARGEST and not (mail.is_multipart() and text):
                    error = error or f"only the first {_LARGEST >> 20} MB of the mail are read"
                own = own_text(text)
                if own.quotes_cut:
                    cut["mails without what they quoted"] += 1
                if own.signature_cut:
                    cut["mails without their signature"] += 1
                yield Row(values={**_fields(mail), "text": own.text}, line=line, error=error)
        if source.damage is not None:
            problem = f"what follows is lost, and the end of the mail before may be: {source.damage}"
            yield Row(values={}, line=line, error=problem)


def is_mail(head: bytes) -> bool:
    """Whether a file that begins so is a mailbox or a mail, whatever its name."""
    lines = head.splitlines(keepends=True)
    if len(lines) > 1 and _SEPARATOR.match(lines[0]):
        return _HEADER.match(lines[1].removeprefix(b">")) is not None
    names: set[bytes] = set()
    for line in lines:
        if not line.strip():
            break
        if not _HEADER.match(line) and not (names and line[:1] in b" \t"):
            return False
        names.add(line.removeprefix(b"\xef\xbb\xbf").partition(b":")[0].strip().lower())
    return all(names & some for some in _OF_A_MAIL)


def _mails(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The mails, each with the number of its first line and as much as is looked at."""
    kept: list[bytes] = []
    size = 0
    number = begun = 1
    at_start = True
    in_mailbox = False
    while piece := file.readline(_PIECE):
        separates = at_start and (number == 1 or in_mailbox) and _SEPARATOR.match(piece)
        if separates:
            if in_mailbox:
                yield begun, b"".join(kept)
            in_mailbox, begun, size = True, number, 0
            kept.clear()
        elif size < _LARGEST:
            escaped = at_start and in_mailbox and _ESCAPED.match(piece)
            kept.append(piece[1:] if escaped else piece)
            size += len(piece)
        at_start = piece.endswith(b"\n")
        number += at_start
    yield begun, b"".join(kept)


def _fields(mail: EmailMessage) -> dict[str, object]:
    return {
        "message_id": _header(mail, "message-id"),
        "date": _date(_header(mail, "date")),
        "from": _header(mail, "from"),
        "to": _header(mail, "to"),
        "subject": _header(mail, "subject"),
    }


def _header(mail: EmailMessage, name: str) -> str:
    raw = next((str(value) for key, value in mail.raw_items() if key.lower() == name), "")
    if raw.isascii():
        with suppress(*_FAULTS):  # it is told as it stands, then
            parsed = mail[name]
            # Of an address that is none the parser keeps nothing.
            if parsed is not None and not (parsed.defects and "=?" not in raw):
                raw = str(parsed)
    else:  # bytes that no standard allows there
        raw = _decoded(raw.encode("utf-8", "surrogateescape"), "utf-8")
    return " ".join(raw.split())


def _date(text: str) -> str:
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError):
        return text


def _text(mail: EmailMessage) -> tuple[str, str | None]:
    """The text of a mail as far as it can be read, and what is wrong with it."""
    if not mail.keys():
        return _content(mail), "the mail is damaged: it has no header"
    if mail.get_content_maintype() == "multipart" and not mail.is_multipart():
        return _content(mail), "the mail is damaged: its parts cannot be told apart"
    if mail.get_content_type() in _ENCRYPTED:
        return "", "the mail is encrypted"
    try:
        part = _written_part(mail)
        if part is None:
            return "", None
        text = _content(part)
        page = part.get_content_subtype() == "html"
        damaged = any(isinstance(defect, _BASE64_DEFECTS) for defect in part.defects)
        return text_of_html(text) if page else text, "the text of the mail is damaged" if damaged else None
    except _FAULTS as error:
        return "", f"the mail is damaged: {error}"


def _written_part(mail: EmailMessage) -> MIMEPart | None:
    """The plain part, unless it is empty; else the page; else what is attached as text or as a mail."""
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    if plain is not None and (page is None or _content(plain).strip()):
        return plain
    return page or next((part for part in mail.walk() if part.get_content_type() == "text/plain"), None)


def _content(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):  # what holds other parts has no text of its own
        return ""
    charset = (part.get_content_charset() or "utf-8").lower()
    return _decoded(payload, _AS_SENT.get(charset, charset))


def _decoded(content: bytes, charset: str) -> str:
    for guess in (charset, "utf-8", "cp1252"):
        try:
            return content.decode(guess)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")
