"""What the service needs from the world, as Protocols; adapters in `store`, `mail`, `replies` keep them.

Each has one contract suite under `tests/contracts/` that the fake and the real adapter both pass.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Protocol

from mailbot.domain.case import Case, CaseEvent, Fetched, InboxEntry, InboxState, MailboxKey, ReviewItem
from mailbot.domain.decision import Decision
from mailbot.domain.file import Records
from mailbot.domain.message import Address, Attachment, Desk, InboundMessage
from mailbot.domain.outgoing import OutboxEntry, OutboxState, OutgoingMessage, ReplyKind, SendPhase
from mailbot.domain.quote import Quote
from mailbot.domain.staff import Assignment, AuditEntry, SavedView, Session, StaffRole, Switch, User
from mailbot.domain.watch import Alarm, Lease

RecordsFor = Callable[[Iterable[str], Iterable[str], Iterable[str]], Records]
"""Looks up the records of these sites, SENs and e-mail addresses (see RecordStore.for_requests)."""


class Clock(Protocol):
    """The time of day, in UTC."""

    def __call__(self) -> dt.datetime:
        """Return now, aware, in UTC."""
        ...


class PasswordHasher(Protocol):
    """Makes passwords unreadable, slowly on purpose."""

    def hash(self, password: str) -> str:
        """Return what may be stored of a password."""
        ...

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password is the one of the hash; takes as long, and says no, when there is none."""
        ...


class AttachmentReader(Protocol):
    """Turns an attachment's bytes into text, within limits of time, memory and output; never raises."""

    def __call__(self, attachment: Attachment) -> Attachment:
        """Return the attachment with `part` set, or with `unreadable` saying why not."""
        ...


class Mailbox(Protocol):
    """One folder on a mail server, open. All methods raise TransientError when the server is away."""

    @property
    def key(self) -> MailboxKey:
        """Which folder this is."""
        ...

    @property
    def uidvalidity(self) -> int:
        """The UIDVALIDITY under which the folder is selected."""
        ...

    def uids_from(self, first: int) -> Sequence[int]:
        """Return the UIDs >= `first`, ascending; constant cost in the size of the folder."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterable[Fetched]:
        """Yield the messages in batches without setting any flag; vanished ones are left out."""
        ...

    def fetch_headers(self, uids: Sequence[int]) -> Iterable[Fetched]:
        """Yield the headers alone (`complete` False), as `fetch` does."""
        ...

    def file_away(self, uid: int) -> None:
        """Move or flag the message as configured; done already or vanished is no error."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for news at most so long (IDLE where there is one); return whether there may be any."""
        ...

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Transport(Protocol):
    """Hands finished messages to the next mail server."""

    def send(
        self, *, sender: str, recipients: Sequence[str], raw: bytes, on_phase: Callable[[SendPhase], None]
    ) -> None:
        """Return after the server took the message.

        Calls `on_phase` before each phase begins. Raises Refused (5xx), TransientError before the dot, and
        OutcomeUnknown when the connection ends after it.
        """
        ...

    def close(self) -> None:
        """End the session, if one is open; never raises."""
        ...


class Archive(Protocol):
    """The folder of sent mail. All methods raise TransientError when the server is away."""

    def holds(self, message_id: str) -> bool:
        """Return whether a mail with this Message-ID is there."""
        ...

    def answered(self, message_id: str) -> bool:
        """Return whether a mail that answers this one is there."""
        ...

    def keep(self, message_id: str, raw: bytes, at: dt.datetime) -> None:
        """The mail is there once, however often this is called."""
        ...

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Messenger(Protocol):
    """Tells a person outside of what is wrong."""

    def __call__(self, alarms: Sequence[Alarm]) -> None:
        """Return when somebody was told; TransientError when that cannot be done now."""
        ...


class Understanding(Protocol):
    """Reading and deciding, with the desk's lexicons, policy and calendar bound to it. Pure but for `records_for`."""

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as read; InputError when nothing can be made of the bytes."""
        ...

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what to do after the last message of the thread (oldest first).

        `corrections` are values that staff set, by the paths of the contract (`site`, `lines[0].users`); they take
        the place of what was read. Raises InputError for a path or value that cannot be.
        """
        ...


class InboxStore(Protocol):
    """The inbox table."""

    def cursor(self, mailbox: MailboxKey) -> tuple[int, int] | None:
        """Return (uidvalidity, highest UID stored) of the folder, or None before the first connect."""
        ...

    def set_cursor(self, mailbox: MailboxKey, uidvalidity: int, uid: int) -> None:
        """Remember that every UID up to `uid` has a row or was there before the first connect."""
        ...

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
        """Insert a row and return its id, or None when (mailbox, uidvalidity, uid) is there already.

        `sender` is the address of the From header; mails of one sender are processed in their order, one at a time.
        """
        ...

    def find_copies(self, sha256: str) -> Sequence[InboxEntry]:
        """Return entries with these bytes, oldest first."""
        ...

    def find_by_message_id(self, message_id: str) -> Sequence[InboxEntry]:
        """Return entries that carry this Message-ID, oldest first."""
        ...

    def unknown_uids(self, mailbox: MailboxKey, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        """Return those of the UIDs that have no row, in the order given."""
        ...

    def get(self, entry_id: int) -> InboxEntry | None:
        """Return one entry."""
        ...

    def unprocessed(self) -> Sequence[InboxEntry]:
        """Return the entries that wait to be processed, oldest first; for a desk that is halted."""
        ...

    def count_by_state(self) -> Mapping[InboxState, int]:
        """Return how many entries are in each state (the ledger); states without any may be left out."""
        ...

    def oldest_waiting(self) -> dt.datetime | None:
        """Return when the oldest unprocessed mail arrived; None when none waits."""
        ...

    def claim_next(self, *, lease_seconds: float) -> InboxEntry | None:
        """Claim the oldest unprocessed row that no living worker holds, counting the attempt; None when idle.

        Never two entries of one sender at once, and none before an older one of the same sender. The claim holds
        for so long by the database's clock.
        """
        ...

    def finish(
        self, entry: InboxEntry, state: InboxState, *, case_id: int | None, outcome: str | None, cause: str = ""
    ) -> None:
        """Put the claimed row into its end state; NEW gives it back for another attempt.

        Raises LeaseLost when another worker has claimed it since.
        """
        ...

    def to_file_away(self, mailbox: MailboxKey, uidvalidity: int, limit: int = 200) -> Sequence[InboxEntry]:
        """Return stored entries that the server still has in the folder (without their bytes)."""
        ...

    def mark_filed(self, ids: Sequence[int]) -> None:
        """Remember that these were filed away on the server."""
        ...


class CaseStore(Protocol):
    """Cases and their append-only events."""

    def find(self, message: InboundMessage) -> Case | None:
        """Return the case that this mail continues: References / In-Reply-To to a Message-ID that we know, or the
        case number in the subject, and the sender is a participant or of a participant's organisation. Strangers
        never join.
        """
        ...

    def open(self, message: InboundMessage, at: dt.datetime) -> Case:
        """Open a case with the next number of the year."""
        ...

    def messages(self, case: Case) -> Sequence[bytes]:
        """Return the raw mails of the case that came from outside and were processed, oldest first."""
        ...

    def record(self, case: Case, decision: Decision, message: InboundMessage, at: dt.datetime) -> Case:
        """Append `MailReceived` and `Decided`, save the case's new state and return it, its version grown by one.

        The sender becomes a participant. Raises StaleCase when somebody changed the case since it was read.
        """
        ...

    def amend(self, case: Case, event: CaseEvent, at: dt.datetime, decision: Decision | None = None) -> Case:
        """Append what a person did, save the decision that follows from it, if any, and return the case.

        The version grows by one. Raises StaleCase when somebody changed the case since it was read.
        """
        ...

    def append(self, event: CaseEvent) -> None:
        """Append one event."""
        ...

    def events(self, case_id: int) -> Sequence[CaseEvent]:
        """Return all events, oldest first."""
        ...

    def get(self, case_id: int) -> Case:
        """Return a case by id; KeyError when there is none."""
        ...

    def quiet(self, earliest: dt.datetime, latest: dt.datetime) -> Sequence[int]:
        """Return the ids of the cases that last changed between these moments, the longest unchanged first.

        A case changes when it is opened, recorded or amended; events alone do not change it.
        """
        ...


class QuoteStore(Protocol):
    """Issued quotes and drafts; an issued quote never changes."""

    def issue(self, case: Case, quote: Quote, at: dt.datetime) -> Quote:
        """Record the quote as the next revision of the case, append `QuoteIssued`, and return it numbered."""
        ...

    def latest(self, case_id: int) -> Quote | None:
        """Return the newest issued quote of the case."""
        ...


class ReviewStore(Protocol):
    """What waits for staff."""

    def open(self, case: Case, decision: Decision, inbox_id: int, at: dt.datetime, *, note: str = "") -> int:
        """Add an item, append `ReviewOpened`, and return its id; an open item of the case is replaced."""
        ...

    def open_for_parked(self, entry: InboxEntry, cause: str, at: dt.datetime) -> int:
        """Add an item for a mail that could not be processed, in its case or in a new one that it is linked to."""
        ...

    def open_for_case(self, case: Case, cause: str, inbox_id: int | None, at: dt.datetime) -> int:
        """Add an item without a decision (a reply refused or of unknown outcome), `cause` as its note.

        An open item of the case stays as it is and gets the cause added to its note.
        """
        ...

    def close_for(self, case: Case, at: dt.datetime) -> None:
        """Settle the case's open item, if there is one, as `replaced`: the machine has dealt with the case since."""
        ...

    def list(self, *, settled: bool = False, limit: int = 200) -> Sequence[ReviewItem]:
        """Return items, oldest first."""
        ...

    def get(self, item_id: int) -> ReviewItem | None:
        """Return one item."""
        ...

    def settle(self, item_id: int, *, by: str, settlement: str, note: str, at: dt.datetime) -> None:
        """Mark as settled; raises StaleCase when it already is."""
        ...


class OutboxStore(Protocol):
    """The outbox table."""

    def put(self, case: Case, message: OutgoingMessage, *, revision: int, due_at: dt.datetime, gist: str = "") -> bool:
        """Add a message; False when (case, revision, kind) is there already.

        `revision` is the quote's for a QUOTE; for other kinds the case's version after the decision, as a case may
        be asked or answered more than once. `gist` is a digest of what was requested, empty for nothing.
        """
        ...

    def claim_due(self, now: dt.datetime, *, lease_seconds: float, per_domain: int = 2) -> OutboxEntry | None:
        """Claim the oldest due row, new ones first, and count the attempt; None when nothing is due.

        Never one before an older one of the same case, nor more than about `per_domain` to one domain at once. A row
        whose worker died before the final dot is claimed again; after it, the row is left to `claim_abandoned`. The
        claim holds for so long by the database's clock.
        """
        ...

    def set_phase(self, entry: OutboxEntry, phase: SendPhase, *, lease_seconds: float) -> None:
        """Remember how far the attempt has come, and hold the claim for so long from now.

        Raises LeaseLost when another worker has claimed the row since.
        """
        ...

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
        """Put the claimed row into `state`; READY with a later `due_at` is a retry. `archive`: a copy is to be kept.

        An attempt that is not `counted` has not been made.

        Raises LeaseLost when another worker has claimed it since.
        """
        ...

    def sent_since(self, address: str, since: dt.datetime) -> int:
        """Return how many automatic replies went (or are about to go) to an address since then."""
        ...

    def sent_to_domain_since(self, domain: str, since: dt.datetime) -> int:
        """Return how many automatic replies went (or are about to go) to addresses of a domain since then."""
        ...

    def told_since(self, address: str, since: dt.datetime) -> Sequence[str]:
        """Return the gists of the automatic replies that went (or are about to go) to an address since then."""
        ...

    def told_to_domain_since(self, domain: str, since: dt.datetime) -> Sequence[str]:
        """Return the gists of those that went to addresses of a domain since then."""
        ...

    def sent_in_all_since(self, since: dt.datetime) -> int:
        """Return the same for everybody."""
        ...

    def claim_abandoned(self, now: dt.datetime, *, lease_seconds: float) -> OutboxEntry | None:
        """Claim the oldest row whose worker died after the final dot and before the answer, attempts unchanged."""
        ...

    def unsent(self) -> Sequence[OutboxEntry]:
        """Return the rows that have not left, oldest first; for a desk that is halted."""
        ...

    def take_for_sent(self, entry_id: int, words: str) -> None:
        """The row is SENT, whoever held it; `words` say how that is known."""
        ...

    def struggling(self, before: dt.datetime) -> int:
        """Return how many replies were due before then and have not left, or were tried three times in vain."""
        ...

    def count_by_state(self) -> Mapping[OutboxState, int]:
        """Return how many rows are in each state; states without any may be left out."""
        ...

    def find(self, message_ids: Sequence[str]) -> OutboxEntry | None:
        """Return the row that has one of these Message-IDs."""
        ...

    def note_report(self, entry_id: int, state: OutboxState, error: str) -> None:
        """Put a row that nobody claims into the state that a delivery report tells of."""
        ...

    def to_archive(self, limit: int) -> Sequence[OutboxEntry]:
        """Return sent rows whose copy is to be kept and is not yet, oldest first."""
        ...

    def mark_archived(self, entry_id: int) -> None:
        """Remember that the copy is there."""
        ...

    def of_case(self, case_id: int) -> Sequence[OutboxEntry]:
        """Return the case's rows, oldest first."""
        ...

    def release(self, entry_id: int, due_at: dt.datetime) -> None:
        """Make a row that is HELD, FAILED or UNKNOWN READY again (a person said so); the bytes stay the same."""
        ...

    def withdraw(self, case_id: int, now: dt.datetime) -> Sequence[str]:
        """Make the case's rows that are READY and not yet due WITHDRAWN; return their Message-IDs."""
        ...


class RecordStore(Protocol):
    """What the vendor has on file, in the database."""

    def for_requests(self, sites: Iterable[str], sens: Iterable[str], emails: Iterable[str]) -> Records:
        """Return the price book in force, taxes, and the files of these sites, SENs' sites and contacts' sites."""
        ...

    def replace(self, records: Records, desk: Desk, at: dt.datetime) -> None:
        """Replace everything on file in one transaction."""
        ...

    def desk(self) -> Desk:
        """Return our own identity as last imported; an empty one before the first import."""
        ...


class StaffStore(Protocol):
    """Members of staff, their sessions and what they keep for themselves. Logins are compared in lower case."""

    def add(self, *, login: str, name: str, role: StaffRole, password_hash: str, at: dt.datetime) -> User:
        """Add a member; InputError when the login is taken."""
        ...

    def find(self, login: str) -> User | None:
        """Return the member with this login."""
        ...

    def list(self) -> Sequence[User]:
        """Return all members, by login."""
        ...

    def change(
        self,
        user_id: int,
        *,
        role: StaffRole | None = None,
        password_hash: str | None = None,
        disabled: bool | None = None,
        language: str | None = None,
    ) -> None:
        """Change what is given; with a new password or when disabled, the member's sessions end."""
        ...

    def open_session(self, user: User, key: str, address: str, at: dt.datetime) -> None:
        """Keep a new session."""
        ...

    def session(self, key: str) -> Session | None:
        """Return the session with its member, also an old one; the caller judges its age."""
        ...

    def touch_session(self, key: str, at: dt.datetime) -> None:
        """Remember that the session was used."""
        ...

    def close_session(self, key: str) -> None:
        """End a session; none is no error."""
        ...

    def close_sessions(self, user_id: int) -> int:
        """End all sessions of a member and return how many there were."""
        ...

    def note_failure(self, keys: Sequence[str], at: dt.datetime) -> None:
        """Remember a failed login under each key (an account, an address)."""
        ...

    def failures(self, key: str, since: dt.datetime) -> int:
        """Return how many logins have failed under the key since then."""
        ...

    def views(self, login: str) -> Sequence[SavedView]:
        """Return the member's saved views, by name."""
        ...

    def save_view(self, login: str, name: str, query: str) -> None:
        """Keep a view under a name, in place of an older one of that name."""
        ...

    def drop_view(self, login: str, view_id: int) -> None:
        """Forget a view of the member; none is no error."""
        ...


class AuditStore(Protocol):
    """The audit trail: only ever added to, each line chained to the one before."""

    def append(
        self, *, at: dt.datetime, actor: str, kind: str, subject: str, data: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        """Add a line."""
        ...

    def newest(self, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return lines, newest first, those with an id below `before`."""
        ...

    def first_broken(self) -> int | None:
        """Return the id of the first line that does not fit the one before it; None when the chain is whole."""
        ...


class WorklistStore(Protocol):
    """Who works on which case, when it comes back, and who looks at it."""

    def assign(self, case_id: int, login: str | None) -> None:
        """Make the case somebody's, or nobody's."""
        ...

    def snooze(self, case_id: int, until: dt.datetime | None) -> None:
        """Put the case aside until then, or take it back."""
        ...

    def of_case(self, case_id: int) -> Assignment:
        """Return whose the case is."""
        ...

    def look(self, case_id: int, login: str, at: dt.datetime) -> None:
        """Remember that somebody has the case open."""
        ...

    def lookers(self, case_id: int, since: dt.datetime) -> Sequence[str]:
        """Return who has had the case open since then, by login."""
        ...


class SwitchStore(Protocol):
    """The switches that staff have turned on; what is not there is off."""

    def on(self) -> Mapping[str, Switch]:
        """Return the switches that are on, by name."""
        ...

    def turn(self, name: str, *, on: bool, by: str, at: dt.datetime) -> None:
        """Turn a switch on or off; done already is no error."""
        ...


class SearchStore(Protocol):
    """The words by which cases are found."""

    def unsearched(self, limit: int) -> Sequence[tuple[int, int]]:
        """Return (id, version) of cases that have changed since their words were kept, newest first."""
        ...

    def keep(self, case_id: int, version: int, texts: Iterable[str]) -> None:
        """The case is found by the words of these texts, and no longer by those of before."""
        ...


class LeaseStore(Protocol):
    """Who alone may do a thing, by the database's clock."""

    def take(self, name: str, *, seconds: float) -> Lease | None:
        """Take a lease that nobody holds for so long; None while somebody does."""
        ...

    def hold(self, lease: Lease, *, seconds: float) -> None:
        """Hold the lease for so long from now; LeaseLost when another one has taken it since."""
        ...

    def give_back(self, lease: Lease) -> None:
        """Let go of the lease at once; lost already is no error."""
        ...


class AlarmStore(Protocol):
    """What is wrong, for staff to see until it is not."""

    def ring(self, name: str, words: str, at: dt.datetime) -> None:
        """The alarm rings, `words` saying what is wrong; one that rings already rings once more."""
        ...

    def silence(self, name: str) -> bool:
        """The alarm does not ring any more; return whether it did."""
        ...

    def ringing(self) -> Sequence[Alarm]:
        """Return the alarms that ring, oldest first."""
        ...

    def note_poll(self, mailbox: MailboxKey, at: dt.datetime) -> None:
        """Remember that the mailbox was looked into."""
        ...

    def polls(self) -> Mapping[MailboxKey, dt.datetime]:
        """Return when each mailbox was last looked into."""
        ...

    def mark_told(self, names: Sequence[str], at: dt.datetime) -> None:
        """Remember that somebody outside was told of these."""
        ...


class HomeStore(Protocol):
    """Which database the service ran on last: a copy of it must not answer mail beside it."""

    def identity(self) -> str | None:
        """Return the identity of the database on which the service last ran; None before its first run."""
        ...

    def actual(self) -> str:
        """Return what tells this database from a copy of it."""
        ...

    def settle(self, at: dt.datetime) -> None:
        """From now on this database is the one that the service runs on."""
        ...


class UnitOfWork(Protocol):
    """One transaction over all stores. Nothing is kept unless `commit` was called."""

    inbox: InboxStore
    cases: CaseStore
    quotes: QuoteStore
    reviews: ReviewStore
    outbox: OutboxStore
    records: RecordStore
    staff: StaffStore
    audit: AuditStore
    worklist: WorklistStore
    switches: SwitchStore
    search: SearchStore
    leases: LeaseStore
    alarms: AlarmStore
    home: HomeStore

    def commit(self) -> None:
        """Make it last."""
        ...


class Listener(Protocol):
    """Hears of rows that other workers have committed."""

    def wait(self, seconds: float) -> frozenset[str]:
        """Wait at most so long and return the tables that have new rows; TransientError when the line is dead."""
        ...


class Store(Protocol):
    """A database. `begin()` is used as a context manager; leaving it without commit rolls back."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work."""
        ...


class ReplyRenderer(Protocol):
    """Makes finished messages. Pure but for fonts and templates; the same input gives the same bytes."""

    def __call__(
        self,
        *,
        decision: Decision,
        newest: InboundMessage,
        case_number: str,
        kind: ReplyKind,
        message_id: str,
        at: dt.datetime,
        staff_text: str = "",
        quote: Quote | None = None,
        cc: Sequence[Address] = (),
    ) -> OutgoingMessage:
        """Return the reply of this kind to the newest mail of a case.

        `staff_text` is the body of a STAFF or DECLINE reply. `quote` overrides the decision's (numbered, issued).
        `cc` are others of the case who may see it. Raises InputError when the mail cannot be answered as it is.
        """
        ...
