"""The inbox table: every mail of every mailbox, each in exactly one state."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mailbot.domain.case import Fetched, InboxEntry, InboxState, MailboxKey
from mailbot.domain.decision import Action
from mailbot.domain.errors import LeaseLost
from mailbot.ports import Clock
from mailbot.store.columns import AnyRow, database_time
from mailbot.store.tables import UNFILED, inbox, inbox_bytes, mailbox_cursor
from mailbot.store.text import address_key, message_id_key
from mailbot.store.upsert import insert_or_skip_returning_id, insert_or_update


class SqlInboxStore:
    """Keeps `ports.InboxStore`."""

    def __init__(self, connection: sa.Connection, clock: Clock, owner: str) -> None:
        self._connection = connection
        self._clock = clock
        self._owner = owner

    def cursor(self, mailbox: MailboxKey) -> tuple[int, int] | None:
        """Return (uidvalidity, highest UID stored) of the folder, or None before the first connect."""
        row = self._connection.execute(_CURSOR, {"account": mailbox.account, "folder": mailbox.folder}).first()
        return None if row is None else (row.uidvalidity, row.uid)

    def set_cursor(self, mailbox: MailboxKey, uidvalidity: int, uid: int) -> None:
        """Remember that every UID up to `uid` has a row or was there before the first connect."""
        key = {"account": mailbox.account, "folder": mailbox.folder}
        statement = insert_or_update(self._connection.dialect.name, mailbox_cursor, ("account", "folder"))
        self._connection.execute(statement, {**key, "uidvalidity": uidvalidity, "uid": uid})

    def add(
        self,
        mailbox: MailboxKey,
        uidvalidity: int,
        message: Fetched,
        *,
        message_id: str | None,
        state: InboxState,
        sender: str | None = None,
    ) -> int | None:
        """Insert a row and return its id, or None when (mailbox, uidvalidity, uid) is there already."""
        inbox_id = self._connection.scalar(
            insert_or_skip_returning_id(self._connection.dialect.name, inbox),
            {
                "account": mailbox.account,
                "folder": mailbox.folder,
                "uidvalidity": uidvalidity,
                "uid": message.uid,
                "sha256": hashlib.sha256(message.raw).hexdigest(),
                "message_id": None if message_id is None else message_id_key(message_id),
                "sender": None if sender is None else address_key(sender),
                "size": message.size,
                "received_at": message.internal_date or self._clock(),
                "state": state.value,
                "attempts": 0,
                "fence": 0,
                "cause": "",
                "filed": False,
            },
        )
        if inbox_id is None:
            return None
        self._connection.execute(_INSERT_BYTES, {"inbox_id": inbox_id, "raw": message.raw})
        return inbox_id

    def find_copies(self, sha256: str) -> Sequence[InboxEntry]:
        """Return entries with these bytes, oldest first, themselves without them."""
        return [_entry(row) for row in self._connection.execute(_COPIES, {"sha256": sha256})]

    def find_by_message_id(self, message_id: str) -> Sequence[InboxEntry]:
        """Return entries that carry this Message-ID, oldest first."""
        return [_entry(r) for r in self._connection.execute(_NAMESAKES, {"message_id": message_id_key(message_id)})]

    def unknown_uids(self, mailbox: MailboxKey, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        """Return those of the UIDs that have no row, in the order given."""
        if not uids:
            return []
        where = {"account": mailbox.account, "folder": mailbox.folder, "uidvalidity": uidvalidity}
        known = set(self._connection.scalars(_KNOWN_UIDS, where | {"first": min(uids), "last": max(uids)}))
        return [uid for uid in uids if uid not in known]

    def get(self, entry_id: int) -> InboxEntry | None:
        """Return one entry."""
        row = self._connection.execute(_BY_ID, {"entry_id": entry_id}).first()
        return None if row is None else _entry(row)

    def of_case(self, case_id: int) -> Sequence[InboxEntry]:
        """Return the entries of a case, oldest first."""
        return [_entry(row) for row in self._connection.execute(_OF_CASE, {"case_id": case_id})]

    def mark_answered(self, ids: Sequence[int]) -> None:
        """Make PARKED entries DONE: staff have answered them, and they count in their case as any other mail."""
        if ids:
            self._connection.execute(_ANSWERED, {"ids": list(ids)})

    def unprocessed(self) -> Sequence[InboxEntry]:
        """Return the entries that wait to be processed, oldest first; for a desk that is halted."""
        return [_entry(row) for row in self._connection.execute(_WITH_BYTES.where(inbox.c.state == _new))]

    def count_by_state(self) -> Mapping[InboxState, int]:
        """Return how many entries are in each state (the ledger)."""
        return {InboxState(row.state): row.entries for row in self._connection.execute(_LEDGER)}

    def oldest_waiting(self) -> dt.datetime | None:
        """Return when the oldest unprocessed mail arrived; None when none waits."""
        return self._connection.scalar(_OLDEST)

    def claim_next(self, *, lease_seconds: float) -> InboxEntry | None:
        """Claim the oldest unprocessed row that no living worker holds, counting the attempt; None when idle."""
        row = self._connection.execute(_CLAIM, {"owner": self._owner, "lease_seconds": lease_seconds}).first()
        return None if row is None else _entry(row)

    def finish(
        self, entry: InboxEntry, state: InboxState, *, case_id: int | None, outcome: str | None, cause: str = ""
    ) -> None:
        """Put the claimed row into its end state; NEW gives it back for another attempt."""
        claimed = {"entry_id": entry.id, "entry_fence": entry.fence}
        values = {"new_state": state.value, "new_case": case_id, "new_outcome": outcome, "new_cause": cause}
        if self._connection.execute(_FINISH, claimed | values).rowcount == 0:
            raise LeaseLost(f"mail {entry.id} ({entry.mailbox} UID {entry.uid}) was claimed by another worker")

    def to_file_away(self, mailbox: MailboxKey, uidvalidity: int, limit: int = 200) -> Sequence[InboxEntry]:
        """Return stored entries that the server still has in the folder (without their bytes)."""
        where = {"account": mailbox.account, "folder": mailbox.folder, "uidvalidity": uidvalidity, "at_most": limit}
        return [_entry(row) for row in self._connection.execute(_UNFILED, where)]

    def mark_filed(self, ids: Sequence[int]) -> None:
        """Remember that these were filed away on the server."""
        if ids:
            self._connection.execute(_FILED, {"ids": list(ids)})


def entry_columns() -> tuple[sa.ColumnElement[Any], ...]:  # Any: columns of several types
    """Return the columns of an entry without its bytes."""
    return tuple(column for column in inbox.c if column.name not in ("message_id", "lease_owner", "lease_until"))


def _entry(row: AnyRow) -> InboxEntry:  # the row's columns are those of `entry_columns`
    return InboxEntry(
        id=row.id,
        mailbox=MailboxKey(account=row.account, folder=row.folder),
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        sha256=row.sha256,
        raw=row.raw,
        size=row.size,
        received_at=row.received_at,
        state=InboxState(row.state),
        attempts=row.attempts,
        case_id=row.case_id,
        outcome=row.outcome,
        filed=row.filed,
        fence=row.fence,
    )


_CURSOR = sa.select(mailbox_cursor.c.uidvalidity, mailbox_cursor.c.uid).where(
    mailbox_cursor.c.account == sa.bindparam("account"), mailbox_cursor.c.folder == sa.bindparam("folder")
)

_INSERT_BYTES = sa.insert(inbox_bytes)

_WITH_BYTES = (
    sa.select(*entry_columns(), inbox_bytes.c.raw)
    .join(inbox_bytes, inbox_bytes.c.inbox_id == inbox.c.id)
    .order_by(inbox.c.id)
)
_COPIES = (
    sa.select(*entry_columns(), sa.literal(b"").label("raw"))
    .where(inbox.c.sha256 == sa.bindparam("sha256"))
    .order_by(inbox.c.id)
)
_NAMESAKES = _WITH_BYTES.where(inbox.c.message_id == sa.bindparam("message_id"))
_BY_ID = _WITH_BYTES.where(inbox.c.id == sa.bindparam("entry_id"))

_OF_CASE = _WITH_BYTES.where(inbox.c.case_id == sa.bindparam("case_id"))

_ANSWERED = (
    sa.update(inbox)
    .where(inbox.c.id.in_(sa.bindparam("ids", expanding=True)), inbox.c.state == InboxState.PARKED.value)
    .values(state=InboxState.DONE.value, outcome=Action.REVIEW.value, fence=inbox.c.fence + 1)
)

_KNOWN_UIDS = sa.select(inbox.c.uid).where(
    inbox.c.account == sa.bindparam("account"),
    inbox.c.folder == sa.bindparam("folder"),
    inbox.c.uidvalidity == sa.bindparam("uidvalidity"),
    inbox.c.uid.between(sa.bindparam("first"), sa.bindparam("last")),
)

_LEDGER = sa.select(inbox.c.state, sa.func.count().label("entries")).group_by(inbox.c.state)

_older = inbox.alias("older")
_new: sa.ColumnClause[str] = sa.literal_column("'new'")  # no parameter: partial indexes are found by it
_NEXT = (
    sa.select(inbox.c.id)
    .where(
        inbox.c.state == _new,
        sa.or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= database_time(sa.literal(0))),
        ~sa.exists().where(_older.c.state == _new, _older.c.sender == inbox.c.sender, _older.c.id < inbox.c.id),
    )
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    sa.update(inbox)
    .where(inbox.c.id == _NEXT.scalar_subquery())
    .values(
        attempts=inbox.c.attempts + 1,
        fence=inbox.c.fence + 1,
        lease_owner=sa.bindparam("owner"),
        lease_until=database_time(sa.bindparam("lease_seconds", type_=sa.Float)),
    )
    .returning(
        *entry_columns(),
        sa.select(inbox_bytes.c.raw).where(inbox_bytes.c.inbox_id == inbox.c.id).scalar_subquery().label("raw"),
    )
)

_OLDEST = sa.select(inbox.c.received_at).where(inbox.c.state == _new).order_by(inbox.c.id).limit(1)

_FINISH = (
    sa.update(inbox)
    .where(inbox.c.id == sa.bindparam("entry_id"), inbox.c.fence == sa.bindparam("entry_fence"))
    .values(
        state=sa.bindparam("new_state"),
        case_id=sa.bindparam("new_case"),
        outcome=sa.bindparam("new_outcome"),
        cause=sa.bindparam("new_cause"),
        lease_owner=None,
        lease_until=None,
    )
)

_UNFILED = (
    sa.select(*entry_columns(), sa.literal(b"").label("raw"))
    .where(
        inbox.c.account == sa.bindparam("account"),
        inbox.c.folder == sa.bindparam("folder"),
        inbox.c.uidvalidity == sa.bindparam("uidvalidity"),
        UNFILED,
    )
    .order_by(inbox.c.uid)
    .limit(sa.bindparam("at_most"))
)

_FILED = sa.update(inbox).where(inbox.c.id.in_(sa.bindparam("ids", expanding=True))).values(filed=True)
