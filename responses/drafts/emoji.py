"""Whether somebody writes with emoji: only then may an answer hold one."""

import re

# Pictographs and the older symbols that phones draw as pictures; © ® ™ and arrows are plain signs.
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50]")


def has_emoji(text: str) -> bool:
    """Whether a picture stands among the words."""
    return _EMOJI.search(text) is not None
