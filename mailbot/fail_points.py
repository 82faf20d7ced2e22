"""Named places at which a test from outside ends or stops the program; without MAILBOT_FAIL_POINT they do nothing.

The variable holds NAME, NAME:COUNT or NAME:COUNT:SIGNAL, for example `dot_written:3:SIGSTOP`: at the third passage.
"""

import itertools
import os
import signal

VARIABLE = "MAILBOT_FAIL_POINT"

_name, _, _rest = os.environ.get(VARIABLE, "").partition(":")
_count, _, _signal = _rest.partition(":")
_passages = itertools.count(1)


def fail_point(name: str) -> None:
    """The program has ended, as by `kill -9`, if this is the passage that the environment names."""
    if name == _name and next(_passages) == int(_count or 1):
        os.kill(os.getpid(), signal.Signals[_signal or "SIGKILL"])
