import datetime as dt

from mailbot.domain.case import InboxState
from mailbot.domain.errors import Refused
from mailbot.domain.outgoing import OutboxState, SendPhase
from mailbot.service.receive import ReceiveOptions, list_old
from mailbot.service.upkeep import UpkeepOptions, look_after, unaccounted
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


def test_mail_from_before_the_first_connect_is_unaccounted_until_it_is_listed(desk):
    desk.receive_options = ReceiveOptions(since="now")
    desk.mailbox.deliver(mail("ask old"))
    desk.receive()
    desk.mailbox.deliver(mail("ask new", message_id="<2@x.example>"))
    desk.mailbox.refuses_filing = True
    desk.receive()
    assert unaccounted(desk.mailbox, desk.store) == [1]
    list_old(desk.mailbox, desk.store)
    assert unaccounted(desk.mailbox, desk.store) == []
