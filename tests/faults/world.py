"""The real command between a real IMAP server, an SMTP sink and a database, and mails without end for it."""

import contextlib
import email
import itertools
import re
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
            self.deliver_one(list(self.reply_due)[len(self.delivered) % len(self.reply_due)])

    def deliver_one(self, path: Path) -> None:
        """Put this mail into the mailbox, from a reseller of its own."""
        raw = as_from_another(path.read_bytes(), len(self.delivered))
        mail = Delivered(raw=raw, reply_due=self.reply_due[path])
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

    def given_up(self) -> int:
        """Return how many mails were shown to staff because each attempt at them was killed."""
        return checker.given_up(self.database_url)

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
