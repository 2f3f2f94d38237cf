"""Ctrl-C during work that can be gone on with: once to end it in order, twice to end it at once."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from rimedio.terminal import say

INTERRUPTED = 130
"""The exit status of work that was stopped."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """For the time of a block Ctrl-C makes what it is given say yes; pressed again, it ends the process.

    What Python does on a signal waits for the main thread, which may be in the engine for minutes, and then
    is done once, however often somebody pressed. So a thread hears of signals by a pipe.
    """
    asked = threading.Event()
    hearing, told = os.pipe()
    os.set_blocking(told, False)
    before = {number: signal.signal(number, lambda number, frame: None) for number in _SIGNALS}
    told_before = signal.set_wakeup_fd(told)
    listener = threading.Thread(target=_listen, args=(hearing, asked), name="stopping", daemon=True)
    listener.start()
    try:
        yield asked.is_set
    finally:
        signal.set_wakeup_fd(told_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(told)
        listener.join()
        os.close(hearing)


def _listen(hearing: int, asked: threading.Event) -> None:
    while heard := os.read(hearing, 1):
        if heard[0] not in _SIGNALS:
            continue
        if asked.is_set():
            Console(stderr=True).show_cursor()  # a bar hides it
            os._exit(INTERRUPTED)
        asked.set()
        say("stopping once what is being done is kept; again to stop at once")
