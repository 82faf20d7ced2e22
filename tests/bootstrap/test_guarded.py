"""Long mails are decided in a process of their own, and one that does not end is given up."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.bootstrap.guarded import LARGEST_TRUSTED, LONGEST_TRUSTED, GuardedUnderstanding
from mailbot.domain.decision import Action
from mailbot.domain.errors import InputError
from mailbot.domain.message import TextPart
from tests.support.samples import decision, inbound, records

LONG = "x" * (LONGEST_TRUSTED + 1)


class Mind:
    """Does what the mail's first word says, and remembers in which process."""

    def read(self, raw):
        self.do(raw.split()[0].decode())
        return replace(inbound(), body=TextPart(name="body", text=str(os.getpid())))

    def decide(self, thread, records_for, corrections):
        self.do(thread[-1].body.text.split()[0])
        found = records_for(["acme.atlassian.net"], ["SEN-1000001"], corrections)
        return replace(decision(Action.ASK), topics=(str(os.getpid()), *found.sites))

    def do(self, word):
        if word == "hang":
            while True:
                pass
        if word == "eat":
            bytearray(8 * 1024**3)
        if word == "crash":
            raise ZeroDivisionError("a bug")
        if word == "die":
            os._exit(7)


@pytest.fixture
def mind():
    return GuardedUnderstanding(inner=Mind(), wall_seconds=2.0)


def decide(mind, words):
    message = replace(inbound(), body=TextPart(name="body", text=words))
    return mind.decide([message], lambda *wanted: records(), {"site": "x"})


def test_a_short_mail_is_decided_here(mind):
    assert decide(mind, "ask").topics[0] == str(os.getpid())


def test_a_long_mail_is_decided_elsewhere_and_comes_to_the_same(mind):
    found = decide(mind, f"ask {LONG}")
    assert found.topics[0] != str(os.getpid())
    assert replace(found, topics=()) == replace(decide(mind, "ask"), topics=())
    assert found.topics[1:] == tuple(records().sites)


LARGE = b" " + b"x" * LARGEST_TRUSTED


def test_a_large_mail_is_read_elsewhere_and_comes_to_the_same(mind):
    here, there = mind.read(b"good"), mind.read(b"good" + LARGE)
    assert here.body.text == str(os.getpid()) != there.body.text
    assert replace(there, body=here.body) == here


@pytest.mark.parametrize("word", [b"hang", b"die", b"eat"])
def test_a_large_mail_that_breaks_its_reader_takes_nothing_with_it(mind, word):
    with pytest.raises(InputError, match="too long"):
        mind.read(word + LARGE)


def test_a_bug_of_reading_stays_a_bug(mind):
    with pytest.raises(RuntimeError, match="ZeroDivisionError: a bug"):
        mind.read(b"crash" + LARGE)


def test_a_mail_that_hangs_the_mind_is_given_up_in_time(mind):
    begun = time.monotonic()
    with pytest.raises(InputError, match="too long to be understood"):
        decide(mind, f"hang {LONG}")
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("word", ["die", "eat"])
def test_a_mind_that_breaks_down_takes_nothing_with_it(mind, word):
    with pytest.raises(InputError):
        decide(mind, f"{word} {LONG}")


def test_a_bug_stays_a_bug_and_is_told_with_its_traceback(mind):
    with pytest.raises(RuntimeError, match="ZeroDivisionError: a bug"):
        decide(mind, f"crash {LONG}")


def test_no_process_is_left_behind(mind):
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = children.read_text()
    decide(mind, f"ask {LONG}")
    assert children.read_text() == before
