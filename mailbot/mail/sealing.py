"""Tokens of logins, sealed under the secrets of the login itself."""

import hashlib

import msgspec

from mailbot.domain.tokens import Tokens
from mailbot.sealing import Seal


class SecretSeal:
    """Seals under the secrets of a login (refresh token, client secret), which lie in files or the environment alone.

    With another first secret what was sealed before cannot be opened, and the new one counts.
    """

    def __init__(self, *secrets: str) -> None:
        content = "\0".join(("mailbot tokens", *secrets)).encode()
        self._seal = Seal(hashlib.sha256(content).digest())

    def close(self, tokens: Tokens) -> str:
        """Return the tokens as text that nobody else can read."""
        return self._seal.close(msgspec.json.encode(tokens).decode())

    def open(self, sealed: str) -> Tokens | None:
        """Return the tokens; None when they were sealed under another secret."""
        opened = self._seal.open(sealed)
        try:
            return None if opened is None else msgspec.json.decode(opened, type=Tokens)
        except msgspec.MsgspecError:
            return None
