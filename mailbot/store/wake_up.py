"""Wake-up calls between services on one PostgreSQL database, by LISTEN and NOTIFY.

The database itself notifies on every insert into `inbox` and `outbox` (migration 0001), at commit. A call may be
missed while the connection is away, so that listeners poll as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.domain.errors import SetupError, TransientError
from mailbot.store.engine import parse_url

CHANNEL = "mailbot"


class Listener:
    """Waits for news of one database."""

    def __init__(self, url: str) -> None:
        import psycopg  # loaded here: SQLite installations do without

        parsed = parse_url(url)
        if parsed.get_backend_name() != "postgresql":
            raise SetupError("wake-up calls need PostgreSQL; on SQLite the one service wakes itself")
        dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        self._errors = psycopg.OperationalError
        try:
            self._connection = psycopg.connect(dsn, autocommit=True, application_name="mailbot listener")
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.OperationalError as error:
            raise TransientError(f"database: {error}") from error

    def wait(self, seconds: float) -> frozenset[str]:
        """Wait at most so long and return the tables that have new rows, none when the time ran out.

        Raises TransientError when the connection is lost.
        """
        try:
            return frozenset(notice.payload for notice in self._connection.notifies(timeout=seconds, stop_after=1))
        except self._errors as error:
            raise TransientError(f"database: {error}") from error

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@contextmanager
def listen(url: str) -> Iterator[Listener]:
    """Open a listener for the time of the block."""
    listener = Listener(url)
    try:
        yield listener
    finally:
        listener.close()
