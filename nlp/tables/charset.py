"""Which charset a file of unknown origin is written in."""

import codecs
from pathlib import Path

_SAMPLE_BYTES = 1 << 20


def detect_encoding(path: Path) -> str:
    """The charset of a file: UTF-8 where it is, else what its bytes look like, else Windows-1252."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    broken = _first_bad_byte(path)
    if broken is None:
        return "utf-8-sig"
    # Imported where needed: most files are UTF-8.
    from charset_normalizer import from_bytes

    with path.open("rb") as file:
        file.seek(max(0, broken - _SAMPLE_BYTES // 2))
        sample = file.read(_SAMPLE_BYTES)
    text = sample.decode("utf-8", "replace")
    wide = sum(1 for character in text if character > "\x7f" and character != "�")
    # Bytes that are UTF-8 by chance are rarer than damage.
    if wide and wide >= text.count("�"):
        return "utf-8-sig"  # mostly right: a few bytes were damaged on the way
    # Not cp1250: it has other letters where cp1252 has our languages', and short files pass for it.
    guess = from_bytes(sample, cp_isolation=["cp1252", "iso8859_15", "mac_roman", "cp850"]).best()
    return "cp1252" if guess is None else guess.encoding


def _first_bad_byte(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_SAMPLE_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return done
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, done - 1)
    return None
