"""The running service logs in by tokens that live for seconds: mail is answered before and after they end."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot import cli
from mailbot.bootstrap.desking import as_it_is
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.serving import running_desk
from mailbot.bootstrap.storing import utc_now
from tests.support.dovecot import ABSENT, DOVECOT
from tests.support.smtp_sink import running_sink
from tests.support.token_server import DESK_WITH_LOGIN, dovecot_with_tokens, running_token_server

SETTINGS = (
    DESK_WITH_LOGIN
    + """token_url = "{tokens.url}"
scopes = ["mail"]
client_id = "{tokens.client_id}"
refresh_token_file = "refresh"

[[mailboxes]]
account = "quotes"
host = "127.0.0.1"
port = {imap.port}
security = "none"
user = "{tokens.user}"
login = "desk"
since = "all"

[smtp]
host = "127.0.0.1"
port = {smtp.port}
security = "none"
user = "{tokens.user}"
login = "desk"

[intake]
poll_seconds = 1
"""
)


def question(number: int) -> bytes:
    return (
        f"From: Ana Lima <ana{number}@reseller{number}.example>\r\nTo: quotes@seller.example\r\n"
        f"Subject: Refunds\r\nMessage-ID: <{number}@reseller.example>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n"
        "Hello,\r\n\r\ncan my customer get a refund after the payment?\r\n\r\nKind regards\r\nAna Lima\r\n"
    ).encode()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.skipif(DOVECOT is None, reason=ABSENT)
@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_mail_is_answered_before_and_after_a_token_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "refresh").write_text("first-token\n")
    (tmp_path / "refresh").chmod(0o600)
    (tmp_path / "config").mkdir()
    with (
        running_token_server() as tokens,
        dovecot_with_tokens(tokens) as imap,
        running_sink(tokens=tokens.access_tokens) as smtp,
    ):
        tokens.lifetime = 2
        text = SETTINGS.format(tokens=tokens, imap=imap, smtp=smtp)
        (tmp_path / "config" / "mailbot.toml").write_text(text)
        monkeypatch.setenv("MAILBOT_LOGINS__DESK__CLIENT_SECRET", "client-secret")
        assert cli.run_command_line(["--folder", str(tmp_path), "db", "upgrade"]) == 0
        with running_desk(Installation(tmp_path), utc_now, as_it_is):
            person = imap.connect(tokens.user)
            person.append("INBOX", question(1))
            until(lambda: len(smtp.taken) == 1)
            asked = len(tokens.asked)
            time.sleep(2)
            for session in imap.busy_sessions():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(session, signal.SIGKILL)
            imap.connect(tokens.user).append("INBOX", question(2))
            until(lambda: len(smtp.taken) == 2)
            assert len(tokens.asked) > asked
    assert {taken.recipients for taken in smtp.taken} == {("ana1@reseller1.example",), ("ana2@reseller2.example",)}
