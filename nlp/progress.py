"""How far something is that takes a while, for whoever wants to hear it."""

from collections.abc import Callable

Told = Callable[[float], None]
"""Hears which part of something is done, from 0 to 1."""


def nobody(_part: float) -> None:
    """Hears of a part, and does nothing."""


def part_of(told: Told, done: int, count: int) -> Told:
    """Hears of one of `count` equal steps behind the `done` first ones, and tells of the whole."""
    return lambda part: told((done + part) / count)
