"""Web pages as the text a reader sees."""

import re
from html.parser import HTMLParser

_LONGEST = 500_000  # characters; the parser takes time in squares of what an unclosed mark leaves
_UNSEEN = {"script", "style", "head", "title", "template"}
_BREAKS = {
    *(
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
    ),
    *("h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"),
}
_CELLS = {"td", "th"}
_BLANK = re.compile(r"\s+")


def text_of_html(page: str) -> str:
    """The text of a page: a line a block, and `> ` before what it quotes."""
    reader = _Reader()
    reader.feed(page[:_LONGEST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._words: list[str] = []
        self._unseen: str | None = None
        self._quotes = 0

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN and self._unseen is None:
            self._unseen = tag
        elif tag == "body":
            self._unseen = None  # a head that is never closed ends here
        self._break_at(tag)
        if tag == "blockquote":
            self._quotes += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = None
        self._break_at(tag)
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag != "br":  # `<br/>` is one end of a line, and not the two of `<br></br>`
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self._unseen is None:
            self._words.append(data)

    def _break_at(self, tag: str) -> None:
        if tag in _BREAKS:
            self._end_line(empty=tag in ("br", "p"))
        elif tag in _CELLS:
            self._words.append(" ")

    def _end_line(self, *, empty: bool = False) -> None:
        line = _BLANK.sub(" ", "".join(self._words)).strip()
        self._words.clear()
        if line or empty:
            self._lines.append(f"{'> ' * self._quotes}{line}")
