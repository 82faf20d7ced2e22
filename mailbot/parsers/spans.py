"""Places of a text in order, so that those near a place are found without going through all."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from operator import attrgetter
from typing import Protocol, TypeVar

_START = attrgetter("start")
_REACH = 120


class Placed(Protocol):
    """A thing that stands at `start` to `end`."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


_T = TypeVar("_T", bound=Placed)


class InOrder(tuple[_T, ...]):
    """Things by where they start."""

    def starting(self, first: int, before: int) -> tuple[_T, ...]:
        """Return those that start at `first` or later, and before `before`."""
        low, high = self.range(first, before)
        return self[low:high]

    def range(self, first: int, before: int) -> tuple[int, int]:
        """Return the indices between which those stand that start at `first` or later, and before `before`."""
        low = bisect_left(self, first, key=_START)
        return low, bisect_left(self, before, lo=low, key=_START)

    def around(self, start: int, end: int) -> tuple[_T, ...]:
        """Return those that start before `end` and may reach `start`: of words, none is longer than the reach."""
        return self.starting(start - _REACH, end)


class Taken:
    """Stretches of a text, any number and in any order, of which one asks whether they touch another one."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reaches = list(accumulate((end for _, end in ordered), max))

    def touches(self, start: int, end: int) -> bool:
        """Whether one of the stretches has a character of `start` to `end`, or stands empty inside."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reaches[before - 1] > start
