"""What stands for a file that cannot be read at all, where others beside it can."""

from collections.abc import Iterator

from nlp.tables.rows import NO_REPEATS, NOTHING, Cells, Row


class UnreadTable:
    """One row without columns, whose error says why the file is not read."""

    delimiter = ","
    encoding = "utf-8"
    cells = Cells.TEXT
    repeated = NO_REPEATS
    left_out = NOTHING

    def __init__(self, problem: str) -> None:
        self.columns: list[str] = []
        self.said: tuple[str, ...] = (f"cannot be read, and becomes one row with its error: {problem}",)
        self._problem = problem

    def rows(self) -> Iterator[Row]:
        """The one row."""
        yield Row(values={}, line=0, error=self._problem)
