"""How a mail server is reached: address, encryption, login. Clear text only to this machine, and only when told so."""

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.domain.errors import MailbotError, SetupError, TransientError
from mailbot.ports.connection import Security


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a mail server is. `timeout` is in seconds, for connecting and for each answer."""

    host: str
    port: int
    security: Security = Security.TLS
    ca_file: Path | None = None  # PEM; None is the system's own list
    timeout: float = 60.0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who logs in. `secret` gives the password, or with `oauth` a bearer token that is valid now.

    `refused` is told of a token that a server does not take, and returns whether to try again with another one.
    """

    user: str
    secret: Callable[[], str] = field(repr=False)
    oauth: bool = False
    refused: Callable[[str], bool] = field(default=lambda token: False, repr=False)


def context_for(server: Server) -> ssl.SSLContext | None:
    """Return a context that verifies the server's certificate and name, or None for clear text to this machine.

    Raises SetupError for clear text to anywhere else, and for a CA file that cannot be used.
    """
    if server.security is Security.NONE:
        if not is_loopback(server.host):
            raise SetupError(
                f'{server}: security = "none" is allowed for a loopback address only; use "tls" or "starttls"'
            )
        return None
    try:
        return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise SetupError(f"{server}: CA file {server.ca_file} cannot be used: {error}") from error


def connection_error(server: Server, error: OSError) -> MailbotError:
    """Return what a failed connection means: a certificate or protocol to be mended, or a server that is away."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return SetupError(
            f"{server}: the server's certificate is not accepted ({error.verify_message}); "
            "set ca_file to the issuer's certificate, or mend the host name"
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return SetupError(f"{server}: no TLS on this port ({error.reason}); check port and security")
    return TransientError(f"{server}: {error or type(error).__name__}")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
