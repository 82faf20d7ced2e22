"""How a reply's way out ended: what its row and its case say of it."""

import datetime as dt

from mailbot.domain.case import CaseEvent
from mailbot.domain.outgoing import OutboxEntry, OutboxState

SENT, FAILED, LOST = "ReplySent", "ReplyFailed", "ReplyUnknown"
"""Kinds of the events that tell of a reply's end."""


def is_in_doubt(entry: OutboxEntry) -> bool:
    """Whether the reply waits, for a person or for its next turn, because nobody knows whether it has arrived."""
    return entry.state is OutboxState.UNKNOWN or (entry.state is OutboxState.READY and entry.may_have_arrived)


def reply_event(entry: OutboxEntry, at: dt.datetime, kind: str) -> CaseEvent:
    """Return what the case remembers of the reply."""
    data = {"kind": entry.kind.value, "revision": entry.revision, "message_id": entry.message_id}
    return CaseEvent(case_id=entry.case_id, at=at, kind=kind, actor="machine", data=data)
