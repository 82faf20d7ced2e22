"""What every Archive keeps: the fake, and a folder on a real Dovecot."""

import itertools
from contextlib import closing

import pytest

from mailbot.mail.archive import ImapArchive
from mailbot.mail.imap_session import ImapAccount
from mailbot.mail.tls import Login, Server
from mailbot.ports import Archive
from mailbot.ports.connection import Security
from tests.support.dovecot import PASSWORD
from tests.support.fake_mail import FakeArchive
from tests.support.samples import NOW

RAW = b"Message-ID: <one@desk.example>\r\nIn-Reply-To: <first@reseller.example>\r\n\r\nHello\r\n"
_users = (f"archive{number}" for number in itertools.count())


@pytest.fixture(params=["fake", "dovecot"])
def archive(request):
    if request.param == "fake":
        yield FakeArchive()
        return
    server = Server(host="127.0.0.1", port=request.getfixturevalue("dovecot").port, security=Security.NONE, timeout=5)
    account = ImapAccount(server=server, login=Login(user=next(_users), secret=lambda: PASSWORD))
    with closing(ImapArchive(account, "Sent")) as opened:
        yield opened


def test_a_copy_is_kept_once(archive: Archive) -> None:
    assert not archive.holds("<one@desk.example>")
    archive.keep("<one@desk.example>", RAW, NOW)
    archive.keep("<one@desk.example>", RAW, NOW)
    assert archive.holds("<one@desk.example>")
    assert not archive.holds("<two@desk.example>")


def test_the_archive_knows_what_was_answered(archive: Archive) -> None:
    archive.keep("<one@desk.example>", RAW, NOW)
    assert archive.answered("<first@reseller.example>")
    assert not archive.answered("<second@reseller.example>")


def test_an_archive_that_was_closed_is_opened_again(archive: Archive) -> None:
    archive.keep("<one@desk.example>", RAW, NOW)
    archive.close()
    assert archive.holds("<one@desk.example>")


def test_what_another_worker_kept_meanwhile_is_seen_on_an_open_connection(dovecot) -> None:
    server = Server(host="127.0.0.1", port=dovecot.port, security=Security.NONE, timeout=5)
    account = ImapAccount(server=server, login=Login(user=next(_users), secret=lambda: PASSWORD))
    with closing(ImapArchive(account, "Sent")) as one, closing(ImapArchive(account, "Sent")) as other:
        assert not one.holds("<one@desk.example>")
        other.keep("<one@desk.example>", RAW, NOW)
        assert one.answered("<first@reseller.example>")
        other.keep("<two@desk.example>", RAW.replace(b"one@", b"two@"), NOW)
        assert one.holds("<two@desk.example>")
