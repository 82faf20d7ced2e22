"""The database: `ports.Store` on SQLite (the default) and PostgreSQL, its schema and its read models.

Names are fetched when they are first used: `mailbot explain` reads data files and does without SQLAlchemy.
"""

import importlib
from typing import TYPE_CHECKING

from mailbot.ports import Clock

if TYPE_CHECKING:
    from mailbot.store.exclusive import exclusive_service_lock, serves_many
    from mailbot.store.schema import check_schema, current_revision, upgrade
    from mailbot.store.unit_of_work import SqlStore

__all__ = [
    "SqlStore",
    "check_schema",
    "current_revision",
    "exclusive_service_lock",
    "open_store",
    "serves_many",
    "upgrade",
]

_HOMES = {
    "SqlStore": "unit_of_work",
    "check_schema": "schema",
    "current_revision": "schema",
    "exclusive_service_lock": "exclusive",
    "serves_many": "exclusive",
    "upgrade": "schema",
}


def open_store(
    url: str, clock: Clock, *, free_mail_domains: frozenset[str] = frozenset(), owner: str | None = None
) -> "SqlStore":
    """Return the store of a database whose schema is the one this program needs; else SetupError.

    `free_mail_domains` are the providers whose users are strangers to one another. `owner` names this process in
    leases, for people who look; by default host and process number.
    """
    from mailbot.store.schema import check_schema
    from mailbot.store.unit_of_work import SqlStore

    check_schema(url)
    return SqlStore(url, clock, free_mail_domains=free_mail_domains, owner=owner)


def __getattr__(name: str) -> object:
    """Return one of the names above from its module (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
