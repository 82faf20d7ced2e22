"""A provider of identities on loopback: OpenID Connect's code flow with PKCE, as strict as a real one."""

import base64
import contextlib
import hashlib
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "mailbot-console", "client-secret"


def new_key() -> ECKey:
    """Return a key to sign with; all bear the same name."""
    return ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})


@dataclass
class Provider:
    """Vouches for whoever `claims` says. `key` signs; `known_key` is what it publishes."""

    claims: dict[str, object] = field(default_factory=dict)
    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
    )
    known_key: ECKey | None = None
    port: int = 0
    away: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, query: dict[str, str]) -> tuple[int, object]:
        """Return status and JSON, or (303, address)."""
        if self.away:
            return 503, {}
        match path:
            case "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                return 200, {"issuer": self.issuer, **{k: f"{self.issuer}/{v}" for k, v in names.items()}}
            case "/keys":
                return 200, {"keys": [(self.known_key or self.key).as_dict(private=False)]}
            case "/authorize":
                self.asked.append(query)
                if query.get("client_id") != CLIENT or query.get("code_challenge_method") != "S256":
                    return 400, {"error": "invalid_request"}
                code = secrets.token_urlsafe(8)
                self.codes[code] = query
                return 303, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        return 404, {}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, object]:
        """Return tokens for a code, once, to who shows the verifier and the client's secret."""
        asked = self.codes.pop(form.get("code", ""), None)
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or authorization != wanted or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300, "auth_time": now,
            "nonce": asked.get("nonce"), **self.claims,
        }  # fmt: skip
        signed = jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.key)
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


@contextlib.contextmanager
def running_provider(**claims: object) -> Iterator[Provider]:
    """Run a provider that says these claims, for the time of the block."""
    provider = Provider(claims=dict(claims))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.answer(*provider.get(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {k: v[0] for k, v in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers.get("Authorization", "")))

        def answer(self, status: int, told: object) -> None:
            content = b"" if status == 303 else json.dumps(told).encode()
            self.send_response(status)
            if status == 303:
                self.send_header("Location", str(told))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
