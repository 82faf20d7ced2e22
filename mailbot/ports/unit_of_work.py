"""One transaction over all that is kept."""

from contextlib import AbstractContextManager
from typing import Protocol

from mailbot.ports.case_stores import CaseStore, QuoteStore, RecordStore, ReviewStore
from mailbot.ports.mail_stores import HomeStore, InboxStore, OutboxStore
from mailbot.ports.running_stores import AlarmStore, LeaseStore, TokenStore
from mailbot.ports.staff_stores import AuditStore, ProposalStore, SearchStore, StaffStore, SwitchStore, WorklistStore


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
    proposals: ProposalStore
    search: SearchStore
    leases: LeaseStore
    alarms: AlarmStore
    home: HomeStore
    tokens: TokenStore

    def commit(self) -> None:
        """Make it last."""
        ...


class Store(Protocol):
    """A database. `begin()` is used as a context manager; leaving it without commit rolls back."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work."""
        ...

    def look(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work that only reads: it waits for no writer and holds none up."""
        ...
