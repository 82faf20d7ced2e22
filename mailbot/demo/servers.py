"""The demo's mail servers, inside this process on loopback ports: an IMAP mailbox and an SMTP sink."""

import asyncio
import imaplib
import socket
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Login
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata

HOST = "127.0.0.1"
USER = "quotes"
PASSWORD = "demo-password"  # noqa: S105  # opens nothing but the demo's own mailbox, which ends with it


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServers:
    """Where the servers listen."""

    imap_port: int
    smtp_port: int

    def deliver(self, raw: bytes) -> None:
        """Put a message into the INBOX, as a mail server would."""
        with imaplib.IMAP4(HOST, self.imap_port) as client:
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.login(USER, PASSWORD)
            client.append("INBOX", "", "", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


class Sink:
    """An SMTP handler that accepts every message and hands on its bytes."""

    def __init__(self, taken: Callable[[bytes], None]) -> None:
        self.taken = taken

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # aiosmtpd's
        """Take one message (aiosmtpd calls this after its final dot)."""
        content = envelope.content
        self.taken(content if isinstance(content, bytes) else (content or "").encode())
        return "250 OK"


@contextmanager
def demo_servers(taken: Callable[[bytes], None]) -> Iterator[DemoServers]:
    """Run both servers in a thread of their own for the time of the block; `taken` is called with each mail sent."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="demo servers", daemon=True)
    thread.start()
    stack = AsyncExitStack()
    try:
        yield asyncio.run_coroutine_threadsafe(_start(stack, taken), loop).result(timeout=30)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(stack), loop).result(timeout=30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.close()


async def _start(stack: AsyncExitStack, taken: Callable[[bytes], None]) -> DemoServers:
    loop = asyncio.get_running_loop()
    imap = await asyncio.start_server(await _imap_callback(), host=HOST, port=0)
    smtp = await loop.create_server(lambda: SMTP(Sink(taken), hostname="demo.localhost", loop=loop), HOST, 0)
    for server in (imap, smtp):
        stack.callback(server.close)
    return DemoServers(imap_port=imap.sockets[0].getsockname()[1], smtp_port=smtp.sockets[0].getsockname()[1])


async def _imap_callback() -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    config = Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        demo_data=False,
        demo_user=USER,
        demo_password=PASSWORD,
        host=HOST,
        port=0,
        tls_enabled=False,
        secure_auth=False,
    )
    config.apply_context()
    login = Login(config)
    user = UserMetadata(config, USER, password=await Passwords(config).hash_password(PASSWORD))
    await login.demo_user_identity.set(user)
    return ProxyProtocolReader(ProxyProtocolVersion.get(None)).get_callback(IMAPServer(login, config))


async def _stop(stack: AsyncExitStack) -> None:
    await stack.aclose()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
