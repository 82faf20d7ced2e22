"""A person's consent to a login: the address where they log in, and what the browser brings back (RFC 6749 4.1, 7636).

The way back leads to this machine's loopback address (RFC 8252, 7.3), where nobody listens: the person copies the
address from the browser, which works from any machine.
"""

import base64
import hashlib
import secrets
import urllib.parse
from dataclasses import dataclass, field

from mailbot.domain.errors import InputError

REDIRECT = "http://localhost"
"""Registered for applications of the kind `desktop` or `mobile` by Microsoft and Google alike; any port is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One attempt: `state` tells its answer from others, `verifier` proves that who asked is who takes the tokens."""

    url: str
    client_id: str
    scopes: tuple[str, ...]
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def address(self, user: str = "") -> str:
        """Return where the person logs in; `user` is proposed there."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": " ".join(self.scopes),
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            # Google gives a refresh token on these two words only; others pass over them.
            "access_type": "offline",
            "prompt": "consent",
        }
        if user:
            query["login_hint"] = user
        return f"{self.url}?{urllib.parse.urlencode(query)}"

    def code_of(self, pasted: str) -> str:
        """Return the code in the address that the browser ended at; InputError saying what is wrong with it."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(pasted.strip()).query))
        if "error" in query:
            raise InputError(f"the login was refused: {query['error']} {query.get('error_description', '')}".strip())
        if "code" not in query:
            raise InputError(f"no address of the kind {REDIRECT}/?code=...&state=...; paste the whole of it")
        if not secrets.compare_digest(query.get("state", "").encode(), self.state.encode()):
            raise InputError("the address belongs to another attempt; begin anew")
        return query["code"]
