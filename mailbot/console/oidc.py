"""Login by OpenID Connect: the code flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636).

What has to be remembered between the way out and the way back is made from the browser's own cookie, so that an answer
is good for the browser that asked, and nothing is stored.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any  # what a provider answers is checked by use

import httpx2
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2 import OAuth2Error
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mailbot.domain.errors import Forbidden, TransientError

ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
SECONDS = 10.0
LEEWAY = 60


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """Who vouches for staff. `name` is on the button; `claim` of the identity token is a member's login."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "email"
    scopes: str = "openid email profile"
    transport: httpx2.BaseTransport | None = None

    def way_out(self, secret: str, target: str, back: str, *, again: bool = False) -> str:
        """Return the provider's address to which the browser goes; `again`: it is to ask who it is in any case.

        Raises TransientError when the provider is away.
        """
        known = {"prompt": "login", "max_age": "0"} if again else {}
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                self._told("authorization_endpoint"),
                state=_state(secret, target, again=again),
                nonce=_made(secret, "nonce"),
                code_verifier=_made(secret, "verifier"),
                **known,
            )
        return str(address)

    def way_back(self, secret: str, answered: Mapping[str, str], back: str) -> tuple[str, str]:
        """Return (login, the page that was wanted) of who comes back.

        Raises Forbidden for an answer that is not one to this browser's question, or not the provider's.
        """
        target, again = _remembered(secret, answered.get("state", ""))
        if "code" not in answered:
            raise Forbidden("the provider did not say who you are")
        try:
            with self._client(back) as client:
                token = client.fetch_token(
                    self._told("token_endpoint"),
                    code=answered["code"],
                    code_verifier=_made(secret, "verifier"),
                    grant_type="authorization_code",
                )
            claims = self._claims(str(token.get("id_token", "")), _made(secret, "nonce"))
            if again and int(claims["auth_time"]) < int(claims["iat"]) - LEEWAY:
                raise Forbidden("the provider did not ask again who you are")
        except (OAuth2Error, JoseError, ValueError, KeyError) as error:
            raise Forbidden("the provider's answer is not valid") from error
        except httpx2.HTTPError as error:
            raise TransientError(f"identity provider: {type(error).__name__}") from error
        return self._login(claims), target

    def _login(self, claims: Mapping[str, Any]) -> str:
        login = claims.get(self.claim)
        if not isinstance(login, str) or not login.strip():
            raise Forbidden("the provider did not say who you are")
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise Forbidden("the provider has not verified your e-mail address")
        return login

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        decoded = jwt.decode(token, self._keys(), algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(decoded.claims)
        claims: Mapping[str, Any] = decoded.claims
        return claims

    def _keys(self) -> KeySet:
        """Return the keys of now: a provider changes them without saying so."""
        return KeySet.import_key_set(self._fetched(self._told("jwks_uri")))

    def _told(self, key: str) -> str:
        return str(self._metadata[key])

    @cached_property
    def _metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0, section 4)."""
        found: Mapping[str, Any] = self._fetched(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise Forbidden("the provider calls itself by another name than oidc.issuer; mend the settings")
        return found

    def _fetched(self, address: str) -> Any:
        try:
            with httpx2.Client(timeout=SECONDS, transport=self.transport) as client:
                return client.get(address).raise_for_status().json()
        except (httpx2.HTTPError, json.JSONDecodeError) as error:
            raise TransientError(f"identity provider: {type(error).__name__}") from error

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id,
            self.client_secret,
            scope=self.scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=SECONDS,
            transport=self.transport,
        )


def _made(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), f"oidc {purpose}".encode(), hashlib.sha256).hexdigest()


def _state(secret: str, target: str, *, again: bool) -> str:
    written = base64.urlsafe_b64encode(json.dumps([target, again]).encode()).decode()
    return f"{_made(secret, f'state {written}')}.{written}"


def _remembered(secret: str, state: str) -> tuple[str, bool]:
    """Return the page of a state that was made for this browser, and `again`; Forbidden for any other."""
    digest, _, written = state.partition(".")
    if not secret or not hmac.compare_digest(digest.encode(), _made(secret, f"state {written}").encode()):
        raise Forbidden("this answer does not belong to a login of this browser; begin again")
    target, again = json.loads(base64.urlsafe_b64decode(written.encode()))
    return str(target), bool(again)
