"""What can be said of a page before the work begins whose result it shows."""

import os
from pathlib import Path

from rimedio.terminal import USAGE, fail, one_line

_ENDING = ".html"


def check_page(option: str, page: Path | None, example: str) -> None:
    """Ends the command where no page could be written under the name that an option gives, if any."""
    if page is None:
        return
    why = None
    if not page.name or page.is_dir():
        why = f"expected the name of a file, such as {example}"
    elif page.suffix.lower() != _ENDING:
        # Browsers go by the ending, and a page under another one would be no PDF and no workbook.
        why = f"is a web page, whose name ends in {_ENDING}; expected one such as {example}"
    elif not page.absolute().parent.is_dir():
        why = f"there is no folder {page.parent}"
    elif not os.access(page.absolute().parent, os.W_OK):
        why = "cannot be written; nothing may be put into its folder"
    if why is not None:
        fail(one_line(f"{option} {page}: {why}"), USAGE)
