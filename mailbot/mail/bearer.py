"""Telling a mail server a bearer token: XOAUTH2 (Google's and Microsoft's) and OAUTHBEARER (RFC 7628)."""

from collections.abc import Container

from mailbot.domain.errors import SetupError
from mailbot.mail.tls import Login, Server

XOAUTH2, OAUTHBEARER = "XOAUTH2", "OAUTHBEARER"


class BearerTalk:
    """One login: what the client says first, and its answer when the server is not content.

    After a refusal `complaint` holds what the server said of it, JSON as a rule.
    """

    def __init__(self, server: Server, login: Login, token: str, offered: Container[str]) -> None:
        """Choose the mechanism among those `offered`; SetupError when there is none of both."""
        self.complaint = ""
        if XOAUTH2 in offered:
            self.mechanism = XOAUTH2
            self.first = f"user={login.user}\1auth=Bearer {token}\1\1"
            self._last = ""
        elif OAUTHBEARER in offered:
            self.mechanism = OAUTHBEARER
            user = login.user.replace("=", "=3D").replace(",", "=2C")
            self.first = f"n,a={user},\1host={server.host}\1port={server.port}\1auth=Bearer {token}\1\1"
            self._last = "\1"
        else:
            raise SetupError(
                f"{server}: the server takes no login by OAuth (neither {XOAUTH2} nor {OAUTHBEARER}); "
                "check host and port, or use a password"
            )

    def answer(self, challenge: bytes | None) -> str:
        """Return what to say next: the token, and to a complaint what asks for the final refusal."""
        if not challenge:
            return self.first
        self.complaint = " ".join(challenge.decode("utf-8", "replace").split())[:300]
        return self._last

    def told(self) -> str:
        """Return the complaint as the end of an error's words."""
        return f" ({self.complaint})" if self.complaint else ""
