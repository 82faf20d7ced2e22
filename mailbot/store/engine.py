"""Engines of the two databases, set up so that a commit lasts and a wait is short."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from mailbot.domain.errors import SetupError

BUSY_SECONDS = 30
"""How long a statement waits for another one's lock."""

ASLEEP_SECONDS = 20
"""After so many seconds without a statement PostgreSQL ends a transaction: a worker that sleeps holds no rows back."""

READ_ONLY = {"sqlite_begin": "BEGIN"}
"""Execution options of connections that only read: they do not queue up behind the writer."""


def make_engine(url: str) -> sa.Engine:
    """Return an engine for a SQLite file or a PostgreSQL database; SetupError for any other URL.

    Transactions on SQLite begin with BEGIN IMMEDIATE, so that none fails half-way for a lock.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return sa.create_engine(
        parsed,
        pool_pre_ping=False,
        connect_args={
            "application_name": "mailbot",
            "connect_timeout": BUSY_SECONDS,
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_SECONDS}s"
            f" -c idle_in_transaction_session_timeout={ASLEEP_SECONDS}s",
        },
    )


def parse_url(url: str) -> sa.URL:
    """Return the parts of a database URL; SetupError when it is none that the program can use."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise SetupError(f"database url {url!r} is no URL: write sqlite:///path/file.db or postgresql://...") from error
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    if parsed.drivername != "sqlite":
        raise SetupError(f"database {parsed.drivername!r} is not supported: use sqlite:/// or postgresql://")
    if not parsed.database or parsed.database == ":memory:":
        raise SetupError("a SQLite database needs a file: write sqlite:///path/to/file.db")
    return parsed


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        raise SetupError(f"database folder {folder} does not exist: create it or mend the database url")
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))
