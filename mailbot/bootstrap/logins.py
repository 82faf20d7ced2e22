"""The logins by OAuth of an installation: whom they ask for tokens, and where these are kept."""

import datetime as dt
from collections.abc import Mapping

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.storing import open_desk_store, utc_now
from mailbot.domain.errors import SetupError
from mailbot.mail.oauth import TokenEndpoint
from mailbot.mail.tls import Login
from mailbot.service.logins import BearerLogin
from mailbot.settings import Grant, LoginSettings, Provider, variable_of

MICROSOFT_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
GOOGLE_URL = "https://oauth2.googleapis.com/token"

# What the providers' documentation names for IMAP and SMTP.
MICROSOFT_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
)
MICROSOFT_CLIENT_SCOPES = ("https://outlook.office365.com/.default",)
GOOGLE_SCOPES = ("https://mail.google.com/",)


def bearer(installation: Installation, name: str, user: str) -> Login:
    """Return the login of a user by tokens; SetupError when a secret of it is missing."""
    settings = next(login for login in installation.settings.logins if login.name == name)
    tokens = bearer_login(installation, settings)
    return Login(user=user, secret=tokens.token, oauth=True, refused=tokens.refused)


def bearer_login(installation: Installation, settings: LoginSettings) -> BearerLogin:
    """Return what has tokens of the login at hand; SetupError when a secret of it is missing."""
    from mailbot.mail.sealing import SecretSeal  # loaded here: only desks with such logins need it

    first = _first_secret(settings)
    secret = settings.client_secret.reveal() if settings.client_secret else ""
    return BearerLogin(
        settings.name,
        first=first,
        issue=endpoint_of(installation, settings).ask,
        seal=SecretSeal(first or "", secret),
        open_store=lambda: open_desk_store(installation),
        clock=utc_now,
    )


def secret_ends(installation: Installation) -> Mapping[str, dt.date]:
    """Return the days on which client secrets end, by what they open."""
    logins = installation.settings.logins
    return {f"login {one.name}": one.client_secret_ends for one in logins if one.client_secret_ends is not None}


def _first_secret(settings: LoginSettings) -> str | None:
    """Return the refresh token that a person has put there, None for a login that goes by its client's secret."""
    if settings.grant is Grant.CLIENT_CREDENTIALS:
        if settings.client_secret is None:
            raise _missing(settings, "client_secret")
        return None
    if settings.refresh_token is None:
        raise SetupError(f"{_missing(settings, 'refresh_token')}, or log in: mailbot login {settings.name}")
    return settings.refresh_token.reveal()


def _missing(settings: LoginSettings, key: str) -> SetupError:
    where = f"logins.{settings.name}"
    variable = variable_of(where, key)
    return SetupError(f"{where}: no {key.replace('_', ' ')}; name a file in {where}.{key}_file or set {variable}")


def endpoint_of(installation: Installation, settings: LoginSettings) -> TokenEndpoint:
    """Return where tokens of the login are asked for, and for what."""
    secret = settings.client_secret.reveal() if settings.client_secret else ""
    scopes: tuple[str, ...]
    match settings.provider:
        case Provider.MICROSOFT if settings.grant is Grant.CLIENT_CREDENTIALS:
            url, scopes = MICROSOFT_URL.format(tenant=settings.tenant), MICROSOFT_CLIENT_SCOPES
        case Provider.MICROSOFT:
            url, scopes = MICROSOFT_URL.format(tenant=settings.tenant), MICROSOFT_SCOPES
        case Provider.GOOGLE:
            url, scopes = GOOGLE_URL, GOOGLE_SCOPES
        case Provider.OTHER:
            url, scopes = settings.token_url, settings.scopes
    return TokenEndpoint(
        name=settings.name,
        url=settings.token_url or url,
        client_id=settings.client_id,
        client_secret=lambda: secret,
        scopes=settings.scopes or scopes,
        ca_file=installation.folder / settings.ca_file if settings.ca_file else None,
    )
