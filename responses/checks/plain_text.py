"""A text made plain for reading: what only shapes it on a page hides no word from the checks.

The lists and patterns know one blank between two words, one sign each for apostrophe and hyphen, and a letter
with its accent as one; "e'" is read as "è", and "cant" as "can't". Where something stands is told of the text
as it was written.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache

from responses.checks.about import CheckContext
from responses.checks.wordlists import any_of, months, word_lists
from responses.drafts.phrases import LANGUAGES
from responses.spelling import respelled

# Soft hyphens, joiners, marks of direction: nothing of them is seen.
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_APOSTROPHES, _HYPHENS = "’‘ʼ＇´`", "‐‑﹣－"
_ACCENTS = "\u0300-\u036f"
_AS_READ = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-"))
_SHAPED = re.compile(rf"[^\S ]|[ ]{{2}}|[{_UNSEEN}{_APOSTROPHES}{_HYPHENS}{_ACCENTS}]")
_GAP = rf"[{_UNSEEN}]*\s[\s{_UNSEEN}]*"
_TOKEN = re.compile(rf"(?P<gap>{_GAP})|(?P<unseen>[{_UNSEEN}]+)|[^\s{_UNSEEN}][{_ACCENTS}]*")
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_HYPHENATED = re.compile(rf"\u00ad[^\S\n]*(?:{_BREAK.pattern})")
_DASH = re.compile(r"[-–—](?=\s)")
_DASHES = re.compile(rf"(?:^|{_BREAK.pattern})\s*[-–—](?=\s)")
_BULLET = re.compile(r"[•‣▪▫◦●○*·](?=\s)|(?:\d{1,2}|[a-h])\)(?=\s)")
_NUMBER = re.compile(r"\d{1,2}\.(?=\s+[^\W\d])")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_BEFORE_ITEMS = (".", "!", "?", "…", ":", ";")
_SYMBOL = "So"  # an emoji, as people put them before the points of a list


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainText:
    """The `words` as they are read; of each sign, where it begins and ends in the text as it was written."""

    words: str
    begins: tuple[int, ...] | range
    ends: tuple[int, ...] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text as it was written that stretch of the words stands."""
        if start == end:
            at = self.begins[start] if start < len(self.begins) else max(self.ends, default=0)
            return (at, at) if start else (0, 0)
        return self.begins[start], self.ends[end - 1]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the words that stretch of the text as it was written stands."""
        at = sum(one <= start for one in self.ends)
        return at, max(at, sum(one < end for one in self.begins))


def plain_text(text: str, language: str) -> PlainText:
    """The text with one blank for every gap; a paragraph, a point of a list or a new sentence keeps its line.

    A plain text stays as it is.
    """
    changes = {start: (end, read) for start, end, read in respelled(text, language)}
    if not changes and _SHAPED.search(text) is None:
        return PlainText(words=text, begins=range(len(text)), ends=range(1, len(text) + 1))
    words: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    read_until = 0
    for match in _TOKEN.finditer(text):
        if match.start() < read_until:
            continue
        # What is spelled in a hurry stands where all of its letters do.
        read_until, signs = changes.get(match.start(), (match.end(), _read(match, language)))
        for sign in signs:
            words.append(sign)
            begins.append(match.start())
            ends.append(read_until)
    return PlainText(words="".join(words), begins=tuple(begins), ends=tuple(ends))


def plain_words(text: str, language: str) -> str:
    """The same, where nobody asks for places."""
    return plain_text(text, language).words


def plain_about(about: CheckContext) -> CheckContext:
    """What a plain text is compared with, made plain itself."""
    said, sent, ready = (
        tuple(plain_words(words, about.language) for words in texts)
        for texts in (about.said, about.sent, about.ready)
    )
    composed = plain_words(about.composed, about.language) if about.composed is not None else None
    return replace(about, said=said, sent=sent, ready=ready, composed=composed)


def _read(token: re.Match[str], language: str) -> str:
    if token["unseen"]:
        return ""
    if not token["gap"]:
        return unicodedata.normalize("NFC", token.group()).translate(_AS_READ)
    if _HYPHENATED.search(token.group()):
        return ""
    breaks = len(_BREAK.findall(token.group()))
    if breaks > 1:
        return "\n\n"
    return "\n" if breaks and _begins_anew(token.string, token.start(), token.end(), language) else " "


def _begins_anew(text: str, end: int, begin: int, language: str) -> bool:
    """Whether the line that begins there goes on with nothing: it is a point of a list, or a new sentence."""
    if begin == len(text):
        return True
    if _BULLET.match(text, begin) or unicodedata.category(text[begin]) == _SYMBOL:
        return True
    if _DASH.match(text, begin):
        return text[:end].endswith(_BEFORE_ITEMS) or len(_DASHES.findall(text)) > 1
    if _NUMBER.match(text, begin):
        # In "am 1. Dezember" as well a number with a dot stands before a word.
        return _dated().match(text, begin) is None
    if not text[begin].isupper():
        return False
    patterns = word_lists(language).patterns
    if patterns["begins_line"].match(text, begin):
        return True
    before = _LAST_WORD.search(text[:end].translate(_AS_READ))
    return bool(
        patterns["may_begin_line"].match(text, begin)
        and before is not None
        and patterns["leads_on"].fullmatch(before.group()) is None
    )


@cache
def _dated() -> re.Pattern[str]:
    names = any_of(name for language in LANGUAGES for name in months(language))
    return re.compile(rf"\d{{1,2}}\.\s+(?:{names})", re.IGNORECASE)
