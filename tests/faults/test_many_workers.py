"""Several services on one database: one reads the mailbox, each reply leaves once, whoever sleeps is replaced."""

import contextlib
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.desk import until
from tests.faults.crew import crew
from tests.faults.points import RUNS
from tests.faults.world import World, imap_through, make_world
from tests.support.postgres import running_postgres
from tests.support.proxy import running_proxy


@pytest.fixture
def world(postgres_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, postgres_url) as made:
        yield made


def wait_until_stopped(process) -> None:
    until(lambda: is_stopped(process.pid), seconds=20, what=lambda: "never came to the point where it stops")


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


POINTS = ["sending_data", "filing_away"] if RUNS == 1 else ["fetched", "filing_away", "decided", "sending_data"]


@pytest.mark.parametrize("point", POINTS)
def test_who_slept_longer_than_its_lease_does_nothing_twice(world: World, point):
    with world.desk.start(MAILBOT_FAIL_POINT=f"{point}:1:SIGSTOP") as sleeper:
        try:
            world.deliver(3)
            wait_until_stopped(sleeper)
            with world.desk.running():
                world.settle(seconds=60)
                sleeper.send_signal(signal.SIGCONT)
                world.deliver(2)
                world.settle(seconds=60)
                sleeper.terminate()
                assert sleeper.wait(30) == 0
        finally:
            sleeper.kill()
    assert not (found := world.problems()), found


def test_three_workers_share_one_connection_to_the_mailbox(postgres_url, dovecot, tmp_path):
    with running_proxy(dovecot.port) as proxy, contextlib.ExitStack() as ends:
        through = {
            **imap_through(proxy),
            "MAILBOT_INTAKE__LEASE_SECONDS": "20",
            "MAILBOT_SENDING__ARCHIVE": "",
        }
        world = ends.enter_context(make_world(tmp_path, dovecot, postgres_url, **through))
        for _ in range(3):
            ends.enter_context(world.desk.running())
        world.deliver(10)
        world.settle()
        assert proxy.connections == 1
        assert not (found := world.problems()), found


def test_restarts_of_the_database_lose_nothing(dovecot, tmp_path):
    with running_postgres() as postgres, postgres.database() as url, make_world(tmp_path, dovecot, url) as world:
        with crew(world, 2):
            for _ in range(2 * RUNS):
                world.deliver(4)
                time.sleep(1)
                postgres.control("restart", "-m", "immediate")
            world.settle(seconds=90)
        assert not (found := world.problems()), found
