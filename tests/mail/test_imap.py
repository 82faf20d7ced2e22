"""What a Mailbox on a real server must stand, beyond its contract."""

import contextlib
import itertools
import os
import signal
import socket
import threading
import time

import pytest

from mailbot.domain.case import MailboxKey
from mailbot.domain.errors import SetupError, Throttled, TransientError
from mailbot.mail import imap
from mailbot.mail.imap import ImapMailbox, open_mailbox
from mailbot.mail.imap_session import Filing, ImapAccount
from mailbot.mail.tls import Login, Server
from mailbot.ports.connection import Security
from tests.support.dovecot import PASSWORD, Dovecot

KEY = MailboxKey(account="desk", folder="INBOX")
RAW = b"Subject: hello\r\n\r\nHello\r\n"
_users = (f"imap{number}" for number in itertools.count())


@pytest.fixture
def user() -> str:
    return next(_users)


@pytest.fixture
def person(dovecot, user):
    """A second session on the same mailbox."""
    client = dovecot.connect(user)
    client.select_folder("INBOX")
    yield client
    with contextlib.suppress(OSError):  # some tests log it out themselves
        client.shutdown()


@pytest.fixture
def opened(dovecot, user):
    """Opens mailboxes and closes them after the test."""
    mailboxes: list[ImapMailbox] = []

    def open_(*, timeout: float = 5, folder: str = "INBOX", **options: object) -> ImapMailbox:
        options.setdefault("nudge", 0.05)
        account = account_of(dovecot, user, timeout=timeout, **options)
        mailboxes.append(open_mailbox(account, MailboxKey(account="desk", folder=folder)))
        return mailboxes[-1]

    yield open_
    for mailbox in mailboxes:
        mailbox.close()


def account_of(dovecot: Dovecot, user: str, *, timeout: float = 5, **options: object) -> ImapAccount:
    server = Server(host="localhost", port=dovecot.port, security=Security.NONE, timeout=timeout)
    return ImapAccount(server=server, login=Login(user=user, secret=lambda: PASSWORD), **options)


def secured(dovecot: Dovecot, user: str, **server: object) -> ImapAccount:
    return ImapAccount(
        server=Server(host="localhost", timeout=5, **server), login=Login(user=user, secret=lambda: PASSWORD)
    )


def session_of(dovecot: Dovecot, before: list[int]) -> int:
    [pid] = [pid for pid in dovecot.busy_sessions() if pid not in before]
    return pid


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_encrypted_and_verified(dovecot, user, security):
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    ca_file = dovecot.certificates.authority
    open_mailbox(secured(dovecot, user, port=port, security=security, ca_file=ca_file), KEY).close()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_of_an_unknown_authority_is_not_accepted(dovecot, user, security):
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    with pytest.raises(SetupError, match="ca_file"):
        open_mailbox(secured(dovecot, user, port=port, security=security), KEY)


def test_no_fall_back_to_clear_text(dovecot, user):
    with pytest.raises((SetupError, TransientError)):
        open_mailbox(secured(dovecot, user, port=dovecot.port, security=Security.TLS), KEY)


def test_a_server_without_starttls_is_refused_before_the_login(user):
    said: list[bytes] = []
    with scripted_server(b"* OK ready\r\n", {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n"}, said) as port:
        server = Server(host="localhost", port=port, security=Security.STARTTLS, timeout=5)
        account = ImapAccount(server=server, login=Login(user=user, secret=lambda: PASSWORD))
        with pytest.raises(SetupError, match="STARTTLS"):
            open_mailbox(account, KEY)
    assert not any(PASSWORD.encode() in line for line in said)


def test_clear_text_to_another_machine_is_refused(user):
    server = Server(host="imap.example.com", port=143, security=Security.NONE)
    with pytest.raises(SetupError, match="loopback"):
        open_mailbox(ImapAccount(server=server, login=Login(user=user, secret=lambda: PASSWORD)), KEY)


def test_a_ca_file_that_is_none_is_named(dovecot, user, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    account = secured(dovecot, user, port=dovecot.tls_port, ca_file=tmp_path / "ca.pem")
    with pytest.raises(SetupError, match=r"ca\.pem"):
        open_mailbox(account, KEY)


def test_a_refused_login_is_a_matter_of_configuration(dovecot, user):
    server = Server(host="localhost", port=dovecot.port, security=Security.NONE, timeout=10)
    with pytest.raises(SetupError, match="login"):
        open_mailbox(ImapAccount(server=server, login=Login(user=user, secret=lambda: "wrong")), KEY)


def test_an_absent_folder_is_a_matter_of_configuration(opened):
    with pytest.raises(SetupError, match="Nowhere"):
        opened(folder="Nowhere")


def test_an_absent_server_is_transient(dovecot, user):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = Server(host="127.0.0.1", port=unused.getsockname()[1], security=Security.NONE, timeout=1)
        with pytest.raises(TransientError):
            open_mailbox(ImapAccount(server=server, login=Login(user=user, secret=lambda: PASSWORD)), KEY)


def test_a_folder_named_in_another_script(opened, person):
    person.create_folder("報價 & Angebote")
    person.append("報價 & Angebote", RAW)
    mailbox = opened(folder="報價 & Angebote", filing=Filing.MOVE, target="処理済み")
    [uid] = mailbox.uids_from(1)
    mailbox.file_away(uid)
    assert mailbox.uids_from(1) == []
    assert person.folder_status("処理済み", ["MESSAGES"]) == {b"MESSAGES": 1}


def test_filing_by_a_keyword_leaves_the_mail(opened, person):
    person.append("INBOX", RAW)
    mailbox = opened(filing=Filing.FLAG, target="$Processed")
    [uid] = mailbox.uids_from(1)
    mailbox.file_away(uid)
    assert b"$Processed" in person.get_flags([uid])[uid]
    assert mailbox.uids_from(1) == [uid]


def test_filing_by_nothing_changes_nothing(opened, person):
    person.append("INBOX", RAW)
    mailbox = opened()
    [uid] = mailbox.uids_from(1)
    mailbox.file_away(uid)
    assert b"\\Seen" not in person.get_flags([uid])[uid]
    assert mailbox.uids_from(1) == [uid]


def test_a_server_without_move_copies_and_takes_away_this_mail_alone(opened, person):
    person.multiappend("INBOX", [RAW, RAW])
    person.set_flags([2], [b"\\Deleted"])  # somebody else's, not ours to expunge
    mailbox = opened(filing=Filing.MOVE, target="Processed")
    mailbox._capabilities -= {b"MOVE"}
    mailbox.uids_from(1)
    mailbox.file_away(1)
    assert mailbox.uids_from(1) == [2]
    assert person.folder_status("Processed", ["MESSAGES"]) == {b"MESSAGES": 1}


def test_a_server_with_neither_only_marks_the_mail(opened, person):
    person.append("INBOX", RAW)
    mailbox = opened(filing=Filing.MOVE, target="Processed")
    mailbox._capabilities -= {b"MOVE", b"UIDPLUS"}
    mailbox.uids_from(1)
    mailbox.file_away(1)
    assert b"\\Deleted" in person.get_flags([1])[1]


def test_idle_alone_announces_mail(opened, person):
    mailbox = opened(nudge=20.0)
    mailbox.uids_from(1)
    assert mailbox.wait(0.1) is False
    person.append("INBOX", RAW)
    begun = time.monotonic()
    assert mailbox.wait(5) is True
    assert time.monotonic() - begun < 2


def test_a_slow_push_is_overtaken_by_the_nudge(opened, person):
    mailbox = opened(nudge=0.05)
    mailbox.uids_from(1)
    mailbox.wait(0.2)
    person.append("INBOX", RAW)
    begun = time.monotonic()
    assert mailbox.wait(5) is True
    assert time.monotonic() - begun < 0.4  # the server's own push takes half a second


def test_without_idle_the_mailbox_is_polled(opened, person):
    mailbox = opened(idle=False)
    mailbox.uids_from(1)
    assert mailbox.wait(0.15) is False
    person.append("INBOX", RAW)
    assert mailbox.wait(5) is True


def test_commands_work_between_two_waits(opened, person):
    mailbox = opened(nudge=20.0)
    for _ in range(3):
        mailbox.uids_from(1)
        assert mailbox.wait(0.05) is False
        uid = int(person.append("INBOX", RAW).rpartition(b"]")[0].split()[-1])
        assert mailbox.wait(5) is True
        assert mailbox.uids_from(uid) == [uid]
        assert [m.raw for m in mailbox.fetch([uid])] == [RAW]


def test_long_lists_of_uids_are_asked_for_in_spans(opened, person, monkeypatch):
    monkeypatch.setattr(imap, "SEARCH_SPAN", 3)
    person.multiappend("INBOX", [RAW] * 11)
    mailbox = opened()
    assert mailbox.uids_from(1) == list(range(1, 12))
    assert mailbox.uids_from(5) == list(range(5, 12))
    person.append("INBOX", RAW)
    assert mailbox.uids_from(1) == list(range(1, 13))


def test_batches_are_bounded_in_bytes(opened, person, monkeypatch):
    monkeypatch.setattr(imap, "BATCH_BYTES", 2 * len(RAW))
    person.multiappend("INBOX", [RAW] * 7)
    mailbox = opened()
    assert [m.uid for m in mailbox.fetch(mailbox.uids_from(1))] == list(range(1, 8))


def test_mails_expunged_during_the_fetch_stop_no_other(opened, person):
    person.multiappend("INBOX", [RAW] * 120)
    mailbox = opened()
    fetched = []
    for message in mailbox.fetch(mailbox.uids_from(1)):
        if not fetched:
            person.delete_messages(range(40, 100), silent=True)
            person.uid_expunge(range(40, 100))
        fetched.append(message)
    assert {m.uid for m in fetched} >= {*range(1, 40), *range(100, 121)}
    assert all(m.raw == RAW for m in fetched)


def test_lost_indexes_are_a_new_uidvalidity(dovecot, user, opened, person):
    person.multiappend("INBOX", [RAW] * 3)
    mailbox = opened()
    before = mailbox.uidvalidity
    mailbox.close()
    person.logout()
    dovecot.forget_indexes(user)
    time.sleep(1.1)  # UIDVALIDITY is a time in seconds
    again = opened()
    assert again.uidvalidity != before
    assert again.uids_from(1) == [1, 2, 3]


def test_a_killed_session_is_transient_and_a_new_one_goes_on(dovecot, opened, person):
    before = dovecot.busy_sessions()
    mailbox = opened()
    mailbox.uids_from(1)
    mailbox.wait(0.1)
    os.kill(session_of(dovecot, before), signal.SIGKILL)
    person.append("INBOX", RAW)
    with pytest.raises(TransientError):
        mailbox.wait(5)
    assert opened().uids_from(1) == [1]


@pytest.mark.parametrize("doing", ["waiting", "asking"])
def test_a_frozen_server_ends_at_the_timeout(dovecot, opened, doing):
    before = dovecot.busy_sessions()
    mailbox = opened(timeout=0.5)
    mailbox.uids_from(1)
    frozen = session_of(dovecot, before)
    os.kill(frozen, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        with pytest.raises(TransientError):
            _ = mailbox.wait(5) if doing == "waiting" else mailbox.uids_from(1)
        assert time.monotonic() - begun < 4
    finally:
        os.kill(frozen, signal.SIGCONT)


def test_an_answer_that_trickles_ends_at_the_deadline(user):
    answers = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 2] ok\r\n",
    }
    with scripted_server(b"* OK ready\r\n", answers, [], trickle=b"UID") as port:
        server = Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)
        account = ImapAccount(server=server, login=Login(user=user, secret=lambda: PASSWORD), deadline=0.5)
        mailbox = open_mailbox(account, KEY)
        begun = time.monotonic()
        with pytest.raises(TransientError):
            mailbox.uids_from(1)
        assert time.monotonic() - begun < 4


def test_a_server_that_throttles_is_left_alone_for_a_while(user):
    answers = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        b"SELECT": (b"BAD", b"User is authenticated but not connected."),
    }
    with scripted_server(b"* OK ready\r\n", answers, []) as port:
        server = Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)
        with pytest.raises(Throttled, match="full access"):
            open_mailbox(ImapAccount(server=server, login=Login(user=user, secret=lambda: PASSWORD)), KEY)


class scripted_server:  # reads as the context manager it is
    """A server with canned answers by command, refusals as (NO or BAD, words).

    To `trickle` it answers a byte at a time, without end.
    """

    def __init__(
        self,
        greeting: bytes,
        answers: dict[bytes, bytes | tuple[bytes, bytes]],
        said: list[bytes],
        trickle: bytes | None = None,
    ) -> None:
        self._greeting, self._answers, self._said, self._trickle = greeting, answers, said, trickle
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(self._greeting)
            stream.flush()
            for line in stream:
                self._said.append(line)
                tag, command, *_ = line.split()
                try:
                    while command == self._trickle:
                        connection.sendall(b"x")
                        time.sleep(0.05)
                    answer = self._answers.get(command, b"")
                    refusal = b" ".join(answer) if isinstance(answer, tuple) else None
                    stream.write(tag + b" " + refusal + b"\r\n" if refusal else answer + tag + b" OK done\r\n")
                    stream.flush()
                except OSError:
                    return
