"""Sealing tokens for the database: whoever reads it, or a backup of it, cannot log in with what lies there."""

import base64
import hashlib

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from mailbot.domain.tokens import Tokens


class SecretSeal:
    """Seals under the secrets of a login (refresh token, client secret), which lie in files or the environment alone.

    With another first secret what was sealed before cannot be opened, and the new one counts.
    """

    def __init__(self, *secrets: str) -> None:
        content = "\0".join(("mailbot tokens", *secrets)).encode()
        self._key = Fernet(base64.urlsafe_b64encode(hashlib.sha256(content).digest()))

    def close(self, tokens: Tokens) -> str:
        """Return the tokens as text that nobody else can read."""
        return self._key.encrypt(msgspec.json.encode(tokens)).decode()

    def open(self, sealed: str) -> Tokens | None:
        """Return the tokens; None when they were sealed under another secret."""
        try:
            return msgspec.json.decode(self._key.decrypt(sealed.encode()), type=Tokens)
        except (InvalidToken, msgspec.MsgspecError):
            return None
