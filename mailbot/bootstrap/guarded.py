"""Understanding that no mail can hold up: what is large or long has a process of its own, within limits."""

import contextlib
import ctypes
import json
import os
import pickle
import resource
import signal
import struct
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, NoReturn

from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError
from mailbot.domain.file import Records
from mailbot.domain.message import InboundMessage
from mailbot.ports import RecordsFor, Understanding
from mailbot.store.convert import decision_from_json, decision_to_json

LONGEST_TRUSTED = 4000
"""Characters that are decided here, in about a second at the very worst."""

LARGEST_TRUSTED = 1024 * 1024
"""Bytes that are read here, in 0.3 s at the worst that was found (HTML of one tag without end)."""

TOO_LONG = "too long to be understood: no decision within the limits of time and memory"
WALL_SECONDS = 10.0
CPU_SECONDS = 10
MEMORY_BYTES = 2 * 1024**3
_MOST_ANSWER_BYTES = 64 * 1024 * 1024
_LENGTH = struct.Struct(">I")
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedUnderstanding:
    """Keeps `ports.Understanding`. A large mail is read, and a long thread decided, in a process."""

    inner: Understanding
    wall_seconds: float = WALL_SECONDS

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as read; InputError when it cannot be within the limits.

        A bug stays a bug: RuntimeError with its traceback.
        """
        if len(raw) <= LARGEST_TRUSTED:
            return self.inner.read(raw)
        child = _Child(lambda questions, answers: b"M" + pickle.dumps(self.inner.read(raw)))
        try:
            message = pickle.loads(child.answer(self.wall_seconds))  # noqa: S301  # from our own child, which ran our code
        finally:
            child.end()
        if not isinstance(message, InboundMessage):
            raise TypeError(type(message))
        return message

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what to do; InputError when the thread is too much to be understood in time.

        A bug stays a bug: RuntimeError with its traceback.
        """
        if sum(map(_length, thread)) <= LONGEST_TRUSTED:
            return self.inner.decide(thread, records_for, corrections)
        child = _Child(lambda questions, answers: _decided(self.inner, thread, corrections, questions, answers))
        try:
            return decision_from_json(child.answer(self.wall_seconds, records_for).decode())
        finally:
            child.end()


def _length(message: InboundMessage) -> int:
    parts = (attachment.part for attachment in message.attachments)
    return len(message.body.text) + sum(len(part.text) for part in parts if part is not None)


Work = Callable[[IO[bytes], IO[bytes]], bytes]
"""What a child does: it may ask by the first pipe and hear by the second, and returns its answer as a frame."""


def _knows_none(*wanted: Iterable[str]) -> NoReturn:
    """Refuse to look up records: reading needs none."""
    raise TypeError("records were asked for while a mail was read")


class _Child:
    """A copy of this process that works and ends. It has all knowledge already and asks for records by the pipe."""

    def __init__(self, work: Work) -> None:
        from_child, to_parent = os.pipe()
        from_parent, to_child = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(from_child)
            os.close(to_child)
            _be_child(work, from_parent, to_parent)
        os.close(to_parent)
        os.close(from_parent)
        self._heard = os.fdopen(from_child, "rb")
        self._said = os.fdopen(to_child, "wb")

    def answer(self, wall_seconds: float, records_for: RecordsFor = _knows_none) -> bytes:
        """Return what the work came to; InputError when that took too much, RuntimeError when it failed."""
        timer = threading.Timer(wall_seconds, os.kill, (self._pid, signal.SIGKILL))
        timer.daemon = True
        timer.start()
        try:
            while True:
                frame = _receive(self._heard)
                if frame is None:
                    raise InputError(TOO_LONG)
                kind, body = frame[:1], frame[1:]
                if kind in (b"D", b"M"):
                    return body
                if kind == b"E":
                    raise InputError(body.decode("utf-8", "replace"))
                if kind == b"B":
                    raise RuntimeError("failed in a process of its own:\n" + body.decode("utf-8", "replace"))
                _send(self._said, pickle.dumps(records_for(*json.loads(body))))
        except OSError as error:
            raise InputError("too long to be understood: its process has ended") from error
        finally:
            timer.cancel()

    def end(self) -> None:
        """End the process, if it has not, and wait for it."""
        os.kill(self._pid, signal.SIGKILL)  # a process that was not waited for cannot be another one's
        os.waitpid(self._pid, 0)
        self._heard.close()
        with contextlib.suppress(OSError):  # what it did not hear any more
            self._said.close()


def _be_child(work: Work, from_parent: int, to_parent: int) -> NoReturn:
    """Do the work within the limits, say so, and end without a trace in what was copied."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        with os.fdopen(from_parent, "rb") as answers, os.fdopen(to_parent, "wb") as questions:
            _send(questions, _done(work, questions, answers))
    finally:
        os._exit(0)


def _decided(
    inner: Understanding,
    thread: Sequence[InboundMessage],
    corrections: Mapping[str, str],
    questions: IO[bytes],
    answers: IO[bytes],
) -> bytes:
    def records_for(sites: Iterable[str], sens: Iterable[str], emails: Iterable[str]) -> Records:
        _send(questions, b"R" + json.dumps([list(sites), list(sens), list(emails)]).encode())
        records = pickle.loads(_receive(answers) or b"")  # noqa: S301  # from our own parent, which knows the records
        if not isinstance(records, Records):
            raise TypeError(type(records))
        return records

    return b"D" + decision_to_json(inner.decide(thread, records_for, corrections)).encode()


def _done(work: Work, questions: IO[bytes], answers: IO[bytes]) -> bytes:
    """Return the work's frame, or one that tells how it failed."""
    try:
        return work(questions, answers)
    except InputError as error:
        return b"E" + str(error).encode("utf-8", "replace")
    except MemoryError:
        return b"E" + TOO_LONG.encode()
    except Exception as error:
        return b"B" + "".join(traceback.format_exception(error, limit=-8)).encode("utf-8", "replace")


def _send(stream: IO[bytes], frame: bytes) -> None:
    stream.write(_LENGTH.pack(len(frame)) + frame)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """Return the next frame, None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    frame = stream.read(length) if length <= _MOST_ANSWER_BYTES else b""
    return frame if len(frame) == length else None
