"""A browser without a window: requests straight into the application (ASGI), cookies kept, forms filled in."""

import asyncio
import html
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.applications import Starlette

HOST = "localhost"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes
    cookies: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def words(self) -> str:
        """The page's text without markup, spaces folded."""
        bare = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return " ".join(html.unescape(bare).split())

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def hidden(self, name: str) -> str:
        """Return the value of a hidden field of the page's forms."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"the page has no hidden field {name}"
        return html.unescape(found[1])


@dataclass
class Visitor:
    """Somebody with a browser."""

    app: Starlette
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    address: str = "127.0.0.1"

    def get(self, path: str, **headers: str) -> Answer:
        answer = self._ask("GET", path, b"", headers)
        if answer.headers.get("content-type", "").startswith("text/html") and 'name="token"' in answer.text:
            self.token = answer.hidden("token")
        return answer

    def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]] | None = None, **headers: str) -> Answer:
        """Send a form of the page seen last, as a browser would."""
        pairs = list((fields or {}).items()) if not isinstance(fields, list) else fields
        if not any(name == "token" for name, _ in pairs):
            pairs.append(("token", self.token))
        own = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"http://{HOST}",
            "sec-fetch-site": "same-origin",
        }
        return self._ask("POST", path, urlencode(pairs).encode(), {**own, **headers})

    def upload(self, path: str, files: dict[str, bytes]) -> Answer:
        """Send files by a form of the page seen last."""
        parts = [f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{self.token}\r\n'.encode()]
        for name, content in files.items():
            head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        headers = {"content-type": "multipart/form-data; boundary=x", "origin": f"http://{HOST}"}
        return self._ask("POST", path, b"".join(parts) + b"--x--\r\n", headers)

    def log_in(self, login: str, password: str) -> Answer:
        self.get("/login")
        return self.post("/login", {"login": login, "password": password})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        plain, _, query = path.partition("#")[0].partition("?")
        sent = {"host": HOST, "content-length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": plain,
            "raw_path": plain.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
            "client": (self.address, 1234),
            "server": (HOST, 80),
        }
        answer = asyncio.run(_exchange(self.app, scope, body))
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer


async def _exchange(app: Starlette, scope: dict[str, object], body: bytes) -> Answer:
    sent: list[dict[str, object]] = []
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, object]:
        return next(asked, {"type": "http.disconnect"})

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries are ASGI's messages
    start = sent[0]
    pairs = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]  # type: ignore[attr-defined]
    return Answer(
        status=int(str(start["status"])),
        headers=dict(pairs),
        content=b"".join(bytes(message.get("body", b"")) for message in sent[1:]),  # type: ignore[call-overload]
        cookies=tuple(value for name, value in pairs if name == "set-cookie"),
    )
