"""The code of a voucher inside a text."""

import re
from collections.abc import Iterator


def places_of(code: str, text: str) -> Iterator[re.Match[str]]:
    """Where a text names the code; NATALE-17 does not stand in NATALE-17-B."""
    return re.finditer(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text)
