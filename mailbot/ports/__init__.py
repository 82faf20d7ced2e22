"""What the service needs from the world, as Protocols; adapters in `store`, `mail`, `replies` keep them.

Each has one contract suite under `tests/contracts/` that the fake and the real adapter both pass.
"""

from mailbot.ports.case_stores import CaseStore, QuoteStore, RecordsFor, RecordStore, ReviewStore
from mailbot.ports.mail_stores import HomeStore, InboxStore, OutboxStore
from mailbot.ports.meaning import AttachmentReader, ReplyRenderer, Understanding
from mailbot.ports.outside import Archive, Clock, Listener, Mailbox, Messenger, TokenIssuer, Transport
from mailbot.ports.running_stores import AlarmStore, LeaseStore, TokenStore
from mailbot.ports.staff_stores import (
    AuditStore,
    OneTimeCodes,
    PasswordHasher,
    ProposalStore,
    SearchStore,
    StaffStore,
    SwitchStore,
    Teacher,
    WorklistStore,
)
from mailbot.ports.unit_of_work import Store, UnitOfWork

__all__ = [
    "AlarmStore",
    "Archive",
    "AttachmentReader",
    "AuditStore",
    "CaseStore",
    "Clock",
    "HomeStore",
    "InboxStore",
    "LeaseStore",
    "Listener",
    "Mailbox",
    "Messenger",
    "OneTimeCodes",
    "OutboxStore",
    "PasswordHasher",
    "ProposalStore",
    "QuoteStore",
    "RecordStore",
    "RecordsFor",
    "ReplyRenderer",
    "ReviewStore",
    "SearchStore",
    "StaffStore",
    "Store",
    "SwitchStore",
    "Teacher",
    "TokenIssuer",
    "TokenStore",
    "Transport",
    "Understanding",
    "UnitOfWork",
    "WorklistStore",
]
