"""A look into a mailbox with many old mails and nothing new, against a NOOP on the same session."""

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from statistics import median

from bench.measuring import Row, times
from bench.world import Bench
from mailbot.domain.case import MailboxKey
from mailbot.mail.imap import ImapMailbox, open_mailbox
from mailbot.mail.imap_session import ImapAccount
from mailbot.mail.tls import Login, Server
from mailbot.ports.connection import Security
from mailbot.service.receive import ReceiveOptions, receive_new
from mailbot.store import open_store
from tests.support.dovecot import PASSWORD, Dovecot

AT_ONCE = 50  # looks in one run
MAIL = b"Subject: old\r\nFrom: old@reseller.example\r\nDate: Fri, 20 Nov 2026 09:12:00 +0000\r\n\r\nOld.\r\n"
SIZES = (1_000, 100_000)


def measure(bench: Bench) -> Iterator[Row]:
    """Measure with a small and a large mailbox: the one must take as long as the other."""
    for size in SIZES:
        user = f"poll{bench.new_number()}"
        _fill(bench.dovecot, user, size)
        store = open_store(bench.fresh_sqlite(), lambda: dt.datetime.now(dt.UTC))
        mailbox = _open(bench.dovecot, user)
        receive_new(mailbox, store, lambda: dt.datetime.now(dt.UTC), ReceiveOptions())
        looks, glances, noops = [], [], []
        for _ in range(bench.runs):
            noops.append(median(times(mailbox._client.noop, AT_ONCE)) * 1000)
            glances.append(median(times(lambda: _glance(mailbox), AT_ONCE)) * 1000)  # noqa: B023  # called at once
            look = lambda: receive_new(mailbox, store, lambda: dt.datetime.now(dt.UTC), ReceiveOptions())  # noqa: B023, E731  # called at once
            looks.append(median(times(look, AT_ONCE)) * 1000)
        mailbox.close()
        store.close()
        yield Row(
            what=f"glance beside IDLE, {size:,} old mails",
            unit="ms",
            values=glances,
            against=noops,
            compared="a NOOP",
            goal="<= 3",
        )
        yield Row(
            what=f"poll, {size:,} old mails", unit="ms", values=looks, against=noops, compared="a NOOP", goal="<= 3"
        )


def _glance(mailbox: ImapMailbox) -> None:
    """Do what the running service does all the time: leave IDLE, ask by NOOP, idle again."""
    mailbox._start_idle()
    mailbox._idling_since = time.monotonic()
    mailbox._ask(mailbox._client.noop)


def _fill(dovecot: Dovecot, user: str, size: int) -> None:
    """Put so many mails into the mailbox, as files."""
    dovecot.connect(user).logout()  # makes its folders
    folder = dovecot.maildir(user)
    owner = folder.parent.stat()
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number in range(size):
        path = folder / "cur" / f"1700000000.{number}.bench:2,"
        path.write_bytes(MAIL)
        os.chown(path, owner.st_uid, owner.st_gid)
    for path in (folder, *(folder / name for name in ("cur", "new", "tmp"))):
        shutil.chown(path, owner.st_uid, owner.st_gid)


def _open(dovecot: Dovecot, user: str) -> ImapMailbox:
    account = ImapAccount(
        server=Server(host="127.0.0.1", port=dovecot.port, security=Security.NONE),
        login=Login(user=user, secret=lambda: PASSWORD),
    )
    return open_mailbox(account, MailboxKey(account="bench", folder="INBOX"))
