"""What machines ask the running service: /health (it lives), /ready (it does its work), /metrics (Prometheus)."""

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mailbot.domain.case import InboxState
from mailbot.domain.errors import SetupError, TransientError
from mailbot.domain.outgoing import OutboxState
from mailbot.ports import Clock, Store
from mailbot.service.budget import BUDGET_ALARM
from mailbot.service.upkeep import Health, UpkeepOptions, state_of

MOST_REQUEST_SECONDS = 10.0


class Monitor:
    """The state of the desk as machines ask for it; nothing in it names a person or an address."""

    def __init__(self, store: Store, clock: Clock, options: UpkeepOptions, has_room: Callable[[], bool]) -> None:
        self._store = store
        self._clock = clock
        self._options = options
        self._has_room = has_room
        self._registry = CollectorRegistry()
        self._registry.register(_Metrics(self))

    def health(self) -> Health:
        """Return the state of the desk; TransientError when the database is away."""
        with self._store.begin() as uow:
            return state_of(uow, self._clock(), self._options)

    def troubles(self) -> list[str]:
        """Return why the desk does not do its work, in words; nothing when it does."""
        try:
            health = self.health()
        except TransientError as error:
            return [str(error)]
        found = [f"mailbox {key} is not read" for key in health.silent]
        found += ["the desk is halted"] if health.halted else []
        found += [] if self._has_room() else ["the disk is nearly full"]
        if health.oldest_wait > self._options.longest_wait:
            found.append(f"the oldest mail has waited for {health.oldest_wait}")
        return found

    def metrics(self) -> bytes:
        """Return the figures in Prometheus' format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; only that the database is away when it is."""
        try:
            health = self.health()
        except TransientError:
            yield _gauge("mailbot_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("mailbot_database_up", "Whether the database answers.", 1)
        inbox = GaugeMetricFamily("mailbot_inbox_mails", "Mails by state.", labels=["state"])
        for state in InboxState:
            inbox.add_metric([state.value], health.inbox.get(state, 0))
        yield inbox
        outbox = GaugeMetricFamily("mailbot_outbox_replies", "Replies by state.", labels=["state"])
        for reply_state in OutboxState:
            outbox.add_metric([reply_state.value], health.outbox.get(reply_state, 0))
        yield outbox
        polls = GaugeMetricFamily("mailbot_last_poll_age_seconds", "Since a mailbox was read.", labels=["mailbox"])
        for key, at in health.polls.items():
            polls.add_metric([str(key)], (self._clock() - at).total_seconds())
        yield polls
        waited = health.oldest_wait.total_seconds()
        budget_trips = sum(alarm.times for alarm in health.alarms if alarm.name.startswith(BUDGET_ALARM))
        yield _gauge("mailbot_oldest_unprocessed_seconds", "For how long the oldest unprocessed mail waits.", waited)
        yield _gauge("mailbot_struggling_replies", "Replies that do not leave.", health.struggling)
        yield _gauge("mailbot_waiting_for_staff", "Review items, 200 at most.", health.waiting)
        yield _gauge("mailbot_budget_trips", "Replies that a limit held back of late.", budget_trips)
        yield _gauge("mailbot_alarms", "Alarms that ring.", len(health.alarms))
        yield _gauge("mailbot_halted", "Whether the desk is halted.", int(health.halted))


@contextlib.contextmanager
def serving(monitor: Monitor, host: str, port: int) -> Iterator[int]:
    """Answer for the time of the block, giving the port; SetupError when it is taken."""
    try:
        server = ThreadingHTTPServer((host, port), _handler(monitor))
    except OSError as error:
        raise SetupError(f"monitoring: {host}:{port} cannot be listened on: {error.strerror}") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="mailbot-monitor", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Metrics(Collector):
    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def collect(self) -> Iterator[Metric]:
        return self._monitor.collect()

    def describe(self) -> Iterator[Metric]:
        return iter(())


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _handler(monitor: Monitor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = MOST_REQUEST_SECONDS
        server_version = "mailbot"
        sys_version = ""

        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/health":
                    self._answer(200, "text/plain; charset=utf-8", b"ok\n")
                case "/ready":
                    troubles = monitor.troubles()
                    told = {"ready": not troubles, "troubles": troubles, "at": _now()}
                    self._answer(503 if troubles else 200, "application/json", json.dumps(told).encode() + b"\n")
                case "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, monitor.metrics())
                case _:
                    self._answer(404, "text/plain; charset=utf-8", b"there are /health, /ready and /metrics\n")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: who asks is of no interest."""

        def _answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
