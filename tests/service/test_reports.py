"""Delivery reports are matched to the reply that they are about."""

import pytest

from mailbot.domain.errors import OutcomeUnknown
from mailbot.domain.outgoing import OutboxState, SendPhase
from mailbot.service.process import ProcessOptions
from tests.support.fake_desk import mail

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.reseller.example>
To: quotes@desk.example
Message-ID: <report@mx.reseller.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

ignore

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reseller.example

Final-Recipient: rfc822; ana.lima@reseller.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such
 user here

--b
Content-Type: text/rfc822-headers

From: quotes@desk.example
Message-ID: {message_id}

--b--
"""


def report(action: str, status: str, message_id: str) -> bytes:
    text = REPORT.format(action=action, status=status, message_id=message_id)
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def sent(desk):
    desk.take(mail("quote jira"))
    desk.deliver()
    return desk


@pytest.fixture(autouse=True)
def reports_are_known(desk, monkeypatch):
    """The fake desk reads every mail of the mail system as a delivery report."""
    desk.understanding.reports = True


def test_a_reply_that_did_not_arrive_is_shown_to_staff_and_nobody_is_answered(sent):
    assert sent.take(report("failed", "5.1.1", sent.outbox[0].message_id)) == ["ignore"]
    [reply] = sent.outbox
    assert reply.state is OutboxState.FAILED
    assert reply.last_error == "bounced: failed 5.1.1 smtp; 550 5.1.1 no such user here"
    [item] = sent.waiting
    assert "did not arrive: failed 5.1.1" in item.note
    assert item.case_id == reply.case_id == sent.inbox[1].case_id
    assert "DeliveryReported" in sent.events


def test_a_delay_is_noted_and_no_more(sent):
    sent.take(report("delayed", "4.4.1", sent.outbox[0].message_id))
    assert (sent.outbox[0].state, sent.waiting) == (OutboxState.SENT, [])
    assert "DeliveryReported" in sent.events


def test_a_report_about_somebody_elses_mail_changes_nothing(sent):
    sent.take(report("failed", "5.1.1", "<other@elsewhere.example>"))
    assert (sent.outbox[0].state, sent.waiting) == (OutboxState.SENT, [])
    assert "DeliveryReported" not in sent.events


def test_a_report_in_a_dialect_is_matched_by_the_message_id_in_it(sent):
    words = f"ignore\r\nSorry, no mailbox here by that name.\r\nMessage-ID: {sent.outbox[0].message_id}\r\n"
    sent.take(mail(words, sender="MAILER-DAEMON@mx.reseller.example", message_id="<r@mx>"))
    assert sent.outbox[0].state is OutboxState.FAILED


@pytest.mark.parametrize("action", ["delivered", "relayed", "delayed"])
def test_a_report_proves_that_a_question_of_unknown_outcome_arrived_and_it_goes_out_once(desk, action):
    desk.process_options = ProcessOptions(domain="desk.example", archives=True)
    desk.take(mail("ask users"))
    desk.transport.keeps = True
    desk.transport.fail((SendPhase.DOT, OutcomeUnknown("connection ended")))
    desk.deliver()
    assert desk.outbox[0].state is OutboxState.READY  # to be sent once more
    desk.take(report(action, "2.0.0", desk.outbox[0].message_id))
    desk.clock.advance(hours=1)
    desk.deliver()
    assert len(desk.transport.taken) == 1
    assert (desk.outbox[0].state, "ReplySent" in desk.events) == (OutboxState.SENT, True)
    assert desk.store.tables.unarchived == {desk.outbox[0].id}
