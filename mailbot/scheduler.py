"""Who runs when: a thread for each mailbox, one or more that process, one that delivers, and what wakes them.

That two never do the same work is the database's matter: here turns are only asked for.
"""

import contextlib
import datetime as dt
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]  # has no stubs

from mailbot.domain.case import MailboxKey
from mailbot.domain.errors import LeaseLost, MailbotError, ServerAway, SetupError, Throttled, TransientError
from mailbot.ports import Archive, Clock, Listener, Mailbox, Messenger, ReplyRenderer, Store, Transport, Understanding
from mailbot.service.alone import MailboxAlone, take_turn
from mailbot.service.archive import archive_sent
from mailbot.service.deliver import DeliverOptions, DeliverReport, deliver_due, settle_abandoned
from mailbot.service.process import ProcessOptions, process_next
from mailbot.service.receive import ReceiveOptions, list_old, receive_new
from mailbot.service.remind import RemindOptions, remind_due
from mailbot.service.switches import is_halted
from mailbot.service.upkeep import UpkeepOptions, look_after, tell_alarms
from mailbot.signals import until_told

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
LONGEST_PAUSE_FOR_SERVER = 60.0  # a server that is back is used soon
PAUSE_FOR_SETUP = 60.0  # for what only a person mends, or a server that throttles: no storm of logins
ALARM_AFTER = 3  # failures in a row
NOTE_SECONDS = 10.0  # how often it is noted that a mailbox was read
ROUND = 0.9  # of the time between two rounds, for which a worker has the duty: its own next round finds it free
GLANCE = 1.0  # seconds within which a thread notices that it shall stop

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A mailbox to read: how it is opened, and after how many seconds it is looked into unasked."""

    key: MailboxKey
    open: Callable[[], Mailbox]
    receive: ReceiveOptions
    poll_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything that the service's threads work with.

    `has_room` tells whether the disk can take more mail, `messenger` a person of what is wrong.
    `turn_seconds` is for how long a mailbox is a worker's own without a sign of life, None where there is one worker
    only. `listen` opens a line to what other workers commit, None where there are none.
    """

    store: Store
    understanding: Understanding
    render: ReplyRenderer
    transport: Transport
    clock: Clock
    mailboxes: Sequence[Watched]
    process: ProcessOptions
    deliver: DeliverOptions
    remind: RemindOptions
    upkeep: UpkeepOptions = field(default_factory=UpkeepOptions)
    processors: int = 1
    tick_seconds: float = 5.0
    upkeep_seconds: float = 60.0
    remind_seconds: float = 900.0
    has_room: Callable[[], bool] = lambda: True
    messenger: Messenger | None = None
    turn_seconds: float | None = None
    listen: Callable[[], contextlib.AbstractContextManager[Listener]] | None = None
    archive: Archive | None = None


def serve(service: Service) -> None:
    """Run until SIGTERM or SIGINT; then finish what was begun and return. For the main thread."""
    with until_told(signal.SIGTERM, signal.SIGINT) as wait, running(service):
        log.info("serving", mailboxes=[str(watched.key) for watched in service.mailboxes])
        wait()
        log.info("stopping")


@contextlib.contextmanager
def running(service: Service) -> Iterator[None]:
    """Run the service's threads for the time of the block; at its end each finishes the mail that it has begun."""
    stop, mail, replies, copies = threading.Event(), threading.Event(), threading.Event(), threading.Event()
    mail.set()  # what an earlier run has left
    replies.set()
    loops = [
        *(_Watcher(service, watched, stop, mail).run for watched in service.mailboxes),
        *([lambda: _whenever(mail, stop, lambda: _process_all(service, stop, replies))] * service.processors),
        lambda: _whenever(replies, stop, lambda: _deliver_all(service, stop)),
    ]
    if service.archive is not None:
        archive = service.archive
        loops.append(lambda: _whenever(copies, stop, lambda: _archive_all(service, archive, stop)))
    if service.listen is not None:
        loops.append(_Ear(service.listen, stop, {"inbox": mail, "outbox": replies}).hear)
    threads = [threading.Thread(target=loop, name=f"mailbot-{number}") for number, loop in enumerate(loops)]
    ticks = BackgroundScheduler(timezone=dt.UTC)
    for wake in (mail.set, replies.set, copies.set):
        ticks.add_job(wake, "interval", seconds=service.tick_seconds)
    begin = dt.datetime.now(dt.UTC)
    ticks.add_job(lambda: _look_after(service), "interval", seconds=service.upkeep_seconds, next_run_time=begin)
    ticks.add_job(lambda: _remind(service), "interval", seconds=service.remind_seconds, next_run_time=begin)
    for thread in threads:
        thread.start()
    ticks.start()
    try:
        yield
    finally:
        ticks.shutdown(wait=True)
        stop.set()
        mail.set()
        replies.set()
        copies.set()
        for thread in threads:
            thread.join()
        service.transport.close()
        if service.archive is not None:
            service.archive.close()


class _Watcher:
    """Reads one mailbox over one connection, opened anew after each failure."""

    def __init__(self, service: Service, watched: Watched, stop: threading.Event, mail: threading.Event) -> None:
        self._service = service
        self._watched = watched
        self._stop = stop
        self._mail = mail
        self._failures = 0
        self._noted = -NOTE_SECONDS

    def run(self) -> None:
        """Read until told to stop."""
        while not self._stop.is_set():
            try:
                mailbox = self._open()
                if mailbox is None:
                    self._stop.wait(GLANCE)
                    continue
                with contextlib.closing(mailbox):
                    self._read(mailbox)
            except LeaseLost:
                log.warning("mailbox_taken_over", mailbox=str(self._watched.key))
            except Exception as error:
                self._failures += 1
                pause = _pause_after(self._failures, error)
                _log_failure("mailbox_not_read", self._failures, error, mailbox=str(self._watched.key), pause=pause)
                self._stop.wait(pause)

    def _open(self) -> Mailbox | None:
        """Return the mailbox, None while it is another worker's turn or the desk is halted."""
        store, seconds = self._service.store, self._service.turn_seconds
        if is_halted(store):
            return None
        if seconds is None:
            return self._watched.open()
        turn = take_turn(store, f"mailbox {self._watched.key}", seconds=seconds)
        if turn is None:
            return None
        try:
            return MailboxAlone(self._watched.open(), turn)
        except BaseException:
            turn.end()
            raise

    def _read(self, mailbox: Mailbox) -> None:
        """Read the mailbox until told to stop; the desk halted is such a word."""
        self._receive(mailbox)
        list_old(mailbox, self._service.store)
        looked = time.monotonic()
        while not self._stop.is_set():
            news = mailbox.wait(GLANCE)
            if news or time.monotonic() - looked >= self._watched.poll_seconds:
                log.debug("looking", mailbox=str(mailbox.key), news=news)
                if is_halted(self._service.store):
                    return
                self._receive(mailbox)
                looked = time.monotonic()

    def _receive(self, mailbox: Mailbox) -> None:
        if not self._service.has_room():
            raise TransientError("the disk is nearly full: no mail is taken in")
        more = True
        while more and not self._stop.is_set():
            report = receive_new(
                mailbox, self._service.store, self._service.clock, self._watched.receive, on_stored=self._mail.set
            )
            self._failures = 0
            self._note_poll()
            more = report.more
            if report.stored:
                counts = {state.value: count for state, count in report.stored.items()}
                log.info("received", mailbox=str(mailbox.key), filed=report.filed, **counts)

    def _note_poll(self) -> None:
        """Let everybody know that the mailbox is read, now and then."""
        if time.monotonic() - self._noted >= NOTE_SECONDS:
            with self._service.store.begin() as uow:
                uow.alarms.note_poll(self._watched.key, self._service.clock())
                uow.commit()
            self._noted = time.monotonic()


class _Ear:
    """Hears what other workers commit, and wakes ours; the ticks do so when it is deaf."""

    def __init__(
        self,
        listen: Callable[[], contextlib.AbstractContextManager[Listener]],
        stop: threading.Event,
        wakes: Mapping[str, threading.Event],
    ) -> None:
        self._listen = listen
        self._stop = stop
        self._wakes = wakes

    def hear(self) -> None:
        """Hear until told to stop."""
        failures = 0
        while not self._stop.is_set():
            try:
                with self._listen() as line:
                    failures = 0
                    while not self._stop.is_set():
                        for table in line.wait(GLANCE) & self._wakes.keys():
                            self._wakes[table].set()
            except Exception as error:
                failures += 1
                pause = _pause_after(failures, error)
                _log_failure("not_listening", failures, error, pause=pause)
                self._stop.wait(pause)


def _process_all(service: Service, stop: threading.Event, replies: threading.Event) -> None:
    if is_halted(service.store):
        return
    claimed = None
    while claimed is not None or not stop.is_set():
        report = process_next(
            service.store,
            service.understanding,
            service.render,
            service.clock,
            service.process,
            claimed,
            go_on=not stop.is_set(),
        )
        if report is None:
            return
        claimed = report.following
        replies.set()
        log.info("processed", entry=report.entry_id, outcome=report.outcome, case=report.case_number)


def _deliver_all(service: Service, stop: threading.Event) -> None:
    if is_halted(service.store):
        return
    settle_abandoned(service.store, service.clock, service.deliver)
    more = True
    while more and not stop.is_set():
        report = deliver_due(service.store, service.transport, service.clock, service.deliver, service.archive)
        more = report != DeliverReport() and not report.again


def _archive_all(service: Service, archive: Archive, stop: threading.Event) -> None:
    """Keep copies of what was sent, one worker at a time where there are several."""
    if is_halted(service.store):
        return
    if service.turn_seconds is None:
        turn, confirm = None, _go_on
    elif (turn := take_turn(service.store, "archive", seconds=service.turn_seconds)) is not None:
        confirm = turn.confirm
    else:
        return
    try:
        while not stop.is_set() and archive_sent(service.store, archive, service.clock, confirm):
            pass
    finally:
        if turn is not None:
            turn.end()


def _go_on() -> None:
    """Confirm nothing: there is one worker only."""


def _whenever(wake: threading.Event, stop: threading.Event, work: Callable[[], None]) -> None:
    """Do the work each time that it is called for, until told to stop; a failure is followed by a pause."""
    failures = 0
    while True:
        wake.wait()
        if stop.is_set():
            return
        wake.clear()
        try:
            work()
            failures = 0
        except Exception as error:
            failures += 1
            pause = _pause_after(failures, error)
            _log_failure("work_failed", failures, error, pause=pause)
            stop.wait(pause)
            wake.set()


def _is_on_duty(service: Service, duty: str, every: float) -> bool:
    """Whether this worker, and none of the others, does what is to be done once `every` so many seconds."""
    return service.turn_seconds is None or take_turn(service.store, duty, seconds=every * ROUND) is not None


def _look_after(service: Service) -> None:
    try:
        if not _is_on_duty(service, "upkeep", service.upkeep_seconds):
            return
        look_after(service.store, service.clock, service.upkeep)
        if service.messenger is not None:
            tell_alarms(service.store, service.clock, service.messenger)
    except MailbotError as error:
        log.warning("upkeep_failed", error=type(error).__name__)


def _remind(service: Service) -> None:
    try:
        if not _is_on_duty(service, "reminders", service.remind_seconds):
            return
        count = remind_due(service.store, service.understanding, service.render, service.clock, service.remind)
    except MailbotError as error:
        log.warning("reminding_failed", error=type(error).__name__)
    else:
        if count:
            log.info("reminded", count=count)


def _pause_after(failures: int, error: Exception) -> float:
    """Return for how many seconds to leave it: doubling, with jitter, longer where haste makes it worse."""
    least = PAUSE_FOR_SETUP if isinstance(error, SetupError | Throttled) else FIRST_PAUSE
    longest = LONGEST_PAUSE_FOR_SERVER if isinstance(error, ServerAway) else LONGEST_PAUSE
    return min(least * (1 << min(failures - 1, 10)), longest) * random.uniform(0.75, 1.25)  # noqa: S311  # no secret


def _log_failure(event: str, failures: int, error: Exception, **more: object) -> None:
    """Log what is ours to foresee by its words, and a bug with its traceback; loudly when it does not pass."""
    bug = not isinstance(error, MailbotError)
    write = log.error if bug or failures >= ALARM_AFTER or isinstance(error, SetupError) else log.warning
    write(event, failures=failures, error=str(error) if not bug else type(error).__name__, exc_info=bug, **more)
