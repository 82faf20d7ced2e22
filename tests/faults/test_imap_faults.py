"""The IMAP server dies, freezes, forgets its indexes, loses mails to somebody else: each mail is answered once."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.e2e.desk import until
from tests.faults.points import RUNS
from tests.faults.world import imap_through, make_world
from tests.support.dovecot import Dovecot, running_dovecot, serving
from tests.support.proxy import running_proxy

pytestmark = pytest.mark.timeout(120 + 180 * RUNS)

LEFT_WHERE_IT_IS = {"MAILBOT_MAILBOXES__QUOTES__AFTER": "nothing"}


@dataclass
class Sessions:
    """The processes with which a server serves the desk; `others` served somebody else before."""

    server: Dovecot
    others: frozenset[int] = frozenset()
    struck: set[int] = field(default_factory=set)

    def strike(self, number: signal.Signals) -> int:
        """Send a signal to all of them; return how many there were."""
        found = set(self.server.busy_sessions()) - self.others - self.struck
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        self.struck |= found
        return len(found)


@pytest.fixture
def sessions(dovecot: Dovecot) -> Iterator[Sessions]:
    """Sessions of the server; what was stopped is ended after the test."""
    made = Sessions(server=dovecot)
    yield made
    for pid in made.struck:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_sessions_that_are_killed_are_opened_anew(sqlite_url, dovecot, sessions, tmp_path):
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        sessions.others = frozenset(dovecot.busy_sessions())
        with world.desk.running():
            world.deliver(2)
            world.settle()
            for _ in range(4 * RUNS):
                world.deliver(2)
                time.sleep(rng.uniform(0, 0.8))
                sessions.strike(signal.SIGKILL)
            world.settle(seconds=90)
        assert sessions.struck
        assert not (found := world.problems()), found


def test_a_frozen_server_is_left_for_a_new_connection(sqlite_url, dovecot, sessions, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        sessions.others = frozenset(dovecot.busy_sessions())
        with world.desk.running():
            for _ in range(RUNS):
                world.deliver(3)
                world.settle()
                assert sessions.strike(signal.SIGSTOP)
                world.deliver(3)
                world.settle(seconds=60)
        assert not (found := world.problems()), found


def test_a_server_that_was_dead_is_read_on_when_it_is_back(sqlite_url, tmp_path):
    with running_dovecot() as own, contextlib.ExitStack() as ends, make_world(tmp_path, own, sqlite_url) as world:
        with world.desk.running():
            for _ in range(RUNS):
                world.deliver(3)
                own.kill()
                time.sleep(2)
                ends.enter_context(serving(own))
                world.log_in_again()
                world.deliver(3)
                world.settle(seconds=90)
        assert not (found := world.problems()), found


def test_after_the_indexes_were_deleted_nothing_is_answered_again(sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url, **LEFT_WHERE_IT_IS) as world:
        with world.desk.running():
            for change in range(1, RUNS + 1):
                world.log_in_again()
                world.deliver(8)
                if change % 2:
                    world.settle()  # else in the midst of it
                dovecot.forget_indexes(world.user)
                world.log_in_again()
                world.deliver(4)
                world.settle(seconds=90)
                count = change
                until(
                    lambda count=count: world.desk.log().count("uidvalidity_changed") >= count,
                    seconds=60,
                    what=world.desk.log,
                )
                world.settle(seconds=90)
        world.log_in_again()
        assert not (found := world.problems()), found


def test_mails_that_somebody_removes_under_the_fetch_stop_no_other(sqlite_url, dovecot, tmp_path):
    with running_proxy(dovecot.port) as proxy:
        with make_world(tmp_path, dovecot, sqlite_url, **LEFT_WHERE_IT_IS, **imap_through(proxy)) as world:

            def remove_half(said: bytes) -> None:
                """Between the list of the mails and the fetch of their bodies: the client waits for us."""
                if b"RFC822.SIZE" in said:
                    proxy.on_request = lambda said: None
                    world.expunge_newest(10)

            for _ in range(RUNS):
                world.deliver(20)
                proxy.on_request = remove_half
                with world.desk.running():
                    world.settle()
            assert not (found := world.problems()), found
            assert sum(mail.expunged for mail in world.delivered) == 10 * RUNS
        assert "mail_not_given_out" not in world.desk.log()
