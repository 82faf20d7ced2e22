"""An SMTP server that keeps what it is given and misbehaves on demand, at any command."""

import asyncio
import base64
import contextlib
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Container, Iterator
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import Certificates

USER, PASSWORD = "desk", "throw-away"


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer with this line instead of the usual one."""

    line: str


@dataclass(frozen=True, slots=True)
class Drop:
    """End the connection without an answer; after the dot, `keep` says whether the message counts as taken."""

    keep: bool = False


@dataclass(frozen=True, slots=True)
class Stall:
    """Say nothing for so many seconds, then go on as usual."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """Answer as usual, then end the connection."""


Step = Answer | Drop | Stall | HangUp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that the sink took: the bytes as sent, before dots were doubled."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: float


class Sink:
    """What came in, and what is to go wrong. Commands are `CONNECT`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`,
    `DATA`, `.`, `RSET` and `QUIT`.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.connections = 0
        self.commands: list[str] = []
        self._script: defaultdict[str, deque[Step]] = defaultdict(deque)
        self.always: dict[str, Step] = {}
        self.port = 0

    def next(self, command: str, *steps: Step) -> None:
        """Do these at the next uses of the command, one each; None is the usual thing."""
        self._script[command].extend(steps)

    def pending(self) -> list[str]:
        """Return the commands at which something is still to be done."""
        return [command for command, steps in self._script.items() if steps]

    async def act(self, command: str, server: "_Server", keep: Taken | None = None) -> str | None:
        """Do what the script says; return the line to answer with, or None for the usual one."""
        self.commands.append(command)
        step = self._script[command].popleft() if self._script[command] else self.always.get(command)
        match step:
            case Answer(line):
                return line
            case Drop(keep=taken):
                if taken and keep is not None:
                    self.taken.append(keep)
                server.transport.abort()
                raise ConnectionResetError
            case Stall(seconds):
                await asyncio.sleep(seconds)
            case HangUp():
                asyncio.get_running_loop().call_later(0.02, server.transport.close)
        return None


@contextlib.contextmanager
def running_sink(
    *,
    certificates: Certificates | None = None,
    implicit_tls: bool = False,
    login: bool = False,
    tokens: Container[str] | None = None,
    mechanism: str = "XOAUTH2",
    size_limit: int = 33_554_432,
) -> Iterator[Sink]:
    """Run a sink on a free port; with certificates it offers STARTTLS, or speaks TLS from the first byte.

    With `tokens` it wants a login by one of them, told by this mechanism.
    """
    sink = Sink()
    context = None
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server_chain, certificates.server_key)
    controller = _Controller(
        sink, context, implicit_tls=implicit_tls, login=login or tokens is not None, size_limit=size_limit
    )
    if tokens is not None:
        setattr(controller.handler, f"auth_{mechanism}", _Bearers(tokens).authenticate)
        controller.exclude = ["LOGIN", "PLAIN"]
    controller.start()
    sink.port = controller.port
    sink.connections = 0  # the library has tried its server
    sink.commands.clear()
    try:
        yield sink
    finally:
        controller.stop()


class _Controller(Controller):
    def __init__(
        self, sink: Sink, context: ssl.SSLContext | None, *, implicit_tls: bool, login: bool, size_limit: int
    ) -> None:
        self._sink = sink
        self.exclude: list[str] = []
        starttls = None if implicit_tls else context
        self._options: dict[str, Any] = {
            "data_size_limit": size_limit,
            "enable_SMTPUTF8": True,
            "tls_context": starttls,
            "require_starttls": starttls is not None,
            "auth_required": login,
            "auth_require_tls": starttls is not None or not login,
            "authenticator": _authenticate,
            "hostname": "sink.test",
            "timeout": 60,
        }
        super().__init__(_Handler(sink), hostname="127.0.0.1", port=0, ssl_context=context if implicit_tls else None)

    def factory(self) -> SMTP:
        return _Server(self._sink, self.handler, auth_exclude_mechanism=self.exclude, **self._options)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Server(SMTP):
    def __init__(self, sink: Sink, handler: object, **options: Any) -> None:
        super().__init__(handler, **options)
        self._sink = sink

    async def _handle_client(self) -> None:
        self._sink.connections += 1
        with contextlib.suppress(ConnectionResetError):
            line = await self._sink.act("CONNECT", self)
            if line is not None:
                await self.push(line)
                self.transport.close()
                return
            await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:
        await self._unless_told_otherwise("DATA", super().smtp_DATA, arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        await self._unless_told_otherwise("STARTTLS", super().smtp_STARTTLS, arg)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._unless_told_otherwise("AUTH", super().smtp_AUTH, arg)

    async def smtp_QUIT(self, arg: str) -> None:
        await self._unless_told_otherwise("QUIT", super().smtp_QUIT, arg)

    async def _unless_told_otherwise(self, command: str, usual: Callable[[str], Awaitable[None]], arg: str) -> None:
        line = await self._sink.act(command, self)
        if line is not None:
            await self.push(line)
            return
        await usual(arg)


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_EHLO(
        self, server: _Server, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        line = await self._sink.act("EHLO", server)
        return responses if line is None else [line]

    async def handle_MAIL(
        self, server: _Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        line = await self._sink.act("MAIL", server)
        if line is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return line or "250 OK"

    async def handle_RCPT(
        self, server: _Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        line = await self._sink.act("RCPT", server)
        if line is None:
            envelope.rcpt_tos.append(address)
        return line or "250 OK"

    async def handle_RSET(self, server: _Server, session: Session, envelope: Envelope) -> str:
        return await self._sink.act("RSET", server) or "250 OK"

    async def handle_DATA(self, server: _Server, session: Session, envelope: Envelope) -> str:
        taken = Taken(
            sender=(envelope.mail_from or "").strip("<>"),
            recipients=tuple(envelope.rcpt_tos),
            raw=envelope.original_content or b"",
            at=time.time(),
        )
        line = await self._sink.act(".", server, keep=taken)
        if line is None or line.startswith("2"):
            self._sink.taken.append(taken)
        return line or "250 OK"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


class _Bearers:
    """Takes logins by these tokens, as RFC 7628 and its forerunner have it."""

    def __init__(self, tokens: Container[str]) -> None:
        self._tokens = tokens

    async def authenticate(self, server: SMTP, args: list[str]) -> AuthResult:
        said = base64.b64decode(args[1]).decode()
        token = said.partition("auth=Bearer ")[2].partition("\1")[0]
        if token in self._tokens:
            return AuthResult(success=True, auth_data=token)
        await server.challenge_auth('{"status": "401", "schemes": "bearer"}')
        return AuthResult(success=False, handled=False)
