"""The database: `ports.Store` on SQLite (the default) and PostgreSQL, its schema and its read models."""

from mailbot.ports import Clock
from mailbot.store.exclusive import exclusive_service_lock
from mailbot.store.schema import check_schema, current_revision, upgrade
from mailbot.store.unit_of_work import SqlStore

__all__ = ["SqlStore", "check_schema", "current_revision", "exclusive_service_lock", "open_store", "upgrade"]


def open_store(
    url: str, clock: Clock, *, free_mail_domains: frozenset[str] = frozenset(), owner: str | None = None
) -> SqlStore:
    """Return the store of a database whose schema is the one this program needs; else SetupError.

    `free_mail_domains` are the providers whose users are strangers to one another. `owner` names this process in
    leases, for people who look; by default host and process number.
    """
    check_schema(url)
    return SqlStore(url, clock, free_mail_domains=free_mail_domains, owner=owner)
