"""People are told of alarms by mail and by webhook."""

import email
import email.policy
import http.server
import json
import threading

import pytest

from mailbot.domain.errors import TransientError
from mailbot.domain.outgoing import SendPhase
from mailbot.domain.watch import Alarm
from mailbot.mail.alarms import by_all, by_mail, by_webhook
from tests.support.fake_mail import FakeTransport
from tests.support.samples import NOW

ALARM = Alarm(name="mail waits", words="the oldest mail has waited for 16 minutes", since=NOW, last_at=NOW, times=1)


@pytest.fixture
def webhook():
    """Give the address of a webhook and what it was told."""
    told = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", told
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_mail_tells_of_the_alarm_and_nothing_answers_it():
    transport = FakeTransport()
    by_mail(transport, "quotes@seller.example", ["ops@seller.example"])([ALARM])
    [taken] = transport.taken
    assert (taken.sender, taken.recipients) == ("", ("ops@seller.example",))
    message = email.message_from_bytes(taken.raw, policy=email.policy.default)
    assert message["Auto-Submitted"] == "auto-generated"
    assert "the oldest mail has waited" in message.get_content()


def test_a_webhook_is_told_in_json(webhook):
    address, told = webhook
    by_webhook(address)([ALARM])
    assert told[0]["alarms"][0]["name"] == "mail waits"


def test_what_cannot_be_told_is_tried_again():
    with pytest.raises(TransientError):
        by_webhook("http://127.0.0.1:1/")([ALARM])
    transport = FakeTransport()
    transport.fail((SendPhase.CONNECTED, TransientError("away")))
    with pytest.raises(TransientError):
        by_mail(transport, "quotes@seller.example", ["ops@seller.example"])([ALARM])


def test_one_way_of_telling_is_enough(webhook):
    address, told = webhook
    messenger = by_all([by_webhook("http://127.0.0.1:1/"), by_webhook(address)])
    assert messenger is not None
    messenger([ALARM])
    assert len(told) == 1
    assert by_all([]) is None
