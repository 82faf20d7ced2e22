"""A mailbox full of old mail costs an idle desk no more than an empty one."""

import contextlib
import os
import time
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from mailbot.store.engine import make_engine
from tests.e2e.desk import until
from tests.faults.points import RUNS
from tests.faults.world import imap_through, make_world
from tests.support.proxy import running_proxy

MANY = 1_000 if RUNS == 1 else 100_000
SECONDS = 4  # a poll each second
OLD = sa.text("SELECT count(*) FROM inbox WHERE state = 'old'")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an idle desk took: bytes to and from the mailbox, seconds of the processor."""

    octets: int
    cpu: float


@pytest.mark.timeout(900)
def test_an_idle_desk_costs_the_same_however_much_old_mail_there_is(dovecot, tmp_path):
    empty, full = (idle_cost(tmp_path / str(old), dovecot, old) for old in (0, MANY))
    print(f"idle for {SECONDS} s: {empty} with no old mail, {full} with {MANY}")
    assert full.octets <= 2 * empty.octets
    assert full.cpu <= 2 * empty.cpu + 0.2


def idle_cost(folder, dovecot, old: int) -> Cost:
    """Return what a desk takes that has so much old mail, once it is listed; it answers what is new."""
    folder.mkdir()
    url = f"sqlite:///{folder}/mailbot.db"
    settings = {"MAILBOT_MAILBOXES__QUOTES__SINCE": "now", "MAILBOT_SENDING__ARCHIVE": ""}
    settings |= {"MAILBOT_INTAKE__TIMEOUT_SECONDS": "60"}  # the server takes its time over the first list
    with running_proxy(dovecot.port) as proxy, contextlib.ExitStack() as ends:
        world = ends.enter_context(make_world(folder, dovecot, url, **settings, **imap_through(proxy)))
        world.person.select_folder("INBOX")  # which makes it
        dovecot.fill(world.user, old)
        world.log_in_again()
        engine = make_engine(url)
        ends.callback(engine.dispose)
        with world.desk.running() as process, engine.connect() as connection:

            def is_listed() -> bool:
                with connection.begin():
                    return "first_connect" in world.desk.log() and connection.scalar(OLD) == old

            until(is_listed, seconds=400, what=world.desk.log)
            time.sleep(2)
            octets, cpu = proxy.passed, cpu_seconds(process.pid)
            time.sleep(SECONDS)
            cost = Cost(octets=proxy.passed - octets, cpu=cpu_seconds(process.pid) - cpu)
            world.deliver(2)
            until(lambda: len(world.sink.taken) == 2, seconds=60, what=world.desk.log)
    return cost


def cpu_seconds(pid: int) -> float:
    """Return how long the process has run on the processor."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
