"""Waiting for the signal to stop."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

GLANCE = 1.0
"""Seconds within which a signal is noticed that the kernel has given to another thread than the main one."""


@contextlib.contextmanager
def until_told(*numbers: signal.Signals) -> Iterator[Callable[[], None]]:
    """Give a function that returns once one of the signals has come; for the main thread.

    Python handles signals in its main thread, which is not woken when another thread was interrupted by one. It
    therefore wakes now and then by itself.
    """
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}

    def wait() -> None:
        while not stop.wait(GLANCE):
            pass

    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
