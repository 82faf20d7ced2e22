"""Sealing text for the database: whoever reads it, or a backup of it, cannot read what lies there."""

import base64

from cryptography.fernet import Fernet, InvalidToken


class Seal:
    """Seals under a key of 32 bytes (Fernet: AES-128-CBC and HMAC-SHA-256)."""

    def __init__(self, key: bytes) -> None:
        self._key = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """Return the text as one that nobody else can read, another one each time."""
        return self._key.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return the text; None when it was not sealed under this key."""
        try:
            return self._key.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None
