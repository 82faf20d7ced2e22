"""Handing finished messages to the next mail server (RFC 5321), with every step known to the caller."""

import contextlib
import re
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailbot.domain.errors import MailbotError, OutcomeUnknown, Refused, ServerAway, SetupError, TransientError
from mailbot.domain.outgoing import SendPhase
from mailbot.email_address import is_email_address
from mailbot.fail_points import fail_point
from mailbot.mail.bearer import BearerTalk
from mailbot.mail.tls import Login, Server, connection_error, context_for
from mailbot.ports.connection import Security

KEEP_OPEN = 30.0  # seconds for which an unused session is trusted to live
LONGEST_LINE = 998  # RFC 5321, 4.5.3.1.6
DOT_AT_START = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """The next mail server. `login` None: it asks for none.

    `dot_timeout`: seconds for the answer to the final dot (RFC 5321, 4.5.3.2.6).
    """

    server: Server
    login: Login | None = None
    dot_timeout: float = 600.0


class SmtpTransport:
    """The `Transport` port, over one session that is kept open; threads take turns."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._session: smtplib.SMTP | None = None
        self._used_at = 0.0
        self._turn = threading.Lock()

    def send(
        self, *, sender: str, recipients: Sequence[str], raw: bytes, on_phase: Callable[[SendPhase], None]
    ) -> None:
        """Return after the server took the message for all recipients; refused for one is refused for all.

        `sender` is the envelope's, empty for the null sender. Raises Refused for 5xx and for a message or address
        that must not be sent, TransientError for 4xx and for whatever goes wrong before the final dot,
        OutcomeUnknown when the connection ends after it, SetupError for a server that is configured wrongly. One that
        cannot be reached, or takes no login, is ServerAway.
        """
        _check(sender, recipients, raw)
        with self._turn:
            on_phase(SendPhase.CONNECTED)
            session = self._address(sender, recipients, raw)
            try:
                on_phase(SendPhase.DATA)
                self._stream(session, raw)
                on_phase(SendPhase.DOT)
            except BaseException:
                self._abandon()  # without the dot the server forgets what it was given (4.1.1.4)
                raise
            self._finish(session)

    def check(self) -> None:
        """Return when server, certificate and login are good; raises SetupError or TransientError otherwise."""
        with self._turn:
            self._quit()
            self._session = _connect(self._account)
            self._used_at = time.monotonic()

    def close(self) -> None:
        """End the session, if one is open; never raises."""
        with self._turn:
            self._quit()

    def _address(self, sender: str, recipients: Sequence[str], raw: bytes) -> smtplib.SMTP:
        """Return a session that has accepted sender and recipients; a kept one that has ended is opened anew."""
        if self._session is not None and time.monotonic() - self._used_at < KEEP_OPEN:
            with contextlib.suppress(smtplib.SMTPServerDisconnected):
                return self._introduce(self._session, sender, recipients, raw)
        self._quit()
        try:
            self._session = _connect(self._account)
        except (TransientError, Refused) as error:
            raise ServerAway(str(error)) from error
        try:
            return self._introduce(self._session, sender, recipients, raw)
        except smtplib.SMTPServerDisconnected as error:
            self._abandon()
            raise TransientError(f"{self._account.server}: {error}") from error

    def _introduce(self, session: smtplib.SMTP, sender: str, recipients: Sequence[str], raw: bytes) -> smtplib.SMTP:
        options = _mail_options(session, (sender, *recipients), raw)
        self._expect_ok(session.mail(sender, options), "MAIL FROM")
        for recipient in recipients:
            self._expect_ok(session.rcpt(recipient), "RCPT TO")
        return session

    def _stream(self, session: smtplib.SMTP, raw: bytes) -> None:
        """Send all but the final dot, dots at the start of lines doubled (4.5.2)."""
        try:
            code, answer = session.docmd("DATA")
            if code != 354:
                raise _answered(self._account.server, "DATA", code, answer)
            session.send(DOT_AT_START.sub(b"..", raw) + (b"" if raw.endswith(b"\r\n") else b"\r\n"))
        except smtplib.SMTPServerDisconnected as error:
            raise TransientError(f"{self._account.server}: {error}") from error

    def _finish(self, session: smtplib.SMTP) -> None:
        try:
            _set_timeout(session, self._account.dot_timeout)
            session.send(b".\r\n")
            fail_point("dot_written")
            reply = session.getreply()
            _set_timeout(session, self._account.server.timeout)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._abandon()
            raise OutcomeUnknown(f"{self._account.server}: connection ended after the final dot: {error}") from error
        self._used_at = time.monotonic()
        self._expect_ok(reply, "the message")

    def _expect_ok(self, reply: tuple[int, bytes], what: str) -> None:
        """Return for 2xx; otherwise make the session fit for the next message and raise what the code means."""
        code, answer = reply
        if 200 <= code < 300:
            return
        try:
            if code == 421 or self._session is None:
                raise smtplib.SMTPServerDisconnected
            self._session.rset()
        except smtplib.SMTPServerDisconnected:
            self._abandon()
        raise _answered(self._account.server, what, code, answer)

    def _quit(self) -> None:
        if self._session is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                _set_timeout(self._session, 1.0)
                self._session.quit()
        self._abandon()

    def _abandon(self) -> None:
        """Close the connection without another word."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _check(sender: str, recipients: Sequence[str], raw: bytes) -> None:
    """Raise Refused for what no server must be given: addresses with room for commands, lines that can be split."""
    if not recipients:
        raise Refused("message without recipients")
    for address in (*recipients, sender) if sender else recipients:
        if not is_email_address(address):
            raise Refused(f"not an address that can be sent to: {address!r}")
    if has_bare_line_end(raw) or b"\0" in raw:
        raise Refused("message with a bare CR, a bare LF or a NUL")
    if has_long_line(raw):
        raise Refused(f"message with a line of more than {LONGEST_LINE} characters")


def has_bare_line_end(raw: bytes) -> bool:
    """Return whether a CR or a LF stands alone."""
    pairs = raw.count(b"\r\n")
    return not raw.count(b"\r") == pairs == raw.count(b"\n")


def has_long_line(raw: bytes) -> bool:
    """Return whether a line is too long; a pattern takes fifty times as long on a message of 80 KB."""
    return max(map(len, raw.split(b"\r\n"))) > LONGEST_LINE


def _connect(account: SmtpAccount) -> smtplib.SMTP:
    server, context = account.server, context_for(account.server)
    secret = account.login.secret() if account.login is not None else ""
    helo = socket.gethostname()  # the library would ask DNS for a longer name
    try:
        session: smtplib.SMTP
        if server.security is Security.TLS:
            session = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=helo, timeout=server.timeout, context=context
            )
        else:
            session = smtplib.SMTP(server.host, server.port, local_hostname=helo, timeout=server.timeout)
    except OSError as error:  # smtplib's own errors are OSErrors, too
        raise connection_error(server, error) from error
    try:
        _socket_of(session).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            session.starttls(context=context)
            session.ehlo()
        if account.login is not None:
            _log_in(session, server, account.login, secret)
    except smtplib.SMTPNotSupportedError as error:
        session.close()
        raise SetupError(f"{server}: {error}; nothing was sent, check port, security and login") from error
    except MailbotError:
        session.close()
        raise
    except OSError as error:
        session.close()
        raise connection_error(server, error) from error
    return session


def _log_in(session: smtplib.SMTP, server: Server, login: Login, secret: str) -> None:
    """Return logged in; raises what a refusal means."""
    talk = None
    try:
        if login.oauth:
            talk = BearerTalk(server, login, secret, session.esmtp_features.get("auth", "").upper().split())
            session.auth(talk.mechanism, lambda challenge=None, talk=talk: talk.answer(challenge))
        else:
            session.login(login.user, secret)
    except smtplib.SMTPAuthenticationError as error:
        refusal = _answered(server, f"login of {login.user}", error.smtp_code, _bytes(error.smtp_error))
        told = f"{refusal}{talk.told() if talk else ''}"
        may_pass = isinstance(refusal, TransientError) or (talk is not None and login.refused(secret))
        raise TransientError(told) if may_pass else SetupError(told) from error


def _mail_options(session: smtplib.SMTP, addresses: Sequence[str], raw: bytes) -> list[str]:
    """Return the parameters of MAIL FROM; Refused when the server lacks what the message needs."""
    limit = session.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(raw):
        raise Refused(f"message of {len(raw)} bytes; the server takes {limit}")
    options = [f"SIZE={len(raw)}"] if session.has_extn("size") else []
    for needed, extension, option in (
        (not raw.isascii(), "8bitmime", "BODY=8BITMIME"),
        (not all(address.isascii() for address in addresses), "smtputf8", "SMTPUTF8"),
    ):
        if needed and not session.has_extn(extension):
            raise Refused(f"message needs {extension.upper()}; the server does not offer it")
        if needed:
            options.append(option)
    return options


def _answered(server: Server, what: str, code: int, answer: bytes) -> Refused | TransientError:
    words = f"{server}: {what} answered with {code} {answer.decode('utf-8', 'replace')}"
    return Refused(words) if 500 <= code < 600 else TransientError(words)


def _set_timeout(session: smtplib.SMTP, seconds: float) -> None:
    _socket_of(session).settimeout(seconds)


def _socket_of(session: smtplib.SMTP) -> socket.socket:
    if session.sock is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    return session.sock


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()
