"""A long run of the faults goes on where an earlier one was stopped, and tells what passed with which seed."""

import json
import os
import random
from pathlib import Path

import pytest

TALLY = os.environ.get("FAULT_TALLY", "")
"""A file with a line for each test that has passed; it is not run again. None is kept when this is empty."""


@pytest.fixture
def rng(record_property) -> random.Random:
    """Chance, by a seed that is printed."""
    seed = int(os.environ.get("FAULT_SEED", 0)) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed}")
    record_property("seed", seed)
    return random.Random(seed)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what has passed."""
    if TALLY and Path(TALLY).exists():
        passed = {json.loads(line)["test"] for line in Path(TALLY).read_text().splitlines()}
        for item in items:
            if item.nodeid in passed:
                item.add_marker(pytest.mark.skip(reason=f"has passed, as {TALLY} says"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down what has passed; where several processes test, the first hears of all."""
    ours = report.nodeid.startswith("tests/faults/")
    if TALLY and ours and report.when == "call" and report.passed and "PYTEST_XDIST_WORKER" not in os.environ:
        told = {"test": report.nodeid, "seconds": round(report.duration), **dict(report.user_properties)}
        Path(TALLY).parent.mkdir(parents=True, exist_ok=True)
        with Path(TALLY).open("a") as file:
            file.write(json.dumps(told) + "\n")
