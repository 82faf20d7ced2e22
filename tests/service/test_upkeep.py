import datetime as dt

import pytest

from mailbot.domain.case import InboxState
from mailbot.domain.errors import Refused, TransientError
from mailbot.domain.outgoing import OutboxState, SendPhase
from mailbot.service.upkeep import UpkeepOptions, look_after, tell_alarms
from tests.support.fake_desk import mail


def test_the_ledger_counts_every_mail_and_reply(desk):
    desk.take(
        mail("ask one"), mail("ignore two", message_id="<2@x.example>"), mail("crash", message_id="<3@x.example>")
    )
    desk.transport.fail((SendPhase.CONNECTED, Refused("no")))
    desk.deliver()
    health = look_after(desk.store, desk.clock, UpkeepOptions())
    assert health.inbox == {InboxState.DONE: 2, InboxState.PARKED: 1}
    assert health.outbox == {OutboxState.FAILED: 1}
    assert health.waiting == 2
    assert health.oldest_wait == dt.timedelta()


def test_the_oldest_wait_grows_with_the_clock(desk):
    desk.mailbox.deliver(mail("ask one"), desk.clock())
    desk.receive()
    desk.clock.advance(minutes=20)
    assert look_after(desk.store, desk.clock, UpkeepOptions()).oldest_wait == dt.timedelta(minutes=20)


def names(desk) -> list[str]:
    return sorted(desk.store.tables.alarms)


def test_alarms_ring_while_something_is_wrong(desk):
    desk.mailbox.deliver(mail("ask one"), desk.clock())
    desk.receive()
    desk.clock.advance(minutes=16)
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert names(desk) == ["mail waits"]
    desk.process()
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert names(desk) == []
    desk.clock.advance(minutes=16)
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert names(desk) == ["replies do not leave"]
    desk.deliver()
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert names(desk) == []


def test_a_long_queue_is_an_alarm_before_anybody_has_waited_long(desk):
    options = UpkeepOptions(longest_queue=2)
    for number in range(2):
        desk.mailbox.deliver(mail("ask one", message_id=f"<{number}@x.example>"), desk.clock())
    desk.receive()
    look_after(desk.store, desk.clock, options)
    assert names(desk) == []
    desk.mailbox.deliver(mail("ask one", message_id="<3@x.example>"), desk.clock())
    desk.receive()
    look_after(desk.store, desk.clock, options)
    assert names(desk) == ["many mails wait"]
    desk.process()
    look_after(desk.store, desk.clock, options)
    assert names(desk) == []


def test_a_mailbox_that_is_not_read_is_an_alarm_but_not_right_after_the_start(desk):
    options = UpkeepOptions(mailboxes=[desk.mailbox.key], since=desk.clock())
    look_after(desk.store, desk.clock, options)
    assert names(desk) == []
    desk.clock.advance(minutes=6)
    assert look_after(desk.store, desk.clock, options).silent == [desk.mailbox.key]
    assert names(desk) == ["mailbox desk/INBOX"]
    with desk.store.begin() as uow:
        uow.alarms.note_poll(desk.mailbox.key, desk.clock())
        uow.commit()
    look_after(desk.store, desk.clock, options)
    assert names(desk) == []


def test_the_alarm_of_a_mailbox_that_left_the_settings_falls_silent(desk):
    options = UpkeepOptions(mailboxes=[desk.mailbox.key])
    look_after(desk.store, desk.clock, options)
    assert names(desk) == ["mailbox desk/INBOX"]
    desk.clock.advance(minutes=59)  # another worker may still have it in its settings
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert names(desk) == ["mailbox desk/INBOX"]
    desk.clock.advance(minutes=2)
    look_after(desk.store, desk.clock, UpkeepOptions())
    assert names(desk) == []


def test_an_alarm_rings_long_before_a_secret_ends(desk):
    ends = desk.clock().date() + dt.timedelta(days=31)
    look_after(desk.store, desk.clock, UpkeepOptions(expiries={"quotes": ends}))
    assert names(desk) == []
    desk.clock.advance(days=1)
    look_after(desk.store, desk.clock, UpkeepOptions(expiries={"quotes": ends}))
    assert names(desk) == ["secret of quotes"]


def test_somebody_is_told_of_an_alarm_once(desk):
    told: list[str] = []

    def messenger(alarms):
        if not told:
            told.append("away")
            raise TransientError("the webhook is away")
        told.extend(alarm.name for alarm in alarms)

    desk.mailbox.deliver(mail("ask one"), desk.clock())
    desk.receive()
    desk.clock.advance(minutes=16)
    look_after(desk.store, desk.clock, UpkeepOptions())
    with pytest.raises(TransientError):
        tell_alarms(desk.store, desk.clock, messenger)
    assert tell_alarms(desk.store, desk.clock, messenger) == 1
    assert tell_alarms(desk.store, desk.clock, messenger) == 0
    assert told == ["away", "mail waits"]
