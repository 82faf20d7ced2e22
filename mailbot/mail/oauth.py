"""Asking a token endpoint for an access token (RFC 6749, sections 4.4 and 6), for logins at mail servers."""

import datetime as dt
import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mailbot.domain.errors import SetupError, TransientError
from mailbot.domain.tokens import Tokens
from mailbot.mail.tls import is_loopback

TIMEOUT = 20.0  # seconds, for connecting and for the answer
LARGEST = 1_000_000  # bytes of an answer
LONGEST_LIFETIME = 86_400  # seconds that are believed
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
        if refresh_token is None:
            answer = self._post({"grant_type": "client_credentials"})
            return replace(_tokens(answer, self.name, now), refresh_token=None)
        answer = self._post({"grant_type": "refresh_token", "refresh_token": refresh_token})
        return _tokens({"refresh_token": refresh_token, **answer}, self.name, now)

    def exchange(self, code: str, verifier: str, redirect_uri: str, now: dt.datetime) -> Tokens:
        """Return the first tokens, for the code that a person's login gave; raises as `ask` does."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return _tokens(self._post({**form, "code_verifier": verifier}), self.name, now)

    def _post(self, grant: Mapping[str, str]) -> Mapping[str, Any]:  # JSON of any shape
        form = {"client_id": self.client_id, "scope": " ".join(self.scopes), **grant}
        if secret := self.client_secret():
            form["client_secret"] = secret
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
            return SetupError(f"{said}; log in anew: mailbot login {self.name}")
        if code in _OF_THE_CLIENT:
            return SetupError(f"{said}; check client_id, client_secret, tenant, scopes, and whether the secret ended")
        if 300 <= status < 500 and status not in (408, 429):
            return SetupError(f"{said} (HTTP {status}); check provider, tenant and token_url")
        return TransientError(f"{said} (HTTP {status})")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Secrets go where the settings say, and nowhere else."""

    def redirect_request(self, *args: object, **options: object) -> None:
        """Follow nothing: the answer counts as the error that it is."""


def _tokens(answer: Mapping[str, Any], login: str, now: dt.datetime) -> Tokens:
    token, lifetime = answer.get("access_token"), answer.get("expires_in", USUAL_LIFETIME)
    refresh_token = answer.get("refresh_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise TransientError(f"login {login}: the token endpoint answered without an access token")
    if not isinstance(refresh_token, str | None) or not str(lifetime).isdigit():
        raise TransientError(f"login {login}: the token endpoint answered with something else than tokens")
    seconds = min(int(lifetime), LONGEST_LIFETIME)
    return Tokens(
        access_token=token, issued_at=now, lifetime=dt.timedelta(seconds=seconds), refresh_token=refresh_token
    )


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
