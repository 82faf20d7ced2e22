"""How a reply's way out ended: what its row and its case say of it."""

import datetime as dt

from mailbot.domain.case import CaseEvent
from mailbot.domain.outgoing import OutboxEntry, OutboxState

UNKNOWN = "outcome unknown"
"""How `last_error` begins after an attempt that may have been delivered."""

SENT, FAILED, LOST = "ReplySent", "ReplyFailed", "ReplyUnknown"
"""Kinds of the events that tell of a reply's end."""


def was_unknown(entry: OutboxEntry) -> bool:
    """Whether an earlier attempt may have been delivered."""
    return entry.last_error is not None and entry.last_error.startswith(UNKNOWN)


def is_in_doubt(entry: OutboxEntry) -> bool:
    """Whether the reply waits, for a person or for its next turn, because nobody knows whether it has arrived."""
    return entry.state is OutboxState.UNKNOWN or (entry.state is OutboxState.READY and was_unknown(entry))


def reply_event(entry: OutboxEntry, at: dt.datetime, kind: str) -> CaseEvent:
    """Return what the case remembers of the reply."""
    data = {"kind": entry.kind.value, "revision": entry.revision, "message_id": entry.message_id}
    return CaseEvent(case_id=entry.case_id, at=at, kind=kind, actor="machine", data=data)
