"""What every Mailbox keeps: the fake, and IMAP on a real Dovecot."""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from mailbot.domain.case import MailboxKey
from mailbot.mail.imap import open_mailbox
from mailbot.mail.imap_session import Filing, ImapAccount
from mailbot.mail.tls import Login, Server
from mailbot.ports import Mailbox
from mailbot.ports.connection import Security
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.fake_mail import FakeMailbox

LIMIT = 5000
ARRIVED = dt.datetime(2026, 11, 2, 8, 30, tzinfo=dt.UTC)
_users = (f"contract{number}" for number in itertools.count())


@dataclass
class World:
    """A mailbox and what a person sees and does on the server beside it."""

    mailbox: Mailbox
    deliver: Callable[[bytes], int]
    expunge: Callable[[int], None]
    flags_of: Callable[[int], Sequence[bytes]]
    in_folder: Callable[[], Sequence[bytes]]
    filed_away: Callable[[], Sequence[bytes]]


@pytest.fixture(params=["fake", "dovecot"])
def world(request) -> World:
    if request.param == "fake":
        return _fake_world()
    return _dovecot_world(request.getfixturevalue("dovecot"), request)


def _fake_world() -> World:
    mailbox = FakeMailbox(max_bytes=LIMIT)
    raws: dict[int, bytes] = {}

    def deliver(raw: bytes) -> int:
        uid = mailbox.deliver(raw, ARRIVED)
        raws[uid] = raw
        return uid

    return World(
        mailbox=mailbox,
        deliver=deliver,
        expunge=lambda uid: mailbox.folder.pop(uid, None),
        flags_of=lambda uid: (),
        in_folder=lambda: [raw for raw, _ in mailbox.folder.values()],
        filed_away=lambda: [raws[uid] for uid in mailbox.filed],
    )


def _dovecot_world(dovecot: Dovecot, request: Any) -> World:
    user = next(_users)
    person = dovecot.connect(user)
    person.select_folder("INBOX")
    account = ImapAccount(
        server=Server(
            host="localhost", port=dovecot.tls_port, security=Security.TLS, ca_file=dovecot.certificates.authority
        ),
        login=Login(user=user, secret=lambda: PASSWORD),
        filing=Filing.MOVE,
        target="Processed",
        max_bytes=LIMIT,
        nudge=0.05,
    )
    mailbox = open_mailbox(account, MailboxKey(account="desk", folder="INBOX"))
    request.addfinalizer(mailbox.close)
    request.addfinalizer(person.logout)

    def deliver(raw: bytes) -> int:
        answer = person.append("INBOX", raw, msg_time=ARRIVED)
        return int(answer.rpartition(b"]")[0].split()[-1])

    def expunge(uid: int) -> None:
        person.delete_messages([uid], silent=True)
        person.uid_expunge([uid])

    def contents(folder: str) -> list[bytes]:
        person.select_folder(folder, readonly=True)
        found = person.fetch(person.search(), ["BODY.PEEK[]"])
        person.select_folder("INBOX")
        return [answer[b"BODY[]"] for _, answer in sorted(found.items())]

    return World(
        mailbox=mailbox,
        deliver=deliver,
        expunge=expunge,
        flags_of=lambda uid: [f for f in person.get_flags([uid])[uid] if f != b"\\Recent"],
        in_folder=lambda: contents("INBOX"),
        filed_away=lambda: contents("Processed"),
    )


def mail(number: int, body: str = "Hello") -> bytes:
    return f"Subject: mail {number}\r\nMessage-ID: <{number}@test>\r\n\r\n{body}\r\n".encode()


def deliver(world: World, raw: bytes) -> int:
    """Deliver a mail and let the mailbox see it."""
    uid = world.deliver(raw)
    assert uid in world.mailbox.uids_from(1)
    return uid


def test_uids_ascend_from_the_first_asked_for(world):
    uids = [deliver(world, mail(number)) for number in range(3)]
    assert list(world.mailbox.uids_from(1)) == uids
    assert list(world.mailbox.uids_from(uids[1])) == uids[1:]


def test_nothing_above_the_last_uid(world):
    last = deliver(world, mail(1))
    assert list(world.mailbox.uids_from(last + 1)) == []
    assert list(world.mailbox.uids_from(last + 1000)) == []


def test_an_empty_folder_has_no_uids(world):
    assert list(world.mailbox.uids_from(1)) == []


def test_messages_come_byte_by_byte_with_size_and_time(world):
    uid = deliver(world, raw := mail(1, "é\r\n.\r\n\tend".encode().decode("latin-1")))
    [fetched] = world.mailbox.fetch([uid])
    assert (fetched.uid, fetched.raw, fetched.size, fetched.complete) == (uid, raw, len(raw), True)
    assert fetched.internal_date == ARRIVED


def test_many_messages_come_in_the_order_asked_for(world):
    uids = [deliver(world, mail(number)) for number in range(120)]
    assert [m.uid for m in world.mailbox.fetch(uids)] == uids


def test_reading_sets_no_flag(world):
    uid = deliver(world, mail(1))
    list(world.mailbox.fetch([uid]))
    list(world.mailbox.fetch_headers([uid]))
    assert list(world.flags_of(uid)) == []


def test_of_a_message_above_the_limit_only_the_headers_come(world):
    uids = [
        deliver(world, mail(1)),
        deliver(world, large := mail(2, "x" * 70 + "\r\n" + "y" * LIMIT)),
        deliver(world, mail(3)),
    ]
    fetched = list(world.mailbox.fetch(uids))
    assert [m.complete for m in fetched] == [True, False, True]
    assert fetched[1].raw == b"Subject: mail 2\r\nMessage-ID: <2@test>\r\n\r\n"
    assert fetched[1].size == len(large)


def test_headers_alone(world):
    uid = deliver(world, raw := mail(1))
    [fetched] = world.mailbox.fetch_headers([uid])
    assert (fetched.raw, fetched.size, fetched.complete) == (raw[: raw.index(b"Hello")], len(raw), False)
    assert fetched.internal_date == ARRIVED


def test_a_vanished_message_is_left_out(world):
    uids = [deliver(world, mail(number)) for number in range(4)]
    list(world.mailbox.uids_from(1))
    world.expunge(uids[1])
    assert [m.uid for m in world.mailbox.fetch(uids)] == [uids[0], uids[2], uids[3]]


def test_fetching_nothing_asks_nothing(world):
    assert list(world.mailbox.fetch([])) == []


def test_filing_away_takes_the_message_out_of_the_folder_and_only_this_one(world):
    first, second = deliver(world, mail(1)), deliver(world, mail(2))
    world.mailbox.file_away(first)
    assert world.in_folder() == [mail(2)]
    assert world.filed_away() == [mail(1)]
    assert list(world.mailbox.uids_from(1)) == [second]


def test_filing_away_twice_or_what_has_vanished_is_no_error(world):
    first, second = deliver(world, mail(1)), deliver(world, mail(2))
    world.mailbox.file_away(first)
    world.mailbox.file_away(first)
    world.expunge(second)
    world.mailbox.file_away(second)
    assert world.filed_away() == [mail(1)]


def test_waiting_ends_with_nothing_after_the_time(world):
    list(world.mailbox.uids_from(1))
    begun = time.monotonic()
    assert world.mailbox.wait(0.2) is False
    assert time.monotonic() - begun < 2


def test_waiting_ends_when_mail_comes(world):
    list(world.mailbox.uids_from(1))
    world.mailbox.wait(0.05)
    world.deliver(mail(1))
    begun = time.monotonic()
    assert world.mailbox.wait(5) is True
    assert time.monotonic() - begun < 2


def test_news_that_came_before_waiting_is_not_lost(world):
    list(world.mailbox.uids_from(1))
    uid = world.deliver(mail(1))
    list(world.mailbox.fetch([uid]))  # the server tells of the mail beside its answer
    assert world.mailbox.wait(5) is True
    list(world.mailbox.uids_from(1))
    list(world.mailbox.uids_from(1))
    assert world.mailbox.wait(0.1) is False


def test_the_mailbox_names_itself(world):
    assert str(world.mailbox.key) == "desk/INBOX"
    assert world.mailbox.uidvalidity > 0
