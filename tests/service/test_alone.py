import pytest

from mailbot.domain.errors import LeaseLost
from mailbot.service import alone
from mailbot.service.alone import MailboxAlone, take_turn


@pytest.fixture
def asleep(monkeypatch):
    """Make the worker sleep: its own clock goes on."""
    now = [0.0]
    monkeypatch.setattr(alone.time, "monotonic", lambda: now[0])

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return sleep


def test_one_worker_at_a_time_has_its_turn(desk):
    turn = take_turn(desk.store, "mailbox", seconds=30)
    assert take_turn(desk.store, "mailbox", seconds=30) is None
    turn.end()
    assert take_turn(desk.store, "mailbox", seconds=30) is not None


def test_a_turn_lasts_while_the_work_goes_on(desk, asleep):
    turn = take_turn(desk.store, "mailbox", seconds=30)
    for _ in range(10):
        asleep(11)
        desk.clock.advance(seconds=11)
        turn.confirm()
    assert take_turn(desk.store, "mailbox", seconds=30) is None


def test_who_overslept_its_turn_moves_no_mail(desk, asleep):
    desk.mailbox.deliver(b"Subject: one\r\n\r\n")
    mailbox = MailboxAlone(desk.mailbox, take_turn(desk.store, "mailbox", seconds=30))
    asleep(31)
    desk.clock.advance(seconds=31)
    assert take_turn(desk.store, "mailbox", seconds=30) is not None
    with pytest.raises(LeaseLost):
        mailbox.file_away(1)
    assert desk.mailbox.filed == []
