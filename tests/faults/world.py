"""The real command between a real IMAP server, an SMTP sink and a database, and mails without end for it."""

import contextlib
import email
import itertools
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import imapclient

from tests.e2e.desk import Desk, make_desk, until
from tests.faults import checker
from tests.faults.checker import Delivered
from tests.support.dovecot import Dovecot
from tests.support.proxy import Proxy
from tests.support.smtp_sink import Sink, running_sink

_LOGINS = 10
SHIPPED = Path(__file__).parents[2] / "config" / "demo"
SETTINGS = {
    "MAILBOT_INTAKE__POLL_SECONDS": "1",
    "MAILBOT_INTAKE__LEASE_SECONDS": "1",
    "MAILBOT_INTAKE__TICK_SECONDS": "0.5",
    "MAILBOT_INTAKE__TIMEOUT_SECONDS": "2",
    "MAILBOT_SMTP__TIMEOUT_SECONDS": "0.5",
    "MAILBOT_SENDING__FIRST_RETRY_SECONDS": "1",
    "MAILBOT_SENDING__RESEND_SECONDS": "1",
    "MAILBOT_SENDING__ARCHIVE": "quotes/Sent",
    "MAILBOT_MAILBOXES__QUOTES__SINCE": "all",
}
_users = (f"faults{number}" for number in itertools.count())


@dataclass(kw_only=True)
class World:
    """A desk, what surrounds it, and what was delivered to it so far.

    `person` is somebody else's session in the mailbox of `user`.
    """

    desk: Desk
    sink: Sink
    dovecot: Dovecot
    user: str
    person: imapclient.IMAPClient
    database_url: str
    reply_due: Mapping[Path, bool]
    delivered: list[Delivered] = field(default_factory=list)

    def deliver(self, count: int = 1) -> None:
        """Put mails into the mailbox, of every kind in turn, each from a reseller of its own."""
        for _ in range(count):
            number = len(self.delivered)
            path = list(self.reply_due)[number % len(self.reply_due)]
            mail = Delivered(raw=as_from_another(path.read_bytes(), number), reply_due=self.reply_due[path])
            self.delivered.append(mail)
            self._put(mail.raw)

    def _put(self, raw: bytes) -> None:
        """Append a mail; a mailbox whose indexes were just deleted is found again by the next session."""
        for attempt in range(_LOGINS):
            try:
                self.person.append("INBOX", raw)
                return
            except imapclient.exceptions.IMAPClientError:
                if attempt + 1 == _LOGINS:
                    raise
                time.sleep(0.2)
                self.log_in_again()

    def die_on_the_wire(self, command: bytes, proxy: Proxy, *, seconds: float = 30) -> None:
        """Run the service until it has been killed after it gave the command and before the answer."""
        with self.desk.start() as process:
            proxy.on_request = lambda said: process.kill() if command in said else None
            ended(process, repr(command), seconds, self)
        proxy.on_request = lambda said: None

    def die_at(self, point: str, *, seconds: float = 60) -> None:
        """Run the service until it has ended itself at the fail point; mail goes on coming for later passages."""
        with self.desk.start(MAILBOT_FAIL_POINT=point) as process:
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(3)
                if process.poll() is None:
                    self.deliver()
            ended(process, point, 0.1, self)

    def one_dies_at(self, point: str, workers: int, *, seconds: float = 60) -> None:
        """Run several services until one of them has ended itself at the fail point; then stop the others."""
        with contextlib.ExitStack() as ends:
            processes = [ends.enter_context(self.desk.start(MAILBOT_FAIL_POINT=point)) for _ in range(workers)]
            ends.callback(lambda: [process.kill() for process in processes])
            deadline = time.monotonic() + seconds
            more_at = time.monotonic() + 3
            while time.monotonic() < deadline and all(process.poll() is None for process in processes):
                time.sleep(0.1)
                if time.monotonic() >= more_at:  # for later passages
                    self.deliver()
                    more_at += 3
            for process in processes:
                process.terminate()
            statuses = [process.wait(60) for process in processes]
            assert -signal.SIGKILL in statuses, f"{point}: {statuses}\n{self.desk.log()[-3000:]}"
            assert set(statuses) <= {-signal.SIGKILL, 0, -signal.SIGTERM}, f"{statuses}\n{self.desk.log()[-3000:]}"

    def settle(self, *, seconds: float = 60) -> None:
        """Wait until nothing is on its way any more."""
        until(lambda: not self.unsettled(), seconds=seconds, what=lambda: (self.unsettled(), self.desk.log()[-3000:]))

    def expunge_newest(self, count: int) -> None:
        """Let somebody else remove every second of the newest mails for good, so many."""
        self.person.select_folder("INBOX")
        uids = self.person.search()[-1 : -2 * count - 1 : -2]
        answers = self.person.fetch(uids, ["BODY.PEEK[]"])
        self.person.delete_messages(uids)
        self.person.expunge()
        self.person.unselect_folder()
        gone = {answer[b"BODY[]"] for answer in answers.values()}
        self.delivered = [replace(mail, expunged=mail.expunged or mail.raw in gone) for mail in self.delivered]

    def log_in_again(self) -> None:
        """Open the other session anew, after the server was away."""
        self.person = self.dovecot.connect(self.user)

    def answered_by(self, reply: bytes) -> str:
        """Return the Message-ID of the mail that a reply answers."""
        return str(email.message_from_bytes(reply)["In-Reply-To"])

    def unsettled(self) -> list[str]:
        return checker.unsettled(self.database_url, self.delivered)

    def problems(self, *, copies: bool = False) -> list[str]:
        return checker.problems(self.person, self.sink.taken, self.database_url, self.delivered, copies=copies)


@contextlib.contextmanager
def make_world(
    folder: Path, dovecot: Dovecot, database_url: str, *, sink: Sink | None = None, **settings: str
) -> Iterator[World]:
    """Give a world with nothing in it, its desk not running; `settings` are variables over those of SETTINGS.

    With `sink` it is that one to which replies go.
    """
    user = next(_users)
    person = dovecot.connect(user)
    own = running_sink(certificates=dovecot.certificates, login=True)
    with contextlib.nullcontext(sink) if sink is not None else own as sink:
        desk = make_desk(
            folder / "desk",
            SHIPPED / "data",
            database_url=database_url,
            dovecot=dovecot,
            user=user,
            sink=sink,
            overrule={**SETTINGS, **settings},
        )
        world = World(
            desk=desk,
            sink=sink,
            dovecot=dovecot,
            user=user,
            person=person,
            database_url=database_url,
            reply_due=foretold(desk),
        )
        yield world
    world.person.logout()


def imap_through(proxy: Proxy) -> Mapping[str, str]:
    """Return the settings with which the desk reaches its mailbox by the proxy."""
    return {
        "MAILBOT_MAILBOXES__QUOTES__HOST": "127.0.0.1",
        "MAILBOT_MAILBOXES__QUOTES__PORT": str(proxy.port),
        "MAILBOT_MAILBOXES__QUOTES__SECURITY": "none",
    }


_foretold: dict[Path, bool] = {}


def foretold(desk: Desk) -> Mapping[Path, bool]:
    """Return for each sample mail whether the desk replies to it; asked once, as all desks here are alike."""
    if not _foretold:
        paths = sorted((SHIPPED / "mails").glob("*.eml"))
        _foretold.update({path: result["reply"] is not None for path, result in desk.explain(paths).items()})
    return _foretold


def as_from_another(raw: bytes, number: int) -> bytes:
    """Return the mail as another person of the same reseller would have written it, in a thread of its own."""
    mail = re.sub(rb"\r?\n", b"\r\n", raw)
    mail = re.sub(rb"(?im)^(In-Reply-To|References):.*\r\n([ \t].*\r\n)*", b"", mail)
    sender = re.search(rb"(?im)^From:.*?([\w.+-]+)@", mail)
    assert sender is not None
    mail = mail.replace(sender[1] + b"@", b"%s.%d@" % (sender[1], number))
    return re.sub(rb"(?im)^Message-ID: <", b"Message-ID: <%d." % number, mail)


def ended(process: "subprocess.Popen[bytes]", point: str, seconds: float, world: World) -> None:
    """Wait until the process has been killed at the point."""
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"never came to {point}:\n{world.desk.log()[-3000:]}") from None
    assert status == -signal.SIGKILL, f"{point}: ended with {status}\n{world.desk.log()[-3000:]}"
