"""Mailboxes of address headers, by a grammar so strict that no other program reads them differently.

Two programs that disagree about a From are how an impostor shows one address and is answered at another; whatever
RFC 5322 does not plainly allow is therefore no address here.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.domain.message import Address
from mailbot.parsers import headers

MAX_MAILBOXES = 100

_PIECE = re.compile(rb'"(?:[^"\\]|\\.)*"|[<>(),;:]|[^"<>(),;:]+|"', re.DOTALL)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?"
_ADDR_SPEC = re.compile(rf"({_LOCAL}(?:\.{_LOCAL})*)@({_LABEL}(?:\.{_LABEL})*)\Z")
_QUOTES = "\"' \t"


def sender(values: tuple[bytes, ...], fallback: str | None, defects: list[str]) -> Address | None:
    """Return the one mailbox of the From fields, or None with a defect when there is not exactly one, plainly."""
    if not values:
        defects.append("no From")
        return None
    if len(values) > 1:
        defects.append("several From headers")
        return None
    found = list(_mailboxes(values[0], fallback))
    # "Roe, Jane <j@x>" without quotes: no program takes a word without @ for an address.
    bare = [entry for entry in found if not (entry.address is None and entry.is_words)]
    if len(bare) != 1 or found[-1] is not bare[0]:
        defects.append("From is not one mailbox")
        return None
    address = bare[0].address
    if address is None:
        defects.append("From can be read two ways")
        return None
    if len(found) > 1:
        name = ", ".join(filter(None, (entry.words for entry in found[:-1]))) + f", {address.name or ''}"
        return Address(name=name.strip(", ") or None, email=address.email)
    return address


def mailboxes(values: tuple[bytes, ...], fallback: str | None) -> tuple[Address, ...]:
    """Return the plain mailboxes of To, Cc or Reply-To; what is not plainly one is left out."""
    found = (entry.address for value in values for entry in _mailboxes(value, fallback))
    return tuple(address for address in found if address is not None)[:MAX_MAILBOXES]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands between two commas. `is_words`: no address was attempted in it."""

    address: Address | None
    words: str = ""
    is_words: bool = False


def _mailboxes(value: bytes, fallback: str | None) -> Iterator[_Entry]:
    for pieces in _entries(value):
        entry = _entry(pieces, fallback)
        if entry is not None:
            yield entry


def _entries(value: bytes) -> Iterator[list[bytes]]:
    """Split at the commas outside of quotes, comments and angle brackets; group names and semicolons fall away."""
    pieces: list[bytes] = []
    comment = angle = 0
    for piece in _PIECE.findall(value):
        if piece == b"(":
            comment += 1
        elif piece == b")" and comment:
            comment -= 1
        elif comment:
            pass
        elif piece == b"<":
            angle += 1
        elif piece == b">":
            angle -= 1
        elif not angle and piece in (b",", b";"):
            yield pieces
            pieces = []
            continue
        elif not angle and piece == b":":  # the name of a group
            pieces = []
            continue
        pieces.append(piece)
    yield pieces


def _entry(pieces: list[bytes], fallback: str | None) -> _Entry | None:
    words: list[bytes] = []
    comments: list[bytes] = []
    angle: list[bytes] | None = None
    closed = comment = split = False
    for piece in pieces:
        if piece == b"(":
            if comment:
                return _Entry(None)
            comment = True
        elif piece == b")" and comment:
            comment = False
        elif comment:
            comments.append(piece)
        elif piece == b"<":
            if angle is not None:
                return _Entry(None)
            angle = []
        elif piece == b">":
            if angle is None or closed:
                return _Entry(None)
            closed = True
        elif angle is not None and not closed:
            angle.append(piece)
        elif piece.strip():
            if closed:
                return _Entry(None)
            split = split or bool(words and comments)
            words.append(piece)
    if comment or (angle is not None and not closed):
        return _Entry(None)
    if angle is None:
        if split and b"@" in b"".join(words):  # a comment inside an address
            return _Entry(None)
        return _without_brackets(words, comments, fallback)
    email = _addr_spec(b"".join(angle))
    if email is None or any(b"@" in word and not word.startswith(b'"') for word in words) or b'"' in words:
        return _Entry(None)
    name = _name(words, fallback) or _name(comments, fallback)
    return _Entry(Address(name=name, email=email))


def _without_brackets(words: list[bytes], comments: list[bytes], fallback: str | None) -> _Entry | None:
    if not words:
        return None
    joined = b"".join(words)
    if b"@" not in joined:
        return _Entry(None, _name(words, fallback) or "", is_words=True)
    email = _addr_spec(joined)
    return _Entry(None if email is None else Address(name=_name(comments, fallback), email=email))


def _addr_spec(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return None
    match = _ADDR_SPEC.match(text) if len(text) <= 254 and "=?" not in text else None
    if match is None or not _is_plain(text) or headers.clean(text) != text:
        return None
    return f"{match[1]}@{match[2].lower()}"


def _is_plain(text: str) -> bool:
    """Whether the letters are what they seem: nothing invisible, no other dot, nothing that stands for a letter."""
    letters = all(c.isascii() or unicodedata.category(c)[0] in "LMN" for c in text)
    return letters and unicodedata.normalize("NFKC", text) == text


def _name(words: list[bytes], fallback: str | None) -> str | None:
    """Return the display name decoded; None when there is none or it only repeats an address."""
    pieces = [re.sub(rb"\\(.)", rb"\1", w[1:-1]) if w.startswith(b'"') and len(w) > 1 else w for w in words]
    text = " ".join(headers.decode(b" ".join(pieces), fallback).split()).strip(_QUOTES)
    return text if text and "@" not in text else None
