"""What a mail of a backlog costs the database: transactions that wait for the disk, and statements."""

import collections

import pytest
import sqlalchemy as sa

from mailbot.domain.case import InboxState
from mailbot.service.deliver import deliver_due
from mailbot.service.process import process_next
from mailbot.store import open_store
from tests.service.conftest import FakeDesk
from tests.support.fake_desk import mail

MAILS = 10


@pytest.fixture
def desk(sqlite_url):
    desk = FakeDesk()
    desk.store = open_store(sqlite_url, desk.clock)
    yield desk
    desk.store.close()


@pytest.fixture
def counted():
    """Count the statements and commits on any engine."""
    counts = collections.Counter()

    def executed(*_):
        counts["statements"] += 1

    def committed(_connection):
        counts["commits"] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", executed)
    sa.event.listen(sa.Engine, "commit", committed)
    yield counts
    sa.event.remove(sa.Engine, "before_cursor_execute", executed)
    sa.event.remove(sa.Engine, "commit", committed)


def a_mail(number):
    return mail("ask payment", message_id=f"<{number}@there.example>", sender=f"ana@reseller{number}.example")


def test_a_mail_of_a_backlog_costs_three_commits_and_so_many_statements(desk, counted):
    for number in range(MAILS):
        desk.mailbox.deliver(a_mail(number))
    desk.receive()
    assert counted["commits"] <= 4  # the first cursor, a batch, the cursor after it, what was filed away
    counted.clear()
    claimed = None
    while report := process_next(
        desk.store, desk.understanding, desk.renderer, desk.clock, desk.process_options, claimed, go_on=True
    ):
        assert report.outcome == "ask"
        claimed = report.following
    deliver_due(desk.store, desk.transport, desk.clock, desk.deliver_options)
    assert len(desk.transport.taken) == MAILS
    # The decision; what precedes the final dot; what follows it. The first mail and reply are claimed on their own.
    assert counted["commits"] <= 3 * MAILS + 4
    assert counted["statements"] <= 40 * MAILS


def test_the_next_mail_is_claimed_only_to_go_on(desk):
    for number in range(2):
        desk.mailbox.deliver(a_mail(number))
    desk.receive()
    report = process_next(desk.store, desk.understanding, desk.renderer, desk.clock, desk.process_options)
    assert report.following is None
    with desk.store.look() as uow:
        assert uow.inbox.count_by_state() == {InboxState.DONE: 1, InboxState.NEW: 1}
    assert process_next(desk.store, desk.understanding, desk.renderer, desk.clock, desk.process_options) is not None


def test_a_look_waits_for_no_writer(desk):
    with desk.store.begin() as writing, desk.store.look() as looking:
        writing.switches.on()
        assert looking.inbox.count_by_state() == {}
