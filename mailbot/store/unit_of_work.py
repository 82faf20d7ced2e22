"""Transactions: a unit of work is one connection with every store on it."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from mailbot.domain.errors import TransientError
from mailbot.domain.message import Desk
from mailbot.fail_points import fail_point
from mailbot.ports import (
    AlarmStore,
    AuditStore,
    CaseStore,
    Clock,
    HomeStore,
    InboxStore,
    LeaseStore,
    OutboxStore,
    ProposalStore,
    QuoteStore,
    RecordStore,
    ReviewStore,
    SearchStore,
    StaffStore,
    SwitchStore,
    TokenStore,
    UnitOfWork,
    WorklistStore,
)
from mailbot.store.audit import SqlAuditStore
from mailbot.store.cases import SqlCaseStore
from mailbot.store.engine import BUSY_SECONDS, READ_ONLY, make_engine
from mailbot.store.inbox import SqlInboxStore
from mailbot.store.leases import SqlLeaseStore
from mailbot.store.outbox import SqlOutboxStore
from mailbot.store.proposals import SqlProposalStore
from mailbot.store.quotes import SqlQuoteStore
from mailbot.store.records import ImportCache, SqlRecordStore
from mailbot.store.reviews import SqlReviewStore
from mailbot.store.staff import SqlStaffStore
from mailbot.store.tokens import SqlTokenStore
from mailbot.store.watching import SqlAlarmStore, SqlHomeStore
from mailbot.store.words import SqlSearchStore
from mailbot.store.worklist import SqlSwitchStore, SqlWorklistStore


class SqlUnitOfWork:
    """Keeps `ports.UnitOfWork`. The transaction begins with the first statement."""

    def __init__(
        self,
        connection: sa.Connection,
        *,
        clock: Clock,
        owner: str,
        free_mail_domains: frozenset[str],
        import_cache: ImportCache,
    ) -> None:
        self._connection = connection
        self.inbox: InboxStore = SqlInboxStore(connection, clock, owner)
        cases = SqlCaseStore(connection, free_mail_domains)
        self.cases: CaseStore = cases
        self.quotes: QuoteStore = SqlQuoteStore(connection, cases)
        self.reviews: ReviewStore = SqlReviewStore(connection, cases)
        self.outbox: OutboxStore = SqlOutboxStore(connection, clock, owner)
        self.records: RecordStore = SqlRecordStore(connection, import_cache)
        self.staff: StaffStore = SqlStaffStore(connection)
        self.audit: AuditStore = SqlAuditStore(connection)
        self.worklist: WorklistStore = SqlWorklistStore(connection)
        self.switches: SwitchStore = SqlSwitchStore(connection)
        self.proposals: ProposalStore = SqlProposalStore(connection)
        self.search: SearchStore = SqlSearchStore(connection)
        self.leases: LeaseStore = SqlLeaseStore(connection, owner)
        self.alarms: AlarmStore = SqlAlarmStore(connection)
        self.home: HomeStore = SqlHomeStore(connection)
        self.tokens: TokenStore = SqlTokenStore(connection)

    def commit(self) -> None:
        """Make it last: on disk when this returns."""
        fail_point("committing")
        self._connection.commit()
        fail_point("committed")


class SqlStore:
    """Keeps `ports.Store` on SQLite or PostgreSQL. Safe to share between threads."""

    def __init__(self, url: str, clock: Clock, *, free_mail_domains: frozenset[str], owner: str | None = None) -> None:
        self._engine = make_engine(url)
        self._clock = clock
        self._owner = owner or f"{socket.gethostname()}:{os.getpid()}"
        self._free_mail_domains = free_mail_domains
        self._import_cache = ImportCache()
        self._writer = threading.Lock() if self._engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Open a unit of work; leaving it without commit rolls back.

        Raises TransientError when the database is away, locked for too long or full.
        """
        with self._turn(), _told_as_transient(), self._engine.connect() as connection:
            yield self._unit_of_work(connection)

    @contextmanager
    def look(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that only reads: it waits for no writer and holds none up."""
        with self.read() as connection:
            yield self._unit_of_work(connection)

    def _unit_of_work(self, connection: sa.Connection) -> SqlUnitOfWork:
        return SqlUnitOfWork(
            connection,
            clock=self._clock,
            owner=self._owner,
            free_mail_domains=self._free_mail_domains,
            import_cache=self._import_cache,
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let this process's threads take turns on SQLite, whose own wait for a lock is a sleep of up to 0.1 s."""
        if self._writer is None:
            yield
        elif self._writer.acquire(timeout=BUSY_SECONDS):
            try:
                yield
            finally:
                self._writer.release()
        else:
            raise TransientError(f"database: locked by another thread for {BUSY_SECONDS} s")

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a connection for the read models of `queries`; it waits for no writer."""
        with _told_as_transient(), self._engine.connect() as connection:
            yield connection.execution_options(**READ_ONLY)

    def imported_desk(self) -> Desk:
        """Return our own identity as last imported, without waiting for a writer."""
        with self.read() as connection:
            return SqlRecordStore(connection, self._import_cache).desk()

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a connection for what no store does; leaving it without commit rolls back."""
        with self._turn(), _told_as_transient(), self._engine.connect() as connection:
            yield connection

    def compact(self) -> None:
        """What was deleted is in the file of a SQLite database no more; on PostgreSQL its own vacuum sees to that."""
        if self._writer is None:
            return
        with self._turn(), _told_as_transient(), contextlib.closing(self._engine.raw_connection()) as connection:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                connection.cursor().execute(statement)

    def close(self) -> None:
        """Close the idle connections."""
        self._engine.dispose()


_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError, sa.exc.TimeoutError)
"""A database that is away, locked or full; InternalError is how PostgreSQL ends a transaction that slept too long."""


@contextmanager
def _told_as_transient() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise TransientError(f"database: {_first_line(error)}") from error


def _first_line(error: sa.exc.SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
