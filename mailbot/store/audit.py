"""The audit trail: lines that are only ever added, each with the digest of the one before in its own."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa

from mailbot.domain.staff import AuditEntry
from mailbot.store.columns import AnyRow
from mailbot.store.convert import data_from_json, to_json
from mailbot.store.staff_tables import audit
from mailbot.store.text import clean

BEGINNING = "0" * 64
_LOCK = 0x61756469  # any number that nobody else uses in this PostgreSQL database
_AT_ONCE = 1000


class SqlAuditStore:
    """Keeps `ports.AuditStore`. On SQLite the transaction itself keeps other writers out, on PostgreSQL a lock."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(
        self, *, at: dt.datetime, actor: str, kind: str, subject: str, data: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        """Add a line."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        last = self._connection.execute(_LAST).first()
        row = AuditEntry(
            id=last.id + 1 if last else 1,
            at=at,
            actor=clean(actor),
            kind=kind,
            subject=clean(subject),
            data=dict(data),
            previous=last.digest if last else BEGINNING,
            digest="",
        )
        self._connection.execute(sa.insert(audit), _row(row))

    def newest(self, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return lines, newest first, those with an id below `before`."""
        statement = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(audit.c.id < before)
        return [_entry(row) for row in self._connection.execute(statement)]

    def holds(self, digest: str) -> bool:
        """Return whether a line has this digest."""
        statement = sa.select(audit.c.id).where(audit.c.digest == digest).limit(1)
        return self._connection.scalar(statement) is not None

    def first_broken(self) -> int | None:
        """Return the id of the first line that does not fit the one before it; None when the chain is whole."""
        previous, expected = BEGINNING, 1
        rows = self._connection.execution_options(yield_per=_AT_ONCE).execute(sa.select(audit).order_by(audit.c.id))
        for row in rows:
            entry = _entry(row)
            if entry.id != expected or entry.previous != previous or _row(entry)["digest"] != entry.digest:
                return entry.id
            previous, expected = entry.digest, entry.id + 1
        return None


def _row(entry: AuditEntry) -> dict[str, object]:
    """Return the line as it is stored, with the digest that it ought to have."""
    moment = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    data = to_json(entry.data)
    covered = [entry.previous, entry.id, moment, entry.actor, entry.kind, entry.subject, data]
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "kind": entry.kind,
        "subject": entry.subject,
        "data": data,
        "previous": entry.previous,
        "digest": hashlib.sha256(to_json(covered).encode()).hexdigest(),
    }


def _entry(row: AnyRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        kind=row.kind,
        subject=row.subject,
        data=data_from_json(row.data),
        previous=row.previous,
        digest=row.digest,
    )


_LAST = sa.select(audit.c.id, audit.c.digest).order_by(audit.c.id.desc()).limit(1)
