"""In-memory twins of the ports; they pass the same contract suites as the real adapters."""

import copy
import datetime as dt
import hashlib
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from mailbot.domain.case import Case, CaseEvent, Fetched, InboxEntry, InboxState, MailboxKey, Moved, ReviewItem
from mailbot.domain.case_number import case_number
from mailbot.domain.decision import Decision
from mailbot.domain.errors import LeaseLost, StaleCase
from mailbot.domain.file import PriceBook, Records, SiteFile
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.outgoing import OutboxEntry, OutboxState, OutgoingMessage, ReplyKind, SendPhase, Told
from mailbot.domain.quote import Quote
from mailbot.domain.revision import as_revision
from mailbot.domain.staff import Switch
from mailbot.domain.watch import Alarm, Lease
from mailbot.ports import (
    AlarmStore,
    CaseStore,
    Clock,
    HomeStore,
    InboxStore,
    LeaseStore,
    OutboxStore,
    QuoteStore,
    RecordStore,
    ReviewStore,
    TokenStore,
)
from mailbot.store.joining import case_numbers, may_join, threading_keys
from mailbot.store.text import address_key, domain_key, message_id_key
from mailbot.store.trail import decided, mail_received, quote_issued, review_opened

NO_RECORDS = Records(price_book=PriceBook(version="", prices={}))


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: dt.datetime = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += dt.timedelta(**delta)


@dataclass
class Tables:
    """All that a memory store keeps; the values are frozen, so a copy of the containers is a copy of the state."""

    cursors: dict[MailboxKey, tuple[int, int]] = field(default_factory=dict)
    inbox: dict[int, InboxEntry] = field(default_factory=dict)
    mail_ids: dict[int, str | None] = field(default_factory=dict)
    senders: dict[int, str | None] = field(default_factory=dict)
    causes: dict[int, str] = field(default_factory=dict)
    inbox_leases: dict[int, dt.datetime] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    changed: dict[int, dt.datetime] = field(default_factory=dict)
    message_ids: set[tuple[str, int]] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    events: list[CaseEvent] = field(default_factory=list)
    quotes: dict[tuple[int, int], Quote] = field(default_factory=dict)
    withdrawn_quotes: set[tuple[int, int]] = field(default_factory=set)
    reviews: dict[int, ReviewItem] = field(default_factory=dict)
    outbox: dict[int, OutboxEntry] = field(default_factory=dict)
    unarchived: set[int] = field(default_factory=set)
    outbox_leases: dict[int, dt.datetime] = field(default_factory=dict)
    sent: list[tuple[str, dt.datetime, str]] = field(default_factory=list)
    records: Records = NO_RECORDS
    desk: Desk = field(default_factory=Desk)
    audit: list[tuple[str, str, str]] = field(default_factory=list)
    switches: dict[str, Switch] = field(default_factory=dict)
    leases: dict[str, tuple[int, dt.datetime]] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    polls: dict[MailboxKey, dt.datetime] = field(default_factory=dict)
    home: str | None = None

    def copy(self) -> "Tables":
        return Tables(**{name: copy.copy(getattr(self, name)) for name in self.__dataclass_fields__})


class MemoryStore:
    """Keeps `ports.Store`. One unit of work at a time, as on SQLite; `tables` is what was committed."""

    def __init__(self, clock: Clock, *, free_mail_domains: frozenset[str] = frozenset()) -> None:
        self.tables = Tables()
        self._clock = clock
        self._free_mail_domains = free_mail_domains
        self._turn = threading.Lock()

    @contextmanager
    def begin(self) -> Iterator["MemoryUnitOfWork"]:
        if not self._turn.acquire(timeout=30):
            raise AssertionError("a unit of work was opened inside another one")
        try:
            yield MemoryUnitOfWork(self, self._clock, self._free_mail_domains)
        finally:
            self._turn.release()

    @contextmanager
    def look(self) -> Iterator["MemoryUnitOfWork"]:
        yield MemoryUnitOfWork(self, self._clock, self._free_mail_domains)


class MemoryUnitOfWork:
    """Keeps `ports.UnitOfWork` on a copy of the tables."""

    def __init__(self, store: MemoryStore, clock: Clock, free_mail_domains: frozenset[str]) -> None:
        self._store = store
        self.tables = store.tables.copy()
        self.inbox: InboxStore = MemoryInboxStore(self.tables, clock)
        cases = MemoryCaseStore(self.tables, free_mail_domains)
        self.cases: CaseStore = cases
        self.quotes: QuoteStore = MemoryQuoteStore(self.tables)
        self.reviews: ReviewStore = MemoryReviewStore(self.tables, cases)
        self.outbox: OutboxStore = MemoryOutboxStore(self.tables, clock)
        self.records: RecordStore = MemoryRecordStore(self.tables)
        self.audit = MemoryAuditStore(self.tables)
        self.switches = MemorySwitchStore(self.tables)
        self.leases: LeaseStore = MemoryLeaseStore(self.tables, clock)
        self.alarms: AlarmStore = MemoryAlarmStore(self.tables)
        self.tokens: TokenStore = MemoryTokenStore(self.tables)
        self.home: HomeStore = MemoryHomeStore(self.tables)

    def commit(self) -> None:
        self._store.tables = self.tables.copy()


class MemoryInboxStore:
    """Keeps `ports.InboxStore`."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def cursor(self, mailbox: MailboxKey) -> tuple[int, int] | None:
        return self._tables.cursors.get(mailbox)

    def set_cursor(self, mailbox: MailboxKey, uidvalidity: int, uid: int) -> None:
        self._tables.cursors[mailbox] = (uidvalidity, uid)

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
        keys = {(e.mailbox, e.uidvalidity, e.uid) for e in self._tables.inbox.values()}
        if (mailbox, uidvalidity, message.uid) in keys:
            return None
        number = len(self._tables.inbox) + 1
        self._tables.inbox[number] = InboxEntry(
            id=number,
            mailbox=mailbox,
            uidvalidity=uidvalidity,
            uid=message.uid,
            sha256=hashlib.sha256(message.raw).hexdigest(),
            raw=message.raw,
            size=message.size,
            received_at=message.internal_date or self._clock(),
            state=state,
            attempts=0,
        )
        self._tables.mail_ids[number] = message_id_key(message_id) if message_id is not None else None
        self._tables.senders[number] = address_key(sender) if sender is not None else None
        return number

    def find_copies(self, sha256: str) -> Sequence[InboxEntry]:
        return [replace(e, raw=b"") for e in self._tables.inbox.values() if e.sha256 == sha256]

    def find_by_message_id(self, message_id: str) -> Sequence[InboxEntry]:
        wanted = message_id_key(message_id)
        return [e for e in self._tables.inbox.values() if self._tables.mail_ids[e.id] == wanted]

    def unknown_uids(self, mailbox: MailboxKey, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        keys = {(e.mailbox, e.uidvalidity, e.uid) for e in self._tables.inbox.values()}
        return [uid for uid in uids if (mailbox, uidvalidity, uid) not in keys]

    def get(self, entry_id: int) -> InboxEntry | None:
        return self._tables.inbox.get(entry_id)

    def of_case(self, case_id: int) -> Sequence[InboxEntry]:
        return [entry for entry in self._tables.inbox.values() if entry.case_id == case_id]

    def mark_answered(self, ids: Sequence[int]) -> None:
        for number in ids:
            entry = self._tables.inbox[number]
            self._tables.inbox[number] = replace(entry, state=InboxState.DONE, outcome="review", fence=entry.fence + 1)

    def unprocessed(self) -> Sequence[InboxEntry]:
        return [entry for entry in self._tables.inbox.values() if entry.state is InboxState.NEW]

    def count_by_state(self) -> Mapping[InboxState, int]:
        return Counter(entry.state for entry in self._tables.inbox.values())

    def oldest_waiting(self) -> dt.datetime | None:
        return next((e.received_at for e in self._tables.inbox.values() if e.state is InboxState.NEW), None)

    def claim_next(self, *, lease_seconds: float) -> InboxEntry | None:
        now = self._clock()
        waiting: set[str] = set()
        for entry in self._tables.inbox.values():
            sender = self._tables.senders[entry.id]
            if entry.state is not InboxState.NEW:
                continue
            lease = self._tables.inbox_leases.get(entry.id)
            if (lease is None or lease <= now) and sender not in waiting:
                claimed = replace(entry, attempts=entry.attempts + 1, fence=entry.fence + 1)
                self._tables.inbox[entry.id] = claimed
                self._tables.inbox_leases[entry.id] = now + dt.timedelta(seconds=lease_seconds)
                return claimed
            if sender is not None:
                waiting.add(sender)
        return None

    def finish(
        self, entry: InboxEntry, state: InboxState, *, case_id: int | None, outcome: str | None, cause: str = ""
    ) -> None:
        held = self._tables.inbox[entry.id]
        if held.fence != entry.fence:
            raise LeaseLost(f"mail {entry.id}")
        self._tables.inbox[entry.id] = replace(held, state=state, case_id=case_id, outcome=outcome)
        self._tables.causes[entry.id] = cause
        self._tables.inbox_leases.pop(entry.id, None)

    def to_file_away(self, mailbox: MailboxKey, uidvalidity: int, limit: int = 200) -> Sequence[InboxEntry]:
        stays = (InboxState.OLD, InboxState.VANISHED)
        there = [
            replace(e, raw=b"")
            for e in self._tables.inbox.values()
            if (e.mailbox, e.uidvalidity) == (mailbox, uidvalidity) and not e.filed and e.state not in stays
        ]
        return sorted(there, key=lambda e: e.uid)[:limit]

    def mark_filed(self, ids: Sequence[int]) -> None:
        for number in ids:
            self._tables.inbox[number] = replace(self._tables.inbox[number], filed=True)


class MemoryCaseStore:
    """Keeps `ports.CaseStore`."""

    def __init__(self, tables: Tables, free_mail_domains: frozenset[str]) -> None:
        self._tables = tables
        self._free_mail_domains = free_mail_domains

    def find(self, message: InboundMessage) -> Case | None:
        for case in self._mentioned(message):
            if message.sender and may_join(message.sender.email, case.participants, self._free_mail_domains):
                return case
        return None

    def open(self, message: InboundMessage, at: dt.datetime) -> Case:
        case = self.open_for(message.sender.email if message.sender else None, language=message.language, at=at)
        self._remember(case, message)
        return case

    def open_for(self, sender: str | None, *, language: str, at: dt.datetime) -> Case:
        year = at.astimezone(dt.UTC).year
        count = sum(c.opened_at.astimezone(dt.UTC).year == year for c in self._tables.cases.values()) + 1
        case = Case(
            id=len(self._tables.cases) + 1,
            number=case_number(year, count),
            version=1,
            opened_at=at,
            participants=(address_key(sender),) if sender else (),
            language=language,
        )
        self._tables.cases[case.id] = case
        self._tables.changed[case.id] = at
        return case

    def messages(self, case: Case) -> Sequence[bytes]:
        mails = self._tables.inbox.values()
        return [e.raw for e in mails if e.case_id == case.id and e.state is InboxState.DONE]

    def record(self, case: Case, decision: Decision, message: InboundMessage, at: dt.datetime) -> Case:
        saved = self._save(case, decision, at)
        sender = {address_key(message.sender.email)} if message.sender else set()
        recorded = replace(saved, participants=(*saved.participants, *sorted(sender - set(saved.participants))))
        self._tables.cases[case.id] = recorded
        self._remember(case, message)
        self._tables.events += [mail_received(case.id, message, at), decided(case.id, decision, at)]
        return recorded

    def amend(self, case: Case, event: CaseEvent, at: dt.datetime, decision: Decision | None = None) -> Case:
        saved = self._save(case, decision, at)
        self._tables.events.append(event)
        return saved

    def numbered(self, number: str) -> Case | None:
        return next((case for case in self._tables.cases.values() if case.number == number), None)

    def quiet(self, earliest: dt.datetime, latest: dt.datetime) -> Sequence[int]:
        changed = sorted(self._tables.changed.items(), key=lambda item: (item[1], item[0]))
        return [case_id for case_id, at in changed if earliest <= at <= latest]

    def _save(self, case: Case, decision: Decision | None, at: dt.datetime) -> Case:
        held = self._tables.cases[case.id]
        if held.version != case.version:
            raise StaleCase(case.number)
        saved = replace(held, version=held.version + 1)
        if decision is not None:
            saved = replace(saved, language=decision.language, last_action=decision.action)
        self._tables.cases[case.id] = saved
        self._tables.changed[case.id] = at
        return saved

    def append(self, event: CaseEvent) -> None:
        self._tables.events.append(event)

    def events(self, case_id: int) -> Sequence[CaseEvent]:
        return [event for event in self._tables.events if event.case_id == case_id]

    def get(self, case_id: int) -> Case:
        return self._tables.cases[case_id]

    def _mentioned(self, message: InboundMessage) -> Iterator[Case]:
        for key in threading_keys(message):
            known = sorted((case_id for known, case_id in self._tables.message_ids if known == key), reverse=True)
            yield from (self._taken_over(case_id) for case_id in known)
        for number in case_numbers(message):
            yield from (self._taken_over(case.id) for case in self._tables.cases.values() if case.number == number)

    def _taken_over(self, case_id: int) -> Case:
        while case_id in self._tables.merged:
            case_id = self._tables.merged[case_id]
        return self._tables.cases[case_id]

    def absorb(self, case: Case, other: Case) -> Moved:
        mails = [e.id for e in self._tables.inbox.values() if e.case_id == other.id]
        ids = {key for key, c in self._tables.message_ids if c == other.id}
        self._move(case, other, mails)
        self._move_ids(ids, other.id, case.id)
        self._admit(case.id, other.participants)
        self._tables.merged[other.id] = case.id
        newcomers = [address for address in other.participants if address not in case.participants]
        return Moved(mails=tuple(mails), message_ids=tuple(ids), newcomers=tuple(newcomers))

    def give_back(self, case: Case, other: Case, moved: Moved) -> None:
        self._move(other, case, moved.mails)
        self._move_ids(set(moved.message_ids), case.id, other.id)
        held = self._tables.cases[case.id]
        kept = tuple(address for address in held.participants if address not in moved.newcomers)
        self._tables.cases[case.id] = replace(held, participants=kept)
        del self._tables.merged[other.id]

    def split_off(self, case: Case, mails: Sequence[int], at: dt.datetime) -> Case:
        senders = [sender for i in mails if (sender := self._tables.senders.get(i))]
        opened = self.open_for(next(iter(senders), None), language=case.language, at=at)
        self._move(opened, case, mails)
        ids = {message_id_key(known) for i in mails if (known := self._tables.mail_ids.get(i))}
        self._move_ids(ids, case.id, opened.id)
        self._admit(opened.id, map(address_key, senders))
        return self._tables.cases[opened.id]

    def _move(self, case: Case, other: Case, mails: Iterable[int]) -> None:
        for i in mails:
            if self._tables.inbox[i].case_id == other.id:
                self._tables.inbox[i] = replace(self._tables.inbox[i], case_id=case.id)

    def _move_ids(self, ids: set[str], from_case: int, to_case: int) -> None:
        self._tables.message_ids -= {(key, from_case) for key in ids}
        self._tables.message_ids |= {(key, to_case) for key in ids}

    def _admit(self, case_id: int, addresses: Iterable[str]) -> None:
        held = self._tables.cases[case_id]
        self._tables.cases[case_id] = replace(held, participants=tuple(sorted({*held.participants, *addresses})))

    def _remember(self, case: Case, message: InboundMessage) -> None:
        if message.message_id:
            self._tables.message_ids.add((message_id_key(message.message_id), case.id))


class MemoryQuoteStore:
    """Keeps `ports.QuoteStore`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def issue(self, case: Case, quote: Quote, at: dt.datetime) -> Quote:
        held = self._tables.cases[case.id]
        revision = held.revision + 1
        issued = as_revision(quote, case.number, revision, self.latest(case.id))
        self._tables.quotes[case.id, revision] = issued
        self._tables.cases[case.id] = replace(held, revision=revision)
        self._tables.events.append(quote_issued(case.id, issued, at))
        return issued

    def withdraw(self, case_id: int, revision: int) -> None:
        self._tables.withdrawn_quotes.add((case_id, revision))

    def latest(self, case_id: int) -> Quote | None:
        held = self._tables.quotes.keys() - self._tables.withdrawn_quotes
        revisions = [revision for known, revision in held if known == case_id]
        return self._tables.quotes[case_id, max(revisions)] if revisions else None

    def issued_since(self, address: str, since: dt.datetime) -> Sequence[Quote]:
        cases = (c for c in self._tables.cases.values() if address_key(address) in c.participants)
        found = [(case, quote) for case in cases if (quote := self.latest(case.id)) is not None]
        return [quote for case, quote in found if self._issued_at(case.id, quote) >= since]

    def _issued_at(self, case_id: int, quote: Quote) -> dt.datetime:
        issued = [e for e in self._tables.events if e.case_id == case_id and e.kind == "QuoteIssued"]
        return next(e.at for e in issued if e.data["revision"] == quote.revision)


class MemoryReviewStore:
    """Keeps `ports.ReviewStore`."""

    def __init__(self, tables: Tables, cases: MemoryCaseStore) -> None:
        self._tables = tables
        self._cases = cases

    def open(self, case: Case, decision: Decision, inbox_id: int, at: dt.datetime, *, note: str = "") -> int:
        self.close_for(case, at)
        return self._add(case, inbox_id, at, decision=decision, note=note)

    def open_for_parked(self, entry: InboxEntry, cause: str, at: dt.datetime) -> int:
        if entry.case_id is not None:
            case = self._tables.cases[entry.case_id]
        else:
            case = self._cases.open_for(self._tables.senders[entry.id], language="en", at=at)
            self._tables.inbox[entry.id] = replace(self._tables.inbox[entry.id], case_id=case.id)
        self.close_for(case, at)
        return self._add(case, entry.id, at, decision=None, note=cause)

    def open_for_case(self, case: Case, cause: str, inbox_id: int | None, at: dt.datetime) -> int:
        waiting = self._open_item(case)
        if waiting is not None:
            self._tables.reviews[waiting.id] = replace(waiting, note=_added(waiting.note, cause))
            return waiting.id
        newest = max((e.id for e in self._tables.inbox.values() if e.case_id == case.id), default=0)
        return self._add(case, inbox_id or newest, at, decision=None, note=cause)

    def close_for(self, case: Case, at: dt.datetime) -> bool:
        waiting = self._open_item(case)
        if waiting is not None:
            self.settle(waiting.id, by="machine", settlement="replaced", note="", at=at)
        return waiting is not None

    def list(self, *, settled: bool = False, limit: int = 200) -> Sequence[ReviewItem]:
        return [i for i in self._tables.reviews.values() if (i.settled_at is not None) == settled][:limit]

    def count_open(self) -> int:
        return sum(item.settled_at is None for item in self._tables.reviews.values())

    def get(self, item_id: int) -> ReviewItem | None:
        return self._tables.reviews.get(item_id)

    def settle(self, item_id: int, *, by: str, settlement: str, note: str, at: dt.datetime) -> None:
        item = self._tables.reviews[item_id]
        if item.settled_at is not None:
            raise StaleCase(item.case_number)
        self._tables.reviews[item_id] = replace(
            item, settled_at=at, settled_by=by, settlement=settlement, note=_added(item.note, note)
        )

    def _open_item(self, case: Case) -> ReviewItem | None:
        return next((item for item in self.list() if item.case_id == case.id), None)

    def _add(self, case: Case, inbox_id: int, at: dt.datetime, *, decision: Decision | None, note: str) -> int:
        number = len(self._tables.reviews) + 1
        self._tables.reviews[number] = ReviewItem(
            id=number,
            case_id=case.id,
            case_number=case.number,
            opened_at=at,
            findings=decision.findings if decision else (),
            decision=decision,
            inbox_id=inbox_id,
            note=note,
        )
        self._tables.events.append(review_opened(case.id, number, decision, at))
        return number


def _added(note: str, text: str) -> str:
    return "\n".join(part for part in (note, text) if part)


class MemoryOutboxStore:
    """Keeps `ports.OutboxStore`."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def put(self, case: Case, message: OutgoingMessage, *, revision: int, due_at: dt.datetime, gist: str = "") -> bool:
        keys = {(e.case_id, e.revision, e.kind) for e in self._tables.outbox.values()}
        if (case.id, revision, message.kind) in keys:
            return False
        number = len(self._tables.outbox) + 1
        self._tables.outbox[number] = OutboxEntry(
            id=number,
            case_id=case.id,
            revision=revision,
            kind=message.kind,
            message_id=message.message_id,
            recipients=message.recipients,
            raw=message.raw,
            sha256=message.sha256,
            state=OutboxState.READY,
            phase=None,
            attempts=0,
            due_at=due_at,
        )
        self._tables.message_ids.add((message_id_key(message.message_id), case.id))
        if message.kind is not ReplyKind.STAFF:
            self._tables.sent.extend((address_key(a), self._clock(), gist) for a in message.recipients)
        return True

    def claim_due(self, now: dt.datetime, *, lease_seconds: float, per_domain: int = 2) -> OutboxEntry | None:
        first = {case_id: min(e.id for e in self._unsent() if e.case_id == case_id) for case_id in self._cases()}
        for entry in sorted(self._oldest_first(), key=lambda e: e.attempts > 0):
            ready = entry.state is OutboxState.READY and entry.due_at <= now
            dead = self._worker_died(entry) and entry.phase is not SendPhase.DOT
            if first.get(entry.case_id) == entry.id and (ready or dead) and self._sending_to(entry) < per_domain:
                return self._claim(replace(entry, phase=None, attempts=entry.attempts + 1), lease_seconds)
        return None

    def claim_abandoned(self, now: dt.datetime, *, lease_seconds: float) -> OutboxEntry | None:
        for entry in self._oldest_first():
            if entry.due_at <= now and self._worker_died(entry) and entry.phase is SendPhase.DOT:
                return self._claim(entry, lease_seconds)
        return None

    def set_phase(self, entry: OutboxEntry, phase: SendPhase, *, lease_seconds: float) -> None:
        self._tables.outbox[entry.id] = replace(self._held(entry), phase=phase)
        self._hold(entry.id, lease_seconds)

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
        held = self._held(entry)
        attempts = held.attempts if counted else held.attempts - 1
        self._tables.outbox[entry.id] = replace(
            held, state=state, attempts=attempts, due_at=due_at or held.due_at, last_error=error
        )
        if archive:
            self._tables.unarchived.add(entry.id)

    def find(self, message_ids: Sequence[str]) -> OutboxEntry | None:
        return next((e for e in self._tables.outbox.values() if e.message_id in message_ids), None)

    def note_report(self, entry_id: int, state: OutboxState, error: str) -> None:
        entry = self._tables.outbox[entry_id]
        if entry.state is not OutboxState.SENDING:
            self._tables.outbox[entry_id] = replace(entry, state=state, last_error=error)

    def to_archive(self, limit: int) -> Sequence[OutboxEntry]:
        return [self._tables.outbox[number] for number in sorted(self._tables.unarchived)][:limit]

    def mark_archived(self, entry_id: int) -> None:
        self._tables.unarchived.discard(entry_id)

    def sent_to_domain_since(self, domain: str, since: dt.datetime) -> int:
        return len(self.told_to_domain_since(domain, since))

    def sent_in_all_since(self, since: dt.datetime) -> int:
        return sum(at >= since for _, at, _ in self._tables.sent)

    def told_since(self, address: str, since: dt.datetime) -> Sequence[Told]:
        sent = self._tables.sent
        return [Told(at, gist) for known, at, gist in sent if known == address_key(address) and at >= since]

    def told_to_domain_since(self, domain: str, since: dt.datetime) -> Sequence[str]:
        wanted = domain.casefold()
        return [gist for known, at, gist in self._tables.sent if domain_key(known) == wanted and at >= since]

    def unsent(self) -> Sequence[OutboxEntry]:
        return self._unsent()

    def take_for_sent(self, entry_id: int, words: str, *, archive: bool = False) -> None:
        entry = self._tables.outbox[entry_id]
        self._tables.outbox[entry_id] = replace(entry, state=OutboxState.SENT, fence=entry.fence + 1, last_error=words)
        if archive:
            self._tables.unarchived.add(entry_id)

    def struggling(self, before: dt.datetime) -> int:
        return sum(entry.due_at <= before or entry.attempts >= 3 for entry in self._unsent())

    def count_by_state(self) -> Mapping[OutboxState, int]:
        return Counter(entry.state for entry in self._tables.outbox.values())

    def of_case(self, case_id: int) -> Sequence[OutboxEntry]:
        return [entry for entry in self._tables.outbox.values() if entry.case_id == case_id]

    def release(self, entry_id: int, due_at: dt.datetime) -> None:
        entry = self._tables.outbox[entry_id]
        if entry.state not in (OutboxState.FAILED, OutboxState.UNKNOWN):
            raise StaleCase(f"outbox row {entry_id}")
        self._tables.outbox[entry_id] = replace(
            entry, state=OutboxState.READY, phase=None, fence=entry.fence + 1, due_at=due_at, last_error=None
        )

    def withdraw(self, ids: Sequence[int], now: dt.datetime) -> Sequence[OutboxEntry]:
        waiting = [self._tables.outbox[number] for number in ids]
        waiting = [e for e in waiting if e.state is OutboxState.READY and not e.may_have_arrived]
        return [replace(self._end(entry, OutboxState.WITHDRAWN), raw=b"") for entry in waiting]

    def set_aside(self, case_id: int, now: dt.datetime) -> Sequence[int]:
        stuck = [e for e in self.of_case(case_id) if e.state in (OutboxState.FAILED, OutboxState.UNKNOWN)]
        return [self._end(entry, OutboxState.WITHDRAWN).id for entry in stuck]

    def take_up_again(self, ids: Sequence[int]) -> None:
        for entry in (self._tables.outbox[number] for number in ids):
            if entry.state is OutboxState.WITHDRAWN:
                self._end(entry, OutboxState.UNKNOWN if entry.may_have_arrived else OutboxState.FAILED)

    def _end(self, entry: OutboxEntry, state: OutboxState) -> OutboxEntry:
        self._tables.outbox[entry.id] = replace(entry, state=state, fence=entry.fence + 1)
        return self._tables.outbox[entry.id]

    def _unsent(self) -> Sequence[OutboxEntry]:
        return [e for e in self._tables.outbox.values() if e.state in (OutboxState.READY, OutboxState.SENDING)]

    def _cases(self) -> set[int]:
        return {entry.case_id for entry in self._unsent()}

    def _sending_to(self, entry: OutboxEntry) -> int:
        return sum(
            e.state is OutboxState.SENDING and self._domain(e) == self._domain(entry) and not self._worker_died(e)
            for e in self._unsent()
        )

    def _domain(self, entry: OutboxEntry) -> str:
        return domain_key(entry.recipients[0]) if entry.recipients else ""

    def _oldest_first(self) -> Sequence[OutboxEntry]:
        return sorted(self._tables.outbox.values(), key=lambda e: (e.due_at, e.id))

    def _worker_died(self, entry: OutboxEntry) -> bool:
        return entry.state is OutboxState.SENDING and self._tables.outbox_leases[entry.id] <= self._clock()

    def _claim(self, entry: OutboxEntry, lease_seconds: float) -> OutboxEntry:
        claimed = replace(entry, state=OutboxState.SENDING, fence=entry.fence + 1)
        self._tables.outbox[entry.id] = claimed
        self._hold(entry.id, lease_seconds)
        return claimed

    def _hold(self, entry_id: int, lease_seconds: float) -> None:
        self._tables.outbox_leases[entry_id] = self._clock() + dt.timedelta(seconds=lease_seconds)

    def _held(self, entry: OutboxEntry) -> OutboxEntry:
        held = self._tables.outbox[entry.id]
        if held.fence != entry.fence:
            raise LeaseLost(entry.message_id)
        return held


class MemoryAuditStore:
    """Takes lines as `ports.AuditStore` does; what the service needs of it."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def append(
        self, *, at: dt.datetime, actor: str, kind: str, subject: str, data: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self._tables.audit.append((actor, kind, subject))


class MemorySwitchStore:
    """Keeps `ports.SwitchStore`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def on(self) -> Mapping[str, Switch]:
        return self._tables.switches

    def turn(self, name: str, *, on: bool, by: str, at: dt.datetime) -> None:
        if on:
            self._tables.switches.setdefault(name, Switch(name=name, by=by, at=at))
        else:
            self._tables.switches.pop(name, None)


class MemoryLeaseStore:
    """Keeps `ports.LeaseStore`."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def take(self, name: str, *, seconds: float) -> Lease | None:
        fence, until = self._tables.leases.get(name, (0, self._clock()))
        if until > self._clock():
            return None
        self._tables.leases[name] = (fence + 1, self._clock() + dt.timedelta(seconds=seconds))
        return Lease(name=name, fence=fence + 1)

    def hold(self, lease: Lease, *, seconds: float) -> None:
        if self._tables.leases[lease.name][0] != lease.fence:
            raise LeaseLost(lease.name)
        self._tables.leases[lease.name] = (lease.fence, self._clock() + dt.timedelta(seconds=seconds))

    def give_back(self, lease: Lease) -> None:
        if self._tables.leases[lease.name][0] == lease.fence:
            self._tables.leases[lease.name] = (lease.fence, self._clock())


class MemoryAlarmStore:
    """Keeps `ports.AlarmStore`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def ring(self, name: str, words: str, at: dt.datetime) -> None:
        known = self._tables.alarms.get(name, Alarm(name=name, words=words, since=at, last_at=at, times=0))
        self._tables.alarms[name] = replace(known, words=words, last_at=at, times=known.times + 1)

    def silence(self, name: str) -> bool:
        return self._tables.alarms.pop(name, None) is not None

    def ringing(self) -> Sequence[Alarm]:
        return sorted(self._tables.alarms.values(), key=lambda alarm: (alarm.since, alarm.name))

    def note_poll(self, mailbox: MailboxKey, at: dt.datetime) -> None:
        self._tables.polls[mailbox] = at

    def polls(self) -> Mapping[MailboxKey, dt.datetime]:
        return self._tables.polls

    def mark_told(self, names: Sequence[str], at: dt.datetime) -> None:
        for name in names:
            self._tables.alarms[name] = replace(self._tables.alarms[name], told_at=at)


class MemoryTokenStore:
    """Keeps `ports.TokenStore`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get(self, login: str) -> str | None:
        return self._tables.tokens.get(login)

    def put(self, login: str, sealed: str, at: dt.datetime) -> None:
        self._tables.tokens[login] = sealed


class MemoryHomeStore:
    """Keeps `ports.HomeStore`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def identity(self) -> str | None:
        return self._tables.home

    def actual(self) -> str:
        return "memory"

    def settle(self, at: dt.datetime) -> None:
        self._tables.home = "memory"


class MemoryRecordStore:
    """Keeps `ports.RecordStore`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def for_requests(self, sites: Iterable[str], sens: Iterable[str], emails: Iterable[str]) -> Records:
        records = self._tables.records
        asked = {address_key(email) for email in emails}
        contact_sites = _contact_sites(records.sites, asked)
        wanted = set(sites) | {records.sens[sen].site for sen in sens if sen in records.sens}
        wanted.update(site for found in contact_sites.values() for site in found)
        files = {site: records.sites[site] for site in sorted(wanted) if site in records.sites}
        return Records(
            price_book=records.price_book,
            sites=files,
            sens={e.sen: e for file in files.values() for e in file.entitlements},
            contact_sites=contact_sites,
            taxes=records.taxes,
        )

    def replace(self, records: Records, desk: Desk, at: dt.datetime) -> None:
        self._tables.records = records
        self._tables.desk = desk

    def desk(self) -> Desk:
        return self._tables.desk


def _contact_sites(sites: Mapping[str, SiteFile], asked: set[str]) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in sites.values():
        for contact in file.contacts:
            if address_key(contact.email) in asked:
                found[address_key(contact.email)].add(file.site)
    return {email: frozenset(named) for email, named in found.items()}
