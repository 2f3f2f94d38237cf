"""What somebody wrote in a cell: HTML as the text that it shows, and without the mails that it answers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from nlp.tables.html_text import text_of_html
from nlp.tables.mail_text import without_quotes

_BLOCKS = re.compile(
    r"</?(?:html|body|p|div|h[1-6]|blockquote|[uo]l|li|table|t[rdh]|center)(?:\s[^<>]*)?/?>|<[bh]r(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
"""Tags that end a line. Few people write them in words of their own."""

# "<b>" alone may be a placeholder that somebody left in a text: what is closed or has attributes is none.
_INLINE = re.compile(
    r"</(?:a|b|i|u|s|em|strong|small|big|su[bp]|strike|del|ins|code|pre|span|font|style)\s*>"
    r"|<(?:a|img|span|font)\s[^<>=]*=[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """The text of a cell, and what was done to have it."""

    text: str
    from_html: bool = False
    quotes_cut: bool = False


def message_of(cell: str) -> Message:
    """The words of whoever wrote a cell; a cell of plain words is them as they stand.

    Line ends count as such where HTML has no tag for them. Where nothing would be left without what is
    quoted, all is kept.
    """
    text, from_html = cell, False
    if "&" in text and not _is_html(text):
        # In some exports tags are written as `&lt;p&gt;`: what that shows is HTML still.
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
        from_html = text != cell
    if _is_html(text):
        page = text if _BLOCKS.search(text) else _LINE_END.sub("<br>", text)
        text, from_html = text_of_html(page), True
    own = without_quotes(text) if "\n" in text else text
    return Message(text=own, from_html=from_html, quotes_cut=own != text)


def message_at(value: object) -> str | None:
    """The words in the value of a row: a text, or the texts of a list as one; None where it is neither.

    Old Parquet files keep their texts as bytes, which are one where they are UTF-8.
    """
    if isinstance(value, bytes):
        value = text_of_bytes(value)
    if isinstance(value, str):
        return message_of(value).text
    if not isinstance(value, list):
        return None
    texts = [message_of(item).text for item in value if isinstance(item, str)]
    return "\n".join(text for text in texts if text.strip()) if texts else None


def text_of_bytes(value: bytes) -> str | None:
    """The text that is meant by bytes, None where they are none."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def said_of(cells: Iterable[str]) -> tuple[str, ...]:
    """What is done to some of these cells, in short sentences."""
    messages = [message_of(cell) for cell in cells]
    said = ["HTML is read as the text that it shows"] * any(message.from_html for message in messages)
    said += ["quoted mails are not read"] * any(message.quotes_cut for message in messages)
    return tuple(said)


def _is_html(text: str) -> bool:
    return "<" in text and (_BLOCKS.search(text) is not None or _INLINE.search(text) is not None)
