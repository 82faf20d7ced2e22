"""What surrounds the desk while it is measured: a private Dovecot, SMTP sink and PostgreSQL, as the tests use them."""

import itertools
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from bench.mails import write_records
from mailbot.store import upgrade
from tests.e2e.desk import Desk, make_desk
from tests.support.dovecot import Dovecot, running_dovecot
from tests.support.postgres import Postgres, running_postgres
from tests.support.smtp_sink import Sink, running_sink

MANY = str(10**9)
UNLIMITED = {
    "MAILBOT_INTAKE__POLL_SECONDS": "60",
    "MAILBOT_INTAKE__LEASE_SECONDS": "120",
    "MAILBOT_SMTP__TIMEOUT_SECONDS": "60",
    "MAILBOT_LOG__LEVEL": "info",
    **{
        f"MAILBOT_LIMITS__{name}": MANY
        for name in (
            "REPLIES_PER_ADDRESS_HOUR", "REPLIES_PER_ADDRESS_DAY", "REPLIES_PER_DOMAIN_DAY", "REPLIES_PER_HOUR",
            "REPLIES_WITHOUT_NEWS_DAY", "REPLIES_WITHOUT_NEWS_DOMAIN_DAY", "REPLIES_IN_BURST",
        )
    },
}  # fmt: skip
LOGGED_IN = "first_connect"


@dataclass
class Bench:
    """The servers, started when they are first needed, and how much is measured."""

    folder: Path
    runs: int
    mails: int
    long: bool
    _ends: ExitStack
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @cached_property
    def dovecot(self) -> Dovecot:
        return self._ends.enter_context(running_dovecot())

    @cached_property
    def postgres(self) -> Postgres:
        return self._ends.enter_context(running_postgres(durable=True))

    @cached_property
    def records(self) -> Path:
        return write_records(self.folder / "data")

    def new_number(self) -> int:
        """Return a number that was not there before: for users, folders, mails."""
        return next(self._numbers)

    def fresh_postgres(self) -> str:
        """Return the URL of a migrated database without rows."""
        return self._ends.enter_context(self.postgres.database())

    def fresh_sqlite(self) -> str:
        """Return the URL of a migrated SQLite file without rows."""
        url = f"sqlite:///{self.folder}/{self.new_number()}.sqlite3"
        upgrade(url)
        return url

    def say(self, words: str) -> None:
        """Tell how far it is."""
        print(f"  {words}", file=sys.stderr, flush=True)


@dataclass(kw_only=True)
class Running:
    """A desk at work: its processes, its mailbox and what it has sent; `warm` after its first mails."""

    desk: Desk
    user: str
    sink: Sink
    dovecot: Dovecot
    pids: Sequence[int]
    warm: bool = False

    def deliver(self, raws: Sequence[bytes]) -> float:
        """Put the mails into the mailbox, all at once; return the moment."""
        with self.dovecot.connect(self.user) as person:
            person.multiappend("INBOX", list(raws))
        return time.time()

    def await_replies(self, count: int, *, seconds: float = 600) -> float:
        """Return the moment of the last of so many replies, and forget them."""
        until = time.monotonic() + seconds
        while len(self.sink.taken) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.sink.taken)} of {count} replies came\n{self.desk.log()[-2000:]}")
            time.sleep(0.01)
        last = max(taken.at for taken in self.sink.taken)
        self.sink.taken.clear()
        self.sink.commands.clear()
        return last


@contextmanager
def running_desk(
    bench: Bench,
    url: str,
    *,
    workers: int = 1,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Running]:
    """Run the real command on a mailbox of its own for the time of the block."""
    number = bench.new_number()
    user, folder = f"bench{number}", bench.folder / f"desk{number}"
    with ExitStack() as ends:
        sink = ends.enter_context(running_sink(certificates=bench.dovecot.certificates, login=True))
        desk = make_desk(
            folder,
            bench.records,
            database_url=url,
            dovecot=bench.dovecot,
            user=user,
            sink=sink,
            overrule={**UNLIMITED, **settings},
        )
        processes = [ends.enter_context(desk.running()) for _ in range(workers)]
        until = time.monotonic() + 60
        while LOGGED_IN not in desk.log():
            if time.monotonic() > until:
                raise TimeoutError(desk.log())
            time.sleep(0.05)
        yield Running(desk=desk, user=user, sink=sink, dovecot=bench.dovecot, pids=[p.pid for p in processes])


@contextmanager
def prepared(*, runs: int, mails: int, long: bool) -> Iterator[Bench]:
    """Give a bench with a folder of its own; everything it started is ended and removed after the block."""
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as folder, ExitStack() as ends:
        yield Bench(folder=Path(folder), runs=runs, mails=mails, long=long, _ends=ends)
