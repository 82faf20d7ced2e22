"""An SMTP server stalls, drops, refuses, hangs up at any command: each reply leaves once, or a person is told."""

import random

import pytest

from tests.faults.points import RUNS
from tests.faults.world import make_world
from tests.support.smtp_sink import Answer, Drop, HangUp, Stall

pytestmark = pytest.mark.timeout(120 + 180 * RUNS)

OPENING = ("CONNECT", "EHLO", "STARTTLS", "AUTH")
MESSAGE = ("MAIL", "RCPT", "DATA", ".")
LONGER_THAN_WE_WAIT = 1.5  # the desk waits for half a second, after the dot for five
AFTER_THE_DOT = (Drop(keep=True), Drop(keep=False), Stall(6.0), HangUp())
FAULTS = (
    Drop(),
    Stall(LONGER_THAN_WE_WAIT),
    HangUp(),
    Answer("421 4.3.2 going down"),
    Answer("451 4.3.0 try again"),
    Answer("550 5.7.1 not you"),
)


def test_whatever_an_smtp_server_does_at_any_command_each_reply_leaves_once(sqlite_url, dovecot, tmp_path):
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    with make_world(tmp_path, dovecot, sqlite_url) as world, world.desk.running():
        for fault, after_dot in rounds(rng):
            # A refused login is for a person to mend, and the desk waits a minute for that.
            opening = [command for command in OPENING if not (command == "AUTH" and fault == FAULTS[-1])]
            world.sink.next(rng.choice(opening), fault)
            for command in MESSAGE[:-1]:
                world.sink.next(command, fault)
            world.sink.next(".", fault if isinstance(fault, Answer) else after_dot)
            world.sink.next("QUIT", fault)
            world.deliver(6)
            world.settle(seconds=120)
            assert set(world.sink.pending()) <= {"QUIT", *OPENING}
        assert not (found := world.problems()), found


def rounds(rng):
    """Return a fault before the dot with one after it: all of the first where there is time, else two."""
    found = [(fault, rng.choice(AFTER_THE_DOT)) for _ in range(RUNS) for fault in FAULTS]
    return found if RUNS > 1 else rng.sample(found, 2)
