"""Cutting long texts where a reader would."""

MAX_UNITS = 4096
"""The longest text Telegram takes in one message, in UTF-16 code units."""


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts: most emoji are two."""
    return len(text.encode("utf-16-le")) // 2


def split_text(text: str, limit: int = MAX_UNITS) -> list[str]:
    """Cuts `text` into parts of at most `limit` UTF-16 units, at paragraphs, else lines, else words.

    Nothing but white space at the cuts is lost; a text that fits comes back whole.
    """
    parts: list[str] = []
    rest = text
    while utf16_length(rest) > limit:
        head = _longest_head(rest, limit)
        cut = next(
            (position for mark in ("\n\n", "\n", " ") if (position := head.rfind(mark)) > len(head) // 2), 0
        ) or len(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def shorten(text: str, limit: int) -> str:
    """The first `limit` characters, with an ellipsis when something is left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def shorten_at_word(text: str, limit: int) -> str:
    """The first words of at most `limit` characters with the ellipsis; a longer word is cut like any text."""
    if len(text) <= limit:
        return text
    words = text[:limit].rpartition(" ")[0].rstrip(" ,;:")
    return f"{words}…" if words else shorten(text, limit)


def _longest_head(text: str, limit: int) -> str:
    # A character outside the BMP takes two units; cutting characters can never cut one in half.
    units = 0
    for position, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return text[:position]
    return text
