"""The outbox table: finished messages on their way out, and the log that keeps their number in bounds."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mailbot.domain.case import Case
from mailbot.domain.errors import LeaseLost, StaleCase
from mailbot.domain.outgoing import OutboxEntry, OutboxState, OutgoingMessage, ReplyKind, SendPhase, Told
from mailbot.ports import Clock
from mailbot.store.cases import remember_message_id
from mailbot.store.columns import AnyRow, database_time
from mailbot.store.convert import addresses_from_json, to_json
from mailbot.store.outbox_acts import RELEASE, SET_ASIDE, TAKE_UP_AGAIN, WITHDRAW
from mailbot.store.tables import TO_ARCHIVE, UNSENT, outbox, outbox_bytes, sent_log
from mailbot.store.text import address_key, domain_key
from mailbot.store.upsert import insert_or_skip_returning_id


class SqlOutboxStore:
    """Keeps `ports.OutboxStore`."""

    def __init__(self, connection: sa.Connection, clock: Clock, owner: str) -> None:
        self._connection = connection
        self._clock = clock
        self._owner = owner

    def put(self, case: Case, message: OutgoingMessage, *, revision: int, due_at: dt.datetime, gist: str = "") -> bool:
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
            "domain": domain_key(message.recipients[0]) if message.recipients else "",
        }
        outbox_id = self._connection.scalar(insert_or_skip_returning_id(self._connection.dialect.name, outbox), row)
        if outbox_id is None:
            return False
        self._connection.execute(
            _INSERT_BYTES,
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
            self._log(message, gist)
        return True

    def claim_due(self, now: dt.datetime, *, lease_seconds: float, per_domain: int = 2) -> OutboxEntry | None:
        """Claim the oldest due row, new ones first, and count the attempt; None when nothing is due.

        Never one before an older one of the same case, nor more than about `per_domain` to one domain at once. A row
        whose worker died before the final dot is claimed again; after it, the row is left to `claim_abandoned`. The
        claim holds for so long by the database's clock.
        """
        claim = {
            "owner": self._owner,
            "lease_seconds": lease_seconds,
            "due_before": now,
            "per_domain": per_domain,
        }
        row = self._connection.execute(_CLAIM_DUE, claim).first()
        return None if row is None else _entry(row)

    def claim_abandoned(self, now: dt.datetime, *, lease_seconds: float) -> OutboxEntry | None:
        """Claim the oldest row whose worker died after the final dot and before the answer, attempts unchanged."""
        row = self._connection.execute(
            _CLAIM_ABANDONED, {"owner": self._owner, "lease_seconds": lease_seconds, "due_before": now}
        ).first()
        return None if row is None else _entry(row)

    def set_phase(self, entry: OutboxEntry, phase: SendPhase, *, lease_seconds: float) -> None:
        """Remember how far the attempt has come, and hold the claim for so long from now.

        Raises LeaseLost when another worker has claimed the row since.
        """
        claimed = {"entry_id": entry.id, "entry_fence": entry.fence}
        values = {"new_phase": phase.value, "lease_seconds": lease_seconds}
        if self._connection.execute(_SET_PHASE, claimed | values).rowcount == 0:
            raise _lease_lost(entry)

    def finish(
        self,
        entry: OutboxEntry,
        state: OutboxState,
        *,
        due_at: dt.datetime | None = None,
        error: str | None = None,
        archive: bool = False,
        counted: bool = True,
    ) -> None:
        """Put the claimed row into `state`; READY with a later `due_at` is a retry. `archive`: a copy is to be kept."""
        values = {
            "entry_id": entry.id,
            "entry_fence": entry.fence,
            "new_state": state.value,
            "new_due_at": due_at or entry.due_at,
            "new_error": error,
            "new_finished_at": None if state is OutboxState.READY else self._clock(),
            "new_to_archive": archive,
            "uncounted": 0 if counted else 1,
        }
        if self._connection.execute(_FINISH, values).rowcount == 0:
            raise _lease_lost(entry)

    def sent_to_domain_since(self, domain: str, since: dt.datetime) -> int:
        """Return how many automatic replies went (or are about to go) to addresses of a domain since then."""
        return self._connection.scalar(_TO_DOMAIN, {"domain": domain.casefold(), "since": since}) or 0

    def told_since(self, address: str, since: dt.datetime) -> Sequence[Told]:
        """Return the automatic replies that went (or are about to go) to an address since then."""
        rows = self._connection.execute(_TOLD_ADDRESS, {"address": address_key(address), "since": since})
        return [Told(row.at, row.gist) for row in rows]

    def told_to_domain_since(self, domain: str, since: dt.datetime) -> Sequence[str]:
        """Return the gists of those that went to addresses of a domain since then."""
        return list(self._connection.scalars(_TOLD_DOMAIN, {"domain": domain.casefold(), "since": since}))

    def sent_in_all_since(self, since: dt.datetime) -> int:
        """Return how many went to anybody since then; a few too many after erasures and transactions undone."""
        return self._connection.scalar(_TO_ANYBODY, {"since": since}) or 0

    def unsent(self) -> Sequence[OutboxEntry]:
        """Return the rows that have not left, oldest first; for a desk that is halted."""
        return [_entry(row) for row in self._connection.execute(_UNSENT)]

    def take_for_sent(self, entry_id: int, words: str, *, archive: bool = False) -> None:
        """The row is SENT, whoever held it; `words` say how that is known. `archive`: a copy is to be kept."""
        values = {"entry_id": entry_id, "new_error": words, "now": self._clock(), "new_to_archive": archive}
        self._connection.execute(_TAKE_FOR_SENT, values)

    def struggling(self, before: dt.datetime) -> int:
        """Return how many replies were due before then and have not left, or were tried three times in vain."""
        return self._connection.scalar(_STRUGGLING, {"before": before}) or 0

    def count_by_state(self) -> Mapping[OutboxState, int]:
        """Return how many rows are in each state."""
        return {OutboxState(row.state): row.rows for row in self._connection.execute(_BY_STATE)}

    def find(self, message_ids: Sequence[str]) -> OutboxEntry | None:
        """Return the row that has one of these Message-IDs."""
        row = self._connection.execute(_BY_MESSAGE_ID, {"message_ids": list(message_ids)}).first()
        return None if row is None else _entry(row)

    def note_report(self, entry_id: int, state: OutboxState, error: str) -> None:
        """Put a row that nobody claims into the state that a delivery report tells of."""
        values = {"entry_id": entry_id, "new_state": state.value, "new_error": error, "now": self._clock()}
        self._connection.execute(_NOTE_REPORT, values)

    def to_archive(self, limit: int) -> Sequence[OutboxEntry]:
        """Return sent rows whose copy is to be kept and is not yet, oldest first."""
        return [_entry(row) for row in self._connection.execute(_TO_ARCHIVE, {"at_most": limit})]

    def mark_archived(self, entry_id: int) -> None:
        """Remember that the copy is there."""
        self._connection.execute(_ARCHIVED, {"entry_id": entry_id})

    def of_case(self, case_id: int) -> Sequence[OutboxEntry]:
        """Return the case's rows, oldest first."""
        return [_entry(row) for row in self._connection.execute(_OF_CASE, {"case_id": case_id})]

    def release(self, entry_id: int, due_at: dt.datetime) -> None:
        """Make a row that is FAILED or UNKNOWN READY again (a person said so); the bytes stay the same.

        Raises StaleCase when the row is in another state, KeyError when there is none.
        """
        if self._connection.execute(RELEASE, {"entry_id": entry_id, "new_due_at": due_at}).rowcount:
            return
        state = self._connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == entry_id))
        if state is None:
            raise KeyError(entry_id)
        raise StaleCase(f"outbox row {entry_id} is not held back any more: {state}")

    def withdraw(self, ids: Sequence[int], now: dt.datetime) -> Sequence[OutboxEntry]:
        """Make those of the rows WITHDRAWN that have certainly not left; return them, without their bytes."""
        return [_entry(row) for row in self._connection.execute(WITHDRAW, {"ids": list(ids), "now": now})]

    def set_aside(self, case_id: int, now: dt.datetime) -> Sequence[int]:
        """Make the case's FAILED and UNKNOWN rows WITHDRAWN: something else was done; return their ids."""
        return list(self._connection.scalars(SET_ASIDE, {"of_case": case_id, "now": now}))

    def take_up_again(self, ids: Sequence[int]) -> None:
        """Make rows that were set aside FAILED or UNKNOWN again."""
        if ids:
            self._connection.execute(TAKE_UP_AGAIN, {"ids": list(ids)})

    def _log(self, message: OutgoingMessage, gist: str) -> None:
        what = {"at": self._clock(), "gist": gist}
        rows = [{"address": address_key(a), "domain": domain_key(a), **what} for a in message.recipients]
        if rows:
            self._connection.execute(_LOG, rows)


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


_INSERT_BYTES = sa.insert(outbox_bytes)
_LOG = sa.insert(sent_log)

_RAW = sa.select(outbox_bytes.c.raw).where(outbox_bytes.c.outbox_id == outbox.c.id).scalar_subquery().label("raw")

_sending = outbox.c.state == OutboxState.SENDING.value
_ready_and_due = sa.and_(outbox.c.state == OutboxState.READY.value, outbox.c.due_at <= sa.bindparam("due_before"))
_worker_died = sa.and_(_sending, outbox.c.lease_until <= database_time(sa.literal(0)))
_after_dot = outbox.c.phase == SendPhase.DOT.value
_before_dot = sa.or_(outbox.c.phase.is_(None), ~_after_dot)
_lease_end = database_time(sa.bindparam("lease_seconds", type_=sa.Float))


_earlier = outbox.alias("earlier")
_not_yet = (_earlier.c.state == OutboxState.READY.value) | (_earlier.c.state == OutboxState.SENDING.value)
_in_turn = ~sa.exists().where(_not_yet, _earlier.c.case_id == outbox.c.case_id, _earlier.c.id < outbox.c.id)

_other = outbox.alias("other")
_crowded = (
    sa.select(_other.c.domain)
    .where(
        sa.literal_column("other.state IN ('ready', 'sending')"),  # as UNSENT says it: found by its index
        _other.c.state == OutboxState.SENDING.value,
        _other.c.lease_until > database_time(sa.literal(0)),
    )
    .group_by(_other.c.domain)
    .having(sa.func.count() >= sa.bindparam("per_domain"))
)
_not_crowded = outbox.c.domain.not_in(_crowded)


def _claim(*conditions: sa.ColumnElement[bool], **values: Any) -> sa.UpdateBase:  # Any: values of several types
    oldest = (
        sa.select(outbox.c.id)
        .where(UNSENT, *conditions)
        .order_by(outbox.c.attempts > 0, outbox.c.due_at, outbox.c.id)
        .limit(1)
    )
    return (
        sa.update(outbox)
        .where(outbox.c.id == oldest.with_for_update(skip_locked=True).scalar_subquery())
        .values(
            state=OutboxState.SENDING.value,
            fence=outbox.c.fence + 1,
            lease_owner=sa.bindparam("owner"),
            lease_until=_lease_end,
            **values,
        )
        .returning(*outbox.c, _RAW)
    )


_CLAIM_DUE = _claim(
    sa.or_(_ready_and_due, sa.and_(_worker_died, _before_dot)),
    _in_turn,
    _not_crowded,
    phase=None,
    attempts=outbox.c.attempts + 1,
)
_CLAIM_ABANDONED = _claim(sa.and_(_worker_died, _after_dot, outbox.c.due_at <= sa.bindparam("due_before")))

_SET_PHASE = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"), outbox.c.fence == sa.bindparam("entry_fence"))
    .values(phase=sa.bindparam("new_phase"), lease_until=_lease_end)
)

_STRUGGLING = (
    sa.select(sa.func.count())
    .select_from(outbox)
    .where(UNSENT, sa.or_(outbox.c.due_at <= sa.bindparam("before"), outbox.c.attempts >= 3))
)

_BY_STATE = sa.select(outbox.c.state, sa.func.count().label("rows")).group_by(outbox.c.state)

_OF_CASE = sa.select(*outbox.c, _RAW).where(outbox.c.case_id == sa.bindparam("case_id")).order_by(outbox.c.id)

_BY_MESSAGE_ID = sa.select(*outbox.c, _RAW).where(outbox.c.message_id.in_(sa.bindparam("message_ids", expanding=True)))

_NOTE_REPORT = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"), outbox.c.state != OutboxState.SENDING.value)
    .values(state=sa.bindparam("new_state"), last_error=sa.bindparam("new_error"), finished_at=sa.bindparam("now"))
)

_UNSENT = sa.select(*outbox.c, _RAW).where(UNSENT).order_by(outbox.c.id)

_TAKE_FOR_SENT = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"))
    .values(
        state=OutboxState.SENT.value,
        fence=outbox.c.fence + 1,
        last_error=sa.bindparam("new_error"),
        finished_at=sa.bindparam("now"),
        to_archive=sa.bindparam("new_to_archive"),
    )
)

_TO_ARCHIVE = sa.select(*outbox.c, _RAW).where(TO_ARCHIVE).order_by(outbox.c.id).limit(sa.bindparam("at_most"))
_ARCHIVED = sa.update(outbox).where(outbox.c.id == sa.bindparam("entry_id")).values(to_archive=False)

_FINISH = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"), outbox.c.fence == sa.bindparam("entry_fence"))
    .values(
        state=sa.bindparam("new_state"),
        due_at=sa.bindparam("new_due_at"),
        last_error=sa.bindparam("new_error"),
        finished_at=sa.bindparam("new_finished_at"),
        to_archive=sa.bindparam("new_to_archive"),
        attempts=outbox.c.attempts - sa.bindparam("uncounted", type_=sa.Integer),
        lease_owner=None,
        lease_until=None,
    )
)

_since = sent_log.c.at >= sa.bindparam("since")
_to_address = sa.and_(sent_log.c.address == sa.bindparam("address"), _since)
_to_domain = sa.and_(sent_log.c.domain == sa.bindparam("domain"), _since)

_TO_DOMAIN = sa.select(sa.func.count()).where(_to_domain)
_TOLD_ADDRESS = sa.select(sent_log.c.at, sent_log.c.gist).where(_to_address)
_TOLD_DOMAIN = sa.select(sent_log.c.gist).where(_to_domain)

# Rows are numbered as they come, so their count is a difference: to count them would take longer with every reply.
_before = sent_log.c.at < sa.bindparam("since")
_last_before = sa.select(sent_log.c.id).where(_before).order_by(sent_log.c.at.desc(), sent_log.c.id.desc()).limit(1)
_first = sa.select(sa.func.min(sent_log.c.id) - 1)
_TO_ANYBODY = sa.select(
    sa.select(sa.func.max(sent_log.c.id)).scalar_subquery()
    - sa.func.coalesce(_last_before.scalar_subquery(), _first.scalar_subquery())
)
