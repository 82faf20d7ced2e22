"""A token endpoint on loopback: issues, rotates and revokes tokens, answers introspection, and fails on demand."""

import contextlib
import http.server
import json
import secrets
import threading
import urllib.parse
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.dovecot import Dovecot, running_dovecot

DESK_WITH_LOGIN = """\
[desk]
address = "quotes@seller.example"
display_name = "Quotes"

[seller]
name = "Seller Pty Ltd"

[policy]
pack = "2026-07-01"

[[logins]]
name = "desk"
provider = "other"
"""
"""The head of the settings of a desk that logs in by tokens: what the login is follows."""

_CONFIG = """\
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}
"""
_ARGUMENTS = """\
introspection_mode = post
introspection_url = http://127.0.0.1:{tokens.port}/introspect
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass
class TokenServer:
    """What was asked for, what is valid, and what is to go wrong.

    `refresh_tokens` are good for one time each when `rotates`. `next` are (status, JSON or text) to answer with.
    """

    user: str = "quotes@seller.example"
    client_id: str = "desk-client"
    client_secret: str = "client-secret"  # of a test
    lifetime: object = 3600
    rotates: bool = True
    code: str = "code-of-the-browser"
    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    refresh_tokens: set[str] = field(default_factory=lambda: {"first-token"})
    access_tokens: set[str] = field(default_factory=set)
    next: "deque[tuple[int, object]]" = field(default_factory=deque)

    @property
    def url(self) -> str:
        """Where tokens are asked for."""
        return f"http://127.0.0.1:{self.port}/token"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, object]:
        """Return status and JSON."""
        if path.startswith("/introspect"):
            active = form.get("token") in self.access_tokens
            return 200, {"active": active, "username": self.user, "scope": "mail"} if active else {"active": False}
        self.asked.append(form)
        if self.next:
            return self.next.popleft()
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client", "error_description": "AADSTS7000222: the client secret expired"}
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.refresh_tokens:
                return 400, {"error": "invalid_grant", "error_description": "Token has been revoked."}
            if self.rotates:
                self.refresh_tokens = {f"refresh-{secrets.token_hex(8)}"}
        elif form.get("grant_type") == "authorization_code":
            if form.get("code") != self.code:
                return 400, {"error": "invalid_grant", "error_description": "The code is not known."}
        elif form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        token = f"access-{secrets.token_hex(8)}"
        self.access_tokens.add(token)
        answer: dict[str, object] = {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime}
        if form["grant_type"] == "authorization_code" or (form["grant_type"] == "refresh_token" and self.rotates):
            answer["refresh_token"] = next(iter(self.refresh_tokens))
        return 200, answer


@contextlib.contextmanager
def running_token_server() -> Iterator[TokenServer]:
    """Run one on a free port."""
    state = TokenServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, content = state.answer(self.path, dict(urllib.parse.parse_qsl(body)))
            raw = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{state.port}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def dovecot_with_tokens(tokens: TokenServer) -> Iterator[Dovecot]:
    """Run a Dovecot that takes the server's access tokens, which it looks up there, beside passwords."""
    with running_dovecot(_CONFIG, {"oauth2.conf": _ARGUMENTS.format(tokens=tokens)}) as server:
        yield server
