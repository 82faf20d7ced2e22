"""Taking times and saying what they come to: medians, spread, and the ratio to a figure of the same run."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

T = TypeVar("T")

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: what was measured, in which unit, once for each run.

    `against` is what each run is compared with, measured beside it; `goal` what was hoped for, in words.
    """

    what: str
    unit: str
    values: Sequence[float]
    against: Sequence[float] = ()
    compared: str = ""
    goal: str = ""
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the line."""
        ratio = ""
        if self.against:
            ratios = [value / other for value, other in zip(self.values, self.against, strict=True)]
            ratio = f"{_figure(median(ratios))} of {self.compared}"
        spread = f"{_figure(min(self.values))} .. {_figure(max(self.values))}"
        return self.what, f"{_figure(median(self.values))} {self.unit}", spread, ratio, self.goal, self.note


@dataclass(frozen=True, slots=True)
class Speed:
    """Mails per second, and processor seconds for each; the latter depend less on who else uses the machine."""

    rate: float
    cpu: float


HEAD = ("what", "median", "spread", "ratio", "goal", "note")


def as_table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    marks = ("-" * width for width in widths)
    written = [lines[0], tuple(marks), *lines[1:]]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in written
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many per cent lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def times(work: Callable[[], object], runs: int) -> list[float]:
    """Return how many seconds each run took."""
    return [timed(work)[0] for _ in range(runs)]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return how many seconds the work took, and what it gave."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


@dataclass(slots=True)
class Spent:
    """Processor seconds, user and system, children that ended included."""

    seconds: float = field(default=0.0)


@contextmanager
def spent_by(*pids: int) -> Iterator[Spent]:
    """Tell how much processor time the processes took during the block."""
    spent, before = Spent(), sum(map(cpu_of, pids))
    yield spent
    spent.seconds = sum(map(cpu_of, pids)) - before


def cpu_of(pid: int) -> float:
    """Return the processor seconds of a process so far, with those of its children that ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / CLOCK_TICKS


def memory_of(pid: int) -> float:
    """Return the megabytes of a process that are its own (proportional set size)."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("Pss:"))


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
