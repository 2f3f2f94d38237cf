"""Batches as delimited text that csv.reader and a spreadsheet read back alike."""

import codecs
from collections.abc import Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from nlp.batch.cells import NUMBER, RUNS, is_phone
from nlp.batch.column_texts import cell_texts, holds_text, is_json, plain_texts
from nlp.batch.lines import content, is_utf8, pieces
from nlp.errors import WrongUsageError
from nlp.tables.charset import is_charset


class CsvWriter:
    """Writes a header at once, then one record a row."""

    def __init__(
        self, file: BinaryIO, schema: pa.Schema, *, delimiter: str, encoding: str, raw: bool
    ) -> None:
        """Begin a file; `raw` leaves what a spreadsheet would run as it is.

        Raises:
            WrongUsageError: The charset is unknown, or the delimiter cannot be one in it.
        """
        # A table of one column comes with a delimiter that nobody sees, as no text has it.
        self._delimiter = delimiter if delimiter.isprintable() or delimiter in "\t\r\n" else ","
        check_form(self._delimiter, encoding)
        self._file = file
        self._schema = schema
        self._raw = raw
        self._charset = codecs.lookup(encoding).name
        self._is_unicode = self._charset.startswith("utf")
        self._encoder = codecs.getincrementalencoder(encoding)(errors="replace")
        self.defused = 0
        self.replaced = 0
        self._write_text(self._header())

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one record a row."""
        for piece in pieces(batch):
            columns = zip(piece.columns, self._schema, strict=True)
            lines = self._records([self._fields(column, field) for column, field in columns])
            text = content(lines)
            if self._charset.startswith("utf-8") and b"\0" not in text and is_utf8(lines):
                self._file.write(text)
            else:
                self._write_text(text)

    def finish(self) -> None:
        """A table has no end of its own."""

    def _header(self) -> bytes:
        names = [self._quoted(self._defused(pa.array([name]))) for name in self._schema.names]
        # Excel takes a file that begins with a bare ID for one of another kind, and refuses it.
        if names and names[0][0].as_py().startswith("ID"):
            names[0] = pa.array([f'"{names[0][0]}"'])
        return content(self._records(names))

    def _fields(self, column: pa.Array, field: pa.Field) -> pa.StringArray:
        if is_json(field):
            texts, replaced = plain_texts(column, join_lists=True)
            self.replaced += replaced if self._is_unicode else 0  # another charset has no � and counts there
        else:
            texts = cell_texts(column)
        texts = pc.fill_null(texts, "")
        return self._quoted(self._defused(texts) if holds_text(field.type) else texts)

    def _defused(self, texts: pa.StringArray) -> pa.StringArray:
        runs = pc.match_substring_regex(texts, f"^(?:{RUNS})")
        if self._raw or not pc.any(runs).as_py():
            return texts
        runs = pc.and_not(runs, pc.match_substring_regex(texts, f"^(?:{NUMBER})$"))
        phones = [is_phone(cell) for cell in texts.filter(runs).to_pylist()]
        runs = pc.replace_with_mask(runs, runs, pc.invert(pa.array(phones, pa.bool_())))
        self.defused += pc.sum(runs).as_py()
        return pc.replace_with_mask(texts, runs, _joined("'", texts.filter(runs)))

    def _quoted(self, texts: pa.StringArray) -> pa.StringArray:
        special = pc.match_substring_regex(texts, f'["\\r\\n\\x{{{ord(self._delimiter):x}}}]')
        if len(self._schema) == 1:  # an empty line is no record
            special = pc.or_(special, pc.equal(texts, ""))
        if not pc.any(special).as_py():
            return texts
        doubled = pc.replace_substring(texts.filter(special), '"', '""')
        return pc.replace_with_mask(texts, special, _joined('"', doubled, '"'))

    def _records(self, fields: Sequence[pa.StringArray]) -> pa.StringArray:
        ends = [*[self._delimiter] * (len(fields) - 1), "\n"]
        return _joined(*[part for pair in zip(fields, ends, strict=True) for part in pair])

    def _write_text(self, text: bytes) -> None:
        # Not every program reads on after a NUL.
        characters = text.decode("utf-8", "replace").replace("\0", "�")
        encoded = self._encoder.encode(characters)
        if self._is_unicode:
            self.replaced += characters.count("�") - text.count("�".encode())
        else:
            self.replaced += encoded.decode(self._charset).count("?") - characters.count("?")
        self._file.write(encoded)


def _joined(*parts: pa.StringArray | str) -> pa.StringArray:
    return pc.binary_join_element_wise(*parts, "")


def check_form(delimiter: str, encoding: str) -> None:
    """Say before the work begins that a CSV cannot be written like this.

    Raises:
        WrongUsageError: The charset is unknown, or the delimiter cannot be one in it.
    """
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise WrongUsageError(
            f"delimiter {delimiter!r}: expected one character, no quotation mark or line break"
        )
    if not is_charset(encoding):
        known = "utf-8, utf-8-sig, utf-16, cp1252, iso8859-15"
        raise WrongUsageError(f"charset {encoding!r}: unknown; expected one such as {known}")
    try:
        delimiter.encode(encoding)
    except UnicodeError as error:
        raise WrongUsageError(f"delimiter {delimiter!r}: is not in the charset {encoding}") from error
