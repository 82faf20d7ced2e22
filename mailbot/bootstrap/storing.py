"""The store of an installation, and the time of day."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.bootstrap.installation import Installation
from mailbot.ports import Clock
from mailbot.store import SqlStore, open_store


def utc_now() -> dt.datetime:
    """Return the time of day in UTC (ports.Clock)."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def open_desk_store(installation: Installation, clock: Clock = utc_now) -> Iterator[SqlStore]:
    """Open the installation's database for the time of the block; SetupError when its schema is not ours."""
    store = open_store(installation.database_url, clock, free_mail_domains=installation.free_mail_domains)
    try:
        yield store
    finally:
        store.close()
