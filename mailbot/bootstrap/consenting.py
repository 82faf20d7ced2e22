"""Logging in for a [[logins]] block: from the block to the file with its first refresh token."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.logins import endpoint_of
from mailbot.bootstrap.storing import utc_now
from mailbot.domain.errors import InputError, SetupError
from mailbot.mail.consent import REDIRECT, Consent
from mailbot.mail.oauth import TokenEndpoint
from mailbot.settings import Grant, LoginSettings, Provider

MICROSOFT_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize"
GOOGLE_URL = "https://accounts.google.com/o/oauth2/v2/auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunLogin:
    """A login that waits for what the browser brings back; `address` is where the person goes."""

    address: str
    consent: Consent
    endpoint: TokenEndpoint
    file: Path


def begin_login(installation: Installation, name: str) -> BegunLogin:
    """Return the login of the block of this name, begun; SetupError when the block does not say enough."""
    known = {login.name: login for login in installation.settings.logins}
    if name not in known:
        raise InputError(f"{name}: no [[logins]] block has this name; there are: {', '.join(known) or 'none'}")
    settings = known[name]
    if settings.grant is Grant.CLIENT_CREDENTIALS:
        raise InputError(f'{name}: grant = "client_credentials" needs no person to log in; try `mailbot doctor`')
    if settings.refresh_token_file is None:
        raise SetupError(f"logins.{name}: name the file for the refresh token in refresh_token_file")
    endpoint = endpoint_of(installation, settings)
    consent = Consent(url=_where(settings), client_id=settings.client_id, scopes=endpoint.scopes)
    return BegunLogin(
        address=consent.address(_user(installation, name)),
        consent=consent,
        endpoint=endpoint,
        file=installation.folder / settings.refresh_token_file,
    )


def finish_login(begun: BegunLogin, pasted: str) -> Path:
    """Return the file, the refresh token in it; InputError when the address is not the right one."""
    code = begun.consent.code_of(pasted)
    tokens = begun.endpoint.exchange(code, begun.consent.verifier, REDIRECT, utc_now())
    if not tokens.refresh_token:
        raise SetupError(f"login {begun.endpoint.name}: no refresh token came; is offline_access among the scopes?")
    _write(begun.file, tokens.refresh_token)
    return begun.file


def _where(settings: LoginSettings) -> str:
    if settings.authorize_url:
        return settings.authorize_url
    match settings.provider:
        case Provider.MICROSOFT:
            return MICROSOFT_URL.format(tenant=settings.tenant)
        case Provider.GOOGLE:
            return GOOGLE_URL
        case Provider.OTHER:
            raise SetupError(f"logins.{settings.name}: name the page where people log in in authorize_url")


def _user(installation: Installation, name: str) -> str:
    """Return who is to log in: the user of the first mailbox that names the login."""
    return next((box.user for box in installation.settings.mailboxes if box.login == name), "")


def _write(file: Path, token: str) -> None:
    """The token lies in the file, whole or not at all, readable by its owner alone."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
            opened.write(f"{token}\n")
        draft.replace(file)
    except OSError as error:
        raise SetupError(f"{file}: the refresh token cannot be written there: {error}") from error
