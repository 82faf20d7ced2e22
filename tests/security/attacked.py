"""A desk under attack: the real service over SQLite, mail servers that are fakes under contract, and what must hold.

Every case of this suite asserts effects: who got which mail, what it said, and that the next good mail is answered.
"""

import datetime as dt
import email
import email.policy
import itertools
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from mailbot.domain.quote import Quote
from mailbot.ports import ReplyRenderer, Understanding
from mailbot.service.deliver import DeliverOptions, deliver_due
from mailbot.service.process import ProcessOptions, process_next
from mailbot.service.receive import ReceiveOptions, receive_new
from mailbot.store import SqlStore
from mailbot.store.convert import quote_from_json
from tests.support.fake_mail import FakeMailbox, FakeTransport
from tests.support.fakes import FakeClock

OURS = "quotes@seller.example"
BORDER = "mx.seller.example"
DAY = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
GOOD_SECONDS = 30

RESELLER = "nadia@southbridge.example"
REQUEST = """Hello,

please quote Confluence Standard for 75 users, one year.

Site: kestrel-energy.atlassian.net
Site administrator: Priya Raman, priya.raman@kestrel-energy.example

Nadia Ferreira
Southbridge IT Pty Ltd
"""

_numbers = itertools.count(1)


def letter(
    body: str | bytes = REQUEST, *headers: str | bytes, sender: str | bytes = f"Nadia Ferreira <{RESELLER}>"
) -> bytes:
    """Return a mail to us byte by byte; a header given takes the place of the usual one of its name.

    Nothing is checked or encoded: what an attacker writes stands as it is.
    """
    own = [given if isinstance(given, bytes) else given.encode() for given in headers]
    names = {given.partition(b":")[0].lower() for given in own}
    sender = sender if isinstance(sender, bytes) else sender.encode()
    usual = [
        b"From: " + sender,
        b"To: " + OURS.encode(),
        b"Subject: Quote",
        b"Date: Fri, 20 Nov 2026 09:00:00 +0000",
        b"Message-ID: <attack.%d@stranger.example>" % next(_numbers),
        b"Content-Type: text/plain; charset=utf-8",
    ]
    kept = [line for line in usual if line.partition(b":")[0].lower() not in names]
    text = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return b"\r\n".join([*own, *kept, b"", text])


def stranger() -> str:
    """Return an address that nobody has written from yet, of a domain of its own."""
    number = next(_numbers)
    return f"nadia@southbridge{number:06}.example"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A mail that has left the desk."""

    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]  # its policy

    @property
    def kind(self) -> str:
        """What the reply is, by the part of its Message-ID that says so."""
        return str(self.message["Message-ID"]).split(".")[1]

    def part(self, subtype: str) -> str:
        body = self.message.get_body((subtype,))
        assert body is not None
        return str(body.get_content())

    @property
    def words(self) -> str:
        """All that a reader can see or find: headers, text and HTML."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.message.items())
        return "\n".join((headers, self.part("plain"), self.part("html")))


@dataclass
class AttackedDesk:
    """The desk, and its verbs."""

    file: Path
    store: SqlStore
    understanding: Understanding
    render: ReplyRenderer
    clock: FakeClock
    process_options: ProcessOptions
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    transport: FakeTransport = field(default_factory=FakeTransport)
    known_quotes: int = 0  # the last one's id before what came last

    def take(self, *raws: bytes) -> list[Sent]:
        """Receive the mails, process and answer them; return the replies that left."""
        self.known_quotes = self._count_quotes()
        for raw in raws:
            self.mailbox.deliver(raw)
        receive_new(self.mailbox, self.store, self.clock, ReceiveOptions(since="all"))
        while process_next(self.store, self.understanding, self.render, self.clock, self.process_options):
            pass
        return self.deliver()

    def deliver(self) -> list[Sent]:
        before = len(self.transport.taken)
        deliver_due(self.store, self.transport, self.clock, DeliverOptions(sender=OURS))
        return [Sent(recipients=taken.recipients, raw=taken.raw) for taken in self.transport.taken[before:]]

    def reasons(self) -> list[str]:
        """Return why cases wait for staff: the findings' reasons, or the note where there are none."""
        with self.store.begin() as uow:
            items = uow.reviews.list()
        return [reason for item in items for reason in ([f.reason.value for f in item.findings] or [item.note])]

    def quotes(self) -> list[Quote]:
        """Return the quotes that were issued for what came last; drafts that wait are none."""
        with closing(sqlite3.connect(self.file)) as connection:
            rows = connection.execute("SELECT snapshot FROM quotes WHERE id > ? ORDER BY id", (self.known_quotes,))
            return [quote_from_json(snapshot) for (snapshot,) in rows]

    def users(self) -> list[tuple[int, ...]]:
        """Return the users of each quote that was issued, line by line."""
        return [tuple(line.users for line in quote.lines) for quote in self.quotes()]

    def answers_good_mail(self) -> None:
        """The next good mail, of somebody who never wrote, is quoted, and soon."""
        number = next(_numbers)
        started = time.monotonic()
        sent = self.take(letter(sender=f"Good Customer <good{number}@honest{number}.example>"))
        assert time.monotonic() - started < GOOD_SECONDS
        assert [(one.recipients, one.kind) for one in sent] == [((f"good{number}@honest{number}.example",), "quote")]

    def _count_quotes(self) -> int:
        with closing(sqlite3.connect(self.file)) as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM quotes").fetchone()[0])
