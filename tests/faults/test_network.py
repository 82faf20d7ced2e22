"""The way to the mail servers is cut, swallows everything, or trickles: reading and sending go on when it heals."""

import contextlib
import random
import time
from collections.abc import Iterator

import pytest

from tests.e2e.desk import until
from tests.faults.points import RUNS
from tests.faults.world import World, imap_through, make_world
from tests.support.proxy import Proxy, running_proxy
from tests.support.smtp_sink import running_sink

pytestmark = pytest.mark.timeout(120 + 180 * RUNS)

READS_AGAIN = 60  # seconds after which mail that waits is read, and
SENDS_AGAIN = 120  # replies leave, once the way is whole again


@pytest.fixture
def world(sqlite_url, dovecot, tmp_path) -> Iterator[tuple[World, tuple[Proxy, Proxy]]]:
    """A desk that reaches both its servers by a proxy each."""
    with contextlib.ExitStack() as ends:
        sink = ends.enter_context(running_sink(certificates=dovecot.certificates, login=True))
        proxies = ends.enter_context(running_proxy(dovecot.port)), ends.enter_context(running_proxy(sink.port))
        through = {**imap_through(proxies[0]), "MAILBOT_SMTP__PORT": str(proxies[1].port)}
        through["MAILBOT_INTAKE__TIMEOUT_SECONDS"] = "1"  # and no command longer than five
        yield ends.enter_context(make_world(tmp_path, dovecot, sqlite_url, sink=sink, **through)), proxies


def test_connections_that_are_cut_are_made_anew(world):
    world, proxies = world
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    with world.desk.running():
        world.deliver(2)
        world.settle()
        for _ in range(6 * RUNS):
            world.deliver(2)
            time.sleep(rng.uniform(0, 0.6))
            rng.choice(proxies).cut()
        world.settle(seconds=SENDS_AGAIN)
    assert not (found := world.problems()), found


def test_a_way_that_swallows_everything_is_given_up_and_tried_again(world):
    world, proxies = world
    with world.desk.running():
        for _ in range(RUNS):
            world.deliver(2)
            world.settle(seconds=SENDS_AGAIN)
            for proxy in proxies:
                proxy.frozen.set()
            world.deliver(4)
            time.sleep(4)
            for proxy in proxies:
                proxy.frozen.clear()
            until(lambda: not stored_too_late(world), seconds=READS_AGAIN, what=world.desk.log)
            world.settle(seconds=SENDS_AGAIN)
    assert not (found := world.problems()), found


def test_answers_that_trickle_end_at_a_deadline(world):
    world, proxies = world
    with world.desk.running():
        for _ in range(RUNS):
            world.deliver(2)
            world.settle(seconds=SENDS_AGAIN)
            for proxy in proxies:
                proxy.trickle = 0.02
            world.deliver(4)
            time.sleep(7)
            for proxy in proxies:
                proxy.trickle = 0.0
                proxy.cut()  # what is under way would go on to trickle
            until(lambda: not stored_too_late(world), seconds=READS_AGAIN, what=world.desk.log)
            world.settle(seconds=SENDS_AGAIN)
    assert not (found := world.problems()), found


def stored_too_late(world: World) -> list[str]:
    """Return whether mails have not been read yet, in words."""
    return [words for words in world.unsettled() if words.endswith("not stored")]
