"""Alarms that ring, the home of the database, and the addresses of persons who were erased."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from mailbot.domain.case import MailboxKey
from mailbot.domain.watch import Alarm
from mailbot.store.service_tables import alarms, home, polls
from mailbot.store.upsert import insert_or_skip, insert_or_update


class SqlAlarmStore:
    """Keeps `ports.AlarmStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def ring(self, name: str, words: str, at: dt.datetime) -> None:
        """The alarm rings, `words` saying what is wrong; one that rings already rings once more."""
        if self._connection.execute(_AGAIN, {"alarm": name, "new_words": words, "new_at": at}).rowcount:
            return
        row = {"name": name, "words": words, "since": at, "last_at": at, "times": 1, "told_at": None}
        self._connection.execute(insert_or_skip(self._connection.dialect.name, alarms), row)

    def silence(self, name: str) -> bool:
        """The alarm does not ring any more; return whether it did."""
        return self._connection.execute(_SILENCE, {"alarm": name}).rowcount > 0

    def ringing(self) -> Sequence[Alarm]:
        """Return the alarms that ring, oldest first."""
        rows = self._connection.execute(_RINGING)
        return [Alarm(**row._asdict()) for row in rows]

    def note_poll(self, mailbox: MailboxKey, at: dt.datetime) -> None:
        """Remember that the mailbox was looked into."""
        statement = insert_or_update(self._connection.dialect.name, polls, ("account", "folder"))
        self._connection.execute(statement, {"account": mailbox.account, "folder": mailbox.folder, "at": at})

    def polls(self) -> Mapping[MailboxKey, dt.datetime]:
        """Return when each mailbox was last looked into."""
        rows = self._connection.execute(sa.select(polls))
        return {MailboxKey(account=row.account, folder=row.folder): row.at for row in rows}

    def mark_told(self, names: Sequence[str], at: dt.datetime) -> None:
        """Remember that somebody outside was told of these."""
        if names:
            self._connection.execute(_TOLD, {"names": list(names), "new_told_at": at})


class SqlHomeStore:
    """Keeps `ports.HomeStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def identity(self) -> str | None:
        """Return the identity of the database on which the service last ran; None before its first run."""
        return self._connection.scalar(sa.select(home.c.identity))

    def actual(self) -> str:
        """Return what tells this database from a copy of it."""
        if self._connection.dialect.name == "postgresql":
            return str(self._connection.scalar(_POSTGRES_IDENTITY))
        return sqlite_identity(str(self._connection.engine.url.database))

    def settle(self, at: dt.datetime) -> None:
        """From now on this database is the one that the service runs on."""
        statement = insert_or_update(self._connection.dialect.name, home, ("id",))
        self._connection.execute(statement, {"id": 1, "identity": self.actual(), "since": at})


def sqlite_identity(file: str) -> str:
    """Return what a copy of the file, or a machine to which the disk was copied, does not have."""
    machine = Path("/etc/machine-id")
    host = machine.read_text().strip() if machine.exists() else ""
    return f"sqlite {host} {Path(file).stat().st_ino}"


_AGAIN = (
    sa.update(alarms)
    .where(alarms.c.name == sa.bindparam("alarm"))
    .values(words=sa.bindparam("new_words"), last_at=sa.bindparam("new_at"), times=alarms.c.times + 1)
)
_SILENCE = sa.delete(alarms).where(alarms.c.name == sa.bindparam("alarm"))
_RINGING = sa.select(alarms).order_by(alarms.c.since, alarms.c.name)
_TOLD = (
    sa.update(alarms)
    .where(alarms.c.name.in_(sa.bindparam("names", expanding=True)))
    .values(told_at=sa.bindparam("new_told_at"))
)
_POSTGRES_IDENTITY = sa.text(
    "SELECT 'postgresql ' || oid || ' ' || CAST('inbox' AS regclass)::oid FROM pg_database"
    " WHERE datname = current_database()"
)
