"""Plain text: a line a message."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.given import RECOGNISED, Given
from nlp.tables.rows import NO_REPEATS, NOTHING, Cells, Row
from nlp.tables.text_file import TextFile

TEXT = "text"


class PlainTable:
    """A text file whose lines are the messages, in the one column `text`; blank lines are none."""

    delimiter = ","
    cells = Cells.TEXT
    repeated = NO_REPEATS

    def __init__(self, path: Path, given: Given = RECOGNISED) -> None:
        """Look at all of a file once.

        Raises:
            BatchError: There is nothing in it, or it cannot be read.
        """
        self._file = TextFile(path, given.encoding)
        self.left_out: Mapping[str, int] = NOTHING
        if next(self.rows(), None) is None:
            raise BatchError(f"{path}: the file is empty; expected a message a line")
        self.columns = [TEXT]
        self.encoding = self._file.encoding
        self.said = (*self._file.said, "plain text: every line is a message, blank ones left out")

    def rows(self) -> Iterator[Row]:
        """Every line that is not blank; what a damaged archive ends with is a row with an error."""
        self.left_out = blank = Counter[str]()
        number, line = 0, "\n"
        for number, line in enumerate(self._file.lines(), start=1):
            if line.strip():
                values: dict[str, object] = {TEXT: line.rstrip("\r\n")}
                yield Row(values=values, line=number, error=self._file.problem_of(line))
            else:
                blank["blank lines left out"] += 1
        if (loss := self._file.loss_after(line)) is not None:
            yield Row(values={TEXT: ""}, line=number + 1, error=loss)
