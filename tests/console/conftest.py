"""A desk whose sample mails have been worked on, and visitors of each role to its console."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from starlette.applications import Starlette

from mailbot.bootstrap.consoling import console_app, desk_accounts
from mailbot.bootstrap.desking import OpenDesk
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import reply_domain
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.case import Fetched, InboxState, MailboxKey
from mailbot.domain.outgoing import OutboxState
from mailbot.domain.staff import StaffRole
from mailbot.ports import Understanding
from mailbot.service.accounts import Accounts, add_user
from mailbot.service.deliver import DeliverOptions, deliver_due
from mailbot.service.process import ProcessOptions, process_next
from mailbot.store import SqlStore, open_store, upgrade
from mailbot.store.datafiles import load_data
from tests.console.visitor import Visitor
from tests.support.fake_mail import FakeTransport
from tests.support.fakes import FakeClock

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "config" / "demo"
DAY = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
PASSWORD = "correct horse battery"
MAILBOX = MailboxKey(account="demo", folder="INBOX")
SETTINGS = (ROOT / "config" / "mailbot.toml").read_text("utf-8")


@dataclass
class ConsoleDesk:
    """The desk, its parts, and its console."""

    open: OpenDesk
    store: SqlStore
    understanding: Understanding
    clock: FakeClock
    installation: Installation
    accounts: Accounts
    app: Starlette

    def take(self, *raws: bytes) -> None:
        """Receive and process mails."""
        for raw in raws:
            with self.store.begin() as uow:
                uid = len(uow.inbox.unknown_uids(MAILBOX, 1, range(1, 5000)))
                message = self.understanding.read(raw)
                sender = message.sender.email if message.sender else None
                fetched = Fetched(uid=5000 - uid, raw=raw, size=len(raw), internal_date=self.clock())
                uow.inbox.add(MAILBOX, 1, fetched, message_id=message.message_id, state=InboxState.NEW, sender=sender)
                uow.commit()
            self.process()

    def process(self) -> None:
        """Process until nothing waits."""
        options = ProcessOptions(domain=reply_domain(self.installation))
        while process_next(self.store, self.understanding, self.open.render, self.clock, options):
            pass

    def send_all(self) -> None:
        """Let every reply leave, whether its hold is over or not."""
        self.clock.advance(minutes=10)
        with self.store.begin() as uow:
            while entry := uow.outbox.claim_due(self.clock(), lease_seconds=60):
                uow.outbox.finish(entry, OutboxState.SENT)
            uow.commit()

    def deliver(self) -> None:
        """Every reply that is due leaves."""
        options = DeliverOptions(sender="quotes@seller.example")
        while deliver_due(self.store, FakeTransport(), self.clock, options).sent:
            pass

    def waiting(self, reason: str) -> tuple[int, str]:
        """Return (item, case number) of the open item that waits for this reason."""
        with self.store.begin() as uow:
            item = next(i for i in uow.reviews.list() if any(f.reason.value == reason for f in i.findings))
        return item.id, item.case_number

    def outbox(self, number: str) -> list[tuple[str, str]]:
        """Return (kind, state) of a case's replies."""
        with self.store.begin() as uow:
            entries = uow.outbox.of_case(uow.cases.numbered(number).id)
            return [(entry.kind.value, entry.state.value) for entry in entries]


@contextmanager
def worked(folder: Path, environment: Mapping[str, str]) -> Iterator[ConsoleDesk]:
    """Give a desk in this folder whose database holds the demo's records, its mails processed, and staff."""
    (folder / "config").mkdir()
    (folder / "config" / "mailbot.toml").write_text(SETTINGS.replace("# four_eyes", "four_eyes"), "utf-8")
    installation, clock = Installation(folder, environment=environment), FakeClock(DAY)
    upgrade(installation.database_url)
    store = open_store(installation.database_url, clock, free_mail_domains=installation.free_mail_domains)
    records, imported = load_data(DEMO / "data")
    with store.begin() as uow:
        uow.records.replace(records, imported, clock())
        uow.commit()
    with (
        closing(store),
        desk_understanding(installation, installation.desk(imported), lambda: DAY.date()) as understanding,
    ):
        accounts = desk_accounts(installation, store, clock, CHEAPEST)
        for role in StaffRole:
            add_user(accounts, role.value, role.value.title(), role, PASSWORD, actor="test")
        add_user(accounts, "second", "Second Approver", StaffRole.APPROVER, PASSWORD, actor="test")
        made = _desk(OpenDesk(installation=installation, store=store, understanding=understanding, clock=clock))
        for mail in sorted((DEMO / "mails").glob("*.eml")):
            made.take(mail.read_bytes())
        yield made


@pytest.fixture(scope="session")
def worked_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Understanding]]:
    """A folder with a database in which the demo's mails have been processed, and what understood them."""
    folder = tmp_path_factory.mktemp("desk")
    with worked(folder, {}) as made:
        made.store.close()  # its connections end, so that the file can be copied whole
        yield folder, made.understanding


@pytest.fixture
def desk(worked_desk: tuple[Path, Understanding], tmp_path: Path) -> Iterator[ConsoleDesk]:
    """A copy of the worked desk, the test's own."""
    folder, understanding = worked_desk
    copy = tmp_path / "desk"
    shutil.copytree(folder, copy)
    installation, clock = Installation(copy, environment={}), FakeClock(DAY + dt.timedelta(hours=1))
    store = open_store(installation.database_url, clock, free_mail_domains=installation.free_mail_domains)
    yield _desk(OpenDesk(installation=installation, store=store, understanding=understanding, clock=clock))
    store.close()


@pytest.fixture
def visitor(desk: ConsoleDesk) -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(desk.app)


@pytest.fixture
def logged_in(desk: ConsoleDesk) -> Callable[[str], Visitor]:
    """Return a visitor of this login."""

    def log_in(login: str) -> Visitor:
        visitor = Visitor(desk.app)
        assert visitor.log_in(login, PASSWORD).status == 303
        visitor.get("/")
        return visitor

    return log_in


def _desk(open_desk: OpenDesk) -> ConsoleDesk:
    return ConsoleDesk(
        open=open_desk,
        store=open_desk.store,
        understanding=open_desk.understanding,
        clock=open_desk.clock,
        installation=open_desk.installation,
        accounts=desk_accounts(open_desk.installation, open_desk.store, open_desk.clock, CHEAPEST),
        app=console_app(open_desk, passwords=CHEAPEST),
    )
