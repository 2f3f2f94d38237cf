"""How the C library hands out memory while a network is trained."""

import ctypes

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # the names of mallopt(3), without their M_
_NEVER, _NONE = -1, 0
_AT_A_TIME = 256 << 20


def keep_freed_memory() -> None:
    """Let what one step of a training frees serve the next one.

    glibc maps every large tensor anew and gives it back after use, and the kernel clears its pages each time.
    Where there is no glibc nothing is changed.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_MMAP_MAX, _NONE)
        library.mallopt(_TRIM_THRESHOLD, _NEVER)
        library.mallopt(_TOP_PAD, _AT_A_TIME)
