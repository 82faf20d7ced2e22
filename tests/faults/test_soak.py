"""Four workers on PostgreSQL under random faults of every kind at once; afterwards everything adds up."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.faults.points import WORKERS
from tests.faults.world import World, imap_through, make_world
from tests.support.dovecot import Dovecot
from tests.support.postgres import Postgres, running_postgres
from tests.support.proxy import Proxy, running_proxy
from tests.support.smtp_sink import Answer, Drop, HangUp, Stall

MINUTES = float(os.environ.get("FAULT_MINUTES", "0.15"))
PER_MINUTE = 500  # mails that arrive
SETTLE_SECONDS = 300
RESTART_SECONDS = 60  # between two restarts of the database

SMTP_FAULTS = (
    ("CONNECT", HangUp()),
    ("EHLO", Drop()),
    ("MAIL", Answer("421 4.3.2 going down")),
    ("RCPT", Answer("450 4.2.0 greylisted")),
    ("DATA", Drop()),
    (".", Drop(keep=True)),
    (".", Drop(keep=False)),
    (".", Stall(1.0)),
    (".", HangUp()),
    (".", Answer("451 4.3.0 try again")),
)


@dataclass(kw_only=True)
class BadDay:
    """What can go wrong, and what of it is to be put right again when."""

    rng: random.Random
    world: World
    proxy: Proxy
    dovecot: Dovecot
    postgres: Postgres
    bystanders: frozenset[int]
    workers: list = field(default_factory=list)
    to_mend: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    count: int = 0

    def strike(self) -> None:
        """Do one thing that may happen on a bad day, or nothing."""
        self.mend(before=time.monotonic())
        faults = (self.kill_a_worker, self.refuse, self.refuse, self.cut, self.end_sessions)
        slow = (self.stop_a_worker, self.swallow, self.trickle)
        do = self.rng.choices([*faults, *slow, lambda: None], weights=[2, 3, 3, 1, 1, 1, 1, 1, 8])[0]
        self.count += 1
        do()

    def mend(self, before: float = float("inf")) -> None:
        """Put right again what has been wrong for long enough."""
        for one in [one for one in self.to_mend if one[0] <= before]:
            self.to_mend.remove(one)
            one[1]()

    def kill_a_worker(self) -> None:
        number = self.rng.randrange(WORKERS)
        self.workers[number].kill()
        self.workers[number].wait()
        self.workers[number] = self.world.desk.start()

    def stop_a_worker(self) -> None:
        """Let it sleep for longer than its leases hold."""
        sleeper = self.rng.choice(self.workers)
        sleeper.send_signal(signal.SIGSTOP)
        self._later(2.5, lambda: sleeper.send_signal(signal.SIGCONT))

    def refuse(self) -> None:
        command, fault = self.rng.choice(SMTP_FAULTS)
        self.world.sink.next(command, fault)

    def cut(self) -> None:
        self.proxy.cut()

    def end_sessions(self) -> None:
        for pid in set(self.dovecot.busy_sessions()) - self.bystanders:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def swallow(self) -> None:
        self.proxy.frozen.set()
        self._later(2.5, self.proxy.frozen.clear)

    def trickle(self) -> None:
        self.proxy.trickle = 0.002

        def flow() -> None:
            self.proxy.trickle = 0.0

        self._later(2.0, flow)

    def restart_the_database(self) -> None:
        self.postgres.control("restart", "-m", "immediate")
        self._later(RESTART_SECONDS, self.restart_the_database)

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        self.to_mend.append((time.monotonic() + seconds, do))


@pytest.mark.timeout(int(MINUTES * 60) + SETTLE_SECONDS + 120)
def test_random_faults_lose_nothing_and_answer_nothing_twice(dovecot, tmp_path):
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    with contextlib.ExitStack() as ends:
        postgres = ends.enter_context(running_postgres())
        url = ends.enter_context(postgres.database())
        proxy = ends.enter_context(running_proxy(dovecot.port))
        through = {**imap_through(proxy), "MAILBOT_LIMITS__REPLIES_PER_HOUR": "1000000"}
        world = ends.enter_context(make_world(tmp_path, dovecot, url, **through))
        bystanders = frozenset(dovecot.busy_sessions())
        day = BadDay(rng=rng, world=world, proxy=proxy, dovecot=dovecot, postgres=postgres, bystanders=bystanders)
        ends.callback(lambda: [worker.kill() or worker.wait() for worker in day.workers])
        day.workers += [world.desk.start() for _ in range(WORKERS)]
        begun, total = time.monotonic(), int(MINUTES * PER_MINUTE)
        day.to_mend.append((begun + MINUTES * 30, day.restart_the_database))
        while (passed := time.monotonic() - begun) < MINUTES * 60:
            world.deliver(int(total * passed / (MINUTES * 60)) - len(world.delivered))
            day.strike()
            time.sleep(0.25)
        world.deliver(total - len(world.delivered))
        day.to_mend = [(when, do) for when, do in day.to_mend if do != day.restart_the_database]
        day.mend()
        stopped = time.monotonic()
        world.settle(seconds=SETTLE_SECONDS)
        print(f"{total} mails, {day.count} rounds of faults; settled {time.monotonic() - stopped:.0f} s after the last")
        print(f"copies on the server: {world.problems()}")
        found = world.problems(copies=True)
        assert not found, "\n".join(found)
