"""The outbox table: finished messages on their way out, and the log that keeps their number in bounds."""

import datetime as dt

import sqlalchemy as sa

from mailbot.domain.case import Case
from mailbot.domain.errors import LeaseLost
from mailbot.domain.outgoing import OutboxEntry, OutboxState, OutgoingMessage, ReplyKind, SendPhase
from mailbot.ports import Clock
from mailbot.store.cases import remember_message_id
from mailbot.store.columns import AnyRow, database_time
from mailbot.store.convert import addresses_from_json, to_json
from mailbot.store.tables import UNSENT, outbox, outbox_bytes, sent_log
from mailbot.store.text import address_key, domain_key
from mailbot.store.upsert import insert_or_skip

DIED_AFTER_DOT = "the worker ended after the final dot and before the answer"


class SqlOutboxStore:
    """Keeps `ports.OutboxStore`."""

    def __init__(self, connection: sa.Connection, clock: Clock, owner: str) -> None:
        self._connection = connection
        self._clock = clock
        self._owner = owner

    def put(self, case: Case, message: OutgoingMessage, *, revision: int, due_at: dt.datetime) -> bool:
        """Add a message; False when (case, revision, kind) is there already."""
        row = {
            "case_id": case.id,
            "revision": revision,
            "kind": message.kind.value,
            "message_id": message.message_id,
            "recipients": to_json(message.recipients),
            "sha256": message.sha256,
            "state": OutboxState.READY.value,
            "attempts": 0,
            "fence": 0,
            "due_at": due_at,
        }
        outbox_id = self._connection.scalar(insert_or_skip(self._connection, outbox).returning(outbox.c.id), row)
        if outbox_id is None:
            return False
        self._connection.execute(
            sa.insert(outbox_bytes),
            {
                "outbox_id": outbox_id,
                "raw": message.raw,
                "subject": message.subject,
                "language": message.language,
                "text": message.text,
            },
        )
        remember_message_id(self._connection, case.id, message.message_id)
        if message.kind is not ReplyKind.STAFF:
            self._log(message)
        return True

    def claim_due(self, now: dt.datetime, *, lease_seconds: float) -> OutboxEntry | None:
        """Claim the oldest due row and count the attempt; None when nothing is due.

        A row whose worker died before the final dot is claimed again; after it, the row becomes UNKNOWN.
        """
        claim = {"owner": self._owner, "lease_seconds": lease_seconds}
        while (due := self._connection.execute(_NEXT_DUE, {"due_before": now}).first()) is not None:
            if due.phase == SendPhase.DOT.value:
                self._connection.execute(_GIVE_UP, {"entry_id": due.id, "error": DIED_AFTER_DOT, "at": self._clock()})
                continue
            return _entry(self._connection.execute(_CLAIM, claim | {"entry_id": due.id}).one())
        return None

    def set_phase(self, entry: OutboxEntry, phase: SendPhase) -> None:
        """Remember how far the attempt has come; raises LeaseLost when another worker has claimed the row since."""
        claimed = {"entry_id": entry.id, "entry_fence": entry.fence}
        if self._connection.execute(_SET_PHASE, claimed | {"new_phase": phase.value}).rowcount == 0:
            raise _lease_lost(entry)

    def finish(
        self, entry: OutboxEntry, state: OutboxState, *, due_at: dt.datetime | None = None, error: str | None = None
    ) -> None:
        """Put the claimed row into `state`; READY with a later `due_at` is a retry."""
        values = {
            "entry_id": entry.id,
            "entry_fence": entry.fence,
            "new_state": state.value,
            "new_due_at": due_at or entry.due_at,
            "new_error": error,
            "new_finished_at": None if state is OutboxState.READY else self._clock(),
        }
        if self._connection.execute(_FINISH, values).rowcount == 0:
            raise _lease_lost(entry)

    def sent_since(self, address: str, since: dt.datetime) -> int:
        """Return how many automatic replies went (or are about to go) to an address since then."""
        return self._connection.scalar(_TO_ADDRESS, {"address": address_key(address), "since": since}) or 0

    def sent_to_domain_since(self, domain: str, since: dt.datetime) -> int:
        """Return how many automatic replies went (or are about to go) to addresses of a domain since then."""
        return self._connection.scalar(_TO_DOMAIN, {"domain": domain.casefold(), "since": since}) or 0

    def _log(self, message: OutgoingMessage) -> None:
        at = self._clock()
        rows = [{"address": address_key(a), "domain": domain_key(a), "at": at} for a in message.recipients]
        if rows:
            self._connection.execute(sa.insert(sent_log), rows)


def _lease_lost(entry: OutboxEntry) -> LeaseLost:
    return LeaseLost(f"outbox row {entry.id} ({entry.message_id}) was claimed by another worker")


def _entry(row: AnyRow) -> OutboxEntry:  # the row's columns are those of `_CLAIM`
    return OutboxEntry(
        id=row.id,
        case_id=row.case_id,
        revision=row.revision,
        kind=ReplyKind(row.kind),
        message_id=row.message_id,
        recipients=addresses_from_json(row.recipients),
        raw=row.raw,
        sha256=row.sha256,
        state=OutboxState(row.state),
        phase=None if row.phase is None else SendPhase(row.phase),
        attempts=row.attempts,
        due_at=row.due_at,
        last_error=row.last_error,
        fence=row.fence,
    )


_NEXT_DUE = (
    sa.select(outbox.c.id, sa.case((outbox.c.state == OutboxState.SENDING.value, outbox.c.phase)).label("phase"))
    .where(
        UNSENT,
        sa.or_(
            sa.and_(outbox.c.state == OutboxState.READY.value, outbox.c.due_at <= sa.bindparam("due_before")),
            sa.and_(
                outbox.c.state == OutboxState.SENDING.value,
                outbox.c.lease_until <= database_time(sa.literal(0)),
            ),
        ),
    )
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)

_CLAIM = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"))
    .values(
        state=OutboxState.SENDING.value,
        phase=None,
        attempts=outbox.c.attempts + 1,
        fence=outbox.c.fence + 1,
        lease_owner=sa.bindparam("owner"),
        lease_until=database_time(sa.bindparam("lease_seconds", type_=sa.Float)),
    )
    .returning(
        *outbox.c,
        sa.select(outbox_bytes.c.raw).where(outbox_bytes.c.outbox_id == outbox.c.id).scalar_subquery().label("raw"),
    )
)

_GIVE_UP = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"))
    .values(
        state=OutboxState.UNKNOWN.value,
        last_error=sa.bindparam("error"),
        finished_at=sa.bindparam("at"),
        lease_owner=None,
        lease_until=None,
    )
)

_SET_PHASE = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"), outbox.c.fence == sa.bindparam("entry_fence"))
    .values(phase=sa.bindparam("new_phase"))
)

_FINISH = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"), outbox.c.fence == sa.bindparam("entry_fence"))
    .values(
        state=sa.bindparam("new_state"),
        due_at=sa.bindparam("new_due_at"),
        last_error=sa.bindparam("new_error"),
        finished_at=sa.bindparam("new_finished_at"),
        lease_owner=None,
        lease_until=None,
    )
)

_TO_ADDRESS = sa.select(sa.func.count()).where(
    sent_log.c.address == sa.bindparam("address"), sent_log.c.at >= sa.bindparam("since")
)
_TO_DOMAIN = sa.select(sa.func.count()).where(
    sent_log.c.domain == sa.bindparam("domain"), sent_log.c.at >= sa.bindparam("since")
)
