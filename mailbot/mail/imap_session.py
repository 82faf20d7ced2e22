"""Connections to an IMAP server: encryption, login, deadlines, and what its refusals mean."""

import contextlib
import enum
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from imapclient import IMAPClient  # type: ignore[import-untyped]  # the library has no stubs
from imapclient.exceptions import (  # type: ignore[import-untyped]  # the library has no stubs
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from mailbot.domain.errors import SetupError, Throttled, TransientError
from mailbot.mail.bearer import BearerTalk
from mailbot.mail.deadline import Watchdog
from mailbot.mail.tls import Login, Server, connection_error, context_for
from mailbot.ports.connection import Security

T = TypeVar("T")

THROTTLED = "authenticated but not connected"
"""What Microsoft 365 says after a login when there were too many, or when the user may not open the mailbox."""

_WATCHDOG = Watchdog()


class Filing(enum.Enum):
    """What happens on the server to a mail that is safely stored."""

    MOVE = "move"  # into another folder
    FLAG = "flag"  # gets a flag or keyword
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """An account to read: `target` is the folder or the flag that `filing` needs.

    Mails above `max_bytes` are fetched as headers only. `nudge` is how often, in seconds, a server whose push is
    slow is asked beside IDLE, and a server without IDLE (or with `idle` off) at all. No command takes longer than
    `deadline` seconds, however slowly its answer trickles.
    """

    server: Server
    login: Login
    filing: Filing = Filing.NOTHING
    target: str = ""
    max_bytes: int = 25 * 1024 * 1024
    idle: bool = True
    nudge: float = 0.25
    deadline: float = 300.0


def open_session(account: ImapAccount) -> IMAPClient:
    """Return a connection that is logged in.

    Raises SetupError when certificate or login must be mended, TransientError when the server is away.
    """
    client = _connect(account.server)
    try:
        _log_in(client, account)
    except BaseException:
        hang_up(client)
        raise
    return client


def _connect(server: Server) -> IMAPClient:
    context = context_for(server)
    try:
        client = IMAPClient(
            server.host,
            server.port,
            ssl=server.security is Security.TLS,
            ssl_context=context,
            timeout=server.timeout,
        )
        client.normalise_times = False
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security is Security.STARTTLS:
            if not client.has_capability("STARTTLS"):
                hang_up(client)
                raise SetupError(f'{server}: the server offers no STARTTLS; use security = "tls" and its port')
            client.starttls(ssl_context=context)
    except OSError as error:
        raise connection_error(server, error) from error
    except IMAPClientError as error:
        raise TransientError(f"{server}: {error}") from error
    return client


def _log_in(client: IMAPClient, account: ImapAccount) -> None:
    login, secret = account.login, account.login.secret()
    try:
        talk = _bearer_talk(client, account, secret) if login.oauth else None
        if talk is None:
            client.login(login.user, secret)
        else:
            client.sasl_login(talk.mechanism, talk.answer)
    except LoginError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise TransientError(f"{account.server}: connection lost at login: {error}") from error
        if _may_pass(error):
            raise TransientError(f"{account.server}: login of {login.user} not possible now: {error}") from error
        told = f"{account.server}: login of {login.user} refused: {error}{talk.told() if talk else ''}"
        raise TransientError(told) if talk and login.refused(secret) else SetupError(told) from error
    except IMAPClientError as error:
        raise TransientError(f"{account.server}: {error}") from error
    except OSError as error:
        raise connection_error(account.server, error) from error


def _bearer_talk(client: IMAPClient, account: ImapAccount, token: str) -> BearerTalk:
    said = (name.decode("ascii", "replace").upper() for name in client.capabilities())
    return BearerTalk(account.server, account.login, token, {name.removeprefix("AUTH=") for name in said})


def create_if_absent(client: IMAPClient, folder: str) -> None:
    """The folder is there."""
    if not client.folder_exists(folder):
        client.create_folder(folder)


def asked(server: Server, command: Callable[[], T]) -> T:
    """Run a command of the opening; a NO is a thing to mend, anything else may pass."""
    try:
        return command()
    except (IMAPClientAbortError, OSError) as error:
        raise TransientError(f"{server}: {error or type(error).__name__}") from error
    except IMAPClientError as error:
        if THROTTLED in str(error):
            raise Throttled(
                f"{server}: {error}; no more logins are taken for now. If it lasts, check that the user has full "
                "access to the mailbox, and that the login asks for IMAP"
            ) from error
        if _may_pass(error):
            raise TransientError(f"{server}: {error}") from error
        raise SetupError(f"{server}: {error}") from error


def _may_pass(error: IMAPClientError) -> bool:
    """Whether the server blames itself (RFC 5530)."""
    return any(words in str(error) for words in ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]"))


@contextlib.contextmanager
def deadline(client: IMAPClient, seconds: float) -> Iterator[None]:
    """End the connection when the block takes longer; the block then fails with an OSError or abort."""
    connection = client.socket()

    def cut() -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    with _WATCHDOG.within(seconds, cut):
        yield


def hang_up(client: IMAPClient) -> None:
    """Say LOGOUT where that can be said at once, and close."""
    with contextlib.suppress(Exception):
        client.socket().settimeout(1.0)
        client.logout()
    with contextlib.suppress(Exception):
        client.shutdown()
