"""Services that are started one after another, each to be killed at a point of its own, while mail goes on coming."""

import contextlib
import itertools
import random
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Sequence

from tests.e2e.desk import until
from tests.faults.points import ON_THE_WIRE, SERVICE
from tests.faults.world import World, imap_through
from tests.support.proxy import running_proxy

MAIL_SECONDS = 3.0  # then more mail comes, for later passages
LONGEST_WAIT = 120.0  # without any kill
MOST_KILLS = 5  # of a crew for each point that is tried: others may come to theirs first


def kill_at_each(world: World, points: Sequence[str], workers: int, rng: random.Random, *, passages: int = 1) -> int:
    """A service has been killed at each of the points (names of the catalogue), so many running at a time.

    Each is killed at one of its first `passages` of its point. Whoever dies is replaced at once; where several run,
    points that were tried already are tried again until the last has had its turn. Returns how many were killed.
    """
    untried, again, died = deque(points), itertools.cycle(points), 0
    with contextlib.ExitStack() as ends:
        alive: dict[subprocess.Popen[bytes], str] = {}
        ends.callback(lambda: [process.kill() or process.wait() for process in alive])
        left = set(points)
        more_at, deadline = time.monotonic() + MAIL_SECONDS, time.monotonic() + LONGEST_WAIT
        while left:
            while len(alive) < workers:
                point = untried.popleft() if untried else next(again)
                world.deliver(2)
                alive[ends.enter_context(doomed(world, point, rng.randint(1, passages)))] = point
            time.sleep(0.02)
            for process in [process for process in alive if process.poll() is not None]:
                point = alive.pop(process)
                assert process.returncode == -signal.SIGKILL, (
                    f"{point}: {process.returncode}\n{world.desk.log()[-3000:]}"
                )
                left.discard(point)
                died += 1
                deadline = time.monotonic() + LONGEST_WAIT
            if time.monotonic() >= more_at:
                world.deliver(workers)
                more_at = time.monotonic() + MAIL_SECONDS
            assert time.monotonic() < deadline, f"never came to {sorted(alive.values())}:\n{world.desk.log()[-3000:]}"
            assert died < MOST_KILLS * len(points) + workers, (
                f"never came to {sorted(left)}:\n{world.desk.log()[-3000:]}"
            )
        for process in alive:
            process.terminate()
        statuses = {process.wait(60) for process in alive}
        assert statuses <= {0, -signal.SIGKILL, -signal.SIGTERM}, f"{statuses}\n{world.desk.log()[-3000:]}"
    return died


@contextlib.contextmanager
def doomed(world: World, point: str, passage: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a service that is killed at the passage of the point."""
    if point in ON_THE_WIRE:
        with running_proxy(world.dovecot.port) as proxy, world.desk.start(**imap_through(proxy)) as process:
            proxy.on_request = lambda said: process.kill() if ON_THE_WIRE[point] in said else None
            yield process
    else:
        name = SERVICE[point]
        with world.desk.start(MAILBOT_FAIL_POINT=name if ":" in name else f"{name}:{passage}") as process:
            yield process


@contextlib.contextmanager
def crew(world: World, workers: int) -> Iterator[None]:
    """Run so many services for the time of the block, which begins when all of them serve; each must end well."""
    with contextlib.ExitStack() as ends:
        before = _serving(world)
        for _ in range(workers):
            ends.enter_context(world.desk.running())
        until(lambda: _serving(world) - before >= workers, seconds=60, what=world.desk.log)
        yield


def _serving(world: World) -> int:
    """Return how many services have told that they serve so far."""
    log = world.desk.folder / "log"
    return log.read_text().count(" serving ") if log.exists() else 0
