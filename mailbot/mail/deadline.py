"""An end to every command: no answer may trickle for longer, however often the socket's own timeout begins anew."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator


class Watchdog:
    """Calls what is due. One thread for all, started with the first; a thread for each command costs as much as it."""

    def __init__(self) -> None:
        self._due: dict[object, tuple[float, Callable[[], None]]] = {}
        self._changed = threading.Condition()
        self._wakes_at = float("inf")
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def within(self, seconds: float, late: Callable[[], None]) -> Iterator[None]:
        """Call `late`, from another thread, when the block takes longer."""
        ticket, due = object(), time.monotonic() + seconds
        with self._changed:
            self._due[ticket] = (due, late)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="mailbot-deadlines", daemon=True)
                self._thread.start()
            if due < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._due.pop(ticket, None)

    def _watch(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                late = [ticket for ticket, (due, _) in self._due.items() if due <= now]
                calls = [self._due.pop(ticket)[1] for ticket in late]
                if not calls:
                    self._wakes_at = min((due for due, _ in self._due.values()), default=float("inf"))
                    self._changed.wait(None if self._wakes_at == float("inf") else self._wakes_at - now)
            for call in calls:
                call()
