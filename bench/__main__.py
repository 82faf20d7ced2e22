"""Measure how fast the desk is: `make bench`, or `python -m bench [NAME]...` for single measurements."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from bench import end_to_end, growth, latency, polling, stages, starting
from bench.measuring import Row, as_table
from bench.world import Bench, prepared

MEASUREMENTS: Mapping[str, Callable[[Bench], Iterator[Row]]] = {
    "end-to-end": end_to_end.against_floor,
    "databases": end_to_end.databases,
    "latency": latency.measure,
    "understanding": stages.understanding,
    "documents": stages.documents,
    "polling": polling.measure,
    "starting": starting.measure,
    "memory": growth.memory,
    "history": growth.history,
}


def main() -> None:
    """Run the measurements and print the table."""
    options = _options()
    rows: list[Row] = []
    with prepared(runs=options.runs, mails=options.mails, long=options.long) as bench:
        for name in options.names or MEASUREMENTS:
            begin = time.monotonic()
            print(f"{name} ...", file=sys.stderr, flush=True)
            rows.extend(MEASUREMENTS[name](bench))
            bench.say(f"took {time.monotonic() - begin:.0f} s")
    print(as_table(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(MEASUREMENTS)}; all by default")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--mails", type=int, default=200, help="mails in one run (200)")
    parser.add_argument("--long", action="store_true", help="also what takes many minutes: memory, a large database")
    options = parser.parse_args()
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    return options


if __name__ == "__main__":
    main()
