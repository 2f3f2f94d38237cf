"""Memory that the C library keeps for later although nothing is in it; only glibc can be told about it."""

import ctypes

_LIBRARY = ctypes.CDLL(None)
_ARENA_MAX = -8  # M_ARENA_MAX of <malloc.h>


def share_one_arena() -> None:
    """Let threads that begin from now on share what is free, instead of keeping some each.

    A thread keeps the arena that it began with: this has to come before those that work.
    """
    if hasattr(_LIBRARY, "mallopt"):
        _LIBRARY.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Hand what is free back to the system."""
    if hasattr(_LIBRARY, "malloc_trim"):
        _LIBRARY.malloc_trim(0)
