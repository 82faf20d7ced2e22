"""What stands between a browser and the console: cookies, the token of forms, origins, response headers."""

import hashlib
import hmac
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

FOREIGN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""For HTML that others wrote: no script, no request, no form, a origin of its own; shown in a frame of ours only."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class SecureHeaders:
    """Adds the headers to every response that does not set them itself (ASGI)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, "Strict-Transport-Security": "max-age=31536000"} if https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def form_token(secret: str) -> str:
    """Return what the forms of a visitor carry: it proves that they came from us, and tells nothing of the cookie."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(token: str, secret: str) -> bool:
    """Whether the token is the one of this visitor."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), form_token(secret).encode())


def comes_from_us(headers: Headers, own: str) -> bool:
    """Whether a changing request was made by a page of ours, as far as the browser tells (Origin, Fetch Metadata)."""
    origin = headers.get("origin")
    if origin is not None and origin != own:
        return False
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"
