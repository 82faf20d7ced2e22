"""A TCP proxy on loopback that looks on, and cuts, stalls or trickles when it is told to."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Seen = Callable[[bytes], None]


class Proxy:
    """What happens on the way: `on_request` sees what the client has said after the server was given it.

    `frozen` lets nothing through while it is set, connections included; `trickle` is the pause in seconds after
    each byte of the server's answers. `passed` counts the bytes that went either way.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.on_request: Seen = lambda said: None
        self.frozen = threading.Event()
        self.trickle = 0.0
        self.connections = 0
        self.passed = 0
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def cut(self) -> None:
        """End every connection as a failing network does."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self.target))
            self._open |= {client, server}
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.frozen.clear()
        self.cut()

    def _pump(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                self.passed += len(said)
                while self.frozen.is_set():
                    time.sleep(0.02)
                if self.trickle and not from_client:
                    for byte in said:
                        target.sendall(bytes([byte]))
                        time.sleep(self.trickle)
                else:
                    target.sendall(said)
                if from_client:
                    self.on_request(said)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            self._open.discard(one)


@contextlib.contextmanager
def running_proxy(target: int) -> Iterator[Proxy]:
    """Run a proxy to a port of this machine for the time of the block."""
    proxy = Proxy(target)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(5)
