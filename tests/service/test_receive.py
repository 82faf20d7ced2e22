import datetime as dt

import pytest

from mailbot.domain.case import InboxState
from mailbot.domain.errors import TransientError
from mailbot.service.receive import ReceiveOptions, list_old
from tests.support.fake_desk import mail
from tests.support.fake_mail import FakeMailbox


def raws(count: int) -> list[bytes]:
    return [mail(f"ask {n}", message_id=f"<{n}@r{n}.example>", sender=f"ana@r{n}.example") for n in range(count)]


def states(desk) -> list[InboxState]:
    return [entry.state for entry in desk.inbox]


def test_mail_is_stored_and_then_filed_away(desk):
    for raw in raws(3):
        desk.mailbox.deliver(raw)
    report = desk.receive()
    assert report.stored == {InboxState.NEW: 3}
    assert report.filed == 3
    assert [entry.raw for entry in desk.inbox] == raws(3)
    assert desk.mailbox.folder == {}


def test_nothing_new_changes_nothing(desk):
    desk.mailbox.deliver(raws(1)[0])
    desk.receive()
    before = desk.store.tables
    report = desk.receive()
    assert (report.stored, report.filed) == ({}, 0)
    assert desk.store.tables.inbox == before.inbox


def test_nothing_is_filed_away_before_it_is_committed(desk):
    desk.mailbox.deliver(raws(1)[0])
    seen = []
    file_away = desk.mailbox.file_away
    desk.mailbox.file_away = lambda uid: (seen.append(len(desk.inbox)), file_away(uid))
    desk.receive()
    assert seen == [1]


def test_what_cannot_be_filed_away_is_filed_later(desk):
    desk.mailbox.deliver(raws(1)[0])
    desk.mailbox.refuses_filing = True
    assert desk.receive().filed == 0
    desk.mailbox.refuses_filing = False
    assert desk.receive().filed == 1
    assert len(desk.inbox) == 1


@pytest.mark.parametrize("since", ["now", dt.date(2026, 11, 3)])
def test_at_the_first_connect_old_mail_is_listed_and_never_answered(desk, since):
    desk.receive_options = ReceiveOptions(since=since)
    for raw in raws(3):
        desk.mailbox.deliver(raw)
    desk.receive()
    list_old(desk.mailbox, desk.store)
    assert states(desk) == [InboxState.OLD] * 3
    desk.mailbox.deliver(
        mail("ask new", message_id="<new@reseller.example>"), dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)
    )
    desk.receive()
    assert states(desk) == [*[InboxState.OLD] * 3, InboxState.NEW]
    assert desk.process() == ["ask"]
    assert desk.mailbox.filed == [4]


def test_a_date_divides_the_old_from_the_new(desk):
    desk.receive_options = ReceiveOptions(since=dt.date(2026, 10, 2))
    for day, raw in enumerate(raws(4), start=1):
        desk.mailbox.deliver(raw, dt.datetime(2026, 10, day, tzinfo=dt.UTC))
    desk.receive()
    assert {entry.uid: entry.state for entry in desk.inbox} == {
        1: InboxState.OLD,
        2: InboxState.NEW,
        3: InboxState.NEW,
        4: InboxState.NEW,
    }


def test_of_old_mail_only_the_headers_are_kept(desk):
    desk.receive_options = ReceiveOptions(since="now")
    desk.mailbox.deliver(mail("ask secret"))
    desk.receive()
    list_old(desk.mailbox, desk.store)
    assert b"secret" not in desk.inbox[0].raw


def test_a_first_connect_that_breaks_off_can_be_repeated(desk):
    desk.receive_options = ReceiveOptions(since=dt.date(2026, 11, 3))
    for raw in raws(120):
        desk.mailbox.deliver(raw)
    fetch_headers = desk.mailbox.fetch_headers

    def breaking(uids):
        for count, message in enumerate(fetch_headers(uids)):
            if count == 70:
                raise TransientError("the server is away")
            yield message

    desk.mailbox.fetch_headers = breaking
    with pytest.raises(TransientError):
        desk.receive()
    desk.mailbox.fetch_headers = fetch_headers
    desk.receive()
    assert states(desk) == [InboxState.OLD] * 120


def test_the_same_bytes_are_a_copy(desk):
    raw = mail("ask twice")
    assert desk.take(raw, raw) == ["ask"]
    assert states(desk) == [InboxState.DONE, InboxState.COPY]
    assert desk.take(raw) == []
    assert len(desk.outbox) == 1


def test_too_large_mail_is_shown_to_staff(desk):
    desk.mailbox = FakeMailbox(max_bytes=500)
    desk.mailbox.deliver(mail("ask " + "x" * 500))
    assert desk.receive().stored == {InboxState.TOO_LARGE: 1}
    assert desk.process() == []
    assert "too large" in desk.waiting[0].note


def test_mail_that_vanishes_before_it_is_fetched_is_accounted_for(desk):
    for raw in raws(3):
        desk.mailbox.deliver(raw)
    desk.mailbox.before_fetch = lambda: desk.mailbox.folder.pop(2, None)
    assert desk.receive().stored == {InboxState.NEW: 2, InboxState.VANISHED: 1}
    assert {entry.uid for entry in desk.inbox} == {1, 2, 3}


def test_mail_that_the_server_does_not_give_out_is_asked_for_again_and_stops_no_other(desk):
    for raw in raws(3):
        desk.mailbox.deliver(raw)
    fetch = desk.mailbox.fetch
    desk.mailbox.fetch = lambda uids: fetch([uid for uid in uids if uid != 2])
    desk.receive()
    assert [entry.uid for entry in desk.inbox] == [1, 3]
    desk.mailbox.deliver(mail("ask later", message_id="<later@reseller.example>"))
    desk.receive()
    assert [entry.uid for entry in desk.inbox] == [1, 3, 4]
    desk.mailbox.fetch = fetch
    desk.receive()
    assert sorted(entry.uid for entry in desk.inbox) == [1, 2, 3, 4]


@pytest.mark.parametrize("since", ["all", "now"])
def test_after_a_change_of_uidvalidity_nothing_is_answered_again(desk, since):
    desk.receive_options = ReceiveOptions(since=since)
    desk.mailbox.file_away = lambda uid: None  # the mails stay
    for raw in raws(60):
        desk.mailbox.deliver(raw)
    desk.receive()
    list_old(desk.mailbox, desk.store)
    desk.process()
    answered = len(desk.outbox)
    desk.mailbox.renumber()
    desk.mailbox.deliver(mail("ask new", message_id="<new@reseller.example>"))
    assert desk.receive().stored == {InboxState.COPY: 60, InboxState.NEW: 1}
    assert desk.process() == ["ask"]
    assert len(desk.outbox) == answered + 1


def test_a_backlog_is_taken_in_parts(desk):
    desk.receive_options = ReceiveOptions(since="all", at_once=50)
    for raw in raws(120):
        desk.mailbox.deliver(raw)
    assert [desk.receive().more for _ in range(3)] == [True, True, False]
    assert len(desk.inbox) == 120


def test_a_server_that_goes_away_in_the_middle_loses_nothing(desk):
    for raw in raws(120):
        desk.mailbox.deliver(raw)
    fetch = desk.mailbox.fetch

    def breaking(uids):
        for count, message in enumerate(fetch(uids)):
            if count == 70:
                raise TransientError("the server is away")
            yield message

    desk.mailbox.fetch = breaking
    with pytest.raises(TransientError):
        desk.receive()
    desk.mailbox.fetch = fetch
    desk.receive()
    assert sorted(entry.uid for entry in desk.inbox) == list(range(1, 121))
    assert desk.mailbox.folder == {}
