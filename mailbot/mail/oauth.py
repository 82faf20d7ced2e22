"""Asking a token endpoint for an access token (RFC 6749, sections 4.4 and 6), for logins at mail servers."""

import datetime as dt
import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbot.domain.errors import SetupError, TransientError
from mailbot.domain.tokens import Tokens
from mailbot.mail.tls import is_loopback

TIMEOUT = 20.0  # seconds, for connecting and for the answer
LARGEST = 1_000_000  # bytes of an answer
USUAL_LIFETIME = 3600  # seconds, where the endpoint does not say (section 5.1 recommends that it does)

# Errors that only a person mends (section 5.2; `interaction_required` is OpenID Connect's).
_OF_THE_CLIENT = ("invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type", "invalid_scope")
_OF_THE_GRANT = ("invalid_grant", "interaction_required", "consent_required", "access_denied")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEndpoint:
    """Where tokens are asked for, and as whom. `name` is the login's in the settings.

    `client_secret` is empty for a public client. `ca_file` (PEM) takes the place of the system's list.
    """

    name: str
    url: str
    client_id: str
    scopes: tuple[str, ...]
    client_secret: Callable[[], str] = field(default=str, repr=False)
    ca_file: Path | None = None

    def ask(self, refresh_token: str | None, now: dt.datetime) -> Tokens:
        """Return new tokens, for a refresh token or, without one, for the client itself.

        Raises SetupError when the endpoint refuses and a person must mend it, TransientError when it is away.
        """
        form = {"client_id": self.client_id, "scope": " ".join(self.scopes)}
        if secret := self.client_secret():
            form["client_secret"] = secret
        if refresh_token is None:
            form["grant_type"] = "client_credentials"
        else:
            form |= {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return _tokens(self._post(form), refresh_token, now, self)

    def _post(self, form: Mapping[str, str]) -> Mapping[str, Any]:  # JSON of any shape
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise SetupError(f"login {self.name}: {self.url} is not https; secrets are sent over TLS only")
        request = urllib.request.Request(  # noqa: S310  # http(s), see above
            self.url,
            urllib.parse.urlencode(form).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        )
        opener = urllib.request.build_opener(_NoRedirect, *self._tls(parts.scheme))
        try:
            with opener.open(request, timeout=TIMEOUT) as answer:
                return _object(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error.code, _object(error.read(LARGEST))) from error
        except ssl.SSLCertVerificationError as error:
            raise self._untrusted(parts.netloc, error) from error
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise self._untrusted(parts.netloc, cause) from error
            raise TransientError(f"login {self.name}: no token from {parts.netloc}: {cause}") from error

    def _tls(self, scheme: str) -> list[urllib.request.BaseHandler]:
        if scheme != "https":
            return []
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as error:
            raise SetupError(f"login {self.name}: CA file {self.ca_file} cannot be used: {error}") from error
        return [urllib.request.HTTPSHandler(context=context)]

    def _untrusted(self, host: str, error: ssl.SSLCertVerificationError) -> SetupError:
        return SetupError(f"login {self.name}: the certificate of {host} is not accepted ({error.verify_message})")

    def _refusal(self, status: int, answer: Mapping[str, Any]) -> SetupError | TransientError:
        code = str(answer.get("error", status))
        words = " ".join(str(answer.get("error_description", "")).split())[:300]
        said = f"login {self.name}: the token endpoint says {code}{': ' if words else ''}{words}"
        if code in _OF_THE_GRANT:
            return SetupError(f"{said}; log in anew and put the new refresh token into its file")
        if code in _OF_THE_CLIENT:
            return SetupError(f"{said}; check client_id, client_secret, tenant, scopes, and whether the secret ended")
        if 300 <= status < 500 and status not in (408, 429):
            return SetupError(f"{said} (HTTP {status}); check provider, tenant and token_url")
        return TransientError(f"{said} (HTTP {status})")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Secrets go where the settings say, and nowhere else."""

    def redirect_request(self, *args: object, **options: object) -> None:
        """Follow nothing: the answer counts as the error that it is."""


def _tokens(answer: Mapping[str, Any], refresh_token: str | None, now: dt.datetime, endpoint: TokenEndpoint) -> Tokens:
    token, lifetime = answer.get("access_token"), answer.get("expires_in", USUAL_LIFETIME)
    newer = answer.get("refresh_token", refresh_token)
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise TransientError(f"login {endpoint.name}: the token endpoint answered without an access token")
    if not isinstance(newer, str | None) or not str(lifetime).isdigit():
        raise TransientError(f"login {endpoint.name}: the token endpoint answered with something else than tokens")
    return Tokens(
        access_token=token,
        issued_at=now,
        lifetime=dt.timedelta(seconds=min(int(lifetime), 86_400)),
        refresh_token=None if refresh_token is None else newer,
    )


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
