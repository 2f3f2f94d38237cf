"""The words of customers' answers (`phrases/replies.yaml`), as patterns."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def reply_words() -> Mapping[str, Any]:
    """The file: of each kind of word a pattern for each language, or one for all of them."""
    text = files("responses").joinpath("phrases", "replies.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Any] = YAML(typ="safe").load(text)
    return words


@cache
def whole(pattern: str) -> re.Pattern[str]:
    """The pattern matched against whole words only."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
