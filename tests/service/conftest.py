"""A desk in memory: store, mailbox, transport and understanding are fakes, the service is real."""

import dataclasses
import datetime as dt
from dataclasses import dataclass, field

import pytest

from mailbot.domain.case import InboxEntry, ReviewItem
from mailbot.domain.outgoing import OutboxEntry
from mailbot.service.deliver import DeliverOptions, DeliverReport, deliver_due, settle_abandoned
from mailbot.service.process import ProcessOptions, process_next
from mailbot.service.receive import ReceiveOptions, ReceiveReport, receive_new
from mailbot.service.review import Workbench
from tests.support.fake_desk import FakeRenderer, FakeUnderstanding, mail
from tests.support.fake_mail import FakeMailbox, FakeTransport
from tests.support.fakes import FakeClock, MemoryStore
from tests.support.samples import records


@dataclass
class FakeDesk:
    """Everything that one desk needs, and its verbs."""

    clock: FakeClock = field(default_factory=FakeClock)
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    transport: FakeTransport = field(default_factory=FakeTransport)
    understanding: FakeUnderstanding = field(default_factory=FakeUnderstanding)
    renderer: FakeRenderer = field(default_factory=FakeRenderer)
    receive_options: ReceiveOptions = field(default_factory=lambda: ReceiveOptions(since="all"))
    process_options: ProcessOptions = field(default_factory=lambda: ProcessOptions(domain="desk.example"))
    deliver_options: DeliverOptions = field(default_factory=lambda: DeliverOptions(sender="quotes@desk.example"))

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.store.tables.records = records()

    def receive(self) -> ReceiveReport:
        return receive_new(self.mailbox, self.store, self.clock, self.receive_options)

    def process(self) -> list[str]:
        """Process until nothing waits; return the outcomes."""
        outcomes = []
        while report := process_next(self.store, self.understanding, self.renderer, self.clock, self.process_options):
            outcomes.append(report.outcome)
        return outcomes

    def deliver(self) -> DeliverReport:
        return deliver_due(self.store, self.transport, self.clock, self.deliver_options)

    def settle_abandoned(self) -> DeliverReport:
        return settle_abandoned(self.store, self.clock, self.deliver_options)

    def take(self, *raws: bytes) -> list[str]:
        """Deliver mails to the mailbox, receive and process them; return the outcomes."""
        for raw in raws:
            self.mailbox.deliver(raw)
        self.receive()
        return self.process()

    @property
    def inbox(self) -> list[InboxEntry]:
        return list(self.store.tables.inbox.values())

    @property
    def outbox(self) -> list[OutboxEntry]:
        return list(self.store.tables.outbox.values())

    @property
    def waiting(self) -> list[ReviewItem]:
        """Open review items."""
        return [item for item in self.store.tables.reviews.values() if item.settled_at is None]

    @property
    def events(self) -> list[str]:
        return [event.kind for event in self.store.tables.events]

    @property
    def texts(self) -> list[str]:
        """The texts of the replies in the outbox."""
        return [entry.raw.partition(b"\r\n\r\n")[2].decode().strip() for entry in self.outbox]


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def bench(desk) -> Workbench:
    return Workbench(
        store=desk.store,
        understanding=desk.understanding,
        render=desk.renderer,
        clock=desk.clock,
        domain="desk.example",
    )


@pytest.fixture
def holding(bench) -> Workbench:
    """A bench whose replies wait a minute before they leave."""
    return dataclasses.replace(bench, hold=dt.timedelta(minutes=1))


@pytest.fixture
def draft(desk):
    """A review with a draft quote; its number."""
    desk.take(mail("review jira"))
    [item] = desk.waiting
    assert item.decision.quote is not None
    return item
