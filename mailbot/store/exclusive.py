"""One service per SQLite file: SQLite has one writer, and its locks do not reach other hosts."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailbot.domain.errors import SetupError
from mailbot.store.engine import parse_url


@contextmanager
def exclusive_service_lock(url: str) -> Iterator[None]:
    """Hold the right to run the service on this database; SetupError when another process has it.

    On PostgreSQL any number of services may run, so there is nothing to hold. The kernel lets go of the lock when
    the process ends, however it ends.
    """
    if serves_many(url):
        yield
        return
    parsed = parse_url(url)
    database = Path(parsed.database or "")
    path = database.with_name(database.name + ".lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SetupError(f"lock file {path} cannot be opened: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
            raise SetupError(
                f"another mailbot service (process {holder}) already works on {database}: stop it first, or use "
                "PostgreSQL, which serves several"
            ) from error
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def serves_many(url: str) -> bool:
    """Return whether several services may run on the database at once."""
    return parse_url(url).get_backend_name() != "sqlite"
