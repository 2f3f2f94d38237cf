"""What the person who gives a file says of how it is written."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """None stands for what is to be recognised; what does not concern a kind of file is not looked at.

    `sheet` is the name or the number of one sheet of a workbook, or `sheets.ALL_SHEETS`; `text_columns` are
    columns of which the one with the texts is the first that a table has.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    has_header: bool | None = None
    sheet: str | None = None
    text_columns: tuple[str, ...] = ()

    @property
    def is_of_cells(self) -> bool:
        """Whether it says that the file is a table with cells, not lines of text."""
        return self.delimiter is not None or self.quote is not None or self.has_header is not None


RECOGNISED = Given()
"""Nothing is said: everything is recognised."""
