"""Text that every database takes, and keys of bounded length; mail brings anything."""

import hashlib
import re

from mailbot.domain.message import domain_of

KEY_LENGTH = 250
"""Longest key in characters; PostgreSQL indexes at most 2,700 bytes."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text with NUL and lone surrogates replaced by U+FFFD; the raw mail keeps what was there."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def address_key(address: str) -> str:
    """Return what two spellings of one e-mail address have in common."""
    return _bounded(clean(address).strip().casefold())


def address_hash(key: str) -> str:
    """Return what an `address_key` is known by after it was erased."""
    return hashlib.sha256(key.encode()).hexdigest()


def domain_key(address: str) -> str:
    """Return the address's domain, in lower case; empty for an address without one."""
    return domain_of(address_key(address))


def message_id_key(message_id: str) -> str:
    """Return a Message-ID without angle brackets and space around it."""
    return _bounded(clean(message_id).strip().removeprefix("<").removesuffix(">").strip())


def _bounded(text: str) -> str:
    if len(text) <= KEY_LENGTH:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
