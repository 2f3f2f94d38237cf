"""Chats that WhatsApp has exported as text: a message may run over several lines.

What a line looks like hangs on the telephone and its region, and is documented nowhere; these forms are those
of Android ("28/11/26, 14:03 - Ada: Ciao"), of the iPhone ("[28.11.26, 14:03:05] Ada: Ciao") and of both in
the United States ("11/28/26, 2:03 PM - Ada: Hi").
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.given import RECOGNISED, Given
from nlp.tables.rows import NO_REPEATS, NOTHING, Cells, Row
from nlp.tables.text_file import LONGEST_LINE, TextFile

DATE, FROM, TEXT, MEDIA, EDITED = "date", "from", "text", "media", "edited"

_OF_THE_APP = "\u200e"  # stands before what the program itself says in a message's place
_UNSEEN = "\u200e\u200f\u202a\u202b\u202c\ufeff"
_BEGIN = re.compile(
    rf"[{_UNSEEN}]*(?P<bracket>\[)?"
    r"(?P<first>\d{1,4})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{2,4}),?\s"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<seconds>\d\d))?(?:\s?(?P<half>[ap])\.?\s?m\.?)?"
    r"(?(bracket)\]|\s[-–])\s(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SENDER = re.compile(r"(?P<name>[^:\n\"“”«»]{1,100}): ?(?P<text>.*)", re.DOTALL)
_PLACEHOLDER = re.compile(rf"[{_UNSEEN}]*<[^<>\n]+>\s*")
_EDITED = re.compile(rf"\s*{_OF_THE_APP}<[^<>\n]+>\s*$")
_LOOKED_AT = 20
_NOTICES = "notices of WhatsApp left out"
_LAST_MONTH = 12
_SHORT_YEAR = 100


def is_whatsapp_export(lines: Sequence[str]) -> bool:
    """Whether these lines, the first of a file, are those of a chat in which somebody speaks."""
    seen = [line for line in lines if line.strip()][:_LOOKED_AT]
    begun = [match for line in seen if (match := _BEGIN.match(line)) is not None]
    speaks = any(_SENDER.match(match["rest"]) for match in begun)
    return speaks and bool(seen) and _BEGIN.match(seen[0]) is not None


@dataclass(kw_only=True, slots=True)
class _Message:
    begin: re.Match[str]
    line: int
    parts: list[str] = field(default_factory=list)
    length: int = 0
    problem: str | None = None

    def add(self, line: str) -> None:
        self.length += len(line)
        if self.length <= LONGEST_LINE:
            self.parts.append(line)
        elif self.problem is None:
            self.problem = f"a message has more than {LONGEST_LINE:,} characters: the rest of it is left out"


class WhatsAppTable:
    """The messages of a chat; what the program says by itself (who joined, that it is encrypted) is left out.

    `date` is in ISO form. `media` holds what stands in the place of a picture or a file, and of a message
    that was deleted; `text` is then empty. `edited` is "yes" where a message was changed. `line` is where a
    message begins.
    """

    delimiter = ","
    cells = Cells.TEXT
    repeated = NO_REPEATS

    def __init__(self, path: Path, given: Given = RECOGNISED) -> None:
        """Look at all of a file twice: for its charset, and for the order of day and month.

        Raises:
            BatchError: It is no such chat, or cannot be read.
        """
        self._file = TextFile(path, given.encoding)
        self.left_out: Mapping[str, int] = NOTHING
        self.columns = [DATE, FROM, TEXT, MEDIA, EDITED]
        self._day_is_first = _day_is_first(self._file.lines())
        if next(self.rows(), None) is None:
            raise BatchError(f"{path}: no message in it; expected a chat that WhatsApp has exported")
        self.encoding = self._file.encoding
        order = "day before month" if self._day_is_first else "month before day"
        self.said = (*self._file.said, f"a chat exported by WhatsApp, dates with the {order}")

    def rows(self) -> Iterator[Row]:
        """Every message; what a damaged archive ends with is a row with an error."""
        self.left_out = notices = Counter[str]()
        message: _Message | None = None
        number, line = 0, "\n"
        for number, line in enumerate(self._file.lines(), start=1):
            begin = _BEGIN.match(line)
            if begin is not None:
                if message is not None:
                    yield self._row(message)
                sender = _SENDER.match(begin["rest"])
                message = None if sender is None else _Message(begin=begin, line=number)
                if sender is None:
                    notices[_NOTICES] += 1
            if message is not None:
                message.add(line if begin is None else begin["rest"])
                message.problem = message.problem or self._file.problem_of(line)
            elif (problem := self._file.problem_of(line)) is not None:
                yield self._lost(number, problem)
        if message is not None:
            yield self._row(message)
        if (loss := self._file.loss_after(line)) is not None:
            yield self._lost(number + 1, loss)

    def _lost(self, line: int, problem: str) -> Row:
        return Row(values=dict.fromkeys(self.columns, ""), line=line, error=problem)

    def _row(self, message: _Message) -> Row:
        sender = _SENDER.match("".join(message.parts))
        name, said = ("", "") if sender is None else (sender["name"], sender["text"].rstrip("\r\n"))
        was_edited = not _PLACEHOLDER.fullmatch(said) and _EDITED.search(said) is not None
        said = _EDITED.sub("", said) if was_edited else said
        is_of_app = said.startswith(_OF_THE_APP) or _PLACEHOLDER.fullmatch(said) is not None
        values: dict[str, object] = {
            DATE: self._moment(message.begin),
            FROM: name.strip(_UNSEEN + " "),
            TEXT: "" if is_of_app else said,
            MEDIA: said.strip(_UNSEEN + " <>\r\n") if is_of_app else "",
            EDITED: "yes" if was_edited else "",
        }
        return Row(values=values, line=message.line, error=message.problem)

    def _moment(self, begin: re.Match[str]) -> str:
        """When it was sent, in ISO form; as it stands where there is no such moment."""
        day, month, year = (int(begin[part]) for part in ("first", "second", "third"))
        if day >= _SHORT_YEAR:
            day, year = year, day
        elif not self._day_is_first:
            day, month = month, day
        hour = int(begin["hour"])
        if begin["half"] is not None:
            hour = hour % 12 + 12 * (begin["half"].lower() == "p")
        year += 2000 * (year < _SHORT_YEAR)
        try:
            at = time(hour, int(begin["minute"]), int(begin["seconds"] or 0))
            return datetime.combine(date(year, month, day), at).isoformat()
        except ValueError:
            return begin[0][: begin.start("rest") - begin.start()].strip(f"{_UNSEEN}[]-– ")


def _day_is_first(lines: Iterator[str]) -> bool:
    """Whether 3/4 is the third of April: by days above twelve, else by who writes hours with AM and PM."""
    first = second = american = 0
    for line in lines:
        if (begin := _BEGIN.match(line)) is not None and int(begin["first"]) < _SHORT_YEAR:
            first += int(begin["first"]) > _LAST_MONTH
            second += int(begin["second"]) > _LAST_MONTH
            american += begin["half"] is not None and begin["mark"] == "/"
    return first > second if first or second else not american
