"""A halted desk takes over what the archive and the mailboxes know before it goes on."""

from contextlib import closing

import pytest

from mailbot.domain.case import InboxState, MailboxKey
from mailbot.domain.outgoing import OutboxState
from mailbot.service.receive import ReceiveOptions
from mailbot.service.reconcile import Folders, Reconciled, resume
from mailbot.service.switches import HALT
from tests.support.fake_desk import mail
from tests.support.fake_mail import FakeArchive, FakeMailbox

FILED = MailboxKey(account="desk", folder="Processed")


def reply_to(message_id: str) -> bytes:
    return f"Message-ID: <reply@desk.example>\r\nIn-Reply-To: {message_id}\r\n\r\nHello\r\n".encode()


@pytest.fixture
def archive() -> FakeArchive:
    return FakeArchive()


@pytest.fixture
def filed(desk) -> FakeMailbox:
    return FakeMailbox(FILED)


@pytest.fixture
def go_on(desk, archive, filed):
    with desk.store.begin() as uow:
        uow.switches.turn(HALT, on=True, by="machine", at=desk.clock())
        uow.commit()
    folders = [
        Folders(
            inbox=lambda: closing(desk.mailbox),
            receive=ReceiveOptions(since="all"),
            filed=lambda: closing(filed),
        )
    ]

    def resumed(*, dry_run: bool = False) -> Reconciled:
        return resume(desk.store, desk.clock, archive, folders, actor="anna", dry_run=dry_run)

    return resumed


def test_a_reply_that_the_archive_holds_is_not_sent_again(desk, archive, go_on):
    desk.take(mail("ask users"))
    archive.kept.append(desk.outbox[0].raw)
    assert go_on().sent == 1
    assert desk.events[-1] == "ReplySent"
    assert desk.outbox[0].state is OutboxState.SENT
    desk.deliver()
    assert desk.transport.taken == []


def test_a_mail_whose_answer_the_archive_holds_is_left_to_a_person(desk, archive, go_on):
    desk.mailbox.deliver(mail("ask users"))
    archive.kept.append(reply_to("<first@reseller.example>"))
    assert go_on().answered == 1
    assert desk.process() == []
    assert [entry.state for entry in desk.inbox] == [InboxState.PARKED]
    assert "answered after the backup" in desk.waiting[0].note


def test_a_mail_whose_answer_the_archive_holds_stays_in_its_case(desk, archive, filed, go_on):
    desk.take(mail("ask users"))
    for number, mailbox in ((2, desk.mailbox), (3, filed)):
        message_id = f"<{number}@reseller.example>"
        mailbox.deliver(mail("ask more", message_id=message_id, in_reply_to="<first@reseller.example>"))
        archive.kept.append(reply_to(message_id))
    assert go_on().answered == 2
    assert [entry.state for entry in desk.inbox] == [InboxState.DONE, InboxState.PARKED, InboxState.PARKED]
    assert len({entry.case_id for entry in desk.inbox}) == len(desk.waiting) == 1


def test_a_mail_that_was_filed_away_since_is_put_back_unless_it_was_answered(desk, archive, filed, go_on):
    desk.take(mail("ask known", message_id="<known@x.example>"))
    filed.deliver(mail("ask known", message_id="<known@x.example>"))
    filed.deliver(mail("ask lost", message_id="<lost@x.example>"))
    filed.deliver(mail("ask answered", message_id="<answered@x.example>"))
    archive.kept.append(reply_to("<answered@x.example>"))
    assert go_on() == Reconciled(sent=0, answered=1, put_back=1)
    assert filed.filed == [2]
    assert [entry.state for entry in desk.inbox] == [InboxState.DONE, InboxState.PARKED]


def test_a_dry_run_changes_nothing(desk, archive, filed, go_on):
    desk.take(mail("ask users"))
    archive.kept.append(desk.outbox[0].raw)
    filed.deliver(mail("ask lost", message_id="<lost@x.example>"))
    assert go_on(dry_run=True) == Reconciled(sent=1, answered=0, put_back=1)
    assert (desk.outbox[0].state, filed.filed) == (OutboxState.READY, [])
    assert HALT in desk.store.tables.switches


def test_the_desk_goes_on_at_home(desk, go_on):
    go_on()
    assert (desk.store.tables.switches, desk.store.tables.home) == ({}, "memory")
    assert desk.store.tables.audit == [("anna", "Resumed", "desk")]
