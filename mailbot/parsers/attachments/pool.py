"""Reader processes: foreign parsers run where neither a crash, nor a loop, nor a bomb reaches the service."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import mailbot
from mailbot.domain.message import Attachment, Unreadable
from mailbot.parsers.attachments.dispatch import read_without_risk
from mailbot.parsers.attachments.protocol import Answer, Label, receive_answer, send_question
from mailbot.parsers.attachments.reading import MAX_TEXT

WALL_SECONDS = 10.0
_MAX_ANSWER_BYTES = 8 * MAX_TEXT
_RETIRE_AFTER = 500
"""Attachments per process: what one sender's file may have left in it does not stay for ever."""


class ReaderPool:
    """A `ports.AttachmentReader`: thread-safe, starts its processes when they are first needed, replaces dead ones."""

    def __init__(self, *, processes: int = 2, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._slots = threading.BoundedSemaphore(processes)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False

    def __call__(self, attachment: Attachment) -> Attachment:
        """Return the attachment read; TIMED_OUT or CORRUPT when its process had to be ended or died."""
        if (settled := read_without_risk(attachment)) is not None:
            return settled
        with self._slots:
            try:
                child = self._take()
            except OSError as error:  # the machine is out of processes or memory
                return replace(attachment, unreadable=Unreadable.TIMED_OUT, notes=(f"no reader process: {error}",))
            try:
                return child.read(attachment, self._wall_seconds)
            finally:
                self._give_back(child)

    def close(self) -> None:
        """End the idle processes; one at work ends after its answer."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def __enter__(self) -> "ReaderPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _take(self) -> "_Child":
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive:
                    return child
                child.end()
        return _Child()

    def _give_back(self, child: "_Child") -> None:
        with self._lock:
            if child.is_usable and not self._closed:
                self._idle.append(child)
                return
        child.end()


class _Child:
    """One process of `attachments.child`, used by one thread at a time. It inherits no environment and no file."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mailbot.parsers.attachments.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": str(Path(mailbot.__file__).parents[1])},
        )
        self._questions = 0
        self._broken = False

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs; the kernel may have ended it while it was idle."""
        return self._process.poll() is None

    @property
    def is_usable(self) -> bool:
        """Whether it may get another attachment."""
        return not self._broken and self._questions < _RETIRE_AFTER

    def read(self, attachment: Attachment, wall_seconds: float) -> Attachment:
        """Return the attachment as the process read it, or as unreadable when no answer came in time."""
        self._questions += 1
        self._broken = True  # until its answer was read: an exception here must not leave it to the next attachment
        timed_out = threading.Event()

        def end_in_time() -> None:
            timed_out.set()
            self._process.kill()

        timer = threading.Timer(wall_seconds, end_in_time)
        timer.daemon = True
        timer.start()
        try:
            answer = self._ask(attachment)
        finally:
            timer.cancel()
        if answer is None:
            return self._unanswered(attachment, timed_out.is_set())
        self._broken = timed_out.is_set()
        return replace(
            attachment, part=answer.part, unreadable=answer.unreadable, decoy=answer.decoy, notes=answer.notes
        )

    def end(self) -> None:
        """End the process and wait for it."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, attachment: Attachment) -> Answer | None:
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:  # they are pipes, as asked for above
            return None
        try:
            send_question(
                questions,
                Label(filename=_sendable(attachment.filename), content_type=_sendable(attachment.content_type) or ""),
                attachment.content,
            )
            return receive_answer(answers, max_bytes=_MAX_ANSWER_BYTES)
        except OSError:
            return None

    def _unanswered(self, attachment: Attachment, timed_out: bool) -> Attachment:
        self._process.kill()
        ended_by = -self._process.wait()
        if timed_out or ended_by == signal.SIGXCPU:
            return replace(attachment, unreadable=Unreadable.TIMED_OUT, notes=("reading took too long",))
        return replace(attachment, unreadable=Unreadable.CORRUPT, notes=("the reader broke down on this file",))


def _sendable(text: str | None) -> str | None:
    """Return the text without lone surrogates, which JSON cannot carry."""
    return None if text is None else text.encode("utf-8", "ignore").decode("utf-8")
