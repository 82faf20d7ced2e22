"""A mail that would take the machine minutes stops no other: it is shown to staff."""

import pytest

from tests.e2e.desk import until
from tests.faults.world import make_world

HEAD = b"From: p@poison.example\r\nTo: quotes@seller.example\r\nSubject: q\r\nMessage-ID: <p%d@poison.example>\r\n"
POISONS = [
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "请报价500个用户的Confluence，".encode() * 2000,
    b"Content-Type: text/plain\r\n\r\n" + b"Jira 50 users, " * 5000,
    b"Content-Type: text/html\r\n\r\n" + b"<a " * 300_000,
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 200_000,
]
GOOD_SECONDS = 60


@pytest.mark.parametrize("number", range(len(POISONS)))
def test_good_mail_is_answered_beside_a_poisonous_one(number, sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        world.deliver(2)
        world.person.append("INBOX", HEAD % number + POISONS[number] + b"\r\n")
        world.deliver(4)
        due = sum(mail.reply_due for mail in world.delivered)
        with world.desk.running():
            until(lambda: len(world.sink.taken) >= due, seconds=GOOD_SECONDS, what=world.desk.log)
            until(lambda: not any(" is new" in one for one in world.unsettled()), seconds=30, what=world.unsettled)
        answered = {world.answered_by(one.raw) for one in world.sink.taken}
        assert {mail.message_id for mail in world.delivered if mail.reply_due} <= answered
