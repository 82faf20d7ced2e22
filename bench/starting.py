"""From the command to its end: help, and the explanation of one mail."""

import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.measuring import Row
from bench.world import Bench
from tests.e2e.desk import MAILBOT

DEMO = Path(__file__).parents[1] / "config" / "demo"
EXPLAIN = ("explain", "--data", str(DEMO / "data"), str(DEMO / "mails" / "05-more-users.eml"))


def measure(bench: Bench) -> Iterator[Row]:
    """Measure whole processes, on the clock and of the processor."""
    for what, arguments, goal in (("--help", ("--help",), "<= 250"), ("explain, one mail", EXPLAIN, "<= 1000")):
        taken = [_run(arguments) for _ in range(max(7, bench.runs))]
        yield Row(what=f"mailbot {what}", unit="ms", values=[clock for clock, _ in taken], goal=goal)
        yield Row(what=f"mailbot {what}: processor", unit="ms", values=[cpu for _, cpu in taken])


def _run(arguments: Sequence[str]) -> tuple[float, float]:
    before, begin = _children(), time.perf_counter()
    subprocess.run([MAILBOT, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1000, (_children() - before) * 1000


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
