"""A case and its lives: the inbox entry that opened it, the events that made it, the item that waits for staff."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.domain.decision import Action, Decision, Finding


class InboxState(enum.Enum):
    """Where a fetched mail is. Every mail of every mailbox is in exactly one of these."""

    NEW = "new"  # stored, not processed yet
    DONE = "done"  # processed; `outcome` of the entry says how it ended
    PARKED = "parked"  # could not be processed (three attempts, a bug, unreadable); staff see it
    TOO_LARGE = "too_large"  # only its headers were fetched; staff see it
    OLD = "old"  # was there before the first connect; listed, never answered
    VANISHED = "vanished"  # removed by somebody else before it could be fetched
    COPY = "copy"  # the same bytes as an earlier entry; linked to its case, not answered again


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxKey:
    """One folder of one account: what UIDs are counted in."""

    account: str
    folder: str

    def __str__(self) -> str:
        return f"{self.account}/{self.folder}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A message as the server gave it. `raw` is the headers only when `complete` is False (too large)."""

    uid: int
    raw: bytes = field(repr=False)
    size: int
    internal_date: dt.datetime | None
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """A fetched mail in the store; identity is mailbox + uidvalidity + uid + hash, Message-ID is only evidence."""

    id: int
    mailbox: MailboxKey
    uidvalidity: int
    uid: int
    sha256: str
    raw: bytes = field(repr=False)
    size: int
    received_at: dt.datetime
    state: InboxState
    attempts: int
    case_id: int | None = None
    outcome: str | None = None  # an Action value, a reason, or the park's cause
    filed: bool = False  # moved or flagged on the server as configured
    fence: int = 0  # grows with each claim; the writes of an older claim are refused


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """Something that happened to a case, in the past tense: `MailReceived`, `Decided`, `QuoteIssued`, `ReplySent`,
    `ReviewOpened`, `Approved`, `Corrected`, `Declined`, `Noted`. Append-only; `data` is JSON-able, without bodies.
    """

    case_id: int
    at: dt.datetime
    kind: str
    actor: str  # `machine` or a staff login
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that belongs to one request. `version` grows with each change and is checked on save.

    `number` is the public case number in subjects (`Q-2026-00318`). `participants` are the addresses that may
    join the thread. `language` is that of the newest mail.
    """

    id: int
    number: str
    version: int
    opened_at: dt.datetime
    participants: tuple[str, ...]
    language: str
    last_action: Action | None = None
    revision: int = 0  # of the newest quote, 0 for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a case took over from another one: mails by inbox entry, Message-IDs, and addresses that were new to it."""

    mails: tuple[int, ...] = ()
    message_ids: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A case that waits for a person: why, since when, and what was settled."""

    id: int
    case_id: int
    case_number: str
    opened_at: dt.datetime
    findings: tuple[Finding, ...]
    decision: Decision | None  # None for parked and too large mail
    inbox_id: int
    settled_at: dt.datetime | None = None
    settled_by: str | None = None
    settlement: str | None = None  # `approved`, `corrected`, `answered`, `declined`, `not_a_request`
    note: str = ""  # why there is no decision; below it what staff wrote when they settled it
