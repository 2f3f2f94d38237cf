"""The options of a choice as the question to the customer lists them, in the order of its values."""

import re

_BRACKETS = re.compile(r"\(([^()|]*)\)")
_OR = r"(?:o|oppure|or|u|ou|oder)\s+"
_APART = re.compile(rf"\s*,\s*(?:{_OR})?|\s+{_OR}")


def options_listed(ask: str) -> list[str]:
    """In small letters, from brackets or from behind a colon: "what broke (the frame or the glass)"."""
    text = ask.casefold().strip().rstrip(".?")
    brackets = _BRACKETS.findall(text)
    behind = brackets[-1] if brackets else text.partition(": ")[2]
    return [one for one in _APART.split(behind.strip()) if one] if behind else []
