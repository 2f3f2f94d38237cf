"""Lines that repeat the header of their table, as files that were joined have them."""

from collections.abc import Mapping, Sequence

_SHOWN = 10


class RepeatedHeader:
    """Tells such lines from rows, and counts them while a table is read.

    In a table of one named column such a line may well be a text: it is a row, and counted all the same.
    """

    def __init__(self, names: Sequence[str]) -> None:
        """`names` as they stand in the file; none where it has no header."""
        self._names = [name.strip() for name in names]
        self.is_row = sum(1 for name in self._names if name) < 2
        self._first: list[int] = []
        self._count = 0

    def comes_again(self, cells: Sequence[str], line: int) -> bool:
        """Whether the next line is the header once more, cell by cell."""
        width = len(self._names)
        if not cells or not any(self._names) or cells[0].strip() != self._names[0]:
            return False
        if [cell.strip() for cell in cells[:width]] != self._names or any(cells[width:]):
            return False
        self._count += 1
        if len(self._first) < _SHOWN:
            self._first.append(line)
        return True

    @property
    def counted(self) -> Mapping[str, int]:
        """What was found so far, in words with the first lines, and how many there are."""
        if not self._count:
            return {}
        more = f" and {self._count - _SHOWN:,} more" if self._count > _SHOWN else ""
        lines = f"line{'' if self._count == 1 else 's'} {', '.join(map(str, self._first))}{more}"
        what = "read as a row, as there is one column" if self.is_row else "left out"
        return {f"the header once more, {what} ({lines})": self._count}
