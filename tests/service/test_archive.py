import pytest

from mailbot.domain.errors import OutcomeUnknown, TransientError
from mailbot.domain.outgoing import OutboxState, SendPhase
from mailbot.service.archive import archive_sent
from mailbot.service.deliver import DeliverOptions, DeliverReport, deliver_due
from tests.support.fake_desk import mail
from tests.support.fake_mail import FakeArchive

NO_ANSWER = OutcomeUnknown("connection ended")


@pytest.fixture
def archive() -> FakeArchive:
    return FakeArchive()


@pytest.fixture
def deliver(desk, archive):
    options = DeliverOptions(sender="quotes@desk.example", archives=True)
    return lambda: deliver_due(desk.store, desk.transport, desk.clock, options, archive)


def test_what_was_sent_has_one_copy(desk, archive, deliver):
    desk.take(mail("ask users"))
    assert archive_sent(desk.store, archive, desk.clock) == 0
    deliver()
    assert archive_sent(desk.store, archive, desk.clock) == 1
    assert archive_sent(desk.store, archive, desk.clock) == 0
    assert archive.kept == [desk.outbox[0].raw]


def test_an_archive_that_is_away_delays_the_copy_and_nothing_else(desk, archive, deliver):
    desk.take(mail("ask users"))
    archive.away = True
    assert deliver() == DeliverReport(sent=1)
    with pytest.raises(TransientError):
        archive_sent(desk.store, archive, desk.clock)
    archive.away = False
    assert archive_sent(desk.store, archive, desk.clock) == 1


@pytest.mark.parametrize("words", ["quote jira", "ask users"])
def test_what_the_archive_knows_of_was_sent(desk, archive, deliver, words):
    desk.take(mail(words))
    desk.transport.fail((SendPhase.DOT, NO_ANSWER))
    assert deliver() == DeliverReport(again=1)
    archive.kept.append(desk.outbox[0].raw)  # the server keeps what it sends
    desk.clock.advance(minutes=16)
    assert deliver() == DeliverReport(sent=1)
    assert desk.transport.taken == []


def test_a_quote_that_the_archive_does_not_know_of_waits_for_a_person(desk, archive, deliver):
    desk.take(mail("quote jira"))
    desk.transport.fail((SendPhase.DOT, NO_ANSWER))
    assert deliver() == DeliverReport(again=1)
    desk.clock.advance(minutes=16)
    assert deliver() == DeliverReport(unknown=1)
    assert (desk.outbox[0].state, desk.transport.taken) == (OutboxState.UNKNOWN, [])
    assert "outcome unknown" in desk.waiting[0].note


def test_while_the_archive_is_away_nothing_of_unknown_outcome_is_sent(desk, archive, deliver):
    desk.take(mail("ask users"))
    desk.transport.fail((SendPhase.DOT, NO_ANSWER))
    deliver()
    archive.away = True
    desk.clock.advance(minutes=16)
    assert deliver() == DeliverReport(again=1)
    assert desk.transport.taken == []
