"""A business's own patterns of order numbers: compiled, and tried before they meet a customer's text."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nlp.errors import NlpError

# Python keeps what it makes of a pattern under a private name; Hypothesis reads it in the same place.
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

GROUP = "id"
"""A pattern's group that holds the number, where the pattern says more than the number."""

TRIED_SECONDS = 1
"""Processor time in which a pattern must be through with the texts that are hardest for it."""

DAY = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?")
"""What is a day, however much it looks like a number."""

_ENDLESS = 16  # a repetition that may go on for longer can be the one that takes for ever
_REPEATS = (24, 3_000)  # the first tells what doubles with each letter, the second what grows by its cube
_BREAKS = "\0"
_SAMPLES = {
    parser.CATEGORY_DIGIT: "1",
    parser.CATEGORY_SPACE: " ",
    parser.CATEGORY_WORD: "a",
    parser.CATEGORY_NOT_DIGIT: "a",
    parser.CATEGORY_NOT_SPACE: "a",
    parser.CATEGORY_NOT_WORD: "-",
}
_LOOPS = (parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT)
_TRIAL = f"""
import json, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({TRIED_SECONDS}, {TRIED_SECONDS}))
pattern, texts = json.load(sys.stdin)
compiled = re.compile(pattern)
for text in texts:
    for _ in compiled.finditer(text):
        pass
"""


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern as it is used everywhere.

    Raises:
        NlpError: It is not a regular expression.
    """
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise NlpError(f"order pattern {pattern!r} is not a regular expression: {error}") from error


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that could hold up the program or finds numbers where nothing is written.

    It is tried in a process of its own, because nothing else ends a search that takes for ever.

    Raises:
        NlpError: It is not a regular expression, matches the empty text, or is slow.
    """
    compile_pattern(pattern)
    tree = parser.parse(pattern)
    if tree.getwidth()[0] == 0:
        raise NlpError(f"order pattern {pattern!r} matches the empty text: expected one letter or more")
    texts = [text for times in _REPEATS for text in _hard_texts(tree, times)]
    tried = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _TRIAL],
        input=json.dumps([pattern, texts]).encode(),
        capture_output=True,
        check=False,
    )
    if tried.returncode < 0:
        raise NlpError(
            f"order pattern {pattern!r} is slow: on some texts it takes more than {TRIED_SECONDS} s; "
            r"expected no repetition within a repetition, such as (\d+)+, nor several that take the same"
        )


def find_by_patterns(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where the patterns find numbers, and the numbers: a pattern's group `id` where it has one."""
    for pattern in patterns:
        group = GROUP if GROUP in pattern.groupindex else 0
        for match in pattern.finditer(text):
            found = match.group(group)
            if found and not DAY.fullmatch(found):
                yield match.span(group), found


def _hard_texts(tree: Sequence[Any], times: int, before: str = "") -> Iterator[str]:
    """For each repetition a text that goes through it again and again, and then fails."""
    for operation, value in tree:
        if operation in _LOOPS:
            _, most, body = value
            if most > _ENDLESS:
                yield before + _sample(body) * times + _BREAKS
                # What is repeated may as well stand alone: the second of two that take the same letters.
                yield _sample(body) * times + _BREAKS
        for inner in _inside(operation, value):
            yield from _hard_texts(inner, times, before)
        before += _sample([(operation, value)])


def _inside(operation: Any, value: Any) -> list[Sequence[Any]]:
    if operation in _LOOPS:
        return [value[2]]
    if operation == parser.SUBPATTERN:
        return [value[3]]
    if operation == parser.BRANCH:
        return list(value[1])
    if operation in (parser.ASSERT, parser.ASSERT_NOT):
        return [value[1]]
    if operation == parser.ATOMIC_GROUP:
        return [value]
    return []


def _sample(tree: Sequence[Any]) -> str:
    """A text that the pattern may go through, as short as it gets, with one round at least of each loop."""
    return "".join(_one(operation, value) for operation, value in tree)


def _one(operation: Any, value: Any) -> str:
    if operation in _LOOPS:
        return _sample(value[2]) * int(min(max(value[0], 1), _REPEATS[-1]))
    if operation == parser.IN:
        return _member(value)
    if operation == parser.LITERAL:
        return chr(value)
    if operation == parser.CATEGORY:
        return str(_SAMPLES.get(value, "a"))
    if operation in (parser.ANY, parser.NOT_LITERAL):
        return "1"
    inside = [] if operation in (parser.ASSERT, parser.ASSERT_NOT) else _inside(operation, value)
    return _sample(inside[0]) if inside else ""


def _member(choices: Sequence[Any]) -> str:
    if choices[0][0] == parser.NEGATE:
        refused = {_member([choice]) for choice in choices[1:]}
        return next(letter for letter in ("1", "a", "-", "é") if letter not in refused)
    operation, value = choices[0]
    return chr(value[0]) if operation == parser.RANGE else _one(operation, value)
