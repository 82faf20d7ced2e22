"""Four workers on PostgreSQL under random faults: killed, cut off, refused; afterwards everything adds up."""

import contextlib
import os
import random
import time

import pytest

from tests.faults.world import World, imap_through, make_world
from tests.support.postgres import running_postgres
from tests.support.proxy import running_proxy
from tests.support.smtp_sink import Answer, Drop, Stall

MINUTES = float(os.environ.get("FAULT_MINUTES", "0.15"))
PER_SECOND = 8  # mails that arrive
WORKERS = 4
SETTLE_SECONDS = 300

SMTP_FAULTS = (
    ("EHLO", Drop()),
    ("MAIL", Answer("421 4.3.2 going down")),
    ("RCPT", Answer("450 4.2.0 greylisted")),
    ("DATA", Drop()),
    (".", Drop(keep=True)),
    (".", Drop(keep=False)),
    (".", Stall(1.0)),
    (".", Answer("451 4.3.0 try again")),
)


@pytest.mark.timeout(int(MINUTES * 60) + SETTLE_SECONDS + 120)
def test_random_faults_lose_nothing_and_answer_nothing_twice(dovecot, tmp_path):
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    with running_postgres() as postgres, postgres.database() as url, running_proxy(dovecot.port) as proxy:
        through = {
            **imap_through(proxy),
            "MAILBOT_LIMITS__REPLIES_PER_HOUR": "1000000",
        }
        with make_world(tmp_path, dovecot, url, **through) as world, contextlib.ExitStack() as ends:
            workers = [world.desk.start() for _ in range(WORKERS)]
            ends.callback(lambda: [worker.kill() or worker.wait() for worker in workers])
            until = time.monotonic() + MINUTES * 60
            restart_at = time.monotonic() + MINUTES * 30
            while time.monotonic() < until:
                world.deliver(rng.randint(0, 2 * PER_SECOND // 4))
                strike(rng, world, workers, proxy)
                if time.monotonic() > restart_at:
                    postgres.control("restart", "-m", "immediate")
                    restart_at = time.monotonic() + 60
                time.sleep(0.25)
            world.settle(seconds=SETTLE_SECONDS)
            assert not (found := world.problems()), found


def strike(rng, world: World, workers, proxy) -> None:
    """Do one thing that may happen on a bad day, or nothing."""
    match rng.randrange(12):
        case 0 | 1:
            number = rng.randrange(WORKERS)
            workers[number].kill()
            workers[number].wait()
            workers[number] = world.desk.start()
        case 2:
            proxy.cut()
        case 3 | 4 | 5:
            command, fault = rng.choice(SMTP_FAULTS)
            world.sink.next(command, fault)
