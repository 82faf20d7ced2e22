"""What is kept of cases, their quotes, and what the vendor has on file."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from mailbot.domain.case import Case, CaseEvent, InboxEntry, Moved, ReviewItem
from mailbot.domain.decision import Decision
from mailbot.domain.file import Records
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.quote import Quote

RecordsFor = Callable[[Iterable[str], Iterable[str], Iterable[str]], Records]
"""Looks up the records of these sites, SENs and e-mail addresses (see RecordStore.for_requests)."""


class CaseStore(Protocol):
    """Cases and their append-only events."""

    def find(self, message: InboundMessage) -> Case | None:
        """Return the case that this mail continues: References / In-Reply-To to a Message-ID that we know, or the
        case number in the subject, and the sender is a participant or of a participant's organisation. Strangers
        never join, and by a number alone nobody whose From failed authentication.
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

    def absorb(self, case: Case, other: Case) -> Moved:
        """The mails, Message-IDs and participants of the other case are this one's from now on, and what names the
        other finds this one. Returns what was taken over.
        """
        ...

    def give_back(self, case: Case, other: Case, moved: Moved) -> None:
        """What the case took over from the other one is the other's again, as if it had never been absorbed."""
        ...

    def split_off(self, case: Case, mails: Sequence[int], at: dt.datetime) -> Case:
        """Open a case with these mails of the case, given by inbox entry, and all that belongs to them."""
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

    def numbered(self, number: str) -> Case | None:
        """Return the case of this number (`Q-2026-00318`), None when there is none."""
        ...

    def quiet(self, earliest: dt.datetime, latest: dt.datetime) -> Sequence[int]:
        """Return the ids of the cases that last changed between these moments, the longest unchanged first.

        A case changes when it is opened, recorded or amended; events alone do not change it.
        """
        ...


class QuoteStore(Protocol):
    """Issued quotes; an issued quote never changes."""

    def issue(self, case: Case, quote: Quote, at: dt.datetime) -> Quote:
        """Record the quote as the next revision of the case, append `QuoteIssued`, and return it numbered."""
        ...

    def withdraw(self, case_id: int, revision: int) -> None:
        """The revision never left, so it was never issued: the one before it holds again. Its number is not reused."""
        ...

    def latest(self, case_id: int) -> Quote | None:
        """Return the newest issued quote of the case that was not withdrawn."""
        ...

    def issued_since(self, address: str, since: dt.datetime) -> Sequence[Quote]:
        """Return the quotes in force that were issued since then in cases in which the address takes part."""
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

    def close_for(self, case: Case, at: dt.datetime) -> bool:
        """Settle the case's open item, if there is one, as `replaced`: the machine has dealt with the case since.

        Returns whether there was one.
        """
        ...

    def list(self, *, settled: bool = False, limit: int = 200) -> Sequence[ReviewItem]:
        """Return items, oldest first."""
        ...

    def count_open(self) -> int:
        """Return how many items wait."""
        ...

    def get(self, item_id: int) -> ReviewItem | None:
        """Return one item."""
        ...

    def settle(self, item_id: int, *, by: str, settlement: str, note: str, at: dt.datetime) -> None:
        """Mark as settled; raises StaleCase when it already is."""
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
