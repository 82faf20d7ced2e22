"""What leaves the house: finished bytes, frozen at the time of the decision."""

import datetime as dt
import enum
from dataclasses import dataclass, field


class ReplyKind(enum.Enum):
    """Kinds of reply; one outbox row per (case, revision, kind)."""

    QUOTE = "quote"
    ASK = "ask"
    ANSWER = "answer"
    ACKNOWLEDGEMENT = "acknowledgement"
    DECLINE = "decline"
    STAFF = "staff"  # written by a person
    REMINDER = "reminder"


class OutboxState(enum.Enum):
    """The life of an outbox row: ready -> sending -> sent | failed | unknown, or withdrawn.

    FAILED and UNKNOWN wait for a person; what that person does instead makes them WITHDRAWN.
    """

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # refused for good
    UNKNOWN = "unknown"  # the connection ended after the final dot
    WITHDRAWN = "withdrawn"  # not to be sent any more: taken back, or something else was done in its place


STUCK = frozenset({OutboxState.FAILED, OutboxState.UNKNOWN})
"""States that only a person ends."""

OUTCOME_UNKNOWN = "outcome unknown"
"""How `last_error` begins after an attempt that may have been delivered."""


class SendPhase(enum.Enum):
    """How far an attempt has come; committed before the next step begins."""

    CONNECTED = "connected"
    DATA = "data"
    DOT = "dot"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A finished RFC 5322 message: CRLF lines, its own Message-ID, nothing to be filled in later."""

    kind: ReplyKind
    message_id: str
    recipients: tuple[str, ...]  # envelope recipients, bare addresses
    raw: bytes = field(repr=False)
    sha256: str
    subject: str
    language: str
    text: str = field(repr=False)  # the text part, for staff and `explain`


@dataclass(frozen=True, slots=True)
class Told:
    """An automatic reply that went (or is about to go) to somebody; `gist` is a digest of what it was about."""

    at: dt.datetime
    gist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """A message in the store on its way out."""

    id: int
    case_id: int
    revision: int
    kind: ReplyKind
    message_id: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    sha256: str
    state: OutboxState
    phase: SendPhase | None
    attempts: int
    due_at: dt.datetime
    last_error: str | None = None
    fence: int = 0  # grows with each claim; the writes of an older claim are refused

    @property
    def may_have_arrived(self) -> bool:
        """Whether an earlier attempt ended so that nobody knows."""
        return self.last_error is not None and self.last_error.startswith(OUTCOME_UNKNOWN)
