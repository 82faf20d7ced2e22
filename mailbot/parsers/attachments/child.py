"""The loop of a reader process: `python -m mailbot.parsers.attachments.child`, attachments in, answers out."""

import contextlib
import ctypes
import os
import resource
import sys
from typing import BinaryIO

from mailbot.domain.message import Attachment
from mailbot.parsers.attachments.dispatch import read
from mailbot.parsers.attachments.protocol import Answer, receive_question, send_answer

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
_OPEN_FILES = 32
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "urllib.",
            "ftplib.", "smtplib.", "webbrowser.")  # fmt: skip


def main() -> None:
    """Answer until standard input ends."""
    questions, answers = sys.stdin.buffer, _claim_output()
    _confine()
    while (question := receive_question(questions)) is not None:
        label, content = question
        _grant_cpu_seconds()
        found = read(
            Attachment(
                filename=label.filename, content_type=label.content_type, size=len(content), md5="", content=content
            )
        )
        send_answer(
            answers,
            Answer(part=found.part, unreadable=found.unreadable, decoy=found.decoy, notes=found.notes),
        )


def _claim_output() -> BinaryIO:
    """Return the stream of answers; whatever a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers


def _confine() -> None:
    """Limit memory and open files, leave the network, and refuse files to write and other processes."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    with contextlib.suppress(OSError, AttributeError):  # not every kernel allows it; the hook below holds everywhere
        ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_REFUSED) or (event == "open" and _is_for_writing(arguments)):
        raise PermissionError(f"{event} in a reader process")


def _is_for_writing(arguments: tuple[object, ...]) -> bool:
    """Whether the arguments of an `open` event (path, mode, flags) ask for more than reading."""
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _grant_cpu_seconds() -> None:
    """Allow CPU_SECONDS from now on; after them the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
