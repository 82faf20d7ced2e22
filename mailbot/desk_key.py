"""The desk's own key: one secret of the operator's outside the database, from which keys for each purpose come."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.domain.errors import SetupError
from mailbot.secret_file import make_secret_file, read_secret_file

WHAT = "the desk's key"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class DeskKey:
    """The key itself, which shows itself nowhere."""

    _secret: bytes = field(repr=False)

    def for_purpose(self, name: str) -> bytes:
        """Return 32 bytes that tell nothing of the key, nor of those for another purpose (HMAC-SHA-256)."""
        return hmac.digest(self._secret, f"mailbot {name}".encode(), "sha256")


def desk_key_of(path: Path) -> DeskKey:
    """Return the key in the file, made now when there is none.

    Raises SetupError when the file cannot be read or written, when others can read it, or when it holds no such key.
    """
    if not path.exists():
        make_secret_file(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n", WHAT)
    try:
        secret = base64.b64decode(read_secret_file(path, WHAT).strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) < KEY_BYTES:
        raise SetupError(f"{path}: is not {WHAT}: wanted are {KEY_BYTES} bytes in base64; put the copy of it back")
    return DeskKey(secret)
