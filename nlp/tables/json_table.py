"""JSON lines: one object a line."""

import json
from collections.abc import Iterator
from pathlib import Path

from nlp.tables.charset import detect_encoding
from nlp.tables.rows import RAW, Cells, Row

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")


class JsonTable:
    """A file with one JSON object a line; a line that is none is a row with an error."""

    delimiter = ","
    cells = Cells.JSON

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = detect_encoding(path)
        self.columns = list(dict.fromkeys(key for row in self.rows() for key in row.values))

    def rows(self) -> Iterator[Row]:
        """Every line that is not blank."""
        with self._path.open(encoding=self.encoding, errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _parse(line.rstrip("\n"), number)


def _parse(text: str, line: int) -> Row:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5000 digits is a plain ValueError
        return Row(values={RAW: text}, line=line, error=f"not JSON: {error}")
    if not isinstance(value, dict):
        problem = f"expected a JSON object, found {type(value).__name__}"
        return Row(values={RAW: text}, line=line, error=problem)
    return Row(values=value, line=line)
