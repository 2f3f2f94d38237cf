"""Which charset a file of unknown origin is written in."""

import codecs
import re
from dataclasses import dataclass

STRAY = "nlp.stray"
"""How errors are taken: a byte that is no UTF-8 is the letter that Windows means by it, if it means one."""

_CANDIDATES = ("cp1252", "mac_roman", "iso8859_15", "cp850")  # the first of equals
_OTHERS = ("cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr")
_ENOUGH = 20  # bytes beyond ASCII, for a guess at a language of another family
_OF_ONE_BYTE = frozenset(
    codecs.lookup(name).name for name in (*_CANDIDATES, "latin_1", "cp1250", "cp1251", "cp1253", "cp1254")
)
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 without a byte order mark",
    "utf-16-be": "UTF-16 without a byte order mark",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "iso8859_15": "ISO 8859-15",
    "cp850": "DOS 850",
}
_SMALL, _CAPITAL = "àèéìòùáíóúýâêîôûäëïöüãõñçøåæœß", "ÀÈÉÌÒÙÁÍÓÚÂÊÎÔÛÄËÏÖÜÃÕÑÇØÅÆŒ"
_OPENING, _OTHER_MARKS = "“‘«¿¡€£–—„", "’”»…°ºª·§™®©\xa0•´"
# Our languages hardly have two letters with accents in a row; others, read in a wrong charset, have no else.
_PLAUSIBLE = re.compile(
    rf"(?<![{_SMALL}{_CAPITAL}])[{_SMALL}]|[{_OTHER_MARKS}]|(?<![a-z{_SMALL}{_CAPITAL}])[{_CAPITAL}]|(?<![a-z{_SMALL}A-Z{_CAPITAL}])[{_OPENING}]"
)
_WIDE = re.compile(r"[^\x00-\x7f]")
_ESCAPED = re.compile(r"[\udc80-\udcff]")
# Two marks of Mac Roman before an accented letter ("c’è") pass for a letter of these alphabets.
_BY_CHANCE = re.compile(r"[\u0180-\u02bf\u0480-\u057f]")
# Broken UTF-8 leaves its first byte, which Windows has as one of these.
_WINDOWS_LETTERS = frozenset(_SMALL + _CAPITAL + _OPENING + _OTHER_MARKS) - set("ÃÂ\xa0")


_NO_CHARSETS = frozenset(("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"))
"""What Python calls encodings of texts as well, and nobody writes a file in: some have no line ends."""


def is_charset(name: str) -> bool:
    """Whether files of text may be written in it."""
    try:
        b" ".decode(name, "replace")
        return codecs.lookup(name).name.replace("-", "_") not in _NO_CHARSETS
    except (LookupError, ValueError):  # some codecs are of other things than texts
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Charset:
    """How to decode a file: `encoding` and `errors` as Python knows them, `name` as people do."""

    encoding: str
    errors: str
    name: str


class CharsetFinder:
    """Tells the charset of a file whose bytes are given to `add`, a piece after the other."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._marked: Charset | None = None
        self._sample = b""
        self._empty = True
        self._stray = 0
        self._valid = 0

    @property
    def is_wide(self) -> bool:
        """Whether a character has two or four bytes, so that bytes alone say nothing of lines."""
        return self._marked is not None and self._marked.encoding.startswith(("utf-16", "utf-32"))

    def add(self, piece: bytes) -> None:
        """Look at the next piece of the file."""
        if self._empty:
            self._empty = False
            self._marked = _marked(piece)
        if self.is_wide:
            return
        text = self._decoder.decode(piece)
        stray = 0 if text.isascii() else len(_ESCAPED.findall(text))
        if not stray:
            self._valid += len(piece) - len(text)
            return
        self._sample = self._sample or piece
        self._stray += stray
        self._valid += len(_WIDE.findall(text)) - len(_BY_CHANCE.findall(text)) - stray

    def given(self, encoding: str) -> Charset:
        """The charset that somebody says it is, after the last piece."""
        is_marked = self._marked is not None and self._marked.encoding == "utf-8-sig"
        known = codecs.lookup(encoding).name
        plain = "utf-8-sig" if known == "utf-8" and is_marked else encoding
        return Charset(encoding=plain, errors="replace", name=f"{encoding}, as given{self._doubt_of(known)}")

    def _doubt_of(self, known: str) -> str:
        """What speaks against a charset, where the bytes were looked at one by one."""
        if self._decoder.decode(b"", final=True):
            self._stray += 1
        if known == "utf-8" and self._stray:
            return f"; {self._stray:,} other bytes read as �"
        if known in _OF_ONE_BYTE and self._valid > 0 and not self._stray:
            return ", though it can be read as UTF-8"
        return ""

    def found(self) -> Charset:
        """The charset, after the last piece."""
        if self.is_wide and self._marked is not None:
            return self._marked
        if self._decoder.decode(b"", final=True):
            self._stray += 1
        utf8 = "utf-8" if self._marked is None else self._marked.encoding
        if not self._stray:
            return Charset(encoding=utf8, errors="replace", name=_NAMES[utf8])
        # Bytes that are UTF-8 by chance are rare: a tenth is a file of several origins, or a damaged one.
        if self._marked is not None or self._valid * 10 >= self._stray or not self._sample:
            name = f"{_NAMES[utf8]}; {self._stray:,} other bytes read as Windows-1252 where they are letters"
            return Charset(encoding=utf8, errors=STRAY, name=name)
        encoding = _likeliest(self._sample)
        return Charset(encoding=encoding, errors="replace", name=_NAMES.get(encoding, encoding))


def is_wide(head: bytes) -> bool:
    """Whether a file that begins with these bytes has two or four of them for a character."""
    marked = _marked(head)
    return marked is not None and marked.encoding.startswith(("utf-16", "utf-32"))


def _marked(head: bytes) -> Charset | None:
    """The charset that a file's beginning shows for certain."""
    encoding = ""
    if head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        encoding = "utf-32"
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        sample = head[:4096]
        even, odd = sample[::2].count(0) / (len(sample) or 1), sample[1::2].count(0) / (len(sample) or 1)
        if max(even, odd) > 0.2 and min(even, odd) * 4 < max(even, odd):
            encoding = "utf-16-le" if odd > even else "utf-16-be"
    return Charset(encoding=encoding, errors="replace", name=_NAMES[encoding]) if encoding else None


def _likeliest(sample: bytes) -> str:
    def plausibility(encoding: str) -> float:
        text = sample.decode(encoding, "replace")
        return len(_PLAUSIBLE.findall(text)) / (len(_WIDE.findall(text)) or 1)

    best = max(_CANDIDATES, key=plausibility)
    if plausibility(best) > 0.6 or len(sample.translate(None, bytes(range(128)))) < _ENOUGH:
        return best if plausibility(best) else _CANDIDATES[0]
    # Imported where needed: nearly every file is in one of the charsets above.
    from charset_normalizer import from_bytes

    guess = from_bytes(sample, cp_isolation=list(_OTHERS)).best()
    return best if guess is None else guess.encoding


def _read_stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.end - error.start == 1:
        letter = error.object[error.start : error.end].decode("cp1252", "replace")
        if letter in _WINDOWS_LETTERS:
            return letter, error.end
    return "\ufffd", error.end


codecs.register_error(STRAY, _read_stray)
