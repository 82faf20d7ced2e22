"""Builds the bytes of a reply: RFC 5322 headers, text and HTML, attachments. The same input gives the same bytes.

Written by hand: the standard library's generator folds headers slowly, draws random boundaries and, in some releases,
lets an encoded line break through. Here every value is cleaned, and the result is read back and compared.
"""

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime

from mailbot.domain.errors import InputError
from mailbot.domain.message import Address
from mailbot.email_address import is_email_address
from mailbot.replies.clean import one_line

REFERENCES_LIMIT = 20
_LINE_LIMIT = 76
_BEYOND_ASCII = bytes(range(127, 256))
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")
_BARE_LF = re.compile(rb"(?<!\r)\n")  # as b2a_qp breaks the lines of a text that has none
_PHRASE_SAFE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file to attach. `filename` is plain ASCII."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply before it is bytes."""

    message_id: str
    date: dt.datetime
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    subject: str
    language: str
    automatic: bool
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    text: str
    html: str
    attachments: tuple[Attached, ...] = ()


def build(draft: Draft) -> bytes:
    """Return the message with CRLF lines; InputError when an address or id cannot stand in a header."""
    headers = _headers(draft)
    boundary = "=_" + hashlib.sha256(draft.message_id.encode()).hexdigest()[:24]
    alternative = _multipart(
        "alternative",
        f"{boundary}_a",
        (_text_part("plain", draft.text), _text_part("html", draft.html)),
    )
    whole = alternative
    if draft.attachments:
        whole = _multipart("mixed", f"{boundary}_m", (alternative, *map(_attachment_part, draft.attachments)))
    raw = "".join(f"{_folded(name, value)}\r\n" for name, value in headers).encode("ascii") + whole
    _check(raw, [name for name, _ in headers])
    return raw


def bounded(references: Sequence[str]) -> tuple[str, ...]:
    """Return the well-formed ids, each once, at most twenty: the thread's first and the newest (RFC 5322 3.6.4)."""
    ids = tuple(dict.fromkeys(i for i in references if _MESSAGE_ID.fullmatch(i)))
    return ids if len(ids) <= REFERENCES_LIMIT else (ids[0], *ids[1 - REFERENCES_LIMIT :])


def _headers(draft: Draft) -> list[tuple[str, str]]:
    headers = [
        ("Date", format_datetime(draft.date)),
        ("From", _address(draft.sender)),
        ("To", ", ".join(map(_address, draft.to))),
        ("Cc", ", ".join(map(_address, draft.cc))),
        ("Subject", _encoded(one_line(draft.subject, 400))),
        ("Message-ID", _checked_id(draft.message_id)),
        ("In-Reply-To", _checked_id(draft.in_reply_to) if draft.in_reply_to else ""),
        ("References", " ".join(map(_checked_id, draft.references))),
        ("Content-Language", draft.language),
        # RFC 3834 5.1; Exchange obeys its own header only.
        ("Auto-Submitted", "auto-replied" if draft.automatic else "no"),
        ("X-Auto-Response-Suppress", "All" if draft.automatic else ""),
        ("MIME-Version", "1.0"),
    ]
    return [(name, value) for name, value in headers if value]


def _check(raw: bytes, names: list[str]) -> None:
    """Read the headers back: nothing may have come in through a value (line breaks in names and subjects)."""
    found = BytesHeaderParser(policy=compat32).parsebytes(raw[: raw.index(b"\r\n\r\n") + 4]).keys()
    if list(found) != [*names, "Content-Type"]:
        raise InputError(f"the reply's headers read back as {found}")


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    delimiter = f"--{boundary}".encode()
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"


def _text_part(subtype: str, text: str) -> bytes:
    content = re.sub(r"\r\n?|\n", "\r\n", text).encode()
    foreign = len(content) - len(content.translate(None, delete=_BEYOND_ASCII))
    if 4 * foreign > len(content):  # mostly not Latin: quoted-printable would triple it
        encoding, body = "base64", _base64(content)
    else:
        encoding, body = "quoted-printable", _BARE_LF.sub(b"\r\n", binascii.b2a_qp(content, istext=True))
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def _attachment_part(attached: Attached) -> bytes:
    head = (
        f'Content-Type: {attached.content_type}; name="{attached.filename}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{attached.filename}"\r\n\r\n'
    )
    return head.encode("ascii") + _base64(attached.content)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).rstrip(b"\n").replace(b"\n", b"\r\n")


def _address(address: Address) -> str:
    """Return a mailbox for a header; InputError for an address that two programs could read differently."""
    if not can_stand_in_header(address.email):
        raise InputError(f"{address.email!r} cannot stand in a header as an address")
    name = one_line(address.name or "")
    if not name:
        return address.email
    if _PHRASE_SAFE.fullmatch(name) and "=?" not in name:
        return f"{name} <{address.email}>"
    if name.isascii() and "=?" not in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address.email}>'
    return f"{_encoded(name)} <{address.email}>"


def can_stand_in_header(email: str) -> bool:
    """Whether the address can be written into a header without SMTPUTF8, and every program reads it alike."""
    return email.isascii() and is_email_address(email)


def _checked_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise InputError(f"{message_id!r} is no Message-ID")
    return message_id


def _encoded(text: str) -> str:
    """Return the text as it is when it is ASCII, else as encoded words of whole characters (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    words: list[bytes] = [b""]
    for character in text:
        encoded = character.encode()
        if len(words[-1]) + len(encoded) > 39:  # 52 in base64, 64 with the word's frame
            words.append(b"")
        words[-1] += encoded
    return " ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


def _folded(name: str, value: str) -> str:
    """Return the header with its lines folded at spaces where they grow too long."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > _LINE_LIMIT and not lines[-1].endswith(":"):
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines)
