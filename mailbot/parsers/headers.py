"""Header values as text: encoded words, raw eight-bit bytes, and nothing in the result that could break a line."""

import base64
import binascii
import datetime as dt
import email.utils
import quopri
import re

from mailbot.parsers import charset
from mailbot.parsers.accents import composed

_ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)(?:\?=|\?$|$)")
_BLANK = re.compile(rb"[ \t\r\n]*\Z")
_UNSAFE = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029\ufeff\ud800-\udfff]+")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_MAX_REFERENCES = 200


def decode(value: bytes | None, fallback: str | None = None) -> str:
    """Return a header value as one line of text (RFC 2047), also where its encoded words are broken.

    `fallback` is the body's character set: bytes beyond ASCII without a label are tried as UTF-8 and as that.
    """
    if not value:
        return ""
    if b"=?" not in value:
        return composed(clean(_plain(value, fallback)))
    pieces: list[tuple[str | None, bytes]] = []  # (charset of encoded words, None for plain), bytes
    at = 0
    for match in _ENCODED_WORD.finditer(value):
        between = value[at : match.start()]
        # White space between two encoded words is no part of the text (RFC 2047, 6.2).
        if not (pieces and pieces[-1][0] is not None and _BLANK.match(between)) and between:
            pieces.append((None, between))
        label = match[1].partition(b"*")[0].decode("ascii", "replace").lower()
        data = _word(match[2], match[3])
        if pieces and pieces[-1][0] == label:  # a character may be cut between two words
            pieces[-1] = (label, pieces[-1][1] + data)
        else:
            pieces.append((label, data))
        at = match.end()
    if at < len(value):
        pieces.append((None, value[at:]))
    text = "".join(_plain(data, fallback) if label is None else _labelled(data, label) for label, data in pieces)
    return composed(clean(text))


def clean(text: str) -> str:
    """Return the text on one line, without control characters and lone surrogates, its ends trimmed."""
    return _UNSAFE.sub(" ", text).replace("\xa0", " ").strip()


def message_ids(value: bytes | None) -> tuple[str, ...]:
    """Return the Message-IDs of a References, In-Reply-To or Message-ID field, with their angle brackets."""
    return tuple(_MESSAGE_ID.findall(decode(value)))[-_MAX_REFERENCES:]


def message_id(value: bytes | None) -> str | None:
    """Return the one Message-ID of a field; a bare one without brackets is taken as it is."""
    found = message_ids(value)
    return found[0] if found else decode(value)[:500] or None


def date(value: bytes | None) -> str | None:
    """Return a Date field as ISO 8601 with its offset, or None when it is none."""
    text = decode(value)[:100]
    try:
        parsed = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if parsed.tzinfo is None:  # "-0000": the time is UTC, the sender's zone is not told (RFC 5322, 3.3)
        parsed = parsed.replace(tzinfo=dt.UTC)
    return parsed.isoformat()


def _plain(data: bytes, fallback: str | None) -> str:
    """Decode raw bytes of a header; it is written in bytes that are ASCII, also above a body that is not (UTF-16)."""
    return charset.decode(data, None if charset.is_wide(fallback) else fallback)[0]


def _labelled(data: bytes, label: str) -> str:
    return charset.decode(data, label)[0]


def _word(encoding: bytes, content: bytes) -> bytes:
    if encoding in b"qQ":
        return quopri.decodestring(content, header=True)
    clean_content = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    clean_content = clean_content[:-1] if len(clean_content) % 4 == 1 else clean_content
    try:
        return base64.b64decode(clean_content + b"=" * (-len(clean_content) % 4))
    except binascii.Error:
        return content
