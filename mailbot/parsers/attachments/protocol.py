"""What a reader pool and its processes say to one another: length-prefixed frames, JSON, no pickles."""

import struct
from dataclasses import dataclass
from typing import IO

import msgspec

from mailbot.domain.message import TextPart, Unreadable

_LENGTHS = struct.Struct(">II")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What goes before the bytes of an attachment."""

    filename: str | None
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a process found in an attachment."""

    part: TextPart | None
    unreadable: Unreadable | None
    decoy: bool
    notes: tuple[str, ...]


def send_question(stream: IO[bytes], label: Label, content: bytes) -> None:
    """Write one attachment."""
    head = msgspec.json.encode(label)
    stream.write(_LENGTHS.pack(len(head), len(content)))
    stream.write(head)
    stream.write(content)
    stream.flush()


def receive_question(stream: IO[bytes]) -> tuple[Label, bytes] | None:
    """Return the next attachment, or None at the end of the stream."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_length, content_length = _LENGTHS.unpack(lengths)
    label = msgspec.json.decode(stream.read(head_length), type=Label)
    return label, stream.read(content_length)


def send_answer(stream: IO[bytes], answer: Answer) -> None:
    """Write what was found."""
    body = msgspec.json.encode(answer)
    stream.write(_LENGTHS.pack(len(body), 0) + body)
    stream.flush()


def receive_answer(stream: IO[bytes], *, max_bytes: int) -> Answer | None:
    """Return the answer, or None when the process ended before it or speaks nonsense."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    length, _ = _LENGTHS.unpack(lengths)
    body = stream.read(length) if length <= max_bytes else b""
    try:
        return msgspec.json.decode(body, type=Answer)
    except msgspec.MsgspecError:
        return None
