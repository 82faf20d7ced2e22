"""Serves the console by HTTP."""

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from mailbot.domain.errors import SetupError
from mailbot.signals import until_told

LONGEST_START = 20.0


def listen(host: str, port: int) -> socket.socket:
    """Return the socket that listens there, 0 for any free port; SetupError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise SetupError(f"console: cannot listen on {host} port {port}: {error.strerror}") from error
    return listening


def serve(app: Starlette, listening: socket.socket, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun and return; for the main thread.

    `announce` is told the address once the console answers there.
    """
    with until_told(signal.SIGTERM, signal.SIGINT) as wait, serving(app, listening) as address:
        announce(address)
        wait()


@contextlib.contextmanager
def serving(app: Starlette, listening: socket.socket) -> Iterator[str]:
    """Serve in a thread for the time of the block, which gets the address."""
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="mailbot-console")
    thread.start()
    host, port = listening.getsockname()[:2]
    try:
        until = time.monotonic() + LONGEST_START
        while not server.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=32_768,
        )
    )
