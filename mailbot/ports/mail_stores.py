"""What is kept of the mail that comes and goes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from mailbot.domain.case import Case, Fetched, InboxEntry, InboxState, MailboxKey
from mailbot.domain.outgoing import OutboxEntry, OutboxState, OutgoingMessage, SendPhase, Told


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
        """Return entries with these bytes, oldest first, themselves without them."""
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

    def of_case(self, case_id: int) -> Sequence[InboxEntry]:
        """Return the entries of a case, oldest first."""
        ...

    def mark_answered(self, ids: Sequence[int]) -> None:
        """Make PARKED entries DONE: staff have answered them, and they count in their case as any other mail."""
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

    def sent_to_domain_since(self, domain: str, since: dt.datetime) -> int:
        """Return how many automatic replies went (or are about to go) to addresses of a domain since then."""
        ...

    def told_since(self, address: str, since: dt.datetime) -> Sequence[Told]:
        """Return the automatic replies that went (or are about to go) to an address since then."""
        ...

    def told_to_domain_since(self, domain: str, since: dt.datetime) -> Sequence[str]:
        """Return the gists of those that went to addresses of a domain since then."""
        ...

    def sent_in_all_since(self, since: dt.datetime) -> int:
        """Return how many went to anybody since then; a few too many after erasures and transactions undone."""
        ...

    def claim_abandoned(self, now: dt.datetime, *, lease_seconds: float) -> OutboxEntry | None:
        """Claim the oldest row whose worker died after the final dot and before the answer, attempts unchanged."""
        ...

    def unsent(self) -> Sequence[OutboxEntry]:
        """Return the rows that have not left, oldest first; for a desk that is halted."""
        ...

    def take_for_sent(self, entry_id: int, words: str, *, archive: bool = False) -> None:
        """The row is SENT, whoever held it; `words` say how that is known. `archive`: a copy is to be kept."""
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
        """Make a row that is FAILED or UNKNOWN READY again (a person said so); the bytes stay the same.

        Raises StaleCase when the row is in another state, KeyError when there is none.
        """
        ...

    def withdraw(self, ids: Sequence[int], now: dt.datetime) -> Sequence[OutboxEntry]:
        """Make those of the rows WITHDRAWN that have certainly not left; return them, without their bytes."""
        ...

    def set_aside(self, case_id: int, now: dt.datetime) -> Sequence[int]:
        """Make the case's FAILED and UNKNOWN rows WITHDRAWN: something else was done; return their ids."""
        ...

    def take_up_again(self, ids: Sequence[int]) -> None:
        """Make rows that were set aside FAILED or UNKNOWN again."""
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
